"""A form filled at a visit: what was found."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blueprints.clients.models import Client
from blueprints.people.models import Person
from blueprints.shared.db import Base
from blueprints.visits.models import Visit


class Checklist(Base):
    """One form filled at one visit; its id is that of its first capture."""

    __tablename__ = "checklist"
    __table_args__ = (Index("ix_checklist_client", "client_id", "created_at"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visit.id"), index=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("client.id"))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    form_id: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]

    visit: Mapped[Visit] = relationship()
    client: Mapped[Client] = relationship()
    author: Mapped[Person] = relationship()
    versions: Mapped[list["ChecklistVersion"]] = relationship(
        order_by="ChecklistVersion.number", back_populates="checklist"
    )


class ChecklistVersion(Base):
    """What was submitted, once: never altered. Its id is its capture's."""

    __tablename__ = "checklist_version"
    __sealed__ = True
    __table_args__ = (UniqueConstraint("checklist_id", "number"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    checklist_id: Mapped[UUID] = mapped_column(ForeignKey("checklist.id"))
    number: Mapped[int]
    form_version: Mapped[str] = mapped_column(String(12))  # hash of the definition that it was judged by
    language: Mapped[str] = mapped_column(String(80), default="fr")  # as the form calls it
    answers: Mapped[list[Any]]  # [[path, value], …] as typed by the engine; a row without answers as [its path, ""]
    alerts: Mapped[list[Any]]  # [{"path", "level", "label"}, …]
    scores: Mapped[list[Any]] = mapped_column(default=list)  # [{"name", "label", "value", "level"}, …]
    given: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what our register had told the form
    findings: Mapped[list[Any]]  # what the server left out, in words
    recorded: Mapped[datetime | None]  # the phone's clock
    zone: Mapped[str | None] = mapped_column(String(60))  # where that clock hangs: Europe/Paris
    received: Mapped[datetime]

    checklist: Mapped[Checklist] = relationship(back_populates="versions")
