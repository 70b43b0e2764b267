"""The pack: which pages a person's phone keeps for the day, with a hash of each: only what changed is fetched, many in
one answer, so that what they have in common travels once."""

import hashlib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from flask import current_app, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from blueprints.checklists.queries import papers
from blueprints.forms import queries as forms
from blueprints.kiosks.queries import this_kiosk
from blueprints.notes import queries as notes
from blueprints.offline.queries import list_hash
from blueprints.people.models import Device, Person
from blueprints.reviews.queries import open_returns
from blueprints.shared.db import local, now, today, zone
from blueprints.visits.models import Visit
from blueprints.visits.queries import round_of

MOST = 16  # pages in one answer: each answer that comes is kept, however bad the network
MOST_SIGNED = 12  # notes that can be added to with no network: the newest about those whom the day is for
DEFINITION_URL = re.compile(r"/forms/[^/]+/[^/]+\.json")
DEFINITION = re.compile(rb'data-form="(/forms/([^"/]+)/([^"/]+)\.json)"')


@dataclass(frozen=True)
class Page:
    """One address of the pack.

    form: "<id> <version>" where the page is a form. client: whose visit the page is. hash: the first 16 hex digits of
    its body's sha256.
    """

    url: str
    kind: str
    title: str
    visit: UUID | None = None
    form: str | None = None
    hash: str = ""
    client: UUID | None = None

    def as_json(self) -> dict[str, Any]:
        """As the phone reads it."""
        named = {"visit": self.visit, "client": self.client}
        return {**self.__dict__, **{key: str(id) if id else None for key, id in named.items()}}


def made_for(person: Person, device: Device) -> dict[str, Any]:
    """The whole answer to GET /pack. A page that cannot be rendered for this person is left out."""
    moment = now()
    return {
        "person": str(person.id),
        "name": person.name,
        "device": str(device.id),
        "last_number": device.last_number,
        "edition": current_app.config["EDITION"],
        "made": moment.isoformat(),
        "clock": moment.isoformat(),
        "today": today().isoformat(),
        "expires": _expires(moment).isoformat(),
        "list": list_hash(person),
        "pages": [page.as_json() for page in _hashed(person)],
    }


def bodies(person: Person, urls: Collection[str]) -> dict[str, str]:
    """These pages of the person's pack by address, as a GET of each gives them; what is not in the pack is left out."""
    listed = {page.url for page in _pages(person)} if urls else set()
    wanted = (url for url in urls if url in listed or (listed and DEFINITION_URL.fullmatch(url)))
    found = ((url, _body(url)) for url in wanted)
    return {url: body.decode() for url, body in found if body is not None}


def _expires(moment: datetime) -> datetime:
    """04:00 (a setting) two days on: what is older than a round of yesterday helps nobody and is too much to carry."""
    day = local(moment).date() + timedelta(days=2)
    return datetime.combine(day, time(current_app.config["PACK_HOUR"]), zone())


def _hashed(person: Person) -> Iterator[Page]:
    definitions: dict[str, Page] = {}
    seen: set[str] = set()
    for page in _pages(person):
        body = None if page.url in seen else _body(page.url)
        seen.add(page.url)
        if body is None:
            continue
        yield replace(page, hash=_hash(body))
        for url, form_id, version in DEFINITION.findall(body):
            form = f"{form_id.decode()} {version.decode()}"
            definitions[url.decode()] = Page(url.decode(), "form", page.title, form=form)
    for page in definitions.values():
        body = _body(page.url)
        if body is not None:
            yield replace(page, hash=_hash(body))


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:16]


def _body(url: str) -> bytes | None:
    """The page as a GET by this same person gives it, or None. The nested request shares who is asking, and the session
    of the database, with the outer one; before- and after-request functions do not run."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    with app.test_request_context(url, base_url=request.host_url):
        try:
            response = app.make_response(app.dispatch_request())
        except HTTPException:
            return None
        return bytes(response.get_data()) if response.status_code == 200 else None


def _pages(person: Person) -> Iterator[Page]:
    """Every address, the round first: what a phone with bad reception should have soonest."""
    if not person.has("coordinator") or this_kiosk() is not None:
        return  # a paired tablet stands where anybody can touch it
    yield Page("/today", "round", _("Round of the day"))
    visits = round_of(person, today())
    for visit in visits:
        yield from _of_visit(visit)
    for note in notes.own_signed(person, {visit.client_id for visit in visits}, MOST_SIGNED):
        for what in ("addendum", "amendment"):
            yield Page(f"/clients/{note.client_id}/notes/{note.id}/{what}", "note", note.shape.label)
    for returned in open_returns(person):
        yield Page(f"/returns/{returned.id}", "return", _("Returned: %(name)s", name=returned.client.name))
    yield Page("/visits/new", "new-visit", _("New visit"))
    for version in (*forms.current("checklist"), forms.asked_after_a_visit()):
        if version is not None:
            yield _blank(version.form_id, version.version)
    for format in notes.formats():
        yield Page(f"/notes/{format.key}/blank", "blank", format.label)


def _of_visit(visit: Visit) -> Iterator[Page]:
    own = f"/visits/{visit.id}"
    title = f"{local(visit.starts_at):%H:%M} {visit.client.name}"
    yield Page(own, "visit", title, visit.id, client=visit.client_id)
    yield Page(f"/clients/{visit.client_id}", "case", f"{_('Case')} · {visit.client.name}", visit.id)
    for paper in papers(visit):  # a note in another format than the first: its blank page stands in
        form = f"{paper.form_id} {paper.version}" if paper.form_id else None
        yield Page(paper.url, paper.kind, paper.text, visit.id, form)


def _blank(form_id: str, version: str) -> Page:
    url = f"/forms/{form_id}/{version}/blank"
    return Page(url, "blank", forms.title_of(form_id, version), form=f"{form_id} {version}")
