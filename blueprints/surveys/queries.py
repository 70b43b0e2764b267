"""What can be asked about clients' answers. Everything takes the person who asks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from blueprints.forms import engine
from blueprints.forms import queries as forms
from blueprints.kiosks.models import Kiosk
from blueprints.people.access import clients_of, day_bounds, supervised_teams
from blueprints.people.models import Person
from blueprints.shared.db import db, local, today
from blueprints.surveys.models import Feedback

A_PAGE = 50
FEWEST = 5  # answers of a kiosk in a month, below which none of them is shown
FEWEST_FOR_WORDS = 10  # below which nobody's words are


def of_visits(person: Person, visit_ids: Collection[UUID]) -> dict[UUID, list[Feedback]]:
    """What clients answered at each of these visits, the oldest first; one query."""
    found: dict[UUID, list[Feedback]] = {id: [] for id in visit_ids}
    query = _seen_by(person).where(Feedback.visit_id.in_(list(found)))
    for feedback in db.session.scalars(query.order_by(Feedback.answered_at, Feedback.id)):
        if feedback.visit_id is not None:
            found[feedback.visit_id].append(feedback)
    return found


def of_client(person: Person, client_id: UUID, limit: int = 50) -> Sequence[Feedback]:
    """The client's latest answers, the newest first; one query."""
    query = _seen_by(person, client_id).where(Feedback.client_id == client_id)
    return db.session.scalars(query.order_by(Feedback.answered_at.desc(), Feedback.id.desc()).limit(limit)).all()


def _seen_by(person: Person, client_id: UUID | None = None) -> Select[Feedback]:
    visible = Feedback.client_id.in_(clients_of(person, client_id))
    return select(Feedback).where(visible).options(joinedload(Feedback.author))


@dataclass(frozen=True)
class Answer:
    """One line of the list. `said`: the scored answer in words, "" where it was passed over; `words`: None: hidden."""

    day: date
    kiosk: str
    score: int | None
    score_kind: str | None
    said: str
    words: str | None


@dataclass(frozen=True)
class KioskAnswers:
    """One page of one month's answers, and why some are not shown. `kiosks`: (id, name) to choose from."""

    month: date
    first: date | None  # the month of the very first answer; None: there is none yet
    kiosk: UUID | None
    kiosks: list[tuple[UUID, str]]
    answers: list[Answer]
    page: int
    pages: int
    few: list[str]  # kiosks that had some answers in the month, but fewer than FEWEST
    wordless: list[str]  # shown kiosks whose words are hidden: fewer than FEWEST_FOR_WORDS

    @property
    def earlier(self) -> date | None:
        """The month before; None where nobody had answered anything yet."""
        return (self.month - timedelta(days=1)).replace(day=1) if self.first and self.first < self.month else None

    @property
    def later(self) -> date | None:
        """The month after; None where it has not begun."""
        following = (self.month + timedelta(days=32)).replace(day=1)
        return following if following <= today() else None


