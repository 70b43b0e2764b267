"""Where checklists come in."""

from uuid import UUID

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.captures.incoming import Incoming, takes
from blueprints.checklists import actions, queries
from blueprints.forms import queries as forms
from blueprints.people.access import require
from blueprints.shared.pages import render
from blueprints.visits import queries as visits

bp = Blueprint("checklists", __name__)


@bp.get("/visits/<uuid:visit_id>/checklists/<form_id>/<version>")
@require("coordinator", "supervisor")
def fill(visit_id: UUID, form_id: str, version: str) -> ResponseReturnValue:
    """The page on which a form is filled at a visit; a page of the pack, so it knows no "today"."""
    visit = visits.one_to_make(current_user, visit_id)
    page = forms.at_visit(current_user, visit, form_id, version, request.form.items(multi=True))
    return render("checklists/fill.html", visit=visit, version=version, papers=queries.papers(visit), **page)


@bp.post("/visits/<uuid:visit_id>/checklists/<form_id>/<version>")
@takes("checklist")
def take(incoming: Incoming, visit_id: UUID, form_id: str, version: str) -> None:
    """A filled form, judged by the version that it was filled by, with the phone's clock."""
    visit, writer = visits.one_to_make(incoming.person, visit_id), incoming.writer
    earlier = queries.to_refill(writer, incoming.corrects, visit, form_id) if incoming.corrects else None
    pairs = list(incoming.fields.items(multi=True))
    texts, announced = (text for _name, text in pairs), (file["id"] for file in incoming.files)
    photos = queries.photos_with(writer, texts, announced, earlier, incoming.replaces)
    language = incoming.language or incoming.fields.get("language", writer.language)
    clock = forms.clock_of(incoming.happened_at, incoming.zone)
    told = (incoming.given, visit.client_id)
    verdict = forms.judged(form_id, version, "checklist", pairs, clock, language, photos, *told)
    said = (version, verdict, incoming.recorded, incoming.received)
    if earlier is None:
        actions.submit(incoming.id, writer, visit, form_id, *said)
    else:
        actions.resubmit(earlier, incoming.id, *said)
