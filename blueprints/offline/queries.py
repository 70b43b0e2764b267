"""What a person's phone should hold."""

import hashlib
from datetime import timedelta
from uuid import UUID

from sqlalchemy import CompoundSelect, Date, Uuid, bindparam, literal, or_, select, union_all

from blueprints.people.models import Cover, Person
from blueprints.reviews.models import Return
from blueprints.shared.db import db, now, today
from blueprints.visits.models import Visit

LOOK_BACK = timedelta(days=1)
LOOK_AHEAD = timedelta(days=2)


def _listed() -> CompoundSelect[UUID, int]:
    me, day = bindparam("person", type_=Uuid()), bindparam("day", type_=Date())
    covered = select(Cover.away_id).where(Cover.stand_in_id == me, Cover.first_day <= day, Cover.last_day >= day)
    visits = (
        select(Visit.id, Visit.version)
        .where(or_(Visit.coordinator_id == me, Visit.coordinator_id.in_(covered)))
        .where(Visit.starts_at.between(bindparam("since"), bindparam("until")))
    )
    returns = select(Return.id, literal(0)).where(Return.author_id == me, Return.answered_by.is_(None))
    return union_all(visits, returns)


LISTED = _listed()  # every receipt asks it: built once


def list_hash(person: Person) -> str:
    """A short hash of the person's list (visits, open returns): where it differs, the phone fetches what changed."""
    moment = now()
    about = {"person": person.id, "day": today(), "since": moment - LOOK_BACK, "until": moment + LOOK_AHEAD}
    found = sorted(db.session.execute(LISTED, about).all())
    return hashlib.sha256(repr(found).encode()).hexdigest()[:16]
