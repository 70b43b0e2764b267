"""The workshop's own tests: a browser that dies and comes back, a network that goes, an axe that cuts."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Error, Page

from tests.support.browsing import Live, Phone

pytestmark = pytest.mark.browser


def test_a_killed_browser_comes_back_with_its_profile(live: Live, phone: Phone) -> None:
    page = phone.open()
    page.goto(f"{live.url}/sign-in")
    page.evaluate(
        "new Promise(done => { const r = indexedDB.open('mine', 1);"
        " r.onupgradeneeded = () => r.result.createObjectStore('kept').add(1, 1);"
        " r.onsuccess = () => done(1); })"
    )
    phone.kill()
    with pytest.raises(Error):
        page.title()
    page = phone.open()
    page.goto(f"{live.url}/sign-in")
    assert "mine" in page.evaluate("indexedDB.databases().then(all => all.map(one => one.name))")


def test_a_person_signs_in_and_the_network_goes(live: Live, page: Page) -> None:
    live.sign_in(page, "alice")
    assert page.evaluate("document.documentElement.dataset.person")
    live.faults.set("refuse")
    with pytest.raises(Error, match="ECONNREFUSED"):
        page.request.get(f"{live.url}/healthz")
    live.faults.set("pass")
    assert page.request.get(f"{live.url}/healthz").ok


def test_the_server_dies_and_comes_back_on_its_port(live: Live, page: Page) -> None:
    context = page.context
    live.server.kill()
    with pytest.raises(Error):
        page.goto(f"{live.url}/healthz")
    page.close()  # the browser's own page of failure tries again by itself, in the middle of what we ask
    live.server.start()
    answer = context.new_page().goto(f"{live.url}/healthz")
    assert answer is not None
    assert answer.ok


def test_axe_cuts(live: Live, new_context: Callable[..., BrowserContext], axe: Callable[[Page], list[str]]) -> None:
    page = new_context().new_page()
    page.goto(f"{live.url}/sign-in")
    before = axe(page)
    page.evaluate(
        "document.querySelector('main').append(document.createElement('img'), document.createElement('input'))"
    )
    after = set(axe(page)) - set(before)
    assert {line.split(":")[0] for line in after} >= {"image-alt", "label"}
