"""The field loop on a real phone with the network really away: kept first, sent second, there once."""

import time

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsing import Live, Phone, until_waiting, waiting
from tests.support.faults import until
from tests.support.field import (
    KEPT,
    NOTE,
    SHOWN,
    captures,
    day_ready,
    kept,
    notes,
    opened,
    posts,
    rows,
    visit_added,
    write_note,
)
from tests.support.world import id_of

pytestmark = pytest.mark.browser
VISIT = f"/visits/{id_of('visit')}"
OTHER_NOTE = f"/visits/{id_of('afternoon')}/notes/free"


def test_a_cold_start_without_network_opens_the_day(live: Live, phone: Phone) -> None:  # row 1
    day_ready(live, phone.open())
    phone.close()
    live.faults.set("refuse")
    page = phone.open()
    for pack_page in ("/today", VISIT, f"/clients/{id_of('jeanne')}", NOTE, "/visits/new", "/notes/soap/blank?visit=1"):
        opened(page, live.url + pack_page)
        expect(page.locator(".kept-line")).to_contain_text("Page gardée sur ce téléphone")
    opened(page, f"{live.url}/outbox")
    expect(page.locator("[data-head-title]")).to_have_text("Rien n’attend")


def test_a_network_that_never_answers_holds_nobody_up(live: Live, page: Page) -> None:  # row 2
    day_ready(live, page)
    live.faults.set("blackhole")
    for _again in range(2):
        begun = time.monotonic()
        page.goto(live.url + VISIT, wait_until="domcontentloaded")
        assert time.monotonic() - begun < 1.2
        expect(page.locator(".kept-line")).to_be_visible()


def test_a_page_that_is_not_here_says_what_is(live: Live, page: Page) -> None:  # row 3
    day_ready(live, page)
    live.faults.set("refuse")
    opened(page, f"{live.url}/clients?q=marcel")
    expect(page.locator("h1")).to_have_text("Pas sur ce téléphone")
    page.get_by_role("link", name="09:00 Jeanne Le Goff").click()
    expect(page.locator("h1")).to_have_text("Jeanne Le Goff")


def test_kept_without_network_then_received_once(live: Live, page: Page) -> None:  # row 4
    day_ready(live, page)
    live.faults.set("refuse")
    write_note(page, live.url + NOTE, "Elle va bien.")
    page.wait_for_url(live.url + VISIT)
    expect(page.locator("#says")).to_contain_text(KEPT)
    expect(page.locator("[data-pill]")).to_contain_text("1 à envoyer")
    expect(page.locator(".bottom [data-count]")).to_have_text("1")
    expect(page.locator("main > [data-visit] [data-waiting]").first).to_contain_text("1 à envoyer")
    opened(page, f"{live.url}/outbox")
    expect(page.locator("[data-section=waiting] li")).to_contain_text("Jeanne Le Goff")
    assert notes(live) == 0
    live.faults.set("pass")
    page.click("[data-send]")
    expect(page.locator("[data-section=receipts] li")).to_contain_text("Reçu")
    code = rows(live, "SELECT code FROM capture")[0][0]
    expect(page.locator("[data-section=receipts] li")).to_contain_text(f"{code[:4]}-{code[4:]}")
    assert (notes(live), waiting(page)) == (1, 0)


def test_a_note_without_a_visit_begins_without_network_and_is_received_once(live: Live, page: Page) -> None:
    case = f"/clients/{id_of('jeanne')}"
    day_ready(live, page)
    live.faults.set("refuse")
    opened(page, live.url + case)
    page.get_by_role("link", name="Note SOAP").click()
    page.wait_for_url(f"{live.url}{case}/notes/soap")
    page.wait_for_function(SHOWN)
    expect(page.locator("h1")).to_have_text("Jeanne Le Goff")
    page.get_by_role("link", name="Note libre").click()  # changed one's mind: still the same person
    page.wait_for_url(f"{live.url}{case}/notes/free")
    page.wait_for_function(SHOWN)
    page.type("textarea[name=text]", "Sa fille a appelé.")
    until(lambda: kept(page, "drafts"))
    opened(page, f"{live.url}/outbox")
    expect(page.locator("[data-section=drafts] li")).to_contain_text("Jeanne Le Goff")
    page.locator("[data-section=drafts] a").click()
    expect(page.locator("textarea[name=text]")).to_have_value("Sa fille a appelé.")
    page.click("button[form=capture]")
    page.wait_for_url(live.url + case)
    page.wait_for_function(SHOWN)
    moment = page.locator("[data-timeline] [data-kept-item]")
    expect(moment.locator("h3")).to_have_text("Note libre")
    expect(moment).to_contain_text("Sa fille a appelé.")
    expect(moment).to_contain_text("Sur ce téléphone seulement")
    assert notes(live) == 0
    live.faults.set("pass")
    page.evaluate("dispatchEvent(new Event('online'))")
    until_waiting(page, 0)
    found = rows(live, "SELECT client_id, visit_id, format FROM note")
    assert found == [(id_of("jeanne").hex, None, "free")]
    assert posts(live, f"{case}/notes/free") == 1


