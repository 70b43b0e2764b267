"""The house rules that a test can hold (CONTRIBUTING.md). Each is also shown a breach, to prove that it sees one."""

import ast
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CODE = sorted((ROOT / "blueprints").rglob("*.py"))
NOUNS = {path.name for path in (ROOT / "blueprints").iterdir() if path.is_dir()} - {"shared", "__pycache__"}
# What slices may know of each other. captures.intake is how a view says that it takes captures, and what it gets.
DOORS = re.compile(
    r"^blueprints\.(shared(\..*)?|\w+\.(models|queries)|people\.access|forms\.engine(\..*)?"
    r"|captures\.(intake|incoming))$"
)
# Rooms that assemble others: the demo world tells a story through everybody's actions, the commands start everything.
ASSEMBLERS = {"demo", "ops"}


def imports(source: str) -> Iterator[str]:
    """Every module of ours that the source imports, `from x import y` as `x.y` where y may be a module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("blueprints"))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("blueprints"):
            for alias in node.names:
                assert node.module is not None
                inside = ROOT / node.module.replace(".", "/") / alias.name
                is_module = inside.is_dir() or inside.with_suffix(".py").exists()
                yield f"{node.module}.{alias.name}" if is_module else node.module


def strangers(slice_: str, source: str) -> list[str]:
    """What a module of this slice imports and should not know."""
    found = []
    for name in imports(source):
        owner = name.split(".")[1] if "." in name else ""
        if slice_ == "shared":
            if owner != "shared":
                found.append(name)
        elif owner != slice_ and not DOORS.match(name):
            found.append(name)
    return found


def impure(source: str) -> list[str]:
    """What an action does and should leave to the request: commit, know flask's request, WTForms, rendering."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr == "commit":
            found.append(f"line {node.lineno}: commit")
        if isinstance(node, ast.ImportFrom) and node.module == "flask":
            names = {alias.name for alias in node.names} & {"request", "session", "g", "render_template", "redirect"}
            found += [f"line {node.lineno}: flask.{name}" for name in sorted(names)]
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            module = node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
            if (module or "").split(".")[0] in {"wtforms", "htmx_flask"} or (module or "").endswith(
                (".inputs", ".views")
            ):
                found.append(f"line {node.lineno}: {module}")
    return found


def owner(path: Path) -> str:
    return path.relative_to(ROOT / "blueprints").parts[0]


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_slices_meet_only_where_they_may(path: Path) -> None:
    if path.name != "__init__.py" and owner(path) not in ASSEMBLERS:
        assert strangers(owner(path), path.read_text()) == []


def test_a_stranger_is_seen() -> None:
    assert strangers("notes", "from blueprints.visits.actions import plan") == ["blueprints.visits.actions"]
    assert strangers("notes", "from blueprints.captures import views") == ["blueprints.captures.views"]
    assert strangers("shared", "from blueprints.people.models import Person") == ["blueprints.people.models"]
    assert strangers("notes", "from blueprints.visits import models, queries\nimport blueprints.people.access") == []


@pytest.mark.parametrize("path", [path for path in CODE if path.name == "actions.py"], ids=lambda path: owner(path))
def test_actions_know_no_request_and_do_not_commit(path: Path) -> None:
    assert impure(path.read_text()) == []


def test_an_impure_action_is_seen() -> None:
    source = """
        from flask import abort, request
        from wtforms import Form
        def act(): db.session.commit()
    """
    assert len(impure(textwrap.dedent(source))) == 3


def test_the_engine_is_pure() -> None:
    """forms/engine knows neither Flask nor the database, so that its twin in the browser can be the same."""
    for path in (ROOT / "blueprints" / "forms" / "engine").rglob("*.py"):
        names = {name for name in imports(path.read_text()) if not name.startswith("blueprints.forms.engine")}
        assert names == set(), path
        assert not re.search(r"^(?:from|import) (?:flask|sqlalchemy)", path.read_text(), re.MULTILINE), path


def test_init_files_only_say_what_the_slice_is() -> None:
    for path in (ROOT / "blueprints").glob("*/__init__.py"):
        body = ast.parse(path.read_text()).body
        assert len(body) <= 1, f"{path} does more than say what it is"


def test_pure_rooms_hold_no_html_in_python() -> None:
    for path in CODE:
        assert not re.search(r"[\"']\s*<(?:div|p|span|a|li|button)\b", path.read_text()), path


@pytest.mark.parametrize(
    "path", sorted((ROOT / "static" / "js").rglob("*.js")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_scripts_stay_inside_the_policy(path: Path) -> None:
    """No text becomes code or markup, no inline style, no other host."""
    text = re.sub(r"^\s*//.*|/\*.*?\*/", "", path.read_text(), flags=re.MULTILINE)
    for what in (r"\beval\(", r"new Function\(", r"\.innerHTML\s*=", r"insertAdjacentHTML", r"document\.write"):
        assert not re.search(what, text), f"{what} in {path}"
    assert not re.search(r"\.style\.\w+\s*=|setAttribute\(\s*[\"']style", text), f"inline style in {path}"
    assert not re.search(r"[\"'`]https?://(?!www\.w3\.org/)[\w\[]", text), f"another host in {path}"


def test_the_worker_touches_only_get() -> None:
    """Law 9: the worker reads, only the page writes."""
    worker = "".join(path.read_text() for path in sorted((ROOT / "static" / "js").glob("sw*.js")))
    assert re.search(r"method !== \"GET\"", worker), "the worker must leave everything but GET alone"
    assert "POST" not in worker
