"""What can be asked about kiosks."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from flask import abort, current_app, request
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from blueprints.kiosks.models import Kiosk
from blueprints.people.models import Person, Team
from blueprints.shared.db import db, now
from blueprints.shared.tokens import as_typed, hashed

HEARD_EVERY = timedelta(minutes=1)


def cookie_name() -> str:
    """A cookie of its own, untouched by staff who sign in and out on the tablet."""
    return "__Host-kiosk" if current_app.config["SESSION_COOKIE_SECURE"] else "kiosk"


def this_kiosk() -> Kiosk | None:
    """The paired tablet that asks; None where the cookie is missing, unknown or revoked."""
    secret = request.cookies.get(cookie_name())
    if not secret:
        return None
    return db.session.scalar(select(Kiosk).where(Kiosk.secret == hashed(secret), Kiosk.revoked_at.is_(None)))


def is_silent(kiosk: Kiosk) -> bool:
    """Whether it is worth writing down that it has been heard."""
    return kiosk.last_heard is None or now() - kiosk.last_heard >= HEARD_EVERY


def to_be_paired(code: str) -> Kiosk | None:
    """The kiosk of this code, as somebody typed it, while the code is good."""
    query = select(Kiosk).where(Kiosk.code == hashed(as_typed(code)), Kiosk.revoked_at.is_(None))
    kiosk = db.session.scalar(query)
    return kiosk if kiosk is not None and kiosk.code_expires is not None and kiosk.code_expires > now() else None


def listed(by: Person) -> Sequence[Kiosk]:
    """Every kiosk, those in use first; for administrators."""
    _administrator(by)
    query = select(Kiosk).options(joinedload(Kiosk.team))
    return db.session.scalars(query.order_by(Kiosk.revoked_at.is_not(None), Kiosk.name)).all()


def one_of(by: Person, kiosk_id: UUID) -> Kiosk:
    """A kiosk, for an administrator; else 404."""
    _administrator(by)
    return db.session.get(Kiosk, kiosk_id) or abort(404)


def teams(by: Person) -> Sequence[Team]:
    """The teams that a kiosk can belong to; for administrators."""
    _administrator(by)
    return db.session.scalars(select(Team).order_by(Team.name)).all()


def _administrator(by: Person) -> None:
    if not by.has("administrator"):
        abort(404)