def test_a_note_at_a_visit_is_written_in_any_format_without_network(live: Live, page: Page) -> None:
    """The pack has a page of the visit's own for the first format; for the others the blank page stands in."""
    visit = id_of("visit")
    day_ready(live, page)
    live.faults.set("refuse")
    opened(page, live.url + NOTE)
    page.get_by_role("link", name="Note DAP").click()
    page.wait_for_url(f"{live.url}/visits/{visit}/notes/dap")
    page.wait_for_function(SHOWN)
    expect(page.locator("h1")).to_have_text("Jeanne Le Goff")
    page.fill("textarea[name=plan]", "Rappeler la fille.")
    page.click("button[form=capture]")
    page.wait_for_url(f"{live.url}/visits/{visit}")
    page.wait_for_function(SHOWN)
    assert kept(page, "captures")[0]["client"] == str(id_of("jeanne"))
    live.faults.set("pass")
    page.evaluate("dispatchEvent(new Event('online'))")
    until_waiting(page, 0)
    assert rows(live, "SELECT visit_id, format FROM note") == [(visit.hex, "dap")]


def test_the_blank_pages_of_a_visit_added_here_stay_at_that_visit(live: Live, page: Page) -> None:
    day_ready(live, page)
    live.faults.set("refuse")
    visit = visit_added(page, live)
    page.get_by_role("link", name="Note", exact=True).click()
    page.wait_for_url(f"{live.url}/notes/free/blank?visit={visit}")
    page.wait_for_function(SHOWN)
    page.get_by_role("link", name="Note SOAP").click()
    page.wait_for_url(f"{live.url}/notes/soap/blank?visit={visit}")
    page.wait_for_function(SHOWN)
    expect(page.locator("h1")).to_have_text("Jeanne Le Goff")
    page.fill("textarea[name=plan]", "Rappeler la fille.")
    page.click("button[form=capture]")
    page.wait_for_url(f"{live.url}/visits/new?visit={visit}")
    page.wait_for_function(SHOWN)
    live.faults.set("pass")
    page.evaluate("dispatchEvent(new Event('online'))")
    until_waiting(page, 0)
    assert rows(live, "SELECT visit_id, format FROM note") == [(visit.replace("-", ""), "soap")]


def test_back_online_it_leaves_by_itself(live: Live, page: Page) -> None:
    day_ready(live, page)
    live.faults.set("refuse")
    write_note(page, live.url + NOTE, "Elle va bien.")
    live.faults.set("pass")
    page.evaluate("dispatchEvent(new Event('online'))")
    until_waiting(page, 0)
    assert notes(live) == 1


@pytest.mark.parametrize(
    ("fault", "amount", "stored"),
    [("drop_response", 0, 1), ("cut_request", 200, 0), ("half_response", 40, 1)],  # rows 5, 6, 7
)
def test_a_delivery_that_breaks_is_made_again_and_counts_once(
    live: Live, page: Page, fault: str, amount: int, stored: int
) -> None:
    day_ready(live, page)
    live.faults.set(fault, amount, only=b"POST ", times=1)
    write_note(page, live.url + NOTE, "Elle va bien.")
    until(lambda: live.faults.committed)
    assert posts(live, NOTE) >= 1
    live.faults.set("pass")
    until(lambda: captures(live) == stored if stored else True)
    page.evaluate("dispatchEvent(new Event('online'))")
    until_waiting(page, 0)
    assert (captures(live), notes(live)) == (1, 1)
    assert posts(live, NOTE) >= 2  # the first was really lost: this one brought the receipt
    assert kept(page, "receipts")[0]["state"] == "applied"


def test_a_double_tap_going_back_and_reloading_make_one(live: Live, page: Page) -> None:  # row 9
    day_ready(live, page)
    opened(page, live.url + NOTE)
    page.fill("textarea[name=text]", "Une seule fois.")
    page.evaluate("() => { const b = document.querySelector('button[form=capture]'); b.click(); b.click(); }")
    page.wait_for_url(live.url + VISIT)
    page.reload()
    page.go_back()
    page.wait_for_function("() => document.documentElement.hasAttribute('data-ready')")
    page.fill("textarea[name=text]", "Une seule fois.")
    page.click("button[form=capture]")
    page.wait_for_url(live.url + VISIT)
    until_waiting(page, 0)
    assert (captures(live), notes(live)) == (1, 1)


