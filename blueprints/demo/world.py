"""The demo world: two teams, sixty clients, three weeks behind and three ahead. The same for the same moment.

Everything happens through the actions of those whom it concerns, at the time when it did (`shared.db.then`), and what
came from a phone goes the way of every capture. By hand are made only rows that no action makes: phones, captures.
"""

from datetime import timedelta

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from blueprints.demo import desk, field, rounds, service
from blueprints.demo.service import PASSWORD, PEOPLE, PHONES, TEAMS, email
from blueprints.demo.story import Story
from blueprints.forms.actions import publish_shipped
from blueprints.forms.queries import current
from blueprints.notes.actions import publish_shipped_formats
from blueprints.people.models import Person
from blueprints.shared.db import db, now, then
from blueprints.shared.refusal import Refused

__all__ = ["PASSWORD", "PEOPLE", "email", "is_here", "load", "sign_ins"]


def sign_ins() -> list[str]:
    """A line for each person of the demo, to be printed where it runs."""
    lines = [
        f"{email(key):<20} {name}, {role}{f', {TEAMS[team]}' if team else ''}"
        for key, (name, role, team) in PEOPLE.items()
    ]
    return [*lines, f"password of each: {PASSWORD}"]


def is_here() -> bool:
    """Whether this database holds the demo world."""
    return db.session.scalar(select(Person.id).where(Person.email == email("lea"))) is not None


def load() -> None:
    """Tells the whole story into a database without people; the caller commits. Refuses one that has people in it."""
    if db.session.scalar(select(Person.id).limit(1)) is not None:
        raise Refused(_("There are people in this database. The demo world loads only into an empty one."))
    publish_shipped()
    publish_shipped_formats()
    story = Story(now())
    story.version = {row.form_id: row.version for use in ("checklist", "survey") for row in current(use)}
    with force_locale("fr"):
        _tell(story)


def _tell(story: Story) -> None:
    with then(story.moment - timedelta(days=90)):
        service.hire(story)
    with then(story.moment - timedelta(days=60)):
        service.meet(story)
    for key in PHONES:
        rounds.plan(story, key)
    for key in PHONES:
        field.work(story, key)
    desk.read(story)
    desk.answer(story)
    desk.call_back(story)
    field.listen(story)
    rounds.look_ahead(story)
