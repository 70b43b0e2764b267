"""`flask forms import FILE…`."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from blueprints.forms import queries
from blueprints.forms.models import Form, FormSource, FormVersion
from blueprints.shared.db import db
from tests.support.forms import OPEN, WRONG, survey

FIELDS = ["file", "ok", "form_id", "version", "counts", "errors", "warnings", "unsupported"]
COUNTS = ["questions", "groups", "repeats", "choices", "expressions", "languages"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "home_visit.xlsx"
    path.write_bytes(survey(["text", "a", "A"], ["image", "b", "B", *[None] * 5, "annotate"]))
    return path


def run(app: Flask, *words: object) -> tuple[int, list[dict[str, Any]], str]:
    """The exit code, what was said as JSON (nothing where it was not asked for), and the words."""
    result = app.test_cli_runner().invoke(args=["forms", "import", *map(str, words)])
    return result.exit_code, json.loads(result.stdout) if "--json" in words else [], result.stdout


def versions() -> int:
    return db.session.scalar(select(func.count()).select_from(FormVersion)) or 0


def test_a_file_is_published_as_a_checklist_and_kept(app: Flask, file: Path) -> None:
    code, (said,), _words = run(app, file, "--json")

    assert code == 0
    assert list(said) == FIELDS
    assert list(said["counts"]) == COUNTS
    assert (said["file"], said["ok"], said["form_id"]) == (str(file), True, "home_visit")
    assert said["unsupported"] == [{
        "sheet": "survey", "row": 3,
        "what": "“b”: drawing on a picture is not supported here; a photo is taken.",
    }]  # fmt: skip
    version = queries.version_of("home_visit", said["version"])
    assert version is not None and version.source is not None
    assert (version.form.use, version.form.current) == ("checklist", said["version"])
    assert version.source.data == file.read_bytes()
    assert version.source.xform.startswith("<?xml")
    assert version.definition["source"]["sha256"] == version.source_id


def test_the_same_content_again_is_no_new_version(app: Flask, file: Path, tmp_path: Path) -> None:
    _code, (first,), _words = run(app, file, "--json")
    before = versions()
    renamed = tmp_path / "other" / file.name
    renamed.parent.mkdir()
    renamed.write_bytes(survey(["text", "a", "A"], [], ["image", "b", "B", *[None] * 5, "annotate"]))

    _code, (second, third), _words = run(app, file, renamed, "--json")

    assert first["version"] == second["version"] == third["version"]
    assert versions() == before
    assert db.session.scalar(select(func.count()).select_from(FormSource)) == 1


def test_a_dry_run_says_the_version_and_publishes_nothing(app: Flask, file: Path) -> None:
    code, (dry,), _words = run(app, file, "--dry-run", "--json")

    assert (code, dry["ok"]) == (0, True)
    assert db.session.get(Form, "home_visit") is None
    assert run(app, file, "--json")[1][0]["version"] == dry["version"]


def test_one_refusal_among_many_ends_with_1_and_the_others_are_published(
    app: Flask, file: Path, tmp_path: Path
) -> None:
    code, said, _words = run(app, OPEN / WRONG, file, tmp_path / "gone.xlsx", "--json")

    assert code == 1
    assert [each["ok"] for each in said] == [False, True, False]
    assert said[0]["errors"] == [{"sheet": "survey", "row": 35, "what": "The question type “country” is not known."}]
    assert (said[0]["form_id"], said[0]["version"]) == (None, None)
    assert said[2]["errors"] == [{"sheet": None, "row": None, "what": "There is no such file, or it cannot be read."}]
    assert db.session.get(Form, "home_visit") is not None


def test_without_json_it_is_told_in_lines(app: Flask, file: Path) -> None:
    code, _said, words = run(app, OPEN / WRONG, file)

    assert code == 1
    assert "error (survey 35): The question type “country” is not known." in words
    assert "home_visit" in words


def test_a_list_beside_the_form_comes_along(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "visit.xlsx").write_bytes(
        survey(
            ["select_one_from_file towns.csv", "town", "Town"],
            ["calculate", "code", None, None, "pulldata('towns', 'code', 'name', ${town})"],
        )
    )
    assert (
        "towns.csv, which did not come" in run(app, tmp_path / "visit.xlsx", "--json")[1][0]["unsupported"][0]["what"]
    )
    (tmp_path / "towns.csv").write_text("name,label,code\nrn,Rennes,35000\nbr,Brest,29200\n")

    _code, (said,), _words = run(app, tmp_path / "visit.xlsx", "--json")

    assert (said["counts"]["choices"], said["unsupported"]) == (2, [])
    definition = queries.definition_of("visit", said["version"])
    assert definition.source["choices"]["towns"][1] == {"name": "br", "label": {"default": ["Brest"]}, "code": "29200"}
    assert definition.questions["/data/town"].type == "select_one"
