"""The functions that an expression may call (twin: static/js/engine/functions.js).

Each takes its arguments as calls, so that ``if`` and ``coalesce`` evaluate only what they need.
"""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from blueprints.forms.engine.conversions import Scope, Value, stored, to_number, to_text, to_truth
from blueprints.forms.engine.dates import DAY, day_text, days, formatted, milliseconds, months_between
from blueprints.forms.engine.nodes import Node

REGEX_LIMIT = 1000  # characters: a page cannot stop a regular expression that runs

Argument = Callable[[], Value]


@dataclass(frozen=True, slots=True)
class Function:
    """How many arguments it takes (``most`` None: any number) and what it does."""

    least: int
    most: int | None
    run: Callable[[list[Argument], Scope], Value]


def _text(argument: Argument) -> str:
    return to_text(argument())


def _number(scope: Scope, argument: Argument) -> float:
    return to_number(argument(), scope)


def _truth(argument: Argument) -> bool:
    return to_truth(argument())


def _texts(arguments: list[Argument]) -> Iterator[str]:
    """The texts of all arguments, a list of nodes giving one for each node."""
    for argument in arguments:
        value = argument()
        if isinstance(value, list):
            yield from (node.text for node in value)
        else:
            yield to_text(value)


def _numbers(scope: Scope, arguments: list[Argument]) -> list[float]:
    return [to_number(text, scope) for text in _texts(arguments)]


def _nodes(argument: Argument) -> list[Node]:
    value = argument()
    return value if isinstance(value, list) else []


def words(text: str) -> list[str]:
    """The names in an answer of a select_multiple."""
    return [word for word in re.split("[ \t\r\n]+", text) if word]


def _coalesce(a: list[Argument], scope: Scope) -> Value:
    for argument in a:
        text = stored(argument())
        if text:
            return text
    return ""


def _sum(a: list[Argument], scope: Scope) -> float:
    total = 0.0
    for number in _numbers(scope, a):  # not sum(), which rounds otherwise than a page does
        total += number
    return total


def _extreme(pick: Callable[[list[float]], float]) -> Callable[[list[Argument], Scope], float]:
    def run(a: list[Argument], scope: Scope) -> float:
        numbers = _numbers(scope, a)
        return pick(numbers) if numbers and not any(map(math.isnan, numbers)) else math.nan

    return run


def _round(a: list[Argument], scope: Scope) -> float:
    """Half away from zero, to a number of decimals (negative: tens, hundreds)."""
    number = _number(scope, a[0])
    places = _number(scope, a[1]) if len(a) > 1 else 0.0
    if not math.isfinite(number) or math.isnan(places):
        return number if places == 0 else math.nan
    places = math.trunc(max(-15.0, min(15.0, places)))
    scale = 10.0 ** abs(places)
    size = abs(number) * scale if places > 0 else abs(number) / scale
    whole = float(math.floor(size + 0.5)) if math.isfinite(size) else size
    size = whole / scale if places > 0 else whole * scale
    return math.copysign(size, number)


def _whole(change: Callable[[float], int]) -> Callable[[list[Argument], Scope], float]:
    def run(a: list[Argument], scope: Scope) -> float:
        number = _number(scope, a[0])
        return float(change(number)) if math.isfinite(number) else number

    return run


def _substr(a: list[Argument], scope: Scope) -> str:
    text = _text(a[0])
    ends = [_number(scope, argument) for argument in a[1:]]
    start, end = (
        _place(ends[0], len(text)),
        _place(ends[1], len(text)) if len(ends) > 1 else len(text),
    )
    return text[start:end]


def _place(number: float, length: int) -> int:
    if math.isnan(number):
        return 0
    number = max(-float(length), min(float(length), number))
    return math.trunc(number + length if number < 0 else number)


def _selected_at(a: list[Argument], scope: Scope) -> str:
    names, number = words(_text(a[0])), _number(scope, a[1])
    return names[math.trunc(number)] if 0 <= number < len(names) else ""


