"""Where rounds and visits come in: a coordinator's day, one visit, what a phone says of it; the planning."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from blueprints.captures.incoming import Incoming, takes
from blueprints.checklists.queries import papers
from blueprints.clients import queries as clients
from blueprints.clients.models import Client
from blueprints.forms.queries import asked_after_a_visit, language
from blueprints.notes.queries import formats as note_formats
from blueprints.people.access import require, supervised_teams
from blueprints.people.models import Person
from blueprints.reviews.queries import open_returns
from blueprints.shared.db import db, local, now, today
from blueprints.shared.inputs import identity, one_line
from blueprints.shared.pages import render
from blueprints.shared.refusal import Refused
from blueprints.shared.words import fold
from blueprints.visits import actions, inputs, planning, queries, reading, wording
from blueprints.visits.models import OPEN, Visit

bp = Blueprint("visits", __name__)
for _filter in wording.FILTERS:
    bp.add_app_template_filter(_filter)


@bp.get("/today", endpoint="today")
@require("coordinator")
def this_day() -> ResponseReturnValue:
    """The round of the day; what the phone opens first."""
    return _round(today(), returns=open_returns(current_user))


@bp.get("/rounds/<day>", endpoint="round")
@require("coordinator")
def other_day(day: str) -> ResponseReturnValue:
    """The round of another day."""
    try:
        found = date.fromisoformat(day)
    except ValueError:
        abort(404)
    if str(found) != day or abs((found - today()).days) > 731:
        abort(404)
    return _round(found)


def _round(day: date, returns: Any = ()) -> ResponseReturnValue:
    visits, lists = queries.round_of(current_user, day), queries.checklists()
    next_visit = queries.next_of(visits)
    at = visits.index(next_visit) if next_visit else len(visits)
    return render(
        "visits/round.html",
        day=day,
        is_today=day == today(),
        yesterday=day - timedelta(days=1),
        tomorrow=day + timedelta(days=1),
        visits=visits,
        before=visits[:at],
        next_visit=next_visit,
        after=visits[at + 1 :],
        arrived=queries.arrived(visits),
        names=queries.form_names(lists),
        points=queries.form_points(lists),
        cover=queries.cover_for(current_user, day),
        returns=returns,
        open=OPEN,
    )


@bp.get("/visits/<uuid:visit_id>")
@require("coordinator", "supervisor")
def show(visit_id: UUID) -> ResponseReturnValue:
    """One visit: what to do there, what was sent, what became of it. A page of the pack."""
    visit = queries.one_of(current_user, visit_id)
    here = queries.arrived([visit])[visit.id]
    return render(
        "visits/show.html",
        visit=visit,
        own=queries.is_own(current_user, visit),
        papers=papers(visit),
        formats=note_formats(),
        here=here,
        read=reading.papers(here),
        reads=visit.client.team_id in supervised_teams(current_user),
        returns={row.text_id: row for row in open_returns(current_user)},
    )


@bp.get("/visits/new")
@require("coordinator")
def new() -> ResponseReturnValue:
    """An unplanned visit: whom, how, what for. After it, the blank pages. A page of the pack."""
    own = queries.own_clients(current_user)
    return render("visits/new.html", clients=own, lists=queries.checklists(), formats=note_formats(),
                  survey=asked_after_a_visit(), language=language())  # fmt: skip


@bp.post("/visits")
@takes("visit")
def create(incoming: Incoming) -> None:
    """An unplanned visit to a client of whoever asks; its id is the capture's."""
    said = inputs.unplanned(incoming.fields)
    if not incoming.writer.has("coordinator"):
        abort(404)
    client = clients.one_of(incoming.person, said.client)
    actions.add_unplanned(
        incoming.id, client, incoming.writer, kind=said.kind, purpose=said.purpose, at=incoming.happened_at,
        received=incoming.received,
    )  # fmt: skip


@bp.post("/visits/<uuid:visit_id>/status")
@takes("status")
def set_status(incoming: Incoming, visit_id: UUID) -> None:
    """What became of a visit, or its times set right."""
    visit, fields = queries.one_to_make(incoming.person, visit_id), incoming.fields
    facts: dict[str, Any] = {"id": incoming.id, "at": incoming.happened_at, "received": incoming.received,
                             "reason": inputs.reason_in(fields)}  # fmt: skip
    if fields.get("status") == "corrected":
        day = local(visit.started_at or visit.starts_at).date()
        actions.correct_times(visit, *inputs.TimesForm(fields).moments(day), incoming.writer, **facts)
    else:
        actions.set_status(visit, fields.get("status", ""), incoming.writer, base=incoming.base, **facts)


