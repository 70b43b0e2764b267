"""What can be asked about notes. Everything takes the person who asks."""

from collections.abc import Collection, Sequence
from uuid import UUID

from flask import abort
from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from blueprints.clients.models import Client
from blueprints.notes.models import Note, NoteFormat, NoteFormatDecision, NoteVersion
from blueprints.people.access import clients_of
from blueprints.people.models import NAME_ONLY, Person
from blueprints.reviews.queries import to_answer
from blueprints.shared.db import db
from blueprints.shared.refusal import Refused
from blueprints.visits.models import Visit


def formats() -> Sequence[NoteFormat]:
    """The formats in which notes are written now, in their order; the first is what a page offers by itself."""
    return db.session.scalars(select(NoteFormat).where(NoteFormat.active).order_by(NoteFormat.position)).all()


def every_format() -> Sequence[NoteFormat]:
    """All of them, those in use first, with who decided; for the administrator's list."""
    decided = selectinload(NoteFormat.decisions).joinedload(NoteFormatDecision.by).options(*NAME_ONLY)
    query = select(NoteFormat).order_by(NoteFormat.active.desc(), NoteFormat.position).options(decided)
    return db.session.scalars(query).all()


def format_of(key: str) -> NoteFormat:
    """A format, retired or not: a phone may bring what was written in it before. 404 for none."""
    return db.session.get(NoteFormat, key) or abort(404)


def of_visits(person: Person, visit_ids: Collection[UUID]) -> dict[UUID, list[Note]]:
    """The notes of each of these visits, with versions and author, the oldest first; a fixed number of queries."""
    found: dict[UUID, list[Note]] = {id: [] for id in visit_ids}
    query = _seen_by(person).where(Note.visit_id.in_(list(found)))
    for note in db.session.scalars(query.order_by(Note.created_at, Note.id)):
        if note.visit_id is not None:
            found[note.visit_id].append(note)
    return found


def of_client(person: Person, client_id: UUID, limit: int = 50) -> Sequence[Note]:
    """The client's latest notes, with versions and author, the newest first; a fixed number of queries."""
    query = _seen_by(person, client_id).where(Note.client_id == client_id)
    return db.session.scalars(query.order_by(Note.created_at.desc(), Note.id.desc()).limit(limit)).all()


def _seen_by(person: Person, client_id: UUID | None = None) -> Select[Note]:
    return (
        select(Note)
        .where(Note.client_id.in_(clients_of(person, client_id)))
        .options(selectinload(Note.versions), joinedload(Note.author))
    )


def to_rewrite(writer: Person, version_id: UUID, client: Client, visit: Visit | None, format: NoteFormat) -> Note:
    """The note whose returned version `version_id` is answered here, with this client, visit and format.

    Raises Refused where no return of it is open for its author, or where it is about something else.
    """
    to_answer(writer, version_id)
    note = db.session.scalar(
        select(Note)
        .join(NoteVersion, NoteVersion.note_id == Note.id)
        .where(NoteVersion.id == version_id, Note.author_id == writer.id)
        .options(selectinload(Note.versions), joinedload(Note.client))
    )
    here = (client.id, visit.id if visit else None, format.key)
    if note is None or (note.client_id, note.visit_id, note.format) != here:
        raise Refused(_("This answers the return of another text."))
    return note
