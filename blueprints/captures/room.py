"""How much of one author may be held, fields and photos together, so that one phone cannot fill the disk."""

from flask import abort, current_app
from sqlalchemy import func, or_, select

from blueprints.captures.models import Capture, CaptureFile
from blueprints.shared.db import db


def demand(capture: Capture, size: int) -> None:
    """429, with nothing stored, where `size` bytes more of this capture would be too much beside what is held.

    size: bytes of its fields, or of one photo more. Its photos that are noted already count; its fields do not: one
    that is tried again stands for itself.
    """
    mine = Capture.author_id == capture.author_id if capture.author_id else Capture.kiosk_id == capture.kiosk_id
    others = select(func.sum(Capture.size)).where(mine, Capture.state == "held", Capture.id != capture.id)
    photos = (
        select(func.sum(CaptureFile.size))
        .join(Capture, Capture.id == CaptureFile.capture_id)
        .where(mine, or_(Capture.state == "held", CaptureFile.state == "held", Capture.id == capture.id))
    )
    held = (db.session.scalar(others) or 0) + (db.session.scalar(photos) or 0)
    if held + size > current_app.config["HELD_BYTES"]:
        db.session.rollback()
        abort(429)
