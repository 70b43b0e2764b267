"""Kinds and states of a visit in words."""

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from blueprints.visits.models import KINDS, VISIT_EVENTS

KIND_WORDS = {"home": _l("At home"), "telephone": _l("By telephone"), "video": _l("By video")}
STATUS_WORDS = {
    "planned": _l("Planned"),
    "confirmed": _l("Confirmed"),
    "en_route": _l("On the way"),
    "in_progress": _l("In progress"),
    "done": _l("Made"),
    "partly_done": _l("Partly done"),
    "attempted": _l("Nobody answered"),
    "missed": _l("Missed by us"),
    "no_show": _l("Client absent"),
    "cancelled_by_client": _l("Cancelled by the client"),
    "cancelled_by_us": _l("Cancelled by us"),
    "rescheduled": _l("Rescheduled"),
    "entered_in_error": _l("Entered in error"),
    "moved": _l("Moved"),
    "given": _l("Given to somebody else"),
    "corrected": _l("Times corrected"),
}
# Green is for what the server has receipted: a visit that was made and arrived.
TONES = {"done": "ok", "partly_done": "warn", "in_progress": "brand", "en_route": "brand", "planned": "quiet",
         "confirmed": "quiet"}  # fmt: skip


def status_word(status: str) -> str:
    """A status or another event of a visit, in the reader's language."""
    return str(STATUS_WORDS[status])


def kind_word(kind: str) -> str:
    """At home, by telephone, by video."""
    return str(KIND_WORDS[kind])


def status_tone(status: str) -> str:
    """The tone of a status's badge."""
    return TONES.get(status, "bad")


def moment(text: str) -> datetime:
    """A moment as an event's details keep it."""
    return datetime.fromisoformat(text)


def form_name(form_id: str, names: dict[str, str]) -> str:
    """A form's title, or its id where it is no longer offered."""
    return names.get(form_id, form_id)


FILTERS: tuple[Any, ...] = (status_word, kind_word, status_tone, moment, form_name)
assert set(STATUS_WORDS) == set(VISIT_EVENTS)
assert set(KIND_WORDS) == set(KINDS)
