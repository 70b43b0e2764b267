"""Every page, twice: on a desk, light, in French; on a phone, dark, in English. No fault of WCAG 2.2 AA, no word in the
console, no breach of the content policy, nothing to scroll sideways."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import select, update

from blueprints.captures.models import Capture
from blueprints.clients.models import Client
from blueprints.demo import world
from blueprints.exports.models import Export
from blueprints.forms import actions as forms
from blueprints.forms.importing.converting import run
from blueprints.kiosks.models import Kiosk
from blueprints.people import actions as people
from blueprints.people.models import Person, Team
from blueprints.reviews.models import Return, ReviewText
from blueprints.shared.db import db, today
from blueprints.shared.tokens import hashed
from blueprints.visits.models import Visit
from tests.support import house
from tests.support.browsing import DESK, PHONE, ready
from tests.support.engines import make_app, make_schema
from tests.support.forms import survey
from tests.support.server import Server

pytestmark = pytest.mark.browser
SIDES = {
    "desk, light, French": ("fr", {**DESK, "color_scheme": "light", "locale": "fr-FR"}),
    "phone, dark, English": ("en", {**PHONE, "color_scheme": "dark", "locale": "en-GB"}),
}
HELD = Capture.state == "held"
SECRET = "the-secret-of-the-tablet"
NOBODY = "00000000-0000-0000-0000-000000000000"
# who opens it, its endpoint, its address
PAGES = """
nobody  people.sign_in       /sign-in
nobody  people.invitation    /invitations/{token}
nobody  people.invitation    /invitations/never-was
nobody  offline.outbox       /outbox
nobody  offline.not_here     /offline
nobody  kiosks.pair          /kiosk/pair

lea     visits.today         /today
lea     visits.round         /rounds/{yesterday}
lea     visits.show          /visits/{visit}
lea     visits.show          /visits/{done}
lea     visits.new           /visits/new
lea     visits.new           /visits/new?visit={visit}
lea     checklists.fill      /visits/{visit}/checklists/home-safety/{home-safety}
lea     checklists.fill      /visits/{visit}/checklists/first-assessment/{first-assessment}
lea     checklists.fill      /visits/{visit}/checklists/monthly-follow-up/{monthly-follow-up}
lea     notes.at_visit       /visits/{visit}/notes/free
lea     notes.at_visit       /visits/{visit}/notes/soap
lea     notes.at_visit       /visits/{visit}/notes/contact
lea     notes.at_case        /clients/{client}/notes/free
lea     notes.more           /clients/{whose}/notes/{signed}/addendum
lea     notes.more           /clients/{whose}/notes/{signed}/amendment
lea     notes.versions       /clients/{whose}/notes/{signed}/versions
lea     surveys.ask          /visits/{visit}/feedback/after-visit/{after-visit}
lea     forms.blank          /forms/home-safety/{home-safety}/blank
lea     notes.blank          /notes/free/blank
lea     notes.blank          /notes/soap/blank
lea     clients.index        /clients
lea     clients.show         /clients/{client}
lea     reviews.answer       /returns/{return}
lea     captures.show        /captures/{applied}
lea     captures.held        /held
lea     offline.outbox       /outbox
lea     offline.not_here     /offline
lea     people.account       /account
lea     kiosks.pair          /kiosk/pair
lea     404                  /nowhere
lea     403                  /people

tom     visits.today         /today
tom     captures.held        /held
tom     captures.look        /held/{held}
tom     captures.correct     /held/{held}/correct

nadia   reviews.index        /reviews
nadia   reviews.show         /reviews/{unit}
nadia   reviews.show         /reviews/{second}
nadia   reviews.missing      /missing
nadia   clients.index        /clients?q=a
nadia   clients.show         /clients/{client}
nadia   clients.new          /clients/new
nadia   clients.edit         /clients/{client}/edit
nadia   visits.planning      /planning
nadia   visits.plan          /planning/visits/new
nadia   visits.plan          /planning/visits/new?client={client}
nadia   visits.planned       /planning/visits/{visit}
nadia   visits.show          /visits/{done}
nadia   captures.held        /held
nadia   captures.look        /held/{held}
nadia   captures.correct     /held/{held}/correct
nadia   surveys.answers      /answers
nadia   answers.question     /questions?form=home-safety&path=/data/bathroom/rail
nadia   exports.index        /exports?form=home-safety
nadia   exports.show         /exports/{export}
nadia   exports.show         /exports/{making}
nadia   audit.of_client      /clients/{client}/history
nadia   people.account       /account
nadia   404                  /clients/00000000-0000-0000-0000-000000000000

