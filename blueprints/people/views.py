"""The administrator's pages: people, teams, devices. (Sign-in is in entrance.py, one's own page in account.py.)"""

from uuid import UUID

from flask import current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from blueprints.people import account, actions, queries
from blueprints.people.access import require
from blueprints.people.entrance import bp, show_in
from blueprints.people.inputs import ROLE_WORDS, DisableForm, ListForm, PersonForm, TeamForm
from blueprints.people.models import Person
from blueprints.shared.db import db
from blueprints.shared.pages import render
from blueprints.shared.refusal import Refused

__all__ = ["account", "bp"]


@bp.get("/people")
@require("administrator")
def index() -> ResponseReturnValue:
    """Who works here; every state of the list has an address."""
    form = ListForm(request.args)
    people = queries.listed(current_user, form.q.data, form.state.data)
    return render("people/index.html", "list", form=form, people=people, role_words=ROLE_WORDS)


@bp.route("/people/new", methods=["GET", "POST"])
@require("administrator")
def new() -> ResponseReturnValue:
    """Invites somebody; the one-time link is shown once."""
    form, reason = _person_form(), None
    if request.method == "POST" and form.validate():
        try:
            person, token = actions.invite(current_user, _details(form))
        except Refused as refused:
            reason = show_in(form, refused)
        else:
            db.session.commit()
            return _show_link(person, token)
    status = 422 if request.method == "POST" else 200
    return render("people/new.html", form=form, reason=reason, status=status)


@bp.get("/people/<uuid:person_id>")
@require("administrator")
def show(person_id: UUID) -> ResponseReturnValue:
    """Somebody: what they may do, their sessions, and what can be done about their account."""
    return _page(queries.one_of(current_user, person_id))


@bp.post("/people/<uuid:person_id>")
@require("administrator")
def change(person_id: UUID) -> ResponseReturnValue:
    """Name, e-mail, roles, teams."""
    person, form = queries.one_of(current_user, person_id), _person_form()
    if not form.validate():
        return _page(person, 422, form=form)
    try:
        actions.change_details(current_user, person, _details(form))
    except Refused as refused:
        return _refused(person_id, refused, form)
    db.session.commit()
    return _done(person, _("Saved."))


@bp.post("/people/<uuid:person_id>/disable")
@require("administrator")
def disable(person_id: UUID) -> ResponseReturnValue:
    """They may no longer sign in."""
    person, form = queries.one_of(current_user, person_id), DisableForm(request.form)
    if not form.validate():
        return _page(person, 422, disable=form)
    try:
        actions.disable(current_user, person, form.reason.data)
    except Refused as refused:
        return _refused(person_id, refused)
    db.session.commit()
    return _done(person, _("The account is disabled and all its sessions have ended."))


@bp.post("/people/<uuid:person_id>/enable")
@require("administrator")
def enable(person_id: UUID) -> ResponseReturnValue:
    """They may sign in again."""
    person = queries.one_of(current_user, person_id)
    actions.enable(current_user, person)
    db.session.commit()
    return _done(person, _("The account is enabled."))


@bp.post("/people/<uuid:person_id>/reset")
@require("administrator")
def reset(person_id: UUID) -> ResponseReturnValue:
    """A new one-time link, shown once; the old password and all sessions end."""
    person = queries.one_of(current_user, person_id)
    try:
        token = actions.reset_password(current_user, person)
    except Refused as refused:
        return _refused(person_id, refused)
    db.session.commit()
    return _show_link(person, token)


@bp.post("/people/<uuid:person_id>/sessions/<uuid:sign_in_id>/end")
@require("administrator")
def end_somebodys_session(person_id: UUID, sign_in_id: UUID) -> ResponseReturnValue:
    """One session of somebody."""
    row = queries.any_session(current_user, person_id, sign_in_id)
    actions.end_one_session(current_user, row)
    db.session.commit()
    return _done(row.person, _("That session has ended."))


