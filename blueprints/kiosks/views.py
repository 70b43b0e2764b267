"""The administrator's kiosks; and what a tablet itself sees, under /kiosk/."""

from uuid import UUID

from flask import Blueprint, current_app, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from blueprints.forms import engine
from blueprints.forms import queries as forms
from blueprints.kiosks import actions, queries
from blueprints.kiosks.inputs import KioskForm, LeaveForm, PairForm
from blueprints.kiosks.models import Kiosk
from blueprints.people.access import require
from blueprints.shared import throttle
from blueprints.shared.db import Busy, db, now, writing
from blueprints.shared.pages import render
from blueprints.shared.refusal import Refused
from blueprints.shared.requests import own_transaction

bp = Blueprint("kiosks", __name__)
FOR_YEARS = 5 * 365 * 86400  # seconds: a kiosk's cookie does not expire, it is revoked


@bp.get("/kiosks")
@require("administrator")
def index() -> ResponseReturnValue:
    """The kiosks, and a form for one more."""
    return _page(_form())


@bp.post("/kiosks/new")
@require("administrator")
def new() -> ResponseReturnValue:
    """Sets one up; its pairing code is shown once."""
    form = _form()
    if not form.validate():
        return _page(form, 422)
    try:
        kiosk, code = actions.set_up(current_user, form.name.data, form.team.data, form.survey.data)
    except Refused as refused:
        for name, words in refused.messages.items():
            form[name].errors = [words]
        return _page(form, refused.status, refused.reason)
    db.session.commit()
    return _show_code(kiosk, code)


@bp.post("/kiosks/<uuid:kiosk_id>/pair-code")
@require("administrator")
def pair_code(kiosk_id: UUID) -> ResponseReturnValue:
    """A new code, for another tablet or the same after its storage was wiped."""
    kiosk = queries.one_of(current_user, kiosk_id)
    try:
        code = actions.new_code(current_user, kiosk)
    except Refused as refused:
        return _page(_form(), refused.status, refused.reason)
    db.session.commit()
    return _show_code(kiosk, code)


@bp.post("/kiosks/<uuid:kiosk_id>/revoke")
@require("administrator")
def revoke(kiosk_id: UUID) -> ResponseReturnValue:
    """Lost, stolen or put away."""
    actions.revoke(current_user, queries.one_of(current_user, kiosk_id))
    db.session.commit()
    flash(_("The kiosk is revoked."), "info")
    return redirect(url_for("kiosks.index"), 303)


@bp.get("/kiosk/pair")
def pair() -> ResponseReturnValue:
    """Where a tablet is given its code. Somebody signed in is asked to sign out first: a kiosk shows no staff page."""
    return render("kiosks/pair.html", form=PairForm(), reason=None)


@bp.post("/kiosk/pair")
@own_transaction
def take_pair() -> ResponseReturnValue:
    """The tablet that knows the code becomes the kiosk; wrong codes are counted by network."""
    form = PairForm(request.form)
    if current_user.is_authenticated:
        return render("kiosks/pair.html", form=form, reason=None, status=409)
    if not form.validate():
        return render("kiosks/pair.html", form=form, reason=None, status=422)
    try:
        secret = _secret_for(form.code.data)
    except Refused as refused:
        return render("kiosks/pair.html", form=form, reason=refused.reason, status=refused.status)
    response = make_response(redirect(url_for("kiosks.show"), 303))
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(
        queries.cookie_name(), secret, max_age=FOR_YEARS, httponly=True, samesite="Lax", secure=secure, path="/"
    )
    return response


@bp.get("/kiosk/")
def show() -> ResponseReturnValue:
    """The survey, for the tablet. It is kept there without an end date, so it names no day and no person."""
    kiosk = queries.this_kiosk()
    if kiosk is None:
        return redirect(url_for("kiosks.pair"), 303)
    if current_user.is_authenticated:
        return render("kiosks/signed_in.html", kiosk=kiosk)
    version = forms.current_of(kiosk.form_id)
    if version is None:
        raise Refused(_("This kiosk's survey does not exist any more."), status=404)
    definition = forms.definition_of(version.form_id, version.version)
    verdict = engine.blank(definition, forms.clock_of(now(), None), forms.language())
    page = render("kiosks/kiosk.html", kiosk=kiosk, definition=definition, version=version.version, verdict=verdict)
    _heard(kiosk)
    return page


@bp.get("/kiosk/thanks")
def thanks() -> ResponseReturnValue:
    """After an answer that was posted without scripts."""
    return render("kiosks/thanks.html")


@bp.get("/kiosk/leave")
def leave() -> ResponseReturnValue:
    """Leaving needs a staff sign-in."""
    return render("kiosks/leave.html", form=LeaveForm(), reason=None)


def _secret_for(code: str) -> str:
    """Pairs within transactions of its own: the try is counted even where what follows fails. Raises Refused."""
    try:
        with writing():
            tried = throttle.count(throttle.PAIRING, throttle.network())
    except throttle.TooMany as wait:
        words = _("Too many tries. Please try again in %(wait)s.", wait=throttle.in_words(wait.seconds))
        raise Refused(words, status=429) from wait
    with writing():
        kiosk = queries.to_be_paired(code)
        if kiosk is None:
            raise Refused(_("This code is wrong or too old. Ask the administrator for a new one."))
        throttle.take_back(tried)
        return actions.pair(kiosk)


def _heard(kiosk: Kiosk) -> None:
    """Notes at most once a minute that the tablet is alive; a busy database is no reason to fail its page."""
    if not queries.is_silent(kiosk):
        return
    try:
        with writing():
            actions.hear(kiosk)
    except Busy:
        current_app.logger.warning("kiosk not marked as heard: database busy")


def _form() -> KioskForm:
    form = KioskForm(request.form)
    surveys = [(v.form_id, forms.title_of(v.form_id, v.version)) for v in forms.current("survey")]
    form.offer(queries.teams(current_user), surveys)
    return form


def _page(form: KioskForm, status: int = 200, reason: str | None = None) -> ResponseReturnValue:
    kiosks, titles = queries.listed(current_user), {one.value: one.label for one in form.survey.choices}
    return render("kiosks/index.html", form=form, kiosks=kiosks, titles=titles, reason=reason, status=status)


def _show_code(kiosk: Kiosk, code: str) -> ResponseReturnValue:
    minutes = int(actions.CODE_LASTS.total_seconds() // 60)
    return render("kiosks/code.html", kiosk=kiosk, code=f"{code[:4]}-{code[4:]}", minutes=minutes, status=201)
