"""Expression trees (twin: static/js/engine/expressions.js).

A tree is: a number | ["s", text] | ["p", path] | ["f", name, …] | [op, a, b] | ["neg", a] |
["from", nodes, step, …], a step being a path or [path, predicate, …] | ["filter", nodes, predicate, …].
Choices where other engines disagree: `=` on two texts compares texts, else numbers; a list of nodes compares
existentially; '' is neither less nor more than anything; div by 0 is infinite; mod truncates. An absolute path is
always one of the form, also within a predicate about another list.
"""

import math
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from blueprints.forms.engine.conversions import Scope, Value, to_number, to_truth
from blueprints.forms.engine.functions import FUNCTIONS
from blueprints.forms.engine.nodes import Node, in_order, select

NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
Tree = Any  # JSON: a number, or a list whose first item says what it is


def evaluate(tree: Tree, scope: Scope) -> Value:
    """The value of a tree. The tree has been checked by ``load``; nothing in it raises."""
    if not isinstance(tree, list):
        return float(tree)
    head = tree[0]
    if head == "s":
        return str(tree[1])
    if head == "p":
        return select(scope.origin if tree[1][:1] == "/" else scope.node, tree[1])
    if head == "f":
        if tree[1] == "indexed-repeat":
            return _indexed(tree[2:], scope)
        return FUNCTIONS[tree[1]].run([partial(evaluate, item, scope) for item in tree[2:]], scope)
    if head in ("from", "filter"):
        return _path(tree, scope)
    if head == "neg":
        return -to_number(evaluate(tree[1], scope), scope)
    if head == "and":
        return to_truth(evaluate(tree[1], scope)) and to_truth(evaluate(tree[2], scope))
    if head == "or":
        return to_truth(evaluate(tree[1], scope)) or to_truth(evaluate(tree[2], scope))
    a, b = evaluate(tree[1], scope), evaluate(tree[2], scope)
    if head == "|":
        return in_order(nodes_of(a) + nodes_of(b))
    if head in ARITHMETIC:
        return ARITHMETIC[head](to_number(a, scope), to_number(b, scope))
    equality = head in ("=", "!=")
    return any(compare(head, x, y, scope) for x in each(a, b, equality) for y in each(b, a, equality))


def nodes_of(value: Value) -> list[Node]:
    """The value where it is a list of nodes, else none."""
    return value if isinstance(value, list) else []


def _path(tree: Tree, scope: Scope) -> list[Node]:
    found = nodes_of(evaluate(tree[1], scope))
    if tree[0] == "filter":
        return sieve(found, tree[2:], scope)
    for step in tree[2:]:
        path, predicates = (step, []) if isinstance(step, str) else (step[0], step[1:])
        found = [each for node in found for each in sieve(select(node, path), predicates, scope)]
        if ".." in path or "::" in path:
            found = list(dict.fromkeys(found))
    return found


def _indexed(call: list[Tree], scope: Scope) -> list[Node]:
    """indexed-repeat(nodes, rows, number, …): what lies in one row, found without a look at the others."""
    target, row, rest = call[0], None, ""
    for repeat, number in zip(call[1::2], call[2::2], strict=False):
        rows = nodes_of(evaluate(repeat, scope))
        if row is not None:
            rows = [node for node in rows if _within(node, row)]
        at = to_number(evaluate(number, scope), scope)
        if not 1 <= at < len(rows) + 1:
            return []
        row = rows[int(at) - 1]
        both = isinstance(target, list) and target[0] == "p" and isinstance(repeat, list) and repeat[0] == "p"
        rest = target[1].removeprefix(f"{repeat[1]}/") if both and target[1].startswith(f"{repeat[1]}/") else ""
    if row is None:
        return []
    return select(row, rest) if rest else [node for node in nodes_of(evaluate(target, scope)) if _within(node, row)]


def _within(node: Node, row: Node) -> bool:
    return node is row or (node.parent is not None and _within(node.parent, row))


