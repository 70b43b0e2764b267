"""Everybody's own page: name, language, password, sessions."""

from uuid import UUID

from flask import flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_login import current_user

from blueprints.people import actions, proof, queries
from blueprints.people.access import require
from blueprints.people.entrance import bp, remember_language, show_in, tell_to_wait
from blueprints.people.inputs import AccountForm, ChangePasswordForm, LanguageForm
from blueprints.shared import throttle
from blueprints.shared.db import db
from blueprints.shared.pages import render, wants_block
from blueprints.shared.refusal import Refused
from blueprints.shared.requests import own_transaction


@bp.get("/account")
@require()
def account() -> ResponseReturnValue:
    """The page."""
    return _page()


@bp.post("/account")
@require()
def change_account() -> ResponseReturnValue:
    """Name and shortcuts."""
    form = AccountForm(request.form)
    if not form.validate():
        return _page(422, account=form)
    actions.introduce(current_user, form.name.data, form.shortcuts.data)
    db.session.commit()
    return _done(_("Saved."))


@bp.post("/account/shortcuts")
@require()
def change_shortcuts() -> ResponseReturnValue:
    """The desk's single keys on or off; the switch stands in the foot of the desk, whose typed text must stay."""
    actions.introduce(current_user, current_user.name, request.form.get("shortcuts") == "on")
    db.session.commit()
    return ("", 204) if wants_block() else _done(_("Saved."))


@bp.post("/account/language")
@require()
def change_language() -> ResponseReturnValue:
    """The language of the interface, here and on this browser's sign-in page."""
    form = LanguageForm(request.form)
    if not form.validate():
        return _page(422)
    actions.choose_language(current_user, form.language.data)
    db.session.commit()
    with force_locale(form.language.data):
        return remember_language(make_response(_done(_("Saved."))), form.language.data)


@bp.post("/account/password")
@require()
@own_transaction
def change_password() -> ResponseReturnValue:
    """One's own password; whoever else is signed in with the old one is out."""
    form = ChangePasswordForm(request.form)
    if not form.validate():
        return _page(422, password=form)
    try:
        person = proof.prove_anew(current_user, form.current_password.data)
        actions.change_own_password(person, form.password.data)
    except Refused as refused:
        db.session.rollback()
        return _page(refused.status, password=form, reason=show_in(form, refused))
    except throttle.TooMany as wait:
        return tell_to_wait(wait, lambda words: _page(429, password=form, reason=words))
    db.session.commit()
    return _done(_("Your password is changed. All your other sessions have ended."))


@bp.post("/account/sessions/<uuid:sign_in_id>/end")
@require()
def end_session(sign_in_id: UUID) -> ResponseReturnValue:
    """One of one's own sessions."""
    actions.end_one_session(current_user, queries.own_session(current_user, sign_in_id))
    db.session.commit()
    return _done(_("That session has ended."))


@bp.post("/account/sessions/end-others")
@require()
def end_other_sessions() -> ResponseReturnValue:
    """All of them but this one."""
    actions.end_other_sessions(current_user)
    db.session.commit()
    return _done(_("All your other sessions have ended."))


def _page(
    status: int = 200,
    account: AccountForm | None = None,
    password: ChangePasswordForm | None = None,
    reason: str | None = None,
) -> ResponseReturnValue:
    return render(
        "people/account.html",
        form=account or AccountForm(obj=current_user),
        password=password or ChangePasswordForm(),
        reason=reason,
        sessions=queries.sessions(current_user, current_user),
        status=status,
    )


def _done(words: str) -> ResponseReturnValue:
    flash(words, "info")
    return redirect(url_for("people.account"), 303)
