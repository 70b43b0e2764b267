"""What has arrived of a visit, in words, for whoever may open it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from blueprints.checklists.models import ChecklistVersion
from blueprints.forms import engine
from blueprints.forms import queries as forms
from blueprints.notes.models import NoteMistake, NoteVersion, Section
from blueprints.reviews.models import ReviewText
from blueprints.reviews.queries import in_force
from blueprints.shared.db import db
from blueprints.visits.queries import Arrived


@dataclass
class Paper:
    """One thing that was written at the visit: its latest version, and where its review stands."""

    kind: str  # checklist, note or feedback
    title: str
    received: datetime
    review: ReviewText | None = None
    sections: list[engine.Section] = field(default_factory=list)
    passages: list[tuple[Section, str]] = field(default_factory=list)
    waiting: NoteVersion | None = None  # a later version than the signed one that is shown
    mistake: NoteMistake | None = None  # it was entered in error


def papers(here: Arrived) -> list[Paper]:
    """Everything that has arrived, in the order in which it came; two queries, or four where signed notes go on.

    A note reads as it is in force: the version signed last, or else the latest.
    """
    lists = _latest(ChecklistVersion, ChecklistVersion.checklist_id, [row.id for row in here.checklists])
    notes = _latest(NoteVersion, NoteVersion.note_id, [row.id for row in here.notes])
    signed = _signed(here, notes)
    found = []
    for checklist in here.checklists:
        version = lists[checklist.id]
        definition = forms.as_filled(checklist.form_id, version.form_version, version.given)
        language = definition.language(forms.language())
        sections = engine.readable(definition, dict(version.answers), language)
        found.append(Paper("checklist", definition.title[language], version.received,
                           here.reviews.get(checklist.id), sections))  # fmt: skip
    for note in here.notes:
        version = signed.get(note.id, notes[note.id])
        review, passages = here.reviews.get(note.id), note.shape.said(version.body)
        waiting = notes[note.id] if note.id in signed else None
        found.append(Paper("note", note.shape.label, version.received, review, passages=passages, waiting=waiting,
                           mistake=note.mistake))  # fmt: skip
    for answer in here.feedback:
        definition = forms.definition_of(answer.form_id, answer.form_version)
        language = definition.language(forms.language())
        sections = engine.readable(definition, dict(answer.answers), language)
        found.append(Paper("feedback", definition.title[language], answer.received, None, sections))
    return sorted(found, key=lambda paper: paper.received)


def _signed(here: Arrived, latest: dict[UUID, NoteVersion]) -> dict[UUID, NoteVersion]:
    """The version in force of each note whose latest one is not signed yet."""
    read = {id for id, review in here.reviews.items() if review.state == "signed"}
    open = [id for id, version in latest.items() if version.number > 1 and id not in read]
    rows = db.session.scalars(select(NoteVersion).where(NoteVersion.id.in_(in_force(open).values()))) if open else ()
    return {version.note_id: version for version in rows}


def _latest(kind: Any, parent: Any, ids: list[UUID]) -> dict[UUID, Any]:
    newest = select(parent, func.max(kind.number).label("number")).where(parent.in_(ids)).group_by(parent).subquery()
    rows = db.session.scalars(select(kind).join(newest, (parent == newest.c[0]) & (kind.number == newest.c.number)))
    return {getattr(row, parent.key): row for row in rows}
