"""What a coordinator does on a phone, and what the server has of it afterwards: for the tests of the field."""

import sqlite3
from typing import Any

from playwright.sync_api import Page, expect

from blueprints.forms.actions import publish_shipped
from blueprints.shared.db import db
from tests.support.browsing import Live
from tests.support.engines import make_app
from tests.support.faults import until
from tests.support.world import id_of

KEPT = "Gardé sur ce téléphone"
NOTE = f"/visits/{id_of('visit')}/notes/free"
READ = """async ([store, key]) => {
    if (!(await indexedDB.databases()).some(one => one.name === "tournee")) return null;
    const db = await new Promise((done, failed) => {
        const asked = indexedDB.open("tournee");
        asked.onsuccess = () => done(asked.result);
        asked.onerror = () => failed(asked.error);
    });
    try {
        const rows = db.transaction(store).objectStore(store);
        const found = key === null ? rows.getAll() : rows.get(key);
        return await new Promise(done => { found.onsuccess = () => done(found.result ?? null); });
    } finally { db.close(); }
}"""
SHOWN = "() => document.documentElement?.hasAttribute('data-ready') ?? false"


def kept(page: Page, store: str, key: str | None = None) -> Any:
    """What the phone keeps in a store: one record, or all of them."""
    return page.evaluate(READ, [store, key])


def opened(page: Page, url: str) -> None:
    """Opens a page and waits until its forms go through the outbox."""
    page.goto(url, wait_until="commit")
    page.wait_for_function(SHOWN)


def day_ready(live: Live, page: Page, person: str = "alice") -> None:
    """Signs in and waits until the day's pages are on the phone and the worker answers for them."""
    live.sign_in(page, person)
    page.evaluate("navigator.serviceWorker.ready")
    until(lambda: whole(page, person), 20)


def whole(page: Page, person: str) -> bool:
    """Whether this person's pack is complete."""
    pack = kept(page, "settings", "pack")
    return bool(pack) and pack["person"] == str(id_of(person)) and all(one["ok"] for one in pack["pages"])


def write_note(page: Page, url: str, words: str, stay: bool = False) -> None:
    """Opens the page of a note, writes and sends it; returns when the phone says that it has kept it, and the next page
    is open (`stay`: at once)."""
    opened(page, url)
    page.fill("textarea[name=text]", words)
    page.click("button[form=capture].button[data-tone=brand]")
    if not stay:
        page.wait_for_url(lambda next: "/notes/" not in next)
        page.wait_for_function(SHOWN)
    expect(page.locator("#says")).to_contain_text(KEPT)


def visit_added(page: Page, live: Live) -> str:
    """Adds an unplanned visit to Jeanne Le Goff on this phone; its id. The page is that of the visit."""
    opened(page, f"{live.url}/visits/new")
    page.locator("label", has_text="Jeanne Le Goff").locator("input").check(force=True)
    page.click("[data-new-visit] button.big")
    page.wait_for_url("**/visits/new?visit=*")
    page.wait_for_function(SHOWN)
    return page.url.split("=")[1]


def rows(live: Live, sql: str, *values: object) -> list[Any]:
    """What the server's database says."""
    with sqlite3.connect(live.server.data / "tournee.db", timeout=10) as connection:
        return connection.execute(sql, values).fetchall()


def notes(live: Live) -> int:
    """How many notes the server has."""
    return int(rows(live, "SELECT count(*) FROM note")[0][0])


def captures(live: Live) -> int:
    """How many captures the server has, whatever became of them."""
    return int(rows(live, "SELECT count(*) FROM capture")[0][0])


def posts(live: Live, url: str) -> int:
    """How many deliveries went to this address."""
    return live.faults.requests.count(f"POST {url}")


def change(live: Live, sql: str, *values: object) -> None:
    """Changes what the server has behind its back, as another person or the passing of time would."""
    with sqlite3.connect(live.server.data / "tournee.db", timeout=10) as connection:
        connection.execute(sql, values)


def published(live: Live) -> None:
    """The forms that ship are published on this server."""
    with make_app(live.server.data).app_context():
        publish_shipped()
        db.session.commit()
        db.engine.dispose()


def answer_points(page: Page, value: str = "yes") -> None:
    """The same answer to every point of a checklist, section by section; its "send" is then on the screen."""
    page.wait_for_selector("form[data-live]")
    while True:
        for point in page.locator(".form-page[data-open] > .field:has(.segmented)").all():
            point.locator(f"input[value={value}]").check(force=True)
        if page.locator("[data-send]").is_visible():
            return
        page.click('[data-step="1"]')
