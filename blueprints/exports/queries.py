"""What can be asked about exports, and which answers a person may take with them. Everything takes the person who asks.

A supervisor has what clients of their teams were asked, whole. Managers and administrators have the answers of all
teams without whom they are about: what can be counted (choices, scales, numbers), by day, without names, words or
places. A kiosk's answers follow the rules of their own list, for whoever may read it.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from werkzeug.exceptions import NotFound

from blueprints.checklists.models import Checklist, ChecklistVersion
from blueprints.clients.models import Client
from blueprints.exports.cells import is_number
from blueprints.exports.models import Export
from blueprints.exports.tables import ROW, Cell, Filling
from blueprints.forms.engine import Definition, Question
from blueprints.forms.models import Form, FormVersion
from blueprints.forms.queries import as_filled, clock_of, definition_of
from blueprints.kiosks.models import Kiosk
from blueprints.people.access import day_bounds, supervised_teams
from blueprints.people.models import Person, Team
from blueprints.shared.db import db, now
from blueprints.surveys.models import Feedback
from blueprints.surveys.queries import readable_months
from blueprints.visits.models import Visit

BATCH = 500  # filled forms that are in memory at a time
KEPT = timedelta(days=1)  # an export, before it is thrown away
LIFELESS = timedelta(minutes=2)  # without a sign of life, after which nobody makes it any more
COUNTED = {"select_one", "select_multiple", "rank", "range", "integer", "decimal", "acknowledge", "calculate"}
WORDS = {"text", "barcode", "image", "audio", "video", "file", "signature", "geopoint", "geotrace", "geoshape"}


def one(person: Person, export_id: UUID) -> Export:
    """What this person had made, as long as it is kept. Raises NotFound (404)."""
    found = db.session.get(Export, export_id)
    if found is None or found.by_id != person.id or found.at < now() - KEPT:
        raise NotFound
    return found


def latest(person: Person, limit: int = 10) -> Sequence[Export]:
    """What this person had made in the last day, the newest first."""
    query = select(Export).where(Export.by_id == person.id, Export.at >= now() - KEPT)
    return db.session.scalars(query.order_by(Export.at.desc(), Export.id.desc()).limit(limit)).all()


def is_lifeless(export: Export) -> bool:
    """Whether nobody makes it any more: the server was stopped meanwhile."""
    return export.state == "making" and export.beat < now() - LIFELESS


def forms() -> list[tuple[Form, list[FormVersion]]]:
    """Every form with its versions, the newest first; definitions hold no personal data."""
    return [(form, form.versions) for form in db.session.scalars(select(Form).order_by(Form.use, Form.id))]


def teams(person: Person) -> list[tuple[UUID, str]]:
    """The teams whose answers this person may take: (id, name), by name."""
    query = select(Team.id, Team.name).order_by(Team.name)
    if not person.has("manager", "administrator"):
        query = query.where(Team.id.in_(supervised_teams(person)))
    return [(id, name) for id, name in db.session.execute(query)]


def definitions(export: Export) -> list[Definition]:
    """The definitions of the versions that are exported, the newest first."""
    query = select(FormVersion.version).where(FormVersion.form_id == export.form_id)
    if export.versions:
        query = query.where(FormVersion.version.in_(export.versions))
    found = db.session.scalars(query.order_by(FormVersion.published_at.desc(), FormVersion.version))
    return [definition_of(export.form_id, version) for version in found]


def count(person: Person, export: Export) -> int:
    """How many filled forms there are to look at."""
    parts = (_checklists(person, export), _feedback(person, export))
    return sum(
        db.session.scalar(select(func.count()).select_from(part.order_by(None).subquery())) or 0 for part in parts
    )


@dataclass(frozen=True)
class Batch:
    """Some filled forms, and how many were looked at for them."""

    fillings: list[Filling]
    looked_at: int


def batches(person: Person, export: Export) -> Iterator[Batch]:
    """All filled forms that this person may take, BATCH at a time, in the order in which they came.

    They are read on a connection of their own, in one pass, while the session goes on saying how far it is.
    """
    whole = set(supervised_teams(person))
    for rows in _pages(_checklists(person, export), ChecklistVersion.received, ChecklistVersion.id):
        yield Batch([_checklist(export, row, row.team_id in whole) for row in rows], len(rows))
    months = readable_months(person, *_days(export))
    for rows in _pages(_feedback(person, export), Feedback.received, Feedback.id):
        found = (_answered(export, row, row.team_id in whole, months) for row in rows)
        yield Batch([filling for filling in found if filling], len(rows))


def _pages(query: Select[Any], received: Any, id: Any) -> Iterator[Sequence[Any]]:
    with (
        db.engine.connect() as connection,
        connection.execution_options(yield_per=BATCH).execute(query.order_by(received, id)) as found,
    ):
        yield from found.partitions()


def _days(export: Export) -> tuple[datetime | None, datetime | None]:
    return (
        day_bounds(export.first_day)[0] if export.first_day else None,
        day_bounds(export.last_day)[1] if export.last_day else None,
    )


def _wanted(
    person: Person, export: Export, at: Any, version: Any, received: Any, team: Any
) -> list[ColumnElement[bool]]:
    first, end = _days(export)
    found = [received <= export.at]
    if first:
        found.append(at >= first)
    if end:
        found.append(at < end)
    if export.versions:
        found.append(version.in_(export.versions))
    if export.team_id:
        found.append(team == export.team_id)
    if not person.has("manager", "administrator"):
        found.append(team.in_(supervised_teams(person)))
    return found


def _checklists(person: Person, export: Export) -> Select[Any]:
    """The latest version of each checklist."""
    v = ChecklistVersion
    newest = (
        select(func.max(v.number)).where(v.checklist_id == Checklist.id, v.received <= export.at)
        .correlate(Checklist).scalar_subquery()
    )  # fmt: skip
    at = func.coalesce(v.recorded, v.received)
    return (
        select(v.id, v.form_version, v.recorded, v.zone, v.received, v.language, v.answers, v.alerts, v.scores,
               v.given, v.number, Client.given_name, Client.family_name, Client.team_id, Team.name.label("team"),
               Person.name.label("author"), Visit.starts_at)
        .join(Checklist, Checklist.id == v.checklist_id)
        .join(Client, Client.id == Checklist.client_id)
        .join(Team, Team.id == Client.team_id)
        .join(Person, Person.id == Checklist.author_id)
        .join(Visit, Visit.id == Checklist.visit_id)
        .where(Checklist.form_id == export.form_id, v.number == newest)
        .where(*_wanted(person, export, at, v.form_version, v.received, Client.team_id))
    )  # fmt: skip


def _feedback(person: Person, export: Export) -> Select[Any]:
    """What clients answered; that of a client follows the client into another team."""
    f, team = Feedback, func.coalesce(Client.team_id, Feedback.team_id)
    return (
        select(f.id, f.form_version, f.answered_at.label("recorded"), f.zone, f.received, f.language, f.answers, f.mode,
               f.kiosk_id, Kiosk.name.label("kiosk"), Client.given_name, Client.family_name, Team.id.label("team_id"),
               Team.name.label("team"), Person.name.label("author"), Visit.starts_at, f.score, f.words)
        .outerjoin(Client, Client.id == f.client_id)
        .join(Team, Team.id == team)
        .outerjoin(Person, Person.id == f.author_id)
        .outerjoin(Visit, Visit.id == f.visit_id)
        .outerjoin(Kiosk, Kiosk.id == f.kiosk_id)
        .where(f.form_id == export.form_id)
        .where(*_wanted(person, export, f.answered_at, f.form_version, f.received, team))
        .where(or_(f.mode != "kiosk", and_(f.kiosk_id.is_not(None), or_(f.score.is_not(None), f.words != ""))))
    )  # fmt: skip


def _checklist(export: Export, row: Any, whole: bool) -> Filling:
    definition = as_filled(export.form_id, row.form_version, row.given if whole else {})
    facts = _facts(export, row, whole) | {
        "number": row.number,
        "urgent": sum(alert["level"] == "urgent" for alert in row.alerts),
        "watch": sum(alert["level"] == "watch" for alert in row.alerts),
        **{f"score_{score['name']}": score["value"] for score in row.scores},
    }
    values = dict(row.answers) if whole else _only(definition, row.answers, COUNTED)
    return Filling(_id(export, row, whole), row.form_version, definition, facts, values)


def _answered(export: Export, row: Any, whole: bool, months: dict[tuple[UUID, date], bool]) -> Filling | None:
    """None for a kiosk's answers of a month in which too few people have answered there."""
    definition = definition_of(export.form_id, row.form_version)
    if row.mode != "kiosk":
        values = dict(row.answers) if whole else _only(definition, row.answers, COUNTED)
        return Filling(_id(export, row, whole), row.form_version, definition, _facts(export, row, whole), values)
    month = clock_of(row.recorded, None).now.date().replace(day=1)
    if (row.kiosk_id, month) not in months:
        return None
    kinds = COUNTED | (WORDS if months[row.kiosk_id, month] else set())
    facts = _facts(export, row, False) | {"kiosk": row.kiosk}
    return Filling(_id(export, row, False), row.form_version, definition, facts, _only(definition, row.answers, kinds))


