"""What can happen to a survey: a client answers. The answer is theirs: nothing here changes it. Nothing commits."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from blueprints.forms.engine import Definition, Verdict
from blueprints.kiosks.models import Kiosk
from blueprints.people.models import Person
from blueprints.shared.db import db
from blueprints.shared.happened import tell
from blueprints.shared.refusal import Refused
from blueprints.surveys.models import Feedback
from blueprints.visits.models import Visit


def answer_at_visit(
    id: UUID,
    visit: Visit,
    author: Person,
    form_version: str,
    verdict: Verdict,
    answered_at: datetime,
    received: datetime,
) -> Feedback:
    """The client's answer, asked by the coordinator at a visit. Refuses impossible answers, and none at all."""
    _check(verdict)
    if not verdict.values:
        raise Refused(_("Nothing was answered. Where the person does not wish to answer, send nothing."))
    return _add(
        verdict, id=id, team_id=visit.client.team_id, mode="asked", visit_id=visit.id, client_id=visit.client_id,
        author_id=author.id, form_version=form_version, answered_at=answered_at, received=received,
    )  # fmt: skip


def answer_at_kiosk(
    id: UUID, kiosk: Kiosk, form_version: str, verdict: Verdict, answered_at: datetime, received: datetime
) -> Feedback:
    """Somebody's answer at a tablet; all of its questions may be passed over. Refuses impossible answers."""
    _check(verdict)
    return _add(
        verdict, id=id, team_id=kiosk.team_id, mode="kiosk", kiosk_id=kiosk.id, form_version=form_version,
        answered_at=answered_at, received=received,
    )  # fmt: skip


def _check(verdict: Verdict) -> None:
    if not verdict.ok:
        raise Refused(_("Some answers are missing or impossible."), verdict.messages)


def _add(verdict: Verdict, *, answered_at: datetime, received: datetime, **facts: Any) -> Feedback:
    definition = verdict.filled.definition
    feedback = Feedback(
        form_id=definition.form_id,
        language=verdict.filled.language,
        answers=verdict.kept,
        answered_at=min(answered_at, received),  # a clock that runs ahead must not put an answer into the future
        zone=verdict.filled.clock.zone,
        received=received,
        **facts,
        **_headline(definition, verdict),
    )
    db.session.add(feedback)
    db.session.flush()
    tell("answered", "feedback", feedback.id, feedback.client_id)
    return feedback


def _headline(definition: Definition, verdict: Verdict) -> dict[str, Any]:
    """What lists show of the answers: the first scored question, the free words, and the wish to be called back.

    By name: `call_back` answered "yes", and `telephone`, are the wish and where to call; other texts are the words.
    """
    asked = [question for question in definition.questions.values() if question.asks]
    named = {question.name: verdict.values.get(question.path, "") for question in asked}
    scored = next((question for question in asked if question.score), None)
    score = verdict.values.get(scored.path) if scored else None
    texts = [verdict.values.get(question.path) for question in asked if question.type == "text"
             and question.name != "telephone"]  # fmt: skip
    return {
        "score_kind": scored.score if scored else None,
        "score": int(score) if score else None,
        "words": "\n\n".join(text for text in texts if text),
        "callback": named.get("call_back") == "yes",
        "callback_phone": named.get("telephone", "")[:40],
    }
