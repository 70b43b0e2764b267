"""Where forms come in: the administrator's list, a definition for the phone, a blank form."""

from flask import Blueprint, abort, jsonify
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.forms import queries
from blueprints.kiosks.queries import this_kiosk
from blueprints.people.access import require
from blueprints.shared.db import now
from blueprints.shared.pages import render

bp = Blueprint("forms", __name__)


@bp.get("/forms")
@require("administrator")
def index() -> ResponseReturnValue:
    """Every form with its versions."""
    return render("forms/index.html", forms=queries.everything(), language=queries.language())


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
    definition = queries.definition_of(form_id, version)
    verdict = queries.opened(definition, now())
    return render("forms/blank.html", version=version, verdict=verdict)
