"""Case notes and their versions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blueprints.clients.models import Client
from blueprints.people.models import Person
from blueprints.shared.db import Base
from blueprints.visits.models import Visit

FORMATS: dict[str, tuple[str, ...]] = {
    "free": ("text",),
    "soap": ("subjective", "objective", "assessment", "plan"),
}


class Note(Base):
    """One case note; its id is that of its first capture."""

    __tablename__ = "note"
    __table_args__ = (
        CheckConstraint(f"format IN {tuple(FORMATS)}", name="known_format"),
        Index("ix_note_client", "client_id", "created_at"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[UUID | None] = mapped_column(ForeignKey("visit.id"), index=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("client.id"))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    format: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime]

    visit: Mapped[Visit | None] = relationship()
    client: Mapped[Client] = relationship()
    author: Mapped[Person] = relationship()
    versions: Mapped[list["NoteVersion"]] = relationship(order_by="NoteVersion.number", back_populates="note")


class NoteVersion(Base):
    """What was submitted, once: never altered. Its id is its capture's."""

    __tablename__ = "note_version"
    __sealed__ = True
    __table_args__ = (UniqueConstraint("note_id", "number"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    note_id: Mapped[UUID] = mapped_column(ForeignKey("note.id"))
    number: Mapped[int]
    body: Mapped[dict[str, Any]]  # {section: text}
    occurred: Mapped[datetime]  # when it happened, said by the author
    recorded: Mapped[datetime | None]  # the phone's clock
    received: Mapped[datetime]
    late: Mapped[bool] = mapped_column(default=False)  # first note more than 24 h after the event

    note: Mapped[Note] = relationship(back_populates="versions")

    @property
    def words(self) -> int:
        """How many words it has, all its sections together."""
        return sum(len(str(text).split()) for text in self.body.values())
