"""What can be asked about clients. Everything takes the person who asks; what they may not see does not exist."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from flask import abort
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from blueprints.clients.models import Assignment, Client
from blueprints.people.access import clients_of, day_bounds, supervised_teams
from blueprints.people.models import NAME_ONLY, Membership, Person, PersonRole, Team
from blueprints.shared.db import db, local, today
from blueprints.shared.words import fold
from blueprints.visits.models import OPEN, Visit

A_PAGE = 30
WITH_ALL = (
    joinedload(Client.team),
    selectinload(Client.contacts),
    selectinload(Client.alerts),
    selectinload(Client.assignments).joinedload(Assignment.person).options(*NAME_ONLY),
)


@dataclass(frozen=True)
class Found:
    """One page of the list: its clients, how many there are in all, which page of how many."""

    clients: Sequence[Client]
    total: int
    page: int
    pages: int


def one_of(person: Person, client_id: UUID) -> Client:
    """The client whose case this person may open, with contacts, alerts and who looks after them; else 404."""
    return _one(Client.id.in_(clients_of(person, client_id)), client_id)


def one_supervised(person: Person, client_id: UUID, lock: bool = False) -> Client:
    """The client whose case this person may change: a supervisor, of their own teams; else 404.

    lock: until the commit; who comes second waits, and reads what the first one has made of it.
    """
    return _one(Client.team_id.in_(supervised_teams(person)), client_id, lock)


def _one(visible: ColumnElement[bool], client_id: UUID, lock: bool = False) -> Client:
    query = select(Client).with_for_update(of=Client) if lock else select(Client)
    client: Client | None = db.session.scalar(query.where(Client.id == client_id, visible).options(*WITH_ALL))
    if client is None:
        abort(404)
    return client


def found(
    person: Person,
    words: str = "",
    team: UUID | None = None,
    coordinator: UUID | None = None,
    archived: bool = False,
    page: int = 1,
) -> Found:
    """Clients by name; every word must occur in names, address or telephone, whatever accents and case."""
    query = select(Client).where(Client.id.in_(clients_of(person)))
    query = query.where(Client.archived_at.is_not(None) if archived else Client.archived_at.is_(None))
    for word in fold(words).split()[:8]:
        query = query.where(Client.search.contains(word, autoescape=True))
    if team:
        query = query.where(Client.team_id == team)
    if coordinator:
        query = query.where(Client.id.in_(assigned_to(coordinator)))
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    pages = max(1, -(-total // A_PAGE))
    page = min(max(1, page), pages)
    rows = db.session.scalars(
        query.options(
            joinedload(Client.team),
            selectinload(Client.alerts),
            selectinload(Client.assignments.and_(Assignment.ended_at.is_(None)))
            .joinedload(Assignment.person)
            .options(*NAME_ONLY),
        )
        .order_by(Client.search, Client.id)
        .limit(A_PAGE)
        .offset((page - 1) * A_PAGE)
    ).all()
    return Found(rows, total, page, pages)


def facts_of(person: Person, client_id: UUID, day: date) -> dict[str, str]:
    """What a form may read of a client, as texts under the names of docs/forms.md; {} where the person may not open
    the case. day: on which the age is wanted."""
    visible = Client.id.in_(clients_of(person, client_id))
    client = db.session.scalar(select(Client).where(Client.id == client_id, visible).options(*WITH_ALL))
    return _facts(person, client, day) if client else {}


def everyone(person: Person, day: date, most: int = 2_000) -> list[dict[str, str]]:
    """The same of each client whose case the person may open, by name; a fixed number of queries."""
    query = select(Client).where(Client.id.in_(clients_of(person)), Client.archived_at.is_(None))
    query = query.options(*WITH_ALL).order_by(Client.search, Client.id).limit(most)
    return [_facts(person, client, day) for client in db.session.scalars(query)]


def _facts(person: Person, client: Client, day: date) -> dict[str, str]:
    born, contact = client.born, next(iter(client.contacts), None)
    had = (day.month, day.day) >= (born.month, born.day) if born else False
    return {
        "client_id": str(client.id),
        "full_name": client.name,
        "given_name": client.given_name,
        "family_name": client.family_name,
        "date_of_birth": born.isoformat() if born else "",
        "age": str(day.year - born.year - (not had)) if born else "",
        "phone": client.phone,
        "address": client.address,
        "alerts": "; ".join(alert.words for alert in client.alerts),
        "needs": client.needs,
        "service": client.service,
        "team": client.team.name,
        "coordinator": ", ".join(each.person.name for each in client.assignments if each.ended_at is None),
        "opened": local(client.created_at).date().isoformat(),
        "contact_name": contact.name if contact else "",
        "contact_relation": contact.relation if contact else "",
        "contact_phone": contact.phone if contact else "",
        "user_name": person.name,
    }


def assigned_to(coordinator: UUID) -> Select[UUID]:
    """Ids of the clients whom this coordinator looks after now."""
    return select(Assignment.client_id).where(Assignment.person_id == coordinator, Assignment.ended_at.is_(None))


def next_visits(clients: Iterable[Client]) -> dict[UUID, datetime]:
    """For each client the start of the next visit from today on, where there is one."""
    start, _ = day_bounds(today())
    ids = [client.id for client in clients]
    rows = db.session.execute(
        select(Visit.client_id, func.min(Visit.starts_at))
        .where(Visit.client_id.in_(ids), Visit.status.in_(OPEN), Visit.starts_at >= start)
        .group_by(Visit.client_id)
    )
    return dict(rows.all())


def teams(person: Person) -> Sequence[Team]:
    """The teams whose clients this person may change and plan for."""
    return db.session.scalars(select(Team).where(Team.id.in_(supervised_teams(person))).order_by(Team.name)).all()


def coordinators(teams: Iterable[UUID]) -> Sequence[Person]:
    """The coordinators of these teams who may still sign in, by name."""
    return db.session.scalars(
        select(Person)
        .where(
            Person.disabled_at.is_(None),
            Person.id.in_(select(PersonRole.person_id).where(PersonRole.role == "coordinator")),
            Person.id.in_(select(Membership.person_id).where(Membership.team_id.in_(list(teams)))),
        )
        .options(*NAME_ONLY)
        .order_by(Person.name, Person.id)
    ).all()


def planned_visits(client: Client) -> int:
    """How many visits of this client are still to happen, from today on."""
    start, _ = day_bounds(today())
    query = select(func.count()).where(Visit.client_id == client.id, Visit.status.in_(OPEN), Visit.starts_at >= start)
    return db.session.scalar(query) or 0


def assignment_of(client: Client, assignment_id: UUID) -> Assignment:
    """One of the client's assignments that has not ended; else 404."""
    found = [row for row in client.assignments if row.id == assignment_id and row.ended_at is None]
    if not found:
        abort(404)
    return found[0]
