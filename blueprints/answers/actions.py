"""What happens to rows of answers: they follow what was submitted, in its own transaction. Nothing commits here."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert

from blueprints.answers.models import Answer
from blueprints.answers.reading import rows_of
from blueprints.checklists.models import Checklist
from blueprints.forms.queries import clock_of, definition_of
from blueprints.shared.db import db
from blueprints.surveys.models import Feedback


def take_checklist(checklist_id: UUID) -> None:
    """The rows of a checklist's latest version, instead of those of the one before: one insert, however many."""
    checklist = db.session.get_one(Checklist, checklist_id)
    *before, version = checklist.versions
    if before:
        db.session.execute(delete(Answer).where(Answer.version_id == before[-1].id))
    at = min(version.recorded or version.received, version.received)
    values = dict(version.answers)
    _write(version.id, checklist.form_id, version.form_version, values, at, version.zone, checklist.client_id, None)


def take_feedback(feedback_id: UUID) -> None:
    """The rows of what a client answered; at a kiosk, of nobody."""
    row = db.session.get_one(Feedback, feedback_id)
    values = dict(row.answers)
    team_id = row.team_id if row.client_id is None else None
    _write(row.id, row.form_id, row.form_version, values, row.answered_at, row.zone, row.client_id, team_id)


def _write(
    version_id: UUID,
    form_id: str,
    version: str,
    values: dict[str, str],
    at: datetime,
    zone: str | None,
    client_id: UUID | None,
    team_id: UUID | None,
) -> None:
    same = {"version_id": version_id, "form_id": form_id, "at": at, "client_id": client_id, "team_id": team_id}
    clock = clock_of(at, zone)
    assert clock.now.tzinfo is not None
    rows = [same | row for row in rows_of(definition_of(form_id, version), values, clock.now.tzinfo)]
    if rows:
        db.session.execute(insert(Answer), rows)
