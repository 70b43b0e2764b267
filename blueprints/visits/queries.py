"""What can be asked about visits. Everything takes the person who asks; what they may not see does not exist."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from flask import abort
from sqlalchemy import ColumnElement, and_, exists, false, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from blueprints.checklists.models import Checklist
from blueprints.clients.models import Client
from blueprints.forms import engine
from blueprints.forms import queries as forms
from blueprints.forms.models import FormVersion
from blueprints.notes.models import Note
from blueprints.people.access import AFTER, BEFORE, clients_of, day_bounds, supervised_teams
from blueprints.people.models import NAME_ONLY, Cover, Person
from blueprints.reviews.models import ReviewText
from blueprints.shared.db import db, now
from blueprints.surveys.models import Feedback
from blueprints.visits.models import HELD_VISIT, OPEN, Visit, VisitEvent

GRACE = timedelta(minutes=30)  # a visit that has not begun so long after its time is late
# What is read of a visit: enough to write something down about it; or all that its own page shows.
WHO = (contains_eager(Visit.client), joinedload(Visit.coordinator).options(*NAME_ONLY))
WHOLE = (
    contains_eager(Visit.client).selectinload(Client.alerts),
    joinedload(Visit.coordinator).options(*NAME_ONLY),
    selectinload(Visit.forms),
    selectinload(Visit.events).joinedload(VisitEvent.person).options(*NAME_ONLY),
)


def one_of(person: Person, visit_id: UUID) -> Visit:
    """A visit of a client whose case this person may open, to be read; else 404."""
    whose = select(Visit.client_id).where(Visit.id == visit_id).scalar_subquery()
    return _one(visit_id, Visit.client_id.in_(clients_of(person, whose)))


def one_to_make(person: Person, visit_id: UUID) -> Visit:
    """A visit that is this person's to write down, else 404: of their own round, or of that of a colleague whom they
    covered on that day, from a week before until 30 days after (longer while the client is theirs); or one of a team
    that they supervise. A capture that arrives later is held."""
    moment = now()
    near = Visit.starts_at.between(moment - AFTER, moment + BEFORE)
    own = _rounds_of(person) if person.has("coordinator") else false()  # the role may be gone since
    found = _find(visit_id, or_(and_(own, near), Client.team_id.in_(supervised_teams(person))), WHO)
    if found is None:  # seldom, and dear: an old visit of a client who is still theirs
        whose = select(Visit.client_id).where(Visit.id == visit_id).scalar_subquery()
        found = _find(visit_id, and_(own, Visit.client_id.in_(clients_of(person, whose))), WHO)
    return found or abort(404)


def is_own(person: Person, visit: Visit) -> bool:
    """Whether the person makes this visit: it is of their own round, or of that of a colleague whom they cover then."""
    if not person.has("coordinator"):
        return False
    return bool(db.session.scalar(select(exists().where(Visit.id == visit.id, _rounds_of(person)))))


def one_to_plan(person: Person, visit_id: UUID, lock: bool = False) -> Visit:
    """A visit that this person may move, give away or cancel: one of a team that they supervise; else 404.

    lock: until the commit; who comes second waits, and reads what the first one has made of it.
    """
    return _one(visit_id, Client.team_id.in_(supervised_teams(person)), lock=lock)


def _one(visit_id: UUID, visible: ColumnElement[bool], parts: Sequence[ORMOption] = WHOLE, lock: bool = False) -> Visit:
    return _find(visit_id, visible, parts, lock) or abort(404)


def _find(visit_id: UUID, visible: ColumnElement[bool], parts: Sequence[ORMOption], lock: bool = False) -> Visit | None:
    query = select(Visit).join(Visit.client).where(Visit.id == visit_id, visible).options(*parts)
    return db.session.scalar(query.with_for_update(of=Visit) if lock else query)


def _rounds_of(person: Person) -> ColumnElement[bool]:
    covers = db.session.scalars(select(Cover).where(Cover.stand_in_id == person.id))
    covered = [
        and_(
            Visit.coordinator_id == cover.away_id,
            Visit.starts_at >= day_bounds(cover.first_day)[0],
            Visit.starts_at < day_bounds(cover.last_day)[1],
        )
        for cover in covers
    ]
    return or_(Visit.coordinator_id == person.id, *covered)


def round_of(person: Person, day: date) -> Sequence[Visit]:
    """The visits that a coordinator makes on a day, in order: their own and those of colleagues whom they cover.

    What was moved to another day, given away or entered in error is no longer in it.
    """
    start, end = day_bounds(day)
    return db.session.scalars(
        select(Visit)
        .join(Visit.client)
        .where(
            _rounds_of(person),
            Visit.starts_at >= start,
            Visit.starts_at < end,
            Visit.status.not_in(("rescheduled", "entered_in_error")),
        )
        .options(
            contains_eager(Visit.client).selectinload(Client.alerts),
            joinedload(Visit.coordinator).options(*NAME_ONLY),
            selectinload(Visit.forms),
        )
        .order_by(Visit.starts_at, Visit.id)
    ).all()


def next_of(visits: Sequence[Visit]) -> Visit | None:
    """The one to do next: what has begun, else the first that is still to happen."""
    going = [visit for visit in visits if visit.status == "in_progress"]
    return next(iter(going or [visit for visit in visits if visit.status in OPEN]), None)


def cover_for(person: Person, day: date) -> Cover | None:
    """Who stands in for this person on that day, if anybody."""
    return db.session.scalar(
        select(Cover)
        .where(Cover.away_id == person.id, Cover.first_day <= day, Cover.last_day >= day)
        .options(joinedload(Cover.stand_in).options(*NAME_ONLY))
        .limit(1)
    )


def own_clients(person: Person) -> Sequence[Client]:
    """The clients whom a coordinator may visit unplanned, by name, with their alerts."""
    return db.session.scalars(
        select(Client)
        .where(Client.id.in_(clients_of(person)), Client.archived_at.is_(None))
        .options(selectinload(Client.alerts))
        .order_by(Client.search, Client.id)
        .limit(300)
    ).all()


def is_late(visit: Visit, moment: datetime) -> bool:
    """Whether the visit should have begun half an hour before `moment` and nothing says that it did. Never stored."""
    return visit.status in ("planned", "confirmed") and visit.starts_at + GRACE <= moment


def is_overdue(visit: Visit, moment: datetime) -> bool:
    """Whether a visit that has begun should have ended half an hour before `moment`. Never stored."""
    begun = visit.started_at or visit.starts_at
    return visit.status == "in_progress" and begun + timedelta(minutes=visit.minutes) + GRACE <= moment


def made_before(visit: Visit) -> bool:
    """Whether another visit of this client was made, or is being made."""
    others = exists().where(
        Visit.client_id == visit.client_id,
        Visit.id != visit.id,
        Visit.status.in_((*HELD_VISIT, "in_progress")),
    )
    return bool(db.session.scalar(select(others)))


def last_event(visit: Visit) -> VisitEvent | None:
    """The latest thing that the server heard about the visit."""
    return visit.events[-1] if visit.events else None


@dataclass
class Arrived:
    """What the server has of a visit."""

    checklists: list[Checklist] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    feedback: list[Feedback] = field(default_factory=list)
    reviews: dict[UUID, ReviewText] = field(default_factory=dict)

    def missing(self, visit: Visit) -> int:
        """How many of the checklists that were planned for the visit have not arrived."""
        here = {row.form_id for row in self.checklists}
        return sum(1 for row in visit.forms if row.form_id not in here)


def arrived(visits: Sequence[Visit]) -> dict[UUID, Arrived]:
    """What has arrived of each of these visits, in four queries; the caller may see the visits already."""
    found = {visit.id: Arrived() for visit in visits}
    ids = list(found)
    for checklist in db.session.scalars(
        select(Checklist).where(Checklist.visit_id.in_(ids)).order_by(Checklist.created_at, Checklist.id)
    ):
        found[checklist.visit_id].checklists.append(checklist)
    for note in db.session.scalars(select(Note).where(Note.visit_id.in_(ids)).order_by(Note.created_at, Note.id)):
        if note.visit_id:
            found[note.visit_id].notes.append(note)
    for answer in db.session.scalars(select(Feedback).where(Feedback.visit_id.in_(ids)).order_by(Feedback.received)):
        if answer.visit_id:
            found[answer.visit_id].feedback.append(answer)
    for review in db.session.scalars(select(ReviewText).where(ReviewText.visit_id.in_(ids))):
        if review.visit_id:
            found[review.visit_id].reviews[review.id] = review
    return found


def checklists() -> list[FormVersion]:
    """The current version of each checklist."""
    return forms.current("checklist")


def form_names(versions: Iterable[FormVersion]) -> dict[str, str]:
    """The title of each of these forms in the reader's language, by its id."""
    return {version.form_id: version.title(forms.language()) for version in versions}


def form_points(versions: Iterable[FormVersion]) -> dict[str, int]:
    """How many questions of each form must be answered whatever the other answers are, by the form's id."""
    return {v.form_id: _points(forms.definition_of(v.form_id, v.version).survey) for v in versions}


def _points(questions: Iterable[engine.Question]) -> int:
    asked = [question for question in questions if question.relevant is None]
    return sum(_points(one.children) if one.type == "group" else one.required is not None for one in asked)
