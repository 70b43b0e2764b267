"""Answers as rows that can be asked: written with their version, typed, of the latest version only."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from blueprints.answers import queries
from blueprints.answers.models import Answer
from blueprints.captures.models import Capture
from blueprints.checklists.models import ChecklistVersion
from blueprints.forms import actions as forms
from blueprints.shared.db import db, today
from blueprints.surveys.models import Feedback
from tests.support.counting import counted
from tests.support.papers import ALL_WELL, HAPPY, publish, send_back
from tests.support.world import World

pytestmark = pytest.mark.both_engines
ClientAs = Callable[[str | None], Any]
RAIL, SOLUTION, WATER = "/data/bathroom/rail", "/data/bathroom/rail_no/solution", "/data/bathroom/water"
HOUSE: dict[str, Any] = {
    "form_id": "house",
    "title": {"fr": "Foyer", "en": "Household"},
    "languages": ["fr", "en"],
    "choices": {"fruit": [{"name": n, "label": {"fr": n, "en": n}} for n in ("apple", "pear", "plum")]},
    "survey": [
        {"type": kind, "name": name, "label": {"fr": name, "en": name}, **more}
        for kind, name, more in (
            ("decimal", "weight", {}),
            ("date", "born", {}),
            ("dateTime", "fell", {}),
            ("select_multiple", "likes", {"list_name": "fruit"}),
            ("rank", "order", {"list_name": "fruit"}),
        )
    ]
    + [
        {
            "type": "repeat",
            "name": "hh",
            "label": {"fr": "Personne", "en": "Person"},
            "children": [
                {"type": "text", "name": "nm", "label": {"fr": "Nom", "en": "Name"}},
                {"type": "integer", "name": "age", "label": {"fr": "Âge", "en": "Age"}},
            ],
        }
    ],
}


def rows(version_id: Any) -> list[tuple[Any, ...]]:
    query = select(Answer).where(Answer.version_id == version_id).order_by(Answer.number)
    return [(row.path, row.rows, row.value, row.figure) for row in db.session.scalars(query)]


@pytest.fixture
def house(world: World) -> str:
    version = forms.publish(HOUSE).version
    db.session.commit()
    return f"/visits/{world.id('visit')}/checklists/house/{version}"


def test_every_answer_is_a_row_with_its_type(client_as: ClientAs, deliver: Any, house: str) -> None:
    pairs = [
        ("/data/weight", "61,5"), ("/data/born", "1939-02-28"), ("/data/fell", "2026-11-24T09:05"),
        ("/data/likes", "pear"), ("/data/likes", "apple"), ("/data/order", "plum"), ("/data/order", "pear"),
        ("/data/order", "apple"),
        ("/data/hh[1]", ""), ("/data/hh[1]/nm", "Anne"), ("/data/hh[1]/age", "5"), ("/data/hh[2]", ""),
        ("/data/hh[3]", ""), ("/data/hh[3]/age", "-0"),
    ]  # fmt: skip
    sent = deliver(client_as("alice"), house, pairs, envelope={"_zone": "America/Cayenne"})
    assert sent.state == "applied"
    assert rows(sent.id) == [
        ("/data/weight", "", "61.5", 61.5), ("/data/born", "", "1939-02-28", None),
        ("/data/fell", "", "2026-11-24T09:05", None), ("/data/likes", "", "pear", None),
        ("/data/likes", "", "apple", None), ("/data/order", "", "plum", 1.0), ("/data/order", "", "pear", 2.0),
        ("/data/order", "", "apple", 3.0),
        ("/data/hh/nm", "1", "Anne", None), ("/data/hh/age", "1", "5", 5.0), ("/data/hh/age", "3", "0", 0.0),
    ]  # fmt: skip
    born, fell = db.session.scalars(
        select(Answer).where(Answer.version_id == sent.id, Answer.day.is_not(None)).order_by(Answer.number)
    ).all()
    assert born.day == date(1939, 2, 28)
    assert born.moment is None
    assert fell.moment is not None
    assert fell.moment.isoformat() == "2026-11-24T12:05:00+00:00"  # by the phone's own zone
    version = db.session.get_one(ChecklistVersion, sent.id)
    assert version.zone == "America/Cayenne"
    assert ["/data/hh[2]", ""] in version.answers, "a row without answers is a row"


def test_only_the_latest_version_is_asked(world: World, client_as: ClientAs, deliver: Any) -> None:
    alice, version = client_as("alice"), publish()["home-safety"]
    url = f"/visits/{world.id('visit')}/checklists/home-safety/{version}"
    first = deliver(alice, url, ALL_WELL | {RAIL: "no", SOLUTION: "Barre"})
    assert len(rows(first.id)) == len(ALL_WELL) + 1
    send_back(world.diane, first.id)
    again = deliver(alice, url, ALL_WELL, envelope={"_corrects": str(first.id)})
    assert again.state == "applied"
    assert rows(first.id) == []
    assert len(rows(again.id)) == len(ALL_WELL)
    assert queries.counts(world.diane, "home-safety", RAIL) == [("yes", 1)]


def test_what_is_held_has_no_rows(world: World, client_as: ClientAs, deliver: Any) -> None:
    url = f"/visits/{world.id('visit')}/checklists/home-safety/{publish()['home-safety']}"
    assert deliver(client_as("alice"), url, ALL_WELL | {WATER: "99"}).state == "held"
    assert db.session.scalar(select(func.count()).select_from(Answer)) == 0


def test_feedback_and_kiosk_answers_are_rows_too(world: World, client_as: ClientAs, deliver: Any) -> None:
    versions = publish()
    url = f"/visits/{world.id('visit')}/feedback/after-visit/{versions['after-visit']}"
    asked = deliver(client_as("alice"), url, HAPPY)
    kiosk = f"/kiosk/answers/kiosk-hall/{versions['kiosk-hall']}"
    hall = deliver(client_as("kiosk"), kiosk, {"/data/opinion/score": "5"})
    found = {row.version_id: row for row in db.session.scalars(select(Answer).where(Answer.path.like("%score")))}
    assert (found[asked.id].client_id, found[asked.id].team_id, found[asked.id].figure) == (world.id("jeanne"), None, 4)
    assert (found[hall.id].client_id, found[hall.id].team_id, found[hall.id].figure) == (None, world.id("north"), 5)
    assert queries.counts(world.diane, "kiosk-hall", "/data/opinion/score") == [], "a kiosk's answers are of nobody"
    assert db.session.get_one(Feedback, asked.id).zone == "Europe/Paris"


def test_whoever_may_not_open_the_case_finds_nothing(world: World, client_as: ClientAs, deliver: Any) -> None:
    url = f"/visits/{world.id('visit')}/checklists/home-safety/{publish()['home-safety']}"
    deliver(client_as("alice"), url, ALL_WELL | {WATER: "48"})
    for who, n in (("alice", 1), ("diane", 1), ("bob", 0), ("erwan", 0), ("fanny", 0), ("gaston", 0)):
        found = queries.of_question(getattr(world, who), "home-safety", WATER)
        assert len(found) == n, who
    ((answer, client),) = queries.of_question(world.diane, "home-safety", WATER, today(), today())
    assert (answer.figure, client.name) == (48, "Jeanne Le Goff")
    assert queries.of_question(world.diane, "home-safety", WATER, today() + timedelta(days=1)) == []
    assert queries.of_question(world.diane, "home-safety", WATER, None, today() - timedelta(days=1)) == []


def test_a_question_is_shown_in_words_and_numbers(world: World, client_as: ClientAs, deliver: Any, house: str) -> None:
    alice = client_as("alice")
    for likes, weight in (("pear", "60"), ("apple", "62,5")):
        assert deliver(alice, house, [("/data/likes", likes), ("/data/weight", weight)]).state == "applied"
    diane = client_as("diane")
    page = diane.get("/questions?form=house&path=/data/likes").text
    assert page.count("<progress") == 2
    assert page.count("Jeanne Le Goff") == 2
    page = diane.get("/questions?form=house&path=/data/weight").text
    assert "de 60 à 62,5, moyenne 61,25" in page
    for nothing in ("form=house&path=/data/likes&first=2100-01-01", "form=house&path=/data/none", "form=none", ""):
        page = diane.get(f"/questions?{nothing}").text
        assert "Jeanne" not in page
    assert "Jeanne" not in client_as("erwan").get("/questions?form=house&path=/data/likes").text


def test_a_question_between_two_days_is_found_by_its_index(world: World) -> None:
    if db.engine.dialect.name != "sqlite":
        return  # PostgreSQL reads so small a table from end to end
    query = "EXPLAIN QUERY PLAN SELECT value FROM answer WHERE form_id = 'f' AND path = '/data/q' AND at >= '2026'"
    assert "ix_answer_question" in str(db.session.execute(text(query)).all())


def test_a_capture_costs_one_statement_more_however_long_it_is(world: World, client_as: ClientAs, deliver: Any) -> None:
    alice, version = client_as("alice"), publish()["home-safety"]
    url = f"/visits/{world.id('visit')}/checklists/home-safety/{version}"
    deliver(alice, url, ALL_WELL)  # what is built once is built
    with counted() as asked:
        sent = deliver(alice, url, ALL_WELL)
    assert sent.state == "applied"
    assert len([statement for statement in asked if "INSERT INTO answer" in statement]) == 1
    assert len([statement for statement in asked if "answer" in statement.split()[2:3]]) == 1
    assert db.session.get_one(Capture, sent.id).state == "applied"
