"""What can be asked about answers, of any form. Everything takes the person who asks.

What was answered at a kiosk is of nobody: it is counted by the rules of the list of kiosk answers, never here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import format_decimal
from sqlalchemy import ColumnElement, func, select

from blueprints.answers.models import Answer
from blueprints.clients.models import Client
from blueprints.forms.engine import Definition, Question
from blueprints.forms.models import Form
from blueprints.forms.queries import definition_of, language, language_in, plain_label, words_of
from blueprints.people.access import clients_of, day_bounds
from blueprints.people.models import Person
from blueprints.shared.db import db

A_PAGE = 100
NUMBERS = {"range", "integer", "decimal", "calculate"}


def of_question(
    person: Person, form_id: str, path: str, first: date | None = None, last: date | None = None, limit: int = A_PAGE
) -> Sequence[tuple[Answer, Client]]:
    """What was answered to a question about whom, the newest first; between two days of the service's clock."""
    query = (
        select(Answer, Client)
        .join(Client, Client.id == Answer.client_id)
        .where(*_asked(person, form_id, path, first, last))
        .order_by(Answer.at.desc(), Answer.version_id, Answer.number)
    )
    return [(answer, client) for answer, client in db.session.execute(query.limit(limit))]


def counts(
    person: Person, form_id: str, path: str, first: date | None = None, last: date | None = None
) -> list[tuple[str, int]]:
    """How often each answer was given, the most frequent first: for questions with choices."""
    n = func.count()
    query = select(Answer.value, n).where(*_asked(person, form_id, path, first, last))
    query = query.group_by(Answer.value).order_by(n.desc(), Answer.value).limit(A_PAGE)
    return [(value, count) for value, count in db.session.execute(query)]


def figures(
    person: Person, form_id: str, path: str, first: date | None = None, last: date | None = None
) -> tuple[int, float, float, float] | None:
    """How many numbers, the least, their mean and the greatest; None where there is none."""
    f = Answer.figure
    query = select(func.count(f), func.min(f), func.avg(f), func.max(f))
    n, least, mean, most = db.session.execute(query.where(*_asked(person, form_id, path, first, last))).one()
    return (n, float(least), float(mean), float(most)) if n else None


def _asked(
    person: Person, form_id: str, path: str, first: date | None, last: date | None
) -> tuple[ColumnElement[bool], ...]:
    found: list[ColumnElement[bool]] = [Answer.form_id == form_id, Answer.path == path]
    if first:
        found.append(Answer.at >= day_bounds(first)[0])
    if last:
        found.append(Answer.at < day_bounds(last)[1])
    return (*found, Answer.client_id.in_(clients_of(person)))


@dataclass(frozen=True)
class Said:
    """What was answered to one question: how often each choice, or between which numbers; and the latest answers.

    ``words``: the choices in words, by name.
    """

    question: str
    total: int
    counts: list[tuple[str, int]]
    figures: tuple[int, float, float, float] | None
    latest: Sequence[tuple[Answer, Client]]
    words: dict[str, str]

    @property
    def least_mean_most(self) -> list[str]:
        """The numbers' least, mean and greatest as they are written in the reader's language."""
        return [format_decimal(round(number, 2)) for number in self.figures[1:]] if self.figures else []


def said(person: Person, form_id: str, path: str, first: date | None = None, last: date | None = None) -> Said | None:
    """The answers to one question; None where the form does not ask it."""
    definition = _definition(form_id)
    question = _questions(definition).get(path) if definition else None
    if definition is None or question is None:
        return None
    wanted = (person, form_id, path, first, last)
    counted = counts(*wanted) if question.list_name or question.type in ("range", "acknowledge") else []
    spoken = language_in(definition)
    return Said(
        question=plain_label(question, spoken),
        total=sum(n for _value, n in counted),
        counts=counted,
        figures=figures(*wanted) if question.type in NUMBERS else None,
        latest=of_question(*wanted),
        words={
            choice.name: words_of(definition, choice.label, spoken) or choice.name
            for choice in definition.choices_of(question)
        },
    )


def forms() -> list[tuple[str, str]]:
    """Every form: (id, title in the reader's language), by title."""
    every = db.session.scalars(select(Form))
    found = [(form.id, form.versions[0].title(language())) for form in every if form.versions]
    return sorted(found, key=lambda each: each[1].casefold())


def askable(form_id: str) -> dict[str, str]:
    """The questions of a form, by path, in the reader's language."""
    definition = _definition(form_id)
    if definition is None:
        return {}
    spoken = language_in(definition)
    return {path: plain_label(question, spoken) for path, question in _questions(definition).items()}


def _definition(form_id: str) -> Definition | None:
    """The version that is asked, or was last; None where there is no such form."""
    form = db.session.get(Form, form_id)
    return definition_of(form.id, form.current or form.versions[0].version) if form and form.versions else None


def _questions(definition: Definition) -> dict[str, Question]:
    return {
        path: question
        for path, question in definition.questions.items()
        if not question.holds_others and question.type != "note" and (question.label or question.type == "calculate")
    }
