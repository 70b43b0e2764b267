"""The demo world is the same for the same moment, whole at any hour, and never mixes with real people."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from blueprints.audit.models import AuditEntry
from blueprints.captures.models import Capture
from blueprints.checklists.models import Checklist, ChecklistVersion
from blueprints.clients.models import Client
from blueprints.demo import texts, world
from blueprints.kiosks.models import Kiosk
from blueprints.notes.models import Note, NoteVersion
from blueprints.people import passwords
from blueprints.people.models import Cover, Person
from blueprints.reviews import absent
from blueprints.reviews.models import Return, ReviewText, Signature
from blueprints.shared.db import Base, db, local, writing
from blueprints.shared.refusal import Refused
from blueprints.surveys.models import CallBack, Feedback
from blueprints.visits import planning
from blueprints.visits.models import Visit
from tests.support.engines import make_app

TUESDAY = "2026-11-24T15:40:00+01:00"
MOMENTS = [
    "2026-11-22T12:00:00+01:00",  # a Sunday
    "2026-10-26T05:10:00+01:00",  # before anybody is up, the Monday after clocks went back
    "2027-01-01T23:30:00+01:00",  # the year has just turned
]


def told(folder: Path, moment: str) -> Flask:
    """A database of its own with the demo world as of this moment."""
    app = make_app(folder)
    with app.app_context(), time_machine.travel(datetime.fromisoformat(moment), tick=False):
        db.create_all()
        with writing():
            world.load()
    return app


@pytest.fixture(scope="module")
def tuesday(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return told(tmp_path_factory.mktemp("tuesday"), TUESDAY)


@pytest.fixture
def demo(tuesday: Flask) -> Any:
    """The world of that Tuesday, at that hour."""
    with tuesday.app_context(), time_machine.travel(datetime.fromisoformat(TUESDAY), tick=False):
        yield tuesday


def person(key: str) -> Person:
    return db.session.scalars(select(Person).where(Person.email == world.email(key))).one()


def count(what: Any, *conditions: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(what).where(*conditions)) or 0


def shape() -> list[Any]:
    """Everything that is not an id or a secret, of every table, in an order of its own."""
    found: list[Any] = []
    hidden = {"id", "password", "secret", "code", "digest", "url", "fields", "corrects", "definition", "details"}
    for table in Base.metadata.sorted_tables:
        columns = [c for c in table.columns if c.name not in hidden and not c.foreign_keys and "_id" not in c.name
                   and c.name not in ("visit_ref", "answered_by", "same_as")]  # fmt: skip
        if columns:
            found.append((table.name, sorted(repr(tuple(row)) for row in db.session.execute(select(*columns)))))
    return found


def test_the_same_moment_gives_the_same_world(demo: Flask, tmp_path: Path) -> None:
    again = told(tmp_path, TUESDAY)
    here = shape()
    with again.app_context():
        there = shape()
    for (name, one), (_name, other) in zip(here, there, strict=True):
        assert one == other, name
    assert sum(len(rows) for _name, rows in here) > 2_000


@pytest.mark.parametrize("moment", MOMENTS)
def test_it_can_be_told_at_any_hour(tmp_path: Path, moment: str) -> None:
    with told(tmp_path, moment).app_context():
        latest = datetime.fromisoformat(moment)
        for column in (Capture.received, Feedback.received, NoteVersion.received, Signature.at, Return.at):
            found = db.session.scalar(select(func.max(column)))
            assert found is not None
            assert found <= latest
        assert count(Capture, Capture.state == "held") == 1
        assert count(Return, Return.answered_by.is_(None)) >= 2
        assert count(Feedback, Feedback.callback) == 2


def test_it_refuses_a_database_with_people_in_it(world_app: Flask) -> None:
    before = count(Person)
    with pytest.raises(Refused), writing():
        world.load()
    assert count(Person) == before
    result = world_app.test_cli_runner().invoke(args=["demo"])
    assert result.exit_code != 0
    assert "Traceback" not in result.output


@pytest.fixture
def world_app(app: Flask) -> Flask:
    return app


def test_people_teams_and_what_each_may_see(demo: Flask) -> None:
    assert Counter(role.role for one in db.session.scalars(select(Person)) for role in one.roles) == {
        "coordinator": 3, "supervisor": 2, "manager": 1, "administrator": 1,
    }  # fmt: skip
    assert set(person("lea").team_ids) == set(person("tom").team_ids) == set(person("nadia").team_ids)
    assert set(person("ines").team_ids) == set(person("marc").team_ids) != set(person("nadia").team_ids)
    assert count(Client) == 60
    assert all(passwords.is_right(one.password, world.PASSWORD) for one in db.session.scalars(select(Person)))
    assert len(world.sign_ins()) == 8
    assert world.is_here()
    kiosk = db.session.scalars(select(Kiosk)).one()
    assert kiosk.secret is not None


def test_three_weeks_behind_and_three_ahead(demo: Flask) -> None:
    today = local(datetime.fromisoformat(TUESDAY)).date()
    days = Counter((v.coordinator_id, local(v.starts_at).date()) for v in db.session.scalars(select(Visit)))
    assert min(day for _who, day in days) <= today - timedelta(days=19)
    assert max(day for _who, day in days) >= today + timedelta(days=19)
    assert all(day.weekday() < 5 for _who, day in days)
    assert all(2 <= n <= 7 for n in days.values())  # two are Tom's on the days on which Léa stands in


def test_leas_round_of_today_is_the_one_of_the_drawing(demo: Flask) -> None:
    start = datetime.fromisoformat("2026-11-24T00:00:00+01:00")
    lea = select(Visit).where(Visit.coordinator_id == person("lea").id, Visit.starts_at.between(
        start, start + timedelta(days=1)))  # fmt: skip
    visits = db.session.scalars(lea.order_by(Visit.starts_at)).all()
    assert [(f"{local(v.starts_at):%H:%M}", v.minutes, v.client.name, v.status) for v in visits] == [
        ("08:30", 35, "Odette Marchal", "done"),
        ("09:45", 50, "Karim Benali", "done"),
        ("11:15", 45, "Jeanne Le Goff", "planned"),
        ("14:00", 30, "Amadou Diallo", "planned"),
        ("15:30", 60, "Solange Péron", "planned"),
    ]


def test_what_a_demonstration_needs_is_there(demo: Flask) -> None:
    held = db.session.scalars(select(Capture).where(Capture.state == "held")).one()
    assert (held.author_id, held.kind) == (person("tom").id, "checklist")
    assert held.messages == {"/data/bathroom/water": "Entre 10 et 60\u00a0°C. Au-delà, risque de brûlure."}
    assert count(ReviewText, ReviewText.state == "signed") > 100
    assert {key for key in ("lea", "tom", "ines") if count(Return, Return.author_id == person(key).id,
            Return.answered_by.is_(None))} == {"lea", "tom", "ines"}  # fmt: skip
    assert count(ReviewText, ReviewText.number == 2, ReviewText.state == "waiting") == 1
    assert count(ReviewText, ReviewText.late, ReviewText.state == "waiting") == 1
    assert count(ReviewText, ReviewText.alerts > 0, ReviewText.state == "waiting") > 0
    assert count(Feedback, Feedback.callback) - count(CallBack) == 1
    cover = db.session.scalars(select(Cover)).one()
    assert (cover.away_id, cover.stand_in_id) == (person("tom").id, person("lea").id)


def test_next_week_has_a_conflict_and_clients_are_due(demo: Flask) -> None:
    nadia = person("nadia")
    team = planning.one_team(nadia, None)
    week = planning.week_of(nadia, team, datetime(2026, 11, 30).date(), [person("lea"), person("tom")])  # noqa: DTZ001
    assert [cell.day.isoformat() for row in week.rows for cell in row.cells if cell.clashes] == ["2026-12-02"]
    assert planning.due(team)[1] >= 4


def test_every_capture_has_its_receipt_and_its_effect(demo: Flask) -> None:
    for capture in db.session.scalars(select(Capture).where(Capture.state == "applied")):
        effect = {"note": NoteVersion, "checklist": ChecklistVersion, "feedback": Feedback, "answer": Feedback}
        assert len(capture.code) == 8
        if capture.kind in effect:
            assert db.session.get(effect[capture.kind], capture.id) is not None
    for version in db.session.scalars(select(NoteVersion)):
        assert db.session.get_one(Capture, version.id).state == "applied"


def test_nothing_is_read_before_it_has_come(demo: Flask) -> None:
    came = {capture.id: capture.received for capture in db.session.scalars(select(Capture))}
    for row in (*db.session.scalars(select(Return)), *db.session.scalars(select(Signature))):
        assert came[row.version_id] < row.at
    for call in db.session.scalars(select(CallBack)):
        assert came[call.feedback_id] < call.at


def test_everybodys_doings_are_in_the_audit(demo: Flask) -> None:
    """Only what ships, and the first administrator, came without a hand; phones say which they are."""
    rows = db.session.scalars(select(AuditEntry)).all()
    assert {(row.verb, row.kind) for row in rows if not (row.person_id or row.kiosk_id)} == {
        ("published", "form"), ("offered", "note format"), ("created", "person"),
    }  # fmt: skip
    hands = Counter(row.person_id for row in rows)
    assert all(hands[person(key).id] for key in ("lea", "tom", "ines", "nadia", "marc", "yves"))
    assert all(row.device_id for row in rows if row.person_id == person("lea").id and row.client_id)
    assert {row.kiosk_id for row in rows if row.kind == "feedback" and row.kiosk_id} == {
        db.session.scalars(select(Kiosk.id)).one()
    }
    moments = [row.at for row in rows]
    assert max(moments) <= datetime.fromisoformat(TUESDAY)
    assert max(moments) - min(moments) > timedelta(days=80)


def test_something_is_missing_and_a_supervisor_sees_what(demo: Flask) -> None:
    """A visit that ended and sent nothing, the number it would have had, a phone in a drawer; in the north alone."""
    nadia, marc = person("nadia"), person("marc")
    assert [visit.coordinator.name for visit in absent.ended(nadia)] == ["Tom Royer"]
    assert [(gap.owner.name, gap.first == gap.last) for gap in absent.gaps(nadia)] == [("Tom Royer", True)]
    assert [(phone.label, owner.name) for phone, owner in absent.silent(nadia)] == [("Firefox, Android", "Tom Royer")]
    assert not any((absent.ended(marc), absent.gaps(marc), absent.silent(marc)))


def test_only_one_visit_of_toms_has_brought_nothing(demo: Flask) -> None:
    silent = select(Visit).where(Visit.status == "done")
    for brought in (Note.visit_id, Checklist.visit_id, Feedback.visit_id):
        silent = silent.where(~Visit.id.in_(select(brought).where(brought.is_not(None))))
    assert [visit.coordinator_id for visit in db.session.scalars(silent)] == [person("tom").id]


def test_notes_read_as_if_somebody_had_written_them(demo: Flask) -> None:
    bodies = [" ".join(version.body.values()) for version in db.session.scalars(select(NoteVersion))]
    assert len(texts.FREE) + len(texts.SOAP) >= 40
    assert len(set(bodies)) >= 60
    assert not [body for body in bodies if "{" in body or "}" in body]
    assert min(len(body) for body in bodies) > 60


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(("key", "addresses"), [
    ("lea", ("/today", "/visits/{visit}", "/clients/{client}", "/visits/{visit}/notes/soap")),
    ("nadia", ("/reviews", "/planning", "/clients", "/missing", "/held", "/answers")),
    ("claire", ("/answers",)),
    ("yves", ("/people", "/teams", "/devices", "/kiosks", "/forms")),
])  # fmt: skip
def test_every_page_of_it_shows_in_both_languages(
    demo: Flask, language: str, key: str, addresses: tuple[str, ...]
) -> None:
    somebody = person(key)
    somebody.language = language
    visit = db.session.scalars(
        select(Visit)
        .where(Visit.coordinator_id == person("lea").id, Visit.status == "planned")
        .order_by(Visit.starts_at)
    ).first()
    assert visit is not None
    names = {"visit": visit.id, "client": visit.client_id}
    db.session.commit()
    client = demo.test_client()
    signed_in = client.post("/sign-in", data={"email": world.email(key), "password": world.PASSWORD},
                            headers={"Sec-Fetch-Site": "same-origin"})  # fmt: skip
    assert signed_in.status_code == 303
    for address in addresses:
        response = client.get(address.format(**names))
        assert response.status_code == 200, address
        assert f'lang="{language}"' in response.get_data(as_text=True)


def test_the_command_says_how_to_sign_in(another_app: Callable[..., Flask]) -> None:
    app = another_app()
    with app.app_context():
        db.create_all()
        result = app.test_cli_runner().invoke(args=["demo"])
    assert result.exit_code == 0, result.output
    assert world.email("lea") in result.output
    assert world.PASSWORD in result.output
