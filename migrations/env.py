"""How migrations run: one transaction, on both databases.

SQLite changes a table by making it anew. With foreign keys enforced, dropping the old one would delete the rows that
point at it, so enforcement is off while the migration runs and everything is checked before it is committed.
"""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app
from sqlalchemy import Connection

from blueprints.shared.db import Base, UTCDateTime, db
from blueprints.shared.seals import seal


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Own types are written as what the database sees, so that an old migration needs no code of ours."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def enforce(connection: Connection, on: bool) -> None:
    """Foreign keys on SQLite; between transactions, since inside one the pragma does nothing."""
    if connection.dialect.name == "sqlite":
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.cursor().execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")


def run(connection: Connection) -> None:
    """All wanted steps in one transaction; raises, and changes nothing, where rows would point at nothing."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=render_item,
        compare_type=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
        seal(connection)
        if connection.dialect.name == "sqlite":
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise RuntimeError(f"the migration leaves rows that point at nothing: {broken[:5]}")


if context.is_offline_mode():
    raise SystemExit("migrations need the database: there is no SQL to print")
current_app.logger.info("migrating")
with db.engine.connect() as connection:
    enforce(connection, False)
    try:
        run(connection)
        connection.commit()
    finally:
        connection.rollback()
        enforce(connection, True)
