"""The clock, ids and SQLite's one write lock."""

import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, text

from blueprints.people.models import Team
from blueprints.shared import db as database
from blueprints.shared.db import Busy, db, local, start_writing, today, uuid7, writing
from tests.support.world import World


@pytest.mark.both_engines
def test_moments_come_back_aware_and_in_utc(app: Flask, world: World) -> None:
    moment = datetime.fromisoformat("2026-10-25T02:30:00+02:00")
    visit = world.visit
    visit.starts_at = moment
    db.session.commit()
    db.session.expire_all()
    assert world.visit.starts_at == moment
    assert world.visit.starts_at.tzinfo is UTC


def test_a_moment_without_a_zone_is_an_error(app: Flask) -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        database.UTCDateTime().process_bind_param(datetime(2026, 1, 1), None)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("moment", "day"),
    [("2026-11-23T23:30:00+00:00", date(2026, 11, 24)), ("2026-07-01T22:30:00+00:00", date(2026, 7, 2))],
)
def test_the_services_clock_decides_what_today_is(app: Flask, moment: str, day: date) -> None:
    with time_machine.travel(datetime.fromisoformat(moment)):
        assert today() == day
        assert local(datetime.fromisoformat(moment)).date() == day


def test_ids_sort_by_time_and_say_version_7(app: Flask) -> None:
    with time_machine.travel(0, tick=False) as clock:
        first = uuid7()
        clock.shift(timedelta(milliseconds=1))
        second = uuid7()
    assert first < second
    assert {first.version, second.version} == {7}
    assert first.variant == second.variant == "specified in RFC 4122"


def test_sqlite_is_set_for_promises(app: Flask) -> None:
    settings = {
        name: db.session.execute(text(f"PRAGMA {name}")).scalar()
        for name in ("journal_mode", "synchronous", "foreign_keys")
    }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_writers_queue_and_none_is_refused(app: Flask) -> None:
    db.session.rollback()
    refused: list[BaseException] = []

    def write(number: int) -> None:
        with app.app_context():
            try:
                for turn in range(10):
                    with writing():
                        db.session.execute(select(Team.id)).all()  # a reader that becomes a writer
                        db.session.add(Team(name=f"{number}.{turn}"))
            except BaseException as error:
                refused.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == []
    assert db.session.query(Team).count() == 82
    assert not database._lock.locked()


@pytest.fixture
def blocked(app: Flask) -> Any:
    """Another process holds the write lock, as a long report or a backup tool may."""
    other = sqlite3.connect(str(db.engine.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield other
    other.execute("ROLLBACK")
    other.close()


def test_a_locked_database_is_503_and_nothing_is_stored(
    app: Flask, world: World, client_as: Callable[[str], Any], deliver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = client_as("alice")
    monkeypatch.setattr(database, "WAIT", 0.2)
    other = sqlite3.connect(str(db.engine.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    sent = deliver(alice, f"/visits/{world.id('visit')}/notes/free", {"text": "x"})
    assert (sent.status, sent.receipt) == (503, [])
    assert int(sent.response.headers["Retry-After"]) > 0
    other.execute("ROLLBACK")
    other.close()
    again = deliver(alice, f"/visits/{world.id('visit')}/notes/free", {"text": "x"}, id=sent.id)
    assert again.state == "applied"


def test_readers_are_not_stopped_by_a_writer(app: Flask, blocked: Any, client_as: Callable[[str | None], Any]) -> None:
    assert client_as(None).get("/healthz").status_code == 200
    assert client_as(None).get("/readyz").json["database"] is True


def test_the_lock_is_let_go_when_it_could_not_be_used(
    app: Flask, blocked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "WAIT", 0.1)
    with pytest.raises(Busy):
        start_writing()
    assert not database._lock.locked()
    db.session.rollback()


def test_an_exception_inside_writing_undoes_it(app: Flask) -> None:
    def half() -> None:
        with writing():
            db.session.add(Team(name="half"))
            db.session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert db.session.scalar(select(Team).where(Team.name == "half")) is None
    assert not database._lock.locked()