def test_killed_right_after_it_was_kept(live: Live, phone: Phone) -> None:  # row 10
    day_ready(live, phone.open())
    phone.close()  # signed in for a while: Chromium writes cookies half a minute late, and when it ends in order
    page = phone.open()
    assert any(cookie["name"] == "tournee" for cookie in page.context.cookies())  # it is on disk
    live.faults.set("refuse")
    write_note(page, live.url + NOTE, "Avant la panne.", stay=True)
    phone.kill()
    page = phone.open()
    opened(page, f"{live.url}/outbox")
    expect(page.locator("[data-section=waiting] li")).to_contain_text("Jeanne Le Goff")
    live.faults.set("pass")
    page.click("[data-send]")
    until_waiting(page, 0)
    assert notes(live) == 1


def test_killed_while_typing_the_draft_comes_back_at_its_visit(live: Live, phone: Phone) -> None:  # row 12
    page = phone.open()
    day_ready(live, page)
    live.faults.set("refuse")
    opened(page, live.url + NOTE)
    page.type("textarea[name=text]", "Elle dort mal depuis")
    expect(page.locator("[data-draft-line]")).to_contain_text("Brouillon gardé à")
    until(lambda: kept(page, "drafts")[0]["fields"][0][1] == "Elle dort mal depuis")
    id_before = kept(page, "drafts")[0]["id"]
    phone.kill()
    page = phone.open()
    opened(page, live.url + OTHER_NOTE)
    assert page.input_value("textarea[name=text]") == ""
    opened(page, f"{live.url}/outbox")
    page.locator("[data-section=drafts] a").click()
    expect(page.locator("textarea[name=text]")).to_have_value("Elle dort mal depuis")
    page.click("button[form=capture]")
    expect(page.locator("#says")).to_contain_text(KEPT)
    assert [one["id"] for one in kept(page, "captures")] == [id_before]  # one id from the first letter on
    assert kept(page, "drafts") == []


def test_two_tabs_send_each_item_once(live: Live, page: Page) -> None:  # row 14
    day_ready(live, page)
    live.faults.set("refuse")
    for words in ("un", "deux", "trois"):
        write_note(page, live.url + NOTE, words)
    second = page.context.new_page()
    opened(second, live.url + VISIT)
    live.faults.set("latency", 0.2)
    for tab in (page, second):
        tab.evaluate("dispatchEvent(new Event('online'))")
    until_waiting(page, 0)
    live.faults.set("pass")
    assert (notes(live), posts(live, NOTE)) == (3, 3)


def test_a_frozen_tab_is_relieved_of_the_lock(live: Live, page: Page) -> None:  # row 15
    day_ready(live, page)
    live.faults.set("refuse")
    write_note(page, live.url + NOTE, "un")
    page.evaluate(
        "() => { navigator.locks.request('tournee-delivery', () => new Promise(() => {})) }"
    )  # holds it for ever
    second = page.context.new_page()
    opened(second, live.url + VISIT)
    live.faults.set("pass")
    write = "age => new Promise(done => { const r = indexedDB.open('tournee'); r.onsuccess = () => { const s = r.result"
    write += ".transaction('settings', 'readwrite'); s.objectStore('settings').put({name: 'heartbeat', at: Date.now()"
    write += " - age, holder: 'somebody'}); s.oncomplete = () => { r.result.close(); done(1); } } })"
    second.evaluate(write, 1_000)  # alive: it is left alone
    second.evaluate("dispatchEvent(new Event('online'))")
    expect(second.locator("[data-pill]")).to_contain_text("1 à envoyer")
    assert notes(live) == 0
    second.evaluate(write, 31_000)
    second.evaluate("dispatchEvent(new Event('online'))")
    until_waiting(second, 0)
    assert notes(live) == 1


def test_a_hotels_page_is_no_receipt_and_gets_into_no_cache(live: Live, page: Page) -> None:  # rows 19, 19b
    day_ready(live, page)
    live.faults.set("captive")
    write_note(page, live.url + NOTE, "À l’hôtel.")
    opened(page, live.url + VISIT)
    expect(page.locator("h1")).to_have_text("Jeanne Le Goff")
    opened(page, f"{live.url}/outbox")
    page.click("[data-send]")
    expect(page.locator("#says")).to_contain_text("Pas de réponse du serveur")
    assert (waiting(page), captures(live)) == (1, 0)
    live.faults.set("refuse")
    opened(page, live.url + NOTE)
    expect(page.locator("textarea[name=text]")).to_be_visible()
