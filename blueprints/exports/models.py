"""Exports: who asked for which answers in which shape, and how far it is."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blueprints.people.models import Person, Team
from blueprints.shared.db import Base, now, uuid7

FORMATS = ("csv", "xlsx", "json", "xml")
STATES = ("making", "ready", "failed")


class Export(Base):
    """One file of answers, made for one person and kept for a day. Whose answers are in it is decided as it is made."""

    __tablename__ = "export"
    __table_args__ = (
        CheckConstraint(f"format IN {FORMATS}", name="known_format"),
        CheckConstraint(f"state IN {STATES}", name="known_state"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=now, index=True)  # what came later is not in it
    form_id: Mapped[str] = mapped_column(ForeignKey("form.id"))
    versions: Mapped[list[Any]]  # empty: all of them
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("team.id"))
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    format: Mapped[str] = mapped_column(String(4))
    language: Mapped[str] = mapped_column(String(80))  # as the form calls it
    names: Mapped[bool]  # names of questions and choices instead of labels
    split: Mapped[bool]  # a column for each choice
    comma: Mapped[bool]  # CSV with ; and a decimal comma, as a French spreadsheet reads it
    state: Mapped[str] = mapped_column(String(8), default="making")
    done: Mapped[int] = mapped_column(default=0)  # filled forms written so far
    total: Mapped[int] = mapped_column(default=0)
    beat: Mapped[datetime] = mapped_column(default=now)  # the last sign of life of who makes it
    file: Mapped[str] = mapped_column(String(120), default="")  # the name under which it is downloaded
    size: Mapped[int] = mapped_column(default=0)

    by: Mapped[Person] = relationship()
    team: Mapped[Team | None] = relationship()
