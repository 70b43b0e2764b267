"""What the log says of a fault, and what it does not: nobody's name and nothing that somebody has written."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from blueprints.notes import actions
from blueprints.shared.db import db
from tests.support.world import World

pytestmark = pytest.mark.both_engines
NAME = "Jeanne Le Goff"


def test_a_fault_is_logged_by_its_place_and_class_without_what_was_written(
    app: Flask,
    world: World,
    client_as: Callable[[str], Any],
    deliver: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_all: Any) -> None:
        try:
            db.session.execute(text("INSERT INTO team (id, name) VALUES (NULL, :name)"), {"name": NAME})
        except Exception as error:
            raise ValueError(NAME) from error

    monkeypatch.setattr(actions, "write", broken)
    written = io.StringIO()
    monkeypatch.setattr(app.logger.handlers[0], "stream", written)
    assert deliver(client_as("alice"), f"/visits/{world.id('visit')}/notes/free", {"text": NAME}).state == "held"
    line = next(found for found in map(json.loads, written.getvalue().splitlines()) if found["level"] == "error")
    assert NAME not in written.getvalue()
    assert "ValueError" in line["where"] and "IntegrityError" in line["where"] and "in broken" in line["where"]
