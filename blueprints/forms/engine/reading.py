"""The answers as a reader wants them: by section, in words. Only the server needs it: no twin in JavaScript."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from blueprints.forms.engine.dates import Clock, formatted
from blueprints.forms.engine.definition import Definition, Question
from blueprints.forms.engine.functions import words
from blueprints.forms.engine.recompute import Filled
from blueprints.forms.engine.verdict import Alert

TIMELESS = Clock(datetime(1970, 1, 1, tzinfo=UTC))


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
    """The answers of one outermost group; ``title`` is '' for questions outside of all groups."""

    title: str
    lines: list[Line] = field(default_factory=list)


def readable(
    definition: Definition, values: Mapping[str, str], language: str, clock: Clock | None = None
) -> list[Section]:
    """The answers that were given, by section and in the form's order.

    ``values`` are a verdict's. ``clock`` is when they were given; it matters only where a label or an alert asks for
    today's date.
    """
    filled = Filled(definition, clock or TIMELESS, language)
    for path, value in values.items():
        if path in filled.nodes:
            filled.nodes[path].value = value
    alerts: dict[str, Alert] = {}
    for rule in definition.alerts:
        node = filled.nodes[rule.path]
        if node.value and rule.path not in alerts and filled.holds(node, rule.test):
            alerts[rule.path] = Alert(rule.path, rule.level, filled.words(node, rule.label))
    sections: list[Section] = []
    for top in definition.survey:
        title = filled.words(filled.nodes[top.path], top.label) if top.type == "group" else ""
        lines = [
            _line(filled, question, alerts.get(question.path))
            for question in definition.questions.values()
            if (question is top or question.path.startswith(f"{top.path}/"))
            and filled.nodes[question.path].value
            and question.label
        ]
        if lines and sections and not title and not sections[-1].title:
            sections[-1].lines.extend(lines)
        elif lines:
            sections.append(Section(title, lines))
    return sections


def _line(filled: Filled, question: Question, alert: Alert | None) -> Line:
    node = filled.nodes[question.path]
    return Line(
        path=question.path,
        type=question.type,
        label=filled.words(node, question.label),
        text=in_words(filled, question, node.value),
        value=node.value,
        level=alert.level if alert else "",
        alert=alert.label if alert else "",
    )


def in_words(filled: Filled, question: Question, value: str) -> str:
    """A canonical text as a person writes it in the form's language."""
    french = filled.language == "fr"
    labels = {name: label for name, label, _tone in filled.options(question)}
    match question.type:
        case "select_one" | "select_multiple":
            return ", ".join(labels.get(name, name) for name in words(value))
        case "range":
            scale = f"{value}/{question.parameters['end']}"
            return f"{labels[value]} ({scale})" if value in labels else scale
        case "integer" | "decimal" | "calculate":
            unit = question.parameters.get("unit")
            return (value.replace(".", ",") if french else value) + (f"\u00a0{unit}" if unit else "")
        case "date":
            return formatted(value, "%d/%m/%Y" if french else "%e %b %Y", filled.clock)
        case "acknowledge":
            return "✓"
    return value
