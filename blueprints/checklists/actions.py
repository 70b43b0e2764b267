"""What can happen to a checklist: it is submitted, and again where a reviewer sent it back. Nothing commits here."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _

from blueprints.checklists.models import Checklist, ChecklistVersion
from blueprints.forms.engine import Verdict, scores
from blueprints.forms.queries import worth_keeping
from blueprints.people.models import Person
from blueprints.shared.db import db
from blueprints.shared.happened import tell
from blueprints.shared.refusal import Refused
from blueprints.visits.models import Visit


def submit(
    id: UUID,
    author: Person,
    visit: Visit,
    form_id: str,
    form_version: str,
    verdict: Verdict,
    recorded: datetime | None,
    received: datetime,
) -> Checklist:
    """A new checklist under its capture's id. Refuses answers that the engine finds missing or impossible.

    recorded: the phone's clock; received: the server's. The same form may be filled twice at one visit, on two phones.
    """
    _check(verdict)
    checklist = Checklist(
        id=id, visit_id=visit.id, client_id=visit.client_id, author_id=author.id, form_id=form_id, created_at=received
    )  # fmt: skip
    db.session.add(checklist)
    _add(checklist, id, 1, form_version, verdict, recorded, received)
    tell("submitted", "checklist", checklist.id, checklist.client_id)
    return checklist


def resubmit(
    checklist: Checklist,
    id: UUID,
    form_version: str,
    verdict: Verdict,
    recorded: datetime | None,
    received: datetime,
) -> ChecklistVersion:
    """The next version, under its own capture's id; the earlier ones stay as they are. Refuses as `submit` does."""
    _check(verdict)
    number = checklist.versions[-1].number + 1
    version = _add(checklist, id, number, form_version, verdict, recorded, received)
    tell("resubmitted", "checklist", checklist.id, checklist.client_id)
    return version


def _check(verdict: Verdict) -> None:
    if not verdict.ok:
        raise Refused(_("Some answers are missing or impossible."), verdict.messages)


def _add(
    checklist: Checklist,
    id: UUID,
    number: int,
    form_version: str,
    verdict: Verdict,
    recorded: datetime | None,
    received: datetime,
) -> ChecklistVersion:
    version = ChecklistVersion(
        id=id,
        number=number,
        form_version=form_version,
        language=verdict.filled.language,
        answers=verdict.kept,
        alerts=[{"path": alert.path, "level": alert.level, "label": alert.label} for alert in verdict.alerts],
        scores=[asdict(score) for score in scores(verdict.filled)],
        given=worth_keeping(verdict),
        findings=[{"path": found.path, "what": found.what, "text": found.text} for found in verdict.findings],
        recorded=recorded,
        zone=verdict.filled.clock.zone,
        received=received,
    )
    checklist.versions.append(version)
    db.session.flush()
    return version
