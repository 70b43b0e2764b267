// What is to be said of a filled form (twin: blueprints/forms/engine/verdict.py).

import { around, asks, holdsOthers, namesOf } from "./definition.js";
import { Filled } from "./filled.js";
import { words } from "./functions.js";
import { addRow, select } from "./nodes.js";
import { addTo, openForm, ROWS, recompute, takeOut } from "./recompute.js";
import { canonical, unified } from "./values.js";

const ROW = /\[\d{1,6}\](?=\/|$)/g;
const plain = (path) => path.replace(/\[\d+\]/g, "");
const above = (path) => path.slice(0, path.lastIndexOf("/"));

/**
 * The answers as they are kept, and what is wrong with them. All maps are by path. `typed`: what was posted.
 * `unreadable`: what of it has no canonical text. What is said of the nodes is kept by node, for rows move.
 */
class Verdict {
  typed = {};
  unreadable = {};
  absent = new Map();
  wrong = new Map();
  leftOut = new Map();

  constructor(filled) {
    this.filled = filled;
  }

  /** Canonical texts, only of what is relevant and not blank. */
  get values() {
    const nodes = this.filled.relevant().filter((node) => node.value && !node.children.length);
    return byPath(nodes.filter((node) => !(node.path in this.unreadable)).map((node) => [node, node.value]));
  }

  /** The paths of what is asked. */
  get relevant() {
    return new Set(this.filled.relevant().map((node) => node.path));
  }

  /** What must be answered and is not, with its message. */
  get missing() {
    return byPath(this.absent);
  }

  /** What cannot be taken, with its message; answers to questions that are not there among it. */
  get invalid() {
    const nowhere = Object.entries(this.unreadable).filter(([name]) => !this.filled.find(name));
    return { ...Object.fromEntries(nowhere), ...byPath(this.wrong) };
  }

  /** What was done about answers without refusing them. */
  get findings() {
    return [...this.leftOut].map(([{ path }, text]) => ({ path, what: "left-out", text }));
  }

  /** The answers that somebody must look at. */
  get alerts() {
    const { filled, wrong } = this;
    return filled.definition.alerts.flatMap(({ path, test, level, label }) =>
      select(filled.top, path)
        .filter((node) => node.relevant && !wrong.has(node) && filled.holds(node, test))
        .map((node) => ({ path: node.path, level, label: filled.words(node, label) })),
    );
  }

  /** Nothing is said of a node any more. */
  forget(node) {
    for (const kept of [this.absent, this.wrong, this.leftOut]) kept.delete(node);
  }
}

const byPath = (entries) => Object.fromEntries([...entries].map(([node, text]) => [node.path, text]));

/** Judges the answers of a filled form: pairs of name and text. `t` translates the engine's messages. */
export function judge(definition, answers, clock, language, files, t) {
  const verdict = new Verdict(new Filled(definition, clock, language));
  for (const [name, text] of answers) {
    verdict.typed[name] ??= [];
    verdict.typed[name].push(unified(text));
  }
  makeRows(verdict.filled, Object.keys(verdict.typed));
  for (const [name, texts] of Object.entries(verdict.typed)) put(verdict, name, texts, files, t);
  recompute(verdict.filled);
  return conclude(verdict, t);
}

/** A form that somebody opens here and now: with its first rows, its defaults, and what its opening sets. */
export function begin(definition, clock, language, t) {
  const verdict = new Verdict(new Filled(definition, clock, language));
  Object.assign(verdict.filled, { opening: true, live: true });
  openForm(verdict.filled);
  return conclude(verdict, t);
}

/** The rows that the names of the answers speak of. A number without those before it makes none. */
function makeRows(filled, names) {
  const rows = names.flatMap((name) => [...name.matchAll(ROW)].map((found) => name.slice(0, found.index) + found[0]));
  for (const path of [...new Set(rows)].sort((a, b) => a.length - b.length || (a < b ? -1 : 1))) {
    const parent = filled.find(above(path));
    const question = filled.definition.questions[plain(path)];
    if (!parent || question?.type !== "repeat" || above(question.path) !== parent.place) continue;
    const number = parent.named(question.name).length + 1;
    if (number <= ROWS && path.endsWith(`[${number}]`)) addRow(parent, question, around(filled.definition, question));
  }
}

