"""The persons served and their case."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blueprints.people.models import Person, Team
from blueprints.shared.db import Base, now, uuid7

ALERT_LEVELS = ("danger", "warning", "access")


class Client(Base):
    """Somebody who is served; never deleted, only archived."""

    __tablename__ = "client"
    __table_args__ = (Index("ix_client_team_name", "team_id", "archived_at", "family_name", "given_name"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"))
    given_name: Mapped[str] = mapped_column(String(100))
    family_name: Mapped[str] = mapped_column(String(100))
    born: Mapped[date | None]
    address: Mapped[str] = mapped_column(String(300), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    service: Mapped[str] = mapped_column(String(200), default="")  # what is done for them: "Maintien à domicile"
    needs: Mapped[str] = mapped_column(Text, default="")
    visit_every: Mapped[int | None]  # days between visits; none: no rhythm
    next_form: Mapped[str | None] = mapped_column(String(60))  # id of the form that the next visit is for
    search: Mapped[str] = mapped_column(Text, default="")  # names and address, folded, for the list's search
    created_at: Mapped[datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)
    archived_at: Mapped[datetime | None]
    archived_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))

    team: Mapped[Team] = relationship()
    contacts: Mapped[list["Contact"]] = relationship(order_by="Contact.position", cascade="all, delete-orphan")
    alerts: Mapped[list["Alert"]] = relationship(order_by="Alert.level, Alert.id", cascade="all, delete-orphan")
    assignments: Mapped[list["Assignment"]] = relationship(cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": version}

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"


class Contact(Base):
    """Somebody around the client: a daughter, a doctor, a neighbour with the key."""

    __tablename__ = "contact"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("client.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(String(200))
    relation: Mapped[str] = mapped_column(String(100), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")


class Alert(Base):
    """What whoever stands at the door must know: "chien", "code 41B7", "chute récente"."""

    __tablename__ = "alert"
    __table_args__ = (CheckConstraint(f"level IN {ALERT_LEVELS}", name="known_level"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("client.id"), index=True)
    level: Mapped[str] = mapped_column(String(10), default="warning")
    words: Mapped[str] = mapped_column(String(200))
    since: Mapped[date | None]


class Assignment(Base):
    """A coordinator looks after a client; a row with an end stays for the record."""

    __tablename__ = "assignment"
    __table_args__ = (Index("ix_assignment_person", "person_id", "ended_at", "client_id"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("client.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
