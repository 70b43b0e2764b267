"""Expression trees (twin: static/js/engine/expressions.js).

A tree is: a number | ["s", text] | ["p", path] | ["f", name, …] | [op, a, b] | ["neg", a].
Choices where other engines disagree: `=` on two texts compares texts, else numbers; a list of nodes compares
existentially; '' is neither less nor more than anything; div by 0 is infinite; mod truncates.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

from blueprints.forms.engine.conversions import Scope, Value, to_number, to_truth
from blueprints.forms.engine.functions import FUNCTIONS
from blueprints.forms.engine.nodes import select

Tree = Any  # JSON: a number, or a list whose first item says what it is


def evaluate(tree: Tree, scope: Scope) -> Value:
    """The value of a tree. The tree has been checked by ``load``; nothing in it raises."""
    if not isinstance(tree, list):
        return float(tree)
    head = tree[0]
    if head == "s":
        return str(tree[1])
    if head == "p":
        return select(scope.node, tree[1])
    if head == "f":
        return FUNCTIONS[tree[1]].run([partial(evaluate, item, scope) for item in tree[2:]], scope)
    if head == "neg":
        return -to_number(evaluate(tree[1], scope), scope)
    if head == "and":
        return to_truth(evaluate(tree[1], scope)) and to_truth(evaluate(tree[2], scope))
    if head == "or":
        return to_truth(evaluate(tree[1], scope)) or to_truth(evaluate(tree[2], scope))
    a, b = evaluate(tree[1], scope), evaluate(tree[2], scope)
    if head in ARITHMETIC:
        return ARITHMETIC[head](to_number(a, scope), to_number(b, scope))
    return any(compare(head, x, y, scope) for x in each(a, b) for y in each(b, a))


def each(value: Value, other: Value) -> list[float | str | bool]:
    """A list of nodes as its texts, so that it compares existentially (but as one truth against a truth)."""
    if not isinstance(value, list):
        return [value]
    return [bool(value)] if isinstance(other, bool) else [node.text for node in value]


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
OPERATORS = {*ARITHMETIC, "=", "!=", "<", "<=", ">", ">=", "and", "or"}
