"""What can be asked about answers, of any form. Everything takes the person who asks.

What was answered at a kiosk is of nobody: it is counted by the rules of the list of kiosk answers, never here.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, func, select

from blueprints.answers.models import Answer
from blueprints.clients.models import Client
from blueprints.people.access import clients_of, day_bounds
from blueprints.people.models import Person
from blueprints.shared.db import db

A_PAGE = 200


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


def _asked(
    person: Person, form_id: str, path: str, first: date | None, last: date | None
) -> tuple[ColumnElement[bool], ...]:
    found: list[ColumnElement[bool]] = [Answer.form_id == form_id, Answer.path == path]
    if first:
        found.append(Answer.at >= day_bounds(first)[0])
    if last:
        found.append(Answer.at < day_bounds(last)[1])
    return (*found, Answer.client_id.in_(clients_of(person)))
