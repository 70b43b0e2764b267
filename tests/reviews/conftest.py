"""What stands on the desk in these tests, made by the actions that make it in life."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from blueprints.checklists import actions as checklists
from blueprints.checklists.models import Checklist, ChecklistVersion
from blueprints.forms import actions as forms
from blueprints.forms import engine
from blueprints.forms import queries as form_queries
from blueprints.forms.models import FormVersion
from blueprints.notes import actions as notes
from blueprints.notes.models import Note, NoteFormat, NoteVersion
from blueprints.people.models import Person
from blueprints.shared.db import db, now, uuid7
from blueprints.surveys.models import Feedback
from blueprints.visits.models import Visit
from tests.support.world import World

POINTS = {
    "entrance": ("access", "door", "passages", "stairs"),
    "rooms": ("rugs", "light", "height", "call"),
    "bathroom": ("rail", "floor", "toilet"),
    "kitchen": ("reach", "cooker", "food", "medicines"),
    "general": ("smoke", "wiring", "heating"),
}
ALL_WELL = {f"/data/{group}/{name}": "yes" for group, names in POINTS.items() for name in names} | {
    "/data/bathroom/water": "45"
}
NO_RAIL = {"/data/bathroom/rail": "no", "/data/bathroom/rail_no/solution": "Barre proposée"}
SOAP = {
    "subjective": "Dit avoir glissé en sortant du bain.",
    "objective": "Marche sans aide. Pas de barre d’appui.",
    "assessment": "Risque de chute.",
    "plan": "Demande d’aide à déposer.",
}


class Field:
    """What coordinators do, so that there is something to read."""

    def __init__(self, world: World) -> None:
        self.world = world

    def form(self, form_id: str = "home-safety") -> FormVersion:
        found = form_queries.current_of(form_id)
        if found is None:
            forms.publish_shipped()
            found = form_queries.current_of(form_id)
        assert found is not None
        return found

    def _verdict(self, answers: dict[str, str]) -> tuple[str, engine.Verdict]:
        version = self.form().version
        definition = form_queries.definition_of("home-safety", version)
        clock = form_queries.clock_of(now(), None)
        files = {value for value in answers.values() if len(value) == 36}
        verdict = engine.judge(definition, (ALL_WELL | answers).items(), clock, "fr", files, str)
        assert verdict.ok, verdict.messages
        return version, verdict

    def checklist(
        self,
        visit: Visit | str = "done",
        author: Person | None = None,
        received: datetime | None = None,
        **answers: Any,
    ) -> Checklist:
        """A checklist of home safety; `answers={…}` by path change those of a house where all is well."""
        visit = getattr(self.world, visit) if isinstance(visit, str) else visit
        received = received or now()
        version, verdict = self._verdict(answers.get("answers", {}))
        row = checklists.submit(
            uuid7(), author or visit.coordinator, visit, "home-safety", version, verdict, received, received
        )
        db.session.commit()
        return row

    def checklist_again(self, checklist: Checklist, answers: dict[str, str]) -> ChecklistVersion:
        version, verdict = self._verdict(answers)
        row = checklists.resubmit(checklist, uuid7(), version, verdict, now(), now())
        db.session.commit()
        return row

    def note(
        self,
        visit: str | None = "done",
        author: str = "alice",
        body: dict[str, str] | None = None,
        occurred: datetime | None = None,
        received: datetime | None = None,
        client: str = "jeanne",
    ) -> Note:
        """A SOAP note, of a visit or of a client alone."""
        at = getattr(self.world, visit) if visit else None
        received = received or now()
        row = notes.write(
            uuid7(),
            getattr(self.world, author),
            at.client if at else getattr(self.world, client),
            at,
            db.session.get_one(NoteFormat, "soap"),
            body or SOAP,
            occurred or received - timedelta(hours=1),
            received,
            received,
        )
        db.session.commit()
        return row

    def note_again(self, note: Note, body: dict[str, str]) -> NoteVersion:
        row = notes.rewrite(note, uuid7(), body, now() - timedelta(hours=1), now(), now())
        db.session.commit()
        return row

    def feedback(self, visit: str | None = "done", **facts: Any) -> Feedback:
        """What the client answered; without a visit, at the kiosk."""
        at = getattr(self.world, visit) if visit else None
        form = self.form("after-visit" if at else "kiosk-hall")
        row = Feedback(
            id=uuid7(),
            team_id=at.client.team_id if at else self.world.kiosk.team_id,
            mode="asked" if at else "kiosk",
            visit_id=at.id if at else None,
            client_id=at.client_id if at else None,
            author_id=at.coordinator_id if at else None,
            kiosk_id=None if at else self.world.kiosk.id,
            form_id=form.form_id,
            form_version=form.version,
            **{"answers": [], "score_kind": "csat", "score": 4, "answered_at": now()} | facts,
        )
        db.session.add(row)
        db.session.commit()
        return row


@pytest.fixture
def field(world: World) -> Field:
    return Field(world)


@pytest.fixture
def versions() -> Callable[..., list[str]]:
    """The ids of the latest versions of these texts, as the page posts them."""
    return lambda *texts: [str(text.versions[-1].id) for text in texts]


def ids(*rows: Any) -> set[UUID]:
    """Their ids."""
    return {row.id for row in rows}
