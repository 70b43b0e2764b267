"""The supervisor's desk: what waits, signatures, returns."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import get_locale
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blueprints.clients.models import Client
from blueprints.people.models import Device, Person
from blueprints.shared.db import Base, now, uuid7
from blueprints.visits.models import Visit

TEXT_KINDS = ("checklist", "note")
TEXT_STATES = ("waiting", "returned", "signed")
# What needs eyes first; within a rank the oldest comes first.
RANKS = {"urgent": 1, "watch": 2, "first_visit": 3, "late": 4, "resubmitted": 5, "other": 6}


class ReviewText(Base):
    """Where the review of one checklist or note stands: kept beside it so that the queue is one indexed read.

    Its id is the checklist's or note's. What counts are the signatures and returns; this row follows them.
    """

    __tablename__ = "review_text"
    __table_args__ = (
        CheckConstraint(f"kind IN {TEXT_KINDS}", name="known_kind"),
        CheckConstraint(f"state IN {TEXT_STATES}", name="known_state"),
        Index("ix_review_text_queue", "team_id", "state", "rank", "since"),
        Index("ix_review_text_client", "client_id", "state"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    visit_id: Mapped[UUID | None] = mapped_column(ForeignKey("visit.id"), index=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("client.id"))
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    titles: Mapped[dict[str, Any]]  # the form's title or the note's format, in words, by language
    version_id: Mapped[UUID]  # the latest
    number: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    rank: Mapped[int]
    alerts: Mapped[int] = mapped_column(default=0)
    urgent: Mapped[int] = mapped_column(default=0)  # of the alerts, those that cannot wait
    scores: Mapped[list[Any]] = mapped_column(default=list)  # [{"labels": by language, "value", "level"}, …]
    late: Mapped[bool] = mapped_column(default=False)
    since: Mapped[datetime]  # received

    visit: Mapped[Visit | None] = relationship()
    client: Mapped[Client] = relationship()
    author: Mapped[Person] = relationship()

    @property
    def title(self) -> str:
        """What it is, in the reader's language: "Home safety", "SOAP note"."""
        return _in_words(self.titles)

    @property
    def reckoned(self) -> list[dict[str, str]]:
        """What the form reckoned from the answers: label in the reader's language, value, level of its alert."""
        return [{**score, "label": _in_words(score["labels"])} for score in self.scores]


def _in_words(texts: dict[str, Any]) -> str:
    return str(texts.get(str(get_locale())) or next(iter(texts.values())))


class Signature(Base):
    """A supervisor has read this version and stands for it. Never altered."""

    __tablename__ = "signature"
    __sealed__ = True
    __table_args__ = (UniqueConstraint("text_id", "version_id"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    text_id: Mapped[UUID] = mapped_column(ForeignKey("review_text.id"))
    version_id: Mapped[UUID]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(default=now)

    person: Mapped[Person] = relationship()


class Return(Base):
    """A supervisor sends a version back with a comment; open until its author submits the next version."""

    __tablename__ = "review_return"
    __table_args__ = (Index("ix_review_return_author", "author_id", "answered_by"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    text_id: Mapped[UUID] = mapped_column(ForeignKey("review_text.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    version_id: Mapped[UUID]  # the one that was sent back
    visit_id: Mapped[UUID | None] = mapped_column(ForeignKey("visit.id"))
    client_id: Mapped[UUID] = mapped_column(ForeignKey("client.id"), index=True)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))  # who sends it back
    comment: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(default=now)
    answered_by: Mapped[UUID | None]  # id of the next version

    text: Mapped[ReviewText] = relationship()
    client: Mapped[Client] = relationship()
    visit: Mapped[Visit | None] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])


class Explanation(Base):
    """Somebody knows why numbers of a phone never came (thrown away there, the phone was lost …), and says so."""

    __tablename__ = "explanation"
    __table_args__ = (Index("ix_explanation_device", "device_id", "first"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    device_id: Mapped[UUID] = mapped_column(ForeignKey("device.id"))
    first: Mapped[int]
    last: Mapped[int]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(default=now)

    device: Mapped[Device] = relationship()
    person: Mapped[Person] = relationship()
