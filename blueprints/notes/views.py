"""Where notes come in: at a visit, without one, or for a visit that only a phone knows yet."""

from datetime import datetime
from uuid import UUID

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.captures.incoming import Incoming, takes
from blueprints.checklists.queries import papers
from blueprints.clients import queries as clients
from blueprints.clients.models import Client
from blueprints.notes import actions, inputs, queries
from blueprints.notes.models import FORMATS
from blueprints.people.access import require
from blueprints.shared.db import local
from blueprints.shared.pages import render
from blueprints.visits import queries as visits
from blueprints.visits.models import Visit

bp = Blueprint("notes", __name__)


@bp.get("/visits/<uuid:visit_id>/notes/<format>")
@require("coordinator", "supervisor")
def at_visit(visit_id: UUID, format: str) -> ResponseReturnValue:
    """The page on which a note about a visit is written; a page of the pack."""
    visit = visits.one_to_make(current_user, visit_id)
    values = _values(visit.started_at or visit.starts_at)
    return render("notes/write.html", visit=visit, client=visit.client, format=_known(format), values=values,
                  papers=papers(visit))  # fmt: skip


@bp.get("/clients/<uuid:client_id>/notes/<format>")
@require("coordinator", "supervisor")
def at_case(client_id: UUID, format: str) -> ResponseReturnValue:
    """The page on which a note without a visit is written."""
    client = clients.one_of(current_user, client_id)
    return render("notes/write.html", visit=None, client=client, format=_known(format), values={})


@bp.get("/notes/<format>/blank")
@require("coordinator")
def blank(format: str) -> ResponseReturnValue:
    """A note for a visit that only this phone knows yet: script puts the visit's id in place of the zeros."""
    return render("notes/write.html", visit=None, client=None, format=_known(format), values={})


@bp.post("/visits/<uuid:visit_id>/notes/<format>")
@takes("note")
def take_at_visit(incoming: Incoming, visit_id: UUID, format: str) -> None:
    """A note about a visit that whoever asks may see."""
    visit = visits.one_to_make(incoming.person, visit_id)
    _take(incoming, visit.client, visit, _known(format))


@bp.post("/clients/<uuid:client_id>/notes/<format>")
@takes("note")
def take_at_case(incoming: Incoming, client_id: UUID, format: str) -> None:
    """A note about a client whose case whoever asks may open."""
    _take(incoming, clients.one_of(incoming.person, client_id), None, _known(format))


def _take(incoming: Incoming, client: Client, visit: Visit | None, format: str) -> None:
    words = inputs.read(format, incoming.fields)
    begun = (visit.started_at or visit.starts_at) if visit else incoming.happened_at
    said = (words.body, words.occurred or begun, incoming.recorded, incoming.received)
    if incoming.corrects is None:
        actions.write(incoming.id, incoming.writer, client, visit, format, *said)
    else:
        note = queries.to_rewrite(incoming.writer, incoming.corrects, client, visit, format)
        actions.rewrite(note, incoming.id, *said)


def _known(format: str) -> str:
    return format if format in FORMATS else abort(404)


def _values(occurred: datetime) -> dict[str, str]:
    """What stands in the form as it opens."""
    moment = local(occurred)
    return {"occurred_day": moment.strftime("%Y-%m-%d"), "occurred_time": moment.strftime("%H:%M")}
