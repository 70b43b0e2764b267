"""Where histories are read: of a case, and of a person."""

from uuid import UUID

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.audit import queries
from blueprints.audit.inputs import HistoryForm, PersonHistoryForm
from blueprints.audit.models import AuditEntry
from blueprints.audit.wording import KIND_WORDS, OF_A_CLIENT, deed
from blueprints.people import queries as people
from blueprints.people.access import require
from blueprints.shared.pages import render

bp = Blueprint("audit", __name__)


@bp.app_template_filter("deed")
def _deed(entry: AuditEntry) -> str:
    """What was done, in a sentence."""
    return deed(entry.verb, entry.kind)


@bp.app_template_filter()
def short_name(id: UUID) -> str:
    """What tells one case from others without saying whose it is: the end of its id."""
    return id.hex[-8:]


@bp.get("/clients/<uuid:client_id>/history")
@require("supervisor", "manager", "administrator")
def of_client(client_id: UUID) -> ResponseReturnValue:
    """What was done in a case, by whom and from where."""
    case = queries.case_of(current_user, client_id)
    asked = HistoryForm(request.args)
    asked.validate()
    asked.offer(OF_A_CLIENT)
    page = queries.of_client(current_user, client_id, **asked.asked())
    return render("audit/client.html", "list", case=case, asked=asked, page=page)


@bp.get("/people/<uuid:person_id>/history")
@require("administrator")
def of_person(person_id: UUID) -> ResponseReturnValue:
    """What somebody did; or what others did about them."""
    person = people.one_of(current_user, person_id)
    asked = PersonHistoryForm(request.args)
    asked.validate()
    asked.offer(KIND_WORDS)
    page = queries.of_person(current_user, person_id, **asked.asked(), about=asked.about)
    return render("audit/person.html", "list", person=person, asked=asked, page=page)
