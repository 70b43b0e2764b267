// The functions that an expression may call (twin: blueprints/forms/engine/functions.py).
// Each takes its arguments as calls and the scope, so that `if` and `coalesce` evaluate only what they need.

import { stored, toNumber, toText, toTruth } from "./conversions.js";
import { added, DAY, days, dayText, formatted, milliseconds, momentText, monthsBetween } from "./dates.js";
import { matches } from "./matching.js";

const REGEX_LIMIT = 1000; // characters: a page cannot stop a regular expression that runs

const text = (argument) => toText(argument());
const truth = (argument) => toTruth(argument());
const number = (scope, argument) => toNumber(argument(), scope);
const texts = (args) =>
  args.flatMap((argument) => {
    const value = argument();
    return Array.isArray(value) ? value.map((node) => node.text) : [toText(value)];
  });
const numbers = (scope, args) => texts(args).map((each) => toNumber(each, scope));
const nodes = (argument) => [argument()].flatMap((value) => (Array.isArray(value) ? value : []));

/** The names in an answer of a select_multiple. */
export const words = (names) => names.split(/[ \t\r\n]+/).filter(Boolean);

function coalesce(args) {
  for (const argument of args) {
    const found = stored(argument());
    if (found) return found;
  }
  return "";
}

const extreme = (pick) => (args, scope) => {
  const all = numbers(scope, args);
  return all.length ? pick(...all) : Number.NaN;
};

/** Half away from zero, to a number of decimals (negative: tens, hundreds). */
function round(args, scope) {
  const value = number(scope, args[0]);
  let places = args[1] ? number(scope, args[1]) : 0;
  if (!Number.isFinite(value) || Number.isNaN(places)) return places === 0 ? value : Number.NaN;
  places = Math.max(-15, Math.min(15, Math.trunc(places)));
  const scale = 10 ** Math.abs(places);
  const whole = Math.floor((places > 0 ? Math.abs(value) * scale : Math.abs(value) / scale) + 0.5);
  return Math.sign(value) * (places > 0 ? whole / scale : whole * scale);
}

const whole = (change) => (args, scope) => change(number(scope, args[0]));

function substr(args, scope) {
  const letters = [...text(args[0])];
  const [start, end = letters.length] = args.slice(1).map((each) => place(number(scope, each), letters.length));
  return letters.slice(start, Math.max(start, end)).join("");
}

function place(value, length) {
  if (Number.isNaN(value)) return 0;
  const inside = Math.max(-length, Math.min(length, value));
  return Math.trunc(inside < 0 ? inside + length : inside);
}

function selectedAt(args, scope) {
  const at = number(scope, args[1]);
  return at >= 0 ? (words(text(args[0]))[Math.trunc(at)] ?? "") : "";
}

/** As a number of days; what is no number is read as a text. */
function dayNumber(argument, scope) {
  const value = argument();
  return typeof value === "number" ? value : toNumber(toText(value), scope);
}

/** A full match, whether or not the pattern is anchored. */
function regex(args) {
  const value = text(args[0]);
  return [...value].length <= REGEX_LIMIT && new RegExp(`^(?:${text(args[1])})$`, "su").test(value);
}

/** regex() of a pattern whose repetitions lie within each other. */
const patient = (value, pattern) => [...value].length <= REGEX_LIMIT && matches(pattern, value);

function format(args, scope) {
  const value = args[0]();
  return formatted(typeof value === "number" ? dayText(value) : toText(value), text(args[1]), scope.clock);
}

const mathematics = (reckon) => (args, scope) => reckon(...args.map((each) => number(scope, each)));

/** XPath's own: from a place that is counted from 1, so many characters. */
function substring(args, scope) {
  const [start, length = Number.POSITIVE_INFINITY] = args.slice(1).map((each) => Math.floor(number(scope, each) + 0.5));
  return [...text(args[0])].filter((_, at) => at + 1 >= start && at + 1 < start + length).join("");
}

/** What stands before and after the first place of a text; nothing where it has no place. */
function around(args) {
  const [whole, part] = args.map(text);
  const at = whole.indexOf(part);
  return at < 0 ? ["", ""] : [whole.slice(0, at), whole.slice(at + part.length)];
}

function translate(args) {
  const [whole, old, fresh] = args.map((each) => [...text(each)]);
  return whole.map((letter) => (old.includes(letter) ? (fresh[old.indexOf(letter)] ?? "") : letter)).join("");
}

function fromText(args, scope) {
  const value = text(args[0]);
  return value === "true" || toNumber(value, scope) === 1;
}

/** Whether so many of them, at least and at most, are true; -1 is no limit. */
const checklist = ([least, most, ...args], scope) => between(scope, least, most, spread(args).filter(holds).length);

function weighted([least, most, ...args], scope) {
  const tests = spread(args.filter((_, at) => at % 2 === 0));
  const weights = spread(args.filter((_, at) => at % 2)).map((weight) => toNumber(weight, scope));
  return between(scope, least, most, total(weights.filter((_, at) => at < tests.length && holds(tests[at]))));
}

/** Their values, a list of nodes giving a text for each. */
const spread = (args) =>
  args.flatMap((argument) => {
    const value = argument();
    return Array.isArray(value) ? value.map((node) => node.text) : [value];
  });

const holds = (value) => toTruth(typeof value === "boolean" ? value : stored(value));

function between(scope, ...args) {
  const [least, most] = args.slice(0, 2).map((each) => number(scope, each));
  return (least === -1 || args[2] >= least) && (most === -1 || args[2] <= most);
}

const total = (all) => all.reduce((sum, each) => sum + each, 0);

