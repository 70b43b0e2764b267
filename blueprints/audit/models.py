"""What was done, by whom, from where: rows that nobody changes any more."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blueprints.kiosks.models import Kiosk
from blueprints.people.models import Device, Person
from blueprints.shared.db import Base, now, uuid7


class AuditEntry(Base):
    """Somebody did something: no words of what they wrote, only that they did.

    Nobody and a request: somebody not signed in. Nobody and no request: the service itself, by a command or a clock.
    """

    __tablename__ = "audit_entry"
    __sealed__ = True
    __table_args__ = (
        Index("ix_audit_entry_client", "client_id", "at", "id"),
        Index("ix_audit_entry_person", "person_id", "at", "id"),
        Index(
            "ix_audit_entry_about",
            "object_id",
            sqlite_where=text("kind = 'person'"),
            postgresql_where=text("kind = 'person'"),
        ),
        Index(
            "ix_audit_entry_author",
            "author_id",
            sqlite_where=text("author_id IS NOT NULL"),
            postgresql_where=text("author_id IS NOT NULL"),
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    at: Mapped[datetime] = mapped_column(default=now)
    verb: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20))
    object_id: Mapped[UUID]
    client_id: Mapped[UUID | None] = mapped_column(ForeignKey("client.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    kiosk_id: Mapped[UUID | None] = mapped_column(ForeignKey("kiosk.id"))
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))  # whose words, where not the person's own
    # Without foreign keys: the row outlives them.
    device_id: Mapped[UUID | None]
    sign_in_id: Mapped[UUID | None]
    request_id: Mapped[str | None] = mapped_column(String(16))  # as the log has it

    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])
    author: Mapped[Person | None] = relationship(foreign_keys=[author_id])
    kiosk: Mapped[Kiosk | None] = relationship()
    device: Mapped[Device | None] = relationship(
        primaryjoin="foreign(AuditEntry.device_id) == Device.id", viewonly=True
    )
