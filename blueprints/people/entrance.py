"""Where people come in and go out: sign-in, sign-out, the one-time link, and what a page says to nobody."""

from collections.abc import Callable

from flask import Blueprint, Response, jsonify, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.exceptions import Unauthorized

from blueprints.kiosks.queries import this_kiosk
from blueprints.people import actions, carried, passwords, proof, queries
from blueprints.people import sign_in as session_of
from blueprints.people.inputs import NewPasswordForm, SignInForm, own_path
from blueprints.shared import errors, throttle
from blueprints.shared.db import db
from blueprints.shared.origin import SAFE
from blueprints.shared.pages import render, wants_block
from blueprints.shared.refusal import Refused
from blueprints.shared.requests import own_transaction
from blueprints.shared.words import LANGUAGES

bp = Blueprint("people", __name__)


@bp.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    """The sign-in page; who is in already goes on, and a paired tablet shows its survey."""
    if current_user.is_authenticated:
        return redirect(own_path(request.args.get("next")))
    if this_kiosk() is not None:
        return redirect(url_for("kiosks.show"))
    response = make_response(_page(SignInForm(data={"next": request.args.get("next")})))
    return remember_language(response, request.args.get("lang", ""))


@bp.post("/sign-in")
@own_transaction
def take_sign_in() -> ResponseReturnValue:
    """Signs in under a new session, and offers again what was sent after the old one had ended."""
    form = SignInForm(request.form)
    if not form.validate():
        return _page(form, 422)
    try:
        person = proof.prove(form.email.data, form.password.data)
    except Refused as refused:
        db.session.commit()  # a right password of a disabled account is no failed try
        return _page(form, refused.status, refused.reason)
    except throttle.TooMany as wait:
        return tell_to_wait(wait, lambda words: _page(form, 429, words))
    pairs = carried.offered(form.carried.data, person)
    session_of.begin_session(person)
    db.session.commit()
    if pairs:
        action, texts = carried.target(form.carried_to.data), carried.readable(pairs)
        return render("people/carried.html", action=action, pairs=pairs, texts=texts)
    return redirect(form.next.data, 303)


@bp.post("/kiosk/leave")
@own_transaction
def leave_kiosk() -> ResponseReturnValue:
    """The only way from a tablet's survey to staff pages: a supervisor or administrator signs in. It stays paired."""
    form = SignInForm(request.form)
    if not form.validate():
        return render("kiosks/leave.html", form=form, reason=None, status=422)
    try:
        person = proof.prove(form.email.data, form.password.data)
        if not person.has("supervisor", "administrator"):
            raise Refused(_("Only a supervisor or an administrator can leave the kiosk."), status=403)
    except Refused as refused:
        db.session.commit()
        return render("kiosks/leave.html", form=form, reason=refused.reason, status=refused.status)
    except throttle.TooMany as wait:
        return tell_to_wait(wait, lambda words: render("kiosks/leave.html", form=form, reason=words, status=429))
    session_of.begin_session(person)
    db.session.commit()
    return redirect(url_for("ops.home"), 303)


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """Ends the session; where there is none any more, nothing is wrong either. What is not sent stays on the phone."""
    if current_user.is_authenticated:
        session_of.end_session()
        db.session.commit()
    return redirect(url_for("people.sign_in"), 303)


@bp.route("/invitations/<token>", methods=["GET", "POST"])
def invitation(token: str) -> ResponseReturnValue:
    """The one-time link: choose a password, and be in."""
    found = queries.invitation(token)
    if found is None:
        return render("people/no_invitation.html", status=404)
    form, reason = NewPasswordForm(request.form), None
    if request.method == "POST" and form.validate():
        try:
            person = actions.accept(found, form.password.data)
        except Refused as refused:
            reason = show_in(form, refused)
        else:
            session_of.begin_session(person)
            db.session.commit()
            return redirect(url_for("ops.home"), 303)
    status = 422 if request.method == "POST" else 200
    return render("people/invitation.html", form=form, person=found.person, reason=reason, status=status)


@bp.app_errorhandler(401)
def nobody(problem: Unauthorized) -> ResponseReturnValue:
    """Nobody is signed in: JSON for scripts, never a redirect of a POST; the sign-in page carries the fields along."""
    db.session.rollback()
    if errors.is_delivery() or wants_block() or _script_asks():
        return make_response(jsonify(error="sign-in"), 401)
    if request.path.startswith("/kiosk/"):
        return errors.error(401, _("This tablet is not paired any more. Ask an administrator for a new code."))
    if request.method in SAFE:
        return redirect(url_for("people.sign_in", next=own_path(request.full_path.rstrip("?"))))
    fields, files = carried.pack()
    form = SignInForm(data={"carried": fields, "carried_to": request.full_path, "next": "/"})
    return _page(form, 401, fields=bool(fields), files=files)


@bp.app_errorhandler(passwords.Overloaded)
def overloaded(problem: passwords.Overloaded) -> ResponseReturnValue:
    """Too many sign in at this moment."""
    return errors.error(429, _("Many people are signing in at this moment. Please try again in a few seconds."))


def show_in(form: SignInForm | NewPasswordForm, refused: Refused) -> str:
    """Puts a refusal's messages at their fields; what remains is the reason above the form."""
    for name, words in refused.messages.items():
        if name in form:
            form[name].errors = [*form[name].errors, words]
    return refused.reason


def remember_language(response: Response, language: str) -> Response:
    """Keeps the language for whoever is not signed in yet on this browser."""
    if language in LANGUAGES:
        response.set_cookie("lang", language, max_age=365 * 86400, samesite="Lax", httponly=True)
    return response


def tell_to_wait(wait: throttle.TooMany, page: Callable[[str], ResponseReturnValue]) -> ResponseReturnValue:
    """The page with how long to wait, in words and for machines."""
    words = _("Too many tries. Please try again in %(wait)s.", wait=throttle.in_words(wait.seconds))
    response = make_response(page(words))
    response.headers["Retry-After"] = str(wait.seconds)
    return response


def _page(
    form: SignInForm, status: int = 200, reason: str | None = None, fields: bool = False, files: bool = False
) -> ResponseReturnValue:
    return render("people/sign_in.html", form=form, reason=reason, fields=fields, files=files, status=status)


def _script_asks() -> bool:
    """Whether a script fetches (it must see 401, not follow a redirect), and no page is being opened."""
    mode = request.headers.get("Sec-Fetch-Mode", "navigate")
    # same-origin: a page that the worker opens without credentials, while a sign-out waits for the network
    return mode not in ("navigate", "same-origin") or request.accept_mimetypes.best == "application/json"
