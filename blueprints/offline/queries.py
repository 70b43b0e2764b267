"""What a person's phone should hold."""

import hashlib
from datetime import timedelta

from sqlalchemy import literal, or_, select, union_all

from blueprints.people.models import Cover, Person
from blueprints.reviews.models import Return
from blueprints.shared.db import db, now, today
from blueprints.visits.models import Visit

LOOK_BACK = timedelta(days=1)
LOOK_AHEAD = timedelta(days=2)


def list_hash(person: Person) -> str:
    """A short hash of the person's list (visits, open returns): where it differs, the phone fetches what changed."""
    moment, day = now(), today()
    covered = select(Cover.away_id).where(Cover.stand_in_id == person.id, Cover.first_day <= day, Cover.last_day >= day)
    visits = (
        select(Visit.id, Visit.version)
        .where(or_(Visit.coordinator_id == person.id, Visit.coordinator_id.in_(covered)))
        .where(Visit.starts_at.between(moment - LOOK_BACK, moment + LOOK_AHEAD))
    )
    returns = select(Return.id, literal(0)).where(Return.author_id == person.id, Return.answered_by.is_(None))
    found = sorted(db.session.execute(union_all(visits, returns)).all())
    return hashlib.sha256(repr(found).encode()).hexdigest()[:16]
