"""The shared cases, answered by the Python engine. tests/js/engine.test.js puts the same to its twin."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from blueprints.forms import engine
from blueprints.forms.engine.conversions import Scope, to_text
from blueprints.forms.engine.expressions import evaluate
from blueprints.forms.engine.nodes import Node
from blueprints.forms.engine.recompute import recompute
from blueprints.forms.engine.verdict import conclude, put

CASES = json.loads((Path(__file__).parents[1] / "data/engine/cases.json").read_text(encoding="utf-8"))
CLOCK = engine.Clock.at(CASES["clock"])


def plain(value: Any) -> Any:
    """The value as JSON can say it."""
    if isinstance(value, list):
        return to_text(value)
    if isinstance(value, float) and not math.isfinite(value):
        return to_text(value)
    return value


@pytest.mark.parametrize("case", CASES["expressions"], ids=lambda case: json.dumps(case["tree"])[:60])
def test_an_expression_has_its_value(case: dict[str, Any]) -> None:
    root = Node("data", Node("", None, None), None)
    for name, text in CASES["nodes"].items():
        here = Node(name, root, None)
        here.value = text
    tree = case["tree"]
    value = plain(evaluate(seen_from_root(tree), Scope(here, CLOCK)))
    assert type(value) is type(case["gives"]) or {type(value), type(case["gives"])} == {int, float}
    assert value == pytest.approx(case["gives"]) if isinstance(value, float) else value == case["gives"]


def seen_from_root(tree: Any) -> Any:
    """The case's paths name nodes of the document; `.`, `..` and `/` stay as they are."""
    if isinstance(tree, list):
        if tree[0] == "p":
            return tree if tree[1][0] in "./" else ["p", f"../{tree[1]}"]
        return tree if tree[0] == "s" else [tree[0], *map(seen_from_root, tree[1:])]
    return tree


@pytest.mark.parametrize("walk", CASES["walks"], ids=lambda walk: f"{walk['form']} {str(walk['answers'])[:60]}")
def test_a_filled_form_has_its_verdict(walk: dict[str, Any]) -> None:
    definition = engine.load(CASES["forms"][walk["form"]])

    verdict = engine.judge(definition, walk["answers"], CLOCK, walk["language"], walk.get("files"))

    assert verdict.values == walk["values"]
    assert verdict.missing == walk["missing"]
    assert verdict.invalid == walk["invalid"]
    assert [finding.path for finding in verdict.findings] == walk["findings"]
    assert [[alert.path, alert.level, alert.label] for alert in verdict.alerts] == walk["alerts"]


@pytest.mark.parametrize("form", CASES["forms"])
def test_answers_that_change_one_after_the_other_end_where_fresh_ones_do(form: str) -> None:
    definition = engine.load(CASES["forms"][form])
    verdict = engine.judge(definition, [], CLOCK, "en")
    walks = [
        walk for walk in CASES["walks"] if walk["form"] == form and walk["language"] == "en" and "files" not in walk
    ]
    assert len(walks) > 5
    for walk in [*walks, *reversed(walks)]:
        fresh = engine.judge(definition, walk["answers"], CLOCK, "en")
        names = {
            name for name in verdict.typed.keys() | fresh.typed if verdict.typed.get(name) != fresh.typed.get(name)
        }
        for name in names:
            put(verdict, name, fresh.typed.get(name, []), None, str)
        verdict.typed = fresh.typed
        recompute(verdict.filled, names)
        conclude(verdict, str)
        assert (verdict.values, verdict.missing, verdict.invalid) == (walk["values"], walk["missing"], walk["invalid"])


@pytest.mark.parametrize("name", CASES["forms"])
def test_a_complete_definition_is_not_completed_any_further(name: str) -> None:
    assert engine.complete(CASES["forms"][name]) == CASES["forms"][name]
