"""Paired tablets."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blueprints.people.models import Team
from blueprints.shared.db import Base, now, uuid7


class Kiosk(Base):
    """A tablet that shows one survey; paired by a code, known by a cookie of its own."""

    __tablename__ = "kiosk"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str] = mapped_column(String(100))
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"), index=True)
    form_id: Mapped[str] = mapped_column(String(60))
    made_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(default=now)
    code: Mapped[str | None] = mapped_column(String(64), unique=True)  # sha256 of the pairing code, until it is used
    code_expires: Mapped[datetime | None]
    secret: Mapped[str | None] = mapped_column(String(64), unique=True)  # sha256 of the token in the tablet's cookie
    paired_at: Mapped[datetime | None]
    last_heard: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))

    team: Mapped[Team] = relationship()