def _id(export: Export, row: Any, whole: bool) -> str:
    """Its id; of what is not to be found again, one that holds in this file alone."""
    return str(row.id) if whole else hashlib.sha256(f"{export.id} {row.id}".encode()).hexdigest()[:16]


def _facts(export: Export, row: Any, whole: bool) -> dict[str, Cell]:
    at = clock_of(row.recorded or row.received, row.zone if whole else None).now
    facts: dict[str, Cell] = {"version": row.form_version, "day": at.date().isoformat(), "team": row.team}
    if whole:
        facts |= {
            "answered": at.isoformat(timespec="seconds"),
            "zone": row.zone or "",
            "received": clock_of(row.received, None).now.isoformat(timespec="seconds"),
            "client": " ".join(part for part in (row.given_name, row.family_name) if part),
            "author": row.author,
            "visit": clock_of(row.starts_at, None).now.isoformat(timespec="minutes") if row.starts_at else None,
            "language": row.language,
        }
    return facts


def _only(definition: Definition, answers: Sequence[Sequence[str]], kinds: set[str]) -> dict[str, str]:
    """The answers that name nobody; of calculations, those that are numbers."""
    found: dict[str, str] = {}
    for path, value in answers:
        question = definition.questions.get(ROW.sub("", path))
        if question is not None and question.type in kinds and _names_nobody(definition, question, value):
            found[path] = value
        elif "]" in path:
            found.setdefault(path[: path.rindex("]") + 1], "")  # its row stays one
    return found


def _names_nobody(definition: Definition, question: Question, value: str) -> bool:
    """A number or a choice of the form's own: one that came from the register may be a person."""
    if question.type == "calculate":
        return is_number(value)
    return not question.list_name or bool(definition.choices_of(question))


def headings() -> dict[str, str]:
    """What is said of each filled form, in the reader's language, in the order of the columns."""
    return {
        "version": _("Version"), "number": _("Submission"), "day": _("Day"), "answered": _("Answered"),
        "zone": _("Time zone"), "received": _("Received"), "team": _("Team"), "client": _("Client"),
        "author": _("Author"), "visit": _("Visit"), "kiosk": _("Kiosk"), "language": _("Language"),
        "urgent": _("Urgent alerts"), "watch": _("Alerts to watch"),
    }  # fmt: skip
