"""Secrets that travel in a cookie or a link, and short codes that people read aloud."""

import hashlib
import secrets

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: nothing that is read as something else


def hashed(secret: str) -> str:
    """What is stored of a long random secret: its sha256."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def spoken_code() -> str:
    """Eight random characters (40 bits), for a few minutes only."""
    return "".join(secrets.choice(CROCKFORD) for _ in range(8))


def as_typed(code: str) -> str:
    """A code as it is compared: upper case, without blanks and hyphens, the letters that look like digits as digits."""
    return "".join(code.upper().split()).replace("-", "").replace("O", "0").replace("I", "1").replace("L", "1")
