"""What other slices tell and the audit writes down; app.py registers it."""

from uuid import UUID

from flask import g, has_request_context
from flask_login import current_user

from blueprints.audit.actions import write
from blueprints.people.models import Person
from blueprints.shared.happened import Event, hand


def hear(event: Event) -> None:
    """A row for every event, in the transaction of whoever tells; it costs no question to the database."""
    write(event.verb, event.kind, event.id, event.client_id, request_id=g.get("request_id"), **_by())


def _by() -> dict[str, UUID | None]:
    """By whom. A tablet acts by itself, whoever may be signed in on it; else it is the session that asks; else the
    hand that was named (the demo world acts without a request); else the author of what is carried."""
    said = hand()
    if said.kiosk_id is not None:
        return {"kiosk_id": said.kiosk_id}
    here = _signed_in() if said.person_id is None else None
    if here is None:
        who = said.person_id or said.author_id
        return {"person_id": who, "author_id": _other(said.author_id, who), "device_id": said.device_id}
    session = here.sign_in
    return {
        "person_id": here.id,
        "author_id": _other(said.author_id, here.id),
        "device_id": session.device_id if session else None,
        "sign_in_id": session.id if session else None,
    }


def _signed_in() -> Person | None:
    if not has_request_context() or not current_user.is_authenticated:
        return None
    person: Person = current_user._get_current_object()
    return person


def _other(author: UUID | None, who: UUID | None) -> UUID | None:
    return author if author != who else None
