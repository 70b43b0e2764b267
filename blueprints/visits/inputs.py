"""What may come in about visits: the planning's forms, its address, and what a phone says."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

import wtforms
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import validators

from blueprints.clients.models import Client
from blueprints.people.models import Person, Team
from blueprints.shared.db import today
from blueprints.shared.inputs import (
    ClockField,
    DayField,
    LineField,
    WholeField,
    WordsField,
    identity,
    many_lines,
    moment_of,
    needed,
    one_line,
    options,
)
from blueprints.shared.refusal import Refused
from blueprints.visits.actions import CANCELLED
from blueprints.visits.models import KINDS, Visit
from blueprints.visits.wording import KIND_WORDS, STATUS_WORDS

FARTHEST = timedelta(days=731)  # a date further away is a slip of the finger
REASON = 1000  # characters


def monday_of(week: str | None) -> date | None:
    """The Monday of an ISO week like 2026-W48; None where there is no such week, or it is out of the way."""
    found = re.fullmatch(r"(20\d\d)-?W(\d\d)", (week or "").strip(), re.ASCII)
    try:
        return date.fromisocalendar(int(found[1]), int(found[2]), 1) if found else None
    except ValueError:
        return None


class WeekForm(wtforms.Form):  # type: ignore[misc]
    """Which week of which team, read from the address."""

    week = wtforms.StringField(_l("Week"))
    team = wtforms.SelectField(_l("Team"), coerce=identity, validate_choice=False)

    def offer(self, teams: Sequence[Team]) -> None:
        """The teams to choose from."""
        self.team.choices = options((team.id, team.name) for team in teams)

    def monday(self) -> date:
        """The week asked for, or this one."""
        day = today()
        return monday_of(self.week.data) or day - timedelta(days=day.weekday())


class TimeForm(wtforms.Form):  # type: ignore[misc]
    """When, and for how long."""

    day = DayField(_l("Day"), first=2020, required=True)
    time = ClockField(_l("Time"), required=True)
    minutes = WholeField(_l("Length in minutes"), least=5, most=720, required=True, default=45)
    confirmed = wtforms.BooleanField(_l("Plan it all the same"))

    def validate_day(self, field: wtforms.Field) -> None:
        """A visit is planned for the near past at most, or for the next two years."""
        if not today() - timedelta(days=31) <= field.data <= today() + FARTHEST:
            raise validators.ValidationError(_l("This day is too far away."))

    def starts_at(self) -> datetime:
        """The moment, of a form that is valid; raises Refused in the hour that the clocks skip."""
        assert self.day.data and self.time.data
        return moment_of(self.day.data, self.time.data)

    def length(self) -> int:
        """Its length in minutes, of a form that is valid."""
        assert self.minutes.data
        return self.minutes.data


class PlanForm(TimeForm):
    """A new visit."""

    client = wtforms.HiddenField()
    coordinator = wtforms.SelectField(_l("Who makes it"), coerce=identity)
    kind = wtforms.SelectField(_l("How"), choices=options(KIND_WORDS.items()), default="home")
    purpose = LineField(_l("What for"), most=200)
    forms = wtforms.SelectMultipleField(_l("Checklists to fill"))

    def offer(self, coordinators: Sequence[Person], forms: dict[str, str]) -> None:
        """Who can make the visit, and what can be filled at it."""
        self.coordinator.choices = options((person.id, person.name) for person in coordinators)
        self.forms.choices = options(forms.items())

    def suggest(self, client: Client, given: "MultiDict[str, str]") -> None:
        """What is likely, where the address says nothing: the coordinator who looks after the client, the form that
        their next visit is for, tomorrow morning."""
        if "coordinator" not in given:
            assigned = [row.person_id for row in client.assignments if row.ended_at is None]
            self.coordinator.data = next((one.value for one in self.coordinator.choices if one.value in assigned), None)
        if "forms" not in given and client.next_form:
            self.forms.data = [client.next_form]
        if "purpose" not in given:
            self.purpose.data = client.service
        if "day" not in given:
            self.day.data = today() + timedelta(days=1)
        if "time" not in given:
            self.time.data = time(9)
        if "minutes" not in given:
            self.minutes.data = 45


class MoveForm(TimeForm):
    """Another day, time or length."""

    version = wtforms.IntegerField(widget=wtforms.widgets.HiddenInput(), validators=[needed()])

    @classmethod
    def of(cls, visit: Visit, local_start: datetime) -> "MoveForm":
        """The form as the visit stands."""
        return cls(day=local_start.date(), time=local_start.time(), minutes=visit.minutes, version=visit.version)


class GiveForm(wtforms.Form):  # type: ignore[misc]
    """Somebody else."""

    version = wtforms.IntegerField(widget=wtforms.widgets.HiddenInput(), validators=[needed()])
    coordinator = wtforms.SelectField(_l("Who makes it"), coerce=identity)
    confirmed = wtforms.BooleanField(_l("Give it all the same"))

    def offer(self, coordinators: Sequence[Person]) -> None:
        """Who can make the visit."""
        self.coordinator.choices = options((person.id, person.name) for person in coordinators)


class CancelForm(wtforms.Form):  # type: ignore[misc]
    """It does not take place."""

    version = wtforms.IntegerField(widget=wtforms.widgets.HiddenInput(), validators=[needed()])
    status = wtforms.SelectField(_l("What happened"), choices=options((one, STATUS_WORDS[one]) for one in CANCELLED))
    reason = WordsField(_l("Why"), most=REASON, required=True)


class CoverForm(wtforms.Form):  # type: ignore[misc]
    """Who is away, who stands in, from when to when."""

    away = wtforms.SelectField(_l("Who is away"), coerce=identity)
    stand_in = wtforms.SelectField(_l("Who stands in"), coerce=identity)
    first_day = DayField(_l("From"), first=2020, required=True)
    last_day = DayField(_l("Until, this day included"), first=2020, required=True)

    def offer(self, coordinators: Sequence[Person]) -> None:
        """The coordinators of the team."""
        self.away.choices = self.stand_in.choices = options((person.id, person.name) for person in coordinators)

    def days(self) -> tuple[date, date]:
        """The first and the last day, of a form that is valid."""
        assert self.first_day.data and self.last_day.data
        return self.first_day.data, self.last_day.data


@dataclass(frozen=True)
class Unplanned:
    """What a phone says of a visit that nobody planned."""

    client: UUID
    kind: str
    purpose: str


def unplanned(fields: "MultiDict[str, str]") -> Unplanned:
    """Reads it; raises Refused with what is wrong by field."""
    client, kind = identity(fields.get("client")), fields.get("kind", "home")
    purpose = one_line(fields.get("purpose"))
    messages = {}
    if client is None:
        messages["client"] = _("Choose whom you visit.")
    if kind not in KINDS:
        messages["kind"] = _("Choose one of these.")
    if len(purpose) > 200:
        messages["purpose"] = _("At most %(max)d characters.", max=200)
    if client is None or messages:
        raise Refused(_("Something is missing or cannot be read."), messages)
    return Unplanned(client, kind, purpose)


def reason_in(fields: "MultiDict[str, str]") -> str:
    """The reason that a phone gives, if any; raises Refused where it is too long."""
    reason = many_lines(fields.get("reason"))
    if len(reason) > REASON:
        words = _("At most %(max)d characters.", max=REASON)
        raise Refused(words, {"reason": words})
    return reason


class TimesForm(wtforms.Form):  # type: ignore[misc]
    """Begin and end as they really were, on the visit's own day."""

    started = ClockField(required=True)
    ended = ClockField(required=True)

    def moments(self, day: date) -> tuple[datetime, datetime]:
        """Begin and end; raises Refused with what is wrong by field."""
        if not self.validate():
            raise Refused(_("These times cannot be read."), {f: str(texts[0]) for f, texts in self.errors.items()})
        assert self.started.data and self.ended.data
        return moment_of(day, self.started.data, "started"), moment_of(day, self.ended.data, "ended")
