"""Where photos come in and go out; receipts and held captures for people to read."""

from uuid import UUID

from flask import Blueprint, Response, abort, flash, jsonify, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from blueprints.captures import actions, envelope, inputs, intake, pictures, queries, reading
from blueprints.people.access import require
from blueprints.shared import files
from blueprints.shared.db import db, start_writing, stop_reading
from blueprints.shared.pages import render
from blueprints.shared.refusal import Refused

bp = Blueprint("captures", __name__)


@bp.post("/captures/<uuid:capture_id>/files/<uuid:file_id>")
def take_file(capture_id: UUID, file_id: UUID) -> Response:
    """A photo's own delivery, after the words: one part named `file`; one that fails holds nothing else up."""
    author = intake.whoever_delivers()
    if envelope.named_by_a_phone(request.headers.get("Capture-Id", "")) != file_id:
        abort(422)
    stop_reading()
    try:
        upload = request.files.get("file")
    except ValueError:
        abort(400)
    if upload is None:
        abort(400)
    if request.form.get("_author", str(author.id)) != str(author.id):
        abort(401)
    picture = pictures.read("file", upload)
    start_writing(anew=False)
    intake.demand_still(author)
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
    """The photo itself, for whoever may see its capture. A file of another kind is never shown, only handed over."""
    row = queries.file_of(current_user, capture_id, file_id)
    if row.state != "applied":
        abort(404)  # not readable as a picture: kept, never shown as what it claims to be
    picture = row.media_type == "image/jpeg"
    name = f"{file_id}.jpg" if picture else row.name or str(file_id)
    answer = send_file(
        files.path_of(row.stored), mimetype=row.media_type, download_name=name, as_attachment=not picture
    )
    answer.headers["Cache-Control"] = "no-store"
    if not picture:
        answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


@bp.get("/captures/<uuid:capture_id>")
@require()
def show(capture_id: UUID) -> ResponseReturnValue:
    """The receipt as a page: after a form that was posted without scripts, and for whoever asks later."""
    capture = queries.receipt_of(current_user, capture_id)
    return render("captures/receipt.html", capture=capture, kind=reading.kind_words(capture))


@bp.get("/held")
@require()
def held() -> ResponseReturnValue:
    """What the server kept and did not apply: one's own, and that of the teams one supervises."""
    captures = [(capture, reading.kind_words(capture)) for capture in queries.held(current_user)]
    return render("captures/held.html", captures=captures)


@bp.get("/held/<uuid:capture_id>")
@require()
def look(capture_id: UUID) -> ResponseReturnValue:
    """One of them: the reason in words, the fields under the form's labels, what can be done."""
    return _look(capture_id)


@bp.post("/held/<uuid:capture_id>/apply")
@require()
def apply(capture_id: UUID) -> ResponseReturnValue:
    """Tries it again, with the access of whoever settles."""
    capture = queries.one_held(current_user, capture_id, lock=True)
    try:
        applied = actions.apply(current_user, capture)
    except Refused as refused:
        return _refused(capture_id, refused)
    db.session.commit()
    if not applied:
        return _look(capture_id, 409, problem=_("It was tried again and is still held."))
    flash(_("It has taken effect."), "ok")
    return redirect(url_for("captures.held"), 303)


@bp.post("/held/<uuid:capture_id>/close")
@require()
def close(capture_id: UUID) -> ResponseReturnValue:
    """Settles it without effect, with a reason that its author reads."""
    capture, form = queries.one_held(current_user, capture_id, lock=True), inputs.CloseForm(request.form)
    try:
        actions.close(current_user, capture, form.reason.data or "")
    except Refused as refused:
        return _refused(capture_id, refused, form)
    db.session.commit()
    flash(_("It is closed. Its fields stay readable here."), "info")
    return redirect(url_for("captures.look", capture_id=capture_id), 303)


@bp.get("/held/<uuid:capture_id>/correct")
@require()
def correct(capture_id: UUID) -> ResponseReturnValue:
    """The form again, filled with what was delivered; what is sent from here replaces it."""
    capture = queries.one_held(current_user, capture_id)
    page = reading.filled(capture) if capture.state == "held" else None
    if page is None:
        abort(404)
    return render("captures/correct.html", capture=capture, next=url_for("captures.held"), **page)


def _look(
    capture_id: UUID, status: int = 200, form: inputs.CloseForm | None = None, problem: str = ""
) -> ResponseReturnValue:
    capture = queries.one_held(current_user, capture_id)
    return render(
        "captures/look.html",
        status=status,
        capture=capture,
        kind=reading.kind_words(capture),
        fields=reading.fields_of(capture),
        arrived={file.id for file in capture.files if file.state == "applied"},
        correctable=reading.filled(capture) is not None,
        form=form or inputs.CloseForm(),
        problem=problem,
    )


def _refused(capture_id: UUID, refused: Refused, form: inputs.CloseForm | None = None) -> ResponseReturnValue:
    """The page again with the reason, and what was typed."""
    db.session.rollback()
    if form is not None and "reason" in refused.messages:
        form.reason.errors = [refused.messages["reason"]]
    return _look(capture_id, refused.status, form, refused.reason)
