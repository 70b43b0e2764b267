"""What can happen to a note: it is written, written anew where a reviewer sent it back, and once signed only added to
or amended, which is read and signed like a first version; and to the formats in which notes are written. Nothing
commits here."""

import json
import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import func, select

from blueprints.clients.models import Client
from blueprints.notes.models import (
    ADDENDUM,
    ClientStatement,
    Note,
    NoteFormat,
    NoteFormatDecision,
    NoteMistake,
    NoteVersion,
)
from blueprints.people.models import Person
from blueprints.shared.db import db, local
from blueprints.shared.happened import tell
from blueprints.shared.refusal import Refused
from blueprints.visits.models import Visit

REASON = 1_000  # characters
STATEMENT = 10_000
SHIPPED = Path(__file__).with_name("shipped.json")


def write(
    id: UUID,
    author: Person,
    client: Client,
    visit: Visit | None,
    format: NoteFormat,
    body: dict[str, str],
    occurred: datetime,
    recorded: datetime | None,
    received: datetime,
) -> Note:
    """A new note under its capture's id. Refuses an event after the day of writing, or before the client's birth.

    occurred: when it happened, as the author says; recorded: the phone's clock; received: the server's.
    """
    _check(client, occurred, recorded, received)
    note = Note(
        id=id, visit_id=visit.id if visit else None, client_id=client.id, author_id=author.id, shape=format,
        created_at=received,
    )  # fmt: skip
    db.session.add(note)
    _add(note, id, 1, body, occurred, recorded, received, is_late(occurred, recorded, received))
    tell("submitted", "note", note.id, client.id)
    return note


def rewrite(
    note: Note,
    id: UUID,
    body: dict[str, str],
    occurred: datetime,
    recorded: datetime | None,
    received: datetime,
    reason: str = "",
) -> NoteVersion:
    """The next version, under its own capture's id; the earlier ones stay as they are, and so does "late".

    An addendum or amendment that was sent back stays one, and needs its reason again.
    """
    _check(note.client, occurred, recorded, received)
    last = note.versions[-1]
    if last.what != "text":
        reason = _why(reason)
    version = _add(note, id, last.number + 1, body, occurred, recorded, received, last.late, last.what, reason)
    tell("resubmitted", "note", note.id, note.client_id)
    return version


def add_to(
    signed: NoteVersion, id: UUID, words: str, reason: str, recorded: datetime | None, received: datetime
) -> NoteVersion:
    """An addendum to what is signed: a section more, under its own capture's id. The signed text stands in force until
    this is signed too. Refuses no words and no reason."""
    body = with_addendum(signed, f"{ADDENDUM}{len(signed.addenda) + 1}", words)
    return _go_on(signed, "addendum", id, body, signed.occurred, reason, recorded, received)


def amend(
    signed: NoteVersion,
    id: UUID,
    body: dict[str, str],
    occurred: datetime,
    reason: str,
    recorded: datetime | None,
    received: datetime,
) -> NoteVersion:
    """An amendment of what is signed: the text as it should read, under its own capture's id. What was added to it
    stays. The signed text stands in force until this is signed too. Refuses no reason, and a text that changes nothing.
    """
    _check(signed.note.client, occurred, recorded, received)
    body = body | signed.addenda
    if abs(occurred - signed.occurred) < timedelta(minutes=1):
        occurred = signed.occurred  # a page shows no seconds
    if (body, occurred) == (signed.body, signed.occurred):
        raise Refused(_("This changes nothing in the signed note."), {"reason": _("Nothing was changed above.")})
    return _go_on(signed, "amendment", id, body, occurred, reason, recorded, received)


def with_addendum(signed: NoteVersion, section: str, words: str) -> dict[str, str]:
    """The signed text with what is added in that section. Refuses no words."""
    if not words.strip():
        message = _("The addendum is empty. Please write at least a few words.")
        raise Refused(_("This note cannot be recorded as it is."), {"addendum": message})
    return {**signed.body, section: words}


def _go_on(
    signed: NoteVersion,
    what: str,
    id: UUID,
    body: dict[str, str],
    occurred: datetime,
    reason: str,
    recorded: datetime | None,
    received: datetime,
) -> NoteVersion:
    note, why = signed.note, _why(reason)
    number = note.versions[-1].number + 1
    version = _add(note, id, number, body, occurred, recorded, received, signed.late, what, why)
    tell(what, "note", note.id, note.client_id)
    return version


def enter_in_error(by: Person, note: Note, reason: str) -> NoteMistake:
    """Says that a note was entered in error, and why. It stays readable, struck, and nobody goes on writing it.

    Refuses no reason, and a second time. Who may say so is the caller's matter (queries.to_mark).
    """
    why = _why(reason)
    if note.mistake is not None:
        raise Refused(_("This note was entered in error already."), status=409)
    note.mistake = NoteMistake(person=by, reason=why)
    db.session.flush()
    tell("entered_in_error", "note", note.id, note.client_id)
    return note.mistake


