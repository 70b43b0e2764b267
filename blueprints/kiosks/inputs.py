"""What may come in about kiosks."""

from collections.abc import Sequence

import wtforms
from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice

from blueprints.people.models import Team
from blueprints.shared.inputs import LineField, identity, needed


class KioskForm(wtforms.Form):  # type: ignore[misc]
    """A tablet to be set up."""

    name = LineField(_l("Name"), most=100, required=True, description=_l("Where it stands, for example: Reception"))
    team = wtforms.SelectField(_l("Team"), coerce=identity)
    survey = wtforms.SelectField(_l("Survey"))

    def offer(self, teams: Sequence[Team], surveys: Sequence[tuple[str, str]]) -> None:
        """The teams and surveys that there are."""
        self.team.choices = [SelectChoice(str(team.id), team.name) for team in teams]
        self.survey.choices = [SelectChoice(id, title) for id, title in surveys]


class PairForm(wtforms.Form):  # type: ignore[misc]
    """The code that the administrator reads out."""

    code = wtforms.StringField(
        _l("Code"),
        [needed()],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "maxlength": 20},
    )


class LeaveForm(wtforms.Form):  # type: ignore[misc]
    """Who leaves the kiosk; posted to the people slice, which knows passwords."""

    email = wtforms.EmailField(_l("E-mail"), [needed()], render_kw={"autocomplete": "off"})
    password = wtforms.PasswordField(_l("Password"), [needed()], render_kw={"autocomplete": "off"})
