"""The desk in a real browser: a day of readings by keyboard, and a session that ends with a comment half typed."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from blueprints.clients.models import Client
from blueprints.notes.models import Note
from blueprints.people.models import SignIn
from blueprints.reviews import actions
from blueprints.reviews.models import Return, Signature
from blueprints.shared.db import db, now
from blueprints.visits.models import Visit
from tests.reviews.conftest import NO_RAIL, SOAP, Field
from tests.support.browsing import DESK, Live
from tests.support.engines import make_app
from tests.support.faults import until
from tests.support.world import World, id_of

pytestmark = pytest.mark.browser

VISITS = 6


class Desk:
    """The server's data, filled with visits to read, and a supervisor's browser."""

    def __init__(self, live: Live, page: Page) -> None:
        self.live, self.page, self.app = live, page, make_app(live.server.data)

    def fill(self) -> None:
        with self.app.app_context():
            field, world = Field(World()), World()
            field.checklist(answers=NO_RAIL)
            field.note()
            for n in range(VISITS - 1):
                client = Client(team_id=world.north.id, given_name=f"Client {n}", family_name="Autre")
                db.session.add(client)
                db.session.flush()
                visit = Visit(client_id=client.id, coordinator_id=world.alice.id, starts_at=now() - timedelta(hours=5),
                              minutes=60, status="done", made_by=world.diane.id)  # fmt: skip
                db.session.add(visit)
                db.session.commit()
                field.checklist(visit)

    def count(self, kind: type[Signature] | type[Return]) -> int:
        with self.app.app_context():
            return len(db.session.scalars(select(kind)).all())

    def open(self, path: str = "/reviews") -> None:
        self.live.sign_in(self.page, "diane")
        self.page.goto(self.live.url + path)
        expect(self.page.locator("#item h2")).to_be_visible()

    def end_sessions(self) -> None:
        with self.app.app_context():
            for row in db.session.scalars(select(SignIn)):
                row.ended_at = now()
            db.session.commit()


@pytest.fixture
def desk(live: Live, new_context: Callable[..., BrowserContext]) -> Iterator[Desk]:
    page = new_context(**DESK).new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
    made = Desk(live, page)
    made.fill()
    yield made
    assert not refused


def test_a_day_is_read_and_signed_by_keyboard_without_a_page_load(desk: Desk) -> None:
    desk.open()
    page = desk.page
    expect(page.locator("#item h2")).to_have_text("Jeanne Le Goff")
    page.evaluate("window.sameDocument = true")
    page.keyboard.press("j")
    expect(page.locator("#item h2")).not_to_have_text("Jeanne Le Goff")
    expect(page.locator("a[aria-current=true] b")).to_have_text(page.locator("#item h2").inner_text())
    assert "/reviews/" in page.url
    page.keyboard.press("k")
    expect(page.locator("#item h2")).to_have_text("Jeanne Le Goff")
    for left in range(VISITS - 1, -1, -1):
        page.keyboard.press("a")
        expect(page.locator("[data-queue] a[data-unit]")).to_have_count(left)
    expect(page.locator(".empty")).to_contain_text("Tout est relu")
    assert page.evaluate("window.sameDocument") is True
    assert page.url.endswith("/reviews")
    assert desk.count(Signature) == VISITS + 1


def test_back_shows_the_one_before(desk: Desk) -> None:
    desk.open()
    page = desk.page
    page.keyboard.press("j")
    expect(page.locator("#item h2")).not_to_have_text("Jeanne Le Goff")
    first = page.locator("#item h2").inner_text()
    page.keyboard.press("j")
    expect(page.locator("#item h2")).not_to_have_text(first)
    page.go_back()
    expect(page.locator("#item h2")).to_have_text(first)
    expect(page.locator("a[aria-current=true] b")).to_have_text(first)


def test_keys_are_letters_in_a_field_and_can_be_turned_off(desk: Desk) -> None:
    desk.open()
    page = desk.page
    page.keyboard.press("r")
    comment = page.locator("#comment")
    expect(comment).to_be_focused()
    page.keyboard.type("jakar")
    expect(comment).to_have_value("jakar")
    page.keyboard.press("Escape")
    expect(comment).to_be_hidden()
    page.keyboard.press("r")
    expect(comment).to_have_value("jakar")
    comment.fill("")
    page.keyboard.press("Escape")
    switch = page.get_by_role("switch")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "false")
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.reload()
    expect(page.get_by_role("switch")).to_have_attribute("aria-checked", "false")
    expect(page.locator("#item h2")).to_have_text("Jeanne Le Goff")
    assert desk.count(Signature) == 0


def test_a_session_that_ends_loses_no_typed_word(desk: Desk) -> None:
    desk.open()
    page = desk.page
    page.keyboard.press("r")
    page.keyboard.type("Quelle est la hauteur du rebord ?")
    desk.end_sessions()
    page.click(".return-panel button")
    notice = page.locator("[data-trouble]")
    expect(notice).to_contain_text("session est terminée")
    expect(page.locator("#comment")).to_have_value("Quelle est la hauteur du rebord ?")
    assert desk.count(Return) == 0
    with page.context.expect_page() as opened:
        notice.get_by_role("link").click()
    tab = opened.value
    desk.live.sign_in(tab, "diane")
    tab.close()
    page.click(".return-panel button")
    until(lambda: desk.count(Return) == 2, 10)
    expect(page.locator("[data-queue] a[data-unit]")).to_have_count(VISITS - 1)


def test_without_scripts_the_comment_goes_along_through_the_sign_in(
    desk: Desk, new_context: Callable[..., BrowserContext]
) -> None:
    page = new_context(**DESK, java_script_enabled=False).new_page()
    desk.live.sign_in(page, "diane")
    page.goto(f"{desk.live.url}/reviews/{id_of('done')}")
    page.click("[data-return] summary")
    page.fill("#comment", "Quelle est la hauteur du rebord ?")
    desk.end_sessions()
    page.click(".return-panel button")
    page.fill("input[name=email]", "diane@example.org")
    page.fill("input[name=password]", "correct horse battery")
    page.press("input[name=password]", "Enter")
    expect(page.locator("body")).to_contain_text("Quelle est la hauteur du rebord ?")
    page.get_by_role("button", name="Envoyer").click()
    until(lambda: desk.count(Return) == 2, 10)


def test_what_changed_meanwhile_is_shown_and_nothing_is_signed(desk: Desk) -> None:
    desk.open()
    page = desk.page
    with desk.app.app_context():
        world = World()
        field = Field(world)
        note = db.session.scalars(select(Note)).one()
        actions.send_back(world.karim, world.done.id, {note.id}, "Quelle hauteur ?", note.id)
        field.note_again(note, SOAP | {"objective": "Marche sans aide. Rebord à 58 cm."})
    page.keyboard.press("a")
    expect(page.locator("[data-problem]")).to_be_focused()
    expect(page.locator("ins").first).to_be_visible()
    assert not page.url.endswith("/sign"), "the address of a POST is no page to come back to"
    assert desk.count(Signature) == 0
    page.keyboard.press("a")
    until(lambda: desk.count(Signature) == 2, 10)


@pytest.mark.parametrize("path", ["/reviews", f"/reviews/{id_of('done')}", "/missing", "/held"])
@pytest.mark.parametrize(
    ("size", "scheme", "language"), [((1360, 860), "light", "fr"), ((390, 844), "dark", "en")], ids=["desk", "phone"]
)
def test_no_accessibility_fault(
    path: str, size: tuple[int, int], scheme: str, language: str, desk: Desk, browser: Browser,
    axe: Callable[[Page], list[str]], new_context: Callable[..., BrowserContext],
) -> None:  # fmt: skip
    page = new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, bypass_csp=True, locale="fr-FR"
    ).new_page()
    with desk.app.app_context():
        world = World()
        world.diane.language = language
        Field(world).feedback(callback=True, callback_phone="06 12 34 56 78")
        db.session.commit()
    desk.live.sign_in(page, "diane")
    page.goto(desk.live.url + path)
    page.wait_for_load_state("networkidle")
    if page.locator("[data-return] summary").is_visible():
        page.click("[data-return] summary")
    assert axe(page) == []
