"""The supervisor's desk: the queue, reading, signing, sending back, calling back; what has not arrived."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from blueprints.people.access import require
from blueprints.reviews import absent, actions, answering, inputs, queries, reading
from blueprints.shared.db import db, now
from blueprints.shared.pages import render, wants_block
from blueprints.shared.refusal import Refused

bp = Blueprint("reviews", __name__)


@bp.get("/reviews")
@require("supervisor")
def index() -> ResponseReturnValue:
    """What waits, by visit."""
    return _desk(None)


@bp.get("/reviews/<uuid:unit_id>")
@require("supervisor")
def show(unit_id: UUID) -> ResponseReturnValue:
    """One visit (or lone note, or kiosk's answer) beside the queue; its block alone where only that is asked for."""
    return _desk(unit_id)


@bp.post("/reviews/<uuid:unit_id>/sign")
@require("supervisor")
def sign(unit_id: UUID) -> ResponseReturnValue:
    """Signs what was shown, then the next one."""
    following = _after(unit_id)
    try:
        actions.sign(current_user, unit_id, inputs.shown(request.form))
    except Refused as refused:
        return _refused(unit_id, refused)
    db.session.commit()
    flash(_("Signed."), "info")
    return redirect(following, 303)


@bp.post("/reviews/<uuid:unit_id>/return")
@require("supervisor")
def send_back(unit_id: UUID) -> ResponseReturnValue:
    """Sends what was shown back to its author, then the next one."""
    following, form = _after(unit_id), inputs.ReturnForm(request.form)
    shown, about = inputs.shown(request.form), inputs.about(request.form)
    try:
        actions.send_back(current_user, unit_id, shown, form.comment.data or "", about)
    except Refused as refused:
        return _refused(unit_id, refused, comment=form, about=about)
    db.session.commit()
    flash(_("Sent back."), "info")
    return redirect(following, 303)


@bp.post("/reviews/callbacks/<uuid:feedback_id>")
@require("supervisor")
def call_back(feedback_id: UUID) -> ResponseReturnValue:
    """Somebody has called and says what was done."""
    feedback, form = queries.one_feedback(current_user, feedback_id), inputs.CallForm(request.form)
    unit_id = feedback.visit_id or feedback.id
    try:
        actions.call_back(current_user, feedback, form.words.data or "", now())
    except Refused as refused:
        return _refused(unit_id, refused, call=form, called=feedback_id)
    db.session.commit()
    return redirect(url_for("reviews.show", unit_id=unit_id, **inputs.QueueForm(request.args).address()), 303)


@bp.get("/returns/<uuid:return_id>")
@require("coordinator", "supervisor")
def answer(return_id: UUID) -> ResponseReturnValue:
    """What was sent back to this person, to be put right; a page of the pack."""
    returned = queries.one_return(current_user, return_id)
    return render("reviews/answer.html", returned=returned, **answering.filled(returned))


@bp.get("/missing")
@require("supervisor")
def missing() -> ResponseReturnValue:
    """What should be here and is not; each line leads to what can be done about it."""
    return _missing()


@bp.post("/missing/<uuid:device_id>/explain")
@require("supervisor")
def explain(device_id: UUID) -> ResponseReturnValue:
    """Somebody knows why a phone's numbers have a gap."""
    form = inputs.GapForm(request.form)
    gap = absent.one_gap(current_user, device_id, form.first.data or 0)
    try:
        actions.explain(current_user, device_id, gap.first, gap.last, form.reason.data or "")
    except Refused as refused:
        db.session.rollback()
        form.reason.errors = list(refused.messages.values())
        return _missing(refused.status, gap=(device_id, gap.first), form=form)
    db.session.commit()
    flash(_("Noted. It is no longer looked for."), "info")
    return redirect(url_for("reviews.missing"), 303)


def _missing(status: int = 200, **typed: Any) -> ResponseReturnValue:
    return render(
        "reviews/missing.html",
        status=status,
        ended=absent.ended(current_user),
        unheard=absent.unheard(current_user),
        gaps=absent.gaps(current_user),
        explained=absent.explained(current_user),
        silent=absent.silent(current_user),
        own=queries.own_waiting(current_user),
        **{"gap": None, "form": inputs.GapForm(), **typed},
    )


def _desk(unit_id: UUID | None, status: int = 200, **typed: Any) -> ResponseReturnValue:
    """The whole desk; where htmx wants the reading alone, that block, without a query for the queue."""
    form = inputs.QueueForm(request.args)
    item = reading.item(current_user, unit_id) if unit_id else None
    here = {"filter": form, "item": item, "comment": inputs.ReturnForm(), "call": inputs.CallForm(), **typed}
    if wants_block() and request.htmx.target == "item":  # type: ignore[attr-defined]
        return render("reviews/index.html", "item", status, **here)
    wanted = form.wanted
    form.offer(*queries.filters(current_user))
    return render(
        "reviews/index.html",
        "desk",
        status,
        queue=queries.queue(current_user, wanted),
        overdue=absent.ended(current_user, limit=10, back=absent.LATELY),
        fragment=wants_block(),
        teams=[
            chip | {"url": url_for("reviews.index", **form.address(team=chip["team"]))} for chip in form.team_links()
        ],
        step=inputs.STEP,
        **here,
    )


def _after(unit_id: UUID) -> str:
    """Where to go once this one is done: the next of the filtered queue, else the one before, else the queue."""
    form = inputs.QueueForm(request.args)
    ids = queries.order(current_user, form.wanted)
    place = ids.index(unit_id) if unit_id in ids else -1
    rest = [*ids[place + 1 :], *reversed(ids[: max(place, 0)])]
    if not rest:
        return url_for("reviews.index", **form.address())
    return url_for("reviews.show", unit_id=rest[0], **form.address())


def _refused(unit_id: UUID, refused: Refused, **typed: Any) -> ResponseReturnValue:
    """The desk again with the reason, and everything that was typed."""
    db.session.rollback()
    response = make_response(_desk(unit_id, refused.status, problem=refused, **typed))
    response.headers["HX-Push-Url"] = "false"  # the address of a POST is no page to come back to
    return response
