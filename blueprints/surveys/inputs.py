"""What may be asked of the list of answers; every state of it is a link."""

from datetime import date
from typing import Any
from uuid import UUID

from wtforms import Field, Form, IntegerField
from wtforms.widgets import TextInput


class MonthField(Field):  # type: ignore[misc]
    """2026-11: its first day; None for anything else."""

    widget = TextInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            self.data = date.fromisoformat(f"{valuelist[0]}-01") if valuelist and len(valuelist[0]) == 7 else None
        except ValueError:
            self.data = None
        if self.data and not 2000 <= self.data.year <= 2100:
            self.data = None


class IdField(Field):  # type: ignore[misc]
    """A UUID; None for anything else."""

    widget = TextInput()

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            self.data = UUID(valuelist[0]) if valuelist and valuelist[0] else None
        except ValueError:
            self.data = None


class AnswersForm(Form):  # type: ignore[misc]
    """The list of kiosk answers: one month, one kiosk or all, one page."""

    month = MonthField()
    kiosk = IdField()
    page = IntegerField()
