"""Where cases come in: the list, one case, and what a supervisor changes in it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from blueprints.clients import actions, inputs, queries, timeline
from blueprints.clients.models import ALERT_LEVELS, Alert, Client
from blueprints.forms import queries as forms
from blueprints.notes.queries import formats as note_formats
from blueprints.people.access import require, supervised_teams
from blueprints.people.models import Team
from blueprints.shared.db import db
from blueprints.shared.pages import render
from blueprints.shared.refusal import Refused
from blueprints.shared.words import fold

bp = Blueprint("clients", __name__)


@bp.app_template_filter()
def alert_icon(alert: Alert) -> str:
    """The sign that stands before an alert: a key for a way in, a dog for a dog."""
    if alert.level == "access":
        return "key-round"
    return "dog" if {"chien", "chiens", "dog", "dogs"} & set(fold(alert.words).split()) else "triangle-alert"


@bp.app_template_filter()
def danger_first(alerts: Iterable[Alert]) -> list[Alert]:
    """Alerts as they should be read: what is dangerous, what needs care, how to get in."""
    return sorted(alerts, key=lambda alert: (ALERT_LEVELS.index(alert.level), alert.id))


@bp.get("/clients")
@require("coordinator", "supervisor")
def index() -> ResponseReturnValue:
    """The list; its state is its address."""
    form = inputs.ListForm(request.args)
    form.validate()
    teams = queries.teams(current_user)
    form.offer(teams, queries.coordinators([team.id for team in teams]))
    found = queries.found(
        current_user, form.q.data or "", form.team.data, form.coordinator.data, form.archived.data, form.page.data or 1
    )
    return render("clients/index.html", form=form, found=found, next_visits=queries.next_visits(found.clients),
                  may_change=bool(teams), address=_address)  # fmt: skip


def _address(**changes: object) -> str:
    """The list's address with some of its state changed; what is None or empty is left out."""
    state: dict[str, Any] = {**request.args.to_dict(), **changes}
    return url_for("clients.index", **{name: value for name, value in state.items() if value not in (None, "")})


@bp.get("/clients/<uuid:client_id>")
@require("coordinator", "supervisor")
def show(client_id: UUID) -> ResponseReturnValue:
    """The case. A page of the pack."""
    client = queries.one_of(current_user, client_id)
    return _show(client)


def _show(client: Client, refused: Refused | None = None) -> ResponseReturnValue:
    asked = inputs.TimelineForm(request.args)
    may_change = client.team_id in supervised_teams(current_user)
    assign = inputs.AssignForm()
    assign.offer(queries.coordinators([client.team_id]) if may_change else [])
    return render(
        "clients/show.html",
        status=refused.status if refused else 200,
        client=client,
        page=timeline.of(client, asked.show.data, asked.moment()),
        show=asked.show.data,
        upcoming=timeline.upcoming(client),
        names=timeline.form_names(),
        formats=note_formats(),
        may_change=may_change,
        assign_form=assign,
        refused=refused,
    )


@bp.route("/clients/new", methods=["GET", "POST"])
@require("supervisor")
def new() -> ResponseReturnValue:
    """A new case."""
    form = _form(inputs.ClientForm(request.form))
    if request.method != "POST" or not form.validate():
        return _edit(None, form, 422 if request.method == "POST" else 200)
    try:
        client = actions.create(_team(form), form.details())
    except Refused as refused:
        return _edit(None, form, refused.status, refused)
    db.session.commit()
    flash(_("The case is created."), "info")
    return redirect(url_for("clients.show", client_id=client.id), 303)


@bp.route("/clients/<uuid:client_id>/edit", methods=["GET", "POST"])
@require("supervisor")
def edit(client_id: UUID) -> ResponseReturnValue:
    """What stands in the case."""
    client = queries.one_supervised(current_user, client_id, lock=request.method == "POST")
    if request.method != "POST":
        return _edit(client, _form(inputs.ClientForm(obj=client, team=client.team_id)))
    form = _form(inputs.ClientForm(request.form))
    if not form.validate():
        return _edit(client, form, 422)
    try:
        actions.edit(client, _team(form), form.details(), form.version.data or 0)
    except Refused as refused:
        db.session.rollback()
        return _edit(queries.one_supervised(current_user, client_id), form, refused.status, refused)
    db.session.commit()
    flash(_("The case is saved."), "info")
    return redirect(url_for("clients.show", client_id=client_id), 303)


def _form(form: inputs.ClientForm) -> inputs.ClientForm:
    titles = {version.form_id: version.title(forms.language()) for version in forms.current("checklist")}
    form.offer(queries.teams(current_user), titles)
    return form


def _team(form: inputs.ClientForm) -> Team:
    return next((team for team in queries.teams(current_user) if team.id == form.team.data), None) or abort(404)


def _edit(
    client: Client | None, form: inputs.ClientForm, status: int = 200, refused: Refused | None = None
) -> ResponseReturnValue:
    changed = form.differences(client) if client is not None and refused is not None and refused.status == 409 else []
    if changed and client is not None:
        form.version.data, form.version.raw_data = client.version, None  # they have seen it: saving again is meant
    form.blame(refused.messages if refused else {})
    return render("clients/edit.html", status=status, client=client, form=form, refused=refused, changed=changed)


@bp.post("/clients/<uuid:client_id>/archive")
@require("supervisor")
def archive(client_id: UUID) -> ResponseReturnValue:
    """Closes the case; nothing is deleted."""
    client = queries.one_supervised(current_user, client_id, lock=True)
    try:
        actions.archive(client, current_user)
    except Refused as refused:
        return _show(client, refused)
    return _back(client, _("The case is archived."))


@bp.post("/clients/<uuid:client_id>/restore")
@require("supervisor")
def restore(client_id: UUID) -> ResponseReturnValue:
    """Opens it again."""
    client = queries.one_supervised(current_user, client_id, lock=True)
    actions.restore(client)
    return _back(client, _("The case is open again."))


@bp.post("/clients/<uuid:client_id>/assign")
@require("supervisor")
def assign(client_id: UUID) -> ResponseReturnValue:
    """A coordinator looks after the client from now on."""
    client, form = queries.one_supervised(current_user, client_id, lock=True), inputs.AssignForm(request.form)
    people = queries.coordinators([client.team_id])
    form.offer(people)
    if not form.validate():
        return _show(client, Refused(_("Choose a coordinator of the team.")))
    person = next(one for one in people if one.id == form.coordinator.data)
    actions.assign(client, person, current_user)
    return _back(client, _("%(who)s now looks after %(client)s.", who=person.name, client=client.name))


@bp.post("/clients/<uuid:client_id>/assignments/<uuid:assignment_id>/end")
@require("supervisor")
def end_assignment(client_id: UUID, assignment_id: UUID) -> ResponseReturnValue:
    """A coordinator no longer looks after the client."""
    client = queries.one_supervised(current_user, client_id, lock=True)
    actions.end_assignment(queries.assignment_of(client, assignment_id), current_user)
    return _back(client, _("The assignment has ended."))


def _back(client: Client, words: str) -> ResponseReturnValue:
    db.session.commit()
    flash(words, "info")
    return redirect(url_for("clients.show", client_id=client.id), 303)
