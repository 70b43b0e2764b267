"""A box full of captures: how fast it empties, and that a network cut at random loses and doubles nothing."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from playwright.sync_api import Browser, Page
from sqlalchemy import func, select

from bench.browser import chromium, faults, fresh, packed, throttled
from bench.place import Place, place
from bench.table import Row, medians, row
from blueprints.captures.models import Capture
from blueprints.clients.models import Assignment
from blueprints.notes.models import NoteVersion
from blueprints.shared.db import db
from tests.support.browsing import waiting
from tests.support.faults import Faults
from tests.support.server import free_port

CLIENTS = 20
TEXT = "Passage du matin : tout va bien, les courses sont faites, la marche est plus sûre. "
CUTS = (("cut_request", 200), ("cut_request", 900), ("half_response", 40), ("half_response", 200), ("drop_response", 0))
KEEP = """async ({ author, clients, count, text }) => {
    const { keep } = await import(document.documentElement.dataset.static + "js/outbox.js");
    const ids = [];
    for (let n = 0; n < count; n++) {
        const client = clients[n % clients.length], id = crypto.randomUUID();
        ids.push(id);
        await keep({ id, author, client, kind: "note", url: `/clients/${client}/notes/free`, label: "bench",
            pairs: [["text", `${n} ${text}`]], photos: [],
            visit: "", status: "", page: "/today", form: "", corrects: "" });
    }
    return ids;
}"""
EMPTY = """async () => {
    const { all } = await import(document.documentElement.dataset.static + "js/db.js");
    const { deliver } = await import(document.documentElement.dataset.static + "js/delivery.js");
    const person = document.documentElement.dataset.person, begin = performance.now();
    await deliver(person, { force: true });
    return (await all("captures", person)).length ? null : performance.now() - begin;
}"""


def rows() -> Iterator[Row]:
    """First how fast, then how safe."""
    port = free_port()
    with place(port) as at, faults(port, at) as network, chromium() as browser:
        cookie, person, _device = at.sign_in("lea")
        with at.app.app_context():
            mine = select(Assignment.client_id).where(Assignment.person_id == person, Assignment.ended_at.is_(None))
            clients = [str(id) for id in db.session.scalars(mine.limit(CLIENTS))]
        yield _fast(browser, at, network, cookie, clients)
        yield _safe(browser, at, network, cookie, clients)


def _filled(page: Page, network: Faults, clients: list[str], count: int) -> list[UUID]:
    """Puts so many captures into the phone's box while there is no network; their ids."""
    packed(page, network.url)
    network.set("refuse")
    author = page.evaluate("document.documentElement.dataset.person")
    given: dict[str, Any] = {"author": author, "clients": clients, "count": count, "text": TEXT * 15}
    return [UUID(id) for id in page.evaluate(KEEP, given)]


def _fast(browser: Browser, at: Place, network: Faults, cookie: str, clients: list[str]) -> Row:
    def once() -> float:
        before = _notes(at)
        with fresh(browser, network.url, cookie) as context:
            page = context.new_page()
            ids = _filled(page, network, clients, 100)
            throttled(page)
            network.set("pass")
            took = page.evaluate(EMPTY)
            if took is None or (_applied(at, ids), _notes(at) - before) != (100, 100):
                raise SystemExit(f"{_applied(at, ids)} of 100 arrived, {waiting(page)} wait")
            return float(took) / 1000

    return row(f"100 waiting captures, {len(clients)} clients, slow 4G, 4× CPU", medians(once), "s", 6)


def _safe(browser: Browser, at: Place, network: Faults, cookie: str, clients: list[str]) -> Row:
    before = _notes(at)
    with fresh(browser, network.url, cookie) as context:
        page = context.new_page()
        ids = _filled(page, network, clients, 500)
        with cutting(network, random.Random(500)) as cuts:
            end = time.monotonic() + 300
            while waiting(page) and time.monotonic() < end:
                page.evaluate(EMPTY)
        network.set("pass")
        page.evaluate(EMPTY)
        left = waiting(page)
    applied, notes = _applied(at, ids), _notes(at) - before
    value = f"{500 - applied} lost, {notes - applied} doubled, {left} waiting ({len(cuts)} cuts)"
    return Row("500 captures, the connection cut at random", value, "none", (applied, notes, left) == (500, 500, 0), [])


@contextmanager
def cutting(network: Faults, chance: random.Random) -> Iterator[list[str]]:
    """Strikes one delivery after the other, somewhere, at moments that nobody chose; the faults committed so far."""
    cuts: list[str] = []
    over = threading.Event()

    def strike() -> None:
        fault = ""
        while not over.wait(chance.uniform(0.02, 0.4)):
            if network.committed:
                cuts.append(fault)
            fault, amount = chance.choice(CUTS)
            network.set(fault, amount, only=b"POST ", times=1)

    network.set("pass")
    thread = threading.Thread(target=strike)
    thread.start()
    try:
        yield cuts
    finally:
        over.set()
        thread.join()


def _applied(at: Place, ids: list[UUID]) -> int:
    """How many of these captures the server has applied."""
    with at.app.app_context():
        found = select(func.count()).select_from(Capture).where(Capture.id.in_(ids), Capture.state == "applied")
        return db.session.scalar(found) or 0


def _notes(at: Place) -> int:
    """How many versions of notes there are."""
    with at.app.app_context():
        return db.session.scalar(select(func.count()).select_from(NoteVersion)) or 0
