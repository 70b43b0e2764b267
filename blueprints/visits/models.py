"""Rounds: who goes where and when, and what became of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blueprints.clients.models import Client
from blueprints.people.models import Person
from blueprints.shared.db import Base, now, uuid7

KINDS = ("home", "telephone", "video")
STATUSES = (
    "planned", "confirmed", "en_route", "in_progress", "done", "partly_done", "attempted", "missed", "no_show",
    "cancelled_by_client", "cancelled_by_us", "rescheduled", "entered_in_error",
)  # fmt: skip
OPEN = ("planned", "confirmed", "en_route", "in_progress")  # something is still to happen
HELD_VISIT = ("done", "partly_done")  # somebody was there
WITH_REASON = ("partly_done", "attempted", "missed", "no_show", "cancelled_by_client", "cancelled_by_us",
               "entered_in_error")  # fmt: skip
VISIT_EVENTS = (*STATUSES, "moved", "given", "corrected")


class Visit(Base):
    """One planned or made meeting. `status` is what its latest event says; the events are the record."""

    __tablename__ = "visit"
    __table_args__ = (
        CheckConstraint(f"status IN {STATUSES}", name="known_status"),
        CheckConstraint(f"kind IN {KINDS}", name="known_kind"),
        CheckConstraint("minutes BETWEEN 5 AND 720", name="length"),
        Index("ix_visit_coordinator_starts", "coordinator_id", "starts_at"),
        Index("ix_visit_client_starts", "client_id", "starts_at"),
        Index("ix_visit_status_starts", "status", "starts_at"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)  # an unplanned one bears its capture's id
    client_id: Mapped[UUID] = mapped_column(ForeignKey("client.id"))
    coordinator_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    starts_at: Mapped[datetime]
    minutes: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12), default="home")
    purpose: Mapped[str] = mapped_column(String(200), default="")
    status: Mapped[str] = mapped_column(String(24), default="planned")
    planned: Mapped[bool] = mapped_column(default=True)  # false: added by the coordinator
    first: Mapped[bool] = mapped_column(default=False)  # the client's first visit that was made
    made_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(default=now)
    started_at: Mapped[datetime | None]  # by the phone's clock
    ended_at: Mapped[datetime | None]
    successor_id: Mapped[UUID | None] = mapped_column(ForeignKey("visit.id"))  # rescheduled: the new one
    version: Mapped[int] = mapped_column(default=1)

    client: Mapped[Client] = relationship()
    coordinator: Mapped[Person] = relationship(foreign_keys=[coordinator_id])
    forms: Mapped[list["VisitForm"]] = relationship(order_by="VisitForm.position", cascade="all, delete-orphan")
    events: Mapped[list["VisitEvent"]] = relationship(
        order_by="VisitEvent.received, VisitEvent.id", back_populates="visit"
    )

    __mapper_args__ = {"version_id_col": version}


class VisitForm(Base):
    """A checklist that is to be filled at the visit."""

    __tablename__ = "visit_form"
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visit.id"), primary_key=True)
    form_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    position: Mapped[int] = mapped_column(default=0)


class VisitEvent(Base):
    """Something that happened to a visit: a status, a move, another coordinator. Never altered."""

    __tablename__ = "visit_event"
    __table_args__ = (CheckConstraint(f"what IN {VISIT_EVENTS}", name="known"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)  # the capture's, where a phone said it
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visit.id"), index=True)
    what: Mapped[str] = mapped_column(String(24))
    at: Mapped[datetime]  # by the clock of whoever said it
    received: Mapped[datetime] = mapped_column(default=now)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    details: Mapped[dict[str, Any] | None]  # what it was before: {"starts_at": …, "coordinator_id": …}; place

    visit: Mapped[Visit] = relationship(back_populates="events")
    person: Mapped[Person] = relationship()
