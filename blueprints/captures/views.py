"""Where photos come in and go out; receipts and held captures for people to read."""

from uuid import UUID

from flask import Blueprint, Response, abort, jsonify, request, send_file
from flask_login import current_user

from blueprints.captures import actions, envelope, intake, pictures, queries
from blueprints.people.access import require
from blueprints.shared import files
from blueprints.shared.db import db, start_writing

bp = Blueprint("captures", __name__)


@bp.post("/captures/<uuid:capture_id>/files/<uuid:file_id>")
def take_file(capture_id: UUID, file_id: UUID) -> Response:
    """A photo's own delivery, after the words: one part named `file`; one that fails holds nothing else up."""
    author = intake.whoever_delivers()
    if envelope.named_by_a_phone(request.headers.get("Capture-Id", "")) != file_id:
        abort(422)
    db.session.rollback()
    try:
        upload = request.files.get("file")
    except ValueError:
        abort(400)
    if upload is None:
        abort(400)
    picture = pictures.read("file", upload)
    start_writing()
    row, status = actions.add_file(author, capture_id, file_id, picture)
    db.session.commit()
    return _file_receipt(file_id, row.digest, row.state, status)


def _file_receipt(file_id: UUID, digest: str, state: str, status: int) -> Response:
    code = envelope.code(file_id, digest)
    response = jsonify(id=str(file_id), code=envelope.spoken(code), state=state, reason="", messages={})
    response.status_code = status
    response.headers["Capture-Receipt"] = f"{file_id} {code} {state}"
    return intake.with_list(response)


@bp.get("/captures/<uuid:capture_id>/files/<uuid:file_id>")
@require()
def file(capture_id: UUID, file_id: UUID) -> Response:
    """The photo itself, for whoever may see its capture."""
    row = queries.file_of(current_user, capture_id, file_id)
    if row.state != "applied":
        abort(404)  # not readable as a picture: kept, never shown as what it claims to be
    return send_file(files.path_of(row.stored), mimetype=row.media_type, download_name=f"{file_id}.jpg")
