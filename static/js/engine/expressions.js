// Expression trees (twin: blueprints/forms/engine/expressions.py).
// A tree is: a number | ["s", text] | ["p", path] | ["f", name, …] | [op, a, b] | ["neg", a] |
// ["from", nodes, step, …], a step being a path or [path, predicate, …] | ["filter", nodes, predicate, …].
// An absolute path is always one of the form, also within a predicate about another list.

import { toNumber, toText, toTruth } from "./conversions.js";
import { FUNCTIONS } from "./functions.js";
import { inOrder, select } from "./nodes.js";

const NAME = /^[a-z_]\w*$/i;
const ARITHMETIC = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  div: (a, b) => a / b,
  mod: (a, b) => a % b,
};

/** The value of a tree. */
export function evaluate(tree, scope) {
  if (typeof tree === "number") return tree;
  const [head, first, second] = tree;
  if (head === "s") return first;
  if (head === "p") return select(first[0] === "/" ? origin(scope) : scope.node, first);
  if (head === "f") {
    const [, , ...args] = tree;
    if (first === "indexed-repeat") return indexed(args, scope);
    return FUNCTIONS[first](
      args.map((item) => () => evaluate(item, scope)),
      scope,
    );
  }
  if (head === "from" || head === "filter") return path(tree, scope);
  const a = evaluate(first, scope);
  if (head === "neg") return -toNumber(a, scope);
  if (head === "and") return toTruth(a) && toTruth(evaluate(second, scope));
  if (head === "or") return toTruth(a) || toTruth(evaluate(second, scope));
  const b = evaluate(second, scope);
  if (head === "|") return inOrder([...nodesOf(a), ...nodesOf(b)]);
  if (ARITHMETIC[head]) return ARITHMETIC[head](toNumber(a, scope), toNumber(b, scope));
  const equality = head === "=" || head === "!=";
  return each(a, b, equality).some((x) => each(b, a, equality).some((y) => compare(head, x, y, scope)));
}

const origin = (scope) => scope.current ?? scope.node;

/** The value where it is a list of nodes, else none. */
export const nodesOf = (value) => (Array.isArray(value) ? value : []);

function path(tree, scope) {
  let found = nodesOf(evaluate(tree[1], scope));
  if (tree[0] === "filter") return sieve(found, tree.slice(2), scope);
  for (const step of tree.slice(2)) {
    const [to, ...predicates] = [step].flat(1);
    found = found.flatMap((node) => sieve(select(node, to), predicates, scope));
    if (/\.\.|::/.test(to)) found = [...new Set(found)];
  }
  return found;
}

/** indexed-repeat(nodes, rows, number, …): what lies in one row, found without a look at the others. */
function indexed([target, ...pairs], scope) {
  let row = null;
  let rest = "";
  for (let at = 0; at < pairs.length; at += 2) {
    const rows = nodesOf(evaluate(pairs[at], scope)).filter((node) => !row || within(node, row));
    row = rows[Math.trunc(toNumber(evaluate(pairs[at + 1], scope), scope)) - 1];
    if (!row) return [];
    rest = target[0] === "p" && target[1].startsWith(`${pairs[at][1]}/`) && target[1].slice(pairs[at][1].length + 1);
  }
  return rest ? select(row, rest) : nodesOf(evaluate(target, scope)).filter((node) => within(node, row));
}

const within = (node, row) => node === row || (node.parent !== null && within(node.parent, row));

/** Those of the nodes for which the predicates hold, one after the other. */
export function sieve(found, predicates, scope) {
  return predicates.reduce((all, predicate) => {
    const few = likely(all, predicate, scope);
    return few.filter((node, at) => {
      const inner = { ...scope, node, current: origin(scope), at: at + 1, size: few.length };
      const value = evaluate(predicate, inner);
      return typeof value === "number" ? value === at + 1 : toTruth(value);
    });
  }, found);
}

/** Those of a list's items that come into question, by its index, where a column must equal something. */
function likely(found, predicate, scope) {
  const parent = found[0]?.parent;
  if (!parent?.columns || found.length !== parent.children.length) return found;
  for (const [column, other] of equations(predicate)) {
    const value = evaluate(other, scope);
    if (typeof value !== "string" && !Array.isArray(value)) continue;
    if (!parent.columns[column]) {
      parent.columns[column] = new Map();
      for (const item of found)
        for (const text of item.cells(column)) {
          const same = parent.columns[column].get(text);
          if (same) same.push(item);
          else parent.columns[column].set(text, [item]);
        }
    }
    const texts = typeof value === "string" ? [value] : value.map((node) => node.text);
    const items = [...new Set(texts)].map((text) => parent.columns[column].get(text) ?? []);
    return items.length === 1 ? items[0] : inOrder(items.flat());
  }
  return found;
}

/** Columns, and what each must equal: something that is the same for every item. */
function equations(tree) {
  if (tree[0] === "and") return tree.slice(1).flatMap(equations);
  const sides = tree[0] === "=" ? [tree.slice(1), tree.slice(1).reverse()] : [];
  const found = sides.find(([{ 0: kind, 1: column }, other]) => kind === "p" && NAME.test(column) && isFixed(other));
  return found ? [[found[0][1], found[1]]] : [];
}

/** Whether its value is the same at every node. */
function isFixed(tree) {
  if (!Array.isArray(tree) || tree[0] === "s") return true;
  const [head, first, ...rest] = tree;
  if (head === "p") return first[0] === "/";
  if (head === "from" || head === "filter") return isFixed(first);
  if (head === "f") return !["position", "last", "once"].includes(first) && rest.every(isFixed);
  return [first, ...rest].every(isFixed);
}

/** A list of nodes as its texts, so that it compares existentially (but as one truth, where it equals a truth). */
function each(value, other, equality) {
  if (!Array.isArray(value)) return [value];
  return equality && typeof other === "boolean" ? [value.length > 0] : value.map((node) => node.text);
}

function compare(op, a, b, scope) {
  if (op === "=" || op === "!=") {
    const as = [a, b].some((x) => typeof x === "boolean")
      ? toTruth
      : [a, b].every((x) => typeof x === "string")
        ? toText
        : (x) => toNumber(x, scope);
    return (as(a) === as(b)) === (op === "=");
  }
  const x = toNumber(a, scope);
  const y = toNumber(b, scope);
  return op === "<" ? x < y : op === "<=" ? x <= y : op === ">" ? x > y : x >= y;
}
