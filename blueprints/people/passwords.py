"""Passwords: how they are kept, compared and judged."""

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import Flask, current_app
from flask_babel import gettext as _

from blueprints.people.models import Person
from blueprints.shared.words import fold

SHORTEST, ADVISED, LONGEST = 8, 15, 4096
PATIENCE = 1.0  # seconds that a hash waits for its turn


class Overloaded(Exception):
    """Too many passwords are being hashed at this moment (each takes a core and 19 MiB)."""


class Hashing:
    """Argon2id with the settings' cost, at most HASHES_AT_ONCE at a time in this process."""

    def __init__(self, app: Flask) -> None:
        self.hasher = PasswordHasher(**app.config["ARGON2"])
        self.turns = threading.BoundedSemaphore(app.config["HASHES_AT_ONCE"])
        self.nobodys = self.hasher.hash("nobody's password")

    @contextmanager
    def turn(self) -> Iterator[PasswordHasher]:
        if not self.turns.acquire(timeout=PATIENCE):
            raise Overloaded
        try:
            yield self.hasher
        finally:
            self.turns.release()


def hash_of(password: str) -> str:
    """What is kept of a password. Raises Overloaded."""
    with _hashing().turn() as hasher:
        return hasher.hash(_bytes(password))


def is_right(kept: str | None, password: str) -> bool:
    """Whether this is the password. Takes as long where nothing is kept, so that time tells nobody who has an account.

    Raises Overloaded.
    """
    hashing = _hashing()
    if len(password) > LONGEST:
        kept, password = None, ""
    with hashing.turn() as hasher:
        try:
            hasher.verify(kept or hashing.nobodys, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False
    return bool(kept)


def is_outdated(kept: str) -> bool:
    """Whether it was hashed at another cost than the settings now ask for."""
    return _hashing().hasher.check_needs_rehash(kept)


def unfit(password: str, person: Person) -> str | None:
    """Why this may not become the person's password, in words; None where it may. No rules on kinds of characters."""
    text = unicodedata.normalize("NFC", password)
    if len(text) < SHORTEST:
        return _("A password has at least %(n)d characters. Three or four unrelated words make a good one.", n=SHORTEST)
    if len(text) > LONGEST:
        return _("A password has at most %(n)d characters.", n=LONGEST)
    if text.casefold() in common():
        return _("This password is one of those that are tried first. Please choose another.")
    plain = fold(text).replace(" ", "")
    rest = plain
    for word in _words_around(person):
        rest = rest.replace(word, "")
    if rest != plain and len(rest) < SHORTEST:
        return _("This password is easy to guess for whoever knows you or this service. Please choose another.")
    return None


@lru_cache(maxsize=1)
def common() -> frozenset[str]:
    """The passwords that are tried first, in lower case."""
    lines = (Path(__file__).parent / "passwords.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def _words_around(person: Person) -> list[str]:
    names = [person.email, person.email.partition("@")[0], *person.email.replace("@", ".").split("."), person.name]
    words = [*names, *person.name.replace("-", " ").split(), current_app.config["SERVICE_NAME"], "tournee"]
    folded = {fold(word).replace(" ", "") for word in words}
    return sorted((word for word in folded if len(word) >= 4), key=len, reverse=True)


def _bytes(password: str) -> bytes:
    """One spelling for é, whichever keyboard typed it."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def _hashing() -> Hashing:
    found: Hashing = current_app.extensions["hashing"]
    return found


def init_app(app: Flask) -> None:
    """Sets hashing up at the cost that the settings ask for."""
    app.extensions["hashing"] = Hashing(app)
