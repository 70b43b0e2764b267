"""What was submitted or signed, the database itself refuses to change: on both engines, and in raw SQL too."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from flask import Flask
from sqlalchemy import Column, String, Uuid, bindparam, text
from sqlalchemy.exc import IntegrityError

from blueprints.reviews.models import Signature
from blueprints.shared.db import db, now, uuid7
from blueprints.shared.seals import EVENTS, REFUSAL, Erasure, seal, sealed, seals
from tests.support.client import deliver
from tests.support.world import World, id_of

ClientAs = Callable[[str | None], Any]

TABLES = [
    "audit_entry",
    "checklist_version",
    "client_statement",
    "erasure",
    "note_mistake",
    "note_version",
    "signature",
]


@pytest.fixture
def signed(world: World, client_as: ClientAs) -> dict[str, UUID]:
    """One row of each sealed table, by its name."""
    note = deliver(client_as("alice"), f"/visits/{id_of('visit')}/notes/free", {"text": "Tout va bien."})
    assert note.state == "applied"
    row = Signature(text_id=note.id, version_id=note.id, person_id=id_of("alice"))
    db.session.add(row)
    db.session.commit()
    return {"note_version": note.id, "signature": row.id}


def run(sql: str, **values: UUID) -> int:
    query = text(sql).bindparams(*(bindparam(name, type_=Uuid()) for name in values))
    return db.session.execute(query, values).rowcount


def count(table: str) -> int:
    found: int = db.session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
    return found


@pytest.mark.both_engines
def test_migrations_from_empty_leave_every_seal_in_force(app: Flask) -> None:
    assert sealed() == TABLES
    with db.engine.connect() as connection:
        assert seals(connection) == {(table, f"seal_{event}_{table}") for table in TABLES for event in EVENTS}


@pytest.mark.both_engines
@pytest.mark.parametrize("table", ["note_version", "signature"])
@pytest.mark.parametrize(
    "sql", ["UPDATE {table} SET id = id WHERE id = :id", "DELETE FROM {table} WHERE id = :id"], ids=["update", "delete"]
)
def test_raw_sql_is_refused(app: Flask, signed: dict[str, UUID], table: str, sql: str) -> None:
    before = count(table)
    with pytest.raises(IntegrityError, match=REFUSAL):
        run(sql.format(table=table), id=signed[table])
    db.session.rollback()
    assert count(table) == before > 0


def test_replacing_a_row_is_refused_on_sqlite(app: Flask, signed: dict[str, UUID]) -> None:
    with pytest.raises(IntegrityError, match=REFUSAL):
        run("INSERT OR REPLACE INTO note_version SELECT * FROM note_version WHERE id = :id", id=signed["note_version"])
    db.session.rollback()


@pytest.mark.both_engines
def test_an_erasure_of_the_same_transaction_permits_its_row_and_no_other(app: Flask, signed: dict[str, UUID]) -> None:
    db.session.add(Erasure(table_name="signature", row_id=signed["signature"]))
    db.session.flush()
    assert run("DELETE FROM signature WHERE id = :id", id=signed["signature"]) == 1
    with pytest.raises(IntegrityError, match=REFUSAL):
        run("DELETE FROM note_version WHERE id = :id", id=signed["note_version"])
    db.session.rollback()


@pytest.mark.both_engines
def test_an_erasure_of_an_earlier_transaction_permits_nothing(app: Flask, signed: dict[str, UUID]) -> None:
    db.session.add(Erasure(table_name="signature", row_id=signed["signature"]))
    db.session.commit()
    with pytest.raises(IntegrityError, match=REFUSAL):
        run("DELETE FROM signature WHERE id = :id", id=signed["signature"])
    db.session.rollback()


@pytest.mark.both_engines
def test_an_erasure_itself_stays(app: Flask, signed: dict[str, UUID]) -> None:
    row = Erasure(table_name="signature", row_id=uuid7(), at=now())
    db.session.add(row)
    db.session.commit()
    for sql in ("UPDATE erasure SET table_name = 'x' WHERE id = :id", "DELETE FROM erasure WHERE id = :id"):
        with pytest.raises(IntegrityError, match=REFUSAL):
            run(sql, id=row.id)
        db.session.rollback()


def test_emptying_a_table_is_refused_on_postgresql(pg_app: Flask) -> None:
    with pytest.raises(IntegrityError, match=REFUSAL):
        db.session.execute(text("TRUNCATE note_version CASCADE"))
    db.session.rollback()


def test_a_table_made_anew_loses_its_seals_until_they_are_made_again(app: Flask) -> None:
    """Why migrations/env.py makes them after every migration."""
    with db.engine.connect() as connection:
        whole = seals(connection)
        with Operations(MigrationContext.configure(connection)).batch_alter_table("signature", recreate="always") as b:
            b.add_column(Column("colour", String(7)))
        assert whole - seals(connection) == {("signature", f"seal_{event}_signature") for event in EVENTS}
        seal(connection)
        assert seals(connection) == whole
        connection.rollback()
