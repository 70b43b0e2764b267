"""What every desk form and query string stands on: text as it is stored, days and times that exist, words for faults.

A field keeps what was typed where it cannot be read, and says in the reader's language what is wrong with it.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

import wtforms
from flask_babel import lazy_gettext as _l
from wtforms import validators

from blueprints.shared.db import zone
from blueprints.shared.refusal import Refused

# Control characters, and those that turn the direction of what follows: a name must not rewrite the page around it.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")


def many_lines(text: str | None) -> str:
    """Text as it is stored: NFC, line ends LF, no control characters, no blank ends."""
    plain = (text or "").replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _UNSEEN.sub("", plain)).strip()


def one_line(text: str | None) -> str:
    """The same on one line, with single spaces."""
    return " ".join(many_lines(text).split())


class LineField(wtforms.StringField):  # type: ignore[misc]
    """One line of text. Filters run before validators, so that a name of blanks is a missing name."""

    def __init__(self, label: Any = None, most: int = 200, required: bool = False, **kwargs: Any) -> None:
        checks = [*kwargs.pop("validators", []), at_most(most)]
        checks.insert(0, needed() if required else validators.Optional())
        super().__init__(label, checks, filters=[one_line], **kwargs)


class WordsField(wtforms.TextAreaField):  # type: ignore[misc]
    """Any number of lines."""

    def __init__(self, label: Any = None, most: int = 5000, required: bool = False, **kwargs: Any) -> None:
        checks = [needed() if required else validators.Optional(), at_most(most)]
        super().__init__(label, checks, filters=[many_lines], **kwargs)


class WholeField(wtforms.StringField):  # type: ignore[misc]
    """A whole number of plain digits, or nothing. `data` is an int or None."""

    def __init__(self, label: Any = None, least: int = 0, most: int = 10**6, required: bool = False, **kw: Any) -> None:
        self.least, self.most = least, most
        super().__init__(label, [needed() if required else validators.Optional()], **kw)

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else ("" if self.data is None else str(self.data))

    def process_formdata(self, valuelist: list[str]) -> None:
        """Reads the number; raises ValueError with the words for the form."""
        typed = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not typed:
            return
        if not re.fullmatch(r"[0-9]{1,9}", typed) or not self.least <= int(typed) <= self.most:
            raise ValueError(
                str(_l("Enter a whole number from %(least)d to %(most)d.", least=self.least, most=self.most))
            )
        self.data = int(typed)


class DayField(wtforms.DateField):  # type: ignore[misc]
    """A day of the calendar between two years, both included."""

    def __init__(
        self, label: Any = None, first: int = 1900, last: int = 2100, required: bool = False, **kw: Any
    ) -> None:
        self.first, self.last = first, last
        kw.setdefault("format", ["%Y-%m-%d", "%d/%m/%Y"])
        super().__init__(label, [needed() if required else validators.Optional()], **kw)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Reads the day; raises ValueError with the words for the form."""
        self.data = None
        typed = valuelist[0].strip() if valuelist else ""
        if not typed:
            return
        for pattern in self.format:
            try:
                read = datetime.strptime(typed, pattern).date()  # noqa: DTZ007  a day has no zone
            except ValueError:
                continue
            if not self.first <= read.year <= self.last:
                break
            self.data = read
            return
        raise ValueError(str(_l("This day does not exist, or is too far away. Write it like 2026-11-24.")))


class ClockField(wtforms.StringField):  # type: ignore[misc]
    """A time of day like 09:30. `data` is a time or None."""

    widget = wtforms.widgets.TimeInput()

    def __init__(self, label: Any = None, required: bool = False, **kw: Any) -> None:
        super().__init__(label, [needed() if required else validators.Optional()], **kw)

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else (self.data.strftime("%H:%M") if self.data else "")

    def process_formdata(self, valuelist: list[str]) -> None:
        """Reads the time; raises ValueError with the words for the form."""
        self.data = None
        typed = valuelist[0].strip() if valuelist else ""
        if not typed:
            return
        found = re.fullmatch(r"([01]?[0-9]|2[0-3])[:hH]([0-5][0-9])", typed)
        if not found:
            raise ValueError(str(_l("This time does not exist. Write it like 09:30.")))
        self.data = time(int(found[1]), int(found[2]))


def options(pairs: Iterable[tuple[Any, Any]]) -> list[wtforms.SelectChoice]:
    """What a select field offers, from values and their words."""
    return [wtforms.SelectChoice(value, label) for value, label in pairs]


def identity(typed: UUID | str | None) -> UUID | None:
    """The id that was sent, or None where it is none: to be used as `coerce` of a select field."""
    if isinstance(typed, UUID):
        return typed
    try:
        return UUID(typed) if typed and len(typed) == 36 else None
    except ValueError:
        return None


class Needed:
    """The field must be filled. What was typed and could not be read keeps its own message."""

    field_flags = {"required": True}

    def __call__(self, form: wtforms.Form, field: wtforms.Field) -> None:
        """Refuses an empty field."""
        if field.process_errors:
            raise validators.StopValidation
        if field.data in (None, "", []):
            field.errors[:] = []
            raise validators.StopValidation(_l("This is needed."))


def needed() -> Needed:
    """The field must be filled."""
    return Needed()


def at_most(length: int) -> validators.Length:
    """No longer than so many characters; what is longer is refused, never cut."""
    return validators.Length(max=length, message=_l("At most %(max)d characters.", max=length))


def moment_of(day: date, clock: time, field: str = "time") -> datetime:
    """The moment at which the service's clock shows this.

    Raises Refused, with a message for `field`, in the hour that is skipped when clocks go forward.
    """
    local = datetime.combine(day, clock, zone())
    moment = local.astimezone(UTC)
    if moment.astimezone(zone()).replace(tzinfo=None) != local.replace(tzinfo=None):
        words = str(_l("That night the clocks go forward: this time does not exist."))
        raise Refused(words, {field: words})
    return moment
