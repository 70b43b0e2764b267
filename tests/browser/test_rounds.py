"""A round on a phone, with and without network; every page of rounds and cases before axe."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.browsing import DESK, PHONE, Live
from tests.support.faults import until
from tests.support.field import day_ready, opened, rows
from tests.support.world import id_of

pytestmark = pytest.mark.browser
VISIT = id_of("visit")


def status(live: Live, visit: Any = VISIT) -> str:
    found = rows(live, "SELECT status FROM visit WHERE id = ?", visit.hex)
    return str(found[0][0]) if found else ""


def test_a_visit_is_started_and_ended_from_the_round(live: Live, page: Page) -> None:
    live.sign_in(page, "alice")
    opened(page, f"{live.url}/today")
    with page.expect_navigation(url=lambda url: f"/visits/{VISIT}" in url):
        page.get_by_role("button", name="Démarrer la visite").click()
    until(lambda: status(live) == "in_progress")
    opened(page, page.url)
    with page.expect_navigation(url=lambda url: "/today" in url):
        page.get_by_role("button", name="Terminer la visite").click()
    until(lambda: status(live) == "done")


def test_an_outcome_needs_its_reason_before_it_is_kept(live: Live, page: Page) -> None:
    live.sign_in(page, "alice")
    opened(page, f"{live.url}/visits/{VISIT}")
    page.get_by_text("La visite s’est passée autrement").click()
    page.get_by_label("Personne suivie absente").first.check()
    keep = page.get_by_role("button", name="Garder").first
    keep.click()
    expect(page.get_by_label("Pourquoi").first).to_be_focused()  # the browser points at what is missing
    page.get_by_label("Pourquoi").first.fill("Partie chez sa fille")
    with page.expect_navigation(url=lambda url: "/today" in url):
        keep.click()
    until(lambda: status(live) == "no_show")


def test_what_was_started_without_network_is_drawn_so(live: Live, page: Page) -> None:
    day_ready(live, page)
    live.faults.set("refuse")
    opened(page, f"{live.url}/today")
    with page.expect_navigation(url=lambda url: f"/visits/{VISIT}" in url):
        page.get_by_role("button", name="Démarrer la visite").click()
    expect(page.get_by_role("button", name="Terminer la visite")).to_be_visible()
    expect(page.get_by_role("button", name="Démarrer la visite")).to_be_hidden()
    opened(page, f"{live.url}/today")
    expect(page.get_by_role("link", name="Reprendre la visite")).to_be_visible()
    assert status(live) == "planned"
    live.faults.set("pass")
    page.reload()
    until(lambda: status(live) == "in_progress", 40)


def test_an_unplanned_visit_without_network_leads_on_and_arrives(live: Live, page: Page) -> None:
    day_ready(live, page)
    live.faults.set("refuse")
    opened(page, f"{live.url}/visits/new")
    page.get_by_placeholder("Chercher parmi vos dossiers").fill("LE GÔFF")
    page.get_by_label("Jeanne Le Goff").check(force=True)
    page.get_by_label("Pour quoi").fill("Appel de sa fille")
    with page.expect_navigation(url=lambda url: "?visit=" in url):
        page.get_by_role("button", name="Démarrer la visite").click()
    expect(page.get_by_text("La visite a commencé")).to_be_visible()
    new = page.url.split("visit=")[1]
    links = page.locator("[data-made] a")
    assert all(new in (link.get_attribute("href") or "") for link in links.all())
    page.wait_for_function("document.documentElement.hasAttribute('data-ready')")
    with page.expect_navigation(url=lambda url: "/today" in url):
        page.get_by_role("button", name="Terminer la visite").click()
    live.faults.set("pass")
    page.reload()
    until(lambda: rows(live, "SELECT status, purpose, planned FROM visit WHERE id = ?", new.replace("-", "")) == [
        ("done", "Appel de sa fille", 0)
    ], 40)  # fmt: skip


def test_the_list_of_clients_narrows_as_one_types(live: Live, page: Page) -> None:
    live.sign_in(page, "alice")
    opened(page, f"{live.url}/visits/new")
    find = page.get_by_placeholder("Chercher parmi vos dossiers")
    find.fill("zzz")
    expect(page.get_by_text("Aucun de vos dossiers ne porte ce nom.")).to_be_visible()
    find.fill("legoff")
    expect(page.get_by_label("Jeanne Le Goff")).to_be_hidden()
    find.fill("goff jeanne")
    expect(page.get_by_label("Jeanne Le Goff")).to_be_visible()


FIELD = (
    "/today",
    f"/visits/{VISIT}",
    f"/visits/{id_of('done')}",
    "/visits/new",
    "/clients",
    f"/clients/{id_of('jeanne')}",
)
OFFICE = (
    "/planning",
    f"/planning/visits/{VISIT}",
    f"/planning/visits/new?client={id_of('jeanne')}",
    "/planning/visits/new",
    "/clients?archived=y",
    f"/clients/{id_of('jeanne')}",
    f"/clients/{id_of('jeanne')}/edit",
    "/clients/new",
)
MODES = [(PHONE, "light", "fr-FR"), (DESK, "dark", "en-GB")]


@pytest.mark.parametrize(("size", "scheme", "language"), MODES, ids=["phone-light-fr", "desk-dark-en"])
@pytest.mark.parametrize(("who", "urls"), [("alice", FIELD), ("diane", OFFICE)])
def test_axe_finds_nothing(
    live: Live,
    new_context: Callable[..., BrowserContext],
    axe: Callable[[Page], list[str]],
    who: str,
    urls: tuple[str, ...],
    size: dict[str, Any],
    scheme: str,
    language: str,
) -> None:
    page = new_context(**size, color_scheme=scheme, locale=language, bypass_csp=True).new_page()
    live.sign_in(page, who)
    if language.startswith("en"):
        page.request.post(f"{live.url}/account/language", form={"language": "en"}, headers={"Origin": live.url})
    for url in urls:
        page.goto(live.url + url)
        page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true; })")
        whole = page.evaluate("document.documentElement.scrollHeight")  # else a sticky bar lies over something
        page.set_viewport_size({"width": size["viewport"]["width"], "height": whole + 100})
        assert axe(page) == [], url
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), url
