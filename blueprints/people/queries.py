"""What can be asked about people. Everything takes the person who asks; what is not theirs to see does not exist."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import abort
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from blueprints.captures.models import Capture
from blueprints.clients.models import Client
from blueprints.people.models import Device, Invitation, Membership, Person, SignIn, Team
from blueprints.shared.db import db, now
from blueprints.shared.tokens import hashed


@dataclass(frozen=True)
class Listed:
    """One line of the list of people: who, in which teams, and when they were last here."""

    person: Person
    teams: list[str]
    seen: datetime | None

    @property
    def state(self) -> str:
        """active, invited (has no password yet) or disabled."""
        if self.person.disabled_at:
            return "disabled"
        return "active" if self.person.password else "invited"


@dataclass(frozen=True)
class ListedDevice:
    """One line of the list of devices."""

    device: Device
    person: Person | None
    captures: int


@dataclass(frozen=True)
class ListedTeam:
    """One line of the list of teams."""

    team: Team
    people: int
    clients: int


STATES: dict[str, ColumnElement[bool]] = {
    "active": and_(Person.disabled_at.is_(None), Person.password.is_not(None)),
    "invited": and_(Person.disabled_at.is_(None), Person.password.is_(None)),
    "disabled": Person.disabled_at.is_not(None),
}


def by_email(email: str) -> Person | None:
    """Who signs in with this address (lower case); asked by nobody yet, since nobody is signed in."""
    if not email.isprintable() or len(email) > 254:
        return None  # a database refuses NUL
    return db.session.scalar(select(Person).where(Person.email == email))


def invitation(token: str) -> Invitation | None:
    """The invitation of this link while it is good: unused, not too old, its person not disabled."""
    row = db.session.scalar(select(Invitation).where(Invitation.secret == hashed(token)))
    if row is None or row.used_at or row.expires_at <= now() or row.person.disabled_at:
        return None
    return row


def listed(by: Person, words: str = "", state: str = "") -> list[Listed]:
    """People by name, with their teams; for administrators."""
    _administrator(by)
    query = select(Person, func.max(SignIn.last_seen)).outerjoin(SignIn, SignIn.person_id == Person.id)
    for word in words.lower().split()[:5]:
        found = (func.lower(Person.name).contains(word, autoescape=True), Person.email.contains(word, autoescape=True))
        query = query.where(or_(*found))
    if state in STATES:
        query = query.where(STATES[state])
    rows = db.session.execute(query.group_by(Person.id).order_by(func.lower(Person.name), Person.id)).all()
    names = {team.id: team.name for team in db.session.scalars(select(Team))}
    return [Listed(person, sorted(names[id] for id in person.team_ids), seen) for person, seen in rows]


def one_of(by: Person, person_id: UUID) -> Person:
    """Somebody, for an administrator; else 404."""
    _administrator(by)
    return db.session.get(Person, person_id) or abort(404)


def open_link(by: Person, person: Person) -> Invitation | None:
    """The one-time link that somebody has not used yet (its token is not kept)."""
    _administrator(by)
    good = (Invitation.used_at.is_(None), Invitation.expires_at > now())
    return db.session.scalar(select(Invitation).where(Invitation.person_id == person.id, *good))


def sessions(by: Person, person: Person) -> list[SignIn]:
    """The sessions that are going on, the last used first: one's own, or anybody's for an administrator."""
    if by.id != person.id:
        _administrator(by)
    rows = db.session.scalars(_going_on().where(SignIn.person_id == person.id).order_by(SignIn.last_seen.desc()))
    return [row for row in rows if not row.is_idle]


def own_session(by: Person, sign_in_id: UUID) -> SignIn:
    """One of the person's own sessions that are going on; else 404."""
    return db.session.scalar(_going_on().where(SignIn.id == sign_in_id, SignIn.person_id == by.id)) or abort(404)


def any_session(by: Person, person_id: UUID, sign_in_id: UUID) -> SignIn:
    """A session of somebody, for an administrator; else 404."""
    _administrator(by)
    return db.session.scalar(_going_on().where(SignIn.id == sign_in_id, SignIn.person_id == person_id)) or abort(404)


def devices(by: Person) -> list[ListedDevice]:
    """Every device that has been used, the last heard first, with the number of its captures; for administrators."""
    _administrator(by)
    counted = select(Capture.device_id, func.count().label("n")).group_by(Capture.device_id).subquery()
    rows = db.session.execute(
        select(Device, Person, func.coalesce(counted.c.n, 0))
        .outerjoin(Person, Person.id == Device.person_id)
        .outerjoin(counted, counted.c.device_id == Device.id)
        .order_by(Device.revoked_at.is_not(None), Device.last_heard.desc())
    )
    return [ListedDevice(device, person, number) for device, person, number in rows]


def device(by: Person, device_id: UUID) -> Device:
    """A device, for an administrator; else 404."""
    _administrator(by)
    return db.session.get(Device, device_id) or abort(404)


def teams(by: Person) -> list[ListedTeam]:
    """Every team by name, with how many work in it and are served by it; for administrators."""
    _administrator(by)
    people = select(func.count()).where(Membership.team_id == Team.id).correlate(Team).scalar_subquery()
    clients = (
        select(func.count()).where(Client.team_id == Team.id, Client.archived_at.is_(None)).correlate(Team)
    ).scalar_subquery()
    rows = db.session.execute(select(Team, people, clients).order_by(func.lower(Team.name)))
    return [ListedTeam(*row) for row in rows]


def team(by: Person, team_id: UUID) -> Team:
    """A team, for an administrator; else 404."""
    _administrator(by)
    return db.session.get(Team, team_id) or abort(404)


def _administrator(by: Person) -> None:
    if not by.has("administrator"):
        abort(404)


def _going_on() -> Select[SignIn]:
    return (
        select(SignIn)
        .join(Device, SignIn.device_id == Device.id)
        .where(SignIn.ended_at.is_(None), SignIn.expires_at > now(), Device.revoked_at.is_(None))
        .options(joinedload(SignIn.device))
    )
