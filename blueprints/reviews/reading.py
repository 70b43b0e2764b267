"""One visit as a supervisor reads it: its checklists, notes and feedback, what changed, what was said about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import joinedload

from blueprints.captures.models import Capture, CaptureFile
from blueprints.checklists.models import Checklist, ChecklistVersion
from blueprints.clients.models import Client
from blueprints.forms.engine import Line, Section, readable
from blueprints.forms.queries import clock_of, definition_of, language
from blueprints.notes.models import FORMATS, Note, NoteVersion
from blueprints.people.access import supervised_teams
from blueprints.people.models import Person
from blueprints.reviews.diff import Piece, changed, changes, compare
from blueprints.reviews.models import Return, ReviewText, Signature
from blueprints.reviews.queries import of_units, one_feedback, whom
from blueprints.shared.db import db
from blueprints.surveys.models import CallBack, Feedback
from blueprints.visits.models import Visit


@dataclass(frozen=True)
class Decision:
    """What a supervisor said about a version: "signed", or "returned" with a comment."""

    what: str
    version_id: UUID
    at: datetime
    name: str
    comment: str


@dataclass(frozen=True)
class Photo:
    """A photo of an answer. `capture_id` is none until it is here: it travels after the words."""

    file_id: str
    label: str
    capture_id: UUID | None = None
    readable: bool = True


@dataclass
class Point:
    """One answer; `earlier` is what stood there in the version read before (none: the same).

    `more` are the words and photos that the form asked for because of it.
    """

    line: Line
    earlier: str | None = None
    more: list["Point"] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        return self.earlier is not None or any(point.changed for point in self.more)

    @property
    def paths(self) -> list[str]:
        return [self.line.path, *(point.line.path for point in self.more)]


@dataclass(frozen=True)
class Passage:
    """One section of a note, in pieces where an earlier version was read before."""

    key: str
    label: str
    pieces: list[Piece]


@dataclass
class Version:
    """One submitted version, ready to read: `sections` of a checklist, `passages` of a note."""

    id: UUID
    number: int
    recorded: datetime | None
    received: datetime
    occurred: datetime | None = None
    late: bool = False
    code: str = ""
    language: str = "fr"
    findings: list[str] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    body: dict[str, str] = field(default_factory=dict)

    @property
    def lines(self) -> list[Line]:
        return [line for section in self.sections for line in section.lines]

    @property
    def alerts(self) -> list[Line]:
        return [line for line in self.lines if line.level]


@dataclass
class Text:
    """A checklist or note with its versions (the latest first) and what supervisors said."""

    row: ReviewText
    format: str
    versions: list[Version]
    decisions: list[Decision] = field(default_factory=list)
    photos: list[Photo] = field(default_factory=list)

    @property
    def latest(self) -> Version:
        return self.versions[0]

    @property
    def read_before(self) -> Version | None:
        """The version that a supervisor sent back last: what is read now is compared with it."""
        sent_back = [decision.version_id for decision in self.decisions if decision.what == "returned"]
        older = [version for version in self.versions[1:] if version.id in sent_back]
        return older[0] if older else None

    @property
    def points(self) -> list[Point]:
        """The answers, alerts first and then what changed; what is as it was, without alert, last."""
        earlier = self.earlier
        found: list[Point] = []
        for section in self.latest.sections:
            inside: list[Point] = []
            for line in section.lines:
                point = Point(line, earlier.get(line.path))
                if inside and line.type in ("text", "image") and _is_below(inside[-1].line.path, line.path):
                    inside[-1].more.append(point)
                else:
                    inside.append(point)
            found += inside
        return sorted(found, key=lambda point: (_urgency(point.line), not point.changed))

    @property
    def earlier(self) -> dict[str, str]:
        """By path, the earlier answer of each that changed since the last reading."""
        if self.read_before is None:
            return {}
        before = {line.path: line.text for line in self.read_before.lines}
        return changed(before, {line.path: line.text for line in self.latest.lines})

    @property
    def eyes(self) -> list[Point]:
        """What must be looked at: alerts, and what changed since the last reading."""
        return [point for point in self.points if point.line.level or point.changed]

    @property
    def eyes_paths(self) -> list[str]:
        return [path for point in self.eyes for path in point.paths]

    @property
    def gone(self) -> list[Line]:
        """Answers of the version read before that are not given any more."""
        now = {line.path for line in self.latest.lines}
        return [line for line in self.read_before.lines if line.path not in now] if self.read_before else []

    @property
    def passages(self) -> list[Passage]:
        return passages(self.format, self.read_before.body if self.read_before else None, self.latest.body)

    @property
    def changes(self) -> int:
        """How many answers or places changed since the version read before."""
        if self.read_before is None:
            return 0
        if self.row.kind == "note":
            return sum(changes(passage.pieces) for passage in self.passages)
        return len(self.earlier)

    def as_it_was(self, version: Version) -> list[Passage]:
        """An earlier version of a note, as it read."""
        return passages(self.format, None, version.body)

    def number_of(self, version_id: UUID) -> int:
        """Which version that is: 1, 2, 3 …"""
        return next(version.number for version in self.versions if version.id == version_id)


def _is_below(question: str, path: str) -> bool:
    """Whether a path lies in a group beside the question: the form asks it because of the answer."""
    above = question.rpartition("/")[0]
    return path.startswith(f"{above}/") and path.rpartition("/")[0] != above


def _urgency(line: Line) -> int:
    return {"urgent": 0, "watch": 1}.get(line.level, 2)


@dataclass
class Answered:
    """One feedback in words: read, never signed. `lines` are the answers beside score and words."""

    row: Feedback
    scale: int | None
    lines: list[Line]


@dataclass
class Item:
    """What is read together: a visit, a lone note, or a kiosk's answer that asks for a call."""

    id: UUID
    client: Client | None
    visit: Visit | None
    texts: list[Text]
    feedback: list[Answered]

    @property
    def authors(self) -> list[str]:
        names = [text.row.author.name for text in self.texts]
        return list(dict.fromkeys(names)) or ([self.visit.coordinator.name] if self.visit else [])

    @property
    def waiting(self) -> list[Text]:
        return [text for text in self.texts if text.row.state == "waiting"]

    def to_sign(self, person: Person) -> list[Text]:
        """What this person may sign: nobody signs their own."""
        return [text for text in self.waiting if text.row.author_id != person.id]

    @property
    def photos(self) -> list[Photo]:
        return [photo for text in self.texts for photo in text.photos]

    @property
    def changes(self) -> int:
        return sum(text.changes for text in self.texts)

    @property
    def number(self) -> int:
        return max((text.row.number for text in self.texts), default=1)


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