/** Adds a row to the repeat at this path (its parent's, with numbers, and its name). Gives what has changed. */
export function add({ filled }, path) {
  const parent = filled.find(above(path));
  const question = filled.definition.questions[plain(path)];
  return parent && question?.type === "repeat" ? addTo(filled, parent, question) : new Set();
}

/** Takes the row at this path out; what was typed in those after it moves up. Gives what has changed. */
export function remove(verdict, path) {
  const row = verdict.filled.find(path);
  if (!row?.row) return new Set();
  const base = path.slice(0, path.lastIndexOf("[") + 1);
  for (const kept of [verdict.typed, verdict.unreadable]) renumber(kept, base, row.row);
  for (const node of row.below()) verdict.forget(node);
  return takeOut(verdict.filled, row);
}

function renumber(kept, base, number) {
  for (const [name, value] of Object.entries(kept)) {
    if (!name.startsWith(base)) continue;
    const own = Number.parseInt(name.slice(base.length), 10);
    if (own < number) continue;
    delete kept[name];
    if (own > number) kept[base + (own - 1) + name.slice(name.indexOf("]", base.length))] = value;
  }
}

/** Puts what was typed under one name into the form, or notes why it cannot be read. */
export function put(verdict, name, texts, files, t) {
  const { definition, taken } = verdict.filled;
  delete verdict.unreadable[name];
  taken.delete(name);
  const node = verdict.filled.find(name);
  const question = node?.question;
  if (!question || holdsOthers(question) || question.type === "note") {
    if (!texts.some(Boolean)) return;
    verdict.unreadable[name] =
      !node && inRepeat(definition, name) ? t("This row is not in the form.") : t("This question is not in the form.");
    return;
  }
  const calculated = question.calculation !== undefined;
  if (calculated && !definition.volatile.includes(question.path)) return; // calculated here, whatever was sent
  const [value, message] = canonical(definition, question, texts, files, t);
  node.value = value;
  if (message) verdict.unreadable[name] = message;
  if (calculated && value) taken.add(name);
}

const inRepeat = (definition, name) =>
  [...name.matchAll(ROW)].some(({ index }) => definition.questions[plain(name.slice(0, index))]?.type === "repeat");

/**
 * Says what is missing, invalid or left out, once relevance and calculations are up to date.
 * `touched`: the nodes to look at again (none given, or a form completed before it could be said which: all).
 */
export function conclude(verdict, t, touched) {
  if (touched && verdict.filled.definition.checks) {
    for (const node of touched) {
      verdict.forget(node);
      weigh(verdict, node, node.relevant, t);
    }
  } else {
    for (const kept of [verdict.absent, verdict.wrong, verdict.leftOut]) kept.clear();
    look(verdict, verdict.filled.top.children[0], true, t);
  }
  return verdict;
}

/** Looks at a node and those below it; `open`: whether what it lies in is relevant. */
function look(verdict, node, open, t) {
  const relevant = open && node.own;
  weigh(verdict, node, relevant, t);
  for (const child of node.children) look(verdict, child, relevant, t);
}

/** Looks at one node. */
function weigh(verdict, node, relevant, t) {
  const { filled, unreadable, absent, wrong, leftOut, typed } = verdict;
  const { question } = node;
  if (!question) return;
  const { constraint, constraint_message, required, required_message, choice_filter } = question;
  if (!relevant) {
    if (asks(question) && typed[node.path]?.some(Boolean))
      leftOut.set(node, t("Left out, since another answer makes this question pointless."));
  } else if (unreadable[node.path]) {
    wrong.set(node, unreadable[node.path]);
  } else if (node.value && !holdsOthers(question)) {
    if (constraint !== undefined && !filled.holds(node, constraint))
      wrong.set(node, filled.words(node, constraint_message) || t("This answer is not possible here."));
    else if (choice_filter !== undefined && !offered(filled, node))
      wrong.set(node, t("This answer is not among the choices."));
  } else if (required !== undefined && !holdsOthers(question) && !told(filled, node) && filled.holds(node, required)) {
    absent.set(node, filled.words(node, required_message) || t("This question needs an answer."));
  }
}

/** Whether the register fills it, so that nobody is asked. */
const told = (filled, node) => filled.definition.context.has(node.question.path);

function offered(filled, node) {
  const { question, value } = node;
  if (!namesOf(filled.definition, question).size) return true;
  const names = question.type === "select_one" ? [value] : words(value);
  const there = new Set(filled.choices(node).map((choice) => choice.name));
  return names.every((name) => there.has(name));
}
