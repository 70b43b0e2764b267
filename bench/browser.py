"""A throttled phone: Chromium at slow 4G and a quarter of this machine's speed."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

from bench.place import Place
from tests.support.browsing import CHROMIUM, DESK, FLAGS, PHONE
from tests.support.faults import Faults, until

PHONE_OPTIONS: dict[str, Any] = {"locale": "fr-FR", "timezone_id": "Europe/Paris", **PHONE}
DESK_OPTIONS: dict[str, Any] = {"locale": "fr-FR", "timezone_id": "Europe/Paris", **DESK}
SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8}
# Until the submit handler is bound (data-ready), and two frames later.
USABLE = """
const watch = new MutationObserver(() => {
    if (!document.documentElement.hasAttribute("data-ready")) return;
    watch.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => { window.usable = performance.now(); }));
});
watch.observe(document, { attributes: true, subtree: true, attributeFilter: ["data-ready"] });
"""
PACK = """() => new Promise(done => {
    const asked = indexedDB.open("tournee");
    asked.onsuccess = () => {
        const db = asked.result;
        const got = db.transaction("settings").objectStore("settings").get("pack");
        got.onsuccess = () => { db.close(); done(got.result ? got.result.pages.every(page => page.ok) : false); };
    };
})"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser for one row."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def faults(port: int, at: Place) -> Iterator[Faults]:
    """The network in front of the server, which can fail."""
    made = Faults(port, at.port)
    try:
        yield made
    finally:
        made.close()


def signed_in(context: BrowserContext, url: str, cookie: str) -> None:
    """Puts a session into a context."""
    pairs = (pair.split("=", 1) for pair in cookie.split("; "))
    context.add_cookies([{"name": name, "value": value, "url": url, "sameSite": "Lax"} for name, value in pairs])


@contextmanager
def fresh(browser: Browser, url: str, cookie: str) -> Iterator[BrowserContext]:
    """A phone with nothing on it but a session."""
    context = browser.new_context(**PHONE_OPTIONS)
    signed_in(context, url, cookie)
    yield context
    context.close()


def throttled(page: Page, network: bool = True) -> CDPSession:
    """Makes the phone slow, and its network too."""
    session: CDPSession = page.context.new_cdp_session(page)
    session.send("Network.enable")
    if network:
        session.send("Network.emulateNetworkConditions", SLOW_4G)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    return session


def packed(page: Page, url: str) -> None:
    """Visits the round once and waits until the day is on the phone."""
    page.goto(f"{url}/today")
    ready(page)
    until(lambda: page.evaluate(PACK), 60)
    until(lambda: page.evaluate("navigator.serviceWorker.ready.then(found => found.active.state === 'activated')"))


def ready(page: Page) -> None:
    """Waits until the submit handler is bound. (The policy forbids Playwright's wait_for_function.)"""
    page.wait_for_selector("html[data-ready]", state="attached")


def pages_of(at: Place, cookie: str) -> list[dict[str, Any]]:
    """The addresses of the person's pack."""
    _status, body, _head = at.ask("/pack", cookie, compressed=False)
    found: list[dict[str, Any]] = json.loads(body)["pages"]
    return found
