"""The supervisor's week: who goes where, how full the days are, what clashes, whom a visit is due to.

A fixed number of queries, however many visits, coordinators and clients there are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from flask import abort
from flask_babel import gettext as _
from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from blueprints.clients.models import Client
from blueprints.people.access import day_bounds, supervised_teams
from blueprints.people.models import NAME_ONLY, Cover, Membership, Person, Team
from blueprints.shared.db import db, local, now, today
from blueprints.shared.words import clock, day
from blueprints.visits.models import HELD_VISIT, OPEN, Visit

IN_THE_WAY = (*OPEN, *HELD_VISIT)  # what takes a coordinator's time
GONE = ("rescheduled", "entered_in_error")
DUE_WITHIN = timedelta(days=14)
NEW_CLIENT = timedelta(days=7)  # a client without any visit is due one so soon
A_WEEK = 7


@dataclass
class Cell:
    """One coordinator's day: the visits they make then, and who stands in for them where somebody does."""

    day: date
    visits: list[Visit] = field(default_factory=list)
    covered_by: Person | None = None
    clashes: list[str] = field(default_factory=list)
    clashing: set[UUID] = field(default_factory=set)

    @property
    def minutes(self) -> int:
        return sum(visit.minutes for visit in self.counted)

    @property
    def counted(self) -> list[Visit]:
        return [visit for visit in self.visits if visit.status in IN_THE_WAY]


@dataclass
class Row:
    """One coordinator's week."""

    person: Person
    cells: list[Cell]
    for_others: dict[str, int] = field(default_factory=dict)  # how many visits for each colleague they cover

    @property
    def count(self) -> int:
        return sum(len(cell.counted) for cell in self.cells)

    @property
    def minutes(self) -> int:
        return sum(cell.minutes for cell in self.cells)


@dataclass(frozen=True)
class Week:
    """A week of a team: a row for each coordinator, the covers that touch it, visits a day."""

    days: list[date]
    rows: list[Row]
    covers: Sequence[Cover]
    team: Team
    visible: list[UUID]  # teams whose clients the reader may see

    def shows(self, visit: Visit) -> bool:
        """Whether the reader may see whose visit it is."""
        return visit.client.team_id in self.visible

    def count(self, at: int) -> int:
        """How many visits the whole team makes on the day with this index."""
        return sum(len(row.cells[at].counted) for row in self.rows)


@dataclass(frozen=True)
class Due:
    """A client to whom a visit is due. days: how many from today; below 0: so many days ago."""

    client: Client
    on: date
    days: int


def one_team(person: Person, team_id: UUID | None) -> Team:
    """The team asked for, or the first of those that the person supervises; 404 for others and for none."""
    query = select(Team).where(Team.id.in_(supervised_teams(person))).order_by(Team.name)
    team = db.session.scalar(query.where(Team.id == team_id) if team_id else query.limit(1))
    return team or abort(404)


def week_of(person: Person, team: Team, monday: date, people: Sequence[Person]) -> Week:
    """The week that begins with this Monday, for these coordinators of the team.

    A visit to a client whom the person may not see takes its time, and shows nothing: its client is left out.
    """
    days = [monday + timedelta(days=n) for n in range(A_WEEK)]
    ids = [one.id for one in people]
    covers = db.session.scalars(
        select(Cover)
        .where(or_(Cover.away_id.in_(ids), Cover.stand_in_id.in_(ids)))
        .where(Cover.first_day <= days[-1], Cover.last_day >= days[0])
        .options(joinedload(Cover.away).options(*NAME_ONLY), joinedload(Cover.stand_in).options(*NAME_ONLY))
        .order_by(Cover.first_day, Cover.id)
    ).all()
    away = {(c.away_id, d): c for c in covers for d in days if c.first_day <= d <= c.last_day}
    rows = {one.id: Row(one, [Cell(d) for d in days]) for one in people}
    for one in people:
        for cell in rows[one.id].cells:
            if found := away.get((one.id, cell.day)):
                cell.covered_by = found.stand_in
    everybody = {*ids, *(c.away_id for c in covers)}
    for visit in _visits_of(everybody, days):
        on = local(visit.starts_at).date()
        found = away.get((visit.coordinator_id, on))
        row = rows.get(found.stand_in_id if found else visit.coordinator_id)
        if row is not None:
            row.cells[(on - monday).days].visits.append(visit)
            if found:
                row.for_others[found.away.name] = row.for_others.get(found.away.name, 0) + 1
    for row in rows.values():
        for cell in row.cells:
            _find_clashes(cell)
    return Week(days, list(rows.values()), covers, team, supervised_teams(person))


def _visits_of(people: Iterable[UUID], days: Sequence[date]) -> Sequence[Visit]:
    return db.session.scalars(
        select(Visit)
        .where(
            Visit.coordinator_id.in_(people),
            Visit.starts_at >= day_bounds(days[0])[0],
            Visit.starts_at < day_bounds(days[-1])[1],
            Visit.status.not_in(GONE),
        )
        .options(joinedload(Visit.client))
        .order_by(Visit.starts_at, Visit.id)
    ).all()


def end_of(visit: Visit) -> datetime:
    """When the visit is planned to be over."""
    return visit.starts_at + timedelta(minutes=visit.minutes)


