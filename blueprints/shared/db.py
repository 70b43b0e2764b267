"""The database handle, the clock, ids, SQLite's settings and its one write lock."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import current_app
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import JSON, DateTime, Engine, MetaData, TypeDecorator, Uuid, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, SessionTransaction

WAIT = 5.0  # seconds that a writer waits for the lock and for SQLite together


class Busy(Exception):
    """The database could not be written within WAIT seconds; nothing was stored."""


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment. SQLite drops the zone, so everything goes in as UTC and comes out as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """What every model is made from (never from `db.Model`, which type checkers cannot follow)."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        datetime: UTCDateTime(),
        UUID: Uuid(),
        dict[str, Any]: JSON(),
        list[Any]: JSON(),
    }


class OneCommit(FlaskSession):
    """A session that a view inside a savepoint cannot commit: that would tear effect and receipt apart."""

    def commit(self) -> None:
        if self.info.get("in_savepoint"):
            raise RuntimeError("a view that takes captures never commits")
        super().commit()


@contextmanager
def savepoint() -> Iterator[None]:
    """What is written inside stays only if nothing is raised; whoever opened the transaction commits it."""
    session = db.session()
    session.info["in_savepoint"] = True
    try:
        with session.begin_nested():
            yield
            session.flush()
    finally:
        session.info.pop("in_savepoint")


# What a request has read stays readable after its commit: receipts and pages ask for the person again and again.
db = SQLAlchemy(metadata=Base.metadata, session_options={"class_": OneCommit, "expire_on_commit": False})


def uuid7() -> UUID:
    """A new id that sorts by time (RFC 9562, version 7)."""
    ms, rest = time.time_ns() // 1_000_000, int.from_bytes(os.urandom(10), "big")
    return UUID(int=(ms & (1 << 48) - 1) << 80 | 7 << 76 | (rest >> 64 & 0xFFF) << 64 | 2 << 62 | rest & (1 << 62) - 1)


_then: ContextVar[datetime | None] = ContextVar("then", default=None)


def now() -> datetime:
    """This moment, in UTC."""
    return _then.get() or datetime.now(UTC)


@contextmanager
def then(moment: datetime) -> Iterator[None]:
    """What is done inside is done at that moment: how the demo world gets a past through everybody's own actions."""
    token = _then.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _then.reset(token)


def zone() -> ZoneInfo:
    """The zone of the setting TIMEZONE: it decides what "today" is."""
    found: ZoneInfo = current_app.config["ZONE"]
    return found


def local(moment: datetime) -> datetime:
    """The moment on the service's own clock."""
    return moment.astimezone(zone())


def today() -> date:
    """The service's day."""
    return local(now()).date()


# SQLite lets one writer in at a time. Threads of this process queue for this lock, which is fair, instead of polling
# the file; BEGIN IMMEDIATE keeps other processes out. Plain BEGIN would fail at the first write (busy_timeout does not
# help a reader that becomes a writer: tried, 443 of 800 writes refused).
_lock = threading.Lock()
_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


@event.listens_for(Engine, "connect")
def _settings(connection: Any, record: Any) -> None:
    if not hasattr(connection, "create_function"):  # not SQLite
        return
    connection.isolation_level = None  # we say BEGIN ourselves
    connection.create_function("transaction_token", 0, lambda: record.info.get("transaction"))  # seals.py asks it
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={int(WAIT * 1000)}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin(connection: Any) -> None:
    if connection.dialect.name != "sqlite":
        return
    connection.info["transaction"] = uuid7().hex
    deadline = _deadline.get()
    if deadline is None:
        connection.exec_driver_sql("BEGIN")
        return
    left = max(1, int((deadline - time.monotonic()) * 1000))
    connection.exec_driver_sql(f"PRAGMA busy_timeout={left}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


@event.listens_for(Session, "after_transaction_end")
def _release(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None and session.info.pop("writing", False):
        _lock.release()


def stop_reading() -> None:
    """Ends the read transaction, and keeps what was read: who asks is known, a slow body may come now."""
    db.session.commit()


def start_writing(anew: bool = True) -> None:
    """Begins this request's write transaction; commit or rollback ends it and lets the next writer in.

    anew: what was read before is forgotten and read again, since it may have changed meanwhile.
    Raises Busy when the database cannot be written within WAIT seconds.
    """
    session = db.session()
    if session.info.get("writing"):
        return
    session.rollback() if anew else session.commit()
    if db.engine.dialect.name != "sqlite":
        return
    deadline = time.monotonic() + WAIT
    if not _lock.acquire(timeout=WAIT):
        raise Busy
    session.info["writing"] = True
    token = _deadline.set(deadline)
    try:
        session.connection()
    except OperationalError as error:
        session.rollback()
        if session.info.pop("writing", False):
            _lock.release()
        raise Busy from error
    finally:
        _deadline.reset(token)


@contextmanager
def writing() -> Iterator[None]:
    """A write transaction of its own for commands and for what happens beside a request; commits at the end."""
    start_writing()
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
