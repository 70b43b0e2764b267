"""What has not arrived, for the person who asks; each list takes one query, however much there is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask import abort
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import contains_eager, lazyload

from blueprints.captures.models import Capture
from blueprints.checklists.models import Checklist
from blueprints.clients.models import Client
from blueprints.notes.models import Note
from blueprints.people.access import supervised_teams
from blueprints.people.models import Device, Membership, Person, SignIn
from blueprints.reviews.models import Explanation
from blueprints.reviews.queries import whom
from blueprints.shared.db import db, now
from blueprints.surveys.models import Feedback
from blueprints.visits.models import HELD_VISIT, OPEN, Visit

AFTER = timedelta(hours=3)  # so long after its end something should have come
BACK = timedelta(days=30)  # older ones are no longer looked for
LATELY = timedelta(days=4)  # what the desk itself shows of it, over a week-end too
LONGEST = timedelta(days=1)  # between the planned start of a visit and its end
SETTLED = timedelta(hours=1)  # within it a phone may still be sending what lies between
SILENT = timedelta(days=2)
GAPS_BACK = timedelta(days=14)
NUMBERS = 500  # how many of a phone's latest numbers are looked at
MOST = 100


@dataclass(frozen=True)
class Gap:
    """Numbers of a phone that never came, `first` to `last`, though later ones did."""

    device: Device
    owner: Person
    first: int
    last: int
    since: datetime


def ended(person: Person, limit: int = MOST, back: timedelta = BACK) -> Sequence[Visit]:
    """Visits that ended three hours ago and longer, of which no checklist, note or feedback has come; oldest first."""
    moment = now()
    query = _visits(person, limit).where(
        Visit.status.in_(HELD_VISIT),
        Visit.starts_at > moment - back - LONGEST,  # what is indexed; when it ended is not
        Visit.ended_at.between(moment - back, moment - AFTER),
        ~_written(Checklist),
        ~_written(Note),
        ~_written(Feedback),
    )
    return db.session.scalars(query.order_by(Visit.ended_at, Visit.id)).all()


def _written(kind: type[Checklist] | type[Note] | type[Feedback]) -> ColumnElement[bool]:
    return select(kind.id).where(kind.visit_id == Visit.id).exists()


def unheard(person: Person, limit: int = MOST) -> Sequence[Visit]:
    """Visits that should have ended three hours ago and longer, and nothing says that they did; oldest first."""
    moment = now()
    query = _visits(person, limit).where(Visit.status.in_(OPEN), Visit.starts_at.between(moment - BACK, moment - AFTER))
    visits = db.session.scalars(query.order_by(Visit.starts_at, Visit.id)).all()
    return [visit for visit in visits if visit.starts_at + timedelta(minutes=visit.minutes) + AFTER <= moment]


def _visits(person: Person, limit: int) -> Select[Visit]:
    return (
        select(Visit)
        .join(Visit.client)
        .where(Client.team_id.in_(supervised_teams(person)))
        .options(contains_eager(Visit.client), whom(Visit.coordinator))
        .limit(limit)
    )


def gaps(person: Person) -> list[Gap]:
    """Captures that a phone has numbered and that never came, while later ones did more than an hour ago.

    What somebody has explained is not looked for any more.
    """
    moment = now()
    counted = (
        select(
            Capture.device_id,
            Capture.number,
            Capture.received,
            func.lag(Capture.number).over(partition_by=Capture.device_id, order_by=Capture.number).label("before"),
        )
        .join(Device, Device.id == Capture.device_id)
        .where(Device.person_id.in_(_people(person)), Capture.author_id == Device.person_id)
        .where(Capture.number > Device.last_number - NUMBERS)
        .subquery()
    )
    before = func.coalesce(counted.c.before, 0)
    rows = db.session.execute(
        select(Device, Person, counted.c.number, before, counted.c.received)
        .join(counted, counted.c.device_id == Device.id)
        .join(Person, Person.id == Device.person_id)
        .where(counted.c.number > before + 1)
        .where((counted.c.before.is_not(None)) | (Device.last_number <= NUMBERS))
        .where(counted.c.received.between(moment - GAPS_BACK, moment - SETTLED))
        .where(
            ~select(Explanation.id)
            .where(
                Explanation.device_id == Device.id,
                Explanation.first <= before + 1,
                Explanation.last >= counted.c.number - 1,
            )
            .exists()
        )
        .options(lazyload(Person.roles), lazyload(Person.memberships))
        .order_by(counted.c.received)
        .limit(MOST)
    )
    return [Gap(device, owner, last + 1, number - 1, since) for device, owner, number, last, since in rows]


def one_gap(person: Person, device_id: UUID, first: int) -> Gap:
    """The gap of that phone that begins there, as it stands now; 404 for another team's, an explained one and none."""
    return next((gap for gap in gaps(person) if (gap.device.id, gap.first) == (device_id, first)), None) or abort(404)


def explained(person: Person) -> Sequence[Explanation]:
    """What was said about gaps in these two weeks, the newest first; with phone and person."""
    query = (
        select(Explanation)
        .join(Explanation.device)
        .where(Device.person_id.in_(_people(person)), Explanation.at > now() - GAPS_BACK)
        .options(contains_eager(Explanation.device), whom(Explanation.person))
        .order_by(Explanation.at.desc())
        .limit(MOST)
    )
    return db.session.scalars(query).all()


def silent(person: Person) -> Sequence[tuple[Device, Person]]:
    """Phones with a living session that were not heard from for two days, the longest silent first."""
    moment = now()
    alive = select(SignIn.id).where(
        SignIn.device_id == Device.id,
        SignIn.ended_at.is_(None),
        SignIn.expires_at > moment,
        SignIn.idle_minutes.is_(None),  # a coordinator's phone; a desk that is shut is no phone that is silent
    )
    rows = db.session.execute(
        select(Device, Person)
        .join(Person, Person.id == Device.person_id)
        .where(Person.id.in_(_people(person)), Person.disabled_at.is_(None))
        .where(Device.revoked_at.is_(None), Device.last_heard <= moment - SILENT, alive.exists())
        .options(lazyload(Person.roles), lazyload(Person.memberships))
        .order_by(Device.last_heard)
        .limit(MOST)
    )
    return [(device, owner) for device, owner in rows]


def _people(person: Person) -> Select[UUID]:
    return select(Membership.person_id).where(Membership.team_id.in_(supervised_teams(person)))