def _find_clashes(cell: Cell) -> None:
    longest: Visit | None = None
    for visit in cell.visits:
        if visit.status not in OPEN:
            continue
        if longest is not None and visit.starts_at < end_of(longest):
            cell.clashing |= {longest.id, visit.id}
            cell.clashes.append(_clash(longest, visit))
        if longest is None or end_of(visit) > end_of(longest):
            longest = visit


def _clash(one: Visit, other: Visit) -> str:
    first, second, end = clock(one.starts_at), clock(other.starts_at), clock(end_of(one))
    if first == second:
        return _("Conflict: two visits at %(time)s", time=first)
    return _("Conflict: the visit of %(first)s lasts until %(end)s, the next one begins at %(second)s",
             first=first, end=end, second=second)  # fmt: skip


def clashes(
    coordinator: Person, client: Client, starts_at: datetime, minutes: int, moving: Visit | None = None
) -> list[str]:
    """What speaks against a visit of this length then, in words: another visit of the coordinator or of the client at
    the same time, an absence, a day that is over. `moving`: the visit itself, which is not in its own way."""
    on = local(starts_at).date()
    found = []
    if on < today():
        found.append(_("This day is over."))
    cover = cover_between(coordinator, on, on)
    if cover is not None:
        found.append(_("%(who)s is away on %(day)s; %(other)s stands in.", who=coordinator.name, day=day(on),
                       other=cover.stand_in.name))  # fmt: skip
    ends_at = starts_at + timedelta(minutes=minutes)
    for visit in _near(coordinator, client, on):
        if visit.id == getattr(moving, "id", None) or not (visit.starts_at < ends_at and starts_at < end_of(visit)):
            continue
        if visit.coordinator_id == coordinator.id:
            found.append(_("%(who)s is already on a visit from %(start)s to %(end)s.", who=coordinator.name,
                           start=clock(visit.starts_at), end=clock(end_of(visit))))  # fmt: skip
        else:
            found.append(_("%(client)s already has a visit at %(start)s, by %(who)s.", client=client.name,
                           start=clock(visit.starts_at), who=visit.coordinator.name))  # fmt: skip
    return found


def _near(coordinator: Person, client: Client, on: date) -> Sequence[Visit]:
    start, end = day_bounds(on)
    return db.session.scalars(
        select(Visit)
        .where(or_(Visit.coordinator_id == coordinator.id, Visit.client_id == client.id))
        .where(Visit.starts_at >= start - timedelta(hours=12), Visit.starts_at < end + timedelta(hours=12))
        .where(Visit.status.in_(OPEN))
        .options(joinedload(Visit.coordinator).options(*NAME_ONLY))
        .order_by(Visit.starts_at)
    ).all()


def cover_between(away: Person, first: date, last: date) -> Cover | None:
    """Whoever stands in for this person on a day from first to last, both included."""
    return db.session.scalar(
        select(Cover)
        .where(Cover.away_id == away.id, Cover.first_day <= last, Cover.last_day >= first)
        .options(joinedload(Cover.stand_in).options(*NAME_ONLY))
        .limit(1)
    )


def one_cover(person: Person, cover_id: UUID) -> Cover:
    """A cover of somebody in a team that this person supervises; else 404."""
    members = select(Membership.person_id).where(Membership.team_id.in_(supervised_teams(person)))
    cover = db.session.scalar(
        select(Cover)
        .where(Cover.id == cover_id, Cover.away_id.in_(members))
        .options(joinedload(Cover.away).options(*NAME_ONLY))
    )
    return cover or abort(404)


def due(team: Team, most: int = 30) -> tuple[list[Due], int]:
    """Clients of the team to whom a visit is due within two weeks and none is planned, the most overdue first; and how
    many there are in all. Due: so many days after the last one that was made as the client's rhythm says."""
    to_come = aliased(Visit)
    moment = now()
    planned = exists().where(
        to_come.client_id == Client.id, to_come.status.in_(OPEN), to_come.starts_at >= day_bounds(today())[0]
    )
    rows = db.session.execute(
        select(Client.id, Client.visit_every, Client.created_at, func.max(Visit.starts_at))
        .join(Visit, and_(Visit.client_id == Client.id, Visit.status.in_(HELD_VISIT)), isouter=True)
        .where(Client.team_id == team.id, Client.archived_at.is_(None), ~planned)
        .group_by(Client.id, Client.visit_every, Client.created_at)
    )
    found = []
    for id, every, created, made in rows:
        if made is None:
            on = created + NEW_CLIENT
        elif every is not None:
            on = made + timedelta(days=every)
        else:
            continue
        if on <= moment + DUE_WITHIN:
            found.append((local(on).date(), id))
    found.sort()
    shown = found[:most]
    clients = {c.id: c for c in db.session.scalars(select(Client).where(Client.id.in_([id for _on, id in shown])))}
    return [Due(clients[id], on, (on - today()).days) for on, id in shown], len(found)


def clients_to_plan(person: Person, words: Sequence[str], most: int = 20) -> Sequence[Client]:
    """Clients of the person's teams by folded words of names or address, not archived."""
    query = select(Client).where(Client.team_id.in_(supervised_teams(person)), Client.archived_at.is_(None))
    for word in words[:8]:
        query = query.where(Client.search.contains(word, autoescape=True))
    return db.session.scalars(query.order_by(Client.search, Client.id).limit(most)).all()
