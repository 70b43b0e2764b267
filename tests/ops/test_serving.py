"""What the start of the service says, and the icon that browsers ask for unasked."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask


def test_the_start_is_not_silent(another_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Any] = []
    monkeypatch.setattr(os, "execv", lambda *args: started.append(args))
    monkeypatch.setattr("blueprints.demo.world.load", lambda: None)
    monkeypatch.setattr("whitenoise.compress.main", lambda args: None)
    made = another_app()
    with made.app_context():
        said = made.test_cli_runner().invoke(args=["serve"], catch_exceptions=False).output.splitlines()
    assert started
    assert said[0] == "Setting up …"
    assert "  compressing the files of this edition …" in said


def test_the_icon_is_there_for_ever_under_the_address_that_browsers_guess(app: Flask) -> None:
    with app.test_client().get("/favicon.ico") as answer:
        assert (answer.status_code, answer.mimetype) == (200, "image/png")
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.data.startswith(b"\x89PNG")
