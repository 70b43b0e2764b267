"""What the README and docs/ say is true: what can be run of them is run."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.server import ROOT

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXTS = {page.name: page.read_text() for page in PAGES}
ALL = "\n".join(TEXTS.values())


def flask(data: Path, *arguments: str, given: str = "") -> str:
    """Runs a command as the docs write it, over a DATA_DIR of its own; its output. Fails where it fails."""
    env = {"PATH": os.environ["PATH"], "DATA_DIR": str(data), "SECRET_KEY": "for tests"}
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", *arguments],
        cwd=ROOT, env=env, input=given, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        if not target.startswith(("http://", "https://")):
            assert (page.parent / target).exists(), f"{page.name} points at {target}"


def test_every_make_target_that_is_named_is_there() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", ALL, re.MULTILINE))
    assert {"run", "test"} <= named <= targets


def test_every_command_that_is_named_is_there(tmp_path: Path) -> None:
    offered = flask(tmp_path, "--help")
    for command in set(re.findall(r"flask --app app ([a-z][a-z-]*)", ALL)):
        assert re.search(rf"^  {command} ", offered, re.MULTILINE), command


def test_the_settings_are_those_that_are_read() -> None:
    read = set(re.findall(r'env(?:\.get\(|\[)"([A-Z_]+)"', (ROOT / "blueprints/shared/settings.py").read_text()))
    table = re.findall(r"^\| (`[A-Z].*?) \|", TEXTS["operations.md"], re.MULTILINE)
    told = {name for row in table for name in re.findall(r"`([A-Z_]+)`", row)}
    assert told == read


def test_the_map_shows_every_room() -> None:
    rooms = {path.name for path in (ROOT / "blueprints").iterdir() if (path / "__init__.py").exists()}
    assert rooms == set(re.findall(r"blueprints/([a-z]+)/ ", TEXTS["README.md"]))


def test_the_way_of_a_checklist_passes_files_that_are_there() -> None:
    way = TEXTS["README.md"].split("## The way of one checklist")[1].split("##")[0]
    for script in re.findall(r"[a-z]+\.js", way):
        assert (ROOT / "static/js" / script).exists(), script
    for source in re.findall(r"[a-z]+/[a-z_]+\.py", way):
        assert (ROOT / "blueprints" / source).exists(), source
    for template in re.findall(r"templates/[a-z/]+\.html", way):
        assert (ROOT / template).exists(), template


def test_every_script_is_in_the_protocols_table() -> None:
    scripts = {path.name for path in (ROOT / "static/js").glob("*.js")}
    desk = {"desk.js", "copy.js", "form.js", "form-pages.js", "new-visit.js", "words.js"}  # not of the protocol
    assert scripts - desk <= set(re.findall(r"`([a-z-]+\.js)`", TEXTS["offline.md"]))


def test_a_real_installation_as_it_is_written(tmp_path: Path) -> None:
    """prepare, an administrator, one more form, a backup, and its restore into an empty place."""
    data, copy = tmp_path / "data", tmp_path / "backup"
    assert flask(data, "prepare").count("published") == 5
    flask(data, "create-admin", "--email", "admin@example.org", "--name", "Ada", "--password-stdin",
          given="une phrase assez longue\n")  # fmt: skip
    flask(data, "forms", "publish", str(next((ROOT / "blueprints/forms/shipped").glob("*.json"))))
    flask(data, "backup", str(copy))
    flask(tmp_path / "other", "restore", str(copy))
    assert (tmp_path / "other" / "tournee.db").exists()
