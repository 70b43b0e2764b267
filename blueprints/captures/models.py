"""What phones and kiosks have delivered."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import get_locale
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blueprints.kiosks.models import Kiosk
from blueprints.people.models import Person
from blueprints.shared.db import Base, now, uuid7

STATES = ("applied", "held", "closed")


class Capture(Base):
    """One capture, under the id that the phone gave it. Row and effect are one transaction."""

    __tablename__ = "capture"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="known_state"),
        CheckConstraint("(author_id IS NULL) <> (kiosk_id IS NULL)", name="one_author"),
        Index("ix_capture_device_number", "device_id", "number"),
        Index("ix_capture_author_state", "author_id", "state", "received"),
        Index("ix_capture_state_visit", "state", "visit_ref"),
        Index("ix_capture_same_as", "same_as", "digest"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), default="")  # empty: the address takes no captures
    url: Mapped[str] = mapped_column(String(500))
    label: Mapped[str] = mapped_column(String(300), default="")
    visit_ref: Mapped[UUID | None]  # as sent; the visit need not exist yet, nor ever
    client_id: Mapped[UUID | None] = mapped_column(ForeignKey("client.id"), index=True)  # once applied, or corrected
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    kiosk_id: Mapped[UUID | None] = mapped_column(ForeignKey("kiosk.id"))
    device_id: Mapped[UUID | None]  # as sent
    number: Mapped[int | None]  # the device's own count
    recorded: Mapped[datetime | None]  # the phone's clock
    received: Mapped[datetime] = mapped_column(default=now)
    digest: Mapped[str] = mapped_column(String(64))  # sha256 over the sorted fields
    code: Mapped[str] = mapped_column(String(8))  # of the receipt, Crockford base32
    state: Mapped[str] = mapped_column(String(8))
    # Why it is held or closed: by language {reason, messages: by field}; under "" what a person typed.
    why: Mapped[dict[str, Any] | None]
    refusal: Mapped[int | None]  # the HTTP status that the view refused with; 404 is tried again by itself
    fields: Mapped[list[Any] | None]  # [[name, value], …] as delivered; kept where it was not applied at once
    size: Mapped[int] = mapped_column(default=0)  # bytes of the kept fields
    same_as: Mapped[UUID | None]  # the id that came twice with different contents
    corrects: Mapped[str | None] = mapped_column(String(60))  # what it replaces

    author: Mapped[Person | None] = relationship()
    kiosk: Mapped[Kiosk | None] = relationship()
    files: Mapped[list["CaptureFile"]] = relationship(
        primaryjoin="Capture.id == foreign(CaptureFile.capture_id)", viewonly=True
    )
    settlements: Mapped[list["Settlement"]] = relationship(order_by="Settlement.id", back_populates="capture")

    @property
    def reason(self) -> str:
        """Why it is held or closed, in the reader's language; "" for what was applied."""
        return str(self._said().get("reason", ""))

    @property
    def messages(self) -> dict[str, str]:
        """What is wrong, by field, in the reader's language."""
        return dict(self._said().get("messages") or {})

    def _said(self) -> dict[str, Any]:
        why = self.why or {}
        return why.get(str(get_locale())) or next(iter(why.values()), {})


class CaptureFile(Base):
    """A photo that belongs to a capture; it travels after the words, under an id of its own."""

    __tablename__ = "capture_file"
    __table_args__ = (CheckConstraint("state IN ('applied', 'held')", name="known_state"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    capture_id: Mapped[UUID] = mapped_column(ForeignKey("capture.id"), index=True)
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(255), default="")
    digest: Mapped[str] = mapped_column(String(64))  # sha256 of the bytes as delivered
    stored: Mapped[str] = mapped_column(String(64))  # name of the file kept: re-encoded, or as delivered where held
    media_type: Mapped[str] = mapped_column(String(60))
    size: Mapped[int]
    state: Mapped[str] = mapped_column(String(8), default="applied")  # held: it could not be read as a picture
    received: Mapped[datetime] = mapped_column(default=now)


class Settlement(Base):
    """Somebody settled a held capture: who, what, why. What was delivered stays as it is."""

    __tablename__ = "settlement"
    __table_args__ = (CheckConstraint("what IN ('applied', 'closed', 'corrected')", name="known"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    capture_id: Mapped[UUID] = mapped_column(ForeignKey("capture.id"), index=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))  # none: the server tried again by itself
    what: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(default=now)

    capture: Mapped[Capture] = relationship(back_populates="settlements")
    person: Mapped[Person | None] = relationship()
