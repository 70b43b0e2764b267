"""What the navigation offers to whom. An entry is shown only where its page exists for this person."""

from typing import Any

from flask import Flask, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import func, select

from blueprints.captures import queries as captures
from blueprints.people.access import supervised_teams
from blueprints.people.models import Person
from blueprints.reviews.models import ReviewText
from blueprints.shared.db import db

Entry = dict[str, Any]


def phone(person: Person) -> list[Entry]:
    """The bar at the bottom of a coordinator's phone."""
    if not person.has("coordinator"):
        return []
    return [
        _entry("today", "visits.today", "sun", _("Today")),
        _entry("clients", "clients.index", "folder-open", _("Cases")),
        _entry("new", "visits.new", "square-pen", _("Capture")),
        _entry("outbox", "offline.outbox", "send", _("Outbox")),
    ]


def desk(person: Person) -> list[Entry]:
    """The side bar of a desk."""
    entries = []
    if person.has("supervisor"):
        entries += [
            _entry("reviews", "reviews.index", "list-checks", _("To review"), _waiting(person)),
            _entry("planning", "visits.planning", "calendar-days", _("Rounds")),
            _entry("clients", "clients.index", "folder-open", _("Cases")),
            _entry("missing", "reviews.missing", "inbox", _("Not arrived")),
            _entry("held", "captures.held", "circle-alert", _("To correct"), captures.held_count(person)),
        ]
    if person.has("supervisor", "manager"):
        entries.append(_entry("answers", "surveys.answers", "message-square-text", _("Kiosk answers")))
    if person.has("supervisor", "manager", "administrator"):
        entries.append(_entry("exports", "exports.index", "download", _("Exports")))
    if person.has("administrator"):
        entries += [
            _entry("people", "people.index", "users", _("People")),
            _entry("teams", "people.teams", "network", _("Teams")),
            _entry("devices", "people.devices", "smartphone", _("Devices")),
            _entry("kiosks", "kiosks.index", "tablet", _("Kiosks")),
            _entry("forms", "forms.index", "clipboard-list", _("Forms")),
            _entry("formats", "notes.formats", "notebook-pen", _("Note formats")),
        ]
    return entries


def home(person: Person) -> str:
    """Where somebody starts the day."""
    if person.has("supervisor"):
        return url_for("reviews.index")
    if person.has("coordinator"):
        return url_for("visits.today")
    return url_for("surveys.answers") if person.has("manager") else url_for("people.index")


def _entry(key: str, endpoint: str, icon: str, label: str, count: int | None = None) -> Entry:
    return {"key": key, "url": url_for(endpoint), "icon": icon, "label": label, "count": count}


def _waiting(person: Person) -> int:
    unit = func.coalesce(ReviewText.visit_id, ReviewText.id)
    query = select(func.count(unit.distinct())).where(
        ReviewText.team_id.in_(supervised_teams(person)),
        ReviewText.state == "waiting",
        ReviewText.author_id != person.id,  # nobody signs their own
    )
    return db.session.scalar(query) or 0


def init_app(app: Flask) -> None:
    """Gives every page its navigation."""

    @app.context_processor
    def menus() -> dict[str, Any]:
        if not current_user or not current_user.is_authenticated:
            return {"menu_phone": [], "menu_desk": []}
        return {"menu_phone": phone(current_user), "menu_desk": desk(current_user)}
