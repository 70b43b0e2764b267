"""What stands on the supervisor's desk, for the person who asks: the queue, open returns, who waits for a call."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import abort
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, lazyload

from blueprints.clients.models import Client
from blueprints.people.access import supervised_teams
from blueprints.people.models import Membership, Person, PersonRole, Team
from blueprints.reviews.models import Return, ReviewText, Signature
from blueprints.shared.db import db
from blueprints.shared.refusal import Refused
from blueprints.surveys.models import CallBack, Feedback
from blueprints.visits.models import Visit

NEEDS = ("alert", "first_visit", "late", "resubmitted", "call")
UNIT = func.coalesce(ReviewText.visit_id, ReviewText.id)


@dataclass(frozen=True)
class Wanted:
    """Which part of the queue is asked for; None: all of it."""

    team: UUID | None = None
    coordinator: UUID | None = None
    need: str | None = None
    limit: int = 50


@dataclass
class Line:
    """One unit of the queue: a visit with its texts, or a note without a visit. `id` is the visit's, or the note's."""

    id: UUID
    client: str
    rank: int
    since: datetime
    first: bool
    authors: list[str] = field(default_factory=list)
    texts: list[ReviewText] = field(default_factory=list)

    @property
    def alerts(self) -> int:
        return sum(text.alerts for text in self.texts)

    @property
    def urgent(self) -> int:
        return sum(text.urgent for text in self.texts)

    @property
    def scores(self) -> list[dict[str, str]]:
        """What the forms reckoned and somebody must look at."""
        return [score for text in self.texts for score in text.reckoned if score["level"]]

    @property
    def late(self) -> bool:
        return any(text.late for text in self.texts)

    @property
    def reading(self) -> int:
        """1 for the first reading, 2 for what was returned once, …"""
        return max(text.number for text in self.texts)


@dataclass(frozen=True)
class Call:
    """Somebody asked to be called back, and nobody has written yet what was done. `line`: what else waits there."""

    feedback: Feedback
    line: Line | None

    @property
    def id(self) -> UUID:
        return self.feedback.visit_id or self.feedback.id


@dataclass(frozen=True)
class Queue:
    """What waits, and above all of it whoever asked to be called back; `more` lines are not shown."""

    lines: list[Line]
    calls: list[Call]
    more: int = 0


def whom(relation: Any) -> Any:
    """Loads somebody along for the name, without roles and teams, which would be two queries more."""
    return joinedload(relation).options(lazyload(Person.roles), lazyload(Person.memberships))


def queue(person: Person, wanted: Wanted) -> Queue:
    """What waits for this person's eyes, by product.md's order; a fixed number of queries."""
    asked = calls_to_make(person, wanted) if wanted.need in (None, "call") else ()
    rows: Sequence[Any] = []
    if wanted.need != "call":
        rows = db.session.execute(_units(person, wanted).add_columns(func.count().over()).limit(wanted.limit)).all()
    lines = {line.id: line for line in _lines(person, [row[0] for row in rows])}
    calls = [Call(feedback, lines.pop(feedback.visit_id or feedback.id, None)) for feedback in asked]
    return Queue(list(lines.values()), calls, rows[0][-1] - len(rows) if rows else 0)


def order(person: Person, wanted: Wanted) -> list[UUID]:
    """The ids of the queue's units in their order, to find the one after another."""
    if wanted.need == "call":
        return []
    return [row[0] for row in db.session.execute(_units(person, wanted).limit(wanted.limit))]


def _units(person: Person, wanted: Wanted) -> Select[UUID, int, datetime]:
    rank, since = func.min(ReviewText.rank), func.min(ReviewText.since)
    query = select(UNIT, rank, since).where(*_waiting(person)).group_by(UNIT).order_by(rank, since, UNIT)
    if wanted.team:
        query = query.where(ReviewText.team_id == wanted.team)
    if wanted.coordinator:
        query = query.where(ReviewText.author_id == wanted.coordinator)
    match wanted.need:
        case "alert":
            query = query.where(ReviewText.alerts > 0)
        case "first_visit":
            query = query.join(ReviewText.visit).where(Visit.first)
        case "late":
            query = query.where(ReviewText.late)
        case "resubmitted":
            query = query.where(ReviewText.number > 1)
    return query


def _waiting(person: Person) -> tuple[ColumnElement[bool], ...]:
    """What this person may sign: of their teams, waiting, and not their own."""
    return (
        ReviewText.team_id.in_(supervised_teams(person)),
        ReviewText.state == "waiting",
        ReviewText.author_id != person.id,
    )


def of_units(ids: Sequence[UUID]) -> ColumnElement[bool]:
    """The texts of these units: those of a visit, or a note without one by its own id."""
    return or_(ReviewText.visit_id.in_(ids), and_(ReviewText.id.in_(ids), ReviewText.visit_id.is_(None)))


def _lines(person: Person, ids: Sequence[UUID]) -> list[Line]:
    texts = db.session.scalars(
        select(ReviewText)
        .where(*_waiting(person), of_units(ids))
        .options(joinedload(ReviewText.client), whom(ReviewText.author), joinedload(ReviewText.visit))
        .order_by(ReviewText.rank, ReviewText.since, ReviewText.id)
    )
    lines: dict[UUID, Line] = {}
    for text in texts:
        id = text.visit_id or text.id
        first = text.visit is not None and text.visit.first
        line = lines.setdefault(id, Line(id, text.client.name, text.rank, text.since, first))
        line.texts.append(text)
        if text.author.name not in line.authors:
            line.authors.append(text.author.name)
    return [lines[id] for id in ids if id in lines]


def own_waiting(person: Person) -> int:
    """How many of the person's own texts wait for another supervisor."""
    teams = supervised_teams(person)
    own = (ReviewText.team_id.in_(teams), ReviewText.state == "waiting", ReviewText.author_id == person.id)
    return db.session.scalar(select(func.count()).where(*own)) or 0


