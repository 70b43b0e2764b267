"""What every test may ask for.

`app` is the application over a fresh copy of the world on SQLite, with its context pushed. A test (or module) marked
`both_engines` runs on PostgreSQL too; `pg_app` and `any_app` ask for PostgreSQL alone, and for both, by name.
`client_as("alice")` is somebody's browser, `client_as("kiosk")` the tablet's, `client_as(None)` a stranger's.
"""

import contextvars
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.support import client as clients
from tests.support.browsing import axe, browser, live, new_context, page, phone, playwright
from tests.support.engines import NAMES, Engines, SQLite, make_app
from tests.support.world import KIOSK_SECRET, World, build, id_of, sign_in

__all__ = ["axe", "browser", "live", "new_context", "page", "phone", "playwright"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Chooses the databases that a test runs on."""
    names = set(metafunc.fixturenames)
    if "any_app" in names or metafunc.definition.get_closest_marker("both_engines"):
        metafunc.parametrize("app", NAMES, indirect=True)
    elif "pg_app" in names:
        metafunc.parametrize("app", ["postgres"], indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long runs only where they are asked for by name: `make soak`."""
    if "soak" not in config.option.markexpr:
        wanted = [item for item in items if not item.get_closest_marker("soak")]
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("soak")])
        items[:] = wanted


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    """The databases of this worker."""
    made = Engines(tmp_path_factory.mktemp("engines"), build)
    yield made
    made.close()


@pytest.fixture
def app(request: pytest.FixtureRequest, engines: Engines) -> Iterator[Flask]:
    """The application over a fresh world; the test's own session is `db.session`."""
    made = engines.get(getattr(request, "param", "sqlite")).fresh()
    with made.app_context():
        yield made


@pytest.fixture
def any_app(app: Flask) -> Flask:
    """`app`, on each of the two databases in turn."""
    return app


@pytest.fixture
def pg_app(app: Flask) -> Flask:
    """`app` on PostgreSQL."""
    return app


@pytest.fixture
def another_app(tmp_path: Path) -> Callable[..., Flask]:
    """Makes an app with settings of its own and an empty folder: `another_app(PROXIES=1)`. No tables, no people."""
    return lambda **settings: make_app(tmp_path / "data", **settings)


@pytest.fixture
def world(app: Flask) -> World:
    """The people, clients and visits by name."""
    return World()


@pytest.fixture
def world_folder(engines: Engines) -> Callable[[Path], Path]:
    """Lays a fresh world (SQLite) into a DATA_DIR, for a server in a process of its own."""
    engine = engines.get("sqlite")
    assert isinstance(engine, SQLite)
    return engine.copy_to


@pytest.fixture
def client_as(app: Flask) -> Callable[[str | None], clients.Client]:
    """Somebody's browser, signed in (without the sign-in page, which has tests of its own)."""

    def signed_in(name: str | None) -> clients.Client:
        client: Any = app.test_client()
        if name == "kiosk":
            client.set_cookie("kiosk", KIOSK_SECRET)
        elif name is not None:
            reference = sign_in(name)
            client.person, client.device = id_of(name), id_of(f"{name}'s device")
            contextvars.Context().run(_remember, client, reference)
            client.set_cookie("tournee_device", str(client.device))
        return client

    return signed_in


def _remember(client: Any, reference: str) -> None:
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = reference, True
        session.permanent = True


@pytest.fixture
def client(client_as: Callable[[str | None], clients.Client]) -> clients.Client:
    """A stranger's browser."""
    return client_as(None)


@pytest.fixture
def deliver() -> Callable[..., clients.Delivered]:
    """Posts a capture as a phone does: `deliver(client, url, fields, id=…)`."""
    return clients.deliver
