"""Where answers go out: which ones are wanted, how far their file is, the file."""

from typing import cast
from uuid import UUID

from flask import Blueprint, Flask, abort, current_app, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.exports import actions, making, queries
from blueprints.exports.inputs import ExportForm, FormForm
from blueprints.forms.queries import language, spoken_in
from blueprints.people.access import require
from blueprints.shared.db import db
from blueprints.shared.inputs import options
from blueprints.shared.pages import render
from blueprints.shared.refusal import Refused
from blueprints.shared.words import short_day

bp = Blueprint("exports", __name__)


@bp.get("/exports")
@require("supervisor", "manager", "administrator")
def index() -> ResponseReturnValue:
    """Of which form, which answers, in which file; and what was made lately."""
    return _page(_form(request.args.get("form", "")))


@bp.post("/exports")
@require("supervisor", "manager", "administrator")
def ask() -> ResponseReturnValue:
    """Begins to make one, beside this request."""
    form = _form(request.form.get("form", ""), posted=True)
    if not form.validate():
        return _page(form, 422)
    try:
        export = actions.ask(current_user, form.wanted)
    except Refused as refused:
        return _page(form, refused.status, refused)
    db.session.commit()
    making.begin(cast(Flask, current_app._get_current_object()), export.id)  # type: ignore[attr-defined]
    return redirect(url_for("exports.show", export_id=export.id), 303)


@bp.get("/exports/<uuid:export_id>")
@require("supervisor", "manager", "administrator")
def show(export_id: UUID) -> ResponseReturnValue:
    """How far it is, asked again every second while it is being made."""
    export = queries.one(current_user, export_id)
    return render("exports/show.html", "progress", export=export, lifeless=queries.is_lifeless(export))


@bp.get("/exports/<uuid:export_id>/file")
@require("supervisor", "manager", "administrator")
def file(export_id: UUID) -> ResponseReturnValue:
    """The whole file, with its length: what breaks off on the way is seen to be broken."""
    export = queries.one(current_user, export_id)
    path = making.path_of(export.id)
    if export.state != "ready" or not path.is_file():
        abort(404)
    sent = send_file(path, "application/octet-stream", True, export.file, conditional=False)
    sent.headers["Cache-Control"] = "no-store"
    return sent


def _form(form_id: str, posted: bool = False) -> ExportForm:
    """The page's form, offering what there is of this form."""
    found = {form.id: versions for form, versions in queries.forms()}
    form_id = form_id if form_id in found else ""
    versions = found.get(form_id, [])
    languages = list(dict.fromkeys(each for version in versions for each in version.definition["languages"]))
    form = ExportForm(request.form if posted else None, form=form_id, language=spoken_in(languages))
    form.comma.data = form.comma.data if posted else language() == "fr"
    form.offer(
        [(version.version, f"{version.version} · {short_day(version.published_at)}") for version in versions],
        languages,
        queries.teams(current_user),
    )
    return form


def _page(form: ExportForm, status: int = 200, refused: Refused | None = None) -> ResponseReturnValue:
    which = FormForm(form=form.form.data)
    titles = [(each.id, versions[0].title(language())) for each, versions in queries.forms() if versions]
    which.form.choices = options([("", "…")] * (not form.form.data) + titles)
    return render("exports/index.html", status=status, form=form, which=which, refused=refused,
                  exports=queries.latest(current_user), titles=dict(titles), lifeless=queries.is_lifeless)  # fmt: skip