claire  surveys.answers      /answers
claire  exports.index        /exports?form=home-safety
claire  people.account       /account
claire  403                  /clients

yves    people.index         /people
yves    people.new           /people/new
yves    people.show          /people/{person}
yves    audit.of_person      /people/{person}/history
yves    people.teams         /teams
yves    people.devices       /devices
yves    kiosks.index         /kiosks
yves    notes.formats        /notes/formats
yves    forms.index          /forms
yves    forms.show           /forms/home-safety?older={home-safety}
yves    forms.report         /forms/uploads/{upload}
yves    forms.report         /forms/uploads/{refused}
yves    forms.preview        /forms/uploads/{upload}/preview
yves    people.account       /account

tablet  kiosks.show          /kiosk/
tablet  kiosks.show          /kiosk/?lang=en
tablet  kiosks.thanks        /kiosk/thanks
tablet  kiosks.leave         /kiosk/leave
"""
ROWS = [tuple(line.split()) for line in PAGES.splitlines() if line]
WHO = list(dict.fromkeys(who for who, _endpoint, _url in ROWS))
# GET routes that show no page of their own
NO_PAGES = {
    *("static", "ops.home", "ops.healthz", "ops.readyz", "forms.definition", "captures.file"),
    *("forms.uploaded_definition", "forms.source", "exports.file"),
    *("offline.today_pack", "offline.pack_pages", "offline.worker", "offline.manifest"),
}


def test_no_page_is_forgotten(app: Flask) -> None:
    routes = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    walked = {endpoint for _who, endpoint, _url in ROWS if not endpoint.isdigit()}
    assert routes - NO_PAGES == walked
    for _who, endpoint, url in ROWS:
        if not endpoint.isdigit():
            path = url.split("?")[0].format_map(Anything())
            assert app.url_map.bind("").match(path)[0] == endpoint, url


class Anything(dict[str, str]):
    """Some value for every name in an address."""

    def __missing__(self, name: str) -> str:
        forms = ("home-safety", "first-assessment", "monthly-follow-up", "after-visit", "token", "yesterday")
        return "x" if name in forms else NOBODY


class Demo:
    """The demo world on a server of its own, what is in it, and who is signed in where."""

    def __init__(self, folder: Path, browser: Browser) -> None:
        self.app, self.browser = make_app(folder / "data"), browser
        self.server = Server(folder / "data", {"SECRET_KEY": "a key for tests only"})
        self.server.root = house.copy(folder / "house")  # so that nobody who works on the files meanwhile disturbs
        self.names: dict[str, str] = {}
        with self.app.app_context():
            make_schema()
            world.load()
            db.session.commit()
            self._name()
            db.session.commit()
            db.session.remove()
            db.engine.dispose()
        self.contexts: dict[tuple[str, str], BrowserContext] = {}
        self.server.start()

    def _name(self) -> None:
        lea = db.session.scalars(select(Person).where(Person.email == world.email("lea"))).one()
        yves = db.session.scalars(select(Person).where(Person.email == world.email("yves"))).one()
        north = db.session.scalars(select(Team).where(Team.name == "Équipe Nord")).one()
        of_lea = select(Visit.id).where(Visit.coordinator_id == lea.id)
        texts = select(ReviewText.visit_id).where(ReviewText.team_id == north.id, ReviewText.visit_id.is_not(None))
        signed = select(ReviewText).where(ReviewText.kind == "note", ReviewText.state == "signed")
        signed = signed.where(ReviewText.author_id == lea.id).order_by(ReviewText.since.desc(), ReviewText.id)
        details = people.Details("Une Nouvelle", "nouvelle@demo.tournee", ["coordinator"], [north.id], None)
        tablet = db.session.scalars(select(Kiosk)).first()
        assert tablet is not None
        tablet.secret = hashed(SECRET)
        wanted = {
            "visit": of_lea.where(Visit.status == "planned").order_by(Visit.starts_at),
            "done": of_lea.where(Visit.status == "done").order_by(Visit.starts_at.desc()),
            "client": select(Client.id).where(Client.id.in_(select(Visit.client_id).where(Visit.id.in_(of_lea)))),
            "return": select(Return.id).where(Return.author_id == lea.id, Return.answered_by.is_(None)),
            "applied": select(Capture.id).where(Capture.author_id == lea.id, Capture.state == "applied"),
            "held": select(Capture.id).join(Capture.author).where(Person.email == world.email("tom"), HELD),
            "unit": texts.where(ReviewText.state == "waiting").order_by(ReviewText.rank, ReviewText.since),
            "second": texts.where(ReviewText.number > 1),
            "signed": signed.with_only_columns(ReviewText.id),
            "whose": signed.with_only_columns(ReviewText.client_id),
            "person": select(Person.id).where(Person.email == world.email("tom")),
        }
        for name, query in wanted.items():
            found = db.session.scalars(query).first()
            assert found, f"the demo has no {name}"
            self.names[name] = str(found)
        for form_id, version in db.session.execute(db.text("SELECT id, current FROM form")):
            self.names[form_id] = version
        kinds = {"upload": ["image", "a", "A", *[None] * 5, "draw"], "refused": ["country", "a", "A"]}
        for name, row in kinds.items():
            data = survey(row)
            self.names[name] = str(forms.keep_upload(yves, "form.xlsx", data, "checklist", run(data, "form.xlsx")).id)
        nadia = db.session.scalars(select(Person).where(Person.email == world.email("nadia"))).one()
        for name, state in (("export", "ready"), ("making", "making")):
            shape = {"format": "csv", "language": "fr", "names": True, "split": False, "comma": True}
            made = Export(by_id=nadia.id, form_id="home-safety", versions=[], state=state, done=3, total=9, **shape)
            db.session.add(made)
            db.session.flush()
            self.names[name] = str(made.id)
        self.names["token"] = people.invite(yves, details)[1].rsplit("/", 1)[-1]
        self.names["yesterday"] = today().isoformat()

    def context(self, who: str, side: str) -> BrowserContext:
        """This one's browser, signed in; made once."""
        if (who, side) not in self.contexts:
            language, options = SIDES[side]
            made = self.browser.new_context(**options, service_workers="block", timezone_id="Europe/Paris")
            made.set_default_timeout(30_000)
            self.contexts[who, side] = made
            made.add_cookies([{"name": "lang", "value": language, "url": self.server.url}])
            if who == "tablet":
                made.add_cookies([{"name": "kiosk", "value": SECRET, "url": self.server.url}])
            elif who != "nobody":
                self._sign_in(made.new_page(), who)
        return self.contexts[who, side]

    def _sign_in(self, page: Page, who: str) -> None:
        page.goto(f"{self.server.url}/sign-in")
        page.fill("input[name=email]", world.email(who))
        page.fill("input[name=password]", world.PASSWORD)
        with page.expect_navigation(url=lambda url: "/sign-in" not in url):
            page.press("input[name=password]", "Enter")
        page.close()

    def speak(self, language: str) -> None:
        """Everybody's language."""
        with self.app.app_context():
            db.session.execute(update(Person).values(language=language))
            db.session.commit()
            db.session.remove()
            db.engine.dispose()


