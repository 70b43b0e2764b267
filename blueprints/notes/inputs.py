"""What may come in as a note: the sections of its format, and when it happened; and as a new format."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any

import wtforms
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from blueprints.notes.actions import REASON, STATEMENT
from blueprints.notes.models import NoteFormat, NoteVersion
from blueprints.shared.db import zone
from blueprints.shared.inputs import LineField, WordsField
from blueprints.shared.refusal import Refused

SECTIONS = 8  # of a format that a service adds
LONGEST = 100_000  # characters of a whole note
WHEN = ("occurred_day", "occurred_time")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
TIME = re.compile(r"\d\d:\d\d(:\d\d)?", re.ASCII)


@dataclass(frozen=True)
class Words:
    """A note as it is kept: every section of its format, exactly as typed; when it happened, where the author said."""

    body: dict[str, str]
    occurred: datetime | None
    reason: str = ""


def read_addendum(fields: "MultiDict[str, str]") -> Words:
    """What is added to a signed note, and why; read as `read` does."""
    messages = _unfit(fields, ("addendum", "reason"))
    if len(fields.get("addendum", "")) > LONGEST:
        messages["addendum"] = _too_long()
    if messages:
        raise Refused(_("This note cannot be recorded as it is."), messages)
    return Words({"addendum": fields.get("addendum", "")}, None, fields.get("reason", ""))


def read_amendment(format: NoteFormat, fields: "MultiDict[str, str]") -> Words:
    """A signed note as it should read, and why; read as `read` does."""
    return replace(read(format, fields, ("reason",)), reason=fields.get("reason", ""))


def read(format: NoteFormat, fields: "MultiDict[str, str]", beside: tuple[str, ...] = ()) -> Words:
    """The note among these fields. Raises Refused with a message for each field that cannot be taken as it is.

    Nothing is trimmed or dropped: a field that came twice, or that no note has, refuses the whole, which is then held.
    beside: what else may stand among the fields.
    """
    parts = format.parts
    sections = [part.name for part in parts]
    messages = _unfit(fields, (*sections, *WHEN, *beside))
    body = {name: fields.get(name, "") for name in sections}
    for part in parts:
        if part.choices and body[part.name] and body[part.name] not in dict(part.choices):
            messages.setdefault(part.name, _("This is not one of the choices."))
        elif part.required and not body[part.name].strip():
            messages.setdefault(part.name, _("Please choose.") if part.choices else _("Please fill this in."))
    if not any(text.strip() for text in body.values()):
        messages.setdefault(sections[0], _("The note is empty. Please write at least a few words."))
    if sum(map(len, body.values())) > LONGEST:
        longest = max(sections, key=lambda name: len(body[name]))
        messages.setdefault(longest, _too_long())
    occurred = _occurred(fields, messages)
    if messages:
        raise Refused(_("This note cannot be recorded as it is."), messages)
    return Words(body, occurred)


def _unfit(fields: "MultiDict[str, str]", known: tuple[str, ...]) -> dict[str, str]:
    """A message for each field that is none of these, that came twice, or that holds what cannot be kept."""
    messages: dict[str, str] = {}
    for name, values in fields.lists():
        if name not in known:
            messages[name] = _("This field does not belong to a note.")
        elif len(values) > 1:
            messages[name] = _("This field came twice.")
        elif CONTROL.search(values[0]):
            messages[name] = _("This text contains a character that cannot be kept.")
    return messages


def _too_long() -> str:
    return _("A note has at most %(n)s characters.", n=f"{LONGEST:,}".replace(",", "\u202f"))


def _occurred(fields: "MultiDict[str, str]", messages: dict[str, str]) -> datetime | None:
    """The moment on the service's clock; None where neither day nor time was given."""
    day, clock = (fields.get(name, "").strip() for name in WHEN)
    if not day and not clock:
        return None
    on = _day(day)
    if on is None:
        messages.setdefault("occurred_day", _("This is not a day of the calendar."))
    at = _time(clock)
    if at is None:
        messages.setdefault("occurred_time", _("Write a time from 00:00 to 23:59."))
    if on is None or at is None:
        return None
    moment = datetime.combine(on, at, zone())
    if moment.astimezone(UTC).astimezone(zone()).time() != at:  # the hour that is left out when clocks go forward
        messages.setdefault("occurred_time", _("This hour does not exist on that day: the clocks went forward."))
    return moment


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        return None
    return day if day and 1900 <= day.year <= 2100 else None


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text) if TIME.fullmatch(text) else None
    except ValueError:
        return None


class SectionForm(wtforms.Form):  # type: ignore[misc]
    """One section of a new format: its name in both languages, and what is said below it."""

    fr = LineField(_l("Name in French"), most=80)
    en = LineField(_l("Name in English"), most=80)
    hint_fr = LineField(_l("Hint in French"), most=200)
    hint_en = LineField(_l("Hint in English"), most=200)


class FormatForm(wtforms.Form):  # type: ignore[misc]
    """A format of the service's own. Sections that are left empty do not count."""

    label_fr = LineField(_l("Name in French"), most=60, required=True)
    label_en = LineField(_l("Name in English"), most=60, required=True)
    sections = wtforms.FieldList(wtforms.FormField(SectionForm), min_entries=SECTIONS, max_entries=SECTIONS)

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether it can be taken: each section that says something needs both of its names."""
        good = bool(super().validate(extra_validators))
        for section in self.sections:
            if any(section.data.values()):
                for field in (section.fr, section.en):
                    if not field.data:
                        field.errors = [_("A section needs its name in both languages.")]
                        good = False
        return good

    @property
    def labels(self) -> dict[str, str]:
        """What it is called, by language."""
        return {"fr": self.label_fr.data, "en": self.label_en.data}

    def written(self) -> list[dict[str, Any]]:
        """The sections that were filled in, as an action takes them."""
        return [
            {
                "labels": {"fr": one["fr"], "en": one["en"]},
                "hints": {language: one[f"hint_{language}"] for language in ("fr", "en") if one[f"hint_{language}"]},
            }
            for one in self.sections.data
            if one["fr"]
        ]


class ReasonForm(wtforms.Form):  # type: ignore[misc]
    """Why a note was entered in error."""

    reason = WordsField(_l("Why is it an error?"), most=REASON, required=True)


class StatementForm(wtforms.Form):  # type: ignore[misc]
    """What the client says to a note."""

    words = WordsField(_l("What the person says, in their own words"), most=STATEMENT, required=True)


def two_of(versions: Sequence[NoteVersion], args: "MultiDict[str, str]") -> tuple[NoteVersion, NoteVersion]:
    """The two versions that the address asks to compare by their numbers, the older first; else the last two."""
    numbers = {str(version.number): version for version in versions}
    asked = [numbers[text] for name in ("a", "b") if (text := args.get(name, "")) in numbers]
    two = asked if len(asked) == 2 else [versions[-2] if len(versions) > 1 else versions[-1], versions[-1]]
    older, newer = sorted(two, key=lambda version: version.number)
    return older, newer
