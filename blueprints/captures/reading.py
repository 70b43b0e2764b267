"""A capture that was not applied, as a person reads it: the reason in words, each field under the form's own label."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from blueprints.captures.models import Capture
from blueprints.forms.engine import Definition, readable
from blueprints.forms.engine.completion import FILES
from blueprints.forms.engine.filled import Filled
from blueprints.forms.engine.nodes import Node
from blueprints.forms.queries import clock_of, definition_of, language_in, opened, with_given
from blueprints.notes.models import Note, NoteFormat
from blueprints.shared.db import db

UNDER_A_FORM = re.compile(r"/(?:visits/[^/]+/(?:checklists|feedback)|kiosk/answers)/(?P<form>[^/]+)/(?P<version>[^/]+)")
UNDER_A_NOTE = re.compile(r"/(?:visits|clients)/[^/]+/notes/(?P<format>[^/]+)")
UNDER_A_SIGNED_NOTE = re.compile(r"/clients/[^/]+/notes/(?P<note>[^/]+)/(?P<what>addendum|amendment)")


@dataclass(frozen=True)
class Field:
    """One field as it was delivered: `text` is what was typed, untouched. `photo` is the id of a picture."""

    label: str
    text: str
    message: str = ""
    photo: UUID | None = None


def kind_words(capture: Capture) -> str:
    """What it is, in words."""
    return {
        "visit": _("Unplanned visit"),
        "status": _("What became of a visit"),
        "checklist": _("Checklist"),
        "note": _("Note"),
        "feedback": _("Feedback"),
        "answer": _("Answer at the kiosk"),
    }.get(capture.kind, _("Capture for an address that does not exist"))


def typed(capture: Capture) -> list[tuple[str, str]]:
    """The fields without the envelope, in the order they came; none where they are not kept."""
    return [(name, text) for name, text in capture.fields or [] if not name.startswith("_") and name != "language"]


def definition_for(capture: Capture) -> tuple[Definition, str] | None:
    """The form that the capture's address names, with its version; None where it names none that we have."""
    found = UNDER_A_FORM.fullmatch(capture.url)
    if found is None:
        return None
    try:
        told = next((text for name, text in capture.fields or [] if name == "_given"), "")
        return with_given(definition_of(found["form"], found["version"]), told), found["version"]
    except NotFound:
        return None


def note_format(capture: Capture) -> NoteFormat | None:
    """The format of the note that the capture's address names, if any."""
    if capture.kind != "note":
        return None
    if found := UNDER_A_NOTE.fullmatch(capture.url):
        return db.session.get(NoteFormat, found["format"])
    found = UNDER_A_SIGNED_NOTE.fullmatch(capture.url)
    note = db.session.get(Note, id) if found and (id := _id(found["note"])) else None
    return note.shape if note else None


def goes_on(capture: Capture) -> str:
    """How the note of the capture's address goes on from a signed one: "addendum" or "amendment"; "text" where not."""
    found = UNDER_A_SIGNED_NOTE.fullmatch(capture.url)
    return found["what"] if found else "text"


def fields_of(capture: Capture) -> list[Field]:
    """Every field that came, and every message about one that did not."""
    messages = capture.messages
    form = definition_for(capture)
    return _by_form(capture, form[0], messages) if form else _by_name(capture, messages)


def _by_form(capture: Capture, definition: Definition, messages: dict[str, str]) -> list[Field]:
    moment = capture.recorded or capture.received
    verdict = opened(definition, moment, typed(capture))
    said = {
        line.path: line.text
        for section in readable(definition, verdict.values, language_in(definition), clock_of(moment, None))
        for line in section.lines
    }
    came: dict[str, str] = {}
    for name, text in typed(capture):
        came[name] = f"{came[name]}, {text}" if came.get(name) else text
    names = [name for name in {**came, **messages} if came.get(name) or name in messages]
    places = {path: number for number, path in enumerate(verdict.filled.nodes)}
    fields = []
    for name in sorted(names, key=lambda name: places.get(name, len(places))):  # what the form does not ask comes last
        node, raw, message = verdict.filled.find(name), came.get(name, ""), messages.get(name, "")
        if node is None or node.question is None:
            fields.append(Field(name, raw, message))
            continue
        photo = _id(raw) if node.question.type in FILES else None
        text = said.get(name, raw) if name in verdict.values and name not in verdict.invalid else raw
        fields.append(Field(_asked(verdict.filled, node), "" if photo else text, message, photo))
    return fields


def _asked(filled: Filled, node: Node) -> str:
    """A question's label; before it, where it stands in a repeat, the row."""
    assert node.question is not None
    parts = [filled.words(node, node.question.label) or node.name]
    around = node if node.row else node.parent
    while around is not None:
        if around.row and around.question:
            parts.append(f"{filled.words(around, around.question.label) or around.name} {around.row}")
        around = around.parent
    if node.row:
        del parts[0]
    return " · ".join(reversed(parts))


def _by_name(capture: Capture, messages: dict[str, str]) -> list[Field]:
    words = _names(capture)
    came = [(name, text) for name, text in typed(capture) if text or name in messages]
    fields = [Field(words.get(name, name), text, messages.get(name, "")) for name, text in came]
    absent = messages.keys() - {name for name, _text in came}
    return fields + [Field(words.get(name, name), "", messages[name]) for name in sorted(absent)]


def _names(capture: Capture) -> dict[str, str]:
    format = note_format(capture)
    return {
        "text": _("Note"),
        "occurred_day": _("Day"),
        "occurred_time": _("Time"),
        "status": _("What became of it"),
        "reason": _("Reason"),
        "client": _("Client"),
        "client_id": _("Client"),
        "kind": _("Kind"),
        "purpose": _("Purpose"),
        "minutes": _("Minutes"),
        "day": _("Day"),
        "time": _("Time"),
        "addendum": _("What is added"),
        **{part.name: part.label for part in (format.parts if format else ())},
    }


def filled(capture: Capture) -> dict[str, Any] | None:
    """What the page needs that shows the capture's form again, filled; None where nobody can fill it again."""
    page = {"action": capture.url, "kind": capture.kind, "label": capture.label, "corrects": named(capture)}
    messages = capture.messages
    form, format = definition_for(capture), note_format(capture)
    if form and capture.kind in ("checklist", "feedback"):
        verdict = opened(form[0], capture.recorded or capture.received, typed(capture))
        return page | {"verdict": verdict, "version": form[1], "messages": verdict.messages | messages}
    if format:
        base = next((text for name, text in capture.fields or [] if name == "_base"), "")
        said = {"format": format, "what": goes_on(capture), "values": dict(typed(capture)), "base": base}
        return page | said | {"messages": messages}
    return None


def named(capture: Capture) -> str:
    """How a correction names it: its id, or `id/code` where one id came with two contents."""
    return f"{capture.same_as}/{capture.code}" if capture.same_as else str(capture.id)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None
