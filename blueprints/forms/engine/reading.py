"""The answers as a reader wants them: by section, in words. Only the server needs it: no twin in JavaScript."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from blueprints.forms.engine.conversions import stored
from blueprints.forms.engine.dates import Clock, formatted
from blueprints.forms.engine.definition import Definition, Question
from blueprints.forms.engine.filled import Filled
from blueprints.forms.engine.functions import words
from blueprints.forms.engine.nodes import Node, select
from blueprints.forms.engine.verdict import Alert, make_rows

TIMELESS = Clock(datetime(1970, 1, 1, tzinfo=UTC))
FRENCH = re.compile(r"fr\b|.*\(fr\b|fran[cç]", re.IGNORECASE)  # what forms call the language


@dataclass(frozen=True, slots=True)
class Line:
    """One answer: its question, the answer in words, and the alert it raises (level "" for none).

    ``value`` is the canonical text; for an image (``type``) the id of its file.
    """

    path: str
    type: str
    label: str
    text: str
    value: str
    level: str = ""
    alert: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """The answers of one outermost group, or of one row of a repeat; ``title`` is '' outside of all groups."""

    title: str
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Score:
    """What the form reckons from the answers, and the level of the alert that it raises ("" for none)."""

    name: str
    label: str
    value: str
    level: str = ""


def readable(
    definition: Definition, values: Mapping[str, str], language: str, clock: Clock | None = None
) -> list[Section]:
    """The answers that were given, by section and in the form's order.

    ``values`` are a verdict's. ``clock`` is when they were given; it matters only where a label or an alert asks for
    today's date.
    """
    filled = Filled(definition, clock or TIMELESS, language)
    make_rows(filled, values)
    for path, value in values.items():
        node = filled.find(path)
        if node is not None:
            node.value = value
    alerts = {alert.path: alert for alert in reversed(_alerts(filled))}
    sections: list[Section] = []
    place: tuple[Node, ...] | None = None
    for top in filled.top.children[0].children:
        for node, rows in _answered(top, ()):
            alert, question = alerts.get(node.path), node.question
            assert question is not None
            if alert is None and (not question.label or _is_known(filled, node, question)):
                continue
            grouped = top.question is not None and top.question.holds_others
            here = (top, *rows) if grouped else ()
            if here != place:
                sections.append(Section(_title(filled, top, rows) if grouped else ""))
                place = here
            sections[-1].lines.append(_line(filled, node, question, alert))
    return sections


def scores(filled: Filled) -> list[Score]:
    """What the form reckons from its answers; those that come to nothing are left out."""
    root = filled.top.children[0]
    levels = {alert.path: alert.level for alert in reversed(_alerts(filled))}
    found = []
    for score in filled.definition.settings.get("scores", ()):
        value, tree = stored(filled.evaluate(root, score["value"])), score["value"]
        level = levels.get(tree[1], "") if isinstance(tree, list) and tree[0] == "p" else ""
        if value:
            found.append(Score(score["name"], filled.words(root, score["label"]) or score["name"], value, level))
    return found


def _alerts(filled: Filled) -> list[Alert]:
    return [
        Alert(node.path, rule.level, filled.words(node, rule.label))
        for rule in filled.definition.alerts
        for node in select(filled.top, rule.path)
        if node.value and filled.holds(node, rule.test)
    ]


def _answered(node: Node, rows: tuple[Node, ...]) -> Iterator[tuple[Node, tuple[Node, ...]]]:
    """The answered nodes below, each with the rows of repeats around it."""
    if node.row:
        rows = (*rows, node)
    if node.value and not node.children:
        yield node, rows
    for child in node.children:
        yield from _answered(child, rows)


def _is_known(filled: Filled, node: Node, question: Question) -> bool:
    """Whether it only says what the register told the form: nobody has found it out."""
    context, tree = filled.definition.context, question.calculation
    if context and isinstance(tree, list) and tree[0] == "p":
        return any(there.place in context for there in select(node, tree[1]))
    return question.path in context


def _title(filled: Filled, top: Node, rows: tuple[Node, ...]) -> str:
    parts = [] if top.row else [filled.words(top, top.question.label if top.question else {})]
    for row in rows:
        assert row.question is not None
        parts.append(f"{filled.words(row, row.question.label) or row.name} {row.row}")
    return " · ".join(part for part in parts if part)


def _line(filled: Filled, node: Node, question: Question, alert: Alert | None) -> Line:
    words = filled.words(node, question.label) or _score_words(filled, question)
    return Line(
        path=node.path,
        type=question.type,
        label=words or (alert.label if alert else question.name),
        text=in_words(filled, question, node.value),
        value=node.value,
        level=alert.level if alert else "",
        alert=alert.label if alert and words else "",
    )


def _score_words(filled: Filled, question: Question) -> str:
    """What a calculation is called that is a score, and has no label of its own."""
    for score in filled.definition.settings.get("scores", ()):
        if score["value"] == ["p", question.path]:
            return filled.words(filled.top, score["label"])
    return ""


def in_words(filled: Filled, question: Question, value: str) -> str:
    """A canonical text as a person writes it in the form's language."""
    french = bool(FRENCH.match(filled.language))
    match question.type:
        case "select_one":
            return _choice(filled, question, value)
        case "select_multiple" | "rank":
            return ", ".join(_choice(filled, question, name) for name in words(value))
        case "range":
            scale = f"{value}/{question.parameters['end']}"
            label = _choice(filled, question, value)
            return f"{label} ({scale})" if label != value else scale
        case "integer" | "decimal" | "calculate":
            unit = question.parameters.get("unit")
            number = value.replace(".", ",") if french and re.fullmatch(r"-?\d+\.\d+", value) else value
            return number + (f"\u00a0{unit}" if unit else "")
        case "date" | "today":
            return formatted(value, "%d/%m/%Y" if french else "%e %b %Y", filled.clock)
        case "dateTime" | "start" | "end":
            return formatted(value, "%d/%m/%Y %H:%M" if french else "%e %b %Y %H:%M", filled.clock)
        case "acknowledge":
            return "✓"
    return value


def _choice(filled: Filled, question: Question, name: str) -> str:
    """The words of a choice, whatever the question offers by now."""
    for choice in filled.definition.choices_of(question):
        if choice.name == name:
            return filled.words(filled.top, choice.label) or name
    return name
