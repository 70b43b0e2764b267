"""What can be asked of the audit: what became of one case, what one person did. Everything takes the person who asks.

Who may not open a case learns what was done in it and by whom, but neither whose it is nor a word of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import abort
from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import joinedload

from blueprints.audit.models import AuditEntry
from blueprints.clients.models import Client
from blueprints.people import queries as people
from blueprints.people.access import day_bounds, supervised_teams
from blueprints.people.models import NAME_ONLY, Person
from blueprints.shared.db import db

A_PAGE = 50


@dataclass(frozen=True)
class Page:
    """One page, newest first; `older`: the entry after which the next one begins, None at the end."""

    entries: Sequence[AuditEntry]
    older: UUID | None


@dataclass(frozen=True)
class Case:
    """Whose history it is. name: only for whoever may open the case."""

    id: UUID
    name: str | None


def case_of(person: Person, client_id: UUID) -> Case:
    """The case whose history this person may read: supervisors those of their teams, managers and administrators all;
    else 404."""
    query = select(Client).where(Client.id == client_id)
    teams = supervised_teams(person)
    if not person.has("manager", "administrator"):
        query = query.where(Client.team_id.in_(teams))
    client = db.session.scalar(query) or abort(404)
    return Case(client.id, client.name if client.team_id in teams else None)


def of_client(
    person: Person,
    client_id: UUID,
    kind: str | None = None,
    first: date | None = None,
    last: date | None = None,
    before: UUID | None = None,
) -> Page:
    """What was done in a case, between two days of the service's clock; 404 where it is not theirs to read.

    before: only what was done earlier than that entry.
    """
    case_of(person, client_id)
    return _page(AuditEntry.client_id == client_id, kind, first, last, before)


def of_person(
    by: Person,
    person_id: UUID,
    kind: str | None = None,
    first: date | None = None,
    last: date | None = None,
    before: UUID | None = None,
    about: bool = False,
) -> Page:
    """What somebody did, for an administrator, else 404. about: what was done to their account, and by others with
    words of theirs."""
    people.one_of(by, person_id)
    account = and_(AuditEntry.kind == "person", AuditEntry.object_id == person_id)
    whose = or_(account, AuditEntry.author_id == person_id) if about else AuditEntry.person_id == person_id
    return _page(whose, kind, first, last, before)


def _page(
    whose: ColumnElement[bool], kind: str | None, first: date | None, last: date | None, before: UUID | None
) -> Page:
    query = _with_names(select(AuditEntry).where(whose))
    if kind is not None:
        query = query.where(AuditEntry.kind == kind)
    if first is not None:
        query = query.where(AuditEntry.at >= day_bounds(first)[0])
    if last is not None:
        query = query.where(AuditEntry.at < day_bounds(last)[1])
    if before is not None:
        query = query.where(_earlier_than(before))
    newest = query.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(A_PAGE + 1)
    found = db.session.scalars(newest).all()
    return Page(found[:A_PAGE], found[A_PAGE - 1].id if len(found) > A_PAGE else None)


def _earlier_than(entry_id: UUID) -> ColumnElement[bool]:
    """By moment, and by id where two have the same; the first part alone lets an index be entered there."""
    moment = select(AuditEntry.at).where(AuditEntry.id == entry_id).scalar_subquery()
    return and_(AuditEntry.at <= moment, or_(AuditEntry.at < moment, AuditEntry.id < entry_id))


def _with_names(query: Select[AuditEntry]) -> Select[AuditEntry]:
    return query.options(
        joinedload(AuditEntry.person).options(*NAME_ONLY),
        joinedload(AuditEntry.author).options(*NAME_ONLY),
        joinedload(AuditEntry.kiosk),
        joinedload(AuditEntry.device),
    )
