"""Case notes, the formats they are written in, and their versions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blueprints.clients.models import Client
from blueprints.people.models import Person
from blueprints.shared.db import Base, now, uuid7
from blueprints.visits.models import Visit

WHAT = ("text", "addendum", "amendment")
ADDENDUM = "addendum_"  # the section of a body that an addendum adds; its number follows


@dataclass(frozen=True)
class Section:
    """One section of a format in the reader's language. choices: (name, words) where it is chosen and not written."""

    name: str
    label: str
    hint: str = ""
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()

    def words(self, given: str) -> str:
        """What was written or chosen, as it is read."""
        return dict(self.choices).get(given, given)


class NoteFormat(Base):
    """A way of writing notes: its sections, in order. It is retired, never altered: what was written stays readable."""

    __tablename__ = "note_format"
    key: Mapped[str] = mapped_column(String(40), primary_key=True)  # as it stands in addresses: "soap"
    labels: Mapped[dict[str, Any]]  # by language
    sections: Mapped[list[Any]]  # [{name, labels, hints, required?, choices?: [{name, labels}]}, …]
    position: Mapped[int]
    active: Mapped[bool] = mapped_column(default=True)

    decisions: Mapped[list["NoteFormatDecision"]] = relationship(
        back_populates="format", order_by="NoteFormatDecision.at, NoteFormatDecision.id"
    )

    @property
    def label(self) -> str:
        """What it is called, in the reader's language."""
        return _in_words(self.labels)

    @property
    def parts(self) -> list[Section]:
        """Its sections, in the reader's language."""
        return [
            Section(
                part["name"],
                _in_words(part["labels"]),
                _in_words(part["hints"]),
                bool(part.get("required")),
                tuple((choice["name"], _in_words(choice["labels"])) for choice in part.get("choices", ())),
            )
            for part in self.sections
        ]

    @property
    def lettered(self) -> bool:
        """Whether the sections can be told apart by their first letters, as in SOAP."""
        parts = self.parts
        return (
            len(parts) > 1
            and not any(part.choices for part in parts)
            and len({p.label[0] for p in parts}) == len(parts)
        )

    def sections_of(self, *bodies: Mapping[str, str]) -> list[Section]:
        """The sections that these texts may have: those of the format, and what was added after the signature."""
        added = {name for body in bodies for name in body if name.startswith(ADDENDUM)}
        numbers = sorted(int(name.removeprefix(ADDENDUM)) for name in added)
        return [*self.parts, *(Section(f"{ADDENDUM}{n}", _("Addendum %(n)d", n=n)) for n in numbers)]

    def said(self, body: Mapping[str, str]) -> list[tuple[Section, str]]:
        """Each section that says something, with what it says; the only one of a free note has no name to read."""
        sections = self.sections_of(body)
        if len(self.sections) == 1:
            sections[0] = replace(sections[0], label="")
        return [(part, part.words(body[part.name])) for part in sections if body.get(part.name)]


def _number(section: str) -> int:
    return int(section.removeprefix(ADDENDUM))


def _in_words(texts: Mapping[str, str]) -> str:
    return str(texts.get(str(get_locale())) or next(iter(texts.values()), ""))


class NoteFormatDecision(Base):
    """Somebody decided that notes are written in this format from now on, or no more."""

    __tablename__ = "note_format_decision"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    format_key: Mapped[str] = mapped_column(ForeignKey("note_format.key"), index=True)
    active: Mapped[bool]
    at: Mapped[datetime] = mapped_column(default=now)
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))  # None: it ships

    format: Mapped[NoteFormat] = relationship(back_populates="decisions")
    by: Mapped[Person | None] = relationship()


class Note(Base):
    """One case note; its id is that of its first capture."""

    __tablename__ = "note"
    __table_args__ = (Index("ix_note_client", "client_id", "created_at"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[UUID | None] = mapped_column(ForeignKey("visit.id"), index=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("client.id"))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    format: Mapped[str] = mapped_column(ForeignKey("note_format.key"))
    created_at: Mapped[datetime]

    visit: Mapped[Visit | None] = relationship()
    client: Mapped[Client] = relationship()
    author: Mapped[Person] = relationship()
    shape: Mapped[NoteFormat] = relationship(lazy="joined", innerjoin=True)  # read with every note
    mistake: Mapped["NoteMistake | None"] = relationship(lazy="joined", back_populates="note")  # read with every note
    versions: Mapped[list["NoteVersion"]] = relationship(order_by="NoteVersion.number", back_populates="note")
    statements: Mapped[list["ClientStatement"]] = relationship(order_by="ClientStatement.id", back_populates="note")


class NoteVersion(Base):
    """What was submitted, once: never altered. Its id is its capture's.

    Its body is the whole text as it would stand once signed: an addendum's is what was signed with a section more.
    """

    __tablename__ = "note_version"
    __sealed__ = True
    __table_args__ = (
        UniqueConstraint("note_id", "number"),
        CheckConstraint(f"what IN {WHAT}", name="known_what"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    note_id: Mapped[UUID] = mapped_column(ForeignKey("note.id"))
    number: Mapped[int]
    body: Mapped[dict[str, Any]]  # {section: text}
    occurred: Mapped[datetime]  # when it happened, said by the author
    recorded: Mapped[datetime | None]  # the phone's clock
    received: Mapped[datetime]
    late: Mapped[bool] = mapped_column(default=False)  # first note more than 24 h after the event
    what: Mapped[str] = mapped_column(String(10), default="text")  # or how it goes on from what was signed
    reason: Mapped[str] = mapped_column(Text, default="")  # why it does

    note: Mapped[Note] = relationship(back_populates="versions")

    @property
    def addenda(self) -> dict[str, str]:
        """What was added after signatures, by section."""
        return {name: text for name, text in self.body.items() if name.startswith(ADDENDUM)}

    @property
    def added(self) -> str:
        """The name of the section that an addendum adds: the last one of its body."""
        return max(self.addenda, key=_number, default="")

    @property
    def words(self) -> int:
        """How many words it has, all its sections together."""
        return sum(len(str(text).split()) for text in self.body.values())


class NoteMistake(Base):
    """A note was entered in error (another person's case, a double): who says so, when and why. It stays, struck."""

    __tablename__ = "note_mistake"
    __sealed__ = True
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    note_id: Mapped[UUID] = mapped_column(ForeignKey("note.id"), unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(default=now)

    note: Mapped[Note] = relationship(back_populates="mistake")
    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class ClientStatement(Base):
    """What the client says to a note about them, in their own words: who took it down, and when."""

    __tablename__ = "client_statement"
    __sealed__ = True
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    note_id: Mapped[UUID] = mapped_column(ForeignKey("note.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))  # who took it down
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(default=now)

    note: Mapped[Note] = relationship(back_populates="statements")
    person: Mapped[Person] = relationship()