def texts_to_change(person: Person, unit_id: UUID) -> Sequence[ReviewText]:
    """The texts of a visit, or the lone note, locked until the commit. 404 for another team's and for none."""
    teams = supervised_teams(person)
    query = select(ReviewText).where(of_units([unit_id]), ReviewText.team_id.in_(teams)).order_by(ReviewText.id)
    texts = db.session.scalars(query.with_for_update()).all()
    return texts or abort(404)


def calls_to_make(person: Person, wanted: Wanted, limit: int = 20) -> Sequence[Feedback]:
    """Feedback with "yes, call me back" that nobody has written about yet, the longest waiting first."""
    query = (
        _feedback_of(person)
        .where(Feedback.callback, ~select(CallBack.id).where(CallBack.feedback_id == Feedback.id).exists())
        .order_by(Feedback.answered_at, Feedback.id)
        .limit(limit)
    )
    if wanted.team:
        query = query.where(Feedback.team_id == wanted.team)
    if wanted.coordinator:
        query = query.where(Feedback.author_id == wanted.coordinator)
    return db.session.scalars(query).all()


def _feedback_of(person: Person) -> Select[Feedback]:
    """Feedback of this person's teams; that of a client follows the client into another team."""
    teams = supervised_teams(person)
    return (
        select(Feedback)
        .outerjoin(Feedback.client)
        .where(or_(and_(Feedback.client_id.is_(None), Feedback.team_id.in_(teams)), Client.team_id.in_(teams)))
        .options(contains_eager(Feedback.client), joinedload(Feedback.kiosk), whom(Feedback.author))
    )


def one_feedback(person: Person, feedback_id: UUID) -> Feedback:
    """One of their teams' feedback, with what was done about it. 404 for another team's and for none."""
    query = _feedback_of(person).options(joinedload(Feedback.called_back).options(whom(CallBack.person)))
    return db.session.scalars(query.where(Feedback.id == feedback_id)).one_or_none() or abort(404)


def filters(person: Person) -> tuple[list[tuple[UUID, str]], list[tuple[UUID, str]]]:
    """The person's teams and the coordinators in them, (id, name) each, by name; one query."""
    rows = db.session.execute(
        select(Team.id, Team.name, Person.id, Person.name)
        .outerjoin(Membership, Membership.team_id == Team.id)
        .outerjoin(PersonRole, and_(PersonRole.person_id == Membership.person_id, PersonRole.role == "coordinator"))
        .outerjoin(Person, Person.id == PersonRole.person_id)
        .where(Team.id.in_(supervised_teams(person)))
        .order_by(Team.name, Person.name)
    ).all()
    teams = {team: name for team, name, _id, _name in rows}
    people = {id: name for _team, _team_name, id, name in rows if name}
    return list(teams.items()), sorted(people.items(), key=lambda found: found[1])


def open_returns(person: Person) -> Sequence[Return]:
    """What was sent back to this person and is not answered yet, the oldest first; with client, visit and text."""
    query = _returns_to(person).where(Return.answered_by.is_(None)).order_by(Return.at, Return.id)
    return db.session.scalars(query).all()


def one_return(person: Person, return_id: UUID) -> Return:
    """An open return to this person; 404 for others', for answered ones and for none."""
    query = _returns_to(person).where(Return.answered_by.is_(None), Return.id == return_id)
    return db.session.scalars(query).one_or_none() or abort(404)


def _returns_to(person: Person) -> Select[Return]:
    whole = (joinedload(Return.text), joinedload(Return.client), joinedload(Return.visit), whom(Return.person))
    return select(Return).where(Return.author_id == person.id).options(*whole)


def to_answer(author: Person, version_id: UUID) -> Return:
    """The open return that a next version of `version_id` answers.

    Raises Refused where nothing was returned to this author, or it is answered already: what is in review, or signed,
    is not edited.
    """
    query = select(Return).where(Return.version_id == version_id, Return.author_id == author.id)
    found = db.session.scalars(query.order_by(Return.at.desc()).limit(1)).one_or_none()
    if (found is None or found.answered_by is not None) and _is_signed(author, version_id, found):
        raise Refused(
            _("This was signed meanwhile, and nothing signed is changed. What you wrote can become an addendum."),
            status=409,
        )
    if found is None:
        raise Refused(_("This was not sent back to you: only what a supervisor returns can be corrected."))
    if found.answered_by is not None:
        raise Refused(_("This return was answered already; the later text is kept here beside it."), status=409)
    return found


def _is_signed(author: Person, version_id: UUID, found: Return | None) -> bool:
    """Whether the author's text of which this is a version is signed, as far as a signature or a return names it."""
    text = or_(Signature.version_id == version_id, Signature.text_id == (found.text_id if found else None))
    query = select(ReviewText.id).join(Signature, Signature.text_id == ReviewText.id)
    query = query.where(text, ReviewText.author_id == author.id, ReviewText.state == "signed")
    return db.session.scalar(query.limit(1)) is not None


def in_force(text_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The version of each of these texts that was signed last, where one was: it stands until a later one is signed."""
    query = select(Signature.text_id, Signature.version_id).where(Signature.text_id.in_(text_ids))
    rows = db.session.execute(query.order_by(Signature.at, Signature.id)).all() if text_ids else ()
    return {row[0]: row[1] for row in rows}


def signatures_of(text_id: UUID) -> Sequence[Signature]:
    """Who signed which version of a text, the first first; the caller may read the text."""
    query = select(Signature).where(Signature.text_id == text_id).options(whom(Signature.person))
    return db.session.scalars(query.order_by(Signature.at, Signature.id)).all()
