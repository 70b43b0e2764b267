"""What somebody had sent after their session had ended: it goes along through the sign-in page, and nothing is lost."""

import json

from flask import request

from blueprints.people.inputs import own_path
from blueprints.people.models import Person
from blueprints.people.sign_in import former

MOST = 5_000  # fields
Pairs = list[tuple[str, str]]


def pack() -> tuple[str, bool]:
    """The posted fields as one text for a hidden field (empty: none), and whether files were left behind.

    Passwords are never carried.
    """
    try:
        pairs = [(name, value) for name, value in request.form.items(multi=True) if "password" not in name]
        files = any(file.filename for file in request.files.values())
    except ValueError:
        return "", False  # the body was cut: there is nothing whole to carry
    return (json.dumps(pairs, ensure_ascii=False) if pairs else ""), files


def unpack(text: str | None) -> Pairs:
    """The fields again; none where it is not what `pack` made."""
    try:
        pairs = json.loads(text or "[]")
    except (ValueError, RecursionError):
        return []
    if not isinstance(pairs, list) or len(pairs) > MOST:
        return []
    good = [p for p in pairs if isinstance(p, list) and len(p) == 2 and all(isinstance(x, str) for x in p)]
    return [(name, value) for name, value in good] if len(good) == len(pairs) else []


def offered(text: str | None, person: Person) -> Pairs:
    """The fields for whoever signs in, before their session begins; none where they are known to be another's."""
    return unpack(text) if former() in (None, person.id) else []


def readable(pairs: Pairs) -> list[str]:
    """The texts among them that somebody has typed, to be shown."""
    return [value for name, value in pairs if not name.startswith("_") and " " in value.strip()]


def target(path: str | None) -> str:
    """Where the fields were going: a path of ours, else the start page."""
    return own_path((path or "").rstrip("?"))
