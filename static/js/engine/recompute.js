// Relevance, calculations and rows, until nothing changes any more (twin: blueprints/forms/engine/recompute.py).

import { stored, toNumber } from "./conversions.js";
import { around, readersBelow } from "./definition.js";
import { addRow, Node, removeRow, select } from "./nodes.js";
import { canonical } from "./values.js";

const ROUNDS = 32; // an order without circles needs one; more are for rows that refer to each other
export const ROWS = 2000; // of a repeat

/**
 * Brings relevance, calculations and rows up to date after these paths changed (none given: all of it).
 * Gives the nodes to look at again: what has changed, new rows, and whose constraint, choices or texts read these.
 */
export function recompute(filled, changed) {
  const work = new Work(filled);
  if (!changed) for (const path of filled.definition.order) work.wait(filled.top, path);
  for (const path of changed ?? []) {
    const node = filled.find(path);
    if (node) work.moved(node);
  }
  return work.run();
}

/** Gives the form what it opens with: a first row of each repeat, defaults, and what its opening sets. */
export function openForm(filled) {
  const work = new Work(filled);
  work.begin(filled.top.children[0], "odk-instance-first-load");
  work.run();
  recompute(filled);
}

/** Adds a row to a repeat. Gives the nodes that have changed by it, the row among them; none where it is full. */
export function addTo(filled, parent, question) {
  const work = new Work(filled);
  if (work.addRow(parent, question)) work.allMoved(parent, question.path, true);
  return work.run();
}

/** Takes a row out of its repeat. Gives the nodes that have changed by it. */
export function takeOut(filled, row) {
  const work = new Work(filled);
  removeRow(row);
  work.allMoved(row.parent, row.question.path, true);
  return work.run();
}

/** What is to be evaluated anew: nodes by their place in the definition (of a counted repeat, those it lies in). */
class Work {
  waiting = new Map();
  touched = new Set();

  constructor(filled) {
    this.filled = filled;
    this.definition = filled.definition;
  }

  /** A question waits, in all rows that share those of `node`. */
  wait(node, path) {
    const counted = this.definition.questions[path].repeat_count !== undefined;
    const place = counted ? path.slice(0, path.lastIndexOf("/")) : path;
    const nodes = this.waiting.get(path) ?? new Set();
    for (const each of reached(node, place)) nodes.add(each);
    this.waiting.set(path, nodes);
  }

  /** A node's text has changed: its readers wait, and what it triggers is set. */
  moved(node) {
    const { place } = node;
    const { deps, wide } = this.definition;
    this.touched.add(node);
    this.look(node, place);
    for (const reader of deps[place] ?? []) this.wait(node, reader);
    for (const reader of wide[place] ?? []) this.wait(this.filled.top, reader);
    this.fire(node);
  }

  /** What a change of a node triggers is set. */
  fire(node) {
    const rules = this.filled.live ? (this.definition.triggers[node.place] ?? []) : [];
    for (const [path, tree] of rules) for (const target of reached(node, path)) this.put(target, tree);
  }

  /** Sets what a calculation or an event gives. */
  put(node, tree) {
    const value = stored(this.filled.evaluate(node, tree));
    if (value === node.value) return;
    node.value = value;
    this.moved(node);
  }

  /** Who reads a place in a constraint, in a filter of choices or in a text is to be looked at again. */
  look(node, place) {
    const { checks = {}, wide_checks } = this.definition;
    for (const reader of checks[place] ?? []) for (const each of reached(node, reader)) this.touched.add(each);
    for (const reader of wide_checks[place] ?? [])
      for (const each of select(this.filled.top, reader)) this.touched.add(each);
  }

  /** Evaluates until nothing waits. Gives what has changed. */
  run() {
    const { order, questions, volatile } = this.definition;
    for (const path of volatile) this.wait(this.filled.top, path);
    for (let round = 0; round < ROUNDS && this.waiting.size; round++)
      for (const path of order) {
        const nodes = this.waiting.get(path);
        if (!nodes) continue;
        this.waiting.delete(path);
        for (const node of nodes) this.refresh(node, questions[path]);
      }
    return this.touched;
  }

