"""What the demo's supervisors have read, signed and sent back, and what came of it."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from blueprints.captures.models import Capture
from blueprints.demo import field, texts
from blueprints.demo.story import Story, at
from blueprints.notes.models import NoteVersion
from blueprints.reviews import actions as reviews
from blueprints.reviews.models import Return, ReviewText
from blueprints.shared.db import db, local, now, then
from blueprints.shared.happened import by
from blueprints.surveys.models import Feedback

RIPE = timedelta(days=2)  # what is older has been read
DESKS = {"nadia": ("north", ("lea", "tom")), "marc": ("south", ("ines",))}


def read(story: Story) -> None:
    """What is older than two days is signed, but for the late entry. Of each author the newest note is sent back."""
    for reader, (team, writers) in DESKS.items():
        to_return = {story.person[key].id for key in writers}
        comments = iter(texts.COMMENTS)
        for unit, found in _units(story, team).items():
            since = max(text.since for text in found)
            notes = [text for text in found if text.kind == "note"]
            with then(_next_morning(story, since)), by(story.person[reader].id):
                if story.bath is not None and any(text.id == story.bath.id for text in notes):
                    reviews.send_back(story.person[reader], unit, [story.bath.id], texts.ABOUT_THE_BATH[0])
                elif since > story.moment - RIPE or any(text.late for text in found):
                    continue
                elif notes and notes[0].author_id in to_return:
                    to_return.remove(notes[0].author_id)
                    reviews.send_back(story.person[reader], unit, [notes[0].version_id], next(comments))
                else:
                    reviews.sign(story.person[reader], unit, [text.version_id for text in found])
                db.session.flush()  # rows take their time when they are written


def _units(story: Story, team: str) -> dict[UUID, list[ReviewText]]:
    query = select(ReviewText).where(ReviewText.team_id == story.team[team].id)
    units: dict[UUID, list[ReviewText]] = {}
    for text in db.session.scalars(query.order_by(ReviewText.since.desc(), ReviewText.id)):
        units.setdefault(text.visit_id or text.id, []).append(text)
    return units


def _next_morning(story: Story, since: datetime) -> datetime:
    morning = at(local(since).date() + timedelta(days=1), 9, 10) + timedelta(minutes=story.chance.randint(0, 90))
    return min(morning, story.moment - timedelta(hours=3))


def answer(story: Story) -> None:
    """Léa has added the height of the bath: her note stands on the desk a second time."""
    row = db.session.scalars(select(Return).where(Return.version_id == story.bath.id)).first() if story.bath else None
    if row is None:
        return
    first = db.session.get_one(Capture, row.version_id)
    version = db.session.get_one(NoteVersion, row.version_id)
    begun, (section, more) = local(version.occurred), texts.ABOUT_THE_BATH[1]
    body = {name: str(text) for name, text in version.body.items()}
    body[section] = f"{body[section]} {more}"
    fields = [*body.items(), ("occurred_day", f"{begun:%Y-%m-%d}"), ("occurred_time", f"{begun:%H:%M}")]
    written = story.moment - timedelta(hours=2)
    field.send(
        story, story.phone["lea"], "note", first.url, fields, written, first.label, row.visit_id, corrects=first.id
    )


def call_back(story: Story) -> None:
    """Nadia has called the client of Tom's who asked for it."""
    called = story.calls.get("tom")
    if called is None:
        return
    feedback = db.session.get_one(Feedback, called.id)
    next_evening = min(at(local(called.received).date() + timedelta(days=1), 17, 40), story.moment)
    with then(next_evening), by(story.person["nadia"].id):
        words = story.say(texts.CALLED_BACK, feedback.client) if feedback.client else texts.CALLED_BACK
        reviews.call_back(story.person["nadia"], feedback, words, now())
        db.session.flush()
