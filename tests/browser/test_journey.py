"""The whole loop in a real browser, with the server really stopped in between: planned, prepared, done without network,
received once, read, signed or sent back, answered, read again; and a tablet in the hall."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect
from sqlalchemy import func, select

from blueprints.captures.models import Capture, CaptureFile
from blueprints.checklists.models import Checklist, ChecklistVersion
from blueprints.notes.models import Note, NoteVersion
from blueprints.reviews.models import Return, Signature
from blueprints.shared.db import db
from blueprints.surveys.models import Feedback
from blueprints.visits.models import Visit, VisitEvent
from tests.support import house, papers
from tests.support.browsing import DESK, Live, Phone, ready, until_waiting, waiting
from tests.support.engines import Engines, PostgreSQL
from tests.support.faults import Faults, until
from tests.support.field import KEPT, answer_points, day_ready, kept, opened
from tests.support.server import ROOT, Server, free_port
from tests.support.world import id_of

pytestmark = pytest.mark.browser
FIRST = f"/visits/{id_of('visit')}"  # at 9
MISSED = f"/visits/{id_of('afternoon')}"  # at 15
PARIS = ZoneInfo("Europe/Paris")
RAIL = "/data/bathroom/rail"
Contexts = Callable[..., BrowserContext]


@pytest.fixture
def live_on_postgres(engines: Engines, tmp_path: Path) -> Iterator[Live]:
    """As `live`, over PostgreSQL."""
    engine = engines.get("postgres")
    assert isinstance(engine, PostgreSQL)
    engine.fresh()
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    env = {"PUBLIC_URL": url, "SECRET_KEY": "a key for tests only", "DATABASE_URL": engine.url("tournee")}
    (tmp_path / "data").mkdir()
    server = Server(tmp_path / "data", env).start()
    faults = Faults(port, server.port)
    yield Live(server, faults)
    faults.close()
    server.stop()


class Journey:
    """The people of the loop and what each of them does at their own screen."""

    def __init__(self, live: Live, phone: Phone, contexts: Contexts) -> None:
        self.live, self.phone, self.contexts = live, phone, contexts
        self.desk = contexts(**DESK).new_page()
        self.page: Page

    # what the server has

    def ask(self, statement: Any) -> list[Any]:
        with house.inside(self.live.server):
            return [tuple(row) for row in db.session.execute(statement)]

    def count(self, kind: Any) -> int:
        return int(self.ask(select(func.count()).select_from(kind))[0][0])

    # the supervisor's desk

    def plan(self, time: str) -> str:
        """Diane plans a visit at Jeanne's for Alice, today; the visit's address."""
        desk = self.desk
        self.live.sign_in(desk, "diane")
        desk.goto(f"{self.live.url}/planning/visits/new")
        desk.get_by_role("link", name="Jeanne Le Goff").click()
        desk.select_option("[name=coordinator]", str(id_of("alice")))
        desk.fill("[name=day]", datetime.now(PARIS).date().isoformat())
        desk.fill("[name=time]", time)
        desk.check("[name=forms][value=home-safety]", force=True)
        desk.get_by_role("button", name="Prévoir la visite").click()
        desk.wait_for_url("**/planning?**")
        ((visit,),) = self.ask(
            select(Visit.id).where(Visit.made_at == select(func.max(Visit.made_at)).scalar_subquery())
        )
        return f"/visits/{visit}"

    def read(self, visit: str) -> Page:
        self.desk.goto(f"{self.live.url}/reviews/{visit.removeprefix('/visits/')}")
        expect(self.desk.locator("#item h2")).to_have_text("Jeanne Le Goff")
        return self.desk

    def sign(self, signatures: int) -> None:
        self.desk.get_by_role("button", name="Signer la visite").click()
        until(lambda: self.count(Signature) == signatures)

    def send_back(self, comment: str) -> None:
        self.desk.locator("[data-return] summary").click()
        self.desk.fill("#comment", comment)
        self.desk.click(".return-panel button")
        until(lambda: self.count(Return) == 1)

    # the coordinator's phone

    def prepare(self) -> None:
        """Alice signs in, and prepares her day by the visible step."""
        page = self.phone.open()
        page.set_default_timeout(20_000)
        day_ready(self.live, page)
        opened(page, f"{self.live.url}/today")
        made = kept(page, "settings", "pack")["made"]
        page.click("[data-prepare-now]")
        until(lambda: kept(page, "settings", "pack")["made"] != made, 20)
        expect(page.locator("[data-prepare-line]").first).to_contain_text("Prête hors ligne")

    def has_the_return(self) -> bool:
        """Whether what was sent back is on the phone, and everything that names it."""
        pages = kept(self.page, "settings", "pack")["pages"]
        return all(one["ok"] for one in pages) and any("/returns/" in one["url"] for one in pages)

    def lose_the_server(self) -> None:
        """The server is stopped; the phone's browser ends and is opened again."""
        self.live.server.kill()
        self.phone.close()
        self.page = self.phone.open()
        self.page.set_default_timeout(20_000)
        opened(self.page, f"{self.live.url}/today")
        expect(self.page.locator(".kept-line")).to_be_visible()

    def get_it_back(self) -> None:
        self.live.server.start()
        self.page.evaluate("dispatchEvent(new Event('online'))")
        until_waiting(self.page, 0, seconds=60)
        until_waiting(self.page, 0, "files", seconds=60)

    def go(self, path: str) -> Page:
        opened(self.page, self.live.url + path)
        return self.page

    def press(self, button: Locator, lands: str) -> None:
        """A press that keeps something: said, and the next page is open."""
        button.click()
        self.page.wait_for_url(lands)
        ready(self.page)
        expect(self.page.locator("#says")).to_contain_text(KEPT)

    def start(self, visit: str) -> None:
        self.go(visit)
        self.press(self.page.get_by_role("button", name="Démarrer la visite"), "**" + visit)

    def end(self, at: str) -> None:
        self.go(at)
        self.press(self.page.get_by_role("button", name="Terminer la visite"), "**/today")

    def send(self, lands: str) -> None:
        self.press(self.page.locator("button[data-send], button[form=capture][data-tone=brand]").last, lands)

    def checklist(self, visit: str) -> None:
        """18 points, one of them "no" with what was suggested and a photo."""
        page = self.go(visit)
        page.get_by_role("link", name="Sécurité du logement").click()
        page.wait_for_selector("form[data-live]")
        answer_points(page)
        for _ in range(2):
            page.click('[data-step="-1"]')
        page.locator(f'input[name="{RAIL}"][value=no]').check(force=True)
        page.fill(f'textarea[name="{RAIL}_no/solution"]', "Une barre coudée")
        photo = page.locator(f'[data-q="{RAIL}_no/photo"]')
        photo.locator("input[type=file]").set_input_files(ROOT / "static/img/apple-touch-icon.png")
        expect(photo.locator(".photo-line")).to_contain_text("1 photo")
        for _ in range(2):
            page.click('[data-step="1"]')
        self.send("**" + visit)

    def soap(self, visit: str) -> None:
        page = self.go(f"{visit}/notes/soap")
        for name, words in (("subjective", "Elle dort mal."), ("objective", "Fatiguée."), ("plan", "Rappeler lundi.")):
            page.fill(f"textarea[name={name}]", words)
        self.send("**" + visit)

    def note(self, visit: str, words: str) -> None:
        page = self.go(f"{visit}/notes/free")
        page.fill("textarea[name=text]", words)
        self.send("**" + visit)

    def feedback(self, visit: str) -> None:
        page = self.go(visit)
        page.get_by_role("link", name="Ressenti").first.click()
        page.wait_for_selector("form[data-live]")
        page.locator('input[name="/data/score"][value="4"]').check(force=True)
        page.fill('textarea[name="/data/words"]', "On m’écoute.")
        page.locator('input[name="/data/call_back"][value=no]').check(force=True)
        self.send("**" + visit)

    def unplanned(self) -> str:
        """A visit that nobody planned, and its note; its id, which is the capture's."""
        page = self.go("/visits/new")
        page.get_by_text("Jeanne Le Goff").click()
        page.fill("input[name=purpose]", "Appel de sa fille")
        self.press(page.get_by_role("button", name="Démarrer la visite"), "**/visits/new?visit=*")
        visit = page.url.rsplit("=", 1)[1]
        page.get_by_role("link", name="Note", exact=True).click()
        page.wait_for_url("**/notes/free/blank?visit=*")
        ready(page)
        page.fill("textarea[name=text]", "Sa fille s’inquiète.")
        page.click("button[form=capture][data-tone=brand]")
        expect(page.locator("#says")).to_contain_text(KEPT)
        self.end(f"/visits/new?visit={visit}")
        return visit

    def nobody_there(self, visit: str) -> None:
        page = self.go(visit)
        page.get_by_text("La visite s’est passée autrement").click()
        page.locator("input[name=status][value=no_show]").first.check(force=True)
        page.locator("textarea[name=reason]").first.fill("Volets fermés, pas de réponse.")
        self.press(page.get_by_role("button", name="Garder").first, "**/today")


