"""What can be asked about notes. Everything takes the person who asks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import abort
from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from blueprints.clients.models import Client
from blueprints.notes.models import Note, NoteFormat, NoteFormatDecision, NoteVersion
from blueprints.people.access import clients_of, supervised_teams
from blueprints.people.models import NAME_ONLY, Person
from blueprints.reviews.models import ReviewText
from blueprints.reviews.queries import in_force, to_answer
from blueprints.shared.db import db
from blueprints.shared.diff import Piece, compare
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
    note = _returned(writer, version_id)
    here = (client.id, visit.id if visit else None, format.key, "text")
    if note is None or (note.client_id, note.visit_id, note.format, note.versions[-1].what) != here:
        raise Refused(_("This answers the return of another text."))
    return note


def _returned(writer: Person, version_id: UUID) -> Note | None:
    note = db.session.scalar(
        select(Note)
        .join(NoteVersion, NoteVersion.note_id == Note.id)
        .where(NoteVersion.id == version_id, Note.author_id == writer.id)
        .options(selectinload(Note.versions), joinedload(Note.client))
    )
    if note is not None:
        _demand_meant(note)
    to_answer(writer, version_id)
    return note


def _demand_meant(note: Note) -> None:
    if note.mistake is not None:
        raise Refused(_("This note was entered in error: nobody goes on writing it."), status=409)


def to_mark(person: Person, client_id: UUID, note_id: UUID) -> Note:
    """A note that this person may say was entered in error: its author, or a supervisor of the client's team.

    404 where they may not read it; raises Refused where they may only read it.
    """
    note = one_of(person, client_id, note_id)
    if not may_mark(person, note):
        raise Refused(_("Its author or a supervisor says that a note was entered in error."), status=403)
    return note


def may_mark(person: Person, note: Note) -> bool:
    """Whether this person, who may read the note, may say that it was entered in error."""
    return note.author_id == person.id or note.client.team_id in supervised_teams(person)


@dataclass(frozen=True)
class Compared:
    """One section in two versions: what the older says, with what is gone, and the newer, with what came."""

    label: str
    older: list[Piece]
    newer: list[Piece]


def compared(older: NoteVersion, newer: NoteVersion) -> list[Compared]:
    """Two versions of a note side by side, word by word; sections that are empty in both are left out."""
    found = []
    for part in newer.note.shape.sections_of(older.body, newer.body):
        before, after = (part.words(version.body.get(part.name, "")) for version in (older, newer))
        pieces = compare(before, after)
        if pieces:
            sides = [[piece for piece in pieces if piece.what != hidden] for hidden in ("ins", "del")]
            found.append(Compared(part.label, *sides))
    return found


def one_of(person: Person, client_id: UUID, note_id: UUID) -> Note:
    """A note of a client whose case the person may open, with its versions. 404 else."""
    query = _seen_by(person, client_id).where(Note.client_id == client_id, Note.id == note_id)
    return db.session.scalar(query.options(joinedload(Note.client))) or abort(404)


def signed_version(note: Note) -> NoteVersion | None:
    """The version in force: the latest that was signed; None where none was."""
    id = in_force([note.id]).get(note.id)
    return next((version for version in note.versions if version.id == id), None)


def own_to_continue(person: Person, client_id: UUID, note_id: UUID) -> tuple[Note, NoteVersion]:
    """A note that this person wrote, not entered in error, and its version in force. 404 where none was signed."""
    note = one_of(person, client_id, note_id)
    signed = signed_version(note)
    if signed is None or note.author_id != person.id or note.mistake:
        abort(404)
    return note, signed


def to_add_to(writer: Person, note: Note, shown: str | None) -> NoteVersion:
    """The signed version that its author adds to or amends here. shown: the id of the one that the page showed.

    Raises Refused for somebody else's note, one that is not signed or waits for a reading, and where another version
    was signed since the page was made.
    """
    _demand_meant(note)
    if note.author_id != writer.id:
        raise Refused(_("Only its author adds to a note or amends it."), status=403)
    signed = signed_version(note)
    if signed is None:
        raise Refused(_("This note is not signed yet: it can be changed when it is sent back."), status=409)
    if signed is not note.versions[-1]:
        raise Refused(_("What was added to this note earlier is still being read: please wait for that."), status=409)
    if shown != str(signed.id):
        raise Refused(_("Another version was signed since this page was made. Nothing was changed in it."), status=409)
    return signed


def to_rewrite_addition(writer: Person, version_id: UUID, note: Note, what: str) -> NoteVersion:
    """The signed version to which the returned addendum or amendment `version_id` of this note belongs.

    Raises Refused as `to_rewrite` does.
    """
    found, signed = _returned(writer, version_id), signed_version(note)
    if found is None or found.id != note.id or found.versions[-1].what != what or signed is None:
        raise Refused(_("This answers the return of another text."))
    return signed


def own_signed(person: Person, client_ids: Collection[UUID], most: int) -> Sequence[Note]:
    """The person's own notes about these clients that are signed and can be added to, the newest first."""
    query = (
        select(Note)
        .join(ReviewText, ReviewText.id == Note.id)
        .where(Note.author_id == person.id, Note.client_id.in_(client_ids), ReviewText.state == "signed")
        .order_by(Note.created_at.desc(), Note.id)
        .limit(most)
    )
    return db.session.scalars(query).all()
