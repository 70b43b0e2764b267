"""What can be asked about visits. Everything takes the person who asks; what they may not see does not exist."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from flask import abort
from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from blueprints.clients.models import Client
from blueprints.people.access import clients_of, day_bounds, supervised_teams
from blueprints.people.models import Cover, Person
from blueprints.shared.db import db
from blueprints.visits.models import HELD_VISIT, OPEN, Visit, VisitEvent

GRACE = timedelta(minutes=30)  # a visit that has not begun so long after its time is late


def one_of(person: Person, visit_id: UUID) -> Visit:
    """A visit of a client whose case this person may open, to be read; else 404."""
    return _one(visit_id, Visit.client_id.in_(clients_of(person)))


def one_to_make(person: Person, visit_id: UUID) -> Visit:
    """A visit that is this person's to write down: their own, that of a colleague whom they cover on that day, or one
    of a team that they supervise; else 404. No matter how late the capture arrives."""
    own = _rounds_of(person)
    return _one(visit_id, or_(own, Client.team_id.in_(supervised_teams(person))))


def one_to_plan(person: Person, visit_id: UUID) -> Visit:
    """A visit that this person may move, give away or cancel: one of a team that they supervise; else 404."""
    return _one(visit_id, Client.team_id.in_(supervised_teams(person)))


def _one(visit_id: UUID, visible: ColumnElement[bool]) -> Visit:
    visit: Visit | None = db.session.scalar(
        select(Visit)
        .join(Visit.client)
        .where(Visit.id == visit_id, visible)
        .options(
            contains_eager(Visit.client).selectinload(Client.alerts),
            joinedload(Visit.coordinator),
            selectinload(Visit.forms),
            selectinload(Visit.events).joinedload(VisitEvent.person),
        )
    )
    if visit is None:
        abort(404)
    return visit


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
            joinedload(Visit.coordinator),
            selectinload(Visit.forms),
        )
        .order_by(Visit.starts_at, Visit.id)
    ).all()


def cover_for(person: Person, day: date) -> Cover | None:
    """Who stands in for this person on that day, if anybody."""
    return db.session.scalar(
        select(Cover)
        .where(Cover.away_id == person.id, Cover.first_day <= day, Cover.last_day >= day)
        .options(joinedload(Cover.stand_in))
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


def still_open(visit: Visit) -> bool:
    """Whether something is still to happen."""
    return visit.status in OPEN
