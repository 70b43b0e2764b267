"""The forms that ship: whole, in both languages, and such as the product promises."""

import json
from typing import Any

import pytest

from blueprints.forms import engine
from blueprints.forms.actions import SHIPPED

SOURCES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in SHIPPED.glob("*.json")}
CLOCK = engine.Clock.at("2026-11-24T10:15:30.000+01:00")
CHECKLISTS = {"home-safety", "first-assessment", "monthly-follow-up"}
SURVEYS = {"after-visit", "kiosk-hall"}


def form(name: str) -> engine.Definition:
    return engine.load(SOURCES[name])


def texts(value: Any) -> list[str]:
    """Every text of a definition that a French reader sees."""
    if isinstance(value, dict):
        return [text for key, each in value.items() if key != "en" for text in texts(each)]
    if isinstance(value, list):
        return [] if value[:1] in (["s"], ["p"], ["f"]) else [text for each in value for text in texts(each)]
    return [value] if isinstance(value, str) else []


def test_three_checklists_and_two_surveys_ship() -> None:
    assert SOURCES.keys() == CHECKLISTS | SURVEYS
    for name in SOURCES:
        assert form(name).form_id == name
        assert form(name).use == ("checklist" if name in CHECKLISTS else "survey")


@pytest.mark.parametrize("name", sorted(CHECKLISTS | SURVEYS))
def test_each_speaks_both_languages(name: str) -> None:
    assert form(name).languages == ("fr", "en")
    french, english = engine.blank(form(name), CLOCK, "fr"), engine.blank(form(name), CLOCK, "en")
    for path, question in form(name).questions.items():
        if question.label:
            labels = [verdict.filled.words(verdict.filled.nodes[path], question.label) for verdict in (french, english)]
            assert labels[0] and labels[1]


@pytest.mark.parametrize("name", sorted(CHECKLISTS | SURVEYS))
def test_the_french_is_set_as_french_is(name: str) -> None:
    """A narrow no-break space before ? ! ; and a no-break space before a colon; curly apostrophes."""
    for text in texts(SOURCES[name]):
        assert not any(wrong in text for wrong in (" ?", " !", " ;", " :", "'", "« ", " »"))


def test_home_safety_has_eighteen_points_in_five_sections() -> None:
    definition = form("home-safety")
    points = [question for question in definition.questions.values() if question.type == "select_one"]

    assert len(points) == 18
    assert len(definition.pages) == 5
    assert len(engine.judge(definition, [], CLOCK, "fr").missing) == 18


def test_each_point_of_home_safety_asks_on_where_the_answer_is_no() -> None:
    definition = form("home-safety")
    for question in list(definition.questions.values()):
        if question.type == "select_one":
            for answer in ("yes", "na", "no"):
                verdict = engine.judge(definition, [(question.path, answer)], CLOCK, "fr")
                follows = {f"{question.path}_no/solution", f"{question.path}_no/photo"}
                assert follows <= verdict.relevant if answer == "no" else not follows & verdict.relevant
                assert (f"{question.path}_no/solution" in verdict.missing) == (answer == "no")


def test_water_that_scalds_is_refused_in_the_words_of_the_drawing() -> None:
    definition, path = form("home-safety"), "/data/bathroom/water"

    for text in ("10", "60"):
        assert path not in engine.judge(definition, [(path, text)], CLOCK, "fr").invalid
    for text in ("9", "61", "72"):
        found = engine.judge(definition, [(path, text)], CLOCK, "fr").invalid[path]
        assert found == "Entre 10 et 60\u00a0°C. Au-delà, risque de brûlure."


def test_a_missing_smoke_detector_is_urgent() -> None:
    verdict = engine.judge(form("home-safety"), [("/data/general/smoke", "no")], CLOCK, "fr")

    assert [(alert.level, alert.path) for alert in verdict.alerts] == [("urgent", "/data/general/smoke")]


def test_the_first_assessment_counts_what_is_done_alone() -> None:
    answers = [("/data/autonomy/wash", "alone"), ("/data/autonomy/eat", "alone"), ("/data/autonomy/dress", "help")]

    verdict = engine.judge(form("first-assessment"), answers, CLOCK, "fr")

    note = form("first-assessment").questions["/data/autonomy/score_note"]
    assert verdict.filled.words(verdict.filled.nodes[note.path], note.label) == "Gestes faits seul\u00a0: 2 sur 6."


def test_dates_of_what_has_happened_are_not_in_the_future() -> None:
    fell = [("/data/events/fall", "yes"), ("/data/events/fall_yes/day", "2026-11-25")]

    assert "/data/events/fall_yes/day" in engine.judge(form("monthly-follow-up"), fell, CLOCK, "fr").invalid
    tomorrow = engine.Clock.at("2026-11-25T00:00:00+01:00")
    assert "/data/events/fall_yes/day" not in engine.judge(form("monthly-follow-up"), fell, tomorrow, "fr").invalid


@pytest.mark.parametrize("name", sorted(SURVEYS))
def test_a_survey_asks_a_score_words_and_whether_to_call_back(name: str) -> None:
    definition = form(name)
    names = {question.name: question for question in definition.questions.values()}

    assert names["score"].score == "csat"
    assert "faces" in names["score"].appearance
    assert len(definition.choices_of(names["score"])) == 5
    assert not engine.judge(definition, [], CLOCK, "fr").missing  # nobody has to answer
    call, telephone = names["call_back"].path, names["telephone"].path
    assert telephone not in engine.judge(definition, [(call, "no")], CLOCK, "fr").relevant
    asked = engine.judge(definition, [(call, "yes"), (telephone, "06 12 34 56 78")], CLOCK, "fr")
    assert asked.ok
    assert asked.alerts[0].level == "urgent"
    assert telephone in engine.judge(definition, [(call, "yes"), (telephone, "maison")], CLOCK, "fr").invalid
