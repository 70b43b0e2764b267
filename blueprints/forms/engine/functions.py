"""The functions that an expression may call (twin: static/js/engine/functions.js).

Each takes its arguments as calls, so that ``if`` and ``coalesce`` evaluate only what they need.
"""

import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from secrets import SystemRandom, token_hex
from typing import TypeVar
from uuid import uuid4

from blueprints.forms.engine.conversions import Scope, Value, stored, to_number, to_text, to_truth
from blueprints.forms.engine.dates import (
    DAY,
    added,
    day_text,
    days,
    formatted,
    milliseconds,
    moment_text,
    months_between,
)
from blueprints.forms.engine.matching import matches
from blueprints.forms.engine.nodes import Node

CHANCE = SystemRandom()
REGEX_LIMIT = 1000  # characters: a page cannot stop a regular expression that runs

Argument = Callable[[], Value]
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Function:
    """How many arguments it takes (``most`` None: any number) and what it does."""

    least: int
    most: int | None
    run: Callable[[list[Argument], Scope], Value]

    def takes(self, count: int) -> bool:
        """Whether it may be called with so many arguments."""
        return self.least <= count <= (count if self.most is None else self.most)

    @property
    def counts(self) -> str:
        """How many arguments it takes, in English."""
        if self.most is None:
            return f"at least {self.least} arguments"
        return f"{self.least} arguments" if self.least == self.most else f"{self.least} to {self.most} arguments"


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
    return _added(_numbers(scope, a))


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


def _day_number(argument: Argument, scope: Scope) -> float:
    """As a number of days; what is no number is read as a text."""
    value = argument()
    return value if isinstance(value, float) else to_number(to_text(value), scope)


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


def _patient_regex(a: list[Argument], scope: Scope) -> bool:
    """regex() of a pattern whose repetitions lie within each other; no XPath has that name."""
    text = _text(a[0])
    return len(text) <= REGEX_LIMIT and matches(_text(a[1]), text)


def _format(a: list[Argument], scope: Scope) -> str:
    value = a[0]()
    text = day_text(value) if isinstance(value, float) else to_text(value)
    return formatted(text, _text(a[1]), scope.clock)


def _mathematics(function: Callable[..., float]) -> Callable[[list[Argument], Scope], float]:
    """A function of numbers, as a page reckons it: what is not possible gives NaN, what is too large is infinite."""

    def run(a: list[Argument], scope: Scope) -> float:
        try:
            return function(*(_number(scope, argument) for argument in a))
        except ValueError:
            return math.nan
        except OverflowError:
            return math.inf

    return run


def _power(a: float, b: float) -> float:
    if math.isnan(b) or (abs(a) == 1 and math.isinf(b)):
        return math.nan
    if a == 0 and b < 0:
        return math.copysign(math.inf, a) if b % 2 == 1 else math.inf
    try:
        return math.pow(a, b)
    except OverflowError:
        return -math.inf if a < 0 and b % 2 == 1 else math.inf


def _logarithm(function: Callable[[float], float]) -> Callable[[list[Argument], Scope], float]:
    return _mathematics(lambda number: -math.inf if number == 0 else function(number))


def _substring(a: list[Argument], scope: Scope) -> str:
    """XPath's own: from a place that is counted from 1, so many characters."""
    text, start = _text(a[0]), _half_up(_number(scope, a[1]))
    end = start + _half_up(_number(scope, a[2])) if len(a) > 2 else math.inf
    return "".join(letter for place, letter in enumerate(text, 1) if start <= place < end)


def _around(a: list[Argument]) -> tuple[str, str]:
    """What stands before and after the first place of a text; nothing where it has no place."""
    before, found, after = _text(a[0]).partition(_text(a[1]) or "\0")
    if not _text(a[1]):
        return "", _text(a[0])
    return (before, after) if found else ("", "")


def _half_up(number: float) -> float:
    return math.floor(number + 0.5) if math.isfinite(number) else number


def _translate(a: list[Argument], scope: Scope) -> str:
    text, old, new = map(_text, a)
    table = {ord(letter): new[place : place + 1] for place, letter in reversed(list(enumerate(old)))}
    return text.translate(table)


