"""A form's definition, read from form.json (twin: static/js/engine/definition.js)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from blueprints.forms.engine.completion import PARENTS, ROOT, SILENT, Text, complete
from blueprints.forms.engine.expressions import Tree


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a list; ``tone`` (ok, bad) says how it is drawn when chosen."""

    name: str
    label: Text
    tone: str = ""
    row: dict[str, Any] = field(default_factory=dict)  # all its columns


@dataclass(frozen=True, slots=True)
class Question:
    """A row of the survey: a question, a note, a calculation or a group of them."""

    type: str
    name: str
    path: str
    label: Text
    hint: Text
    guidance_hint: Text
    media: dict[str, dict[str, str]]
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
    choice_filter: Tree | None
    repeat_count: Tree | None
    events: tuple[tuple[str, Tree, str], ...]  # event, what it sets, the path that triggers it
    children: tuple["Question", ...]

    @property
    def asks(self) -> bool:
        """Whether a person answers it."""
        return self.type not in SILENT and self.calculation is None

    @property
    def holds_others(self) -> bool:
        """Whether it is a group, or a repeat of one."""
        return self.type in PARENTS

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
    wide: dict[str, tuple[str, ...]]
    checks: dict[str, tuple[str, ...]]
    wide_checks: dict[str, tuple[str, ...]]
    volatile: frozenset[str]
    context: frozenset[str]
    triggers: dict[str, tuple[tuple[str, Tree], ...]]  # what a change of a path sets: path, tree
    alerts: tuple[AlertRule, ...]
    source: dict[str, Any]
    root: str = ROOT
    questions: dict[str, Question] = field(default_factory=dict)
    names: dict[str, frozenset[str]] = field(default_factory=dict)
    counted: tuple[str, ...] = ()  # the repeats with a count
    given: dict[str, Any] = field(default_factory=dict)  # what our register told it: see forms/register.py
    _below: dict[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)

    def language(self, wanted: str) -> str:
        """The wanted language where the form speaks it, else its own."""
        return wanted if wanted in self.languages else self.default_language

    @property
    def dialect(self) -> str:
        return str(self.source.get("dialect", ""))

    def readers_below(self, place: str) -> tuple[tuple[str, ...], ...]:
        """Who reads a place or anything below it, each once: as in deps, wide, checks and wide_checks."""
        if place not in self._below:
            paths = [path for path in self.questions if f"{path}/".startswith(f"{place}/")]
            maps = (self.deps, self.wide, self.checks, self.wide_checks)
            self._below[place] = tuple(
                tuple(dict.fromkeys(reader for path in paths for reader in readers.get(path, ()))) for readers in maps
            )
        return self._below[place]

    def around(self, question: Question) -> tuple[Question, ...]:
        """The questions that stand beside it, itself among them."""
        parent = self.questions.get(question.path.rpartition("/")[0])
        return parent.children if parent else self.survey

    def choices_of(self, question: Question) -> tuple[Choice, ...]:
        return self.choices.get(question.list_name, ())

    def names_of(self, question: Question) -> frozenset[str]:
        """The names of the choices of a question."""
        return self.names.get(question.list_name, frozenset())

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
            name: tuple(Choice(item["name"], item.get("label", {}), item.get("tone", ""), item) for item in items)
            for name, items in whole["choices"].items()
        },
        order=tuple(whole["order"]),
        deps=_readers(whole, "deps"),
        wide=_readers(whole, "wide"),
        checks=_readers(whole, "checks"),
        wide_checks=_readers(whole, "wide_checks"),
        volatile=frozenset(whole["volatile"]),
        context=frozenset(whole.get("context", ())),
        triggers=_triggers(survey),
        alerts=tuple(AlertRule(rule["path"], rule["test"], rule["level"], rule["label"]) for rule in whole["alerts"]),
        source=whole,
        root=whole.get("root", ROOT),
        counted=tuple(question.path for top in survey for question in _flat(top) if question.repeat_count is not None),
        names={name: frozenset(item["name"] for item in items) for name, items in whole["choices"].items()},
        questions={question.path: question for top in survey for question in _flat(top)},
    )


def _question(row: dict[str, Any]) -> Question:
    return Question(
        type=row["type"],
        name=row["name"],
        path=row["path"],
        label=row.get("label", {}),
        hint=row.get("hint", {}),
        guidance_hint=row.get("guidance_hint", {}),
        media=row.get("media", {}),
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
        choice_filter=row.get("choice_filter"),
        repeat_count=row.get("repeat_count"),
        events=tuple((rule[0], rule[1], rule[2] if len(rule) > 2 else "") for rule in row.get("set", ())),
        children=tuple(map(_question, row.get("children", ()))),
    )


def _readers(whole: dict[str, Any], key: str) -> dict[str, tuple[str, ...]]:
    return {path: tuple(readers) for path, readers in whole.get(key, {}).items()}


def _triggers(survey: tuple[Question, ...]) -> dict[str, tuple[tuple[str, Tree], ...]]:
    found: dict[str, list[tuple[str, Tree]]] = {}
    for top in survey:
        for question in _flat(top):
            for _event, tree, trigger in question.events:
                if trigger:
                    found.setdefault(trigger, []).append((question.path, tree))
    return {path: tuple(rules) for path, rules in found.items()}


def _flat(question: Question) -> Iterator[Question]:
    yield question
    for child in question.children:
        yield from _flat(child)
