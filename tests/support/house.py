"""Another house: a copy of the app with something changed. For a new edition, and for mutants: a guard taken out, which
a test must notice."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from blueprints.shared.db import db
from tests.support.engines import make_app
from tests.support.server import ROOT, Server

PARTS = ("blueprints", "static", "templates", "translations", "migrations")


def copy(to: Path, *changes: tuple[str, str, str]) -> Path:
    """Copies the app; each change is (file, what stands there once, what shall stand there instead)."""
    for part in PARTS:
        shutil.copytree(ROOT / part, to / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "app.py", to)
    for file, old, new in changes:
        text = (to / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{file} has {text.count(old)} times: {old}"
        (to / file).write_text(text.replace(old, new), encoding="utf-8")
    return to


@contextmanager
def inside(server: Server) -> Iterator[None]:
    """An application context over the server's own data, to set something up that no page is needed for, or to look."""
    settings = {"SQLALCHEMY_DATABASE_URI": url} if (url := server.env.get("DATABASE_URL", "")) else {}
    with make_app(server.data, **settings).app_context():
        yield
        db.session.remove()
        db.engine.dispose()
