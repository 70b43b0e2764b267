"""What clients answer: to the coordinator, or at a kiosk."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blueprints.clients.models import Client
from blueprints.kiosks.models import Kiosk
from blueprints.people.models import Person
from blueprints.shared.db import Base, now, uuid7
from blueprints.visits.models import Visit

MODES = ("asked", "kiosk")


class Feedback(Base):
    """One answered survey; its id is its capture's. The client's: read, never signed, returned or changed."""

    __tablename__ = "feedback"
    __table_args__ = (
        CheckConstraint(f"mode IN {MODES}", name="known_mode"),
        Index("ix_feedback_team_answered", "team_id", "mode", "answered_at"),
        Index("ix_feedback_callback", "callback", "answered_at"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"))
    mode: Mapped[str] = mapped_column(String(12))
    visit_id: Mapped[UUID | None] = mapped_column(ForeignKey("visit.id"), index=True)
    client_id: Mapped[UUID | None] = mapped_column(ForeignKey("client.id"), index=True)
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    kiosk_id: Mapped[UUID | None] = mapped_column(ForeignKey("kiosk.id"), index=True)
    form_id: Mapped[str] = mapped_column(String(60))
    form_version: Mapped[str] = mapped_column(String(12))
    language: Mapped[str] = mapped_column(String(80), default="fr")  # as the form calls it
    answers: Mapped[list[Any]]  # [[path, value], …]
    score_kind: Mapped[str | None] = mapped_column(String(10))  # nps, csat or ces: the form's first scored question
    score: Mapped[int | None]
    words: Mapped[str] = mapped_column(Text, default="")
    callback: Mapped[bool] = mapped_column(default=False)  # "yes, call me back"
    callback_phone: Mapped[str] = mapped_column(String(40), default="")
    answered_at: Mapped[datetime]  # the phone's clock, or receipt where it has none
    zone: Mapped[str | None] = mapped_column(String(60))  # where that clock hangs: Europe/Paris
    received: Mapped[datetime] = mapped_column(default=now)

    visit: Mapped[Visit | None] = relationship()
    client: Mapped[Client | None] = relationship()
    author: Mapped[Person | None] = relationship()
    kiosk: Mapped[Kiosk | None] = relationship()
    called_back: Mapped["CallBack | None"] = relationship(back_populates="feedback")


class CallBack(Base):
    """Somebody called back, or settled it otherwise, and says what was done."""

    __tablename__ = "call_back"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    feedback_id: Mapped[UUID] = mapped_column(ForeignKey("feedback.id"), unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(default=now)
    words: Mapped[str] = mapped_column(Text)

    feedback: Mapped[Feedback] = relationship(back_populates="called_back")
    person: Mapped[Person] = relationship()
