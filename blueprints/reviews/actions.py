"""What happens on the supervisor's desk: texts come in, are signed or sent back; a caller is called."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select, update

from blueprints.checklists.models import Checklist, ChecklistVersion
from blueprints.clients.models import Client
from blueprints.forms.queries import definition_of, language_in, words_of
from blueprints.notes.models import Note, NoteVersion
from blueprints.people.models import Person
from blueprints.reviews.models import RANKS, Explanation, Return, ReviewText, Signature
from blueprints.reviews.queries import texts_to_change
from blueprints.shared.db import db
from blueprints.shared.happened import tell
from blueprints.shared.refusal import Refused
from blueprints.shared.words import LANGUAGES
from blueprints.surveys.models import CallBack, Feedback
from blueprints.visits.models import Visit

COMMENT = 4_000  # characters


def arrive(kind: str, id: UUID) -> None:
    """Puts the latest version of a checklist or note into the queue, and closes the return that it answers."""
    text, version, arrived = _checklist(id) if kind == "checklist" else _note(id)
    team_id, first = text.client.team_id, text.visit is not None and text.visit.first
    row = db.session.get(ReviewText, id, with_for_update=True) if version.number > 1 else None
    if row is None:
        row = ReviewText(id=id, kind=kind, visit_id=text.visit_id, client_id=text.client_id, author_id=text.author_id)
        db.session.add(row)
    row.team_id, row.state = team_id, "waiting"
    row.version_id, row.number, row.since = version.id, version.number, version.received
    for name, value in arrived.items():
        setattr(row, name, value)
    row.rank = rank(row, first)
    if version.number > 1:
        answered = update(Return).where(Return.text_id == id, Return.answered_by.is_(None))
        db.session.execute(answered.values(answered_by=version.id))
    db.session.flush()


def let_go(text_id: UUID) -> None:
    """Nobody is asked to write anew what was entered in error: an open return of it is closed, and it is read."""
    text = db.session.get_one(ReviewText, text_id, with_for_update=True)
    if text.state == "returned":
        text.state = "waiting"
        open = update(Return).where(Return.text_id == text_id, Return.answered_by.is_(None))
        db.session.execute(open.values(answered_by=text.version_id))


def _checklist(id: UUID) -> tuple[Checklist, ChecklistVersion, dict[str, Any]]:
    checklist = db.session.get_one(Checklist, id)
    version = checklist.versions[-1]
    definition = definition_of(checklist.form_id, version.form_version)
    spoken = {language: language_in(definition, language) for language in LANGUAGES}
    labels = {score["name"]: score["label"] for score in definition.settings.get("scores", ())}
    return checklist, version, {
        "titles": {language: definition.title[own] for language, own in spoken.items()},
        "alerts": len(version.alerts),
        "urgent": sum(alert["level"] == "urgent" for alert in version.alerts),
        "late": False,
        "scores": [
            {
                "labels": {
                    language: words_of(definition, labels[score["name"]], own) or score["label"]
                    for language, own in spoken.items()
                },
                "value": score["value"],
                "level": score["level"],
            }
            for score in version.scores
        ],
    }  # fmt: skip


def _note(id: UUID) -> tuple[Note, NoteVersion, dict[str, Any]]:
    note = db.session.get_one(Note, id)
    version = note.versions[-1]
    titles = dict(note.shape.labels)
    return note, version, {"titles": titles, "alerts": 0, "urgent": 0, "late": version.late, "scores": []}


def rank(text: ReviewText, first: bool) -> int:
    """What needs eyes first: alerts, urgent ones above all, first visits, late entries, resubmissions; then age."""
    if text.alerts:
        return RANKS["urgent" if text.urgent else "watch"]
    if first:
        return RANKS["first_visit"]
    if text.late:
        return RANKS["late"]
    return RANKS["resubmitted"] if text.number > 1 else RANKS["other"]


def rank_again(visit_id: UUID) -> None:
    """A visit may turn out to be the client's first only after its texts have come."""
    texts = db.session.scalars(select(ReviewText).where(ReviewText.visit_id == visit_id)).all()
    if texts:
        first = bool(db.session.scalar(select(Visit.first).where(Visit.id == visit_id)))
        for text in texts:
            text.rank = rank(text, first)


def change_team(client_id: UUID) -> None:
    """The client's texts follow the client: another team's supervisors read them from now on."""
    team = select(Client.team_id).where(Client.id == client_id).scalar_subquery()
    db.session.execute(update(ReviewText).where(ReviewText.client_id == client_id).values(team_id=team))


