"""Who works here."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, lazyload, mapped_column, relationship

from blueprints.shared.db import Base, now, uuid7

ROLES = ("coordinator", "supervisor", "manager", "administrator")


class Team(Base):
    """A group of coordinators with its supervisors; a client belongs to one."""

    __tablename__ = "team"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str] = mapped_column(String(100), unique=True)


class Person(Base):
    """Somebody who works here and may sign in."""

    __tablename__ = "person"
    __allow_unmapped__ = True  # sign_in and reference below live only for a request
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password: Mapped[str | None] = mapped_column(String(200))  # argon2id; none until an invitation is used
    language: Mapped[str] = mapped_column(String(5), default="fr")
    shortcuts: Mapped[bool] = mapped_column(default=True)  # single-key shortcuts on the desk
    weekly_minutes: Mapped[int | None]  # time for visits in a week, for the load bar of the planning
    created_at: Mapped[datetime] = mapped_column(default=now)
    disabled_at: Mapped[datetime | None]
    disabled_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    disabled_reason: Mapped[str] = mapped_column(String(200), default="")

    roles: Mapped[list["PersonRole"]] = relationship(cascade="all, delete-orphan", lazy="selectin")
    memberships: Mapped[list["Membership"]] = relationship(cascade="all, delete-orphan")

    # what flask-login asks for
    is_authenticated = True
    is_anonymous = False
    sign_in: "SignIn | None" = None  # the session row that this request came with
    reference: str = ""  # the secret that names that row; only its hash is stored

    @property
    def is_active(self) -> bool:
        return self.disabled_at is None

    def get_id(self) -> str:
        """The reference of the session row: a session can be ended by itself, a person's id could not."""
        return self.reference

    def has(self, *roles: str) -> bool:
        """Whether the person has one of these roles."""
        return any(row.role in roles for row in self.roles)

    @property
    def team_ids(self) -> list[UUID]:
        return [row.team_id for row in self.memberships]


class PersonRole(Base):
    """One role of one person; somebody may have several."""

    __tablename__ = "person_role"
    __table_args__ = (CheckConstraint(f"role IN {ROLES}", name="known"),)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(20), primary_key=True)


class Membership(Base):
    """A person works in a team: coordinators have one or more, supervisors read those they are in."""

    __tablename__ = "membership"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"), primary_key=True, index=True)


NAME_ONLY = (lazyload(Person.roles), lazyload(Person.memberships))  # where a page needs no more of a person


class Cover(Base):
    """A colleague stands in for somebody from one day to another, both included; made by a supervisor."""

    __tablename__ = "cover"
    __table_args__ = (
        CheckConstraint("away_id <> stand_in_id", name="two_people"),
        CheckConstraint("first_day <= last_day", name="days_in_order"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    away_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    stand_in_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(default=now)

    away: Mapped[Person] = relationship(foreign_keys=[away_id])
    stand_in: Mapped[Person] = relationship(foreign_keys=[stand_in_id])


class Device(Base):
    """A phone, tablet or computer: its captures carry numbers, so that a gap shows."""

    __tablename__ = "device"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)  # who signed in first
    label: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_heard: Mapped[datetime] = mapped_column(default=now)
    last_number: Mapped[int] = mapped_column(default=0)  # highest number of a capture that arrived
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class SignIn(Base):
    """One session of one person on one device: listed, revocable."""

    __tablename__ = "sign_in"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    secret: Mapped[str] = mapped_column(String(64), unique=True)  # sha256 of the reference in the cookie
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    device_id: Mapped[UUID] = mapped_column(ForeignKey("device.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_seen: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    idle_minutes: Mapped[int | None]  # none: a coordinator's own phone may rest
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person] = relationship(foreign_keys=[person_id], lazy="joined")
    device: Mapped[Device] = relationship(foreign_keys=[device_id], lazy="joined")

    @property
    def is_idle(self) -> bool:
        """Whether it has rested too long for a desk; a coordinator's own phone may rest."""
        return bool(self.idle_minutes) and self.last_seen + timedelta(minutes=self.idle_minutes or 0) <= now()


class Invitation(Base):
    """A one-time link by which somebody sets a password: a new person, or one whose password was reset."""

    __tablename__ = "invitation"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    secret: Mapped[str] = mapped_column(String(64), unique=True)  # sha256 of the token in the link
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    made_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
