"""People and devices: sessions that end, two people on one phone, signing out with and without network."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsing import Live, until_waiting, waiting
from tests.support.faults import until
from tests.support.field import NOTE, change, day_ready, kept, notes, opened, posts, rows, write_note
from tests.support.world import id_of

pytestmark = pytest.mark.browser
VISIT = f"/visits/{id_of('visit')}"


def end_sessions(live: Live) -> None:
    """Every session of everybody ends, as if its time were over."""
    change(live, "UPDATE sign_in SET ended_at = '2026-01-01 00:00:00'")


def caches(page: Page) -> list[str]:
    names: list[str] = page.evaluate("caches.keys()")
    return [name for name in names if name.startswith("pack ")]


def sign_out(live: Live, page: Page) -> None:
    opened(page, f"{live.url}/today")
    page.click("[data-menu] > summary")
    page.click("[data-menu] form[data-sign-out] button")


def test_a_session_that_ends_offline_loses_nothing(live: Live, page: Page) -> None:  # row 16
    day_ready(live, page)
    live.faults.set("refuse")
    write_note(page, live.url + NOTE, "un")
    write_note(page, live.url + NOTE, "deux")
    end_sessions(live)
    live.faults.set("pass")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-rest-notice]")).to_contain_text("Votre session est terminée")
    assert (waiting(page), notes(live)) == (2, 0)
    opened(page, live.url + NOTE)  # the pages of the day stay open for typing
    expect(page.locator("textarea[name=text]")).to_be_visible()
    write_note(page, live.url + NOTE, "trois")
    live.sign_in(page, "alice")
    until_waiting(page, 0)
    assert notes(live) == 3
    assert kept(page, "receipts")[0]["state"] == "applied"


def test_somebody_else_on_the_phone_sees_and_sends_nothing_of_the_first(live: Live, page: Page) -> None:  # row 17
    day_ready(live, page)
    live.faults.set("refuse")
    write_note(page, live.url + NOTE, "d’Alice")
    opened(page, live.url + NOTE)
    page.fill("textarea[name=text]", "brouillon d’Alice")
    until_waiting(page, 1, "drafts")
    end_sessions(live)
    live.faults.set("pass")
    live.sign_in(page, "bob")
    live.faults.requests.clear()  # on the way, the page of Alice may have asked in her own, ended session
    until(lambda: kept(page, "settings", "who")["person"] == str(id_of("bob")))
    opened(page, f"{live.url}/outbox")
    expect(page.locator("[data-head-title]")).to_have_text("Rien n’attend")
    expect(page.locator("[data-section=drafts]")).to_be_hidden()
    assert (waiting(page), notes(live), posts(live, NOTE)) == (1, 0, 0)
    until(lambda: all(str(id_of("bob")) in name for name in caches(page)))
    live.faults.set("refuse")
    opened(page, live.url + VISIT)
    expect(page.locator("h1")).to_have_text("Pas sur ce téléphone")
    live.faults.set("pass")
    end_sessions(live)
    live.sign_in(page, "alice")
    until_waiting(page, 0)
    assert rows(live, "SELECT author_id FROM capture") == [(id_of("alice").hex,)]
    opened(page, live.url + NOTE)
    expect(page.locator("textarea[name=text]")).to_have_value("brouillon d’Alice")


def test_signing_out_with_a_full_outbox_says_so_and_keeps_it(live: Live, page: Page) -> None:  # row 44
    day_ready(live, page)
    live.faults.set("drop_response", only=b"POST /visits")
    write_note(page, live.url + NOTE, "un")
    sign_out(live, page)
    expect(page.get_by_role("dialog")).to_contain_text("1 envoi n’est pas encore parti")
    page.get_by_role("button", name="Annuler").click()
    assert kept(page, "settings", "who")
    sign_out(live, page)
    page.get_by_role("button", name="Se déconnecter quand même").click()
    page.wait_for_url("**/sign-in")
    assert (waiting(page), caches(page)) == (1, [])
    opened(page, f"{live.url}/outbox")
    expect(page.locator("[data-nobody]")).to_be_visible()
    expect(page.locator("[data-somebody]")).to_be_hidden()
    live.faults.set("pass")
    live.sign_in(page, "alice")
    until_waiting(page, 0)
    assert notes(live) == 1


def test_signing_out_counts_a_photo_whose_words_are_received(live: Live, page: Page) -> None:  # row 44
    day_ready(live, page)
    page.evaluate(
        """async author => { const { put } = await import(document.documentElement.dataset.static + "js/db.js");
            await put("files", { id: crypto.randomUUID(), capture: crypto.randomUUID(), author, draft: false,
                                 state: "waiting", bytes: new ArrayBuffer(3), size: 3, name: "a.jpg", type: "",
                                 taken: Date.now() }); }""",
        str(id_of("alice")),
    )
    sign_out(live, page)
    expect(page.get_by_role("dialog")).to_contain_text("1 envoi n’est pas encore parti")


def test_signing_out_offers_to_send_first(live: Live, page: Page) -> None:  # row 44
    day_ready(live, page)
    live.faults.set("refuse")
    write_note(page, live.url + NOTE, "un")
    live.faults.set("drop_response", only=b"POST /visits")
    sign_out(live, page)
    expect(page.get_by_role("dialog")).to_be_visible()
    live.faults.set("pass")
    page.get_by_role("button", name="Envoyer d’abord").click()
    page.wait_for_url("**/sign-in")
    assert (notes(live), waiting(page)) == (1, 0)


def test_signing_out_without_network_leaves_a_mark(live: Live, page: Page) -> None:  # row 45
    day_ready(live, page)
    live.faults.set("refuse")
    write_note(page, live.url + NOTE, "un")
    page.wait_for_url(live.url + VISIT)
    sign_out(live, page)
    page.get_by_role("button", name="Se déconnecter quand même").click()
    page.wait_for_url("**/offline")
    assert (caches(page), waiting(page)) == ([], 1)
    opened(page, live.url + VISIT)
    expect(page.locator("h1")).to_have_text("Pas sur ce téléphone")
    live.faults.requests.clear()
    live.faults.set("pass")
    assert rows(live, "SELECT count(*) FROM sign_in WHERE ended_at IS NULL") == [(1,)]
    opened(page, f"{live.url}/today")  # asked without credentials: a guest's answer, whatever the cookie says
    expect(page.locator("input[name=password]")).to_be_visible()
    until(lambda: rows(live, "SELECT count(*) FROM sign_in WHERE ended_at IS NULL") == [(0,)])
    assert next(one for one in live.faults.requests if one.startswith("POST")) == "POST /sign-out"
    until(lambda: kept(page, "settings", "sign-out") is None)
    assert notes(live) == 0
    live.sign_in(page, "alice")
    until_waiting(page, 0)
    assert notes(live) == 1
