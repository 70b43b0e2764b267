"""Where notes come in: at a visit, without one, or for a visit that only a phone knows yet; and the list of formats."""

from datetime import datetime
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
from blueprints.notes import actions, inputs, queries
from blueprints.notes.models import Note, NoteFormat, NoteVersion
from blueprints.people.access import require
from blueprints.reviews.queries import signatures_of
from blueprints.shared.db import db, local
from blueprints.shared.pages import render
from blueprints.shared.refusal import Refused
from blueprints.visits import queries as visits
from blueprints.visits.models import Visit

bp = Blueprint("notes", __name__)


@bp.get("/visits/<uuid:visit_id>/notes/<format>")
@require("coordinator", "supervisor")
def at_visit(visit_id: UUID, format: str) -> ResponseReturnValue:
    """The page on which a note about a visit is written; a page of the pack."""
    visit = visits.one_to_make(current_user, visit_id)
    values = _values(visit.started_at or visit.starts_at)
    return _page(format, visit, visit.client, values=values, papers=papers(visit))


@bp.get("/clients/<uuid:client_id>/notes/<format>")
@require("coordinator", "supervisor")
def at_case(client_id: UUID, format: str) -> ResponseReturnValue:
    """The page on which a note without a visit is written."""
    client = clients.one_of(current_user, client_id)
    return _page(format, None, client)


@bp.get("/notes/<format>/blank")
@require("coordinator")
def blank(format: str) -> ResponseReturnValue:
    """A note for a visit that only this phone knows yet: script puts the visit's id in place of the zeros."""
    return _page(format, None, None)


@bp.post("/visits/<uuid:visit_id>/notes/<format>")
@takes("note")
def take_at_visit(incoming: Incoming, visit_id: UUID, format: str) -> None:
    """A note about a visit that whoever asks may see."""
    visit = visits.one_to_make(incoming.person, visit_id)
    _take(incoming, visit.client, visit, queries.format_of(format))


@bp.post("/clients/<uuid:client_id>/notes/<format>")
@takes("note")
def take_at_case(incoming: Incoming, client_id: UUID, format: str) -> None:
    """A note about a client whose case whoever asks may open."""
    _take(incoming, clients.one_of(incoming.person, client_id), None, queries.format_of(format))


@bp.get("/clients/<uuid:client_id>/notes/<uuid:note_id>/<any(addendum, amendment):what>")
@require("coordinator", "supervisor")
def more(client_id: UUID, note_id: UUID, what: str) -> ResponseReturnValue:
    """The page on which the author of a signed note adds to it or amends it; a page of the pack."""
    note, signed = queries.own_to_continue(current_user, client_id, note_id)
    waits = signed is not note.versions[-1]
    return render("notes/more.html", note=note, signed=signed, what=what, waits=waits, values=_said_in(signed))


@bp.post("/clients/<uuid:client_id>/notes/<uuid:note_id>/<any(addendum, amendment):what>")
@takes("note")
def take_more(incoming: Incoming, client_id: UUID, note_id: UUID, what: str) -> None:
    """An addendum to a signed note, or an amendment; or the next version of one that was sent back."""
    note = queries.one_of(incoming.person, client_id, note_id)
    if what == "addendum":
        _take_addendum(incoming, note)
    else:
        _take_amendment(incoming, note)


@bp.get("/clients/<uuid:client_id>/notes/<uuid:note_id>/versions")
@require("coordinator", "supervisor")
def versions(client_id: UUID, note_id: UUID) -> ResponseReturnValue:
    """A note with all its versions and their times, two of them side by side, and what was said to it."""
    return _versions(queries.one_of(current_user, client_id, note_id))


@bp.post("/clients/<uuid:client_id>/notes/<uuid:note_id>/mistake")
@require("coordinator", "supervisor")
def enter_in_error(client_id: UUID, note_id: UUID) -> ResponseReturnValue:
    """It was entered in error: it stays, struck, with the reason."""
    try:
        note = queries.to_mark(current_user, client_id, note_id)
        actions.enter_in_error(current_user, note, inputs.ReasonForm(request.form).reason.data or "")
    except Refused as refused:
        return _versions(queries.one_of(current_user, client_id, note_id), refused)
    db.session.commit()
    return redirect(url_for("notes.versions", client_id=client_id, note_id=note_id), 303)


@bp.post("/clients/<uuid:client_id>/notes/<uuid:note_id>/statement")
@require("coordinator", "supervisor")
def take_down_statement(client_id: UUID, note_id: UUID) -> ResponseReturnValue:
    """The client's own words to it, taken down by whoever is signed in."""
    note = queries.one_of(current_user, client_id, note_id)
    try:
        actions.take_down_statement(current_user, note, inputs.StatementForm(request.form).words.data or "")
    except Refused as refused:
        return _versions(note, refused)
    db.session.commit()
    return redirect(url_for("notes.versions", client_id=client_id, note_id=note_id), 303)


