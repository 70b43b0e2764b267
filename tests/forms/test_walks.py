"""Random walks through the forms of others: both engines, one answer after the other, rows added and taken out.

What is checked: at each step the two engines say the same, and what was looked at again was all that had to be; the
answers, posted as a page posts them, are judged alike by both and as the walk left them; and a reference engine
calculates the same.
"""

import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import rxeval
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blueprints.forms import engine
from blueprints.forms.checking.walks import left_to_chance, opened, said
from blueprints.forms.engine.definition import Question
from blueprints.forms.engine.recompute import recompute
from blueprints.forms.engine.verdict import Verdict, add, conclude, put, remove
from blueprints.forms.importing.converting import run
from blueprints.forms.twin import Twin

OPEN = Path(__file__).parents[1] / "data/forms/open"
CLOCK = engine.Clock.at("2026-11-24T10:15:30.000+01:00")
FORMS = sorted(path.name for path in OPEN.glob("*.xls*") if "service_rating" not in path.name)
TEXTS = "|x|Amina Diallo|0|1|3|17|45|120|-2|2.5|2,5|0612345678|2026-11-24|2019-02-28".split("|")  # noqa: SIM905
PLACES = ["48.1 -1.6", "48.1173 -1.6778 30 5", "1 2; 3 4; 5 6", "09:30", "2026-11-24T09:05", "OK", "a b", "٣"]

OURS = {  # questions of which the reference says otherwise, and why ours is kept
    "actual_birthday__date__": "a date less a blank is no date, so blank (choice 3)",
    "age__int__": "a date less a blank is no number, so blank (choice 3)",
    "age_note": "what is no number is blank (choice 3)",
    "slope_radius": "the reference has no atan()",
    "slope_radius_inner": "the reference has no atan()",
    "countryname": "the reference has no jr:choice-name() of what selected-at() gives",
}


@pytest.fixture(scope="module")
def twin() -> Iterator[Twin]:
    with Twin() as asked:
        yield asked


@cache
def form(name: str) -> tuple[engine.Definition, str]:
    """A form's definition, and the XForm it was made of."""
    found = run((OPEN / name).read_bytes(), name)
    assert found["ok"], found["errors"]
    return engine.load(found["form"]), found["xform"]


def answers_to(definition: engine.Definition, question: Question) -> st.SearchStrategy[str]:
    """Mostly such as a person gives, sometimes nonsense."""
    names = [choice.name for choice in definition.choices_of(question)][:40]
    if names and question.type == "select_one":
        return st.one_of(st.sampled_from([*names, ""]), st.sampled_from(names), st.sampled_from(TEXTS))
    if names:
        return st.lists(st.sampled_from(names), max_size=3).map(" ".join)
    return st.sampled_from([*TEXTS, *PLACES])


def compared(verdict: Verdict, there: dict[str, Any], chance: set[str]) -> None:
    """The engine in JavaScript says the same, but of what is left to chance."""
    here = said(verdict)
    there["relevant"] = sorted(there["relevant"])
    for one in (here, there):
        for kind in ("values", "all"):
            one[kind] = {path: text for path, text in one[kind].items() if not _chance(verdict, path, chance)}
    assert {key: there[key] for key in here} == here


def _chance(verdict: Verdict, path: str, chance: set[str]) -> bool:
    node = verdict.filled.find(path)
    return node is not None and node.place in chance


@pytest.mark.parametrize("name", FORMS)
@given(data=st.data())
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_both_engines_walk_alike(twin: Twin, name: str, data: st.DataObject) -> None:
    definition, _xform = form(name)
    chance = left_to_chance(definition)
    verdict = opened(definition, CLOCK)
    twin.ask("definition", definition=definition.source)
    language = definition.default_language
    compared(verdict, twin.ask("open", form_id=definition.form_id, clock=CLOCK.text, language=language), chance)
    for _ in range(5):
        step, touched = data.draw(steps(definition, verdict)), set()
        if "more" in step:
            touched |= add(verdict, step["more"])
        if "less" in step:
            touched |= remove(verdict, step["less"])
        for path, texts in step.get("set", {}).items():
            put(verdict, path, texts, None, str)
            verdict.typed[path] = texts
        touched |= recompute(verdict.filled, step.get("set", {}))
        conclude(verdict, str, touched)
        compared(verdict, twin.ask("walk", form_id=definition.form_id, **step), chance)
        quick = said(verdict)
        assert said(conclude(verdict, str)) == quick
    if not chance:
        posted_alike(definition, verdict, twin)