def test_the_whole_loop(live: Live, phone: Phone, new_context: Contexts) -> None:
    with house.inside(live.server):
        papers.publish()
    journey = Journey(live, phone, new_context)
    planned = journey.plan("17:00")
    journey.prepare()

    journey.lose_the_server()
    expect(journey.page.locator("article[data-visit]:visible, li[data-visit]:visible")).to_have_count(3)
    journey.start(planned)
    journey.checklist(planned)
    journey.soap(planned)
    journey.feedback(planned)
    journey.end(planned)
    unplanned = journey.unplanned()
    journey.nobody_there(MISSED)
    journey.start(FIRST)
    journey.note(FIRST, "Elle va bien. Le chien dort.")
    journey.end(FIRST)
    ids = {one["id"]: one["number"] for one in kept(journey.page, "captures")}
    assert sorted(ids.values()) == list(range(1, 13))
    assert waiting(journey.page, "files") == 1
    expect(journey.page.locator("[data-pill]")).to_contain_text("12 à envoyer")
    assert (journey.count(Capture), journey.count(Note)) == (0, 0)

    journey.get_it_back()
    got = journey.ask(select(Capture.id, Capture.number, Capture.state))
    assert sorted(got) == sorted((UUID(id), number, "applied") for id, number in ids.items())
    counted = {kind: journey.count(kind) for kind in (Checklist, ChecklistVersion, NoteVersion, Feedback, CaptureFile)}
    assert counted == {Checklist: 1, ChecklistVersion: 1, NoteVersion: 3, Feedback: 1, CaptureFile: 1}
    states = dict(journey.ask(select(Visit.id, Visit.status)))
    wanted = {planned[8:]: "done", FIRST[8:]: "done", unplanned: "done", MISSED[8:]: "no_show"}
    assert {id: states[UUID(id)] for id in wanted} == wanted
    assert journey.ask(select(VisitEvent.reason).where(VisitEvent.what == "no_show")) == [
        ("Volets fermés, pas de réponse.",)
    ]
    receipts = kept(journey.page, "receipts")
    assert {one["id"] for one in receipts} == set(ids)

    desk = journey.read(planned)
    expect(desk.locator(".text")).to_have_count(2)
    expect(desk.locator("#item")).to_contain_text("Une barre coudée")
    expect(desk.locator("#item")).to_contain_text("Rappeler lundi.")
    expect(desk.locator("#item")).to_contain_text("On m’écoute.")
    expect(desk.locator(".photos img")).to_have_count(1)
    assert desk.locator(".photos img").evaluate("async image => { await image.decode(); return image.naturalWidth; }")
    journey.sign(2)
    journey.read(FIRST)
    journey.send_back("Et le sommeil ?")

    opened(journey.page, f"{live.url}/today")
    journey.page.click("[data-prepare-now]")
    until(journey.has_the_return, 20)
    journey.lose_the_server()
    journey.page.get_by_role("link", name=re.compile("^Jeanne Le Goff · ")).click()
    journey.page.wait_for_url("**/returns/*")
    ready(journey.page)
    expect(journey.page.locator("main")).to_contain_text("Et le sommeil ?")
    expect(journey.page.locator("textarea[name=text]")).to_have_value("Elle va bien. Le chien dort.")
    journey.page.fill("textarea[name=text]", "Elle va bien. Elle dort six heures.")
    journey.send("**/today")
    journey.get_it_back()
    versions = journey.ask(select(NoteVersion.number).join(Note).where(Note.visit_id == UUID(FIRST[8:])))
    assert sorted(versions) == [(1,), (2,)]
    desk = journey.read(FIRST)
    expect(desk.locator(".reading-version")).to_contain_text("Version 2")
    expect(desk.locator("ins").first).to_contain_text("Elle")
    expect(desk.locator("del").first).to_contain_text("chien")
    journey.sign(3)