def _from_text(a: list[Argument], scope: Scope) -> bool:
    text = _text(a[0])
    return text == "true" or to_number(text, scope) == 1


def _checklist(a: list[Argument], scope: Scope) -> bool:
    """Whether so many of them, at least and at most, are true; -1 is no limit."""
    return _between(scope, a, float(sum(map(_holds, _spread(a[2:])))))


def _weighted(a: list[Argument], scope: Scope) -> bool:
    pairs = zip(_spread(a[2::2]), _spread(a[3::2]), strict=False)
    return _between(scope, a, _added(to_number(weight, scope) for test, weight in pairs if _holds(test)))


def _spread(arguments: list[Argument]) -> list[float | str | bool]:
    """Their values, a list of nodes giving a text for each."""
    return [
        item
        for value in (argument() for argument in arguments)
        for item in ([node.text for node in value] if isinstance(value, list) else [value])
    ]


def _holds(value: float | str | bool) -> bool:
    return to_truth(value if isinstance(value, bool) else stored(value))


def _between(scope: Scope, a: list[Argument], total: float) -> bool:
    least, most = _number(scope, a[0]), _number(scope, a[1])
    return (least == -1 or total >= least) and (most == -1 or total <= most)


def _added(numbers: Iterable[float]) -> float:
    total = 0.0
    for number in numbers:  # not sum(), which rounds otherwise than a page does
        total += number
    return total


def _position(a: list[Argument], scope: Scope) -> float:
    """Where a node stands among those of its name; of a row, its number."""
    if not a:
        return float(scope.at)
    found = _nodes(a[0])
    if not found or found[0].parent is None:
        return math.nan if not found else 1.0
    node = found[0]
    return float(node.row or node.parent.named(node.name).index(node) + 1)  # type: ignore[union-attr]


def _instance(a: list[Argument], scope: Scope) -> list[Node]:
    return scope.lists.instance(_text(a[0])) if scope.lists else []


def _choice_name(a: list[Argument], scope: Scope) -> str:
    return scope.lists.choice_name(_text(a[0]), _text(a[1])) if scope.lists else ""


def _pulldata(a: list[Argument], scope: Scope) -> str:
    """pulldata(list, column, key column, key): the cell of the first row that has the key."""
    column, key_column, key = map(_text, a[1:])
    items = [item for top in _instance(a, scope) for root in top.children for item in root.children]
    for item in items:
        if any(cell.text == key for cell in item.named(key_column)):
            return next((cell.text for cell in item.named(column)), "")
    return ""


def _uuid(a: list[Argument], scope: Scope) -> str:
    if not a:
        return str(uuid4())
    length = _number(scope, a[0])
    return token_hex(500)[: int(length)] if 0 < length <= 1000 else ""


def _randomize(a: list[Argument], scope: Scope) -> list[Node]:
    return shuffled(_nodes(a[0]), _number(scope, a[1]) if len(a) > 1 else CHANCE.random() * 2**31)


def shuffled(items: list[Item], seed: float) -> list[Item]:
    """In an order that follows from the seed: Park and Miller's numbers, Fisher and Yates' exchanges."""
    number = (int(seed) if math.isfinite(seed) else 0) % 2147483647
    number += 2147483646 if number <= 0 else 0
    mixed = list(items)
    for last in range(len(mixed) - 1, 0, -1):
        number = number * 16807 % 2147483647
        other = (number - 1) * (last + 1) // 2147483646
        mixed[last], mixed[other] = mixed[other], mixed[last]
    return mixed


def _add_date(a: list[Argument], scope: Scope) -> str:
    """add-date(date, years, months, days, hours, minutes)."""
    start = milliseconds(_text(a[0]), scope.clock)
    return added(start, [_number(scope, argument) for argument in a[1:]], scope.clock)


def _difference(length: float) -> Callable[[list[Argument], Scope], float]:
    """Whole days, weeks, months or years between two dates; length in days, or in months where it is negative."""

    def run(a: list[Argument], scope: Scope) -> float:
        first, second = _text(a[0]), _text(a[1])
        if length < 0:
            number = months_between(first, second, scope.clock) / -length
        else:
            number = (_day(second, scope) - _day(first, scope)) / length
        return float(math.floor(number)) if math.isfinite(number) else number

    return run


