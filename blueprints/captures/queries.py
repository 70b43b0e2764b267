"""What can be asked about captures."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import abort
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from blueprints.captures.models import Capture, CaptureFile, Settlement
from blueprints.kiosks.models import Kiosk
from blueprints.people.access import authored_by, clients_of, supervised_teams
from blueprints.people.models import Person
from blueprints.shared.db import db


def file_of(person: Person, capture_id: UUID, file_id: UUID) -> CaptureFile:
    """A photo of a capture that this person wrote or whose client they may see, else 404."""
    whose = select(Capture.client_id).where(Capture.id == capture_id).scalar_subquery()
    row = db.session.scalar(
        select(CaptureFile)
        .join(Capture, Capture.id == CaptureFile.capture_id)
        .where(CaptureFile.id == file_id, CaptureFile.capture_id == capture_id)
        .where(or_(Capture.author_id == person.id, Capture.client_id.in_(clients_of(person, whose))))
    )
    if row is None:
        abort(404)
    return row


def receipt_of(person: Person, capture_id: UUID) -> Capture:
    """A capture that this person delivered, whatever became of it, with how it was settled; else 404."""
    query = select(Capture).where(Capture.id == capture_id, Capture.author_id == person.id)
    return db.session.scalar(query.options(_settled())) or abort(404)


def held(person: Person, limit: int = 200) -> Sequence[Capture]:
    """What is held of this person, of authors in the teams they supervise and of those teams' kiosks; oldest first.

    Managers and administrators have no case content: they see their own only.
    """
    query = select(Capture).where(Capture.state == "held", _settled_by(person)).order_by(Capture.received, Capture.id)
    return db.session.scalars(query.options(joinedload(Capture.author), joinedload(Capture.kiosk)).limit(limit)).all()


def held_count(person: Person) -> int:
    """How many that are."""
    return db.session.scalar(select(func.count()).where(Capture.state == "held", _settled_by(person))) or 0


def one_held(person: Person, capture_id: UUID, lock: bool = False) -> Capture:
    """A capture that was held, and perhaps is settled by now, of those that this person may settle; else 404.

    lock: until the commit, so that two people settle it once.
    """
    query = select(Capture).where(Capture.id == capture_id, _settled_by(person), Capture.fields.is_not(None))
    if lock:
        return db.session.scalar(query.with_for_update(of=Capture)) or abort(404)
    whole = (joinedload(Capture.author), joinedload(Capture.kiosk), selectinload(Capture.files), _settled())
    return db.session.scalar(query.options(*whole)) or abort(404)


def _settled_by(person: Person) -> ColumnElement[bool]:
    kiosks = select(Kiosk.id).where(Kiosk.team_id.in_(supervised_teams(person)))
    mine: ColumnElement[bool] = authored_by(person, Capture.author_id)
    return or_(mine, Capture.kiosk_id.in_(kiosks))


def _settled() -> Any:
    return selectinload(Capture.settlements).joinedload(Settlement.person)
