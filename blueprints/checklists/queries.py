"""What can be asked about checklists. Everything takes the person who asks."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload, selectinload

from blueprints.captures.models import CaptureFile
from blueprints.checklists.models import Checklist, ChecklistVersion
from blueprints.forms import queries as forms
from blueprints.notes import queries as notes
from blueprints.people.access import clients_of
from blueprints.people.models import Person
from blueprints.reviews.queries import to_answer
from blueprints.shared.db import db
from blueprints.shared.refusal import Refused
from blueprints.visits.models import Visit


def of_visits(person: Person, visit_ids: Collection[UUID]) -> dict[UUID, list[Checklist]]:
    """The checklists of each of these visits, with versions and author, the oldest first; a fixed number of queries."""
    found: dict[UUID, list[Checklist]] = {id: [] for id in visit_ids}
    query = _seen_by(person).where(Checklist.visit_id.in_(list(found)))
    for checklist in db.session.scalars(query.order_by(Checklist.created_at, Checklist.id)):
        found[checklist.visit_id].append(checklist)
    return found


def of_client(person: Person, client_id: UUID, limit: int = 50) -> Sequence[Checklist]:
    """The client's latest checklists, with versions and author, the newest first; a fixed number of queries."""
    query = _seen_by(person, client_id).where(Checklist.client_id == client_id)
    return db.session.scalars(query.order_by(Checklist.created_at.desc(), Checklist.id.desc()).limit(limit)).all()


def _seen_by(person: Person, client_id: UUID | None = None) -> Select[Checklist]:
    return (
        select(Checklist)
        .where(Checklist.client_id.in_(clients_of(person, client_id)))
        .options(selectinload(Checklist.versions), joinedload(Checklist.author))
    )


def to_refill(writer: Person, version_id: UUID, visit: Visit, form_id: str) -> Checklist:
    """The checklist whose returned version `version_id` is answered here, at this visit with this form.

    Raises Refused where no return of it is open for its author, or where it is about something else.
    """
    to_answer(writer, version_id)
    checklist = db.session.scalar(
        select(Checklist)
        .join(ChecklistVersion, ChecklistVersion.checklist_id == Checklist.id)
        .where(ChecklistVersion.id == version_id, Checklist.author_id == writer.id)
        .options(selectinload(Checklist.versions))
    )
    if checklist is None or (checklist.visit_id, checklist.form_id) != (visit.id, form_id):
        raise Refused(_("This answers the return of another text."))
    return checklist


def photos_with(
    writer: Person,
    texts: Iterable[str],
    declared: Iterable[str],
    earlier: Checklist | None,
    replaces: Collection[UUID] = (),
) -> set[str]:
    """Ids of the photos that may stand in these answers: announced with them, delivered before by the same person, or
    kept from the version that they replace. replaces: held captures whose photos are taken over, whoever wrote them."""
    kept = {value for version in earlier.versions for _path, value in version.answers} if earlier else set()
    ids = [id for text in texts if (id := _as_id(text))]
    theirs = or_(CaptureFile.author_id == writer.id, CaptureFile.capture_id.in_(replaces))
    query = select(CaptureFile.id).where(CaptureFile.id.in_(ids), theirs)
    delivered = {str(id) for id in db.session.scalars(query)} if ids else set()
    return {*declared, *kept, *delivered}


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None


@dataclass(frozen=True)
class Paper:
    """Something that is written at a visit: its words, its address, and what it is."""

    kind: str  # checklist, note, feedback or photos
    text: str
    url: str
    form_id: str | None = None
    version: str | None = None


def papers(visit: Visit) -> list[Paper]:
    """What is written at a visit: its checklists, a note, the client's feedback; three queries."""
    language, place = forms.language(), f"/visits/{visit.id}"
    current = {version.form_id: version for version in forms.current("checklist")}
    found = []
    for row in visit.forms:
        if version := current.get(row.form_id):
            url = f"{place}/checklists/{version.form_id}/{version.version}"
            found.append(Paper("checklist", version.title(language), url, version.form_id, version.version))
    for format in notes.formats()[:1]:
        found.append(Paper("note", _("Note"), f"{place}/notes/{format.key}"))
    if asked := forms.asked_after_a_visit():
        url = f"{place}/feedback/{asked.form_id}/{asked.version}"
        found.append(Paper("feedback", _("Feedback"), url, asked.form_id, asked.version))
    return found
