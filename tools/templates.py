"""Every template compiles, names only pages that exist, and stays inside the content security policy.

python -m tools.templates
"""

import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from flask import Flask
from jinja2 import TemplateError, nodes

from app import create_app

ROOT = Path(__file__).parent.parent
# What the policy of shared/origin.py would refuse, and what makes htmx evaluate text.
FORBIDDEN = {
    "an inline style": re.compile(r"<[a-z][^>]*\sstyle\s*=|<style\b", re.IGNORECASE),
    "an inline handler": re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)[^>]*>", re.IGNORECASE),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "htmx evaluation": re.compile(r"\shx-on|\"js:|'js:|hx-vals=.js", re.IGNORECASE),
    "an address of another host": re.compile(r"(?:src|href|action)=\"(?:https?:)?//", re.IGNORECASE),
    "text that is not escaped": re.compile(r"(?<!\")\|\s*safe\b"),
}
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)


def templates() -> Iterator[Path]:
    """Every template, sorted."""
    yield from sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file())


def calls(app: Flask, source: str) -> Iterator[tuple[int, str]]:
    """Line and endpoint of each `url_for` whose endpoint is written out."""
    for call in app.jinja_env.parse(source).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "url_for" and call.args:
            first = call.args[0]
            if isinstance(first, nodes.Const):
                yield call.lineno, first.value


def faults(app: Flask) -> Iterator[str]:
    """Everything that is wrong with the templates, one line each."""
    for path in templates():
        name, source = path.relative_to(ROOT), path.read_text()
        try:
            app.jinja_env.compile(source, str(path.relative_to(ROOT / "templates")), str(path))
        except TemplateError as error:
            yield f"{name}: {error}"
            continue
        for line, endpoint in calls(app, source):
            if endpoint not in app.view_functions:
                yield f"{name}:{line}: url_for({endpoint!r}) leads nowhere"
        text = COMMENT.sub(lambda match: "\n" * match.group().count("\n"), source)
        for what, pattern in FORBIDDEN.items():
            for match in pattern.finditer(text):
                yield f"{name}:{text[: match.start()].count(chr(10)) + 1}: {what}: {match.group().strip()[:60]}"


def rendered_nowhere(app: Flask) -> Iterator[str]:
    """Templates that no view, no template and no other module names: what nothing shows is left over."""
    code = "\n".join(path.read_text() for path in [ROOT / "app.py", *(ROOT / "blueprints").rglob("*.py")])
    markup = "\n".join(path.read_text() for path in templates())
    for path in templates():
        name = path.relative_to(ROOT / "templates").as_posix()
        if f'"{name}"' not in code and f'"{name}"' not in markup:
            yield f"templates/{name}: shown by nothing"


def main() -> int:
    """1 where something is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app({"DATA_DIR": folder, "SQLALCHEMY_DATABASE_URI": "sqlite://", "SECRET_KEY": "none"})
        found = [*faults(app), *rendered_nowhere(app)]
    print(*found, f"templates: {len(found)} to mend", sep="\n")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
