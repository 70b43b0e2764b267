"""What is to be said of a filled form (twin: static/js/engine/verdict.js)."""

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from typing import Any

from blueprints.forms.engine.dates import Clock
from blueprints.forms.engine.definition import Definition
from blueprints.forms.engine.filled import Filled
from blueprints.forms.engine.functions import words
from blueprints.forms.engine.nodes import Node, add_row, select
from blueprints.forms.engine.recompute import ROWS, add_to, open_form, recompute, take_out
from blueprints.forms.engine.values import Say, canonical, unified

ROW = re.compile(r"\[\d{1,6}\](?=/|$)", re.ASCII)
NUMBER = re.compile(r"\[(\d+)\]", re.ASCII)


@dataclass(frozen=True, slots=True)
class Alert:
    """An answer that somebody must look at; ``level`` is urgent or watch."""

    path: str
    level: str
    label: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What was noticed and done about an answer, without refusing it; ``what`` is "left-out"."""

    path: str
    what: str
    text: str


@dataclass(slots=True)
class Verdict:
    """The answers as they are kept, and what is wrong with them. All maps are by path.

    ``typed``: what was posted, to be shown again. ``unreadable``: what of it has no canonical text. What is said of the
    nodes is kept by node, for rows move.
    """

    filled: Filled
    opening: bool = False  # nobody has answered yet
    typed: dict[str, list[str]] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    absent: dict[Node, str] = field(default_factory=dict)
    wrong: dict[Node, str] = field(default_factory=dict)
    left_out: dict[Node, str] = field(default_factory=dict)
    _made: dict[str, Any] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, str]:
        """Canonical texts, only of what is relevant and not blank."""
        if "values" not in self._made:
            nodes = [node for node in self.filled.relevant() if node.value and not node.children]
            self._made["values"] = {node.path: node.value for node in nodes if node.path not in self.unreadable}
        found: dict[str, str] = self._made["values"]
        return found

    @property
    def kept(self) -> list[list[str]]:
        """The answers as they are kept: each value, and rows of repeats that have none, so that they stay rows."""
        values = self.values
        return [
            [node.path, values.get(node.path, "")]
            for node in self.filled.relevant()
            if node.path in values or (node.row and not any(below.value for below in node.below()))
        ]

    @property
    def relevant(self) -> set[str]:
        """The paths of what is asked."""
        if "relevant" not in self._made:
            self._made["relevant"] = {node.path for node in self.filled.relevant()}
        found: set[str] = self._made["relevant"]
        return found

    @property
    def missing(self) -> dict[str, str]:
        """What must be answered and is not, with its message."""
        return {node.path: text for node, text in self.absent.items()}

    @property
    def invalid(self) -> dict[str, str]:
        """What cannot be taken, with its message; answers to questions that are not there among it."""
        if "invalid" not in self._made:
            nowhere = {name: text for name, text in self.unreadable.items() if self.filled.find(name) is None}
            self._made["invalid"] = nowhere | {node.path: text for node, text in self.wrong.items()}
        found: dict[str, str] = self._made["invalid"]
        return found

    @property
    def findings(self) -> list[Finding]:
        """What was done about answers without refusing them."""
        return [Finding(node.path, "left-out", text) for node, text in self.left_out.items()]

    @property
    def alerts(self) -> list[Alert]:
        """The answers that somebody must look at."""
        filled = self.filled
        return [
            Alert(node.path, rule.level, filled.words(node, rule.label))
            for rule in filled.definition.alerts
            for node in select(filled.top, rule.path)
            if node.relevant and node not in self.wrong and filled.holds(node, rule.test)
        ]

    @property
    def ok(self) -> bool:
        """Whether the form can be taken."""
        return not self.missing and not self.invalid

    @property
    def messages(self) -> dict[str, str]:
        """What must be put right, by path."""
        return {**self.missing, **self.invalid}

    def forget(self) -> None:
        """Nothing is held against anybody."""
        for kept in (self.absent, self.wrong, self.left_out):
            kept.clear()
        self._made.clear()


def judge(
    definition: Definition,
    answers: Iterable[tuple[str, str]],
    clock: Clock,
    language: str,
    files: Container[str] | None = None,
    say: Say = str,
) -> Verdict:
    """Judge the answers of a filled form.

    ``answers`` are (name, text) pairs as posted, without the envelope. ``clock`` is that of the phone. ``files`` holds
    the ids of files that belong to the answers (None: any). ``say`` translates the engine's messages. Raises nothing.
    """
    filled = Filled(definition, clock, language)
    verdict = Verdict(filled)
    for name, text in answers:
        verdict.typed.setdefault(name, []).append(unified(text))
    make_rows(filled, verdict.typed)
    for name, texts in verdict.typed.items():
        put(verdict, name, texts, files, say)
    recompute(filled)
    return conclude(verdict, say)


def blank(definition: Definition, clock: Clock, language: str) -> Verdict:
    """The form as it opens: defaults filled in, nothing reproached.

    A default that is an expression is left to the page, which evaluates it when it is opened: a kept page must not
    carry the day on which it was made.
    """
    filled = Filled(definition, clock, language)
    filled.opening = True
    open_form(filled)
    verdict = Verdict(filled, opening=True)
    for path, node in filled.nodes.items():
        default = node.question.default if node.question else None
        if isinstance(default, str):
            put(verdict, path, [default], None, str)
            verdict.typed[path] = [default]
    recompute(filled)
    verdict.forget()
    return verdict


def make_rows(filled: Filled, names: Iterable[str]) -> None:
    """The rows that the names of the answers speak of. A number without those before it makes none."""
    rows = {name[: found.end()] for name in names for found in ROW.finditer(name)}
    for path in sorted(rows, key=lambda path: (len(path), path)):
        parent = filled.find(path.rpartition("/")[0])
        question = filled.definition.questions.get(NUMBER.sub("", path))
        if parent is not None and question is not None and question.type == "repeat":
            number = len(parent.named(question.name)) + 1
            if number <= ROWS and path.endswith(f"[{number}]") and question.path.startswith(f"{parent.place}/"):
                add_row(parent, question, filled.definition.around(question))


def add(verdict: Verdict, path: str) -> set[Node]:
    """Add a row to the repeat at this path (its parent's, with numbers, and its name). Gives what has changed."""
    filled = verdict.filled
    parent = filled.find(path.rpartition("/")[0])
    question = filled.definition.questions.get(NUMBER.sub("", path))
    return add_to(filled, parent, question) if parent and question and question.type == "repeat" else set()


def remove(verdict: Verdict, path: str) -> set[Node]:
    """Take the row at this path out; what was typed in those after it moves up. Gives what has changed."""
    row = verdict.filled.find(path)
    if row is None or not row.row:
        return set()
    base, number = path[: path.rindex("[") + 1], row.row
    for kept in (verdict.typed, verdict.unreadable):
        _renumber(kept, base, number)
    for node in row.below():
        _forget(verdict, node)
    return take_out(verdict.filled, row)


def _renumber(kept: dict[str, Any], base: str, number: int) -> None:
    for name in [name for name in kept if name.startswith(base)]:
        own, _, rest = name[len(base) :].partition("]")
        if int(own) >= number:
            value = kept.pop(name)
            if int(own) > number:
                kept[f"{base}{int(own) - 1}]{rest}"] = value


def put(verdict: Verdict, name: str, texts: list[str], files: Container[str] | None, say: Say) -> None:
    """Put what was typed under one name into the form, or note why it cannot be read."""
    verdict.unreadable.pop(name, None)
    verdict.filled.taken.discard(name)
    node, definition = verdict.filled.find(name), verdict.filled.definition
    question = node.question if node else None
    if node is None or question is None or question.holds_others or question.type == "note":
        if any(texts):
            row = node is None and any(
                (around := definition.questions.get(NUMBER.sub("", name[: found.start()]))) and around.type == "repeat"
                for found in ROW.finditer(name)
            )
            message = say("This row is not in the form.") if row else say("This question is not in the form.")
            verdict.unreadable[name] = message
        return
    if question.calculation is not None and question.path not in definition.volatile:
        return  # calculated here, whatever was sent
    value, message = canonical(definition, question, texts, files, say)
    node.value = value
    if message:
        verdict.unreadable[name] = message
    if question.calculation is not None and value:
        verdict.filled.taken.add(name)


def conclude(verdict: Verdict, say: Say, touched: Iterable[Node] | None = None) -> Verdict:
    """Say what is missing, invalid or left out, once relevance and calculations are up to date.

    ``touched``: the nodes to look at again (None: all).
    """
    verdict._made.clear()
    if touched is None:
        verdict.forget()
        _look(verdict, verdict.filled.top.children[0], True, say)
    else:
        for node in touched:
            _forget(verdict, node)
            _weigh(verdict, node, node.relevant, say)
    return verdict


def _forget(verdict: Verdict, node: Node) -> None:
    for kept in (verdict.absent, verdict.wrong, verdict.left_out):
        kept.pop(node, None)


def _look(verdict: Verdict, node: Node, around: bool, say: Say) -> None:
    """Look at a node and those below it; ``around``: whether what it lies in is relevant."""
    relevant = around and node.own
    _weigh(verdict, node, relevant, say)
    for child in node.children:
        _look(verdict, child, relevant, say)


def _weigh(verdict: Verdict, node: Node, relevant: bool, say: Say) -> None:
    """Look at one node."""
    filled, question = verdict.filled, node.question
    if question is None:
        return
    if not relevant:
        if question.asks and any(verdict.typed.get(node.path, ())):
            verdict.left_out[node] = say("Left out, since another answer makes this question pointless.")
    elif node.path in verdict.unreadable:
        verdict.wrong[node] = verdict.unreadable[node.path]
    elif node.value and not question.holds_others:
        if question.constraint is not None and not filled.holds(node, question.constraint):
            own = filled.words(node, question.constraint_message)
            verdict.wrong[node] = own or say("This answer is not possible here.")
        elif question.choice_filter is not None and not _offered(filled, node):
            verdict.wrong[node] = say("This answer is not among the choices.")
    elif question.required is not None and _demanded(filled, node):
        verdict.absent[node] = filled.words(node, question.required_message) or say("This question needs an answer.")


def _demanded(filled: Filled, node: Node) -> bool:
    """Whether a question must be answered. What the register fills is never asked of anybody."""
    question = node.question
    assert question is not None
    asked = not question.holds_others and question.path not in filled.definition.context
    return asked and filled.holds(node, question.required)


def _offered(filled: Filled, node: Node) -> bool:
    question = node.question
    assert question is not None
    if not filled.definition.names_of(question):
        return True
    names = [node.value] if question.type == "select_one" else words(node.value)
    return {choice.name for choice in filled.choices(node)}.issuperset(names)
