"""What may come in about people."""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import wtforms
from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice, validators

from blueprints.people.models import ROLES, Person, Team
from blueprints.shared.inputs import LineField, WholeField, WordsField, identity, needed
from blueprints.shared.words import LANGUAGES

ROLE_WORDS = {
    "coordinator": _l("Coordinator"),
    "supervisor": _l("Supervisor"),
    "manager": _l("Service manager"),
    "administrator": _l("Administrator"),
}
ROLE_HINTS = {
    "coordinator": _l("makes visits, on a phone"),
    "supervisor": _l("plans, reads and signs what the teams have done"),
    "manager": _l("scores and complaints of all teams, no case notes"),
    "administrator": _l("people, devices and kiosks, no cases"),
}
LANGUAGE_WORDS = dict(zip(LANGUAGES, ("Français", "English"), strict=True))
ADDRESS = validators.Regexp(
    re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+\Z"), message=_l("This does not look like an e-mail address.")
)


def lower(typed: str | None) -> str:
    """An e-mail address as it is kept and compared."""
    return (typed or "").strip().lower()


def own_path(target: str | None) -> str:
    """Where to go on after sign-in: a path of ours, else the start page. "//evil" and "/\\evil" are other sites."""
    if not target or not re.fullmatch(r"/(?![/\\])[^\\\x00-\x20\x7f]*", target):
        return "/"
    parts = urlsplit(target)
    return "/" if parts.scheme or parts.netloc else target


def secret(label: Any, autocomplete: str, description: Any = "") -> wtforms.PasswordField:
    """A password as it was typed: nothing is stripped, and pasting works."""
    return wtforms.PasswordField(
        label,
        [validators.InputRequired(_l("This is needed."))],
        description=description,
        render_kw={"autocomplete": autocomplete, "autocapitalize": "none", "spellcheck": "false"},
    )


class SignInForm(wtforms.Form):  # type: ignore[misc]
    """Who it is; where they wanted to go; and what they had sent after their session had ended."""

    email = wtforms.EmailField(
        _l("E-mail"),
        [needed()],
        filters=[lower],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = secret(_l("Password"), "current-password")
    next = wtforms.HiddenField(filters=[own_path])
    carried_to = wtforms.HiddenField()
    carried = wtforms.HiddenField()


class NewPasswordForm(wtforms.Form):  # type: ignore[misc]
    """A password that somebody chooses."""

    password = secret(
        _l("New password"),
        "new-password",
        _l("At least 8 characters, better 15: three or four unrelated words. You may paste it."),
    )


class ChangePasswordForm(wtforms.Form):  # type: ignore[misc]
    """The same by somebody who is signed in and proves that it is still them."""

    current_password = secret(_l("Current password"), "current-password")
    password = secret(
        _l("New password"),
        "new-password",
        _l("At least 8 characters, better 15: three or four unrelated words. You may paste it."),
    )


class AccountForm(wtforms.Form):  # type: ignore[misc]
    """What everybody may change of themselves. Roles and teams are not among it."""

    name = LineField(_l("Name"), most=200, required=True, render_kw={"autocomplete": "name"})
    shortcuts = wtforms.BooleanField(
        _l("Single-key shortcuts on the desk"), description=_l("For example j and k in the list of what to review.")
    )


class LanguageForm(wtforms.Form):  # type: ignore[misc]
    """The language of the interface."""

    language = wtforms.RadioField(
        _l("Language"), choices=[SelectChoice(code, word) for code, word in LANGUAGE_WORDS.items()]
    )


class ListForm(wtforms.Form):  # type: ignore[misc]
    """The state of the list of people, read from its address."""

    q = LineField(_l("Name or e-mail"), most=100)
    state = wtforms.SelectField(
        _l("State"), choices=[SelectChoice(s) for s in ("", "active", "invited", "disabled")], validate_choice=False
    )


class PersonForm(wtforms.Form):  # type: ignore[misc]
    """What an administrator says about somebody."""

    name = LineField(_l("Name"), most=200, required=True, render_kw={"autocomplete": "off"})
    email = LineField(
        _l("E-mail"),
        most=254,
        required=True,
        validators=[ADDRESS],
        render_kw={"type": "email", "autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"},
    )
    roles = wtforms.SelectMultipleField(
        _l("Roles"),
        [validators.InputRequired(_l("Please choose at least one."))],
        choices=[
            SelectChoice(role, _l("%(role)s: %(hint)s", role=ROLE_WORDS[role], hint=ROLE_HINTS[role])) for role in ROLES
        ],
    )
    teams = wtforms.SelectMultipleField(_l("Teams"), coerce=identity)
    weekly_hours = WholeField(
        _l("Hours for visits in a week"),
        least=1,
        most=80,
        description=_l("For the load in the planning; may stay empty."),
        render_kw={"inputmode": "numeric"},
    )

    def offer(self, teams: Sequence[Team]) -> None:
        """The teams that there are."""
        self.teams.choices = [SelectChoice(str(team.id), team.name) for team in teams]

    def show(self, person: Person) -> None:
        """Fills in what is stored."""
        self.name.data, self.email.data = person.name, person.email
        self.roles.data = [row.role for row in person.roles]
        self.teams.data = person.team_ids
        self.weekly_hours.data = person.weekly_minutes and person.weekly_minutes // 60


class DisableForm(wtforms.Form):  # type: ignore[misc]
    """Why somebody may no longer sign in."""

    reason = WordsField(
        _l("Reason"), most=200, required=True, description=_l("The person reads it when they try to sign in.")
    )


class TeamForm(wtforms.Form):  # type: ignore[misc]
    """A team."""

    name = LineField(_l("Name of the team"), most=100, required=True)
