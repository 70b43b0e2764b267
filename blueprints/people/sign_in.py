"""Who is asking: the session row behind flask-login's cookie, and the device it is bound to."""

import secrets
from datetime import timedelta
from uuid import UUID

from flask import Flask, Response, abort, current_app, g, has_request_context, request, session
from flask_login import LoginManager, current_user, login_user, logout_user
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import joinedload

from blueprints.people import access
from blueprints.people.models import Device, Person, SignIn
from blueprints.shared.db import Busy, db, now, writing
from blueprints.shared.origin import SAFE
from blueprints.shared.tokens import hashed
from blueprints.shared.words import LANGUAGES

DEVICE = "tournee_device"  # cookie: which device this is; no secret, it only numbers captures
SEEN_EVERY = timedelta(minutes=1)
manager = LoginManager()
# Every request asks it: built once, with all that is asked of a person in one look.
BY_SECRET = (
    select(SignIn)
    .where(SignIn.secret == bindparam("secret"))
    .options(joinedload(SignIn.person).joinedload(Person.roles), joinedload(SignIn.device))
)


@manager.user_loader  # type: ignore[untyped-decorator]
def load(reference: str) -> Person | None:
    """The person whose session row this reference names, while that session, the device and the person are good."""
    moment = now()
    row = db.session.scalars(BY_SECRET, {"secret": hashed(reference)}).unique().first()
    if row is None or row.ended_at or row.expires_at <= moment or row.device.revoked_at or not row.person.is_active:
        return None
    if row.idle_minutes and row.last_seen + timedelta(minutes=row.idle_minutes) <= moment:
        return None
    person = row.person
    person.sign_in, person.reference = row, reference
    if moment - row.last_seen >= SEEN_EVERY:
        g.seen = row.id
    return person


def begin_session(person: Person) -> SignIn:
    """A new session row, under a new reference, on the device that asks; the cookies go out with the response."""
    reference, moment = secrets.token_urlsafe(32), now()
    settings = current_app.config
    desk = person.has("supervisor", "manager", "administrator")
    row = SignIn(
        secret=hashed(reference),
        person_id=person.id,
        device=_this_device(person),
        created_at=moment,
        last_seen=moment,
        expires_at=moment + (settings["DESK_SESSION"] if desk else settings["PHONE_SESSION"]),
        idle_minutes=settings["DESK_IDLE_MINUTES"] if desk else None,
    )
    db.session.add(row)
    db.session.flush()
    person.sign_in, person.reference = row, reference
    session.clear()
    session.permanent = True
    login_user(person)
    g.device = row.device_id
    return row


def still_here() -> None:
    """Before a writing request's view, once its body is read: 401 where its session has ended meanwhile."""
    if request.method in SAFE or not current_user.is_authenticated:
        return
    view = current_app.view_functions.get(request.endpoint or "")
    if view is not None and not hasattr(view, "own_transaction") and not access.still_in(current_user):
        abort(401)


def former() -> UUID | None:
    """Whose session, ended by now, this browser still names; None where that is not known."""
    reference = session.get("_user_id")
    query = select(SignIn.person_id).where(SignIn.secret == hashed(str(reference)))
    return db.session.scalar(query) if reference else None


def end_session() -> None:
    """Ends the session that asks: its row, and the cookie."""
    row = current_user.sign_in
    if row is not None:
        row.ended_at, row.ended_by = now(), current_user.id
    logout_user()
    session.clear()


def new_device(person: Person) -> Device:
    """A new device for whoever asks: a phone whose storage was wiped starts to count again at 1."""
    device = Device(person_id=person.id, label=device_label())
    db.session.add(device)
    db.session.flush()
    g.device = device.id
    return device


def device_label() -> str:
    """What the browser says it is, short enough to be read in a list; no fingerprint is taken."""
    agent = request.user_agent.string
    system = next((name for mark, name in _SYSTEMS if mark in agent), "?")
    browser = next((name for mark, name in _BROWSERS if mark in agent), "?")
    return f"{browser}, {system}"


_SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
            ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"))  # fmt: skip
_BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))


def _this_device(person: Person) -> Device:
    """The device of the cookie where it is this person's own; else a new one (somebody else's counts are not ours)."""
    try:
        known = db.session.get(Device, UUID(request.cookies.get(DEVICE, "")))
    except ValueError:
        known = None
    if known is None or known.revoked_at or known.person_id != person.id:
        return new_device(person)
    known.last_heard = now()
    return known


def _cookies(response: Response) -> Response:
    device = g.pop("device", None)
    if device is not None:
        response.set_cookie(
            DEVICE,
            str(device),
            max_age=timedelta(days=400),
            httponly=True,
            samesite="Lax",
            secure=current_app.config["SESSION_COOKIE_SECURE"],
        )
    return response


def _seen(response: Response) -> Response:
    """Notes at most once a minute that the session is alive; a busy database is no reason to fail the page."""
    row_id = g.pop("seen", None)
    if row_id is None:
        return response
    moment = now()
    try:
        with writing():
            db.session.execute(update(SignIn).where(SignIn.id == row_id).values(last_seen=moment))
            device = select(SignIn.device_id).where(SignIn.id == row_id).scalar_subquery()
            db.session.execute(update(Device).where(Device.id == device).values(last_heard=moment))
    except Busy:
        current_app.logger.warning("session not marked as seen: database busy")
    return response


def init_app(app: Flask) -> None:
    """Sets flask-login up; 401 is answered by the error pages, never by a redirect of a POST."""
    manager.session_protection = None  # a phone's address changes on the road
    manager.init_app(app)
    app.after_request(_cookies)
    app.after_request(_seen)


def language() -> str:
    """The language of this request: the person's own; else what was chosen on this browser; else French."""
    if not has_request_context():
        return LANGUAGES[0]  # a command
    if current_user and current_user.is_authenticated:
        return str(current_user.language)
    chosen = request.args.get("lang") or request.cookies.get("lang")
    return chosen if chosen in LANGUAGES else LANGUAGES[0]
