"""What happened, told in words only, in the transaction that did it.

An action tells; app.py says who listens. So one slice can follow another without either importing the other.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from flask import current_app


@dataclass(frozen=True)
class Event:
    """verb: what was done ("submitted"); kind: to what ("note"); id: which; client_id: in whose case."""

    verb: str
    kind: str
    id: UUID
    client_id: UUID | None = None


@dataclass(frozen=True)
class Hand:
    """By whom something is done, where that is not simply whoever is signed in; all are ids.

    person_id or kiosk_id: who acts; author_id: whose words are carried, which may be somebody else's; device_id: what
    they came from, where no session says it.
    """

    person_id: UUID | None = None
    kiosk_id: UUID | None = None
    author_id: UUID | None = None
    device_id: UUID | None = None


_hand: ContextVar[Hand | None] = ContextVar("hand", default=None)


def hand() -> Hand:
    """By whose hand what is told now is done; nothing in it where nobody has said so."""
    return _hand.get() or Hand()


@contextmanager
def by(
    person_id: UUID | None = None,
    kiosk_id: UUID | None = None,
    author_id: UUID | None = None,
    device_id: UUID | None = None,
) -> Iterator[None]:
    """What is told inside is done by this hand; what an outer `by` has said, and this does not, still holds."""
    outer = hand()
    token = _hand.set(
        Hand(
            person_id or outer.person_id,
            kiosk_id or outer.kiosk_id,
            author_id or outer.author_id,
            device_id or outer.device_id,
        )
    )
    try:
        yield
    finally:
        _hand.reset(token)


Listener = Callable[[Event], None]


def listen(listener: Listener) -> None:
    """Registers a listener on the current application; it runs in the telling transaction and must not commit."""
    current_app.extensions.setdefault("happened", []).append(listener)


def tell(verb: str, kind: str, id: UUID, client_id: UUID | None = None) -> None:
    """Tells every listener; an exception in one undoes the whole transaction."""
    listeners: list[Listener] = current_app.extensions.get("happened", [])
    for listener in listeners:
        listener(Event(verb, kind, id, client_id))
