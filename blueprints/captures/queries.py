"""What can be asked about captures."""

from uuid import UUID

from flask import abort
from sqlalchemy import or_, select

from blueprints.captures.models import Capture, CaptureFile
from blueprints.people.access import clients_of
from blueprints.people.models import Person
from blueprints.shared.db import db


def file_of(person: Person, capture_id: UUID, file_id: UUID) -> CaptureFile:
    """A photo of a capture that this person wrote or whose client they may see, else 404."""
    row = db.session.scalar(
        select(CaptureFile)
        .join(Capture, Capture.id == CaptureFile.capture_id)
        .where(CaptureFile.id == file_id, CaptureFile.capture_id == capture_id)
        .where(or_(Capture.author_id == person.id, Capture.client_id.in_(clients_of(person))))
    )
    if row is None:
        abort(404)
    return row