def sieve(found: list[Node], predicates: list[Tree], scope: Scope) -> list[Node]:
    """Those of the nodes for which the predicates hold, one after the other."""
    for predicate in predicates:
        few = likely(found, predicate, scope)
        kept = []
        for at, node in enumerate(few, 1):
            inner = replace(scope, node=node, current=scope.origin, at=at, size=len(few))
            value = evaluate(predicate, inner)
            if value == at if isinstance(value, float) else to_truth(value):
                kept.append(node)
        found = kept
    return found


def likely(found: list[Node], predicate: Tree, scope: Scope) -> list[Node]:
    """Those of a list's items that come into question, by its index, where a column must equal something."""
    parent = found[0].parent if found else None
    if parent is None or parent.columns is None or len(found) != len(parent.children):
        return found
    for column, other in _equations(predicate):
        value = evaluate(other, scope)
        if isinstance(value, str | list):
            index = parent.columns.get(column)
            if index is None:
                index = parent.columns[column] = {}
                for item in found:
                    for text in item.cells(column):
                        index.setdefault(text, []).append(item)
            texts = [value] if isinstance(value, str) else [node.text for node in value]
            items = [index.get(text, []) for text in dict.fromkeys(texts)]
            return items[0] if len(items) == 1 else in_order([item for some in items for item in some])
    return found


def _equations(tree: Tree) -> list[tuple[str, Tree]]:
    """Columns, and what each must equal: something that is the same for every item."""
    if isinstance(tree, list) and tree[0] == "and":
        return _equations(tree[1]) + _equations(tree[2])
    if isinstance(tree, list) and tree[0] == "=":
        for column, other in ((tree[1], tree[2]), (tree[2], tree[1])):
            if isinstance(column, list) and column[0] == "p" and NAME.fullmatch(column[1]) and _is_fixed(other):
                return [(column[1], other)]
    return []


def _is_fixed(tree: Tree) -> bool:
    """Whether its value is the same at every node."""
    if not isinstance(tree, list) or tree[0] == "s":
        return True
    if tree[0] == "p":
        return bool(tree[1][:1] == "/")
    if tree[0] in ("from", "filter"):
        return _is_fixed(tree[1])
    if tree[0] == "f":
        return tree[1] not in ("position", "last", "once") and all(map(_is_fixed, tree[2:]))
    return all(map(_is_fixed, tree[1:]))


def each(value: Value, other: Value, equality: bool) -> list[float | str | bool]:
    """A list of nodes as its texts, so that it compares existentially (but as one truth, where it equals a truth)."""
    if not isinstance(value, list):
        return [value]
    return [bool(value)] if equality and isinstance(other, bool) else [node.text for node in value]


def compare(op: str, a: float | str | bool, b: float | str | bool, scope: Scope) -> bool:
    """One comparison of two plain values."""
    if op in ("=", "!="):
        if isinstance(a, bool) or isinstance(b, bool):
            same = to_truth(a) == to_truth(b)
        elif isinstance(a, str) and isinstance(b, str):
            same = a == b
        else:
            same = to_number(a, scope) == to_number(b, scope)
        return same == (op == "=")
    x, y = to_number(a, scope), to_number(b, scope)
    return x < y if op == "<" else x <= y if op == "<=" else x > y if op == ">" else x >= y


def divide(a: float, b: float) -> float:
    """XPath's div: by zero it is infinite, 0 by 0 is NaN."""
    if b != 0:
        return a / b
    return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1, b)


def remainder(a: float, b: float) -> float:
    """XPath's mod: it truncates, the sign is that of the first."""
    return math.nan if b == 0 or math.isinf(a) else math.fmod(a, b)


ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "div": divide,
    "mod": remainder,
}
OPERATORS = {*ARITHMETIC, "=", "!=", "<", "<=", ">", ">=", "and", "or", "|"}
