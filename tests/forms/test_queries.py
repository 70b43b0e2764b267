"""What can be asked about forms."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask_babel import force_locale
from werkzeug.exceptions import NotFound

from blueprints.forms import actions, queries
from blueprints.shared.refusal import Refused

MOMENT = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)


@pytest.fixture
def version(app: Flask) -> str:
    """The current version of home-safety."""
    actions.publish_shipped()
    found = queries.current_of("home-safety")
    assert found is not None
    return found.version


def test_the_current_forms_of_a_use(version: str) -> None:
    assert [found.form_id for found in queries.current("checklist")] == [
        "first-assessment", "home-safety", "monthly-follow-up",
    ]  # fmt: skip
    assert [found.form_id for found in queries.current("survey")] == ["after-visit", "kiosk-hall"]


def test_a_title_is_in_the_readers_language(version: str) -> None:
    with force_locale("fr"):
        assert queries.title_of("home-safety", version) == "Sécurité du logement"
    with force_locale("en"):
        assert queries.title_of("home-safety", version) == "Home safety"


@pytest.mark.parametrize("form_id", ["home-safety", "nothing"])
def test_an_unknown_version_does_not_exist(app: Flask, form_id: str) -> None:
    assert queries.version_of(form_id, "000000000000") is None
    with pytest.raises(NotFound):
        queries.definition_of(form_id, "000000000000")
    assert queries.current_of("nothing") is None


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Pacific/Auckland", "2026-11-25"), ("America/New_York", "2026-11-24"), (None, "2026-11-24")]
    + [(wrong, "2026-11-24") for wrong in ("Nowhere/City", "../../etc/passwd", "\0", "", "x" * 999)],
)
def test_a_phones_day_is_that_of_its_zone(app: Flask, zone: str | None, day: str) -> None:
    assert queries.clock_of(MOMENT, zone).text[:10] == day


def test_messages_are_in_the_forms_language(version: str) -> None:
    answers = [("/data/bathroom/water", "x"), ("language", "fr")]
    clock = queries.clock_of(MOMENT, None)

    french = queries.judged("home-safety", version, "checklist", answers, clock, "fr")
    english = queries.judged("home-safety", version, "checklist", answers, clock, "en")

    assert french.invalid == {"/data/bathroom/water": "Écrivez un nombre entier, par exemple 12."}
    assert english.invalid == {"/data/bathroom/water": "Write a whole number, such as 12."}
    assert french.missing["/data/entrance/door"] == "Cette question demande une réponse."


def test_a_version_that_is_unknown_or_of_another_use_is_refused(version: str) -> None:
    clock = queries.clock_of(MOMENT, None)
    for form_id, wanted, use in (("home-safety", "0" * 12, "checklist"), ("home-safety", version, "survey")):
        with pytest.raises(Refused):
            queries.judged(form_id, wanted, use, [], clock, "fr")


def test_a_photo_that_did_not_come_along_is_invalid(version: str) -> None:
    photo = "0190a6c4-1111-7222-8333-444455556666"
    answers = [("/data/bathroom/rail", "no"), ("/data/bathroom/rail_no/photo", photo)]
    clock = queries.clock_of(MOMENT, None)

    assert (
        "/data/bathroom/rail_no/photo"
        in queries.judged("home-safety", version, "checklist", answers, clock, "fr").invalid
    )
    found = queries.judged("home-safety", version, "checklist", answers, clock, "fr", {photo})
    assert found.values["/data/bathroom/rail_no/photo"] == photo


def test_a_page_shows_what_was_posted_to_be_recomputed(version: str) -> None:
    definition = queries.definition_of("home-safety", version)

    blank = queries.opened(definition, MOMENT, [("_step", "recompute")])
    filled = queries.opened(
        definition, MOMENT, [("/data/bathroom/rail", "no"), ("_step", "recompute"), ("language", "fr")]
    )

    assert blank.opening
    assert not blank.messages
    assert "/data/bathroom/rail_no/solution" in filled.relevant
    assert not filled.invalid
