"""What may be asked of answers: one question of one form, between two days. Every state of it is a link."""

from typing import Any

import wtforms
from flask_babel import lazy_gettext as _l

from blueprints.shared.inputs import DayField, options


class QuestionForm(wtforms.Form):  # type: ignore[misc]
    """Of which form which question, and when it was answered. What is not offered counts as not asked for."""

    form = wtforms.SelectField(_l("Form"), validate_choice=False)
    path = wtforms.SelectField(_l("Question"), validate_choice=False)
    first = DayField(_l("From"))
    last = DayField(_l("Until"))

    def offer(self, forms: list[tuple[str, str]], questions: list[tuple[str, str]]) -> None:
        """Fills in what can be chosen; a question of another form is none."""
        self.form.choices, self.path.choices = options([("", "…"), *forms]), options([("", "…"), *questions])
        if self.path.data not in dict(questions):
            self.path.data = ""

    @property
    def days(self) -> dict[str, Any]:
        """Between which days; one that cannot be read is none."""
        self.validate()
        return {"first": self.first.data, "last": self.last.data}
