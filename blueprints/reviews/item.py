"""What a supervisor reads, and what can be said of it: versions, what changed between them, what needs eyes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from blueprints.clients.models import Client
from blueprints.forms.engine import Line, Section
from blueprints.notes.models import NoteFormat, NoteMistake
from blueprints.people.models import Person
from blueprints.reviews.models import ReviewText
from blueprints.shared.diff import Piece, changed, changes, compare
from blueprints.surveys.models import Feedback
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
    picture: bool = True  # else a recording, a film or a document, which is handed over and not shown


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
    mistake: NoteMistake | None = None  # the note was entered in error
    what: str = "text"  # or how it goes on from a signed one: addendum, amendment
    reason: str = ""

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
    format: NoteFormat | None  # none: a checklist
    versions: list[Version]
    decisions: list[Decision] = field(default_factory=list)
    photos: list[Photo] = field(default_factory=list)

    @property
    def latest(self) -> Version:
        return self.versions[0]

    @property
    def read_before(self) -> Version | None:
        """The version that a supervisor sent back or signed last: what is read now is compared with it."""
        judged = [decision.version_id for decision in self.decisions]
        older = [version for version in self.versions[1:] if version.id in judged]
        return older[0] if older else None

    @property
    def in_force(self) -> Version | None:
        """The version that is signed, where the latest is not: it stands until then."""
        signed = [decision.version_id for decision in self.decisions if decision.what == "signed"]
        return next((version for version in self.versions if version.id in signed and version is not self.latest), None)

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


def passages(format: NoteFormat | None, before: Mapping[str, str] | None, now: Mapping[str, str]) -> list[Passage]:
    """The sections of a note that say something, compared with the version read before."""
    found = []
    for part in format.sections_of(before or {}, now) if format else ():
        text = part.words(now.get(part.name, ""))
        pieces = compare(text if before is None else part.words(before.get(part.name, "")), text)
        if pieces:
            found.append(Passage(part.name, part.label, pieces))
    return found
