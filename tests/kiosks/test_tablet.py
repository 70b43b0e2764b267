"""A tablet in the hall, in a real browser: one question a screen, weeks without network, nothing of the one before."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.browsing import Live, until_waiting, waiting
from tests.support.faults import until
from tests.support.field import SHOWN, change, kept, published, rows
from tests.support.world import KIOSK_SECRET, id_of

pytestmark = pytest.mark.browser
TABLET: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}, "has_touch": True}


@pytest.fixture
def tablet(live: Live, new_context: Callable[..., BrowserContext]) -> Page:
    """A paired tablet with the survey open, ready for weeks without network."""
    publish(live)
    context = new_context(**TABLET)
    context.add_cookies([{"name": "kiosk", "value": f'"{KIOSK_SECRET}"', "url": live.url}])
    page = context.new_page()
    page.clock.install()
    page.goto(f"{live.url}/kiosk/")
    page.wait_for_function(SHOWN)
    page.evaluate("navigator.serviceWorker.ready")
    until(lambda: page.evaluate("caches.open('kiosk').then(c => c.keys()).then(all => all.length)") == 3)
    return page


def publish(live: Live) -> None:
    """What ships is published, and the tablet of the world shows the hall's survey."""
    published(live)
    change(live, "UPDATE kiosk SET form_id = 'kiosk-hall'")


def answers(live: Live) -> int:
    return int(rows(live, "SELECT count(*) FROM capture WHERE kind = 'answer'")[0][0])


def fill(page: Page, words: str = "") -> None:
    page.locator(".faces label").nth(3).click()
    page.click("[data-step='1']")
    page.fill("textarea", words)
    page.click("[data-step='1']")


TRACES = """() => [
    document.body.innerText,
    ...[...document.querySelectorAll("textarea, input[type=text], input[type=tel]")].map(field => field.value),
    JSON.stringify([{...sessionStorage}, {...localStorage}, history.state]),
].join("\\n")"""


def traces(page: Page) -> str:
    """Everything that a curious hand could find: the page, its fields, what the browser stores beside the outbox."""
    return str(page.evaluate(TRACES))


def test_an_answer_without_network_is_kept_thanked_for_and_delivered_once(live: Live, tablet: Page) -> None:
    live.faults.set("refuse")
    tablet.goto(f"{live.url}/kiosk/")
    tablet.wait_for_function(SHOWN)
    fill(tablet, "Merci à Gwenn")
    tablet.click("[data-send]")
    expect(tablet.locator("[data-thanks]")).to_be_visible()
    assert (waiting(tablet), answers(live)) == (1, 0)
    assert "Gwenn" not in traces(tablet)
    live.faults.set("pass")
    tablet.evaluate("dispatchEvent(new Event('online'))")
    until_waiting(tablet, 0)
    assert answers(live) == 1
    assert kept(tablet, "receipts") == []
    assert rows(live, "SELECT state, kiosk_id FROM capture") == [("applied", id_of("kiosk").hex)]


def test_what_waited_while_its_cookie_was_lost_is_sent_once_it_is_paired_again(live: Live, tablet: Page) -> None:
    """401 rests the queue, and at a tablet nobody signs in or presses a button."""
    live.faults.set("refuse")
    fill(tablet, "Merci")
    tablet.click("[data-send]")
    expect(tablet.locator("[data-thanks]")).to_be_visible()
    cookie = tablet.context.cookies()[0]
    tablet.context.clear_cookies()
    live.faults.set("pass")
    tablet.evaluate("dispatchEvent(new Event('online'))")
    until(lambda: any(row.get("rest") for row in kept(tablet, "settings")))
    tablet.context.add_cookies([cookie])
    tablet.goto(f"{live.url}/kiosk/")
    until_waiting(tablet, 0)
    assert answers(live) == 1


def test_left_alone_it_warns_then_forgets(live: Live, tablet: Page) -> None:  # row 46
    fill(tablet, "secret de quelqu’un")
    tablet.clock.run_for(19_000)
    expect(tablet.locator("dialog")).to_be_hidden()
    tablet.clock.run_for(2_000)
    expect(tablet.locator("dialog")).to_be_visible()
    tablet.click("[data-stay]")
    expect(tablet.locator("dialog")).to_be_hidden()
    assert "secret" in traces(tablet)
    with tablet.expect_navigation():
        tablet.clock.run_for(41_000)
    tablet.wait_for_function(SHOWN)
    expect(tablet.locator(".faces")).to_be_visible()
    assert tablet.locator(":checked").count() == 0
    assert "secret" not in traces(tablet)
    assert waiting(tablet, "drafts") == 0
    tablet.go_back()
    tablet.wait_for_load_state()
    assert tablet.url == "about:blank"  # the entry of the one before is not in the history any more


def test_back_and_reload_reveal_nothing(live: Live, tablet: Page) -> None:
    fill(tablet, "secret de quelqu’un")
    tablet.reload()
    tablet.wait_for_function(SHOWN)
    assert "secret" not in traces(tablet)
    assert tablet.locator(":checked").count() == 0
    fill(tablet, "secret de quelqu’un")
    tablet.goto(f"{live.url}/kiosk/thanks")
    tablet.go_back()
    tablet.wait_for_function(SHOWN)
    assert "secret" not in traces(tablet)
    assert tablet.locator(":checked").count() == 0


def test_the_language_changes_and_the_answers_stay(live: Live, tablet: Page) -> None:
    live.faults.set("refuse")
    tablet.locator(".faces label").nth(1).click()
    tablet.click("[data-language][lang=en]")
    tablet.wait_for_function("() => document.documentElement.lang === 'en'")
    tablet.wait_for_function(SHOWN)
    expect(tablet.locator(".faces input").nth(1)).to_be_checked()
    expect(tablet.locator("[data-steps-words]")).to_have_text("Question 1 of 3")
    assert tablet.evaluate("sessionStorage.length") == 0
    with tablet.expect_navigation():
        tablet.clock.run_for(41_000)
    tablet.wait_for_function("() => document.documentElement.lang === 'fr'")


def test_no_staff_page_is_shown_without_network(live: Live, tablet: Page) -> None:
    live.faults.set("refuse")
    tablet.goto(f"{live.url}/kiosk/leave")
    expect(tablet.locator(".faces")).to_be_visible()


def test_no_fault_of_accessibility(
    live: Live, new_context: Callable[..., BrowserContext], axe: Callable[[Page], list[str]]
) -> None:
    publish(live)
    for scheme, language in (("light", "fr"), ("dark", "en")):
        context = new_context(**TABLET, color_scheme=scheme, bypass_csp=True)
        context.add_cookies([{"name": "kiosk", "value": f'"{KIOSK_SECRET}"', "url": live.url}])
        page = context.new_page()
        page.goto(f"{live.url}/kiosk/?lang={language}")
        page.wait_for_function(SHOWN)
        page.screenshot(path=f"/tmp/phone/kiosk-{scheme}.png")
        assert axe(page) == []
        fill(page, "x")
        page.screenshot(path=f"/tmp/phone/kiosk-{scheme}-3.png")
        assert axe(page) == []
