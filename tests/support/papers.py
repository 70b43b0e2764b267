"""Forms as they ship, answers to them, and what a supervisor sends back: for tests of what is written at visits."""

from uuid import UUID

from blueprints.demo.answers import POINTS
from blueprints.forms.actions import publish_shipped
from blueprints.forms.queries import current
from blueprints.people.models import Person
from blueprints.reviews import actions as reviews
from blueprints.reviews.models import ReviewText
from blueprints.shared.db import db

ALL_WELL = {f"/data/{group}/{name}": "yes" for group, names in POINTS.items() for name in names}
HAPPY = {"/data/score": "4", "/data/words": "On m’écoute.", "/data/call_back": "no"}


def publish() -> dict[str, str]:
    """Publishes what ships; the current version of each form, by its id."""
    publish_shipped()
    db.session.commit()
    return {row.form_id: row.version for use in ("checklist", "survey") for row in current(use)}


def send_back(by: Person, text_id: UUID, comment: str = "Merci de préciser.") -> None:
    """A supervisor returns the latest version of a checklist or note."""
    text = db.session.get_one(ReviewText, text_id)
    reviews.send_back(by, text.visit_id or text.id, [text.version_id], comment, about=text_id)
    db.session.commit()


def sign(by: Person, text_id: UUID) -> None:
    """A supervisor signs the latest version of what was read together with this text."""
    text = db.session.get_one(ReviewText, text_id)
    reviews.sign(by, text.visit_id or text.id, [text.version_id])
    db.session.commit()
