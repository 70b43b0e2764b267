"""What can happen to a note: it is written, and written anew where a reviewer sent it back. Nothing commits here."""

from datetime import datetime, timedelta
from uuid import UUID

from flask import current_app
from flask_babel import gettext as _

from blueprints.clients.models import Client
from blueprints.notes.models import Note, NoteVersion
from blueprints.people.models import Person
from blueprints.shared.db import db, local
from blueprints.shared.happened import tell
from blueprints.shared.refusal import Refused
from blueprints.visits.models import Visit


def write(
    id: UUID,
    author: Person,
    client: Client,
    visit: Visit | None,
    format: str,
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
        id=id, visit_id=visit.id if visit else None, client_id=client.id, author_id=author.id, format=format,
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
) -> NoteVersion:
    """The next version, under its own capture's id; the earlier ones stay as they are, and so does "late"."""
    _check(note.client, occurred, recorded, received)
    last = note.versions[-1]
    version = _add(note, id, last.number + 1, body, occurred, recorded, received, last.late)
    tell("resubmitted", "note", note.id, note.client_id)
    return version


def _add(
    note: Note,
    id: UUID,
    number: int,
    body: dict[str, str],
    occurred: datetime,
    recorded: datetime | None,
    received: datetime,
    late: bool,
) -> NoteVersion:
    version = NoteVersion(
        id=id, number=number, body=dict(body), occurred=occurred, recorded=recorded, received=received, late=late
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
