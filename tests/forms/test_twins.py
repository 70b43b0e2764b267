"""Python and JavaScript never disagree: random expressions and random answers, put to both."""

import json
import math
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from blueprints.forms import engine
from blueprints.forms.actions import SHIPPED
from blueprints.forms.engine.completion import CHOOSING, PARENTS, TYPES
from blueprints.forms.engine.conversions import Scope, to_text
from blueprints.forms.engine.expressions import evaluate
from blueprints.forms.engine.functions import FUNCTIONS, VOLATILE
from blueprints.forms.engine.nodes import Node
from blueprints.forms.twin import Twin

ROOT = Path(__file__).parents[2]
CASES = json.loads((ROOT / "tests/data/engine/cases.json").read_text(encoding="utf-8"))
CLOCKS = ("2026-11-24T10:15:30.000+01:00", "2024-02-29T00:00:00.000-08:00", "2026-03-29T23:59:59.999+14:00")
SLOWLY = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture(scope="module")
def twin() -> Iterator[Twin]:
    """The engine in JavaScript, one process for all questions."""
    with Twin() as asked:
        for definition in FORMS.values():
            asked.ask("definition", definition=definition.source)
        yield asked


WORDS = "| |0|-0|3|2.5|.5|1e3|NaN|Infinity|true|a b a|yes|no|😀é|a\nb|12:30|1234567890123456789".split("|")  # noqa: SIM905
DATES = ["2026-11-24", "2024-02-29", "2026-02-30", "2026-11-24T10:15:30.000+01:00"]
texts = st.one_of(
    st.sampled_from([*WORDS, *DATES]),
    st.integers(-(10**6), 10**6).map(str),
    st.decimals(-1000, 1000, places=3).map(str),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=6),
)
NAMES = ("a", "b", "c")
leaves = st.one_of(
    st.sampled_from([0, 1, -1, 2.5, 0.1, 1e14, 1e-7, 3]),
    st.floats(-1e6, 1e6, allow_nan=False).map(lambda number: round(number, 4)),
    texts.map(lambda text: ["s", text]),
    st.sampled_from([*NAMES, "nothing", "*", "/data/a", ".."]).map(lambda path: ["p", path]),
)
PATTERNS = ("[0-9]+", "[a-z]*", ".", "(a|b)+c?", "^-?[0-9]{1,3}$", "[^ ]+ .*")