  /** Evaluates one question anew, in one row. */
  refresh(node, question) {
    const { path, relevant, calculation, repeat_count } = question;
    if (repeat_count !== undefined) return this.count(node, question);
    if (relevant !== undefined && !this.definition.context.has(path)) this.relevance(node, relevant);
    if (calculation !== undefined && !this.filled.taken.has(node.path)) this.put(node, calculation);
  }

  relevance(node, tree) {
    const own = this.filled.holds(node, tree);
    if (own === node.own) return;
    node.own = own;
    const below = node.below();
    for (const each of below) this.touched.add(each);
    this.allMoved(node, node.place);
    for (const each of below) this.fire(each);
    for (const path of this.definition.counted) if (path.startsWith(`${node.place}/`)) this.wait(node, path);
  }

  /** Gives a repeat as many rows as its count says; what is not asked keeps its rows, for it may be asked again. */
  count(parent, question) {
    if (!parent.relevant) return;
    const ghost = new Node(question.name, null, question); // a repeat without rows has no node that could be asked
    ghost.parent = parent;
    const number = toNumber(this.filled.evaluate(ghost, question.repeat_count), this.filled.scope(ghost));
    const wanted = Math.abs(number) < ROWS * ROWS ? Math.max(0, Math.min(ROWS, Math.trunc(number))) : 0;
    const rows = [...parent.named(question.name)];
    for (const row of rows.slice(wanted).reverse()) removeRow(row);
    for (let more = rows.length; more < wanted; more++) this.addRow(parent, question);
    if (wanted !== rows.length) this.allMoved(parent, question.path, true);
    if (question.relevant !== undefined)
      for (const row of parent.named(question.name)) this.relevance(row, question.relevant);
  }

  addRow(parent, question) {
    if (parent.named(question.name).length >= ROWS) return false;
    const row = addRow(parent, question, around(this.definition, question));
    for (const below of row.below()) this.touched.add(below);
    this.begin(row, "odk-new-repeat");
    for (const path of this.definition.order) if (`${path}/`.startsWith(`${question.path}/`)) this.wait(row, path);
    return true;
  }

  /**
   * Everything at a place and below has changed, as seen from a node: who reads it waits, each once.
   * `outside`: only who does not lie there itself, because rows have come or gone and are themselves as they were.
   */
  allMoved(node, place, outside = false) {
    const [near, wide, checks, wideChecks] = readersBelow(this.definition, place);
    const { top } = this.filled;
    for (const reader of near) if (!outside || !`${reader}/`.startsWith(`${place}/`)) this.wait(node, reader);
    for (const reader of wide) this.wait(top, reader);
    for (const reader of checks) for (const each of reached(node, reader)) this.touched.add(each);
    for (const reader of wideChecks) for (const each of select(top, reader)) this.touched.add(each);
  }

  /** Gives new nodes what they begin with. */
  begin(node, event) {
    const { opening, live } = this.filled;
    if (!opening) return;
    for (const below of node.below())
      if (typeof below.question?.default === "string")
        [below.value] = canonical(this.definition, below.question, [below.question.default], null, String);
    for (const parent of node.below())
      for (const question of (parent.question ? parent.question.children : this.definition.survey) ?? [])
        if (question.type === "repeat" && question.repeat_count === undefined) this.addRow(parent, question);
    if (live) for (const below of node.below()) if (below.question) this.setUp(below, event);
  }

  /** What is set where a form is filled: dynamic defaults, what an event sets, and when it was. */
  setUp(node, event) {
    const { type, default: first, set = [] } = node.question;
    if (type === "start") node.value ||= this.filled.clock;
    if (type === "today") node.value ||= this.filled.clock.slice(0, 10);
    if (Array.isArray(first)) this.put(node, first);
    for (const [name, tree] of set) if (name === event) this.put(node, tree);
  }
}

/** The nodes of a question as seen from a node: those in its own rows. */
export function reached(node, path) {
  let from = node;
  while (from.parent && !`${path}/`.startsWith(`${from.place}/`)) from = from.parent;
  return select(from, path.slice(from.place.length + 1) || ".");
}