@st.composite
def steps(draw: st.DrawFn, definition: engine.Definition, verdict: Verdict) -> dict[str, Any]:
    """Some answers; or a row more, or less."""
    nodes = list(verdict.filled.nodes.values())
    rows = [node.path for node in nodes if node.row and node.question and node.question.repeat_count is None]
    if rows and draw(st.integers(0, 2)) == 0:
        row = draw(st.sampled_from(rows))
        return {"less": row} if draw(st.booleans()) else {"more": row.rpartition("[")[0]}
    asked = [node for node in nodes if node.question and node.question.asks]
    chosen = draw(st.lists(st.sampled_from(asked), min_size=1, max_size=8, unique=True)) if asked else []
    return {"set": {node.path: [draw(answers_to(definition, node.question))] for node in chosen if node.question}}


def posted_alike(definition: engine.Definition, verdict: Verdict, twin: Twin) -> None:
    """What a page would post of the walk is judged alike by both, and nothing that was answered is lost."""
    answers = []
    for path, node in verdict.filled.nodes.items():
        question = node.question
        if node.row:
            answers.append((path, ""))
        elif question is not None and not question.holds_others and question.type != "note":
            answers += [(path, text) for text in verdict.typed.get(path, [node.value] if node.value else [])]
    language = definition.default_language
    here = engine.judge(definition, answers, CLOCK, language)
    there = twin.ask("verdict", form_id=definition.form_id, answers=answers, clock=CLOCK.text, language=language)
    compared(here, there, set())
    assert (here.values, here.missing, here.invalid) == (verdict.values, verdict.missing, verdict.invalid)


@pytest.mark.parametrize("name", [name for name in FORMS if "cht" not in name])
def test_a_reference_engine_calculates_the_same(name: str) -> None:
    """rxeval, an engine by others, is given the same plain answers; what is asked and calculated is compared."""
    definition, xform = form(name)
    definition = engine.load({**definition.source, "context": []})
    chance = left_to_chance(definition)
    verdict = opened(definition, CLOCK)
    reference = rxeval.Session(xform, today=CLOCK.text[:10], now=CLOCK.text)
    reference.recompute()
    for node in verdict.filled.relevant():
        if node.question and node.question.type in ("start", "today"):
            reference.set(node.path, node.value)
    chosen = random.Random(name)
    plain = [
        question
        for question in definition.questions.values()
        if question.asks and all(definition.questions[path].type == "group" for path in parents(definition, question))
    ]

    def answer(path: str, text: str) -> None:
        node = verdict.filled.find(path)
        assert node is not None
        node.value = text
        recompute(verdict.filled, [path])
        reference.set(path, text)

    for _ in range(6):
        for question in chosen.sample(plain, min(len(plain), 6)):
            answer(question.path, likely(definition, question, chosen))
        theirs = reference.recompute()
        for _again in range(5):  # the reference reads answers that are not relevant; ours are blank
            for question in plain:
                node = verdict.filled.find(question.path)
                if node is not None and node.value and not node.relevant:
                    answer(question.path, "")
            theirs = reference.recompute()
        for path, relevant in theirs["relevant"].items():
            node = verdict.filled.find(path)
            assert node is None or node.name in OURS or node.relevant == relevant, path
        for node in verdict.filled.relevant():
            calculated = node.question is not None and node.question.calculation is not None
            if calculated and "[" not in node.path and node.place not in chance and node.name not in OURS:
                value = reference.get(node.path)
                assert node.text == ("" if value == "NaN" else value), node.path  # NaN is kept as a blank


def parents(definition: engine.Definition, question: Question) -> list[str]:
    """The paths of the groups around a question."""
    steps = question.path.split("/")
    paths = ["/".join(steps[:end]) for end in range(3, len(steps))]
    return [path for path in paths if path in definition.questions]


def likely(definition: engine.Definition, question: Question, chosen: random.Random) -> str:
    """An answer of the question's type."""
    names = [choice.name for choice in definition.choices_of(question)]
    if names:
        return chosen.choice(names)
    kinds = {
        "integer": "3 17 45",
        "decimal": "2.5 17",
        "range": "3",
        "date": "2019-02-28 2026-11-24",
        "text": "Amina x",
    }
    return chosen.choice(kinds.get(question.type, "").split() or [""])
