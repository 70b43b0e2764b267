"""Who did what, when, from where: written with what was done, and never changed."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from blueprints.audit import listening
from blueprints.audit.models import AuditEntry
from blueprints.forms.actions import publish_shipped
from blueprints.forms.models import Form
from blueprints.people import actions as people
from blueprints.shared import happened
from blueprints.shared.db import db
from blueprints.shared.seals import REFUSAL
from tests.support.client import deliver
from tests.support.counting import counted
from tests.support.world import World, id_of

ClientAs = Callable[[str | None], Any]
NOTE = {"text": "Elle va mieux et marche seule."}


def entries(**columns: Any) -> list[AuditEntry]:
    """What was told since the world was made, which has formats of notes put to use."""
    query = (
        select(AuditEntry)
        .where(AuditEntry.kind != "note format")
        .filter_by(**columns)
        .order_by(AuditEntry.at, AuditEntry.id)
    )
    return list(db.session.scalars(query))


@pytest.mark.both_engines
def test_a_capture_leaves_one_row_that_says_who_and_from_where(app: Flask, world: World, client_as: ClientAs) -> None:
    alice = client_as("alice")
    sent = deliver(alice, f"/visits/{world.visit.id}/notes/free", NOTE)
    assert sent.state == "applied"
    (row,) = entries()
    assert (row.verb, row.kind, row.object_id, row.client_id) == ("submitted", "note", sent.id, world.visit.client_id)
    assert (row.person_id, row.author_id, row.kiosk_id) == (world.alice.id, None, None)
    assert row.device_id == alice.device
    assert row.sign_in_id is not None
    assert row.request_id == sent.response.headers["Request-Id"]
    assert row.at is not None


def test_a_desk_request_leaves_one_too(app: Flask, world: World, client_as: ClientAs) -> None:
    assert client_as("diane").post(f"/clients/{world.paul.id}/restore").status_code == 303
    (row,) = entries()
    assert (row.verb, row.kind, row.client_id, row.person_id) == ("restored", "client", world.paul.id, world.diane.id)


def test_what_is_held_or_refused_leaves_none(app: Flask, world: World, client_as: ClientAs) -> None:
    assert deliver(client_as("alice"), f"/visits/{world.bobs.id}/notes/free", NOTE).state == "held"
    assert deliver(client_as("alice"), f"/visits/{world.visit.id}/notes/free", {"text": ""}).state == "held"
    assert entries() == []


def test_who_settles_somebodys_capture_carries_their_words(app: Flask, world: World, client_as: ClientAs) -> None:
    sent = deliver(client_as("alice"), f"/visits/{world.bobs.id}/notes/free", NOTE)
    assert client_as("diane").post(f"/held/{sent.id}/apply").status_code == 303
    note, settled = entries()
    assert (note.verb, note.person_id, note.author_id) == ("submitted", world.diane.id, world.alice.id)
    assert (settled.verb, settled.kind, settled.object_id) == ("applied", "capture", sent.id)
    assert (settled.person_id, settled.client_id) == (world.diane.id, world.bobs.client_id)


def test_what_a_corrected_one_replaces_is_told(app: Flask, world: World, client_as: ClientAs) -> None:
    alice = client_as("alice")
    url = f"/visits/{world.visit.id}/notes/free"
    wrong = deliver(alice, url, {"text": ""})
    deliver(alice, url, NOTE | {"_corrects": str(wrong.id)})
    assert [(row.verb, row.object_id) for row in entries(kind="capture")] == [("corrected", wrong.id)]


def test_a_tablet_acts_by_itself(app: Flask, world: World, client_as: ClientAs) -> None:
    publish_shipped()
    world.kiosk.form_id = "kiosk-hall"
    db.session.commit()
    version = db.session.get_one(Form, "kiosk-hall").current
    sent = deliver(client_as("kiosk"), f"/kiosk/answers/kiosk-hall/{version}", {"/data/opinion/score": "5"})
    assert sent.state == "applied"
    (row,) = entries(kind="feedback")
    assert (row.kiosk_id, row.person_id, row.client_id) == (world.kiosk.id, None, None)
    assert row.request_id


def test_without_a_request_it_is_the_service_or_whom_it_acts_for(app: Flask, world: World) -> None:
    happened.tell("revoked", "kiosk", world.kiosk.id)
    with happened.by(world.gaston.id), happened.by(device_id=id_of("gaston's device")):
        happened.tell("revoked", "kiosk", world.kiosk.id)
    alone, named = entries()
    assert (alone.person_id, alone.request_id, alone.device_id) == (None, None, None)
    assert (named.person_id, named.device_id) == (world.gaston.id, id_of("gaston's device"))
    assert happened.hand() == happened.Hand()


def test_the_row_goes_with_what_was_done(app: Flask, world: World) -> None:
    people.rename_team(world.north, "North-west")
    db.session.flush()
    assert len(entries()) == 1
    db.session.rollback()
    assert entries() == []


@pytest.mark.both_engines
@pytest.mark.parametrize("sql", ["UPDATE audit_entry SET verb = 'x'", "DELETE FROM audit_entry"])
def test_nobody_changes_a_row(app: Flask, world: World, sql: str) -> None:
    people.rename_team(world.north, "North-west")
    db.session.commit()
    with pytest.raises(IntegrityError, match=REFUSAL):
        db.session.execute(text(sql))
    db.session.rollback()


@pytest.mark.both_engines
@pytest.mark.parametrize(("path", "fields"), [("notes/free", NOTE), ("status", {"status": "in_progress"})])
def test_a_capture_costs_one_insert_more(
    app: Flask, world: World, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch, path: str, fields: dict[str, str]
) -> None:
    alice, url = client_as("alice"), f"/visits/{world.visit.id}/{path}"
    other = f"/visits/{world.done.id}/notes/free"
    deliver(alice, other, NOTE)  # what is asked once a process is asked now
    with counted() as heard:
        assert deliver(alice, url, fields).state == "applied"
    told = [line for line in heard if "audit_entry" in line]
    assert len(told) == 1
    assert told[0].startswith("INSERT")
    monkeypatch.setattr(listening, "write", lambda *told, **by: None)
    world.visit.status = "planned"
    db.session.commit()
    with counted() as deaf:
        assert deliver(alice, url, fields, id=uuid4()).state == "applied"
    assert len(heard) <= len(deaf) + 1
