"""A browser without the browser, and a phone's delivery."""

import contextvars
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from blueprints.shared.db import db

SAFE = ("GET", "HEAD", "OPTIONS")


class Client(FlaskClient):
    """Asks as one of our own pages would, and apart from the test's own database session.

    What the test has set up is committed first, so that the request sees it, and the test sees afterwards what the
    request did. (Flask would run the request inside the test's application context and share its session, its `g` and
    its signed-in person.)
    """

    person: UUID | None = None
    device: UUID | None = None
    number = 0

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        db.session.commit()
        db.session.expire_all()
        headers = dict(kwargs.pop("headers", None) or {})
        if kwargs.get("method", "GET") not in SAFE:
            headers.setdefault("Sec-Fetch-Site", "same-origin")
        headers = {name: value for name, value in headers.items() if value is not None}
        response: TestResponse = contextvars.Context().run(super().open, *args, headers=headers, **kwargs)
        return response


@dataclass
class Delivered:
    """What came back for a capture."""

    id: UUID
    response: TestResponse

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def receipt(self) -> list[str]:
        """[id, code, state] of the receipt; empty where there is none."""
        return self.response.headers.get("Capture-Receipt", "").split()

    @property
    def code(self) -> str | None:
        return self.receipt[1] if self.receipt else None

    @property
    def state(self) -> str | None:
        return self.receipt[2] if self.receipt else None

    @property
    def messages(self) -> dict[str, str]:
        """What is wrong, by field, where the capture is held."""
        return dict((self.response.get_json(silent=True) or {}).get("messages") or {})


def deliver(
    client: Client,
    url: str,
    fields: Mapping[str, str] | Iterable[tuple[str, str]],
    id: UUID | str | None = None,
    envelope: Mapping[str, str | None] | None = None,
    headers: Mapping[str, str | None] | None = None,
    multipart: bool = True,
) -> Delivered:
    """Posts a capture as static/js/delivery.js does: the envelope among the fields, the id in `Capture-Id`.

    `envelope` changes or (None) drops single names of it, `{"_number": None}`. Each delivery counts the device up,
    unless it repeats an id.
    """
    if id is None:
        client.number += 1
        id = uuid4()
    letter: dict[str, str | None] = {
        "_v": "1",
        "_author": str(client.person) if client.person else None,
        "_device": str(client.device) if client.device else None,
        "_number": str(client.number) if client.number else None,
        "_recorded": datetime.now().astimezone().isoformat(timespec="seconds"),
        "_zone": "Europe/Paris",
        **(envelope or {}),
    }
    pairs = [*(fields.items() if isinstance(fields, Mapping) else fields)]
    pairs += [(name, value) for name, value in letter.items() if value is not None]
    data: dict[str, list[str]] = {}
    for name, value in pairs:
        data.setdefault(name, []).append(value)
    kind = "multipart/form-data" if multipart else "application/x-www-form-urlencoded"
    given = {"Capture-Id": str(id), "Accept": "application/json", **(headers or {})}
    response = client.post(url, data=data, content_type=kind, headers=given)
    return Delivered(id if isinstance(id, UUID) else UUID(str(id)) if len(str(id)) == 36 else UUID(int=0), response)


def ago(**parts: float) -> datetime:
    """An aware moment in the past: `ago(hours=3)`."""
    return datetime.now().astimezone() - timedelta(**parts)