@bp.get("/teams")
@require("administrator")
def teams() -> ResponseReturnValue:
    """The teams."""
    return _teams(200)


@bp.post("/teams")
@require("administrator")
def new_team() -> ResponseReturnValue:
    """A team more."""
    form = TeamForm(request.form)
    if not form.validate():
        return _teams(422, form)
    try:
        actions.make_team(form.name.data)
    except Refused as refused:
        return _teams(422, form, show_in(form, refused))
    db.session.commit()
    flash(_("Saved."), "info")
    return redirect(url_for("people.teams"), 303)


@bp.post("/teams/<uuid:team_id>")
@require("administrator")
def rename_team(team_id: UUID) -> ResponseReturnValue:
    """Another name."""
    team, form = queries.team(current_user, team_id), TeamForm(request.form, prefix=str(team_id))
    if not form.validate():
        return _teams(422, renamed=form)
    try:
        actions.rename_team(team, form.name.data)
    except Refused as refused:
        return _teams(422, reason=show_in(form, refused), renamed=form)
    db.session.commit()
    flash(_("Saved."), "info")
    return redirect(url_for("people.teams"), 303)


@bp.get("/devices")
@require("administrator")
def devices() -> ResponseReturnValue:
    """Every phone, tablet and computer that somebody has signed in on."""
    return render("people/devices.html", devices=queries.devices(current_user))


@bp.post("/devices/<uuid:device_id>/revoke")
@require("administrator")
def revoke_device(device_id: UUID) -> ResponseReturnValue:
    """Lost or stolen: all its sessions end."""
    actions.revoke_device(current_user, queries.device(current_user, device_id))
    db.session.commit()
    flash(_("The device is revoked and all its sessions have ended."), "info")
    return redirect(url_for("people.devices"), 303)


def _person_form() -> PersonForm:
    form = PersonForm(request.form)
    form.offer([row.team for row in queries.teams(current_user)])
    return form


def _details(form: PersonForm) -> actions.Details:
    hours = form.weekly_hours.data
    return actions.Details(
        form.name.data, form.email.data, form.roles.data, form.teams.data or [], hours * 60 if hours else None
    )


def _page(
    person: Person,
    status: int = 200,
    form: PersonForm | None = None,
    disable: DisableForm | None = None,
    reason: str | None = None,
) -> ResponseReturnValue:
    if form is None:
        form = PersonForm()
        form.offer([row.team for row in queries.teams(current_user)])
        form.show(person)
    return render(
        "people/show.html",
        person=person,
        form=form,
        disable=disable or DisableForm(),
        reason=reason,
        link=queries.open_link(current_user, person),
        sessions=queries.sessions(current_user, person),
        status=status,
    )


def _refused(person_id: UUID, refused: Refused, form: PersonForm | None = None) -> ResponseReturnValue:
    db.session.rollback()
    reason = show_in(form, refused) if form is not None else refused.reason
    return _page(queries.one_of(current_user, person_id), refused.status, form=form, reason=reason)


def _teams(
    status: int, form: TeamForm | None = None, reason: str | None = None, renamed: TeamForm | None = None
) -> ResponseReturnValue:
    teams = queries.teams(current_user)
    forms = {row.team.id: TeamForm(prefix=str(row.team.id), data={"name": row.team.name}) for row in teams}
    forms = {id: renamed if renamed is not None and renamed._prefix == f._prefix else f for id, f in forms.items()}
    return render("people/teams.html", form=form or TeamForm(), reason=reason, teams=teams, forms=forms, status=status)


def _show_link(person: Person, token: str) -> ResponseReturnValue:
    path = url_for("people.invitation", token=token)
    base = current_app.config["PUBLIC_URL"] or request.host_url.rstrip("/")
    return render("people/link.html", person=person, link=base + path, days=actions.INVITATION_LASTS.days, status=201)


def _done(person: Person, words: str) -> ResponseReturnValue:
    flash(words, "info")
    return redirect(url_for("people.show", person_id=person.id), 303)
