"""A consistent copy of database and files while the service runs, and the way back. One format for both engines.

SQLite is copied by VACUUM INTO; PostgreSQL table by table in one repeatable-read transaction, by COPY. Files come
after the database: they are only ever added, so that each row's file is there.
"""

import json
import shutil
import sqlite3
from pathlib import Path

import click
from flask_migrate import upgrade
from sqlalchemy import inspect, select, text
from sqlalchemy.engine import Connection

from blueprints.people.models import Person
from blueprints.shared import files
from blueprints.shared.db import Base, db

ABOUT, DATABASE, TABLES = "backup.json", "tournee.db", "tables"


def write(folder: Path) -> None:
    """Writes a backup into a folder that must not exist yet; on failure nothing that looks like one is left."""
    if folder.exists():
        raise click.ClickException(f"{folder} exists already")
    draft = folder.with_name(folder.name + ".part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    engine = db.engine.dialect.name
    _sqlite_out(draft / DATABASE) if engine == "sqlite" else _postgresql_out(draft / TABLES)
    if files.folder().is_dir():
        shutil.copytree(files.folder(), draft / "files")
    (draft / ABOUT).write_text(json.dumps({"engine": engine, "revision": _revision()}))
    draft.rename(folder)


def read(folder: Path) -> None:
    """Puts a backup back. Refuses a folder that is none, another engine's, or a database that has people in it."""
    if not (folder / ABOUT).is_file():
        raise click.ClickException(f"{folder} is no backup")
    about = json.loads((folder / ABOUT).read_text())
    engine = db.engine.dialect.name
    if about["engine"] != engine:
        raise click.ClickException(f"this backup is of {about['engine']}, the database is {engine}")
    if _has_people():
        raise click.ClickException("the database has people in it; restore into an empty one")
    if engine == "sqlite":
        _sqlite_in(folder / DATABASE)
    else:
        upgrade(revision=about["revision"])
        _postgresql_in(folder / TABLES)
    if (folder / "files").is_dir():
        shutil.copytree(folder / "files", files.folder(), dirs_exist_ok=True)
    upgrade()


def _revision() -> str:
    return str(db.session.scalar(text("SELECT version_num FROM alembic_version")))


def _has_people() -> bool:
    if not inspect(db.engine).has_table(Person.__tablename__):
        return False
    found = db.session.scalar(select(Person.id).limit(1)) is not None
    db.session.rollback()
    return found


def _sqlite_file() -> Path:
    return Path(str(db.engine.url.database))


def _sqlite_out(target: Path) -> None:
    with sqlite3.connect(_sqlite_file()) as source:
        source.execute("VACUUM INTO ?", (str(target),))
    source.close()
    with sqlite3.connect(target) as copy:
        if (verdict := copy.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            raise click.ClickException(f"the copy is damaged: {verdict}")
    copy.close()


def _sqlite_in(source: Path) -> None:
    target = _sqlite_file()
    db.session.remove()
    db.engine.dispose()
    for end in ("", "-wal", "-shm"):
        target.with_name(target.name + end).unlink(missing_ok=True)
    shutil.copyfile(source, target)


def _postgresql_out(target: Path) -> None:
    target.mkdir()
    with db.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        for table in Base.metadata.sorted_tables:
            command = f'COPY "{table.name}" TO STDOUT (FORMAT binary)'
            with _cursor(connection).copy(command) as copy, (target / table.name).open("wb") as out:
                out.writelines(copy)


def _postgresql_in(source: Path) -> None:
    with db.engine.begin() as connection:
        for table in Base.metadata.sorted_tables:
            connection.execute(table.delete())
        for table in Base.metadata.sorted_tables:
            command = f'COPY "{table.name}" FROM STDIN (FORMAT binary)'
            with _cursor(connection).copy(command) as copy, (source / table.name).open("rb") as file:
                while chunk := file.read(1 << 16):
                    copy.write(chunk)


def _cursor(connection: Connection):  # type: ignore[no-untyped-def]  # psycopg's, known only where it is installed
    return connection.connection.cursor()
