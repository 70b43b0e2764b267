"""Where clients' answers come in, and the plain list of what the kiosks were told."""

from uuid import UUID

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.captures.incoming import Incoming, takes
from blueprints.checklists.queries import papers
from blueprints.forms import engine
from blueprints.forms import queries as forms
from blueprints.people.access import require
from blueprints.shared.pages import render
from blueprints.surveys import actions, queries
from blueprints.surveys.inputs import AnswersForm
from blueprints.visits import queries as visits

bp = Blueprint("surveys", __name__)


@bp.get("/visits/<uuid:visit_id>/feedback/<form_id>/<version>")
@require("coordinator", "supervisor")
def ask(visit_id: UUID, form_id: str, version: str) -> ResponseReturnValue:
    """The page on which the client answers, asked by the coordinator; one screen, a page of the pack."""
    visit = visits.one_to_make(current_user, visit_id)
    page = forms.at_visit(current_user, visit, form_id, version, request.form.items(multi=True))
    return render("surveys/ask.html", visit=visit, version=version, papers=papers(visit), **page)


@bp.post("/visits/<uuid:visit_id>/feedback/<form_id>/<version>")
@takes("feedback")
def take_at_visit(incoming: Incoming, visit_id: UUID, form_id: str, version: str) -> None:
    """What the client answered at a visit that whoever asks may see."""
    visit = visits.one_to_make(incoming.person, visit_id)
    verdict = _judged(incoming, form_id, version, incoming.writer.language, visit.client_id)
    actions.answer_at_visit(
        incoming.id, visit, incoming.writer, version, verdict, incoming.happened_at, incoming.received
    )  # fmt: skip


@bp.post("/kiosk/answers/<form_id>/<version>")
@takes("answer")
def take_at_kiosk(incoming: Incoming, form_id: str, version: str) -> None:
    """What somebody answered at a paired tablet; it may have waited for weeks, and its survey may be an old one."""
    if incoming.kiosk is None:
        abort(404)
    verdict = _judged(incoming, form_id, version, "fr")
    actions.answer_at_kiosk(incoming.id, incoming.kiosk, version, verdict, incoming.happened_at, incoming.received)


def _judged(
    incoming: Incoming, form_id: str, version: str, language: str, client: UUID | None = None
) -> engine.Verdict:
    pairs = list(incoming.fields.items(multi=True))
    clock = forms.clock_of(incoming.happened_at, incoming.zone)
    language = incoming.language or incoming.fields.get("language", language)
    return forms.judged(form_id, version, "survey", pairs, clock, language, (), incoming.given, client)


@bp.get("/answers")
@require("supervisor", "manager")
def answers() -> ResponseReturnValue:
    """What was answered at the kiosks in one month: for a supervisor those of their teams, for a manager all."""
    wanted = AnswersForm(request.args)
    wanted.validate()  # what cannot be read counts as not asked for
    found = queries.kiosk_answers(current_user, wanted.month.data, wanted.kiosk.data, wanted.page.data or 1)
    return render("surveys/answers.html", "list", found=found)