def _date(a: list[Argument], scope: Scope) -> str:
    value = a[0]()
    number = value if isinstance(value, float) else to_number(to_text(value), scope)
    return day_text(number)


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern, re.ASCII | re.DOTALL)
    except re.error:
        return None


def _regex(a: list[Argument], scope: Scope) -> bool:
    """A full match, whether or not the pattern is anchored."""
    text, pattern = _text(a[0]), _compiled(_text(a[1]))
    return pattern is not None and len(text) <= REGEX_LIMIT and pattern.fullmatch(text) is not None


def _format(a: list[Argument], scope: Scope) -> str:
    value = a[0]()
    text = day_text(value) if isinstance(value, float) else to_text(value)
    return formatted(text, _text(a[1]), scope.clock)


def _decimal_time(a: list[Argument], scope: Scope) -> float:
    return milliseconds(f"1970-01-01T{_text(a[0])}", scope.clock) / DAY


FUNCTIONS: dict[str, Function] = {
    "true": Function(0, 0, lambda a, s: True),
    "false": Function(0, 0, lambda a, s: False),
    "not": Function(1, 1, lambda a, s: not _truth(a[0])),
    "boolean": Function(1, 1, lambda a, s: _truth(a[0])),
    "if": Function(3, 3, lambda a, s: (a[1] if _truth(a[0]) else a[2])()),
    "coalesce": Function(1, None, _coalesce),
    "once": Function(1, 1, lambda a, s: s.node.value or stored(a[0]())),
    "string": Function(1, 1, lambda a, s: _text(a[0])),
    "concat": Function(0, None, lambda a, s: "".join(_texts(a))),
    "join": Function(1, None, lambda a, s: _text(a[0]).join(_texts(a[1:]))),
    "string-length": Function(1, 1, lambda a, s: float(len(_text(a[0])))),
    "substr": Function(2, 3, _substr),
    "contains": Function(2, 2, lambda a, s: _text(a[1]) in _text(a[0])),
    "starts-with": Function(2, 2, lambda a, s: _text(a[0]).startswith(_text(a[1]))),
    "ends-with": Function(2, 2, lambda a, s: _text(a[0]).endswith(_text(a[1]))),
    "normalize-space": Function(1, 1, lambda a, s: " ".join(words(_text(a[0])))),
    "regex": Function(2, 2, _regex),
    "selected": Function(2, 2, lambda a, s: _text(a[1]).strip(" \t\r\n") in words(_text(a[0]))),
    "selected-at": Function(2, 2, _selected_at),
    "count-selected": Function(1, 1, lambda a, s: float(len(words(_text(a[0]))))),
    "count": Function(1, 1, lambda a, s: float(len(_nodes(a[0])))),
    "count-non-empty": Function(1, 1, lambda a, s: float(sum(1 for node in _nodes(a[0]) if node.text))),
    "sum": Function(1, 1, _sum),
    "min": Function(1, None, _extreme(min)),
    "max": Function(1, None, _extreme(max)),
    "number": Function(1, 1, lambda a, s: _number(s, a[0])),
    "int": Function(1, 1, _whole(math.trunc)),
    "floor": Function(1, 1, _whole(math.floor)),
    "ceiling": Function(1, 1, _whole(math.ceil)),
    "round": Function(1, 2, _round),
    "abs": Function(1, 1, lambda a, s: abs(_number(s, a[0]))),
    "today": Function(0, 0, lambda a, s: s.clock.text[:10]),
    "now": Function(0, 0, lambda a, s: s.clock.text),
    "date": Function(1, 1, _date),
    "decimal-date-time": Function(1, 1, lambda a, s: days(_text(a[0]), s.clock)),
    "decimal-time": Function(1, 1, _decimal_time),
    "difference-in-months": Function(2, 2, lambda a, s: months_between(_text(a[0]), _text(a[1]), s.clock)),
    "format-date": Function(2, 2, _format),
    "format-date-time": Function(2, 2, _format),
}
VOLATILE = {
    "now"
}  # evaluated where the form is filled; the server takes what was sent and checks no more than its type