def _day(text: str, scope: Scope) -> float:
    number = days(text, scope.clock)
    return number if math.isnan(number) else math.floor(number)


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
    "substring": Function(2, 3, _substring),
    "substring-before": Function(2, 2, lambda a, s: _around(a)[0]),
    "substring-after": Function(2, 2, lambda a, s: _around(a)[1]),
    "translate": Function(3, 3, _translate),
    "uuid": Function(0, 1, _uuid),
    "boolean-from-string": Function(1, 1, _from_text),
    "checklist": Function(3, None, _checklist),
    "weighted-checklist": Function(4, None, _weighted),
    "position": Function(0, 1, _position),
    "last": Function(0, 0, lambda a, s: float(s.size)),
    "current": Function(0, 0, lambda a, s: [s.origin]),
    "instance": Function(1, 1, _instance),
    "indexed-repeat": Function(3, 7, lambda a, s: a[0]()),
    "jr:choice-name": Function(2, 2, _choice_name),
    "pulldata": Function(4, 4, _pulldata),
    "contains": Function(2, 2, lambda a, s: _text(a[1]) in _text(a[0])),
    "starts-with": Function(2, 2, lambda a, s: _text(a[0]).startswith(_text(a[1]))),
    "ends-with": Function(2, 2, lambda a, s: _text(a[0]).endswith(_text(a[1]))),
    "normalize-space": Function(1, 1, lambda a, s: " ".join(words(_text(a[0])))),
    "regex": Function(2, 2, _regex),
    "regex*": Function(2, 2, _patient_regex),
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
    "pow": Function(2, 2, _mathematics(_power)),
    "sqrt": Function(1, 1, _mathematics(math.sqrt)),
    "exp": Function(1, 1, _mathematics(math.exp)),
    "exp10": Function(1, 1, _mathematics(lambda number: _power(10.0, number))),
    "log": Function(1, 1, _logarithm(math.log)),
    "log10": Function(1, 1, _logarithm(math.log10)),
    "sin": Function(1, 1, _mathematics(math.sin)),
    "cos": Function(1, 1, _mathematics(math.cos)),
    "tan": Function(1, 1, _mathematics(math.tan)),
    "asin": Function(1, 1, _mathematics(math.asin)),
    "acos": Function(1, 1, _mathematics(math.acos)),
    "atan": Function(1, 1, _mathematics(math.atan)),
    "atan2": Function(2, 2, _mathematics(math.atan2)),
    "pi": Function(0, 0, lambda a, s: math.pi),
    "random": Function(0, 0, lambda a, s: CHANCE.random()),
    "randomize": Function(1, 2, _randomize),
    "today": Function(0, 0, lambda a, s: s.clock.text[:10]),
    "now": Function(0, 0, lambda a, s: s.clock.text),
    "date": Function(1, 1, lambda a, s: day_text(_day_number(a[0], s))),
    "decimal-date-time": Function(1, 1, lambda a, s: days(_text(a[0]), s.clock)),
    "decimal-time": Function(1, 1, _decimal_time),
    "date-time": Function(1, 1, lambda a, s: moment_text(_day_number(a[0], s), s.clock)),
    "add-date": Function(1, 6, _add_date),
    "cht:difference-in-days": Function(2, 2, _difference(1)),
    "cht:difference-in-weeks": Function(2, 2, _difference(7)),
    "cht:difference-in-months": Function(2, 2, _difference(-1)),
    "cht:difference-in-years": Function(2, 2, _difference(-12)),
    "difference-in-months": Function(2, 2, lambda a, s: months_between(_text(a[0]), _text(a[1]), s.clock)),
    "format-date": Function(2, 2, _format),
    "format-date-time": Function(2, 2, _format),
}
# Evaluated where the form is filled; the server takes what was sent and checks no more than its type.
VOLATILE = {"now", "random", "uuid", "randomize"}
