"""What may come in at the desk: the queue's filters in the address, a comment, words about a call."""

from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import Form, SelectField
from wtforms.fields import SelectChoice

from blueprints.reviews.actions import COMMENT
from blueprints.reviews.queries import NEEDS, Wanted
from blueprints.shared.inputs import WholeField, WordsField, identity

FIRST, STEP, MOST = 50, 50, 500  # lines of the queue
NEED_WORDS = {
    "alert": _l("Alerts"),
    "first_visit": _l("First visits"),
    "late": _l("Late entries"),
    "resubmitted": _l("Second readings"),
    "call": _l("To call back"),
}


class QueueForm(Form):  # type: ignore[misc]
    """The queue's filters: every state of it is a link. What is not offered counts as not asked for."""

    team = SelectField(_l("Team"), coerce=identity, validate_choice=False)
    coordinator = SelectField(_l("Coordinator"), coerce=identity, validate_choice=False)
    need = SelectField(_l("What needs eyes"), validate_choice=False)
    limit = WholeField(least=1, most=MOST)

    def offer(self, teams: list[tuple[UUID, str]], people: list[tuple[UUID, str]]) -> None:
        """Fills in what can be chosen."""
        everything = SelectChoice("", str(_l("All")))
        self.team.choices = [everything, *(SelectChoice(str(id), name) for id, name in teams)]
        self.coordinator.choices = [everything, *(SelectChoice(str(id), name) for id, name in people)]
        self.need.choices = [everything, *(SelectChoice(key, str(words)) for key, words in NEED_WORDS.items())]

    def team_links(self) -> list[dict[str, Any]]:
        """One chip for each team and one for all of them."""
        asked = self.wanted.team
        return [
            {"text": str(choice.label), "team": choice.value or None, "current": choice.value == str(asked or "")}
            for choice in self.team.choices
        ]

    @property
    def wanted(self) -> Wanted:
        self.validate()
        need = self.need.data if self.need.data in NEEDS else None
        return Wanted(self.team.data, self.coordinator.data, need, self.limit.data or FIRST)

    def address(self, **changes: Any) -> dict[str, Any]:
        """The filters as they stand in an address, some of them changed; None takes one away."""
        asked = self.wanted
        state: dict[str, Any] = {"team": asked.team, "coordinator": asked.coordinator, "need": asked.need}
        state |= {"limit": asked.limit if asked.limit != FIRST else None}
        return {name: str(value) for name, value in (state | changes).items() if value is not None}


class ReturnForm(Form):  # type: ignore[misc]
    """A comment to the author; its rules are the action's, so that both ways in have the same."""

    comment = WordsField(_l("What is missing, or must be put right?"), most=COMMENT, required=True)


class CallForm(Form):  # type: ignore[misc]
    """What was done about "yes, call me back"."""

    words = WordsField(_l("What was done?"), most=COMMENT, required=True)


class GapForm(Form):  # type: ignore[misc]
    """Why some of a phone's numbers never came."""

    first = WholeField(least=1, most=2**31 - 1)
    reason = WordsField(_l("Why it never came"), most=COMMENT, required=True)


def shown(fields: "MultiDict[str, str]") -> set[UUID]:
    """The versions that were on the screen."""
    return {id for id in map(identity, fields.getlist("version")) if id is not None}


def about(fields: "MultiDict[str, str]") -> UUID | None:
    """The one text that a comment is pinned to; None: everything that waits."""
    return identity(fields.get("about"))