def take_down_statement(by: Person, note: Note, words: str) -> ClientStatement:
    """The client's own words to a note, taken down by somebody; they stand beside it and are never altered.

    Refuses no words, and more than STATEMENT characters.
    """
    if not words.strip() or len(words) > STATEMENT:
        message = _("Please write down what the person says, in at most %(n)s characters.", n=STATEMENT)
        raise Refused(message, {"words": message})
    statement = ClientStatement(note=note, person=by, words=words)
    db.session.add(statement)
    db.session.flush()
    tell("statement", "note", note.id, note.client_id)
    return statement


def _why(reason: str) -> str:
    if not reason.strip() or len(reason) > REASON:
        words = _("Please say why, in at most %(n)s characters.", n=REASON)
        raise Refused(words, {"reason": words})
    return reason


def _add(
    note: Note,
    id: UUID,
    number: int,
    body: dict[str, str],
    occurred: datetime,
    recorded: datetime | None,
    received: datetime,
    late: bool,
    what: str = "text",
    reason: str = "",
) -> NoteVersion:
    version = NoteVersion(
        id=id, number=number, body=dict(body), occurred=occurred, recorded=recorded, received=received, late=late,
        what=what, reason=reason,
    )  # fmt: skip
    note.versions.append(version)
    db.session.flush()
    return version


def is_late(occurred: datetime, recorded: datetime | None, received: datetime) -> bool:
    """Whether a first note was written more than LATE_AFTER (24 h) after the event.

    What counts is when it was written on the phone, however long it then waited for a network; a phone's clock that
    runs ahead of ours counts for nothing.
    """
    written = min(recorded or received, received)
    after: timedelta = current_app.config["LATE_AFTER"]
    return written - occurred > after


def _check(client: Client, occurred: datetime, recorded: datetime | None, received: datetime) -> None:
    day = local(occurred).date()
    if day > local(max(recorded or received, received)).date():  # not by the hour: a visit may begin early
        words = _("This day has not come yet.")
        raise Refused(words, {"occurred_day": words})
    if client.born is not None and day < client.born:
        words = _("This day is before the client’s birth.")
        raise Refused(words, {"occurred_day": words})


def publish_shipped_formats() -> list[str]:
    """Offer the formats that ship and are not here yet; their keys. What a service retired stays retired."""
    published = []
    for shipped in json.loads(SHIPPED.read_text(encoding="utf-8")):
        if db.session.get(NoteFormat, shipped["key"]) is None:
            _offer(NoteFormat(**shipped), None)
            published.append(shipped["key"])
    return published


def add_format(by: Person, labels: dict[str, str], sections: Sequence[dict[str, Any]]) -> NoteFormat:
    """A format of the service's own. sections: labels and hints of each, by language; they get names of their own.

    Refuses one without sections, and one that is called as another in use.
    """
    if not sections:
        words = _("A format needs at least one section.")
        raise Refused(words, {"sections": words})
    called = [each for each in db.session.scalars(select(NoteFormat).where(NoteFormat.active)) if _alike(each, labels)]
    if called:
        words = _("There is a format of this name already.")
        raise Refused(words, {"label_fr": words})
    named = [{"name": f"part_{number}", **section} for number, section in enumerate(sections, 1)]
    return _offer(NoteFormat(key=_key(labels), labels=dict(labels), sections=named), by)


def retire_format(by: Person, format: NoteFormat) -> None:
    """Write no more notes in it. What was written, or still waits on a phone, is read as before.

    Refuses what is retired already, and the last one in use.
    """
    if not format.active:
        raise Refused(_("This format is retired already."), status=409)
    others = select(func.count()).where(NoteFormat.active, NoteFormat.key != format.key)
    if not db.session.scalar(others):
        raise Refused(_("This is the only format in use: add another one first."), status=409)
    _decide(format, False, by)


def bring_back_format(by: Person, format: NoteFormat) -> None:
    """Write notes in it again. Refuses what is in use."""
    if format.active:
        raise Refused(_("This format is in use already."), status=409)
    _decide(format, True, by)


def _offer(format: NoteFormat, by: Person | None) -> NoteFormat:
    last: int = db.session.scalar(select(func.max(NoteFormat.position))) or 0
    format.position = last + 1
    db.session.add(format)
    _decide(format, True, by)
    return format


def _decide(format: NoteFormat, active: bool, by: Person | None) -> None:
    format.active = active
    decision = NoteFormatDecision(format=format, active=active, by=by)
    db.session.add(decision)
    db.session.flush()
    tell("offered" if active else "retired", "note format", decision.id)


def _alike(format: NoteFormat, labels: dict[str, str]) -> bool:
    return any(format.labels.get(language, "").casefold() == label.casefold() for language, label in labels.items())


def _key(labels: dict[str, str]) -> str:
    """A key for addresses, made of the English name; with a number where it is taken."""
    plain = unicodedata.normalize("NFKD", labels["en"]).encode("ascii", "ignore").decode().lower()
    key = re.sub("[^a-z0-9]+", "_", plain).strip("_")[:30] or "format"
    taken = set(db.session.scalars(select(NoteFormat.key).where(NoteFormat.key.startswith(key, autoescape=True))))
    return next(name for name in (key, *(f"{key}_{n}" for n in range(2, len(taken) + 3))) if name not in taken)
