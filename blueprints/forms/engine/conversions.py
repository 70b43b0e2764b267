"""Values of expressions and their conversions, as XPath 1.0 has them (twin: static/js/engine/conversions.js).

A value is a number, a text, a truth or a list of nodes. Choices where other engines disagree: no exponents in texts,
-0 is '0', a date read as a number is its days, a blank is no number.
"""

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from blueprints.forms.engine.dates import Clock, days
from blueprints.forms.engine.nodes import Node

Value = float | str | bool | list[Node]

NUMBER = re.compile(r"[ \t\r\n]*(-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))[ \t\r\n]*")


class Lists(Protocol):
    """Where an expression finds what lies outside of the form's own tree."""

    def instance(self, name: str) -> list[Node]:
        """The top of the tree of a list; none where there is no such list."""

    def choice_name(self, name: str, list_name: str) -> str:
        """The words of a choice, in the form's language."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an expression is evaluated: at a node, by a clock. ``current`` is where it stands in the form, which
    differs within a predicate; ``at`` of ``size`` is then the node's position. ``lists``: other trees than ours."""

    node: Node
    clock: Clock
    lists: Lists | None = None
    current: Node | None = None
    at: int = 1
    size: int = 1

    @property
    def origin(self) -> Node:
        """The node whose expression it is."""
        return self.current or self.node


def to_number(value: Value, scope: Scope) -> float:
    """As a number: a truth is 0 or 1, a date its days, anything unreadable NaN."""
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, int | float):
        return value
    text = to_text(value)
    found = NUMBER.fullmatch(text)
    return float(found[1]) if found else days(text, scope.clock)


def to_text(value: Value) -> str:
    """As text: numbers without exponent and without a needless '.0', the first node of a list."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return value[0].text if value else ""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == math.floor(value) and abs(value) < 1e15:
        return str(int(value))
    return format(Decimal(repr(value)), "f").removesuffix(".0")


def to_truth(value: Value) -> bool:
    """As a truth: neither 0, NaN, '' nor an empty list."""
    if isinstance(value, float):
        return value != 0 and not math.isnan(value)
    return bool(value)


def stored(value: Value) -> str:
    """What a calculation keeps: NaN is kept as a blank."""
    text = to_text(value)
    return "" if text == "NaN" else text