def test_a_client_answers_in_the_hall(live: Live, new_context: Contexts) -> None:
    with house.inside(live.server):
        papers.publish()
    desk = new_context(**DESK).new_page()
    live.sign_in(desk, "gaston")
    desk.goto(f"{live.url}/kiosks")
    desk.fill("form.stack input[name=name]", "Hall")
    desk.locator("select[name=team]").select_option(str(id_of("north")))
    desk.locator("select[name=survey]").select_option("kiosk-hall")
    desk.get_by_role("button", name="Préparer et afficher le code").click()
    code = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", desk.locator("main").inner_text())
    assert code
    tablet = new_context(viewport={"width": 1024, "height": 768}, has_touch=True).new_page()
    tablet.goto(f"{live.url}/kiosk/")
    tablet.wait_for_url("**/kiosk/pair")
    tablet.fill("input[name=code]", code[0])
    tablet.get_by_role("button", name="Associer").click()
    tablet.wait_for_url("**/kiosk/")
    tablet.evaluate("navigator.serviceWorker.ready")
    until(lambda: tablet.evaluate("caches.match('/kiosk/').then(Boolean)"), 20)

    live.server.kill()
    opened(tablet, f"{live.url}/kiosk/")
    tablet.wait_for_selector("form[data-live]")
    tablet.locator('input[name="/data/opinion/score"][value="2"]').check(force=True)
    tablet.click('[data-step="1"]')
    tablet.fill('textarea[name="/data/comment/words"]', "Trop d’attente.")
    tablet.click('[data-step="1"]')
    tablet.locator('input[name="/data/contact/call_back"][value=yes]').check(force=True)
    tablet.fill('input[name="/data/contact/telephone"]', "06 12 34 56 78")
    tablet.click("[data-send]")
    expect(tablet.locator("[data-thanks]")).to_be_visible()
    assert waiting(tablet) == 1
    expect(tablet.locator("form")).to_be_hidden()

    live.server.start()
    tablet.evaluate("dispatchEvent(new Event('online'))")
    until_waiting(tablet, 0, seconds=60)
    assert waiting(tablet, "receipts") == waiting(tablet, "drafts") == 0
    with house.inside(live.server):
        (answer,) = db.session.scalars(select(Feedback)).all()
        assert (answer.mode, answer.score, answer.callback_phone) == ("kiosk", 2, "06 12 34 56 78")
        (capture,) = db.session.scalars(select(Capture)).all()
        assert (capture.author_id, capture.kiosk_id) == (None, answer.kiosk_id)
    live.sign_in(desk := new_context(**DESK).new_page(), "diane")
    desk.goto(f"{live.url}/reviews")
    expect(desk.locator("[data-queue] a[data-unit]").first).to_contain_text("06 12 34 56 78")


def test_the_loop_in_short_on_postgresql(live_on_postgres: Live, phone: Phone, new_context: Contexts) -> None:
    with house.inside(live_on_postgres.server):
        papers.publish()
    journey = Journey(live_on_postgres, phone, new_context)
    planned = journey.plan("17:00")
    journey.prepare()
    journey.lose_the_server()
    journey.start(planned)
    journey.checklist(planned)
    journey.note(planned, "Elle va bien.")
    journey.end(planned)
    journey.unplanned()
    journey.get_it_back()
    assert journey.ask(select(Capture.state, func.count()).group_by(Capture.state)) == [("applied", 7)]
    assert (journey.count(Checklist), journey.count(Note), journey.count(CaptureFile)) == (1, 2, 1)
    expect(journey.read(planned).locator("#item")).to_contain_text("Une barre coudée")
    journey.sign(2)
