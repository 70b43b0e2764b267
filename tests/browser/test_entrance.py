"""The entrance in a real browser: what is typed after the session has ended; the link that is copied; the tablet."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.browsing import DESK, Live
from tests.support.world import PASSWORD, email, id_of

pytestmark = pytest.mark.browser
NewContext = Callable[..., BrowserContext]


def sign_in_here(page: Page, person: str) -> None:
    """Fills the sign-in form that is on the page."""
    page.fill("input[name=email]", email(person))
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")


def test_a_form_sent_after_the_session_ended_is_not_lost(live: Live, new_context: NewContext) -> None:
    context = new_context(**DESK)
    page = context.new_page()
    live.sign_in(page, "gaston")
    page.goto(f"{live.url}/people/new")
    page.fill("input[name=name]", "Zoé Nouvelle")
    page.fill("input[name=email]", "zoe@example.org")
    page.check("input[name=roles][value=manager]")
    context.clear_cookies()  # the session is over, and the page does not know it
    page.get_by_role("button", name="Créer le lien").click()
    expect(page.get_by_text("Ce que vous avez écrit est gardé sur cette page.")).to_be_visible()
    sign_in_here(page, "gaston")
    expect(page.get_by_text("Zoé Nouvelle")).to_be_visible()
    page.get_by_role("button", name="Envoyer maintenant").click()
    expect(page.get_by_label("Lien à usage unique")).to_have_value(
        re.compile(re.escape(live.url) + r"/invitations/[\w-]{43}$")
    )


def test_the_link_is_copied_and_works(live: Live, new_context: NewContext) -> None:
    context = new_context(**DESK, permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    live.sign_in(page, "gaston")
    page.goto(f"{live.url}/people/{id_of('bob')}")
    page.get_by_text("Nouveau lien", exact=True).click()
    page.get_by_role("button", name="Oui, faire un nouveau lien").click()
    page.get_by_role("button", name="Copier").click()
    expect(page.get_by_role("button", name="Copié")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    bob = new_context(**DESK).new_page()
    bob.goto(link)
    bob.fill("input[name=password]", "un phare dans la brume")
    bob.get_by_role("button", name="L’enregistrer et se connecter").click()
    expect(bob).to_have_url(f"{live.url}/today")


def test_the_tablet_is_paired_left_and_comes_back(live: Live, new_context: NewContext) -> None:
    desk = new_context(**DESK).new_page()
    live.sign_in(desk, "gaston")
    desk.goto(f"{live.url}/kiosks")
    desk.get_by_role("button", name="Nouveau code pour Accueil").click()
    code = desk.locator(".stat b").inner_text()
    tablet = new_context(viewport={"width": 1024, "height": 768}).new_page()
    tablet.goto(f"{live.url}/kiosk/")
    tablet.fill("input[name=code]", code)
    tablet.get_by_role("button", name="Associer").click()
    expect(tablet).to_have_url(f"{live.url}/kiosk/")
    tablet.goto(f"{live.url}/today")
    expect(tablet).to_have_url(f"{live.url}/kiosk/")
    tablet.goto(f"{live.url}/kiosk/leave")
    sign_in_here(tablet, "diane")
    expect(tablet).to_have_url(f"{live.url}/reviews")
    tablet.get_by_role("button", name="Se déconnecter").first.click()
    expect(tablet).to_have_url(f"{live.url}/kiosk/")
