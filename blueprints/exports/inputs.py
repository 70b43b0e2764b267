"""What may come in about exports: which answers, in which shape."""

from typing import Any

import wtforms
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice

from blueprints.exports.models import FORMATS
from blueprints.shared.inputs import DayField, identity, needed

FORMAT_WORDS = {
    "xlsx": _l("Workbook (XLSX): a sheet for each repeat"),
    "csv": _l("CSV; with repeats, a zip of several"),
    "json": _l("JSON, as the answers lie in the form"),
    "xml": _l("XML, the instances of the form"),
}


class FormForm(wtforms.Form):  # type: ignore[misc]
    """Of which form."""

    form = wtforms.SelectField(_l("Form"), validate_choice=False)


class ExportForm(wtforms.Form):  # type: ignore[misc]
    """Which of its answers, and how they are written."""

    form = wtforms.HiddenField(validators=[needed()])
    versions = wtforms.SelectMultipleField(_l("Versions"), description=_l("None chosen: all of them."))
    first_day = DayField(_l("From"))
    last_day = DayField(_l("Until"))
    team = wtforms.SelectField(_l("Team"), coerce=identity, validate_choice=False)
    format = wtforms.RadioField(_l("File"), default="xlsx")
    language = wtforms.SelectField(_l("Language of the labels"))
    words = wtforms.RadioField(_l("Questions and choices"), default="labels")
    split = wtforms.BooleanField(_l("One column for each choice of questions with several answers"))
    comma = wtforms.BooleanField(
        _l("CSV for a French spreadsheet: semicolons between cells, decimal commas"), default=True
    )

    def offer(self, versions: list[tuple[str, str]], languages: list[str], teams: list[tuple[Any, str]]) -> None:
        """Fills in what can be chosen."""
        self.versions.choices = [SelectChoice(version, words) for version, words in versions]
        known = getattr(get_locale(), "languages", {})
        self.language.choices = [SelectChoice(each, known.get(each, each).capitalize()) for each in languages]
        self.team.choices = [SelectChoice("", _l("All")), *(SelectChoice(str(id), name) for id, name in teams)]
        self.format.choices = [
            SelectChoice(key, FORMAT_WORDS[key]) for key in sorted(FORMATS, key=list(FORMAT_WORDS).index)
        ]
        self.words.choices = [
            SelectChoice("labels", _l("By their labels")),
            SelectChoice("names", _l("By their names, for other programs")),
        ]

    @property
    def wanted(self) -> dict[str, Any]:
        """The columns of an export."""
        return {
            "form_id": self.form.data,
            "versions": self.versions.data or [],
            "first_day": self.first_day.data,
            "last_day": self.last_day.data,
            "team_id": self.team.data,
            "format": self.format.data,
            "language": self.language.data,
            "names": self.words.data == "names",
            "split": self.split.data,
            "comma": self.comma.data,
        }
