"""What can be asked about kiosks."""

from flask import current_app, request
from sqlalchemy import select

from blueprints.kiosks.models import Kiosk
from blueprints.people.sign_in import hashed
from blueprints.shared.db import db


def cookie_name() -> str:
    """A cookie of its own, untouched by staff who sign in and out on the tablet."""
    return "__Host-kiosk" if current_app.config["SESSION_COOKIE_SECURE"] else "kiosk"


def this_kiosk() -> Kiosk | None:
    """The paired tablet that asks; None where the cookie is missing, unknown or revoked."""
    secret = request.cookies.get(cookie_name())
    if not secret:
        return None
    return db.session.scalar(select(Kiosk).where(Kiosk.secret == hashed(secret), Kiosk.revoked_at.is_(None)))
