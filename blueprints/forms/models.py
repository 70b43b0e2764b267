"""Form definitions as they were published. A version is never altered and never taken away."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blueprints.people.models import Person
from blueprints.shared.db import Base, now, uuid7

USES = ("checklist", "survey")


class Form(Base):
    """A form under its own id, such as "home-safety"; ``current`` is the version that new pages ask (None: retired)."""

    __tablename__ = "form"
    __table_args__ = (CheckConstraint(f"use IN {USES}", name="known_use"),)
    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    use: Mapped[str] = mapped_column(String(12))
    current: Mapped[str | None] = mapped_column(String(12))

    versions: Mapped[list["FormVersion"]] = relationship(
        back_populates="form", order_by="FormVersion.published_at.desc()"
    )
    decisions: Mapped[list["FormDecision"]] = relationship(
        back_populates="form", order_by="FormDecision.at, FormDecision.id"
    )


class FormSource(Base):
    """A file that a form was imported from, as it came, and the XForm that was made of it."""

    __tablename__ = "form_source"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    file: Mapped[str] = mapped_column(String(250))  # its name
    data: Mapped[bytes] = mapped_column(LargeBinary)
    xform: Mapped[str] = mapped_column(Text)
    added_at: Mapped[datetime] = mapped_column(default=now)


class FormVersion(Base):
    """One published definition. ``version``: the first 12 hex digits of its sha256."""

    __tablename__ = "form_version"
    form_id: Mapped[str] = mapped_column(ForeignKey("form.id"), primary_key=True)
    version: Mapped[str] = mapped_column(String(12), primary_key=True)
    titles: Mapped[dict[str, Any]]  # by language
    definition: Mapped[dict[str, Any]]  # form.json, complete
    published_at: Mapped[datetime] = mapped_column(default=now)
    published_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    source_id: Mapped[str | None] = mapped_column(ForeignKey("form_source.sha256"))  # None: written by hand
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)  # remarks of its import, not translated

    form: Mapped[Form] = relationship(back_populates="versions")
    published_by: Mapped[Person | None] = relationship()
    source: Mapped[FormSource | None] = relationship()

    def title(self, language: str) -> str:
        """Its title in a language, or in its own."""
        return str(self.titles.get(language) or self.titles[self.definition["default_language"]])


class FormDecision(Base):
    """Somebody decided which version of a form is asked from now on, or that it is asked no more (``version`` None)."""

    __tablename__ = "form_decision"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    form_id: Mapped[str] = mapped_column(ForeignKey("form.id"), index=True)
    version: Mapped[str | None] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(default=now)
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))  # None: by a command

    form: Mapped[Form] = relationship(back_populates="decisions")
    by: Mapped[Person | None] = relationship()


class FormUpload(Base):
    """A file that an administrator brought: what was found in it, until it is published or a day has passed."""

    __tablename__ = "form_upload"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(default=now)
    use: Mapped[str] = mapped_column(String(12))
    file: Mapped[str] = mapped_column(String(250))
    data: Mapped[bytes] = mapped_column(LargeBinary)
    found: Mapped[dict[str, Any]]  # what importing.converting.run says of it
