"""The round with no network: what is kept on the phone is what every page says, until the server has it."""

import pytest
from playwright.sync_api import Page, expect

from blueprints.notes.models import Note
from blueprints.shared.db import db
from tests.support import house, papers
from tests.support.browsing import Live, until_waiting
from tests.support.faults import until
from tests.support.field import NOTE, SHOWN, day_ready, kept, opened, rows, visit_added, whole, write_note
from tests.support.world import World, id_of

pytestmark = pytest.mark.browser
FIRST, SECOND = id_of("visit"), id_of("afternoon")
ONE_LINE = "document.querySelector('[data-pill-words]').getBoundingClientRect().height"


def test_the_round_moves_on_with_what_is_kept(live: Live, page: Page) -> None:
    day_ready(live, page)
    live.faults.set("refuse")
    opened(page, f"{live.url}/today")
    card = page.locator("article.visit:visible")
    expect(card).to_have_attribute("data-visit", str(FIRST))
    card.get_by_role("button", name="Démarrer la visite").click()
    page.wait_for_url(f"**/visits/{FIRST}")
    page.wait_for_function(SHOWN)
    proof = page.locator(".proof")
    expect(proof.locator("[data-times]")).to_contain_text("– ?")
    expect(proof).to_contain_text("En cours Seulement sur ce téléphone")
    expect(proof).not_to_contain_text("pas commencée")
    page.get_by_role("button", name="Terminer la visite").click()
    page.wait_for_url("**/today")
    page.wait_for_function(SHOWN)
    expect(card).to_have_attribute("data-visit", str(SECOND))  # the next one is the biggest
    expect(page.locator(".progress .split > span").first).to_have_text("1 visite faite sur 2 · 1 à envoyer")
    expect(page.locator("progress[data-made]")).to_have_attribute("value", "1")
    row = page.locator(f"[data-round] li[data-visit='{FIRST}']")
    expect(row).to_be_visible()
    expect(row).to_contain_text("Faite")
    expect(row).to_contain_text("2 à envoyer")
    opened(page, f"{live.url}/visits/{FIRST}")
    expect(proof.locator("[data-times]")).not_to_contain_text("?")
    opened(page, f"{live.url}/today")
    expect(card).to_have_attribute("data-visit", str(SECOND))
    card.get_by_role("button", name="Démarrer la visite").click()  # as the first one's did
    page.wait_for_url(f"**/visits/{SECOND}")
    page.wait_for_function(SHOWN)
    live.faults.set("pass")
    page.evaluate("dispatchEvent(new Event('online'))")
    until_waiting(page, 0)
    found = rows(live, "SELECT status FROM visit WHERE id IN (?, ?) ORDER BY starts_at", FIRST.hex, SECOND.hex)
    assert found == [("done",), ("in_progress",)]
    opened(page, f"{live.url}/today")
    expect(card).to_have_attribute("data-visit", str(SECOND))
    expect(page.locator(".progress .split > span").first).to_have_text("1 visite faite sur 2")


def test_the_next_visit_of_a_case_says_what_is_kept(live: Live, page: Page) -> None:
    day_ready(live, page)
    live.faults.set("refuse")
    opened(page, f"{live.url}/today")
    page.locator("article.visit:visible").get_by_role("button", name="Démarrer la visite").click()
    page.wait_for_url(f"**/visits/{FIRST}")
    opened(page, f"{live.url}/clients/{id_of('jeanne')}")
    expect(page.locator(".next-visit [data-kept-word]")).to_have_text("En cours")


def test_a_visit_that_was_added_here_and_goes_on_stands_first(live: Live, page: Page) -> None:
    day_ready(live, page)
    live.faults.set("refuse")
    visit_added(page, live)
    first = page.locator("main .rows .row:visible, main article:visible").first
    opened(page, f"{live.url}/today")
    expect(first).to_contain_text("Ajoutée sur ce téléphone")
    first.get_by_role("link").click()
    page.wait_for_url("**/visits/new?visit=*")
    page.wait_for_function(SHOWN)
    page.get_by_role("button", name="Terminer la visite").click()
    page.wait_for_url("**/today")
    page.wait_for_function(SHOWN)
    expect(page.locator("[data-added]")).to_contain_text("Jeanne Le Goff")
    expect(first).to_have_attribute("data-visit", str(FIRST))