def branches(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A call or an operation on smaller trees."""
    calls = [
        st.tuples(st.just("f"), st.just(name), *[children] * count).map(list)
        for name, function in FUNCTIONS.items()
        if name not in {"regex", "regex*", "indexed-repeat", *VOLATILE}
        for count in range(function.least, (function.least + 2 if function.most is None else function.most) + 1)
    ]
    pattern = st.sampled_from(PATTERNS).map(lambda text: ["s", text])
    operators = st.sampled_from(["+", "-", "*", "div", "mod", "=", "!=", "<", "<=", ">", ">=", "and", "or"])
    return st.one_of(
        st.tuples(operators, children, children).map(list),
        st.tuples(st.just("neg"), children).map(list),
        st.tuples(st.just("f"), st.just("regex"), children, pattern).map(list),
        *calls,
    )


trees = st.recursive(leaves, branches, max_leaves=8)


def close(a: str, b: str) -> bool:
    """The same text; or numbers that differ in the last digit only, since libraries round remainders differently."""
    if a == b:
        return True
    try:
        return math.isclose(float(a), float(b), rel_tol=1e-12)
    except ValueError:
        return False


@given(tree=trees, nodes=st.fixed_dictionaries(dict.fromkeys(NAMES, texts)), clock=st.sampled_from(CLOCKS))
@settings(SLOWLY, max_examples=600)
@example(tree=["f", "round", -0.5], nodes=dict.fromkeys(NAMES, ""), clock=CLOCKS[0])
@example(tree=["f", "round", 0.5, ["div", 1, 0]], nodes=dict.fromkeys(NAMES, ""), clock=CLOCKS[0])
def test_an_expression_has_one_value(twin: Twin, tree: Any, nodes: dict[str, str], clock: str) -> None:
    root = Node("data", Node("", None, None), None)
    for name, text in nodes.items():
        Node(name, root, None).value = text

    here = to_text(evaluate(tree, Scope(root, engine.Clock.at(clock))))
    data = ["data", "", [[name, text, []] for name, text in nodes.items()]]
    twin.ask("document", name="", trees=[["", "", [data]]], instances={})
    there = twin.ask("expression", document="", tree=tree, place=[0], clock=clock)["text"]

    assert close(here, there), (here, there)


KINDS = {
    "form_id": "kinds",
    "title": {"en": "Every other type"},
    "languages": ["en"],
    "source": {},
    "choices": {"fruit": [{"name": name} for name in ("apple", "pear", "a b", "fig")]},
    "external": {"towns": {"file": "towns.csv"}},
    "survey": [
        *({"type": kind, "name": kind} for kind in sorted(TYPES - CHOOSING - PARENTS - {"range"})),
        {"type": "rank", "name": "rank", "list_name": "fruit"},
        {"type": "select_one", "name": "one", "list_name": "fruit"},
        {"type": "select_one", "name": "town", "list_name": "towns"},
        {"type": "repeat", "name": "row", "children": [{"type": "geopoint", "name": "at", "required": True}]},
    ],
}


def forms() -> list[engine.Definition]:
    shipped = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(SHIPPED.glob("*.json"))]
    return [engine.load(source) for source in [*CASES["forms"].values(), *shipped, KINDS]]


FORMS = {definition.form_id: definition for definition in forms()}


@st.composite
def filled(draw: st.DrawFn) -> tuple[engine.Definition, list[tuple[str, str]]]:
    """A form with answers: mostly such as a person gives, sometimes nonsense, some under names of nobody."""
    definition = FORMS[draw(st.sampled_from(sorted(FORMS)))]
    answers = []
    for place, question in definition.questions.items():
        path = place.replace("/row", f"/row[{draw(st.integers(0, 3))}]")
        if not draw(st.booleans()):
            continue
        names = [choice.name for choice in definition.choices_of(question)] or ["3", "2026-11-24", "OK", "09:30", "x y"]
        sensible = st.sampled_from(names)
        for _ in range(draw(st.sampled_from([1, 1, 1, 1, 2]))):
            answers.append((path, draw(st.one_of(sensible, sensible, sensible, texts, typed))))
    if draw(st.integers(0, 5)) == 0:
        answers.append((draw(st.sampled_from(["role", "/data", "/data/x[2]", "a b"])), draw(texts)))
    return definition, answers


NUMBERS = "1,5|٢٠|१२| 7 |1 234|1\u202f234,5|−3|+4|0x10|1e309|99999999999999999999|00012|5.|."
PLACES = (
    "48.1 -1.6|48.1173,-1.6778|48,1 -1,6 30|91 0|1 2;3 4|1 2; 3 4 ;5 6;|1|1 2 3 4 5|a b|fig apple fig|2026-11-24T09:05"
)
MOMENTS = "2026-11-24 09:05:30.5+01:00|2026-11-24T24:00|2026-02-30T09:05|2026-11-24T09:05Z|2026-11-24T09:05+99:00"
TEXTS = "2026-04-31|24:00|a\r\nb|a\rb|\0|\u200b|\u00a0|<b>|0190a6c4-1111-7222-8333-444455556666"
typed = st.sampled_from(f"{NUMBERS}|{TEXTS}|{PLACES}|{MOMENTS}".split("|"))


@given(form=filled(), clock=st.sampled_from(CLOCKS), language=st.sampled_from(["fr", "en", "de"]))
@SLOWLY
def test_a_filled_form_has_one_verdict(
    twin: Twin, form: tuple[engine.Definition, list[tuple[str, str]]], clock: str, language: str
) -> None:
    definition, answers = form

    here = engine.judge(definition, answers, engine.Clock.at(clock), language)
    there = twin.ask("verdict", form_id=definition.form_id, answers=answers, clock=clock, language=language)

    assert there["values"] == here.values
    assert there["missing"] == here.missing
    assert there["invalid"] == here.invalid
    assert sorted(there["relevant"]) == sorted(here.relevant)
    assert there["findings"] == [asdict(finding) for finding in here.findings]
    assert there["alerts"] == [asdict(alert) for alert in here.alerts]
