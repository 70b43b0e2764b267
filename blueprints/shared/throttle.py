"""Slows down whoever guesses at secrets: growing waits, never a lock for good.

The counts are rows, so they are the same for every worker process and after a restart. A try is counted as failed
before it is made and taken back when it succeeds: tries made at the same moment cannot slip past together.
"""

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from flask import request
from flask_babel import ngettext
from sqlalchemy import String, UniqueConstraint, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from blueprints.shared.db import Base, db, now, uuid7

SHORTEST = timedelta(seconds=30)
FORGOTTEN = timedelta(hours=24)  # after a day without a failure the count begins anew


class Attempt(Base):
    """Failed tries at a secret, by account, by network or by kiosk; shared by all processes."""

    __tablename__ = "attempt"
    __table_args__ = (UniqueConstraint("what", "key"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    what: Mapped[str] = mapped_column(String(20))  # "account", "network", "pairing"
    key: Mapped[str] = mapped_column(String(64))  # sha256, so that the table names nobody
    failed: Mapped[int] = mapped_column(default=0)
    last_failed: Mapped[datetime] = mapped_column(default=now, index=True)
    wait_until: Mapped[datetime | None]


@dataclass(frozen=True)
class Limit:
    """`free` failures cost nothing; then 30 s, 1 min, 2 min … up to `longest`."""

    what: str
    free: int
    longest: timedelta


ACCOUNT = Limit("account", 5, timedelta(hours=1))
NETWORK = Limit("network", 30, timedelta(minutes=5))  # a whole office may stand behind one address
PAIRING = Limit("pairing", 10, timedelta(minutes=15))


class TooMany(Exception):
    """Not yet: `seconds` to wait. Nothing was tried and nothing was counted."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@dataclass(frozen=True)
class Try:
    """One counted try, to be taken back when it succeeds."""

    what: str
    key: str
    waits: datetime | None  # what this try, if it fails, makes the next one wait for


def network() -> str:
    """The network that asks: the address, or its /64, since one subscriber has a whole one of version 6."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    return str(address if address.version == 4 else ipaddress.ip_network((address, 64), strict=False))


def count(limit: Limit, name: str) -> Try:
    """Counts one try at `name` as failed, in the caller's write transaction. Raises TooMany while it has to wait."""
    moment, key = now(), hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    row = _row(limit.what, key)
    if row.wait_until is not None and row.wait_until > moment:
        raise TooMany(ceil((row.wait_until - moment).total_seconds()))
    row.failed = 1 if row.last_failed <= moment - FORGOTTEN else row.failed + 1
    row.last_failed = moment
    over = row.failed - limit.free
    row.wait_until = None if over < 0 else moment + min(limit.longest, SHORTEST * 2 ** min(over, 20))
    return Try(limit.what, key, row.wait_until)


def take_back(made: Try) -> None:
    """The try was no failure after all: it is as if it had not been counted."""
    row = _row(made.what, made.key)
    row.failed = max(0, row.failed - 1)
    if row.wait_until == made.waits:
        row.wait_until = None


def forget(made: Try) -> None:
    """The secret was known: earlier failures at it are forgotten too."""
    db.session.execute(delete(Attempt).where(Attempt.what == made.what, Attempt.key == made.key))


def forget_old() -> None:
    """Removes counts that no longer matter."""
    db.session.execute(delete(Attempt).where(Attempt.last_failed <= now() - FORGOTTEN))


def in_words(seconds: int) -> str:
    """The wait as people say it: "30 seconds", "2 minutes", "1 hour"; rounded up."""
    if seconds <= 90:
        return ngettext("%(num)d second", "%(num)d seconds", seconds)
    minutes = ceil(seconds / 60)
    if minutes < 60:
        return ngettext("%(num)d minute", "%(num)d minutes", minutes)
    return ngettext("%(num)d hour", "%(num)d hours", ceil(minutes / 60))


def _row(what: str, key: str) -> Attempt:
    found = select(Attempt).where(Attempt.what == what, Attempt.key == key).with_for_update()
    row = db.session.scalar(found)
    if row is not None:
        return row
    try:
        with db.session.begin_nested():
            row = Attempt(what=what, key=key, failed=0, last_failed=now())
            db.session.add(row)
    except IntegrityError:  # PostgreSQL: another process made it this moment
        return db.session.scalars(found).one()
    return row
