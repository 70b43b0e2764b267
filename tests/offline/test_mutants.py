"""Guards taken out, one at a time: what they promise must then be seen broken, or the tests of it prove nothing.

Each mutant is a copy of the house in which one guard is missing; its test does what the promise's own test does
(tests/offline/test_loop.py, test_people.py, test_matrix.py, tests/captures/test_intake.py) and asserts the loss.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy.session import Session
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from blueprints.captures.models import Capture
from blueprints.clients import queries as client_queries
from blueprints.clients.models import Client
from blueprints.notes import views as notes_views
from blueprints.people.models import Device
from blueprints.shared.db import OneCommit, db
from blueprints.shared.refusal import Refused
from blueprints.visits import queries as visit_queries
from blueprints.visits.models import Visit
from tests.support import house
from tests.support.browsing import Live, until_waiting, waiting
from tests.support.faults import until
from tests.support.field import NOTE, captures, day_ready, kept, notes, opened, posts, write_note
from tests.support.world import World, id_of

VISIT = f"/visits/{id_of('visit')}"
Mutant = Callable[..., None]
ANY_200 = (
    "static/js/outcome.js",
    "if (good && found?.id === id) return { then: found.state, code: found.code };",
    'if (good) return { then: "applied", code: "00000000" };',
)
DELETED_FIRST = (
    "static/js/delivery.js",
    "      tried.add(item.id);\n",
    '      tried.add(item.id);\n      write(["captures"], (s) => s.captures.delete(item.id));\n',
)
REDIRECT = (
    "blueprints/people/entrance.py",
    'return make_response(jsonify(error="sign-in"), 401)',
    'return redirect("/sign-in")',
)
OURS = (
    "static/js/sw-rules.js",
    'Boolean(response.headers.get("Tournee-Page"))\n    );\n  }\n\n  /** Whether our own server',
    "true\n    );\n  }\n\n  /** Whether our own server",
)
MADE_FOR = ("static/js/sw-rules.js", 'return text.includes(`data-person="${person}"`);', "return true;")
NO_LOCK = ("static/js/delivery.js", "if (!navigator.locks) return run(author, force);", "return run(author, force);")
NO_WAIT = ("static/js/capture.js", "if (state.sending) return null; // a double tap", "")
NO_ID = ("static/js/capture.js", "  let kept = await keep(", "  state.id = uuid();\n  let kept = await keep(")


@pytest.fixture
def mutant(live: Live, tmp_path: Path) -> Mutant:
    """Puts another house behind the address."""

    def put(*changes: tuple[str, str, str]) -> None:
        live.server.stop()
        live.server.root = house.copy(tmp_path / "mutant", *changes)
        live.server.start()

    return put


@pytest.mark.browser
def test_receipt_not_demanded_loses_words_to_a_hotel(live: Live, page: Page, mutant: Mutant) -> None:
    mutant(ANY_200)
    day_ready(live, page)
    live.faults.set("captive")
    write_note(page, live.url + NOTE, "À l’hôtel.")
    opened(page, f"{live.url}/outbox")
    page.click("[data-send]")
    until_waiting(page, 0)
    live.faults.set("pass")
    assert captures(live) == 0  # the phone has forgotten what nobody has


@pytest.mark.browser
def test_delete_before_send_loses_what_is_cut_on_the_way(live: Live, page: Page, mutant: Mutant) -> None:
    mutant(DELETED_FIRST)
    day_ready(live, page)
    live.faults.set("cut_request", 200, only=b"POST ")
    write_note(page, live.url + NOTE, "Coupée.")
    until(lambda: live.faults.committed)
    until_waiting(page, 0)
    live.faults.set("pass")
    assert captures(live) == 0


@pytest.mark.browser
def test_redirect_on_401_lets_nobody_know_that_they_must_sign_in(live: Live, page: Page, mutant: Mutant) -> None:
    mutant(REDIRECT)
    day_ready(live, page)
    live.faults.set("refuse")
    write_note(page, live.url + NOTE, "un")
    with closing(sqlite3.connect(live.server.data / "tournee.db", timeout=10)) as connection, connection:
        connection.execute("UPDATE sign_in SET ended_at = '2026-01-01 00:00:00'")
    live.faults.set("pass")
    page.evaluate("dispatchEvent(new Event('online'))")
    until(lambda: posts(live, NOTE))
    queue = until(lambda: (found := kept(page, "settings", f"queue {id_of('alice')}")) and found.get("tries") and found)
    assert "rest" not in queue  # it takes the redirect for a hotel's, and will try for ever
    expect(page.locator("[data-rest-notice]")).to_have_count(0)
    assert (waiting(page), notes(live)) == (1, 0)


@pytest.mark.browser
def test_a_worker_that_trusts_any_page_shows_a_hotels(live: Live, page: Page, mutant: Mutant) -> None:
    mutant(OURS, MADE_FOR)
    day_ready(live, page)
    live.faults.set("captive")
    page.goto(live.url + NOTE)
    live.faults.set("refuse")
    page.goto(live.url + NOTE)
    expect(page.locator("h1")).to_contain_text("accept the terms of our network")  # the form is gone for good


@pytest.mark.browser
def test_without_the_lock_two_tabs_send_everything_twice(live: Live, page: Page, mutant: Mutant) -> None:
    mutant(NO_LOCK)
    day_ready(live, page)
    live.faults.set("refuse")
    for words in ("un", "deux"):
        write_note(page, live.url + NOTE, words)
    second = page.context.new_page()
    opened(second, live.url + VISIT)
    live.faults.set("latency", 0.5)
    for tab in (page, second):
        tab.evaluate("dispatchEvent(new Event('online'))")
    until_waiting(page, 0, seconds=30)
    live.faults.set("pass")
    assert posts(live, NOTE) > 2
    assert notes(live) == 2  # the server's own guard still stands


@pytest.mark.browser
def test_with_an_id_for_each_tap_a_double_tap_makes_two(live: Live, page: Page, mutant: Mutant) -> None:
    mutant(NO_WAIT, NO_ID)
    day_ready(live, page)
    live.faults.set("refuse")
    opened(page, live.url + NOTE)
    page.fill("textarea[name=text]", "Une seule fois.")
    page.evaluate("() => { const b = document.querySelector('button[form=capture]'); b.click(); b.click(); }")
    until_waiting(page, 2)


@pytest.mark.both_engines
def test_query_without_the_person_lets_the_other_team_in(
    app: Flask, world: World, client_as: Any, deliver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    charlie, case = client_as("charlie"), f"/clients/{world.id('jeanne')}"
    assert charlie.get(case).status_code == 404
    assert deliver(charlie, NOTE, {"text": "de loin"}).state == "held"
    monkeypatch.setattr(client_queries, "clients_of", lambda person, only=None: select(Client.id))
    monkeypatch.setattr(visit_queries, "one_to_make", lambda person, id: db.session.get_one(Visit, id))
    assert "Le Goff" in charlie.get(case).text
    assert deliver(charlie, NOTE, {"text": "de loin"}).state == "applied"


@pytest.mark.both_engines
def test_commit_inside_the_savepoint_leaves_half_of_it(
    app: Flask, world: World, client_as: Any, deliver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hasty(*args: Any, **kwargs: Any) -> None:
        db.session.add(Device(label="half done"))
        db.session.commit()
        raise Refused("no")

    monkeypatch.setattr(notes_views.actions, "write", hasty)
    monkeypatch.setattr(OneCommit, "commit", Session.commit)
    sent = deliver(client_as("alice"), NOTE, {"text": "Elle va bien."})
    half = db.session.scalar(select(func.count(Device.id)).where(Device.label == "half done"))
    told = sent.receipt and db.session.get(Capture, sent.id)
    assert half  # an effect of what was refused
    assert not told or told.state != "applied"