def _versions(note: Note, problem: Refused | None = None) -> ResponseReturnValue:
    older, newer = inputs.two_of(note.versions, request.args)
    return render(
        "notes/versions.html",
        status=problem.status if problem else 200,
        note=note,
        older=older,
        newer=newer,
        compared=queries.compared(older, newer),
        signatures=signatures_of(note.id),
        signed=queries.signed_version(note),
        may_mark=queries.may_mark(current_user, note),
        problem=problem,
        reason=inputs.ReasonForm(request.form),
        statement=inputs.StatementForm(request.form),
    )


def _take_addendum(incoming: Incoming, note: Note) -> None:
    words, times = inputs.read_addendum(incoming.fields), (incoming.recorded, incoming.received)
    added = words.body["addendum"]
    if incoming.corrects is None:
        signed = queries.to_add_to(incoming.writer, note, incoming.base)
        actions.add_to(signed, incoming.id, added, words.reason, *times)
    else:
        signed = queries.to_rewrite_addition(incoming.writer, incoming.corrects, note, "addendum")
        body = actions.with_addendum(signed, note.versions[-1].added, added)
        actions.rewrite(note, incoming.id, body, signed.occurred, *times, words.reason)


def _take_amendment(incoming: Incoming, note: Note) -> None:
    words, times = inputs.read_amendment(note.shape, incoming.fields), (incoming.recorded, incoming.received)
    if incoming.corrects is None:
        signed = queries.to_add_to(incoming.writer, note, incoming.base)
        actions.amend(signed, incoming.id, words.body, words.occurred or signed.occurred, words.reason, *times)
    else:
        signed = queries.to_rewrite_addition(incoming.writer, incoming.corrects, note, "amendment")
        body = words.body | signed.addenda
        actions.rewrite(note, incoming.id, body, words.occurred or signed.occurred, *times, words.reason)


def _take(incoming: Incoming, client: Client, visit: Visit | None, format: NoteFormat) -> None:
    words = inputs.read(format, incoming.fields)
    begun = (visit.started_at or visit.starts_at) if visit else incoming.happened_at
    said = (words.body, words.occurred or begun, incoming.recorded, incoming.received)
    if incoming.corrects is None:
        actions.write(incoming.id, incoming.writer, client, visit, format, *said)
    else:
        note = queries.to_rewrite(incoming.writer, incoming.corrects, client, visit, format)
        actions.rewrite(note, incoming.id, *said)


def _page(key: str, visit: Visit | None, client: Client | None, **context: Any) -> ResponseReturnValue:
    """The page on which a note is written; 404 for a format that is retired."""
    formats = queries.formats()
    format = next((each for each in formats if each.key == key), None) or abort(404)
    values = {"values": {}, **context}
    return render("notes/write.html", visit=visit, client=client, format=format, formats=formats, **values)


def _said_in(version: NoteVersion) -> dict[str, str]:
    """What stands in the form of an amendment as it opens: the text that is signed."""
    return {**version.body, **_values(version.occurred)}


def _values(occurred: datetime) -> dict[str, str]:
    """What stands in the form as it opens."""
    moment = local(occurred)
    return {"occurred_day": moment.strftime("%Y-%m-%d"), "occurred_time": moment.strftime("%H:%M")}


@bp.get("/notes/formats")
@require("administrator")
def formats() -> ResponseReturnValue:
    """The formats in which notes are written, who decided, and a form to add one."""
    return _formats(inputs.FormatForm())


@bp.post("/notes/formats")
@require("administrator")
def add_format() -> ResponseReturnValue:
    """One more format: new pages offer it from now on."""
    form = inputs.FormatForm(request.form)
    if not form.validate():
        return _formats(form, status=422)
    try:
        format = actions.add_format(current_user, form.labels, form.written())
    except Refused as refused:
        return _formats(form, refused.reason, refused.status)
    db.session.commit()
    flash(_("Notes can now be written as “%(name)s”.", name=format.label), "info")
    return redirect(url_for("notes.formats"), 303)


@bp.post("/notes/formats/<key>/retire")
@require("administrator")
def retire_format(key: str) -> ResponseReturnValue:
    """No new page offers it any more."""
    try:
        actions.retire_format(current_user, queries.format_of(key))
    except Refused as refused:
        return _formats(inputs.FormatForm(), refused.reason, refused.status)
    db.session.commit()
    return redirect(url_for("notes.formats"), 303)


@bp.post("/notes/formats/<key>/bring-back")
@require("administrator")
def bring_back_format(key: str) -> ResponseReturnValue:
    """New pages offer it again."""
    try:
        actions.bring_back_format(current_user, queries.format_of(key))
    except Refused as refused:
        return _formats(inputs.FormatForm(), refused.reason, refused.status)
    db.session.commit()
    return redirect(url_for("notes.formats"), 303)


def _formats(form: inputs.FormatForm, reason: str = "", status: int = 200) -> ResponseReturnValue:
    if reason:
        db.session.rollback()
    return render("notes/formats.html", status=status, formats=queries.every_format(), form=form, reason=reason)
