"""Form definitions as they were published. A version is never altered and never taken away."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blueprints.people.models import Person
from blueprints.shared.db import Base, now

USES = ("checklist", "survey")


class Form(Base):
    """A form under its own id, such as "home-safety"; ``current`` is the version that new pages ask."""

    __tablename__ = "form"
    __table_args__ = (CheckConstraint(f"use IN {USES}", name="known_use"),)
    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    use: Mapped[str] = mapped_column(String(12))
    current: Mapped[str] = mapped_column(String(12))

    versions: Mapped[list["FormVersion"]] = relationship(
        back_populates="form", order_by="FormVersion.published_at.desc()"
    )


class FormVersion(Base):
    """One published definition. ``version``: the first 12 hex digits of its sha256."""

    __tablename__ = "form_version"
    form_id: Mapped[str] = mapped_column(ForeignKey("form.id"), primary_key=True)
    version: Mapped[str] = mapped_column(String(12), primary_key=True)
    titles: Mapped[dict[str, Any]]  # by language
    definition: Mapped[dict[str, Any]]  # form.json, complete
    published_at: Mapped[datetime] = mapped_column(default=now)
    published_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))

    form: Mapped[Form] = relationship(back_populates="versions")
    published_by: Mapped[Person | None] = relationship()

    def title(self, language: str) -> str:
        """Its title in a language, or in its own."""
        return str(self.titles.get(language) or self.titles[self.definition["default_language"]])
