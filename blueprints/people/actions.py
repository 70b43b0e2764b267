"""What can happen to people, their teams, sessions and devices."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select, update

from blueprints.people import passwords
from blueprints.people.models import (
    ROLES,
    Device,
    Invitation,
    Membership,
    Person,
    PersonRole,
    SignIn,
    Team,
)
from blueprints.shared.db import db, now
from blueprints.shared.happened import by as by_hand
from blueprints.shared.happened import tell
from blueprints.shared.refusal import Refused
from blueprints.shared.tokens import hashed
from blueprints.shared.words import LANGUAGES

INVITATION_LASTS = timedelta(days=7)


@dataclass(frozen=True)
class Details:
    """What an administrator says about somebody."""

    name: str
    email: str
    roles: list[str]
    team_ids: list[UUID] = field(default_factory=list)
    weekly_minutes: int | None = None


def invite(by: Person, details: Details) -> tuple[Person, str]:
    """A new person, and the token of the one-time link with which they set their password.

    Refuses an e-mail that somebody has, roles that are none, and teams that do not exist.
    """
    person = _new(details)
    tell("invited", "person", person.id)
    return person, _link(by, person)


def create_administrator(name: str, email: str, password: str) -> Person:
    """The first person of an installation, made on the server itself. Refuses an e-mail in use and a weak password."""
    person = _new(Details(name, email, ["administrator"]))
    choose_password(person, password)
    tell("created", "person", person.id)
    return person


def change_details(by: Person, person: Person, details: Details) -> None:
    """Name, e-mail, roles, teams. A role more ends the person's sessions: they were begun with a longer life.

    Refuses to leave the service without an administrator who can sign in.
    """
    before = {row.role for row in person.roles}
    if person.email != details.email.lower():
        _must_be_free(details.email)
    if "administrator" in before and "administrator" not in details.roles:
        _another_administrator_than(person)
    person.name, person.email, person.weekly_minutes = details.name, details.email.lower(), details.weekly_minutes
    _set_roles_and_teams(person, details)
    if set(details.roles) - before and person.id != by.id:
        _end_sessions(person.id, by)
    tell("changed", "person", person.id)


def accept(invitation: Invitation, password: str) -> Person:
    """Sets the password of whoever holds the link, which ends. Refuses a weak one."""
    choose_password(invitation.person, password)
    invitation.used_at = now()
    with by_hand(person_id=invitation.person_id):  # nobody is signed in yet: the link says who it is
        tell("accepted", "person", invitation.person_id)
    return invitation.person


def choose_password(person: Person, password: str) -> None:
    """Sets somebody's password. Refuses one that is short, common or made of what everybody knows about them."""
    reason = passwords.unfit(password, person)
    if reason:
        raise Refused(reason, {"password": reason})
    person.password = passwords.hash_of(password)


def change_own_password(person: Person, password: str) -> None:
    """The same by the person, who has proven anew that it is still them; ends all their other sessions."""
    choose_password(person, password)
    end_other_sessions(person)
    tell("changed password", "person", person.id)


def reset_password(by: Person, person: Person) -> str:
    """Takes the password away, ends all sessions, and gives the token of a new one-time link."""
    if person.disabled_at:
        raise Refused(_("This account is disabled. Enable it first."))
    person.password = None
    _end_sessions(person.id, by)
    tell("reset", "person", person.id)
    return _link(by, person)


def disable(by: Person, person: Person, reason: str) -> None:
    """They may no longer sign in, and every session ends. What they have written stays.

    Refuses to disable oneself, and the last administrator.
    """
    if person.id == by.id:
        raise Refused(_("You cannot disable yourself. Ask another administrator."))
    _another_administrator_than(person)
    person.disabled_at, person.disabled_by, person.disabled_reason = now(), by.id, reason
    _end_sessions(person.id, by)
    _end_links(person)
    tell("disabled", "person", person.id)


def enable(by: Person, person: Person) -> None:
    """They may sign in again, with the password that they had."""
    person.disabled_at, person.disabled_by, person.disabled_reason = None, None, ""
    tell("enabled", "person", person.id)


def introduce(person: Person, name: str, shortcuts: bool) -> None:
    """What everybody may change of themselves."""
    person.name, person.shortcuts = name, shortcuts
    tell("introduced", "person", person.id)


def choose_language(person: Person, language: str) -> None:
    """The language of the interface. Refuses one that there is not."""
    if language not in LANGUAGES:
        raise Refused(_("There is no such language."))
    person.language = language


