"""`flask --app app forms publish FILE.json`."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from blueprints.forms.actions import SHIPPED
from blueprints.forms.models import Form
from blueprints.shared.db import db

SOURCE: dict[str, Any] = json.loads((SHIPPED / "after-visit.json").read_text(encoding="utf-8"))


def run(app: Flask, *files: Path) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["forms", "publish", *map(str, files)])
    return result.exit_code, result.output


def write(folder: Path, name: str, content: Any) -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_a_file_is_published(app: Flask, tmp_path: Path) -> None:
    code, output = run(app, write(tmp_path, "tried.json", {**SOURCE, "form_id": "tried"}))

    assert code == 0
    assert output == f"published: tried {db.session.get_one(Form, 'tried').current}\n"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ({**SOURCE, "form_id": "tried", "survey": [{"type": "sound", "name": "a", "label": {"fr": "A", "en": "A"}}]},
         "/data/a: type 'sound' is not supported."),
        ("{", "The file is no JSON"),
        ("[" * 100_000, "The file is no JSON"),
        ("[]", "A definition is a JSON object."),
        ('"' + "x" * 5_000_001 + '"', "larger than"),
    ],
    ids=["wrong", "cut", "deep", "list", "large"],
)  # fmt: skip
def test_a_file_that_is_wrong_says_why_and_publishes_nothing(
    app: Flask, tmp_path: Path, content: Any, problem: str
) -> None:
    good = write(tmp_path, "good.json", {**SOURCE, "form_id": "tried"})

    code, output = run(app, good, write(tmp_path, "wrong.json", content))

    assert code == 1
    assert problem in output
    assert "Traceback" not in output
    assert db.session.get(Form, "tried") is None  # all of them, or none
