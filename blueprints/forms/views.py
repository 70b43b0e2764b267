"""Where forms come in: the administrator's list, uploads and versions; a definition for the phone, a blank form."""

from io import BytesIO
from uuid import UUID

from flask import Blueprint, abort, flash, jsonify, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import CombinedMultiDict

from blueprints.forms import actions, queries, telling
from blueprints.forms.importing.sandbox import read_one
from blueprints.forms.inputs import UploadForm
from blueprints.kiosks.queries import this_kiosk
from blueprints.people.access import require
from blueprints.shared.db import db, now, start_writing
from blueprints.shared.pages import render
from blueprints.shared.refusal import Refused
from blueprints.shared.requests import own_transaction

bp = Blueprint("forms", __name__)


@bp.get("/forms")
@require("administrator")
def index() -> ResponseReturnValue:
    """Every form with its versions, and a form to bring one more."""
    return _list(UploadForm())


@bp.post("/forms/uploads")
@require("administrator")
@own_transaction
def upload() -> ResponseReturnValue:
    """Reads a file, which takes a second: nothing is locked meanwhile. What was found gets an address."""
    form = UploadForm(CombinedMultiDict([request.form, request.files]))
    if not form.validate():
        return _list(form, 422)
    data, name = form.file.data.read(), form.file.data.filename
    found = read_one(data, name, form.dialect.data, form.lists())
    start_writing()
    kept = actions.keep_upload(current_user, name, data, form.use.data, found)
    db.session.commit()
    return redirect(url_for("forms.report", upload_id=kept.id), 303)


@bp.get("/forms/uploads/<uuid:upload_id>")
@require("administrator")
def report(upload_id: UUID) -> ResponseReturnValue:
    """What was found in a file, what it would change, and what can be done with it."""
    return _report(upload_id)


@bp.get("/forms/uploads/<uuid:upload_id>/form.json")
@require("administrator")
def uploaded_definition(upload_id: UUID) -> ResponseReturnValue:
    """form.json of what was uploaded, for its preview."""
    return jsonify(queries.uploaded(queries.upload_of(current_user, upload_id)).source)


@bp.get("/forms/uploads/<uuid:upload_id>/preview")
@bp.post("/forms/uploads/<uuid:upload_id>/preview")
@require("administrator")
@own_transaction
def preview(upload_id: UUID) -> ResponseReturnValue:
    """The form as it will be filled. What is sent is judged and shown again; nothing is kept."""
    found = queries.upload_of(current_user, upload_id)
    definition, answers = queries.uploaded(found), list(request.form.items(multi=True))
    sent = request.method == "POST" and "_step" not in request.form
    verdict = queries.tried(definition, answers, now()) if sent else queries.opened(definition, now(), answers)
    facts = telling.panel(definition)
    return render("forms/preview.html", upload=found, verdict=verdict, definition=definition, sent=sent, facts=facts)


@bp.post("/forms/uploads/<uuid:upload_id>/publish")
@require("administrator")
def publish(upload_id: UUID) -> ResponseReturnValue:
    """From now on new pages ask this version."""
    try:
        version = actions.publish_upload(queries.upload_of(current_user, upload_id), current_user)
    except Refused as refused:
        return _report(upload_id, refused.status, refused.reason)
    db.session.commit()
    flash(_("The form is published. Phones have it with their next list."), "info")
    return redirect(url_for("forms.show", form_id=version.form_id), 303)


@bp.get("/forms/<form_id>")
@require("administrator")
def show(form_id: str) -> ResponseReturnValue:
    """A form with all its versions; ``?older=`` compares one with that in use."""
    return _form(form_id)


@bp.post("/forms/<form_id>/retire")
@require("administrator")
def retire(form_id: str) -> ResponseReturnValue:
    """No new page asks it any more."""
    try:
        actions.retire(queries.one(form_id), current_user)
    except Refused as refused:
        return _form(form_id, refused.status, refused.reason)
    db.session.commit()
    flash(_("The form is retired. What was filled with it stays."), "info")
    return redirect(url_for("forms.show", form_id=form_id), 303)


@bp.post("/forms/<form_id>/<version>/bring-back")
@require("administrator")
def bring_back(form_id: str, version: str) -> ResponseReturnValue:
    """An older version is asked again."""
    try:
        actions.bring_back(queries.one(form_id), version, current_user)
    except Refused as refused:
        return _form(form_id, refused.status, refused.reason)
    db.session.commit()
    flash(_("This version is in use again."), "info")
    return redirect(url_for("forms.show", form_id=form_id), 303)


@bp.get("/forms/<form_id>/<version>/source")
@require("administrator")
def source(form_id: str, version: str) -> ResponseReturnValue:
    """The file that a version was imported from, as it came."""
    found = queries.version_of(form_id, version)
    if found is None or found.source is None:
        abort(404)
    response = send_file(BytesIO(found.source.data), "application/octet-stream", True, found.source.file)
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/forms/<form_id>/<version>.json")
def definition(form_id: str, version: str) -> ResponseReturnValue:
    """form.json for whoever fills the form: a person who is signed in, or a paired tablet. It never changes."""
    if not current_user.is_authenticated and this_kiosk() is None:
        abort(401)
    response = jsonify(queries.definition_of(form_id, version).source)
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


@bp.get("/forms/<form_id>/<version>/blank")
@require("coordinator")
def blank(form_id: str, version: str) -> ResponseReturnValue:
    """A form for a visit that only this phone knows yet: script puts the visit's id in place of the zeros."""
    verdict = queries.for_nobody_yet(current_user, form_id, version, now())
    unread = telling.reads_a_file(verdict.filled.definition)
    return render("forms/blank.html", version=version, verdict=verdict, unread=unread)


def _list(form: UploadForm, status: int = 200) -> ResponseReturnValue:
    return render("forms/index.html", status=status, forms=queries.everything(), language=queries.language(), form=form)


def _report(upload_id: UUID, status: int = 200, reason: str = "") -> ResponseReturnValue:
    found = queries.upload_of(current_user, upload_id)
    return render(
        "forms/report.html",
        status=status,
        reason=reason,
        upload=found,
        remarks=queries.remarks(found.found),
        before=queries.current_of(found.found["form_id"]),
        changes=queries.changes_by(found),
        filled=queries.filled(found.found["form_id"]),
    )


def _form(form_id: str, status: int = 200, reason: str = "") -> ResponseReturnValue:
    form, older = queries.one(form_id), request.args.get("older", "")
    return render(
        "forms/show.html",
        status=status,
        reason=reason,
        form=form,
        language=queries.language(),
        older=older,
        changes=queries.changes_since(form, older) if older else [],
        filled=queries.filled(form_id),
    )
