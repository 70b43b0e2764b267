"""What may be asked of a history; every state of it is a link."""

from collections.abc import Iterable
from typing import Any

import wtforms
from flask_babel import lazy_gettext as _l

from blueprints.audit.wording import KIND_WORDS
from blueprints.shared.inputs import DayField, identity, options


class HistoryForm(wtforms.Form):  # type: ignore[misc]
    """One kind or all, between two days. before: the last entry of the page before this one."""

    kind = wtforms.SelectField(_l("What"), validate_choice=False)
    first = DayField(_l("From day"), first=2000)
    last = DayField(_l("To day"), first=2000)
    before = wtforms.Field()

    def offer(self, kinds: Iterable[str]) -> None:
        """The kinds that there are here; another one counts as not asked for."""
        kinds = tuple(kinds)
        self.kind.choices = options([("", _l("Everything")), *((kind, KIND_WORDS[kind]) for kind in kinds)])
        self.kind.data = self.kind.data if self.kind.data in kinds else ""

    def asked(self) -> dict[str, Any]:
        """As queries take it."""
        return {
            "kind": self.kind.data or None,
            "first": self.first.data,
            "last": self.last.data,
            "before": identity(self.before.data),
        }

    def narrowed(self) -> dict[str, str]:
        """What is filtered, as it stands in an address."""
        days = {"first": self.first.data, "last": self.last.data}
        found = {name: day.isoformat() for name, day in days.items() if day}
        return {"kind": self.kind.data, **found} if self.kind.data else found


class PersonHistoryForm(HistoryForm):
    """The same of a person: what they did, or what others did about them."""

    side = wtforms.SelectField(_l("Whose doing"), validate_choice=False)

    @property
    def about(self) -> bool:
        """Whether it is the second list."""
        return bool(self.side.data == "about")
