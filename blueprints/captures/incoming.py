"""What a view that takes captures gets, and how it is marked."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import abort
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from blueprints.captures import envelope
from blueprints.captures.models import Capture
from blueprints.kiosks.models import Kiosk
from blueprints.people.access import authored_by
from blueprints.people.models import Person
from blueprints.shared.db import db


@dataclass(frozen=True)
class Incoming:
    """One capture on its way into the business.

    asker: whose access counts: the author, or whoever settles a held one. recorded: the phone's clock; received: ours.
    form: version of the definition it was filled by. corrects: the version it answers a return of. base: the version
    of what it changes, as the page showed it. files: what it announces, [{id, name, size, sha256}]; and what the held
    captures announced that it replaces, whoever wrote them. replaces: the ids of those. language: in which to say what
    is wrong, where it is asked in another one than the author's; None else. given: what our register had told the form
    that was filled (forms/register.py), as it came: JSON, or "".
    """

    id: UUID
    fields: "MultiDict[str, str]"
    author: Person | None
    kiosk: Kiosk | None
    asker: Person | Kiosk
    recorded: datetime | None
    received: datetime
    zone: str | None
    form: str | None
    corrects: UUID | None
    base: str | None
    files: list[dict[str, Any]]
    replaces: tuple[UUID, ...]
    language: str | None
    device_id: UUID | None
    number: int | None
    given: str

    @property
    def person(self) -> Person:
        """The person whose access counts; a kiosk finds nothing here."""
        if not isinstance(self.asker, Person):
            abort(404)
        return self.asker

    @property
    def writer(self) -> Person:
        """The person who wrote it, whoever settles it."""
        if self.author is None:
            abort(404)
        return self.author

    @property
    def happened_at(self) -> datetime:
        """When the phone says it was taken down; our own clock where it says nothing."""
        return self.recorded or self.received


def takes(kind: str) -> Callable[[Callable[..., None]], Callable[..., Any]]:
    """Marks a view that takes captures of this kind. captures.intake calls it, never Flask's own dispatch."""

    def mark(view: Callable[..., None]) -> Callable[..., Any]:
        view.capture_kind = kind  # type: ignore[attr-defined]
        return view

    return mark


def of(capture: Capture, pairs: list[envelope.Pair], asker: Person | Kiosk, language: str | None = None) -> Incoming:
    """The capture as its view gets it: fields without envelope, in the order they came."""
    sent, before = envelope.read(pairs), list(replaced_by(capture))
    announced = [sent.files.data, *(envelope.read(one.fields or []).files.data for one in before)]
    return Incoming(
        id=capture.id,
        fields=MultiDict((name, value) for name, value in pairs if not name.startswith("_")),
        author=capture.author,
        kiosk=capture.kiosk,
        asker=asker,
        recorded=capture.recorded,
        received=capture.received,
        zone=sent.zone.data or None,
        form=sent.form.data or None,
        corrects=_answers(before[-1] if before else capture),
        base=sent.base.data or None,
        files=[file for text in announced for file in envelope.declared(text)],
        replaces=tuple(one.id for one in before),
        language=language,
        device_id=capture.device_id,
        number=capture.number,
        given=sent.given.data or "",
    )


def _answers(last: Capture) -> UUID | None:
    """The version that a capture answers the return of; `last` of the held captures that it replaces on the way."""
    return envelope.as_uuid((last.corrects or "").split("/")[0])  # a version bears the id of its capture


def replaced_by(capture: Capture) -> Iterator[Capture]:
    """What a capture corrects, what that one had corrected, and so on, as long as it took no effect."""
    seen: set[str] = set()
    named = capture.corrects
    while named and named not in seen:
        seen.add(named)
        replaced = corrected(named, capture)
        if replaced is None or replaced.state == "applied":
            return
        yield replaced
        named = replaced.corrects


def corrected(named: str, capture: Capture) -> Capture | None:
    """The capture that `_corrects` names: an id, or `id/code` where one id came with two contents.

    It is the author's own, or that of somebody whose work the author supervises: whoever may settle it may correct it.
    """
    id_text, _, code = named.partition("/")
    id = envelope.as_uuid(id_text)
    author = db.session.get(Person, capture.author_id) if capture.author_id else None
    mine = authored_by(author, Capture.author_id) if author else Capture.kiosk_id == capture.kiosk_id
    query = select(Capture).where(mine)
    query = query.where(Capture.same_as == id, Capture.code == code) if code else query.where(Capture.id == id)
    found: Capture | None = db.session.scalar(query)
    return found
