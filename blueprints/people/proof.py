"""Whether somebody is who they say: the password, and how often it may be tried."""

from uuid import UUID

from flask import request
from flask_babel import gettext as _

from blueprints.people import passwords, queries
from blueprints.people.models import Device, Person
from blueprints.people.sign_in import DEVICE
from blueprints.shared import throttle
from blueprints.shared.db import db, start_writing, writing
from blueprints.shared.refusal import Refused


def prove(email: str, password: str) -> Person:
    """The person with this address and password, inside a write transaction that the caller commits.

    The try is counted first, in a transaction of its own, and the hash is computed outside of any: it takes a core
    for a while and must not hold up those who write. An unknown address takes as long and reads the same.
    Raises throttle.TooMany, passwords.Overloaded, Refused (wrong, or disabled).
    """
    with writing():
        tries = [
            throttle.count(throttle.NETWORK, throttle.network()),
            throttle.count(throttle.ACCOUNT, _account(email)),
        ]
    person = queries.by_email(email)
    person_id, kept = (person.id, person.password) if person else (None, None)
    db.session.rollback()
    try:
        right = passwords.is_right(kept, password)
        newer = passwords.hash_of(password) if right and passwords.is_outdated(kept or "") else None
    except passwords.Overloaded:
        with writing():
            for made in tries:
                throttle.take_back(made)
        raise
    if not right:
        raise Refused(_("This e-mail and this password do not belong together."), status=401)
    start_writing()
    throttle.take_back(tries[0])
    throttle.forget(tries[1])
    throttle.forget_old()
    proven = db.session.get_one(Person, person_id)
    if proven.disabled_at:
        raise Refused(_("This account is disabled: %(reason)s", reason=proven.disabled_reason or "—"), status=401)
    proven.password = newer or proven.password
    return proven


def prove_anew(person: Person, password: str) -> Person:
    """The person who is signed in already, as `prove` does it: a session left open is no free guess at a password."""
    try:
        return prove(person.email, password)
    except Refused as refused:
        words = _("This is not your current password.")
        raise Refused(words, {"current_password": _("This is not it.")}) from refused


def _account(email: str) -> str:
    """What tries are counted by: the address; on a device on which its owner has signed in before, that device alone.

    So nobody can keep somebody away from their own phone by guessing from elsewhere.
    """
    try:
        device = db.session.get(Device, UUID(request.cookies.get(DEVICE, "")))
    except ValueError:
        device = None
    if device is None or device.revoked_at or device.person_id is None:
        return email
    owner = db.session.get(Person, device.person_id)
    return f"{email} {device.id}" if owner is not None and owner.email == email else email
