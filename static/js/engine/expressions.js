// Expression trees (twin: blueprints/forms/engine/expressions.py).
// A tree is: a number | ["s", text] | ["p", path] | ["f", name, …] | [op, a, b] | ["neg", a].

import { toNumber, toText, toTruth } from "./conversions.js";
import { FUNCTIONS } from "./functions.js";
import { select } from "./nodes.js";

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
  if (head === "p") return select(scope.node, first);
  if (head === "f")
    return FUNCTIONS[first](
      tree.slice(2).map((item) => () => evaluate(item, scope)),
      scope,
    );
  const a = evaluate(first, scope);
  if (head === "neg") return -toNumber(a, scope);
  if (head === "and") return toTruth(a) && toTruth(evaluate(second, scope));
  if (head === "or") return toTruth(a) || toTruth(evaluate(second, scope));
  const b = evaluate(second, scope);
  if (ARITHMETIC[head]) return ARITHMETIC[head](toNumber(a, scope), toNumber(b, scope));
  return each(a, b).some((x) => each(b, a).some((y) => compare(head, x, y, scope)));
}

/** A list of nodes as its texts, so that it compares existentially (but as one truth against a truth). */
function each(value, other) {
  if (!Array.isArray(value)) return [value];
  return typeof other === "boolean" ? [value.length > 0] : value.map((node) => node.text);
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
