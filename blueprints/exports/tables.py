"""The tables of an export: one row for each filled form, and one table more for each repeat, linked by ids.

The columns are those of all versions that are exported: in the order of the newest, older questions after it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from blueprints.exports.cells import neutral, number_of
from blueprints.forms.engine import Definition, Question
from blueprints.forms.queries import language_in, plain_label

ROW = re.compile(r"\[(\d+)\]", re.ASCII)
NUMERIC = {"integer", "decimal", "range", "calculate", "hidden"}
PLACES = ("latitude", "longitude", "altitude", "accuracy")
MOST_SPLIT = 100  # choices: a longer list stays one column
Cell = str | int | float | None


@dataclass(frozen=True)
class Filling:
    """One filled form: its id, the definition it was filled by, what is said of it, and its answers by path."""

    id: str
    version: str
    definition: Definition
    facts: dict[str, Cell]
    values: dict[str, str]


@dataclass(frozen=True)
class Column:
    """One column: of a question, of one of its choices, or of one part of a place."""

    path: str
    heading: str
    choice: str = ""
    part: int = -1


@dataclass
class Table:
    """The answers outside of all repeats (``path`` ''), or those of a repeat."""

    path: str
    title: str
    columns: list[Column] = field(default_factory=list)


@dataclass(frozen=True)
class Shape:
    """How answers are written: in which language, by names or labels, one column a choice."""

    language: str
    names: bool
    split: bool


class Layout:
    """The tables of several versions of a form, the newest first."""

    def __init__(self, definitions: Sequence[Definition], shape: Shape, title: str) -> None:
        self.shape = shape
        self.tables: dict[str, Table] = {"": Table("", title)}
        known: dict[str, set[Column]] = {"": set()}
        for definition in definitions:
            language = language_in(definition, shape.language)
            for path, question in definition.questions.items():
                if question.type == "repeat" and path not in self.tables:
                    name = question.name if shape.names else plain_label(question, language)
                    self.tables[path], known[path] = Table(path, name), set()
                for column in self._columns(definition, question, language):
                    table = home(definition, path)
                    same = Column(column.path, "", column.choice, column.part)
                    if same not in known[table]:
                        known[table].add(same)
                        self.tables[table].columns.append(column)
        for each in self.tables.values():
            _tell_apart(each)
        self._labels: dict[tuple[str, str], dict[str, str]] = {}
        self._homes: dict[tuple[str, str], str] = {}  # by version and path

    def _columns(self, definition: Definition, question: Question, language: str) -> Iterator[Column]:
        if question.holds_others or question.type == "note":
            return
        path = question.path
        heading = path.split("/", 2)[-1] if self.shape.names else plain_label(question, language)
        choices = definition.choices_of(question)
        if question.type == "geopoint":
            for part, word in enumerate(PLACES):
                yield Column(path, f"{heading} · {word}", part=part)
        elif question.type == "select_multiple" and self.shape.split and len(choices) <= MOST_SPLIT:
            for choice in choices:
                word = choice.name if self.shape.names else self.label(definition, question, choice.name)
                yield Column(path, f"{heading} · {word}", choice=choice.name)
        else:
            yield Column(path, heading)

    def label(self, definition: Definition, question: Question, name: str) -> str:
        """A choice in words; its name where it has none."""
        language = language_in(definition, self.shape.language)
        for choice in definition.choices_of(question):
            if choice.name == name:
                text = choice.label.get(language) or choice.label.get(definition.default_language) or []
                return "".join(part for part in text if isinstance(part, str)).strip() or name
        return name

    def labelled(self, filling: Filling, question: Question, name: str) -> str:
        """The same, looked up by an index: a list may have thousands of choices, and every row asks."""
        key = (filling.version, question.list_name)
        if key not in self._labels:
            definition = filling.definition
            names = dict.fromkeys(choice.name for choice in definition.choices_of(question))
            self._labels[key] = {each: self.label(definition, question, each) for each in names} if names else {}
        return self._labels[key].get(name, name)

    def rows(self, filling: Filling) -> Iterator[tuple[str, str, str, list[Cell]]]:
        """(table, id, parent's id, cells) of one filled form: itself first, then its rows of repeats."""
        found: dict[tuple[str, str], dict[str, str]] = {("", ""): {}}
        for path, value in filling.values.items():
            for row in ROW.finditer(path):  # those around it too, though nothing be answered in them
                around = path[: row.end()]
                found.setdefault((ROW.sub("", around), ".".join(ROW.findall(around))), {})
            place = ROW.sub("", path)
            table = self._homes.get((filling.version, place))
            if table is None:
                table = self._homes[filling.version, place] = home(filling.definition, place)
            found.setdefault((table, ".".join(ROW.findall(path))), {})[place] = value
        for (table, chain), values in found.items():
            if table not in self.tables:
                continue
            above = chain.rpartition(".")[0]
            id = f"{filling.id}/{chain}" if chain else filling.id
            parent = (f"{filling.id}/{above}" if above else filling.id) if chain else ""
            yield table, id, parent, [self.cell(filling, column, values) for column in self.tables[table].columns]

    def cell(self, filling: Filling, column: Column, values: dict[str, str]) -> Cell:
        """What stands in one cell; None where nothing was answered."""
        value, question = values.get(column.path), filling.definition.questions.get(column.path)
        if not value or question is None:
            return None
        if column.choice:
            return int(column.choice in value.split())
        if column.part >= 0:
            parts = value.split()
            return number_of(parts[column.part]) if column.part < len(parts) else None
        if question.type in NUMERIC and (number := number_of(value)) is not None:
            return number
        if question.list_name and not self.shape.names and question.type != "range":
            if question.type == "select_one":
                return neutral(self.labelled(filling, question, value))
            return neutral(", ".join(self.labelled(filling, question, name) for name in value.split()))
        return neutral(value)


def home(definition: Definition, path: str) -> str:
    """The repeat whose rows have this question: the nearest around it; '' where there is none."""
    question = definition.questions.get(path)
    if question is not None and question.type == "repeat":
        return path
    while path := path.rpartition("/")[0]:
        above = definition.questions.get(path)
        if above is not None and above.type == "repeat":
            return path
    return ""


def _tell_apart(table: Table) -> None:
    """Headings that stand twice get the question's path behind them."""
    seen: dict[str, int] = {}
    for column in table.columns:
        seen[column.heading] = seen.get(column.heading, 0) + 1
    table.columns = [
        Column(c.path, f"{c.heading} ({c.path.split('/', 2)[-1]})", c.choice, c.part) if seen[c.heading] > 1 else c
        for c in table.columns
    ]


def nested(filling: Filling, layout: Layout) -> dict[str, Any]:
    """The answers as they lie in the form: groups in groups, a list for each repeat."""
    whole: dict[str, Any] = {}
    for path, value in filling.values.items():
        place = ROW.sub("", path)
        question = filling.definition.questions.get(place)
        if question is not None:
            plain = None if question.holds_others else _plain(question, value, filling, layout)
            put(whole, path.split("/")[2:], plain)
    return whole


def put(into: dict[str, Any], steps: list[str], value: Any) -> None:
    """Put a value where its path leads: groups are objects, repeats lists of them. None makes a row and no more."""
    for at, step in enumerate(steps):
        name, _, number = step.rstrip("]").partition("[")
        last = at == len(steps) - 1
        if number:
            rows = into.setdefault(name, [])
            while len(rows) < int(number):
                rows.append({})
            into = rows[int(number) - 1]
        elif last:
            into[name] = value
        else:
            into = into.setdefault(name, {})


def _plain(question: Question, value: str, filling: Filling, layout: Layout) -> Any:
    if question.type in NUMERIC and (number := number_of(value)) is not None:
        return number
    if question.type in ("select_multiple", "rank"):
        names: Iterable[str] = value.split()
        return [name if layout.shape.names else layout.labelled(filling, question, name) for name in names]
    if question.type == "select_one" and not layout.shape.names:
        return layout.labelled(filling, question, value)
    return value
