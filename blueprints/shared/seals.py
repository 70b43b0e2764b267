"""What was submitted or signed, nobody changes: triggers by which the database itself refuses it, on both engines.

A model says `__sealed__ = True`. UPDATE and DELETE of its rows are refused, whoever asks and in whatever way, unless a
row of `erasure`, written before in the same transaction, names the row. No action here writes one: it is for the day on
which the law demands that something be erased, and what it leaves is an id and a date.

Alembic drops a table's triggers in silence when it makes the table anew on SQLite, so they are made again after every
migration (migrations/env.py).
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, String, func, inspect, text
from sqlalchemy.orm import Mapped, mapped_column

from blueprints.shared.db import Base, now, uuid7

REFUSAL = "what was submitted or signed is never changed"
EVENTS = ("update", "delete", "replace")  # replace: an INSERT that would take the place of a row


class Erasure(Base):
    """The permission to erase one sealed row, good in the transaction that writes it; later the proof that it was."""

    __tablename__ = "erasure"
    __sealed__ = True
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    table_name: Mapped[str] = mapped_column(String(63))
    row_id: Mapped[UUID] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(default=now)
    written_in: Mapped[str] = mapped_column(String(40), default=func.transaction_token())  # which transaction


def sealed() -> list[str]:
    """The tables whose rows never change, by name."""
    classes = (mapper.class_ for mapper in Base.registry.mappers)
    return sorted(each.__tablename__ for each in classes if getattr(each, "__sealed__", False))


def seal(connection: Connection) -> None:
    """Makes the triggers of every sealed table that is there anew. Commits nothing."""
    there = set(inspect(connection).get_table_names())
    if "erasure" not in there:
        return
    lines = _sqlite if connection.dialect.name == "sqlite" else _postgresql
    if connection.dialect.name != "sqlite":
        connection.execute(text(WHICH_TRANSACTION))
    for table in sealed():
        if table in there:
            for line in lines(table):
                connection.execute(text(line))


def seals(connection: Connection) -> set[tuple[str, str]]:
    """(table, trigger) of every trigger that is in force."""
    if connection.dialect.name == "sqlite":
        query = "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'"
    else:
        query = "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'"
    return {(table, name) for table, name in connection.execute(text(query))}


def _permission(table: str) -> str:
    """A query that finds the erasure which names the old row in this very transaction; erasures have none."""
    if table == "erasure":
        return "SELECT 1 WHERE 1 = 0"
    names_it = f"table_name = '{table}' AND row_id = OLD.id AND written_in = transaction_token()"
    return f"SELECT 1 FROM erasure WHERE {names_it}"  # noqa: S608  # the names of tables are our own


def _sqlite(table: str) -> list[str]:
    """On SQLite INSERT OR REPLACE deletes without firing the trigger of DELETE, so it has one of its own."""
    refused = {event: f"BEFORE {event.upper()} ON {table} WHEN NOT EXISTS ({_permission(table)})" for event in EVENTS}
    there = f"SELECT 1 FROM {table} WHERE id = NEW.id"  # noqa: S608
    refused["replace"] = f"BEFORE INSERT ON {table} WHEN EXISTS ({there})"
    return [
        line
        for event, condition in refused.items()
        for line in (
            f"DROP TRIGGER IF EXISTS seal_{event}_{table}",
            f"CREATE TRIGGER seal_{event}_{table} {condition} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
        )
    ]


WHICH_TRANSACTION = (
    "CREATE OR REPLACE FUNCTION transaction_token() RETURNS text AS 'SELECT pg_current_xact_id()::text' LANGUAGE sql"
)


def _postgresql(table: str) -> list[str]:
    """On PostgreSQL TRUNCATE empties a table without asking about its rows, so it has a trigger of its own."""
    refuse = f"RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'"
    function = f"CREATE OR REPLACE FUNCTION seal_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    triggers = {
        f"seal_update_{table}": f"BEFORE UPDATE ON {table} FOR EACH ROW",
        f"seal_delete_{table}": f"BEFORE DELETE ON {table} FOR EACH ROW",
        f"seal_replace_{table}": f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT",
    }
    return [
        f"{function} IF TG_OP = 'TRUNCATE' THEN {refuse}; END IF; "
        f"IF NOT EXISTS ({_permission(table)}) THEN {refuse}; END IF; "
        "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$",
        *(
            line
            for name, when in triggers.items()
            for line in (
                f"DROP TRIGGER IF EXISTS {name} ON {table}",
                f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION seal_{table}()",
            )
        ),
    ]