def end_one_session(by: Person, row: SignIn) -> None:
    """That device is signed out. What it has not sent yet stays on it."""
    if row.ended_at is None:
        row.ended_at, row.ended_by = now(), by.id
        tell("ended", "session", row.id)


def end_other_sessions(person: Person) -> None:
    """All sessions of the person but the one that asks."""
    _end_sessions(person.id, person, but=person.sign_in.id if person.sign_in else None)
    tell("ended other sessions", "person", person.id)


def revoke_device(by: Person, device: Device) -> None:
    """A lost or stolen phone: all its sessions end, and it can never sign in under this number again."""
    if device.revoked_at is None:
        device.revoked_at, device.revoked_by = now(), by.id
    on_it = (SignIn.device_id == device.id, SignIn.ended_at.is_(None))
    db.session.execute(update(SignIn).where(*on_it).values(ended_at=now(), ended_by=by.id))
    tell("revoked", "device", device.id)


def make_team(name: str) -> Team:
    """A new team. Refuses a name in use."""
    _must_be_new(name)
    team = Team(name=name)
    db.session.add(team)
    db.session.flush()
    tell("created", "team", team.id)
    return team


def rename_team(team: Team, name: str) -> None:
    """Another name. Refuses one in use."""
    if team.name != name:
        _must_be_new(name)
    team.name = name
    tell("renamed", "team", team.id)


def _new(details: Details) -> Person:
    _must_be_free(details.email)
    person = Person(name=details.name, email=details.email.lower(), weekly_minutes=details.weekly_minutes)
    db.session.add(person)
    _set_roles_and_teams(person, details)
    return person


def _set_roles_and_teams(person: Person, details: Details) -> None:
    if not details.roles or not set(details.roles) <= set(ROLES):
        raise Refused(_("There is no such role."), {"roles": _("Please choose at least one.")})
    # a row that stays is kept: one deleted and made anew in the same transaction would collide with itself
    roles = {row.role: row for row in person.roles}
    person.roles = [roles.get(role) or PersonRole(role=role) for role in dict.fromkeys(details.roles)]
    teams = {row.team_id: row for row in person.memberships}
    person.memberships = [teams.get(id) or Membership(team_id=id) for id in _known_teams(details.team_ids)]
    db.session.flush()


def _known_teams(ids: Iterable[UUID]) -> list[UUID]:
    ids = set(ids)
    known = list(db.session.scalars(select(Team.id).where(Team.id.in_(ids))))
    if len(known) != len(ids):
        raise Refused(_("There is no such team."), {"teams": _("There is no such team.")})
    return known


def _must_be_free(email: str) -> None:
    if db.session.scalar(select(Person.id).where(Person.email == email.lower())):
        words = _("Somebody with this e-mail is here already.")
        raise Refused(words, {"email": words})


def _must_be_new(name: str) -> None:
    if db.session.scalar(select(Team.id).where(func.lower(Team.name) == name.lower())):
        words = _("There is a team of this name already.")
        raise Refused(words, {"name": words})


def _another_administrator_than(person: Person) -> None:
    others = (
        select(Person.id)
        .join(PersonRole)
        .where(PersonRole.role == "administrator", Person.id != person.id)
        .where(Person.disabled_at.is_(None), Person.password.is_not(None))
    )
    if person.has("administrator") and not db.session.scalar(others.limit(1)):
        raise Refused(_("This is the last administrator who can sign in. Make somebody else one first."))


def _link(by: Person, person: Person) -> str:
    """A new one-time link; those before it end."""
    _end_links(person)
    token = secrets.token_urlsafe(32)
    db.session.add(
        Invitation(secret=hashed(token), person_id=person.id, made_by=by.id, expires_at=now() + INVITATION_LASTS)
    )
    db.session.flush()
    return token


def _end_links(person: Person) -> None:
    mine = (Invitation.person_id == person.id, Invitation.used_at.is_(None), Invitation.expires_at > now())
    db.session.execute(update(Invitation).where(*mine).values(expires_at=now()))


def _end_sessions(person_id: UUID, by: Person, but: UUID | None = None) -> None:
    query = update(SignIn).where(SignIn.person_id == person_id, SignIn.ended_at.is_(None))
    if but is not None:
        query = query.where(SignIn.id != but)
    db.session.execute(query.values(ended_at=now(), ended_by=by.id))