/** Where a node stands among those of its name; of a row, its number. */
function position(args, scope) {
  if (!args.length) return scope.at ?? 1;
  const [node] = nodes(args[0]);
  if (!node?.parent) return node ? 1 : Number.NaN;
  return node.row || node.parent.named(node.name).indexOf(node) + 1;
}

const instance = (args, scope) => scope.lists?.instance(text(args[0])) ?? [];

/** pulldata(list, column, key column, key): the cell of the first row that has the key. */
function pulldata(args, scope) {
  const [column, keys, key] = args.slice(1).map(text);
  const items = instance(args, scope).flatMap((top) => top.children.flatMap((root) => root.children));
  const row = items.find((item) => item.named(keys).some((cell) => cell.text === key));
  return row?.named(column)[0]?.text ?? "";
}

function uuid(args, scope) {
  if (!args.length) return crypto.randomUUID();
  const length = Math.min(1000, number(scope, args[0]));
  return Array.from({ length }, () => Math.floor(Math.random() * 16).toString(16)).join("");
}

const randomize = (args, scope) => shuffled(nodes(args[0]), args[1] ? number(scope, args[1]) : Math.random() * 2 ** 31);

/** In an order that follows from the seed: Park and Miller's numbers, Fisher and Yates' exchanges. */
export function shuffled(items, seed) {
  let value = (Number.isFinite(seed) ? Math.trunc(seed) : 0) % 2147483647;
  if (value < 0) value += 2147483647;
  if (value === 0) value = 2147483646;
  const mixed = [...items];
  for (let last = mixed.length - 1; last > 0; last--) {
    value = (value * 16807) % 2147483647;
    const other = Math.floor(((value - 1) * (last + 1)) / 2147483646);
    [mixed[last], mixed[other]] = [mixed[other], mixed[last]];
  }
  return mixed;
}

/** Whole days, weeks, months or years between two dates; length in days, or in months where it is negative. */
const difference = (length) => (args, scope) => {
  const [first, second] = args.map(text);
  if (length < 0) return Math.floor(monthsBetween(first, second, scope.clock) / -length);
  const [a, b] = [first, second].map((each) => Math.floor(days(each, scope.clock)));
  return Math.floor((b - a) / length);
};

export const FUNCTIONS = {
  true: () => true,
  false: () => false,
  not: (a) => !truth(a[0]),
  boolean: (a) => truth(a[0]),
  if: (a) => (truth(a[0]) ? a[1] : a[2])(),
  coalesce,
  once: (a, s) => s.node.value || stored(a[0]()),
  string: (a) => text(a[0]),
  concat: (a) => texts(a).join(""),
  join: (a) => texts(a.slice(1)).join(text(a[0])),
  "string-length": (a) => [...text(a[0])].length,
  substr,
  substring,
  "substring-before": (a) => around(a)[0],
  "substring-after": (a) => around(a)[1],
  translate,
  uuid,
  "boolean-from-string": fromText,
  checklist,
  "weighted-checklist": weighted,
  position,
  last: (_, s) => s.size ?? 1,
  current: (_, s) => [s.current ?? s.node],
  instance,
  "jr:choice-name": (a, s) => s.lists?.choiceName(text(a[0]), text(a[1])) ?? "",
  pulldata,
  contains: (a) => text(a[0]).includes(text(a[1])),
  "starts-with": (a) => text(a[0]).startsWith(text(a[1])),
  "ends-with": (a) => text(a[0]).endsWith(text(a[1])),
  "normalize-space": (a) => words(text(a[0])).join(" "),
  regex,
  "regex*": (a) => patient(text(a[0]), text(a[1])),
  selected: (a) => words(text(a[0])).includes(text(a[1]).replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "")),
  "selected-at": selectedAt,
  "count-selected": (a) => words(text(a[0])).length,
  count: (a) => nodes(a[0]).length,
  "count-non-empty": (a) => nodes(a[0]).filter((node) => node.text).length,
  sum: (a, s) => total(numbers(s, a)),
  min: extreme(Math.min),
  max: extreme(Math.max),
  number: (a, s) => number(s, a[0]),
  int: whole(Math.trunc),
  floor: whole(Math.floor),
  ceiling: whole(Math.ceil),
  round,
  abs: whole(Math.abs),
  pow: mathematics((a, b) => a ** b),
  sqrt: mathematics(Math.sqrt),
  exp: mathematics(Math.exp),
  exp10: mathematics((a) => 10 ** a),
  log: mathematics(Math.log),
  log10: mathematics(Math.log10),
  sin: mathematics(Math.sin),
  cos: mathematics(Math.cos),
  tan: mathematics(Math.tan),
  asin: mathematics(Math.asin),
  acos: mathematics(Math.acos),
  atan: mathematics(Math.atan),
  atan2: mathematics(Math.atan2),
  pi: () => Math.PI,
  random: () => Math.random(),
  randomize,
  today: (_, s) => s.clock.slice(0, 10),
  now: (_, s) => s.clock,
  date: (a, s) => dayText(dayNumber(a[0], s)),
  "decimal-date-time": (a, s) => days(text(a[0]), s.clock),
  "decimal-time": (a, s) => milliseconds(`1970-01-01T${text(a[0])}`, s.clock) / DAY,
  "date-time": (a, s) => momentText(dayNumber(a[0], s), s.clock),
  "add-date": (a, s) =>
    added(
      milliseconds(text(a[0]), s.clock),
      a.slice(1).map((each) => number(s, each)),
      s.clock,
    ),
  "cht:difference-in-days": difference(1),
  "cht:difference-in-weeks": difference(7),
  "cht:difference-in-months": difference(-1),
  "cht:difference-in-years": difference(-12),
  "difference-in-months": (a, s) => monthsBetween(text(a[0]), text(a[1]), s.clock),
  "format-date": format,
  "format-date-time": format,
};
