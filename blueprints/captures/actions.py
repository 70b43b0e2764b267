"""What can happen to what phones have delivered (the intake itself is intake.py)."""

from uuid import UUID

from flask import abort

from blueprints.captures.models import Capture, CaptureFile
from blueprints.captures.pictures import Picture, keep
from blueprints.kiosks.models import Kiosk
from blueprints.people.models import Person
from blueprints.shared.db import db, uuid7


def add_file(author: Person | Kiosk, capture_id: UUID, file_id: UUID, picture: Picture) -> tuple[CaptureFile, int]:
    """Keeps a photo of this author's capture under the phone's id, once; gives its row and the status of its receipt.

    Other bytes under the same id are kept beside it, held. 425 where the capture has not arrived yet; 404 where it, or
    the file's id, is somebody else's.
    """
    capture = db.session.get(Capture, capture_id)
    if capture is None:
        abort(425)
    known = db.session.get(CaptureFile, file_id)
    if author.id not in (capture.author_id, capture.kiosk_id) or (known and known.capture_id != capture_id):
        abort(404)
    if known is None:
        row = keep(picture, capture, file_id)
        return row, 201 if row.state == "applied" else 202
    if known.digest == picture.digest:
        return known, 200
    twin = keep(picture, capture, uuid7())
    twin.state = "held"
    return twin, 202
