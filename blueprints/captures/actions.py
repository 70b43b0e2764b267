"""What can happen to what phones have delivered (the intake itself is intake.py)."""

from uuid import UUID, uuid5

from flask import abort
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from blueprints.captures import intake, room
from blueprints.captures.models import Capture, CaptureFile, Settlement
from blueprints.captures.pictures import Picture, note, store
from blueprints.kiosks.models import Kiosk
from blueprints.people.models import Person
from blueprints.shared.db import db
from blueprints.shared.happened import tell
from blueprints.shared.refusal import Refused

REASON = 1_000  # characters


class TooEarly(HTTPException):
    """The capture that a photo belongs to has not arrived yet: the phone waits and sends it again."""

    code = 425


def add_file(author: Person | Kiosk, capture_id: UUID, file_id: UUID, picture: Picture) -> tuple[CaptureFile, int]:
    """Keeps a photo of this author's capture under the phone's id, once; gives its row and the status of its receipt.

    Other bytes under the same id are kept beside it, held. 425 where no capture of this author has arrived under that
    id (whether somebody else's has is not told); 404 where the file's id is somebody else's; 429 where it would be
    held and there is no more room.
    """
    capture = db.session.get(Capture, capture_id)
    if capture is None or author.id not in (capture.author_id, capture.kiosk_id):
        raise TooEarly
    known = db.session.get(CaptureFile, file_id)
    if known is None:
        row = _keep(picture, capture, file_id)
        return row, 201 if row.state == "applied" else 202
    if known.capture_id != capture_id and known.author_id != author.id:
        abort(404)
    if known.digest == picture.digest:
        return known, 200  # also where it had come with the capture that this one corrects
    twin_id = uuid5(file_id, picture.digest)
    twin = db.session.get(CaptureFile, twin_id) or _keep(picture, capture, twin_id, doubtful=True)
    twin.state = "held"
    return twin, 202


def _keep(picture: Picture, capture: Capture, id: UUID, doubtful: bool = False) -> CaptureFile:
    if doubtful or not picture.readable or capture.state == "held":
        room.demand(capture, len(picture.content))
    store([picture])
    row = note(picture, capture, id)
    tell("added", "photo", row.id, capture.client_id)
    return row


def apply(person: Person, capture: Capture) -> bool:
    """Runs a held capture's fields through its view again; its author stays, the person's access counts.

    Whether it was applied; where not, the newest reason is kept. What waits for the same visit is tried next. Refuses
    what is settled already.
    """
    _still_held(capture)
    if not intake.apply_again(capture, person, person):
        return False
    tell("applied", "capture", capture.id, capture.client_id)
    intake.try_again(capture)
    return True


def close(person: Person, capture: Capture, reason: str) -> None:
    """Settles a held capture without effect; its fields stay. Refuses no reason, and what is settled already."""
    reason = reason.strip()
    if not reason or len(reason) > REASON:
        words = _("Please say why, in at most %(n)s characters.", n=REASON)
        raise Refused(words, {"reason": words})
    _still_held(capture)
    capture.state, capture.why = "closed", {"": {"reason": reason}}
    db.session.add(Settlement(capture_id=capture.id, person_id=person.id, what="closed", reason=reason))
    tell("closed", "capture", capture.id, capture.client_id)


def _still_held(capture: Capture) -> None:
    if capture.state != "held":
        raise Refused(_("This has been settled meanwhile."), status=409)
