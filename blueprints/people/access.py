"""Who may see what (product.md's "Access"). Every query of every slice starts here.

What you may not see does not exist: these give ids to select by; nothing is fetched first and checked afterwards.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from flask import abort
from flask_login import current_user
from sqlalchemy import ScalarSelect, Select, and_, bindparam, false, or_, select, union

from blueprints.clients.models import Assignment, Client
from blueprints.people.models import Cover, Device, Membership, Person, SignIn
from blueprints.reviews.models import Return
from blueprints.shared.db import db, now, today, zone
from blueprints.visits.models import Visit

P = ParamSpec("P")
R = TypeVar("R")
BEFORE = timedelta(days=7)  # a coordinator sees the client of a visit from a week before
AFTER = timedelta(days=30)  # until 30 days after
STILL_IN = (  # every delivery asks it: built once
    select(SignIn.id)
    .join(Device, Device.id == SignIn.device_id)
    .join(Person, Person.id == SignIn.person_id)
    .where(SignIn.id == bindparam("id"), SignIn.ended_at.is_(None), SignIn.expires_at > bindparam("moment"))
    .where(Device.revoked_at.is_(None), Person.disabled_at.is_(None))
)


def require(*roles: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A view for people with one of these roles: 401 for nobody, 403 for others. Outermost below the route."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if not current_user.is_authenticated:
                abort(401)
            if roles and not current_user.has(*roles):
                abort(403)
            return view(*args, **kwargs)

        guarded.required_roles = roles  # type: ignore[attr-defined]
        return guarded

    return decorate


def still_in(person: Person) -> bool:
    """Whether the session that asks still is, asked anew: it may have ended while a slow body was on its way."""
    here = person.sign_in
    return here is not None and db.session.scalar(STILL_IN, {"id": here.id, "moment": now()}) is not None


def supervised_teams(person: Person) -> list[UUID]:
    """The teams whose work this person reads: those a supervisor is a member of."""
    return person.team_ids if person.has("supervisor") else []


def teams_of(person: Person) -> list[UUID]:
    """The teams this person works in."""
    return person.team_ids


def clients_of(person: Person, only: UUID | ScalarSelect[Any] | None = None) -> Select[UUID]:
    """Ids of the clients whose case this person may open, to be used as `Client.id.in_(clients_of(person))`.

    only: where a single client is asked about (an id, or a query that gives one), so that the database looks at that
    one row instead of listing a whole team first.
    """
    parts: list[Select[UUID]] = []
    teams = supervised_teams(person)
    if teams:
        parts.append(select(Client.id).where(Client.team_id.in_(teams)))
    if person.has("coordinator"):
        parts += _as_coordinator(person)
    if not parts:
        return select(Client.id).where(false())
    if only is not None:
        parts = [part.where(part.selected_columns[0] == only) for part in parts]
    if len(parts) == 1:
        return parts[0]
    every = union(*parts).subquery()
    return select(every.c[0])


def _as_coordinator(person: Person) -> list[Select[UUID]]:
    moment, day = now(), today()
    covered = select(Cover.away_id).where(Cover.stand_in_id == person.id, Cover.first_day <= day, Cover.last_day >= day)
    near = and_(Visit.starts_at <= moment + BEFORE, Visit.starts_at >= moment - AFTER)
    return [
        select(Assignment.client_id).where(Assignment.person_id == person.id, Assignment.ended_at.is_(None)),
        select(Visit.client_id).where(Visit.coordinator_id == person.id, near),
        select(Assignment.client_id).where(Assignment.person_id.in_(covered), Assignment.ended_at.is_(None)),
        select(Visit.client_id).where(Visit.coordinator_id.in_(covered), near),
        select(Return.client_id).where(Return.author_id == person.id, Return.answered_by.is_(None)),
    ]


def coordinators_for(person: Person) -> list[UUID]:
    """Whose rounds a coordinator makes today: their own, and those of colleagues whom they cover."""
    day = today()
    covered = db.session.scalars(
        select(Cover.away_id).where(Cover.stand_in_id == person.id, Cover.first_day <= day, Cover.last_day >= day)
    )
    return [person.id, *covered]


def colleagues_of(person: Person) -> Select[UUID]:
    """Ids of the people whose work a supervisor settles and reads: everybody in the teams they supervise."""
    return select(Membership.person_id).where(Membership.team_id.in_(supervised_teams(person)))


def authored_by(person: Person, column: Any) -> Any:
    """A condition: the row was written by this person, or by somebody in a team that they supervise."""
    return or_(column == person.id, column.in_(colleagues_of(person)))


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """The first moment of a day of the service's clock, and the first of the next (23 or 25 hours when clocks turn)."""
    return (
        datetime.combine(day, time(), zone()),
        datetime.combine(day + timedelta(days=1), time(), zone()),
    )
