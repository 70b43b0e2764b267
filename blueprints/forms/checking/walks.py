"""Answers given one after the other in real forms, with what others say of each step, put to both engines.

A walk's facts are those on which ODK's engines agree. So a form is filled as they do it: what the register would fill
in (`context`) is a group like any other. A path without numbers is that of the first row.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from blueprints.forms.checking.vectors import Tally
from blueprints.forms.engine.completion import DefinitionError
from blueprints.forms.engine.dates import Clock
from blueprints.forms.engine.definition import Definition, load
from blueprints.forms.engine.filled import Filled
from blueprints.forms.engine.nodes import Node, select
from blueprints.forms.engine.recompute import open_form, recompute
from blueprints.forms.engine.trees import calls
from blueprints.forms.engine.verdict import Verdict, conclude
from blueprints.forms.twin import Twin

CHANCE = {"random", "uuid", "randomize"}
Read = Callable[[str], dict[str, Any]]  # the form.json of a file; raises OSError or ValueError where there is none


@dataclass(slots=True)
class Walked(Tally):
    """What came out: steps as they are counted for vectors, and single facts as [matched, compared]."""

    values: list[int] = field(default_factory=lambda: [0, 0])
    relevant: list[int] = field(default_factory=lambda: [0, 0])
    missing: list[int] = field(default_factory=lambda: [0, 0])
    invalid: list[int] = field(default_factory=lambda: [0, 0])


def check(source: dict[str, Any], read: Read, twin: Twin) -> Walked:
    """Walk through every form of a file of walks."""
    tally = Walked()
    for walk in source["forms"]:
        tally.total += len(walk["steps"])
        try:
            form = read(walk["file"])
            definition = load({**form, "context": []})
        except (OSError, ValueError) as error:
            problem = error.problems[0] if isinstance(error, DefinitionError) else str(error)
            tally.unsupported += len(walk["steps"])
            tally.compared += len(walk["steps"])
            tally.misses.append({"id": walk["file"], "why": f"the form is not imported: {problem}"})
            continue
        twin.ask("definition", definition=definition.source)
        _walk(definition, walk, twin, tally)
    return tally


def _walk(definition: Definition, walk: dict[str, Any], twin: Twin, tally: Walked) -> None:
    now = walk["now"].replace("Z", "+00:00")
    clock = Clock.at(now)
    verdict, chance = opened(definition, clock), left_to_chance(definition)
    twin.ask("open", form_id=definition.form_id, clock=clock.text, language=definition.default_language)
    for number, step in enumerate(walk["steps"], 1):
        answers = {_first(verdict.filled, path): text for path, text in step["set"].items()}
        for path, text in answers.items():
            node = verdict.filled.find(path)
            if node is not None:
                node.value = text
        recompute(verdict.filled, answers)
        conclude(verdict, str)
        here = said(verdict)
        there = twin.ask(
            "walk", form_id=definition.form_id, set={path: [text] for path, text in answers.items()}, raw=True
        )
        there["relevant"] = sorted(there["relevant"])
        tally.compared += 1
        for one in (here, there):
            for kind in ("values", "all", "missing", "invalid"):
                one[kind] = {path: text for path, text in one[kind].items() if _plain(path) not in chance}
            one["relevant"] = [path for path in one["relevant"] if _plain(path) not in chance]
        differ = [key for key in here if here[key] != there[key]]
        tally.engines_differ += bool(differ)
        wrong = _facts(verdict, step, tally)
        if wrong or differ:
            why = f"the two engines differ in {', '.join(differ)}" if differ else "; ".join(wrong)
            tally.misses.append({"id": f"{walk['file']} step {number}", "why": why, "facts": wrong})
        else:
            tally.match += 1


def opened(definition: Definition, clock: Clock) -> Verdict:
    """The form as it is when somebody begins to fill it here and now."""
    verdict = Verdict(Filled(definition, clock, definition.default_language))
    verdict.filled.opening = verdict.filled.live = True
    open_form(verdict.filled)
    return conclude(verdict, str)


def left_to_chance(definition: Definition) -> set[str]:
    """The questions whose value or relevance follows from random() or uuid(): each engine has its own."""
    found = [path for path in definition.volatile if calls(definition.questions[path].calculation, CHANCE)]
    found += [
        path
        for path, question in definition.questions.items()
        if calls(question.default, CHANCE) or any(calls(tree, CHANCE) for _event, tree, _trigger in question.events)
    ]
    for path in found:
        readers = [*definition.deps.get(path, ()), *definition.wide.get(path, ())]
        below = [one for one in definition.questions if one.startswith(f"{path}/")]
        found += [reader for reader in dict.fromkeys([*readers, *below]) if reader not in found]
    return set(found)


def said(verdict: Verdict) -> dict[str, Any]:
    """All that can be compared of a filled form, as the engine in JavaScript says it."""
    return {
        "values": verdict.values,
        "missing": verdict.missing,
        "invalid": verdict.invalid,
        "relevant": sorted(verdict.relevant),
        "all": {path: node.value for path, node in verdict.filled.nodes.items()},
    }


def _first(filled: Filled, path: str) -> str:
    """The path with numbers of the first node of a question."""
    found = filled.find(path)
    nodes = [found] if found else select(filled.top, path)
    return nodes[0].path if nodes else path


def _facts(verdict: Verdict, step: dict[str, Any], tally: Walked) -> list[str]:
    """Compare one step's facts; gives what is wrong, in words."""
    filled, wrong = verdict.filled, []

    def count(kind: str, path: str, ours: object, theirs: object) -> None:
        counted = getattr(tally, kind)
        counted[1] += 1
        counted[0] += ours == theirs
        if ours != theirs:
            wrong.append(f"{kind} {path}: {ours!r} instead of {theirs!r}")

    def node(path: str) -> Node | None:
        return filled.find(_first(filled, path))

    for path, value in step.get("values", {}).items():
        here = node(path)
        count("values", path, here.text if here else None, value)
    for path, relevant in step.get("relevant", {}).items():
        here = node(path)
        rowless = False if path in filled.definition.questions else None  # a repeat without rows
        count("relevant", path, here.relevant if here else rowless, relevant)
    for kind, ours in (("missing", verdict.missing), ("invalid", _against_constraints(filled))):
        if kind in step:
            found = {_plain(path) for path in ours}
            for path in sorted(found | set(step[kind])):
                count(kind, path, path in found, path in step[kind])
    return wrong


def _against_constraints(filled: Filled) -> list[str]:
    """The paths whose constraint does not hold. That an answer is not offered is our own finding."""
    return [
        path
        for path, node in filled.nodes.items()
        if node.text and node.question and node.question.constraint is not None
        if not node.children and not filled.holds(node, node.question.constraint)
    ]


def _plain(path: str) -> str:
    return "".join(part.partition("]")[2] if at else part for at, part in enumerate(path.split("[")))
