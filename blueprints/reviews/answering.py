"""What its author needs to answer a return: the same form at the same address, filled with what was sent back."""

from typing import Any

from sqlalchemy import select

from blueprints.checklists.models import Checklist, ChecklistVersion
from blueprints.forms.queries import filled_again, opened
from blueprints.notes.models import Note, NoteVersion
from blueprints.reviews.models import Return
from blueprints.shared.db import db, local


def filled(returned: Return) -> dict[str, Any]:
    """What the page shows and where it posts. Nothing in it changes from day to day: the page is kept on the phone."""
    place = f"/visits/{returned.visit_id}" if returned.visit_id else f"/clients/{returned.client_id}"
    page: dict[str, Any] = {
        "kind": returned.kind,
        "label": f"{returned.client.name} · {returned.text.title}",
        "visit_id": returned.visit_id,
        "client_id": returned.client_id,
        "corrects": returned.version_id,
        # the visit may be past, and not among what the phone keeps
        "next": "/today" if returned.text.author.has("coordinator") else place,
        "messages": {},
    }
    return page | (_checklist if returned.kind == "checklist" else _note)(returned, place)


def _checklist(returned: Return, place: str) -> dict[str, Any]:
    query = select(Checklist, ChecklistVersion).join(ChecklistVersion.checklist)
    checklist, version = db.session.execute(query.where(ChecklistVersion.id == returned.version_id)).one()
    definition = filled_again(returned.text.author, checklist.form_id, version.form_version, version.given)
    moment = version.recorded or version.received
    return {
        "action": f"{place}/checklists/{checklist.form_id}/{version.form_version}",
        "version": version.form_version,
        "verdict": opened(definition, moment, [(path, value) for path, value in version.answers]),
    }


def _note(returned: Return, place: str) -> dict[str, Any]:
    query = select(Note, NoteVersion).join(NoteVersion.note)
    note, version = db.session.execute(query.where(NoteVersion.id == returned.version_id)).one()
    occurred = local(version.occurred)
    when = {"occurred_day": occurred.strftime("%Y-%m-%d"), "occurred_time": occurred.strftime("%H:%M")}
    page = {"format": note.shape, "what": version.what}
    if version.what == "text":
        return page | {"action": f"{place}/notes/{note.format}", "values": {**version.body, **when}}
    values = {**version.body, **when, "addendum": version.body.get(version.added, ""), "reason": version.reason}
    return page | {"action": f"/clients/{note.client_id}/notes/{note.id}/{version.what}", "values": values}
