"""What is to be said of a filled form (twin: static/js/engine/verdict.js)."""

from collections.abc import Container, Iterable
from dataclasses import dataclass, field

from blueprints.forms.engine.dates import Clock
from blueprints.forms.engine.definition import Definition
from blueprints.forms.engine.nodes import Node
from blueprints.forms.engine.recompute import Filled, recompute
from blueprints.forms.engine.values import Say, canonical, unified


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

    ``values``: canonical texts, only of what is relevant and not blank. ``missing`` and ``invalid``: messages in the
    form's language. ``typed``: what was posted, to be shown again. ``unreadable``: what of it has no canonical text.
    """

    filled: Filled
    opening: bool = False  # nobody has answered yet
    typed: dict[str, list[str]] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    relevant: set[str] = field(default_factory=set)
    missing: dict[str, str] = field(default_factory=dict)
    invalid: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether the form can be taken."""
        return not self.missing and not self.invalid

    @property
    def messages(self) -> dict[str, str]:
        """What must be put right, by path."""
        return {**self.missing, **self.invalid}


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
    verdict = Verdict(filled, opening=True)
    for node in filled.nodes.values():
        default = node.question.default if node.question else None
        if isinstance(default, str):
            put(verdict, node.path, [default], None, str)
            verdict.typed[node.path] = [default]
    recompute(filled)
    conclude(verdict, str)
    verdict.missing.clear()
    verdict.invalid.clear()
    return verdict


def put(verdict: Verdict, name: str, texts: list[str], files: Container[str] | None, say: Say) -> None:
    """Put what was typed under one name into the form, or note why it cannot be read."""
    verdict.unreadable.pop(name, None)
    verdict.filled.taken.discard(name)
    question, definition = verdict.filled.definition.questions.get(name), verdict.filled.definition
    if question is None or question.type in ("group", "note"):
        if any(texts):
            verdict.unreadable[name] = say("This question is not in the form.")
        return
    if question.calculation is not None and name not in definition.volatile:
        return  # calculated here, whatever was sent
    value, message = canonical(definition, question, texts, files, say)
    verdict.filled.nodes[name].value = value
    if message:
        verdict.unreadable[name] = message
    if question.calculation is not None and value:
        verdict.filled.taken.add(name)


def conclude(verdict: Verdict, say: Say) -> Verdict:
    """Say what is missing, invalid, left out or alarming, once relevance and calculations are up to date."""
    filled, unreadable = verdict.filled, verdict.unreadable
    verdict.values, verdict.relevant, verdict.missing, verdict.findings, verdict.alerts = {}, set(), {}, [], []
    verdict.invalid = {name: text for name, text in unreadable.items() if name not in filled.nodes}
    for path, node in filled.nodes.items():
        if node.relevant:
            verdict.relevant.add(path)
            if path in unreadable:
                verdict.invalid[path] = unreadable[path]
            else:
                _weigh(verdict, path, node, say)
        elif any(verdict.typed.get(path, ())) and node.question and node.question.asks:
            left_out = say("Left out, since another answer makes this question pointless.")
            verdict.findings.append(Finding(path, "left-out", left_out))
    for rule in filled.definition.alerts:
        node = filled.nodes[rule.path]
        if node.relevant and rule.path not in verdict.invalid and filled.holds(node, rule.test):
            verdict.alerts.append(Alert(rule.path, rule.level, filled.words(node, rule.label)))
    return verdict


def _weigh(verdict: Verdict, path: str, node: Node, say: Say) -> None:
    """One relevant node whose value could be read."""
    filled, question = verdict.filled, node.question
    if question is None:
        return
    if node.value:
        verdict.values[path] = node.value
        if question.constraint is not None and not filled.holds(node, question.constraint):
            own = filled.words(node, question.constraint_message)
            verdict.invalid[path] = own or say("This answer is not possible here.")
    elif question.asks and question.required is not None and filled.holds(node, question.required):
        verdict.missing[path] = filled.words(node, question.required_message) or say("This question needs an answer.")
