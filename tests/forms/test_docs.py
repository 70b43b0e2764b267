"""docs/forms.md says what the code does: its tables are those of the code."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

from blueprints.answers.models import LONGEST_PATH
from blueprints.exports.models import FORMATS
from blueprints.exports.tables import MOST_SPLIT
from blueprints.forms.engine.completion import DEPTH, FORM_KEYS, LEVELS, QUESTION_KEYS, SCORES, TYPES
from blueprints.forms.engine.functions import FUNCTIONS, REGEX_LIMIT, Function
from blueprints.forms.engine.recompute import ROWS
from blueprints.forms.engine.values import DIGITS, LONGEST
from blueprints.forms.importing import reading, sandbox
from blueprints.forms.importing.converting import DIALECTS
from blueprints.forms.importing.marks import SCORE, TEXTS
from blueprints.forms.importing.types import IGNORED_LOOKS
from blueprints.forms.layout import LISTED, LONG, SIDEWAYS
from blueprints.forms.register import FILES

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "forms.md").read_text(encoding="utf-8")


def part(heading: str) -> str:
    return TEXT.split(f"## {heading}\n")[1].split("\n## ")[0]


def table(heading: str, number: int = 0) -> list[list[str]]:
    """The cells of a table of a part, without its head."""
    blocks = [block for block in part(heading).strip().split("\n\n") if block.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in blocks[number].splitlines()[2:]]


def names(rows: list[list[str]]) -> list[str]:
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row[0])]


def test_the_types_are_those_of_the_engine() -> None:
    assert sorted(names(table("Types"))) == sorted(TYPES)


def arguments(function: Function) -> str:
    if function.most is None:
        return f"{function.least} or more"
    return str(function.least) if function.least == function.most else f"{function.least} to {function.most}"


def test_the_functions_are_those_of_the_engine() -> None:
    told = {row[0].strip("`"): row[1] for row in table("Functions")}
    assert told == {name: arguments(function) for name, function in FUNCTIONS.items() if name != "regex*"}


def test_every_appearance_that_is_told_is_drawn() -> None:
    told = set(names(table("Appearances")))
    drawn = "".join(
        path.read_text()
        for folder, kind in (("blueprints/forms", "*.py"), ("templates/forms", "*.html"), ("static/js", "*.js"))
        for path in (ROOT / folder).rglob(kind)
    )
    for word in told:
        assert re.search(rf"[\"' ]{word}[\"' ]", drawn), f"nothing draws {word}"
    assert set(SIDEWAYS) <= told
    assert {"minimal", "autocomplete", "search"} <= set(LISTED) & told
    assert LONG == 12, "the table says twelve"


def test_every_appearance_that_is_done_otherwise_is_told() -> None:
    told = names(table("Appearances", 1))
    for pattern, what in IGNORED_LOOKS:
        assert any(re.match(pattern, f"{word}x" if word == "ex:" else word) for word in told), what
    for word in told:
        assert any(re.match(pattern, f"{word}x" if word == "ex:" else word) for pattern, _what in IGNORED_LOOKS), word


def test_the_keys_of_form_json_are_those_that_are_read() -> None:
    assert sorted(names(table("form.json", 0))) == sorted(FORM_KEYS)
    assert sorted(names(table("form.json", 1))) == sorted(QUESTION_KEYS)


def test_there_are_nine_choices() -> None:
    assert re.findall(r"^(\d)\. ", part("Nine choices where engines disagree"), re.MULTILINE) == list("123456789")


def test_dialects_and_what_is_read_of_the_register() -> None:
    assert names(table("Dialects")) == list(DIALECTS)
    assert [name for name in FILES if f"`{name}`" not in part("Dialects") and f"'{name}'" not in part("Dialects")] == []


def test_marks_of_alerts_and_scores() -> None:
    columns = names(table("Alerts and scores"))
    assert set(TEXTS) <= set(columns)
    assert columns == ["alert", "alert_level", "alert_label", "score"]
    words = part("Alerts and scores")
    assert all(f"`{word}`" in words for word in (*LEVELS, *SCORES))
    assert all(SCORE.fullmatch(name) for name in ("score", "srq_score", "score_total"))


def test_formats_of_an_export() -> None:
    assert sorted(names(table("Export"))) == sorted(FORMATS)


def test_limits() -> None:
    told = {row[0]: row[1] for row in table("Limits")}
    assert list(told.values()) == [
        f"{reading.LARGEST:,} bytes; unpacked {reading.EXPANDED:,}",
        f"{reading.ROWS:,}",
        str(DEPTH),
        f"{LONGEST:,} characters",
        str(DIGITS),
        f"{ROWS:,}",
        f"{REGEX_LIMIT:,} characters",
        f"{sandbox.CPU} s of computing, {sandbox.MEMORY // 2**20} MB of memory",
        f"{MOST_SPLIT} of a question",
        f"{LONGEST_PATH} characters",
    ]


def test_the_tour_of_the_readme_runs_as_it_is_written(tmp_path: Path) -> None:
    """An import that only looks publishes nothing; one that does not publishes the form, which then is asked."""
    commands = re.findall(
        r"^\.venv/bin/flask --app app (forms import .*)$", (ROOT / "README.md").read_text(), re.MULTILINE
    )
    assert [("--dry-run" in command) for command in commands] == [True, False]
    flask(tmp_path, "prepare")
    told = [flask(tmp_path, *command.split()) for command in commands]
    assert all("srq" in words for words in told)
    with sqlite3.connect(tmp_path / "tournee.db") as database:
        (definition,) = database.execute("SELECT definition FROM form_version WHERE form_id = 'srq'").fetchone()
    assert [score["name"] for score in json.loads(definition)["settings"]["scores"]] == ["score"]


def flask(data: Path, *arguments: str) -> str:
    env = {"PATH": os.environ["PATH"], "DATA_DIR": str(data), "SECRET_KEY": "for tests"}
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", *arguments],
        cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
