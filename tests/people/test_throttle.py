"""Guessing: growing waits that every process and every restart remembers, and never a lock for good."""

import contextvars
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from blueprints.people import passwords
from blueprints.shared import throttle
from blueprints.shared.db import db, now, writing
from blueprints.shared.throttle import Attempt
from tests.support.client import Client
from tests.support.engines import make_app
from tests.support.world import PASSWORD, World, email

pytestmark = pytest.mark.both_engines
As = Callable[[str | None], Client]


def enter(client: Client, name: str = "alice", password: str = "wrong", address: str = "10.0.0.1"):
    data = {"email": email(name), "password": password}
    return client.post("/sign-in", data=data, environ_base={"REMOTE_ADDR": address})


def address(n: int) -> str:
    return f"10.{n // 250}.{n % 250}.1"


@pytest.fixture
def clock():
    with time_machine.travel(now(), tick=False) as travelling:
        yield travelling


def test_five_wrong_passwords_are_free_then_the_waits_grow(client: Client, clock) -> None:
    waits = []
    for _n in range(4):
        assert enter(client).status_code == 401
    for n in range(12):
        assert enter(client, address=address(n)).status_code == 401
        refused = enter(client, address=address(n))
        assert refused.status_code == 429
        waits.append(int(refused.headers["Retry-After"]))
        clock.shift(waits[-1])
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600, 3600]


def test_the_page_says_how_long_in_words(client: Client, clock) -> None:
    for _n in range(6):
        answer = enter(client)
    assert "Trop d’essais. Réessayez dans 30 secondes." in answer.text
    assert email("alice") in answer.text  # nothing typed is lost


def test_200_wrong_passwords_on_one_account_from_everywhere(client: Client, clock) -> None:
    """And then the owner comes in, after the wait that the page named: no account is locked for good."""
    answers = [enter(client, address=address(n)).status_code for n in range(200)]
    assert answers.count(401) == 5
    assert answers.count(429) == 195
    refused = enter(client, password=PASSWORD, address=address(300))
    assert refused.status_code == 429
    clock.shift(int(refused.headers["Retry-After"]))
    assert enter(client, password=PASSWORD, address=address(300)).status_code == 303
    assert enter(client, address=address(301)).status_code == 401  # and the count begins anew


def test_one_password_on_200_accounts_from_one_network(client: Client, clock) -> None:
    answers = [enter(client, f"nobody{n}", "Passwort1").status_code for n in range(200)]
    assert answers.count(401) == 30
    assert answers.count(429) == 170
    assert enter(client, "alice", PASSWORD, "10.9.9.9").status_code == 303  # another network is not touched


def test_an_office_that_signs_in_all_day_is_not_slowed(client: Client, clock) -> None:
    for _n in range(40):
        assert enter(client, "alice", PASSWORD).status_code == 303
        client.post("/sign-out", environ_base={"REMOTE_ADDR": "10.0.0.1"})


def test_nobody_keeps_alice_from_her_own_phone(client: Client, client_as: As, clock) -> None:
    for n in range(50):
        enter(client, address=address(n))
    phone = client_as(None)
    phone.set_cookie("tournee_device", str(client_as("alice").device))
    assert enter(phone, password=PASSWORD).status_code == 303
    assert enter(client, password=PASSWORD, address=address(99)).status_code == 429


def test_an_unknown_account_waits_the_same(client: Client, clock) -> None:
    known = [enter(client, "alice", address=address(n)).status_code for n in range(8)]
    unknown = [enter(client, "nobody", address=address(n)).status_code for n in range(8)]
    assert known == unknown == [401] * 5 + [429] * 3


def test_who_has_to_wait_is_not_hashed_and_not_counted(client: Client, clock, monkeypatch: pytest.MonkeyPatch) -> None:
    for _n in range(5):
        enter(client)
    before = db.session.scalars(select(Attempt.failed).order_by(Attempt.id)).all()
    monkeypatch.setattr(passwords, "is_right", lambda *args: pytest.fail("hashed"))
    assert enter(client, password=PASSWORD).status_code == 429
    db.session.rollback()
    assert db.session.scalars(select(Attempt.failed).order_by(Attempt.id)).all() == before


def test_another_process_knows_it_too(client: Client, app: Flask, clock, tmp_path) -> None:
    """An app of its own on the same database, as after a restart or in the next worker."""
    for _n in range(5):
        enter(client)
    other = make_app(tmp_path, SQLALCHEMY_DATABASE_URI=app.config["SQLALCHEMY_DATABASE_URI"])
    with other.app_context():
        assert enter(other.test_client(), password=PASSWORD, address="10.8.8.8").status_code == 429
        db.session.remove()
        db.engine.dispose()


def test_the_table_names_nobody(client: Client) -> None:
    enter(client)
    for row in db.session.scalars(select(Attempt)):
        assert len(row.key) == 64
        assert "alice" not in row.key


def test_a_day_without_a_failure_forgets(client: Client, clock) -> None:
    for _n in range(4):
        enter(client)
    clock.shift(timedelta(hours=25))
    for _n in range(4):
        assert enter(client).status_code == 401
    assert enter(client).status_code == 401
    assert enter(client).status_code == 429
    clock.shift(timedelta(hours=25))
    with writing():
        throttle.forget_old()
    assert db.session.scalar(select(func.count()).select_from(Attempt)) == 0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("10.0.0.1", "10.0.0.2", False),
        ("not an address", "", True),
    ],
)
def test_a_network(app: Flask, one: str, other: str, same: bool) -> None:
    found = []
    for typed in (one, other):
        with app.test_request_context(environ_base={"REMOTE_ADDR": typed}):
            found.append(throttle.network())
    assert (found[0] == found[1]) is same


def test_tries_at_the_same_moment_do_not_slip_past_together(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is counted before it is made: 24 at once get no more than the free ones."""
    statuses: list[int] = []

    def one(n: int) -> None:
        with app.app_context():
            answer = app.test_client().post(
                "/sign-in",
                data={"email": email("alice"), "password": "wrong"},
                environ_base={"REMOTE_ADDR": address(n)},
            )
            statuses.append(answer.status_code)

    threads = [threading.Thread(target=contextvars.Context().run, args=(one, n)) for n in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [401] * 5 + [429] * 19


def test_hashing_is_capped_and_a_try_refused_for_it_is_not_counted(
    client: Client, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "PATIENCE", 0.01)
    turns = app.extensions["hashing"].turns
    held = 0
    while turns.acquire(blocking=False):
        held += 1
    assert held == app.config["HASHES_AT_ONCE"] == 2
    try:
        for _n in range(8):
            answer = enter(client, password=PASSWORD)
            assert answer.status_code == 429
            assert answer.headers["Retry-After"]
    finally:
        for _n in range(held):
            turns.release()
    assert enter(client, password=PASSWORD).status_code == 303


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "1 seconde"), (30, "30 secondes"), (120, "2 minutes"), (121, "3 minutes"), (3600, "1 heure")],
)
def test_waits_in_words(app: Flask, seconds: int, words: str) -> None:
    with app.test_request_context():
        assert throttle.in_words(seconds) == words


def test_without_the_guard_guessing_goes_on(client: Client, monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    """The mutant: where tries are not counted, the test above would see 200 answers of 401."""

    def uncounted(limit: throttle.Limit, name: str) -> throttle.Try:
        return throttle.Try(limit.what, "0" * 64, None)

    monkeypatch.setattr(throttle, "count", uncounted)
    assert [enter(client).status_code for _n in range(40)] == [401] * 40