def kiosk_answers(person: Person, month: date | None = None, kiosk: UUID | None = None, page: int = 1) -> KioskAnswers:
    """The answers of the kiosks that this person may read about, in one month, the newest day first; four queries.

    What is counted is always a whole month of one kiosk, whatever is chosen, so that nobody can be singled out by
    choosing; and no total is given, so that nothing hidden can be found by subtraction (product.md, "Scores").
    """
    first, _ = day_bounds((month or today()).replace(day=1))
    end, _ = day_bounds((first.date() + timedelta(days=32)).replace(day=1))
    counts = _counts(person, first, end)
    shown = {id: name for id, name, n in counts if n >= FEWEST and kiosk in (None, id)}
    spoken = {id for id, _name, n in counts if n >= FEWEST_FOR_WORDS}
    query = select(Feedback).where(Feedback.kiosk_id.in_(shown), *_answered_between(first, end))
    total = sum(n for id, _name, n in counts if id in shown)
    pages = max(1, -(-total // A_PAGE))
    page = min(max(1, page), pages)
    rows = db.session.scalars(
        query.order_by(Feedback.answered_at.desc(), Feedback.id).limit(A_PAGE).offset((page - 1) * A_PAGE)
    )
    return KioskAnswers(
        month=first.date(),
        first=_first_month([id for id, _name, _n in counts]),
        kiosk=kiosk,
        kiosks=[(id, name) for id, name, _n in counts],
        answers=[_line(row, shown, spoken) for row in rows],
        page=page,
        pages=pages,
        few=[name for id, name, n in counts if 0 < n < FEWEST and kiosk in (None, id)],
        wordless=[name for id, name in shown.items() if id not in spoken],
    )


def readable_months(person: Person, first: datetime | None, end: datetime | None) -> dict[tuple[UUID, date], bool]:
    """Of which kiosks and months this person may read the answers: (kiosk, first day of the month), and whether the
    words too. Whole months are counted, whatever part of them is asked for, as in the list; one query a month."""
    oldest = db.session.scalar(select(func.min(Feedback.answered_at)).where(*_answered()))
    if oldest is None:
        return {}
    month = max(local(oldest).date(), local(first).date() if first else date.min).replace(day=1)
    last = min(today(), local(end).date() if end else date.max)
    found: dict[tuple[UUID, date], bool] = {}
    while month <= last:
        following = (month + timedelta(days=32)).replace(day=1)
        for id, _name, n in _counts(person, day_bounds(month)[0], day_bounds(following)[0]):
            if n >= FEWEST:
                found[id, month] = n >= FEWEST_FOR_WORDS
        month = following
    return found


def _counts(person: Person, first: datetime, end: datetime) -> list[tuple[UUID, str, int]]:
    """(id, name, answers in the month) of every kiosk that this person may read about, by name."""
    n = func.count(Feedback.id)
    query = (
        select(Kiosk.id, Kiosk.name, n)
        .outerjoin(Feedback, and_(Feedback.kiosk_id == Kiosk.id, *_answered_between(first, end)))
        .group_by(Kiosk.id, Kiosk.name)
        .order_by(Kiosk.name, Kiosk.id)
    )
    if not person.has("manager"):
        query = query.where(Kiosk.team_id.in_(supervised_teams(person)))
    return [(id, name, count) for id, name, count in db.session.execute(query)]


def _first_month(kiosks: Collection[UUID]) -> date | None:
    query = select(func.min(Feedback.answered_at)).where(Feedback.kiosk_id.in_(kiosks), *_answered())
    oldest = db.session.scalar(query)
    return local(oldest).date().replace(day=1) if oldest else None


def _answered_between(first: datetime, end: datetime) -> tuple[ColumnElement[bool], ...]:
    """Within the month, and not passed over altogether."""
    return (*_answered(), Feedback.answered_at >= first, Feedback.answered_at < end)


def _answered() -> tuple[ColumnElement[bool], ...]:
    return (Feedback.mode == "kiosk", or_(Feedback.score.is_not(None), Feedback.words != ""))


def _line(feedback: Feedback, kiosks: dict[UUID, str], spoken: Collection[UUID]) -> Answer:
    return Answer(
        day=local(feedback.answered_at).date(),
        kiosk=kiosks[feedback.kiosk_id] if feedback.kiosk_id else "",
        score=feedback.score,
        score_kind=feedback.score_kind,
        said=said(feedback),
        words=feedback.words if feedback.kiosk_id in spoken else None,
    )


def said(feedback: Feedback) -> str:
    """The scored answer in the reader's language, "Content (4/5)"; "" where it was passed over."""
    if feedback.score is None:
        return ""
    definition = forms.definition_of(feedback.form_id, feedback.form_version)
    scored = next(question.path for question in definition.questions.values() if question.score)
    language = definition.language(forms.language())
    sections = engine.readable(definition, {scored: str(feedback.score)}, language)
    return sections[0].lines[0].text
