"""What a person's phone should hold."""

import hashlib
from datetime import timedelta

from sqlalchemy import select

from blueprints.people.access import coordinators_for
from blueprints.people.models import Person
from blueprints.reviews.models import Return
from blueprints.shared.db import db, now
from blueprints.visits.models import Visit

LOOK_BACK = timedelta(days=1)
LOOK_AHEAD = timedelta(days=2)


def list_hash(person: Person) -> str:
    """A short hash of the person's list (visits, open returns): where it differs, the phone fetches what changed."""
    moment = now()
    visits = db.session.execute(
        select(Visit.id, Visit.version)
        .where(Visit.coordinator_id.in_(coordinators_for(person)))
        .where(Visit.starts_at.between(moment - LOOK_BACK, moment + LOOK_AHEAD))
        .order_by(Visit.id)
    ).all()
    returns = db.session.scalars(
        select(Return.id).where(Return.author_id == person.id, Return.answered_by.is_(None)).order_by(Return.id)
    ).all()
    return hashlib.sha256(repr((visits, returns)).encode()).hexdigest()[:16]
