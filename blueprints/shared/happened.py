"""What happened, told in words only, in the transaction that did it.

An action tells; app.py says who listens. So one slice can follow another without either importing the other.
"""

from collections.abc import Callable
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


Listener = Callable[[Event], None]


def listen(listener: Listener) -> None:
    """Registers a listener on the current application; it runs in the telling transaction and must not commit."""
    current_app.extensions.setdefault("happened", []).append(listener)


def tell(verb: str, kind: str, id: UUID, client_id: UUID | None = None) -> None:
    """Tells every listener; an exception in one undoes the whole transaction."""
    listeners: list[Listener] = current_app.extensions.get("happened", [])
    for listener in listeners:
        listener(Event(verb, kind, id, client_id))