@bp.get("/planning", endpoint="planning")
@require("supervisor")
def week() -> ResponseReturnValue:
    """The week of a team."""
    return _week(inputs.CoverForm())


def _week(cover: inputs.CoverForm, refused: Refused | None = None) -> ResponseReturnValue:
    asked = inputs.WeekForm(request.args)
    teams = clients.teams(current_user)
    asked.offer(teams)
    team, monday = planning.one_team(current_user, asked.team.data), asked.monday()
    people = clients.coordinators([team.id])
    cover.offer(people)
    due, due_in_all = planning.due(team)
    return render(
        "visits/planning.html",
        status=refused.status if refused else 200,
        week=planning.week_of(current_user, team, monday, people),
        teams=teams,
        unknown_week=bool(asked.week.data) and inputs.monday_of(asked.week.data) is None,
        previous=monday - timedelta(days=7),
        next=monday + timedelta(days=7),
        today=today(),
        moment=now(),
        due=due,
        due_in_all=due_in_all,
        names=queries.form_names(queries.checklists()),
        cover_form=cover,
        refused=refused,
        is_late=queries.is_late,
        is_overdue=queries.is_overdue,
    )


@bp.route("/planning/visits/new", methods=["GET", "POST"])
@require("supervisor")
def plan() -> ResponseReturnValue:
    """A new visit: first whom, then when and by whom."""
    form = inputs.PlanForm(request.form if request.method == "POST" else request.args)
    client_id = identity(form.client.data)
    if client_id is None:
        words = one_line(request.args.get("q"))[:100]
        return render("visits/plan_whom.html", words=words,
                      clients=planning.clients_to_plan(current_user, fold(words).split()))  # fmt: skip
    client = clients.one_supervised(current_user, client_id)
    form.offer(clients.coordinators([client.team_id]), queries.form_names(queries.checklists()))
    if request.method != "POST":
        form.suggest(client, request.args)
        return _plan(client, form)
    return _plan_it(client, form) if form.validate() else _plan(client, form, status=422)


def _plan(client: Client, form: inputs.PlanForm, refused: Refused | None = None, status: int = 200
          ) -> ResponseReturnValue:  # fmt: skip
    return render("visits/plan.html", status=status, client=client, form=form, refused=refused)


def _plan_it(client: Client, form: inputs.PlanForm) -> ResponseReturnValue:
    try:
        visit = actions.plan(
            client, _coordinator(client.team_id, form.coordinator.data), form.starts_at(), form.length(),
            current_user, kind=form.kind.data, purpose=form.purpose.data, forms=form.forms.data,
            confirmed=form.confirmed.data,
        )  # fmt: skip
    except Refused as refused:
        db.session.rollback()
        return _plan(client, form, refused, refused.status)
    db.session.commit()
    flash(_("The visit is planned."), "info")
    return redirect(_week_of(visit), 303)


def _coordinator(team_id: UUID, person_id: UUID) -> Person:
    return next((one for one in clients.coordinators([team_id]) if one.id == person_id), None) or abort(404)


def _week_of(visit: Visit) -> str:
    day = local(visit.starts_at)
    return url_for("visits.planning", week=f"{day:%G-W%V}", team=visit.client.team_id)


@bp.get("/planning/visits/<uuid:visit_id>")
@require("supervisor")
def planned(visit_id: UUID) -> ResponseReturnValue:
    """One visit of the planning: move it, give it to somebody else, cancel it."""
    return _planned(queries.one_to_plan(current_user, visit_id))