def _checklists(ids: Sequence[UUID]) -> dict[UUID, tuple[str, list[Version]]]:
    query = select(Checklist, ChecklistVersion).join(ChecklistVersion.checklist).where(Checklist.id.in_(ids))
    found: dict[UUID, tuple[str, list[Version]]] = {}
    for checklist, row in db.session.execute(query.order_by(ChecklistVersion.number.desc())):
        definition = definition_of(checklist.form_id, row.form_version)
        clock = clock_of(row.recorded or row.received, None)
        version = Version(row.id, row.number, row.recorded, row.received, language=row.language)
        version.sections = readable(definition, dict(row.answers), definition.language(language()), clock)
        version.findings = [str(finding["text"]) for finding in row.findings]
        found.setdefault(checklist.id, ("", []))[1].append(version)
    return found


def _notes(ids: Sequence[UUID]) -> dict[UUID, tuple[str, list[Version]]]:
    query = select(Note, NoteVersion).join(NoteVersion.note).where(Note.id.in_(ids))
    found: dict[UUID, tuple[str, list[Version]]] = {}
    for note, row in db.session.execute(query.order_by(NoteVersion.number.desc())):
        version = Version(row.id, row.number, row.recorded, row.received, row.occurred, row.late, body=dict(row.body))
        found.setdefault(note.id, (note.format, []))[1].append(version)
    return found


def section_names() -> dict[str, str]:
    """The sections of a note in words."""
    return {
        "text": _("Note"),
        "subjective": _("Subjective"),
        "objective": _("Objective"),
        "assessment": _("Assessment"),
        "plan": _("Plan"),
    }


def passages(format: str, before: Mapping[str, str] | None, now: Mapping[str, str]) -> list[Passage]:
    """The sections of a note that say something, compared with the version read before."""
    names = section_names()
    found = []
    for key in FORMATS[format]:
        text = now.get(key, "")
        pieces = compare(text if before is None else before.get(key, ""), text)
        if pieces:
            found.append(Passage(key, names[key], pieces))
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
    """Adds what the captures know: receipt codes, and which photos are here; one query."""
    versions = {version.id: version for text in texts for version in text.versions}
    rows = db.session.execute(
        select(Capture.id, Capture.code, CaptureFile)
        .outerjoin(CaptureFile, CaptureFile.capture_id == Capture.id)
        .where(Capture.id.in_(list(versions)))
    ).all()
    files: dict[str, CaptureFile] = {}
    for id, code, file in rows:
        versions[id].code = code
        if file is not None:
            files[str(file.id)] = file
    for text in texts:
        for point in text.points:
            for line in (point.line, *(more.line for more in point.more)):
                if line.type == "image":
                    text.photos.append(_photo(line.value, point.line.label, files.get(line.value)))


def _photo(file_id: str, label: str, file: CaptureFile | None) -> Photo:
    if file is None:
        return Photo(file_id, label)
    return Photo(file_id, label, file.capture_id, file.state == "applied")


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
    sections = readable(definition, dict(row.answers), definition.language(language()), clock_of(row.answered_at, None))
    said = {row.words, row.callback_phone} - {""}
    lines = [
        line
        for section in sections
        for line in section.lines
        if (scored is None or line.path != scored.path) and line.value not in said
    ]
    return Answered(row, int(scored.parameters["end"]) if scored and "end" in scored.parameters else None, lines)
