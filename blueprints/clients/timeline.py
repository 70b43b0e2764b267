"""One timeline of a case: what became of visits, with their checklists; notes; what the client answered.

A fixed number of queries, however much there is. Pages are cut by when things came into being, so that each stands on
exactly one page; within a page the order is that of the events themselves (a late note stands where it belongs).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, not_, or_, select
from sqlalchemy.orm import joinedload, selectinload

from blueprints.checklists.models import Checklist
from blueprints.clients.models import Client
from blueprints.forms import queries as forms
from blueprints.notes.models import Note, NoteVersion
from blueprints.people.access import day_bounds
from blueprints.people.models import NAME_ONLY
from blueprints.reviews.models import ReviewText
from blueprints.reviews.queries import in_force
from blueprints.shared.db import db, today
from blueprints.surveys.models import Feedback
from blueprints.visits.models import OPEN, Visit

KINDS = ("visits", "notes", "feedback")
A_PAGE = 40


@dataclass
class Moment:
    """One entry. `came`: by which pages are cut; `when`: where it stands within its page."""

    kind: str
    came: datetime
    when: datetime
    visit: Visit | None = None
    note: Note | None = None
    version: NoteVersion | None = None  # of a note, the one in force: signed last, or else the latest
    waiting: NoteVersion | None = None  # the latest, where another is in force
    feedback: Feedback | None = None
    checklists: list[Checklist] = field(default_factory=list)
    reviews: dict[UUID, ReviewText] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """One page of the timeline, newest first; `older` is where the next one begins, None at the end."""

    moments: list[Moment]
    older: datetime | None


def of(client: Client, show: str | None = None, before: datetime | None = None) -> Page:
    """The client's timeline. show: one of KINDS, or None for all; before: only what came before that moment."""
    found: list[Moment] = []
    for kind, moments in (("visits", _visits), ("notes", _notes), ("feedback", _feedback)):
        if show in (None, kind):
            found += moments(client, before)
    found.sort(key=lambda m: m.came, reverse=True)
    page, rest = found[:A_PAGE], found[A_PAGE:]
    while rest and rest[0].came == page[-1].came:  # the next page begins strictly before this one's end
        page.append(rest.pop(0))
    _add_checklists(page)
    _add_reviews(page)
    _add_signed(page)
    page.sort(key=lambda m: m.when, reverse=True)
    return Page(page, min(m.came for m in page) if rest else None)


def upcoming(client: Client, most: int = 5) -> Sequence[Visit]:
    """The next visits from the beginning of today on, and one that has begun; the earliest first."""
    return db.session.scalars(
        select(Visit)
        .where(Visit.client_id == client.id, _to_come())
        .options(joinedload(Visit.coordinator).options(*NAME_ONLY), selectinload(Visit.forms))
        .order_by(Visit.starts_at)
        .limit(most)
    ).all()


def _to_come() -> ColumnElement[bool]:
    start, _ = day_bounds(today())
    return and_(Visit.status.in_(OPEN), or_(Visit.starts_at >= start, Visit.status == "in_progress"))


def _cut(query: Any, came: Any, before: datetime | None) -> Any:
    if before is not None:
        query = query.where(came < before)
    return query.order_by(came.desc()).limit(A_PAGE + 1)


def _visits(client: Client, before: datetime | None) -> list[Moment]:
    query = (
        select(Visit)
        .where(Visit.client_id == client.id, not_(_to_come()))
        .options(joinedload(Visit.coordinator).options(*NAME_ONLY))
    )
    rows = db.session.scalars(_cut(query, Visit.starts_at, before))
    return [Moment("visits", row.starts_at, row.started_at or row.starts_at, visit=row) for row in rows]


def _notes(client: Client, before: datetime | None) -> list[Moment]:
    last = select(func.max(NoteVersion.number)).where(NoteVersion.note_id == Note.id).correlate(Note).scalar_subquery()
    query = (
        select(Note, NoteVersion)
        .join(NoteVersion, and_(NoteVersion.note_id == Note.id, NoteVersion.number == last))
        .where(Note.client_id == client.id)
        .options(joinedload(Note.author).options(*NAME_ONLY), selectinload(Note.statements))
    )
    rows = db.session.execute(_cut(query, Note.created_at, before))
    return [Moment("notes", note.created_at, said.occurred, note=note, version=said) for note, said in rows]


def _feedback(client: Client, before: datetime | None) -> list[Moment]:
    query = (
        select(Feedback).where(Feedback.client_id == client.id).options(joinedload(Feedback.author).options(*NAME_ONLY))
    )
    rows = db.session.scalars(_cut(query, Feedback.received, before))
    return [Moment("feedback", row.received, row.answered_at, feedback=row) for row in rows]


def _add_checklists(page: list[Moment]) -> None:
    """Hangs the checklists on their visits."""
    visits = {m.visit.id: m for m in page if m.visit}
    if visits:
        rows = db.session.scalars(
            select(Checklist).where(Checklist.visit_id.in_(visits)).order_by(Checklist.created_at, Checklist.id)
        )
        for row in rows:
            visits[row.visit_id].checklists.append(row)


def _add_reviews(page: list[Moment]) -> None:
    """Says of each note and checklist where its review stands."""
    texts = [m.note.id for m in page if m.note] + [row.id for m in page for row in m.checklists]
    if texts:
        known = {row.id: row for row in db.session.scalars(select(ReviewText).where(ReviewText.id.in_(texts)))}
        for moment in page:
            moment.reviews = {
                id: known[id]
                for id in [*([moment.note.id] if moment.note else []), *(row.id for row in moment.checklists)]
                if id in known
            }


def _add_signed(page: list[Moment]) -> None:
    """Puts the signed version in the place of a later one that is not signed yet; two queries where there is one."""
    open = {m.note.id: m for m in page if m.note and m.version and m.version.number > 1 and not _is_signed(m)}
    signed = in_force(open)
    for version in db.session.scalars(select(NoteVersion).where(NoteVersion.id.in_(signed.values()))) if signed else ():
        moment = open[version.note_id]
        moment.waiting, moment.version, moment.when = moment.version, version, version.occurred


def _is_signed(moment: Moment) -> bool:
    review = moment.reviews.get(moment.note.id) if moment.note else None
    return review is not None and review.state == "signed"


def form_names() -> dict[str, str]:
    """The title of every form in the reader's language, by its id."""
    current = [*forms.current("checklist"), *forms.current("survey")]
    return {version.form_id: version.title(forms.language()) for version in current}