def test_what_was_sent_back_is_no_work_once_its_correction_is_kept(live: Live, page: Page) -> None:
    day_ready(live, page)
    write_note(page, live.url + NOTE, "Elle va bien.")
    until_waiting(page, 0)
    with house.inside(live.server):
        papers.send_back(World().diane, db.session.query(Note).one().id)
    opened(page, f"{live.url}/today")
    page.click("[data-prepare-now]")
    until(lambda: "/returns/" in str(kept(page, "settings", "pack")["pages"]) and whole(page, "alice"), 20)
    live.faults.set("refuse")
    opened(page, f"{live.url}/today")
    line = page.locator("[data-returns-line]")
    expect(line).to_contain_text("1 texte vous est revenu")
    page.locator("#returns + .rows a").click()
    page.wait_for_url("**/returns/*")
    page.wait_for_function(SHOWN)
    page.fill("textarea[name=text]", "Elle va bien, et dort mieux.")
    page.get_by_role("button", name="Envoyer la correction").click()
    page.wait_for_url("**/today")
    page.wait_for_function(SHOWN)
    expect(line).to_contain_text("il reste à l’envoyer")
    expect(page.locator("#returns + .rows .row")).to_contain_text("1 à envoyer")
    live.faults.set("pass")
    page.evaluate("dispatchEvent(new Event('online'))")
    until_waiting(page, 0)
    expect(line).to_be_hidden()


def test_the_state_of_sending_stands_in_one_line(live: Live, page: Page) -> None:
    day_ready(live, page)
    live.faults.set("refuse")
    for n in range(5):
        write_note(page, live.url + NOTE, f"Note {n}")
    for url in ("/today", "/outbox", f"/visits/{FIRST}"):
        opened(page, live.url + url)
        words = page.locator("[data-pill-words]")
        expect(words).to_contain_text("5 à envoyer")
        for width in (390, 320):
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate(ONE_LINE) < 24, (url, width)
            box = words.locator("span").last.bounding_box()
            assert box and box["x"] + box["width"] <= width
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_long_state_of_sending_makes_no_page_wider_than_the_screen(live: Live, page: Page) -> None:
    day_ready(live, page)
    live.faults.set("status", 401, only=b"POST /visits")
    write_note(page, live.url + NOTE, "La session est finie.")
    for url in (f"/visits/{FIRST}", NOTE, "/today", "/outbox"):
        opened(page, live.url + url)
        expect(page.locator("[data-pill-words]")).to_have_text("Connectez-vous pour envoyer")
        for width in (390, 320):
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (url, width)


def test_the_ways_to_other_days_fit_a_phone(live: Live, page: Page) -> None:
    live.sign_in(page, "alice")
    for day in ("2026-11-25", "2026-12-30"):
        opened(page, f"{live.url}/rounds/{day}")
        for width in (390, 320):
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (day, width)
            assert page.locator(".days .button").first.evaluate("one => one.getBoundingClientRect().height") < 56


def test_another_language_brings_its_pages_too(live: Live, page: Page) -> None:
    day_ready(live, page)
    opened(page, f"{live.url}/account")
    page.get_by_text("English").click()
    page.wait_for_function(
        "document.documentElement.lang === 'en' && document.documentElement.hasAttribute('data-ready')"
    )
    until(lambda: kept(page, "settings", "pack")["lang"] == "en" and whole(page, "alice"), 20)
    until(lambda: (kept(page, "settings", "lang") or {}).get("lang") == "en", 20)
    live.faults.set("refuse")
    for url, words in (("/today", "My round"), ("/notes/free/blank", "Free note"), ("/outbox", "Outbox")):
        opened(page, live.url + url)
        expect(page.locator("h1")).to_have_text(words)
