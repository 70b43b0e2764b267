// The functions that an expression may call (twin: blueprints/forms/engine/functions.py).
// Each takes its arguments as calls and the scope, so that `if` and `coalesce` evaluate only what they need.

import { stored, toNumber, toText, toTruth } from "./conversions.js";
import { DAY, days, dayText, formatted, milliseconds, monthsBetween } from "./dates.js";

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

function date(args, scope) {
  const value = args[0]();
  return dayText(typeof value === "number" ? value : toNumber(toText(value), scope));
}

/** A full match, whether or not the pattern is anchored. */
function regex(args) {
  const value = text(args[0]);
  return [...value].length <= REGEX_LIMIT && new RegExp(`^(?:${text(args[1])})$`, "su").test(value);
}

function format(args, scope) {
  const value = args[0]();
  return formatted(typeof value === "number" ? dayText(value) : toText(value), text(args[1]), scope.clock);
}

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
  contains: (a) => text(a[0]).includes(text(a[1])),
  "starts-with": (a) => text(a[0]).startsWith(text(a[1])),
  "ends-with": (a) => text(a[0]).endsWith(text(a[1])),
  "normalize-space": (a) => words(text(a[0])).join(" "),
  regex,
  selected: (a) => words(text(a[0])).includes(text(a[1]).replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "")),
  "selected-at": selectedAt,
  "count-selected": (a) => words(text(a[0])).length,
  count: (a) => nodes(a[0]).length,
  "count-non-empty": (a) => nodes(a[0]).filter((node) => node.text).length,
  sum: (a, s) => numbers(s, a).reduce((total, each) => total + each, 0),
  min: extreme(Math.min),
  max: extreme(Math.max),
  number: (a, s) => number(s, a[0]),
  int: whole(Math.trunc),
  floor: whole(Math.floor),
  ceiling: whole(Math.ceil),
  round,
  abs: whole(Math.abs),
  today: (_, s) => s.clock.slice(0, 10),
  now: (_, s) => s.clock,
  date,
  "decimal-date-time": (a, s) => days(text(a[0]), s.clock),
  "decimal-time": (a, s) => milliseconds(`1970-01-01T${text(a[0])}`, s.clock) / DAY,
  "difference-in-months": (a, s) => monthsBetween(text(a[0]), text(a[1]), s.clock),
  "format-date": format,
  "format-date-time": format,
};
