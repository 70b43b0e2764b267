"""The migrations make what the models say, on both databases, and keep rows that hang on others."""

from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Column, String, func, select, text

from blueprints.people.models import Membership, PersonRole
from blueprints.shared.db import Base, db

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.both_engines
def test_from_empty_the_migrations_make_exactly_what_the_models_say(app: Flask) -> None:
    """The world's database was made by the migrations from empty; autogenerate finds nothing to add."""
    with db.engine.connect() as connection:
        version = connection.scalar(text("SELECT version_num FROM alembic_version"))
        assert version == ScriptDirectory(str(ROOT / "migrations")).get_current_head()
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


@pytest.mark.both_engines
def test_a_forgotten_column_is_noticed(app: Flask) -> None:
    with db.engine.connect() as connection:
        connection.execute(text("ALTER TABLE team ADD COLUMN forgotten INTEGER"))
        context = MigrationContext.configure(connection)
        assert len(compare_metadata(context, Base.metadata)) == 1
        connection.rollback()


def change_person(enforced: bool) -> None:
    """Makes the table of people anew, as a migration on SQLite does, with foreign keys enforced or as env.py has it."""
    with db.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.cursor().execute(f"PRAGMA foreign_keys={'ON' if enforced else 'OFF'}")
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("team", recreate="always") as batch:
            batch.add_column(Column("colour", String(7)))
        connection.commit()
        raw.cursor().execute("PRAGMA foreign_keys=ON")


def test_a_table_made_anew_keeps_what_hangs_on_it(app: Flask) -> None:
    before = db.session.scalar(select(func.count()).select_from(Membership))
    db.session.rollback()
    change_person(enforced=False)
    assert db.session.scalar(select(func.count()).select_from(Membership)) == before
    assert db.session.scalar(select(func.count()).select_from(PersonRole))
    assert db.session.execute(text("PRAGMA foreign_key_check")).all() == []


def test_with_foreign_keys_enforced_that_would_fail(app: Flask) -> None:
    """The mutant of the guard in env.py."""
    with pytest.raises(Exception, match="FOREIGN KEY"):
        change_person(enforced=True)


def test_the_way_back_and_forth_again(another_app: Callable[..., Flask]) -> None:
    """Every migration can be taken back, down to an empty database, and applied once more."""
    import flask_migrate

    with another_app().app_context():
        flask_migrate.upgrade()
        flask_migrate.downgrade(revision="base")
        with db.engine.connect() as connection:
            left = connection.scalars(text("SELECT name FROM sqlite_master WHERE type='table'")).all()
            assert set(left) <= {"alembic_version", "sqlite_sequence"}
        flask_migrate.upgrade()
        db.engine.dispose()
