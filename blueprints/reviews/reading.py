"""Reads one visit together for a supervisor: its checklists, notes and feedback, in a fixed number of queries."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import and_, literal, select, union_all
from sqlalchemy.orm import joinedload

from blueprints.captures.models import Capture, CaptureFile, Settlement
from blueprints.checklists.models import Checklist, ChecklistVersion
from blueprints.clients.models import Client
from blueprints.forms.engine import readable
from blueprints.forms.engine.completion import FILES
from blueprints.forms.queries import as_filled, clock_of, definition_of, language_in
from blueprints.notes.models import Note, NoteFormat, NoteVersion
from blueprints.people.access import supervised_teams
from blueprints.people.models import Person
from blueprints.reviews.item import Answered, Decision, Item, Photo, Text, Version
from blueprints.reviews.models import Return, ReviewText, Signature
from blueprints.reviews.queries import of_units, one_feedback, whom
from blueprints.shared.db import db
from blueprints.shared.inputs import identity
from blueprints.surveys.models import CallBack, Feedback
from blueprints.visits.models import Visit

Versions = tuple[NoteFormat | None, list[Version]]  # of a text; a checklist has no format


def item(person: Person, unit_id: UUID) -> Item:
    """A visit, a lone note or a kiosk's answer of the person's teams; a fixed number of queries. 404 for others'."""
    rows = db.session.scalars(
        select(ReviewText)
        .where(of_units([unit_id]), ReviewText.team_id.in_(supervised_teams(person)))
        .options(
            joinedload(ReviewText.client),
            whom(ReviewText.author),
            joinedload(ReviewText.visit).options(whom(Visit.coordinator)),
        )
        .order_by(ReviewText.kind, ReviewText.since, ReviewText.id)
    ).all()
    if rows:
        client: Client | None = rows[0].client
        visit = rows[0].visit
    else:
        client, visit = _without_texts(person, unit_id)
    found = Item(unit_id, client, visit, _texts(rows), [])
    found.feedback = _feedback(visit) if visit else [] if client else [_answered(one_feedback(person, unit_id))]
    return found


def _without_texts(person: Person, id: UUID) -> tuple[Client | None, Visit | None]:
    """A visit from which only feedback came, if any; else it can be a kiosk's answer alone."""
    query = select(Visit).join(Visit.client).where(Visit.id == id, Client.team_id.in_(supervised_teams(person)))
    whole = (joinedload(Visit.client), whom(Visit.coordinator))
    visit = db.session.scalars(query.options(*whole)).one_or_none()
    if visit is not None:
        return visit.client, visit
    return None, None


def _texts(rows: Sequence[ReviewText]) -> list[Text]:
    if not rows:
        return []
    ids = [row.id for row in rows]
    versions = {**_checklists(ids), **_notes(ids)}
    decisions = _decisions(ids)
    texts = [Text(row, *versions[row.id], decisions.get(row.id, [])) for row in rows]
    _add_captures(texts)
    return texts


def _checklists(ids: Sequence[UUID]) -> dict[UUID, Versions]:
    query = select(Checklist, ChecklistVersion).join(ChecklistVersion.checklist).where(Checklist.id.in_(ids))
    found: dict[UUID, Versions] = {}
    for checklist, row in db.session.execute(query.order_by(ChecklistVersion.number.desc())):
        definition = as_filled(checklist.form_id, row.form_version, row.given)
        clock = clock_of(row.recorded or row.received, row.zone)
        version = Version(row.id, row.number, row.recorded, row.received, language=row.language)
        version.sections = readable(definition, dict(row.answers), language_in(definition), clock)
        version.findings = [str(finding["text"]) for finding in row.findings]
        found.setdefault(checklist.id, (None, []))[1].append(version)
    return found


