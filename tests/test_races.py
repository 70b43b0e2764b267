"""Two people at the same moment on PostgreSQL, which has no one write lock: the second is told, and loses nothing.

The first one's change stands in a transaction of the test's own; the second one's request runs into its lock, is seen
to wait there, and goes on when the first has committed.
"""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.test import TestResponse

from blueprints.clients.models import Client as Case
from blueprints.shared.db import db, today
from blueprints.visits import actions, queries
from blueprints.visits.models import Visit
from tests.support.client import Client, Delivered
from tests.support.world import World

ClientAs = Callable[[str | None], Client]
WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")


def second(app: Flask, ask: Callable[[], TestResponse], change: Any) -> TestResponse:
    """What the second one hears, whose request came while the first one's change was not committed yet."""
    heard: list[TestResponse] = []

    def run() -> None:
        with app.app_context():
            heard.append(ask())

    with db.engine.connect() as first, db.engine.connect() as watch:
        first.execute(change)
        asking = threading.Thread(target=run)
        asking.start()
        while asking.is_alive() and not watch.scalar(WAITING):
            watch.rollback()
        first.commit()
        asking.join()
    return heard[0]


def moved(world: World) -> Any:
    visit = world.visit
    change = {"minutes": 90, "version": visit.version + 1}
    return update(Visit).where(Visit.id == visit.id).values(change)


def fields(world: World, what: str) -> dict[str, str]:
    own = {
        "move": {"day": str(today()), "time": "20:00", "minutes": "45"},
        "give": {"coordinator": str(world.id("bob"))},
        "cancel": {"status": "cancelled_by_us", "reason": "Grève des bus"},
    }
    return {"version": str(world.visit.version), "confirmed": "y", **own[what]}


@pytest.mark.parametrize("what", ["move", "give", "cancel"])
def test_who_plans_second_is_told(pg_app: Flask, world: World, client_as: ClientAs, what: str) -> None:
    diane, data, url = client_as("diane"), fields(world, what), f"/planning/visits/{world.id('visit')}/{what}"
    answer = second(pg_app, lambda: diane.post(url, data=data), moved(world))
    assert answer.status_code == 409
    assert "Quelqu’un a modifié cette visite" in answer.text
    assert all(value in answer.text for name, value in data.items() if name in ("time", "reason"))
    db.session.expire_all()
    assert (world.visit.minutes, world.visit.status, world.visit.coordinator_id) == (90, "planned", world.id("alice"))


def test_who_writes_a_case_second_is_told(pg_app: Flask, world: World, client_as: ClientAs) -> None:
    diane, case = client_as("diane"), world.jeanne
    data = {"team": str(world.id("north")), "given_name": "Jeanne", "family_name": "Le Goff", "needs": "CANARI",
            "version": str(case.version)}  # fmt: skip
    change = update(Case).where(Case.id == case.id).values(phone="0298111111", version=case.version + 1)
    url = f"/clients/{case.id}/edit"
    answer = second(pg_app, lambda: diane.post(url, data=data), change)
    assert answer.status_code == 409
    assert "CANARI" in answer.text
    db.session.expire_all()
    assert (world.jeanne.phone, world.jeanne.needs) == ("0298111111", "")


def test_a_word_of_the_phone_that_comes_second_takes_effect(
    pg_app: Flask, world: World, client_as: ClientAs, deliver: Callable[..., Delivered]
) -> None:
    alice, url = client_as("alice"), f"/visits/{world.id('visit')}/status"
    answer = second(pg_app, lambda: deliver(alice, url, {"status": "in_progress"}).response, moved(world))
    assert answer.status_code == 201
    db.session.expire_all()
    assert (world.visit.minutes, world.visit.status) == (90, "in_progress")


def test_without_the_lock_the_second_would_fail(
    pg_app: Flask, world: World, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mutant; what is then left is said by the page of errors."""
    real = queries.one_to_plan
    monkeypatch.setattr(queries, "one_to_plan", lambda person, id, lock=False: real(person, id))
    diane, data, url = client_as("diane"), fields(world, "move"), f"/planning/visits/{world.id('visit')}/move"
    answer = second(pg_app, lambda: diane.post(url, data=data), moved(world))
    assert answer.status_code == 409
    assert "Quelqu’un a modifié cette visite" not in answer.text
    assert "au même moment" in answer.text


@pytest.mark.parametrize("problem", [StaleDataError("x"), IntegrityError("x", {}, Exception("x"))])
def test_what_no_lock_foresees_is_said_in_words(
    app: Flask, world: World, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch, problem: Exception
) -> None:
    def move(*said: Any, **more: Any) -> None:
        raise problem

    monkeypatch.setattr(actions, "move", move)
    answer = client_as("diane").post(f"/planning/visits/{world.id('visit')}/move", data=fields(world, "move"))
    assert answer.status_code == 409
    assert "au même moment" in answer.text