def sign(person: Person, unit_id: UUID, shown: Collection[UUID]) -> None:
    """The person has read these versions of a visit's (or a lone note's) texts and stands for them: a row for each.

    shown: the ids of the versions that were on the screen. Refuses, and writes nothing at all, where one is no longer
    the latest or was returned or signed meanwhile, where one is the person's own, and where none is left. Texts that
    came after the page was made go on waiting. Doing it twice is doing it once. 404 for another team's.
    """
    texts = [text for text in texts_to_change(person, unit_id) if text.version_id in shown]
    if len(texts) != len(set(shown)) or any(text.state == "returned" for text in texts):
        raise Refused(
            _("This has changed since you opened it. Nothing was signed; please read what is new."), status=409
        )
    if not texts:
        raise Refused(_("Nothing here waits for a signature."), status=409)
    if any(text.author_id == person.id for text in texts):
        raise Refused(
            _("Nobody signs what they wrote themselves. Another supervisor of the team reads this."), status=403
        )
    if _signed_by_others(person, texts):
        raise Refused(_("A colleague has signed this meanwhile. Nothing was signed a second time."), status=409)
    for text in texts:
        if text.state == "waiting":
            db.session.add(Signature(text_id=text.id, version_id=text.version_id, person_id=person.id))
            text.state = "signed"
            tell("signed", text.kind, text.id, text.client_id)


def _signed_by_others(person: Person, texts: Collection[ReviewText]) -> bool:
    signed = [text.version_id for text in texts if text.state == "signed"]
    others = select(Signature.id).where(Signature.version_id.in_(signed), Signature.person_id != person.id)
    return bool(signed) and db.session.scalar(others.limit(1)) is not None


def send_back(person: Person, unit_id: UUID, shown: Collection[UUID], comment: str, about: UUID | None = None) -> None:
    """Sends versions back to their author with a comment, as work to do: a row for each text.

    about: one checklist or note; None: everything shown that waits. Refuses an empty or overlong comment, a version
    that is no longer the latest, what is signed or sent back already, and one's own. 404 for another team's.
    """
    comment = comment.strip()
    if not comment:
        raise Refused(_("Please say what is missing."), {"comment": _("Please say what is missing.")})
    if len(comment) > COMMENT:
        words = _("At most %(n)s characters.", n=COMMENT)
        raise Refused(words, {"comment": words})
    texts = [text for text in texts_to_change(person, unit_id) if text.version_id in shown and about in (None, text.id)]
    if not texts or len(texts) < (1 if about else len(set(shown))) or any(text.state != "waiting" for text in texts):
        raise Refused(
            _("This has changed since you opened it. Nothing was sent back; please read what is new."), status=409
        )
    if any(text.author_id == person.id for text in texts):
        raise Refused(_("Nobody reads over what they wrote themselves."), status=403)
    for text in texts:
        db.session.add(_return_of(text, person, comment))
        text.state = "returned"
        tell("returned", text.kind, text.id, text.client_id)


def _return_of(text: ReviewText, person: Person, comment: str) -> Return:
    return Return(
        text_id=text.id,
        kind=text.kind,
        version_id=text.version_id,
        visit_id=text.visit_id,
        client_id=text.client_id,
        author_id=text.author_id,
        person_id=person.id,
        comment=comment,
    )


def call_back(person: Person, feedback: Feedback, words: str, at: datetime) -> None:
    """Somebody called, or settled it otherwise, and says what was done. Refuses no words, and a second time."""
    words = words.strip()
    if not words or len(words) > COMMENT:
        message = _("Please say what was done, in at most %(n)s characters.", n=COMMENT)
        raise Refused(message, {"words": message})
    if feedback.called_back is not None:
        raise Refused(_("%(name)s has settled this already.", name=feedback.called_back.person.name), status=409)
    db.session.add(CallBack(feedback_id=feedback.id, person_id=person.id, words=words, at=at))
    tell("called_back", "feedback", feedback.id, feedback.client_id)


def explain(person: Person, device_id: UUID, first: int, last: int, reason: str) -> Explanation:
    """Says why the numbers `first` to `last` of a phone never came; they are looked for no more. Refuses no reason."""
    reason = reason.strip()
    if not reason or len(reason) > COMMENT:
        words = _("Please say why, in at most %(n)s characters.", n=COMMENT)
        raise Refused(words, {"reason": words})
    row = Explanation(device_id=device_id, first=first, last=last, person_id=person.id, reason=reason)
    db.session.add(row)
    db.session.flush()
    tell("explained", "gap", row.id)
    return row
