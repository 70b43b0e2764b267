"""What travels beside the answers: the envelope, names that begin with `_`; digest and code of a receipt."""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from werkzeug.datastructures import MultiDict
from wtforms import Form, IntegerField, StringField

VERSION = 1  # of the protocol; every one that ever was stays accepted
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
Pair = tuple[str, str]


class EnvelopeForm(Form):  # type: ignore[misc]
    """Read leniently: what cannot be read counts as not sent, since a capture is kept whatever its envelope says."""

    v = IntegerField()
    author = StringField()
    device = StringField()
    number = IntegerField()
    recorded = StringField()
    zone = StringField()
    form = StringField()
    corrects = StringField()
    base = StringField()
    files = StringField()
    label = StringField()
    given = StringField()


def read(pairs: Iterable[Pair]) -> EnvelopeForm:
    """The envelope among these fields."""
    form = EnvelopeForm(MultiDict(pairs), prefix="_")
    form.validate()  # fills `data`; fields that do not parse stay None
    return form


def unix_lines(text: str) -> str:
    """Line ends become LF before digest, limits and engine; a browser's form sends CRLF, script sends LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def digest(pairs: Iterable[Pair], files: Iterable[Pair] = ()) -> str:
    """SHA-256 over the sorted (name, value) pairs, and the (name, sha256) of files; never over multipart bytes."""
    listed = sorted(pairs), sorted(files)
    return hashlib.sha256(json.dumps(listed, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def code(id: UUID, digest: str) -> str:
    """Eight Crockford base32 characters of SHA-256(id ‖ digest): a receipt short enough to read aloud."""
    number = int.from_bytes(hashlib.sha256(f"{id}{digest}".encode()).digest()[:5], "big")
    return "".join(CROCKFORD[number >> shift & 31] for shift in range(35, -1, -5))


def spoken(code: str) -> str:
    """A receipt's code as people read it: 7F3K-92QD."""
    return f"{code[:4]}-{code[4:]}"


def as_uuid(text: str | None) -> UUID | None:
    """The id, or None where the text is none."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def named_by_a_phone(text: str) -> UUID | None:
    """A capture's id as a phone may give it: the 36 characters of a UUID of version 4 or 7; upper case is lowered."""
    found = as_uuid(text) if len(text) == 36 else None
    return found if found and found.version in (4, 7) and str(found) == text.lower() else None


def moment(text: str | None) -> datetime | None:
    """The phone's time with its offset, however wrong its clock; None where it is no time."""
    try:
        found = datetime.fromisoformat(text) if text else None
        return found.astimezone(UTC) if found and found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def count(value: Any) -> int | None:
    """A device's number: 1, 2, 3 …; None for anything else."""
    return value if isinstance(value, int) and 0 < value < 2**31 else None


def declared(text: str | None) -> list[dict[str, Any]]:
    """The files that a capture announces: [{id, name, size, sha256}]; what is not of that shape is left out."""
    try:
        found = json.loads(text or "[]")
    except ValueError:
        return []
    return [f for f in found if isinstance(f, dict) and as_uuid(str(f.get("id")))] if isinstance(found, list) else []
