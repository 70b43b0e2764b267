"""Rows of repeats: their numbers, what reads across them, what is posted for them, and what events set.

Each step is put to both engines.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from blueprints.forms import engine
from blueprints.forms.checking.walks import said
from blueprints.forms.engine.filled import Filled
from blueprints.forms.engine.recompute import open_form, recompute
from blueprints.forms.engine.verdict import Verdict, add, conclude, put, remove
from blueprints.forms.engine.xpath import parse
from blueprints.forms.twin import Twin

CLOCK = engine.Clock.at("2026-11-24T10:15:30.000+01:00")


def row(kind: str, name: str, **more: Any) -> dict[str, Any]:
    """A question, its expressions written as XPath."""
    for key in ("relevant", "constraint", "calculation", "repeat_count", "required", "choice_filter"):
        if isinstance(more.get(key), str):
            more[key] = parse(more[key])
    return {"type": kind, "name": name, "label": {"en": name}, **more}


def form(*survey: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"form_id": "f", "title": {"en": "F"}, "languages": ["en"], "source": {}, "survey": list(survey), **more}


HOUSEHOLD = form(
    row("text", "street", default="Main"),
    row(
        "repeat",
        "hh",
        children=[
            row("calculate", "no", calculation="position(..)"),
            row("text", "nm", required="true()"),
            row("integer", "age", constraint=". <= 120", default="1"),
            row("text", "job", relevant="../age >= 18"),
            row("calculate", "before", calculation="indexed-repeat(/data/hh/nm, /data/hh, position(..) - 1)"),
            row("repeat", "pet", children=[row("text", "kind"), row("calculate", "of", calculation="../../nm")]),
        ],
    ),
    row("calculate", "n", calculation="count(/data/hh)"),
    row("calculate", "sum", calculation="sum(/data/hh/age)"),
    row("calculate", "second", calculation="/data/hh[2]/nm"),
    row("calculate", "eldest", calculation="join(' ', /data/hh[age = max(/data/hh/age)]/nm)"),
    row("note", "says", label={"en": ["There are ", ["p", "/data/n"]]}),
)


class Both:
    """A form that is filled in both engines at once; each step asserts that they agree."""

    def __init__(self, twin: Twin, source: dict[str, Any]) -> None:
        self.twin = twin
        self.definition = engine.load(source)
        self.verdict = Verdict(Filled(self.definition, CLOCK, "en"))
        self.verdict.filled.opening = self.verdict.filled.live = True
        open_form(self.verdict.filled)
        twin.ask("definition", definition=self.definition.source)
        conclude(self.verdict, str)
        self.same(twin.ask("open", form_id=self.definition.form_id, clock=CLOCK.text, language="en"))

    def same(self, there: dict[str, Any]) -> None:
        here = said(self.verdict)
        assert {key: sorted(there[key]) if key == "relevant" else there[key] for key in here} == here
        fresh = said(conclude(self.verdict, str))
        assert fresh == here  # what was looked at again was all that had to be

    def walk(self, **step: Any) -> None:
        """One step: ``more`` adds a row, ``less`` takes one out, ``set`` answers."""
        touched = set()
        if "more" in step:
            touched |= add(self.verdict, step["more"])
        if "less" in step:
            touched |= remove(self.verdict, step["less"])
        answers = {name: [text] for name, text in step.pop("set", {}).items()}
        for name, texts in answers.items():
            put(self.verdict, name, texts, None, str)
            self.verdict.typed[name] = texts
        conclude(self.verdict, str, touched | recompute(self.verdict.filled, answers))
        self.same(self.twin.ask("walk", form_id=self.definition.form_id, set=answers, **step))

    def answer(self, **answers: str) -> None:
        self.walk(set={f"/data/{name}": text for name, text in answers.items()})

    def __getitem__(self, path: str) -> str:
        node = self.verdict.filled.find(f"/data/{path}")
        assert node is not None, path
        return node.text


@pytest.fixture(scope="module")
def twin() -> Iterator[Twin]:
    with Twin() as asked:
        yield asked


@pytest.fixture
def household(twin: Twin) -> Both:
    both = Both(twin, HOUSEHOLD)
    both.walk(set={"/data/hh[1]/nm": "Ann", "/data/hh[1]/age": "30"})
    for number, (name, age) in enumerate([("Bo", "7"), ("Cy", "61")], 2):
        both.walk(more="/data/hh")
        both.walk(set={f"/data/hh[{number}]/nm": name, f"/data/hh[{number}]/age": age})
    return both


def test_a_form_opens_with_a_row_of_each_repeat_and_its_defaults(twin: Twin) -> None:
    both = Both(twin, HOUSEHOLD)

    assert (both["street"], both["hh[1]/age"], both["hh[1]/pet[1]/kind"], both["n"]) == ("Main", "1", "", "1")
    assert both.verdict.missing == {"/data/hh[1]/nm": "This question needs an answer."}


def test_what_reads_rows_follows_them(household: Both) -> None:
    assert [household[f"hh[{number}]/before"] for number in (1, 2, 3)] == ["", "Ann", "Bo"]
    assert (household["n"], household["sum"], household["second"], household["eldest"]) == ("3", "98", "Bo", "Cy")
    node = household.verdict.filled.find("/data/says")
    assert node is not None and node.question is not None
    assert household.verdict.filled.words(node, node.question.label) == "There are 3"


def test_removing_a_row_moves_those_after_it_up(household: Both) -> None:
    household.walk(set={"/data/hh[2]/pet[1]/kind": "dog", "/data/hh[3]/age": "121", "/data/hh[3]/job": "x"})
    assert household.verdict.invalid == {"/data/hh[3]/age": "This answer is not possible here."}

    household.walk(less="/data/hh[1]")

    assert [household[f"hh[{number}]/no"] for number in (1, 2)] == ["1", "2"]
    assert (household["hh[1]/nm"], household["hh[1]/pet[1]/of"], household["hh[1]/pet[1]/kind"]) == ("Bo", "Bo", "dog")
    assert (household["hh[1]/before"], household["hh[2]/before"]) == ("", "Bo")
    assert (household["n"], household["sum"], household["second"]) == ("2", "128", "Cy")
    assert household.verdict.invalid == {"/data/hh[2]/age": "This answer is not possible here."}
    assert household.verdict.typed["/data/hh[2]/job"] == ["x"]
    assert not any(name.startswith("/data/hh[3]") for name in household.verdict.typed)

    household.walk(less="/data/hh[2]")
    household.walk(less="/data/hh[1]")
    assert (household["n"], household["sum"], household["second"]) == ("0", "0", "")


def test_relevance_within_a_row_is_its_own(household: Both) -> None:
    relevant = household.verdict.relevant
    assert {"/data/hh[1]/job", "/data/hh[3]/job"} <= relevant
    assert "/data/hh[2]/job" not in relevant

    household.walk(set={"/data/hh[2]/age": "18", "/data/hh[3]/age": "8"})

    assert "/data/hh[2]/job" in household.verdict.relevant
    assert "/data/hh[3]/job" not in household.verdict.relevant


def test_rows_of_rows_have_both_numbers(household: Both) -> None:
    household.walk(more="/data/hh[2]/pet")
    household.walk(set={"/data/hh[2]/pet[2]/kind": "cat"})
    household.walk(less="/data/hh[2]/pet[1]")

    assert household["hh[2]/pet[1]/kind"] == "cat"
    assert household.verdict.values["/data/hh[2]/pet[1]/of"] == "Bo"


def test_a_count_makes_and_takes_rows(twin: Twin) -> None:
    both = Both(
        twin,
        form(
            row("integer", "n", default="2"),
            row(
                "repeat",
                "r",
                repeat_count="/data/n",
                children=[
                    row("integer", "m"),
                    row("repeat", "s", repeat_count="../m", children=[row("text", "t", default="x")]),
                ],
            ),
            row("calculate", "all", calculation="count(/data/r/s)"),
        ),
    )
    assert len(both.verdict.filled.nodes["/data"].named("r")) == 2

    both.walk(set={"/data/n": "3"})
    both.walk(set={"/data/r[3]/m": "2", "/data/r[1]/m": "1"})
    assert (both["all"], both["r[3]/s[2]/t"]) == ("3", "x")

    both.walk(set={"/data/n": "1"})
    assert both["all"] == "1"
    both.walk(set={"/data/n": "-4"})
    assert both["all"] == "0"
    both.walk(set={"/data/n": "1000000"})
    assert len(both.verdict.filled.nodes["/data"].named("r")) == 2000


def test_what_events_set_is_set_where_a_form_is_filled(twin: Twin) -> None:
    source = form(
        row("start", "started"),
        row("today", "day"),
        row("text", "a", set=[["odk-instance-first-load", parse("concat('at ', today())")]]),
        row("text", "b"),
        row("text", "copy", set=[["xforms-value-changed", parse("concat(/data/b, '!')"), "/data/b"]]),
        row("calculate", "again", set=[["xforms-value-changed", parse("concat(/data/copy, '?')"), "/data/copy"]]),
        row(
            "repeat",
            "r",
            children=[
                row("integer", "number", set=[["odk-new-repeat", parse("position(..) * 10")]]),
                row("text", "twice", set=[["xforms-value-changed", parse("../number * 2"), "/data/r/number"]]),
            ],
        ),
    )
    both = Both(twin, source)
    assert (both["a"], both["day"], both["started"]) == ("at 2026-11-24", "2026-11-24", CLOCK.text)
    assert both["r[1]/number"] == "10"

    both.answer(b="x")
    assert (both["copy"], both["again"]) == ("x!", "x!?")
    both.answer(copy="mine", b="x")
    assert both["copy"] in ("mine", "x!")
    both.walk(more="/data/r")
    both.walk(set={"/data/r[1]/number": "4"})
    assert (both["r[2]/number"], both["r[1]/twice"], both["r[2]/twice"]) == ("20", "8", "40")

    judged = engine.judge(engine.load(source), [("/data/b", "x"), ("/data/copy", "typed")], CLOCK, "en")
    assert judged.values == {"/data/b": "x", "/data/copy": "typed"}  # what was set was set there, and sent


def test_a_value_that_is_taken_once_stays(twin: Twin) -> None:
    both = Both(twin, form(row("text", "a"), row("calculate", "first", calculation="once(/data/a)")))

    both.answer(a="x")
    both.answer(a="y")

    assert both["first"] == "x"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("/data/hh[0]/nm", "This row is not in the form."),
        ("/data/hh[4]/nm", "This row is not in the form."),
        ("/data/hh[01]/nm", "This row is not in the form."),
        ("/data/hh[999999]/nm", "This row is not in the form."),
        ("/data/hh/nm", "This question is not in the form."),
        ("/data/hh[x]/nm", "This question is not in the form."),
        ("/data/street[1]", "This question is not in the form."),
        ("/data[1]/street", "This question is not in the form."),
        ("/data/hh[1]/pet[3]/kind", "This row is not in the form."),
        ("/data/hh[1]", "This question is not in the form."),
    ],
)
def test_a_name_of_no_row_is_said_and_nothing_is_lost(twin: Twin, name: str, message: str) -> None:
    definition = engine.load(HOUSEHOLD)
    answers = [("/data/hh[2]/nm", "Bo"), (name, "kept"), ("/data/hh[1]/nm", "Ann"), ("/data/hh[1]/pet[1]", "")]

    here = engine.judge(definition, answers, CLOCK, "en")

    assert here.invalid == {name: message}
    assert here.typed[name] == ["kept"]
    assert (here.values["/data/hh[2]/nm"], here.values["/data/n"]) == ("Bo", "2")
    twin.ask("definition", definition=definition.source)
    there = twin.ask("verdict", form_id="f", answers=answers, clock=CLOCK.text, language="en")
    assert there["invalid"] == here.invalid
    assert there["values"] == here.values


def test_a_row_without_answers_is_a_row() -> None:
    verdict = engine.judge(engine.load(HOUSEHOLD), [("/data/hh[1]", ""), ("/data/hh[2]", "")], CLOCK, "en")

    assert verdict.values["/data/n"] == "2"
    assert sorted(verdict.missing) == ["/data/hh[1]/nm", "/data/hh[2]/nm"]


def test_choices_that_a_filter_leaves_out_cannot_be_taken(twin: Twin) -> None:
    towns = [{"name": f"t{n}", "label": {"en": f"Town {n}"}, "region": f"r{n % 3}"} for n in range(9)]
    source = form(
        row("select_one", "region", list_name="regions"),
        row("select_one", "town", list_name="towns", choice_filter="region = /data/region"),
        row("select_multiple", "others", list_name="towns", choice_filter="region != current()/../region"),
        row("calculate", "said", calculation="jr:choice-name(/data/town, '/data/town')"),
        row("calculate", "look", calculation="instance('towns')/root/item[name = /data/town]/region"),
        row("calculate", "pulled", calculation="pulldata('towns', 'label', 'name', 't8')"),
        row("calculate", "third", calculation="instance('towns')/root/item[3]/name"),
        choices={"regions": [{"name": f"r{n}", "label": {"en": f"R{n}"}} for n in range(3)], "towns": towns},
    )
    both = Both(twin, source)
    both.answer(region="r1", town="t4", others="t0 t2")
    assert (both["said"], both["look"], both["pulled"], both["third"]) == ("Town 4", "r1", "Town 8", "t2")
    assert not both.verdict.invalid
    town = both.verdict.filled.find("/data/town")
    assert town is not None
    assert [choice.name for choice in both.verdict.filled.choices(town)] == ["t1", "t4", "t7"]

    both.answer(region="r2")

    assert both.verdict.invalid == dict.fromkeys(
        ["/data/town", "/data/others"], "This answer is not among the choices."
    )
