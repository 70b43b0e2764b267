"""What may come in about clients."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import wtforms
from flask_babel import lazy_gettext as _l
from wtforms import validators

from blueprints.clients.actions import PLAIN, AlertWords, ContactWords, Details
from blueprints.clients.models import ALERT_LEVELS, Client
from blueprints.clients.timeline import KINDS
from blueprints.people.models import Person, Team
from blueprints.shared.inputs import DayField, LineField, WholeField, WordsField, identity, options

SPARE = 2  # empty rows below the contacts and the alerts that are there: no script is needed to add one
MOST = 20
PHONE = validators.Regexp(r"^[0-9+(][0-9 +().\-/]*$", message=_l("A telephone number has digits, spaces and + only."))
LEVELS = {"danger": _l("Danger"), "warning": _l("Be careful"), "access": _l("Access: code, key")}


class ListForm(wtforms.Form):  # type: ignore[misc]
    """The list's state, read from its address."""

    q = LineField(_l("Name, address or telephone"), most=100)
    team = wtforms.SelectField(_l("Team"), coerce=identity, validate_choice=False)
    coordinator = wtforms.SelectField(_l("Looked after by"), coerce=identity, validate_choice=False)
    archived = wtforms.BooleanField(_l("Archived cases"))
    page = WholeField(least=1, most=100_000)

    def offer(self, teams: Sequence[Team], coordinators: Sequence[Person]) -> None:
        """What the two filters can be set to."""
        self.team.choices = options([("", _l("All teams")), *((team.id, team.name) for team in teams)])
        self.coordinator.choices = options(
            [("", _l("Everybody")), *((person.id, person.name) for person in coordinators)]
        )


class ContactForm(wtforms.Form):  # type: ignore[misc]
    """One row of contacts; a row without a name is left out."""

    name = LineField(_l("Name"), most=200)
    relation = LineField(_l("Who this is"), most=100)
    phone = LineField(_l("Telephone"), most=40, validators=[validators.Optional(), PHONE])

    def validate(self, extra_validators: Any = None) -> bool:
        """A telephone number without a name would be lost with its row."""
        good: bool = super().validate(extra_validators)
        if not self["name"].data and (self.phone.data or self.relation.data):
            self["name"].errors = [str(_l("This is needed."))]
            return False
        return good


class AlertForm(wtforms.Form):  # type: ignore[misc]
    """One row of alerts; a row without words is left out."""

    words = LineField(_l("What to know at the door"), most=200)
    level = wtforms.SelectField(_l("How much it matters"), choices=options(LEVELS.items()), default="warning")
    since = DayField(_l("Since"), first=1990)

    def validate(self, extra_validators: Any = None) -> bool:
        """A day without words would be lost with its row."""
        good: bool = super().validate(extra_validators)
        if not self.words.data and self.since.data:
            self.words.errors = [str(_l("This is needed."))]
            return False
        return good


class ClientForm(wtforms.Form):  # type: ignore[misc]
    """The whole case, as a supervisor writes it."""

    version = wtforms.IntegerField(widget=wtforms.widgets.HiddenInput(), validators=[validators.Optional()])
    team = wtforms.SelectField(_l("Team"), coerce=identity)
    given_name = LineField(_l("Given name"), most=100, required=True)
    family_name = LineField(_l("Family name"), most=100, required=True)
    born = DayField(_l("Born"))
    address = LineField(_l("Address"), most=300)
    phone = LineField(_l("Telephone"), most=40, validators=[validators.Optional(), PHONE])
    service = LineField(_l("What is done for them"), most=200, description=_l("For example: home support"))
    needs = WordsField(_l("Needs and habits"), most=5000)
    visit_every = WholeField(_l("A visit every … days"), least=1, most=730)
    next_form = wtforms.SelectField(_l("The next visit is for"), coerce=lambda typed: typed or None)
    contacts = wtforms.FieldList(wtforms.FormField(ContactForm), max_entries=MOST)
    alerts = wtforms.FieldList(wtforms.FormField(AlertForm), max_entries=MOST)

    def offer(self, teams: Sequence[Team], forms: dict[str, str]) -> None:
        """What the select fields can be set to; empty rows to fill in."""
        self.team.choices = options((team.id, team.name) for team in teams)
        self.next_form.choices = options([("", _l("Nothing in particular")), *forms.items()])
        for rows in (self.contacts, self.alerts):
            filled = sum(1 for row in rows if any(f.data for f in row.form if f.short_name != "level"))
            while len(rows) < min(filled + SPARE, MOST):
                rows.append_entry()

    def blame(self, messages: Mapping[str, str]) -> None:
        """Puts what an action refused beside its field."""
        for name, words in messages.items():
            if name in self:
                self[name].errors = [*self[name].errors, words]

    def details(self) -> Details:
        """What was typed, for the action."""
        plain: dict[str, Any] = {name: self[name].data for name in PLAIN}
        contacts = [ContactWords(**row.form.data) for row in self.contacts if row.form["name"].data]
        alerts = [AlertWords(**row.form.data) for row in self.alerts if row.form["words"].data]
        return Details(**plain, contacts=contacts, alerts=alerts)

    def differences(self, client: Client) -> list[tuple[str, str]]:
        """What is stored now and differs from what was typed: the field's name and the stored value."""
        words = self.details()
        return [
            (str(self[name].label.text), str(getattr(client, name) or "—"))
            for name in PLAIN
            if getattr(client, name) != getattr(words, name)
        ]


class TimelineForm(wtforms.Form):  # type: ignore[misc]
    """Which part of the timeline, read from the address; what is unknown shows everything."""

    show = wtforms.StringField(filters=[lambda typed: typed if typed in KINDS else None])
    before = wtforms.StringField()

    def moment(self) -> datetime | None:
        """Where an older page begins."""
        try:
            found = datetime.fromisoformat(self.before.data or "")
        except ValueError:
            return None
        return found if found.tzinfo and found.year > 1 else None


class AssignForm(wtforms.Form):  # type: ignore[misc]
    """Who is to look after the client."""

    coordinator = wtforms.SelectField(_l("Looked after by"), coerce=identity)

    def offer(self, coordinators: Sequence[Person]) -> None:
        """The coordinators of the client's team."""
        self.coordinator.choices = options((person.id, person.name) for person in coordinators)


assert set(LEVELS) == set(ALERT_LEVELS)