@pytest.fixture(scope="module")
def demo(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    made = Demo(tmp_path_factory.mktemp("demo"), browser)
    yield made
    for context in made.contexts.values():
        context.close()
    made.server.stop()


FILL = """async visit => {
    const base = document.documentElement.dataset.static, author = document.documentElement.dataset.person;
    const { keep } = await import(base + "js/outbox.js");
    const { put, update } = await import(base + "js/db.js");
    const url = `/visits/${visit}/notes/free`;
    const facts = {author, url, page: url, visit: "", client: "", photos: []};
    await put("settings", {name: `queue ${author}`, until: Date.now() + 3600e3, asked: true, tries: 1});
    for (const [n, state] of ["waiting", "waiting", "held", "refused"].entries()) {
        const id = crypto.randomUUID();
        await keep({...facts, id, kind: n ? "note" : "checklist", label: `Jeanne Le Goff · ${state}`,
                    pairs: [["text", `mots ${n}`]]});
        await update("captures", id, one => ({...one, state, tries: 4, reason: n > 1 ? "La note est vide." : "",
                                              messages: n > 1 ? {text: "Écrivez au moins quelques mots."} : {}}));
    }
    const photo = {capture: "x", author, state: "waiting", tries: 0, taken: Date.now(), size: 250000, draft: false,
                   bytes: new ArrayBuffer(9), label: "Jeanne Le Goff · photo"};
    await put("files", {...photo, id: crypto.randomUUID()});
    await put("files", {...photo, id: crypto.randomUUID(), state: "held"});
    await put("drafts", {key: `${author} /x`, id: crypto.randomUUID(), person: author, path: "/x", url: "/x",
                         kind: "note", label: "Jeanne Le Goff · Note", fields: [["text", "un début"]],
                         saved: Date.now()});
    for (const state of ["applied", "closed"])
        await put("receipts", {id: crypto.randomUUID(), author, label: `Jeanne Le Goff · ${state}`, kind: "note", state,
                               code: "7F3K92QD", reason: "Doublon.", recorded: Date.now(), delivered: Date.now(),
                               seen: true});
}"""  # something of every kind in the outbox


def faults_of(page: Page, url: str, expected: str, axe: Callable[[Page], list[str]]) -> list[str]:
    """What is wrong with the page at this address, in words."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.append("policy report") if "csp-report" in request.url else None)
    answer = page.goto(url)
    assert answer is not None
    ready(page)
    wrong = [] if answer.status == int(expected) else [f"status {answer.status}"]
    for details in page.locator("main details:not([open]) > summary").all():
        if details.is_visible():
            details.click()
    width, height = page.evaluate("[innerWidth, document.scrollingElement.scrollHeight]")
    page.set_viewport_size({"width": width, "height": height})  # whole: what the bottom bar covers can be scrolled free
    wrong += axe(page)
    if page.evaluate("document.scrollingElement.scrollWidth > innerWidth + 1"):
        wrong.append("scrolls sideways")
    own = f"status of {expected}" if expected != "200" else "\0"  # the console names the page's own status
    return wrong + [f"console: {words}" for words in said if own not in words and "by Playwright" not in words]


def walk(demo: Demo, who: str, side: str, axe: Callable[[Page], list[str]]) -> dict[str, list[str]]:
    """Every page of one person; what is wrong, by address."""
    demo.speak(SIDES[side][0])
    context, found = demo.context(who, side), {}
    for one, endpoint, address in ROWS:
        if one == who:
            page = context.new_page()
            status = endpoint if endpoint.isdigit() else "404" if "never-was" in address else "200"
            wrong = faults_of(page, demo.server.url + address.format_map(demo.names), status, axe)
            if wrong:
                found[address] = wrong
            page.close()
    return found


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("who", WHO)
def test_nothing_is_wrong_with_any_page(demo: Demo, axe: Callable[[Page], list[str]], who: str, side: str) -> None:
    if who == "lea":
        page = demo.context(who, side).new_page()
        page.goto(f"{demo.server.url}/account")
        ready(page)
        page.evaluate(FILL, demo.names["visit"])
        page.close()
    assert walk(demo, who, side, axe) == {}


@pytest.mark.parametrize("side", SIDES)
def test_nor_with_pages_that_answer_a_post(demo: Demo, axe: Callable[[Page], list[str]], side: str) -> None:
    demo.speak(SIDES[side][0])
    page = demo.context("yves", side).new_page()
    page.goto(f"{demo.server.url}/kiosks")
    page.locator("form[action='/kiosks/new'] button").click()  # what is missing is said at its field
    ready(page)
    assert page.locator(".error").count()
    assert axe(page) == []
    page.fill("form[action='/kiosks/new'] input[name=name]", "Salle")
    page.locator("form[action='/kiosks/new'] select[name=team]").select_option(index=1)
    page.locator("form[action='/kiosks/new'] select[name=survey]").select_option("kiosk-hall")
    page.locator("form[action='/kiosks/new'] button").click()  # the code
    ready(page)
    assert axe(page) == []
    page.goto(f"{demo.server.url}/people/new")
    page.fill("input[name=name]", "Une Autre")
    page.fill("input[name=email]", f"autre-{UUID(int=len(side))}@demo.tournee")
    page.locator("input[name=roles]").first.check(force=True)
    page.locator("main form button").last.click()  # the link of the invitation
    ready(page)
    assert axe(page) == []
    page.close()