def _notes(ids: Sequence[UUID]) -> dict[UUID, Versions]:
    query = select(Note, NoteVersion).join(NoteVersion.note).where(Note.id.in_(ids))
    found: dict[UUID, Versions] = {}
    for note, row in db.session.execute(query.order_by(NoteVersion.number.desc())):
        version = Version(row.id, row.number, row.recorded, row.received, row.occurred, row.late, body=dict(row.body),
                          what=row.what, reason=row.reason, mistake=note.mistake)  # fmt: skip
        found.setdefault(note.id, (note.shape, []))[1].append(version)
    return found


def _decisions(ids: Sequence[UUID]) -> dict[UUID, list[Decision]]:
    """Signatures and returns of these texts, the oldest first; one query."""
    signed = select(
        literal("signed"), Signature.text_id, Signature.version_id, Signature.at, Person.name, literal("")
    ).join(Person, Person.id == Signature.person_id)
    returned = select(
        literal("returned"), Return.text_id, Return.version_id, Return.at, Person.name, Return.comment
    ).join(Person, Person.id == Return.person_id)
    both = union_all(signed.where(Signature.text_id.in_(ids)), returned.where(Return.text_id.in_(ids)))
    found: dict[UUID, list[Decision]] = {}
    for what, text_id, version_id, at, name, comment in db.session.execute(both):
        found.setdefault(text_id, []).append(Decision(what, version_id, at, name, comment))
    for decisions in found.values():
        decisions.sort(key=lambda decision: decision.at)
    return found


def _add_captures(texts: Sequence[Text]) -> None:
    """Adds what the captures know: receipt codes, and which photos are here; two queries at most."""
    versions = {version.id: version for text in texts for version in text.versions}
    for id, code in db.session.execute(select(Capture.id, Capture.code).where(Capture.id.in_(list(versions)))):
        versions[id].code = code
    found = [
        (text, point.line.label, line.value)
        for text in texts
        for point in text.points
        for line in (point.line, *(more.line for more in point.more))
        if line.type in FILES
    ]
    files = _files([file_id for _text, _label, file_id in found])
    for text, label, file_id in found:
        text.photos.append(_photo(file_id, label, files.get((text.row.author_id, file_id))))


def _files(named: Sequence[str]) -> dict[tuple[UUID, str], CaptureFile]:
    """The photos that are here, by author and id. One may have come with an earlier capture that this one corrects:
    then it counts for whoever corrected it too."""
    ids = [id for value in named if (id := identity(value))]
    if not ids:
        return {}
    rows = db.session.execute(
        select(Capture.author_id, Settlement.person_id, CaptureFile)
        .join(Capture, Capture.id == CaptureFile.capture_id)
        .outerjoin(Settlement, and_(Settlement.capture_id == Capture.id, Settlement.what == "corrected"))
        .where(CaptureFile.id.in_(ids))
    )
    return {(id, str(row.id)): row for author, corrector, row in rows for id in (author, corrector) if id}


def _photo(file_id: str, label: str, file: CaptureFile | None) -> Photo:
    if file is None:
        return Photo(file_id, label)
    return Photo(file_id, label, file.capture_id, file.state == "applied", file.media_type == "image/jpeg")


def _feedback(visit: Visit) -> list[Answered]:
    rows = db.session.scalars(
        select(Feedback)
        .where(Feedback.visit_id == visit.id)
        .options(whom(Feedback.author), joinedload(Feedback.called_back).options(whom(CallBack.person)))
        .order_by(Feedback.answered_at, Feedback.id)
    )
    return [_answered(row) for row in rows]


def _answered(row: Feedback) -> Answered:
    definition = definition_of(row.form_id, row.form_version)
    scored = next((q for q in definition.questions.values() if q.score and row.score_kind == q.score), None)
    clock = clock_of(row.answered_at, row.zone)
    sections = readable(definition, dict(row.answers), language_in(definition), clock)
    said = {row.words, row.callback_phone} - {""}
    lines = [
        line
        for section in sections
        for line in section.lines
        if (scored is None or line.path != scored.path) and line.value not in said
    ]
    return Answered(row, int(scored.parameters["end"]) if scored and "end" in scored.parameters else None, lines)
