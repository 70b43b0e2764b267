"""What can happen to a case. Nothing is ever deleted; nothing commits here."""

from dataclasses import dataclass, field
from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm.attributes import flag_modified

from blueprints.clients.models import Alert, Assignment, Client, Contact
from blueprints.clients.queries import planned_visits
from blueprints.people.models import Person, Team
from blueprints.shared.db import db, now, today
from blueprints.shared.happened import tell
from blueprints.shared.refusal import Refused
from blueprints.shared.words import fold

PLAIN = ("given_name", "family_name", "born", "address", "phone", "service", "needs", "visit_every", "next_form")


@dataclass
class ContactWords:
    """Somebody around the client, as typed."""

    name: str
    relation: str = ""
    phone: str = ""


@dataclass
class AlertWords:
    """What whoever stands at the door must know, as typed. level: danger, warning or access."""

    words: str
    level: str = "warning"
    since: date | None = None


@dataclass
class Details:
    """All of a case that a supervisor writes. visit_every: days between visits, None for no rhythm."""

    given_name: str
    family_name: str
    born: date | None = None
    address: str = ""
    phone: str = ""
    service: str = ""
    needs: str = ""
    visit_every: int | None = None
    next_form: str | None = None
    contacts: list[ContactWords] = field(default_factory=list)
    alerts: list[AlertWords] = field(default_factory=list)


def create(team: Team, details: Details) -> Client:
    """A new case in this team. Refuses a birth in the future."""
    client = Client(team=team)
    _write(client, details)
    db.session.add(client)
    db.session.flush()
    tell("created", "client", client.id, client.id)
    return client


def edit(client: Client, team: Team, details: Details, version: int) -> None:
    """Changes the case. Refuses where somebody changed it since `version` was read: nothing is overwritten unseen."""
    if client.version != version:
        raise Refused(_("Somebody changed this case while you were writing. Nothing is lost: compare and save again."),
                      status=409)  # fmt: skip
    client.team = team
    _write(client, details)
    flag_modified(client, "search")  # a contact alone would not count as a change of the case
    db.session.flush()
    tell("edited", "client", client.id, client.id)


def archive(client: Client, by: Person) -> None:
    """Closes the case for good or for a while; it stays readable. Refuses while visits are planned."""
    if client.archived_at is not None:
        return
    planned = planned_visits(client)
    if planned:
        raise Refused(
            ngettext("%(num)d visit is still planned. Cancel it first.",
                     "%(num)d visits are still planned. Cancel them first.", planned)
        )  # fmt: skip
    client.archived_at, client.archived_by = now(), by.id
    tell("archived", "client", client.id, client.id)


def restore(client: Client) -> None:
    """Opens an archived case again."""
    if client.archived_at is None:
        return
    client.archived_at = client.archived_by = None
    tell("restored", "client", client.id, client.id)


def assign(client: Client, coordinator: Person, by: Person) -> Assignment:
    """The coordinator looks after the client from now on, beside those who do already."""
    for row in client.assignments:
        if row.person_id == coordinator.id and row.ended_at is None:
            return row
    row = Assignment(client_id=client.id, person=coordinator, made_by=by.id)
    client.assignments.append(row)
    db.session.flush()
    tell("assigned", "client", client.id, client.id)
    return row


def end_assignment(assignment: Assignment, by: Person) -> None:
    """The coordinator no longer looks after the client; that they did stays for the record."""
    if assignment.ended_at is None:
        assignment.ended_at, assignment.ended_by = now(), by.id
        tell("unassigned", "client", assignment.client_id, assignment.client_id)


def _write(client: Client, details: Details) -> None:
    if details.born and details.born > today():
        words = _("This day has not come yet.")
        raise Refused(words, {"born": words})
    for name in (
        "given_name",
        "family_name",
        "born",
        "address",
        "phone",
        "service",
        "needs",
        "visit_every",
        "next_form",
    ):
        setattr(client, name, getattr(details, name))
    client.search = search_text(client)
    client.contacts = [
        Contact(name=c.name, relation=c.relation, phone=c.phone, position=at) for at, c in enumerate(details.contacts)
    ]
    client.alerts = [Alert(words=a.words, level=a.level, since=a.since) for a in details.alerts]


def search_text(client: Client) -> str:
    """What the list's search compares with, and what it is sorted by: family name first, everything folded."""
    digits = "".join(c for c in client.phone if c.isdigit())
    return fold(f"{client.family_name} {client.given_name} {client.address} {digits}")