def _planned(
    visit: Visit,
    *,
    move: inputs.MoveForm | None = None,
    give: inputs.GiveForm | None = None,
    cancel: inputs.CancelForm | None = None,
    refused: Refused | None = None,
) -> ResponseReturnValue:
    given = move or give or cancel
    give = give or inputs.GiveForm(coordinator=visit.coordinator_id)
    give.offer(clients.coordinators([visit.client.team_id]))
    move = move or inputs.MoveForm.of(visit, local(visit.starts_at))
    status = refused.status if refused else 422 if given else 200
    return render("visits/planned.html", status=status, visit=visit, refused=refused, given=given, moment=now(),
                  is_late=queries.is_late, names=queries.form_names(queries.checklists()), week=_week_of(visit),
                  move=move, give=give, cancel=cancel or inputs.CancelForm())  # fmt: skip


@bp.post("/planning/visits/<uuid:visit_id>/move")
@require("supervisor")
def move(visit_id: UUID) -> ResponseReturnValue:
    """Another day, time or length."""
    visit, form = queries.one_to_plan(current_user, visit_id, lock=True), inputs.MoveForm(request.form)
    if not form.validate():
        return _planned(visit, move=form)
    try:
        actions.move(visit, form.starts_at(), form.length(), current_user, version=form.version.data,
                     confirmed=form.confirmed.data)  # fmt: skip
    except Refused as refused:
        return _planned(_anew(visit_id), move=form, refused=refused)
    return _done(visit, _("The visit was moved."))


@bp.post("/planning/visits/<uuid:visit_id>/give")
@require("supervisor")
def give(visit_id: UUID) -> ResponseReturnValue:
    """Somebody else makes it."""
    visit, form = queries.one_to_plan(current_user, visit_id, lock=True), inputs.GiveForm(request.form)
    form.offer(clients.coordinators([visit.client.team_id]))
    if not form.validate():
        return _planned(visit, give=form)
    try:
        actions.give(visit, _coordinator(visit.client.team_id, form.coordinator.data), current_user,
                     version=form.version.data, confirmed=form.confirmed.data)  # fmt: skip
    except Refused as refused:
        return _planned(_anew(visit_id), give=form, refused=refused)
    return _done(visit, _("The visit was given to %(who)s.", who=visit.coordinator.name))


@bp.post("/planning/visits/<uuid:visit_id>/cancel")
@require("supervisor")
def cancel(visit_id: UUID) -> ResponseReturnValue:
    """It does not take place."""
    visit, form = queries.one_to_plan(current_user, visit_id, lock=True), inputs.CancelForm(request.form)
    if not form.validate():
        return _planned(visit, cancel=form)
    try:
        actions.cancel(visit, form.status.data, form.reason.data, current_user, version=form.version.data)
    except Refused as refused:
        return _planned(_anew(visit_id), cancel=form, refused=refused)
    return _done(visit, _("The visit was cancelled."))


def _anew(visit_id: UUID) -> Visit:
    """The visit as it stands: nothing of what was refused may be seen, or stay."""
    db.session.rollback()
    return queries.one_to_plan(current_user, visit_id)


def _done(visit: Visit, words: str) -> ResponseReturnValue:
    db.session.commit()
    flash(words, "info")
    return redirect(_week_of(visit), 303)


@bp.post("/planning/cover")
@require("supervisor")
def cover() -> ResponseReturnValue:
    """A colleague stands in. The week and team of the address are those that the page comes back to."""
    team = planning.one_team(current_user, inputs.WeekForm(request.args).team.data)
    form = inputs.CoverForm(request.form)
    form.offer(clients.coordinators([team.id]))
    if not form.validate():
        return _week(form, Refused(_("Please check what you have entered. Nothing is lost.")))
    try:
        actions.cover(_coordinator(team.id, form.away.data), _coordinator(team.id, form.stand_in.data),
                      *form.days(), current_user)  # fmt: skip
    except Refused as refused:
        db.session.rollback()
        return _week(form, refused)
    db.session.commit()
    flash(_("The cover is noted."), "info")
    return redirect(url_for("visits.planning", team=team.id, week=f"{form.first_day.data:%G-W%V}"), 303)


@bp.post("/planning/cover/<uuid:cover_id>/end")
@require("supervisor")
def end_cover(cover_id: UUID) -> ResponseReturnValue:
    """The one who was away is back."""
    row = planning.one_cover(current_user, cover_id)
    actions.end_cover(row)
    db.session.commit()
    flash(_("The cover has ended."), "info")
    return redirect(url_for("visits.planning", week=request.args.get("week"), team=request.args.get("team")), 303)
