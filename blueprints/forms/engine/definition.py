"""A form's definition, read from form.json (twin: static/js/engine/definition.js)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from blueprints.forms.engine.completion import ROOT, Text, complete
from blueprints.forms.engine.expressions import Tree


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a list; ``tone`` (ok, bad) says how it is drawn when chosen."""

    name: str
    label: Text
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A row of the survey: a question, a note, a calculation or a group of them."""

    type: str
    name: str
    path: str
    label: Text
    hint: Text
    required: Tree | None
    required_message: Text
    relevant: Tree | None
    constraint: Tree | None
    constraint_message: Text
    calculation: Tree | None
    read_only: bool
    default: Tree | str | None
    appearance: str
    parameters: dict[str, Any]
    list_name: str
    score: str
    children: tuple["Question", ...]

    @property
    def asks(self) -> bool:
        """Whether a person answers it."""
        return self.type not in ("group", "note", "calculate") and self.calculation is None

    @property
    def is_page(self) -> bool:
        return self.type == "group" and "field-list" in self.appearance.split()


@dataclass(frozen=True, slots=True)
class AlertRule:
    """Answers that somebody must look at: where, when, how urgent, and in which words."""

    path: str
    test: Tree
    level: str
    label: Text


@dataclass(frozen=True, slots=True)
class Definition:
    """A checked form. ``source`` is the complete form.json; ``questions`` finds every row by its path."""

    form_id: str
    title: dict[str, str]
    languages: tuple[str, ...]
    default_language: str
    settings: dict[str, Any]
    survey: tuple[Question, ...]
    choices: dict[str, tuple[Choice, ...]]
    order: tuple[str, ...]
    deps: dict[str, tuple[str, ...]]
    volatile: frozenset[str]
    alerts: tuple[AlertRule, ...]
    source: dict[str, Any]
    root: str = ROOT
    questions: dict[str, Question] = field(default_factory=dict)

    def language(self, wanted: str) -> str:
        """The wanted language where the form speaks it, else its own."""
        return wanted if wanted in self.languages else self.default_language

    def choices_of(self, question: Question) -> tuple[Choice, ...]:
        return self.choices.get(question.list_name, ())

    @property
    def use(self) -> str:
        return str(self.settings.get("use", "checklist"))

    @property
    def pages(self) -> tuple[Question, ...]:
        """Its groups that are pages, in order."""
        return tuple(question for question in self.questions.values() if question.is_page)


def load(source: dict[str, Any]) -> Definition:
    """Read form.json. Raises DefinitionError naming everything that is wrong with it."""
    whole = complete(source)
    survey = tuple(map(_question, whole["survey"]))
    return Definition(
        form_id=whole["form_id"],
        title=whole["title"],
        languages=tuple(whole["languages"]),
        default_language=whole["default_language"],
        settings=whole["settings"],
        survey=survey,
        choices={
            name: tuple(Choice(item["name"], item["label"], item.get("tone", "")) for item in items)
            for name, items in whole["choices"].items()
        },
        order=tuple(whole["order"]),
        deps={path: tuple(readers) for path, readers in whole["deps"].items()},
        volatile=frozenset(whole["volatile"]),
        alerts=tuple(AlertRule(rule["path"], rule["test"], rule["level"], rule["label"]) for rule in whole["alerts"]),
        source=whole,
        questions={question.path: question for top in survey for question in _flat(top)},
    )


def _question(row: dict[str, Any]) -> Question:
    return Question(
        type=row["type"],
        name=row["name"],
        path=row["path"],
        label=row.get("label", {}),
        hint=row.get("hint", {}),
        required=row.get("required"),
        required_message=row.get("required_message", {}),
        relevant=row.get("relevant"),
        constraint=row.get("constraint"),
        constraint_message=row.get("constraint_message", {}),
        calculation=row.get("calculation"),
        read_only=bool(row.get("read_only")),
        default=row.get("default"),
        appearance=row.get("appearance", ""),
        parameters=row.get("parameters", {}),
        list_name=row.get("list_name", ""),
        score=row.get("score", ""),
        children=tuple(map(_question, row.get("children", ()))),
    )


def _flat(question: Question) -> Iterator[Question]:
    yield question
    for child in question.children:
        yield from _flat(child)
