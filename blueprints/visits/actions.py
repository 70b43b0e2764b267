"""What can happen to a visit. Nothing is deleted, every step is an event with its own times; nothing commits here."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from blueprints.clients.models import Client
from blueprints.people.models import Cover, Person
from blueprints.shared.db import db, now, today
from blueprints.shared.happened import tell
from blueprints.shared.refusal import Refused
from blueprints.shared.words import when
from blueprints.visits import planning, queries
from blueprints.visits.models import HELD_VISIT, OPEN, WITH_REASON, Visit, VisitEvent, VisitForm
from blueprints.visits.wording import status_word

# What a phone may say. "Cancelled by us" and "rescheduled" are the planning's.
FROM_THE_FIELD = ("confirmed", "en_route", "in_progress", "done", "partly_done", "attempted", "missed", "no_show",
                  "cancelled_by_client", "entered_in_error")  # fmt: skip
CANCELLED = ("cancelled_by_us", "cancelled_by_client", "missed", "entered_in_error")


def plan(
    client: Client,
    coordinator: Person,
    starts_at: datetime,
    minutes: int,
    by: Person,
    *,
    kind: str = "home",
    purpose: str = "",
    forms: Iterable[str] = (),
    confirmed: bool = False,
) -> Visit:
    """A new visit. minutes: its length. Refuses an archived client; and a clash, unless that is `confirmed`."""
    if client.archived_at is not None:
        raise Refused(_("This case is archived. Restore it before you plan a visit."))
    _no_clash(planning.clashes(coordinator, client, starts_at, minutes), confirmed)
    visit = Visit(client=client, coordinator=coordinator, starts_at=starts_at, minutes=minutes, kind=kind,
                  purpose=purpose, made_by=by.id)  # fmt: skip
    visit.forms = [VisitForm(form_id=form, position=at) for at, form in enumerate(forms)]
    db.session.add(visit)
    db.session.flush()
    _note(visit, "planned", by)
    return visit


def move(visit: Visit, starts_at: datetime, minutes: int, by: Person, *, version: int, confirmed: bool = False) -> None:
    """Another day, time or length. Refuses what has begun or is over, a page out of date, and a clash."""
    _still_planned(visit, version)
    _no_clash(planning.clashes(visit.coordinator, visit.client, starts_at, minutes, visit), confirmed)
    before = {"starts_at": visit.starts_at.isoformat(), "minutes": visit.minutes}
    visit.starts_at, visit.minutes = starts_at, minutes
    _note(visit, "moved", by, details=before)


def give(visit: Visit, coordinator: Person, by: Person, *, version: int, confirmed: bool = False) -> None:
    """Somebody else makes the visit. Refuses as `move` does."""
    _still_planned(visit, version)
    if coordinator.id == visit.coordinator_id:
        return
    _no_clash(planning.clashes(coordinator, visit.client, visit.starts_at, visit.minutes, visit), confirmed)
    before = {"coordinator_id": str(visit.coordinator_id), "coordinator": visit.coordinator.name}
    visit.coordinator = coordinator
    _note(visit, "given", by, details=before)


def cancel(visit: Visit, status: str, reason: str, by: Person, *, version: int) -> None:
    """The visit does not take place: status is one of CANCELLED. Refuses without a reason, and as `move` does."""
    _still_planned(visit, version)
    if not reason:
        raise Refused(_("Say why the visit is cancelled."), {"reason": _("This is needed.")})
    _note(visit, status, by, reason=reason, details={"was": visit.status})
    visit.status = status


def add_unplanned(
    id: UUID, client: Client, author: Person, *, kind: str, purpose: str, at: datetime, received: datetime
) -> Visit:
    """A visit that a coordinator makes now and nobody planned, under its capture's id. at: by the phone's clock."""
    visit = Visit(id=id, client=client, coordinator=author, starts_at=at, minutes=30, kind=kind, purpose=purpose,
                  planned=False, status="in_progress", started_at=at, made_by=author.id)  # fmt: skip
    visit.first = not queries.made_before(visit)
    db.session.add(visit)
    db.session.flush()
    _note(visit, "in_progress", author, id=id, at=at, received=received)
    return visit


def set_status(
    visit: Visit,
    status: str,
    person: Person,
    *,
    id: UUID,
    at: datetime,
    received: datetime,
    reason: str = "",
    base: str | None = None,
) -> None:
    """What became of the visit, as a phone says it. id: the capture's; at: the phone's clock; base: the version of the
    visit that the phone's page showed.

    Refuses a status that needs a reason without one, and one that contradicts something newer that its page did not
    show. What is only older than what is known already changes nothing and stays for the record.
    """
    if status not in FROM_THE_FIELD or (status == "entered_in_error" and visit.planned):
        raise Refused(_("This status is not known here."), {"status": _("This status is not known here.")})
    if status in WITH_REASON and not reason:
        raise Refused(_("Say why."), {"reason": _("This is needed.")})
    changes = _changes(visit, status, person, at, base)
    _note(visit, status, person, id=id, at=at, received=received, reason=reason,
          details={"was": visit.status} if changes else {"was": visit.status, "kept": True})  # fmt: skip
    if status == "in_progress" and visit.started_at is None:
        visit.started_at = at
    if changes:
        visit.status = status
        visit.ended_at = at if status in HELD_VISIT and visit.ended_at is None else visit.ended_at
        visit.first = status in (*HELD_VISIT, "in_progress") and not queries.made_before(visit)


def correct_times(
    visit: Visit,
    started_at: datetime,
    ended_at: datetime,
    person: Person,
    *,
    id: UUID,
    at: datetime,
    received: datetime,
    reason: str,
) -> None:
    """Begin and end as they really were. The originals stay in the event, with the reason and who says so.

    Refuses an end before the beginning, a visit that was not made, and a correction without a reason.
    """
    if visit.status not in HELD_VISIT:
        raise Refused(_("Only the times of a visit that was made can be corrected."))
    if ended_at < started_at:
        raise Refused(_("The end lies before the beginning."), {"ended": _("The end lies before the beginning.")})
    if not reason:
        raise Refused(_("Say why."), {"reason": _("This is needed.")})
    before = {"started_at": _iso(visit.started_at), "ended_at": _iso(visit.ended_at)}
    visit.started_at, visit.ended_at = started_at, ended_at
    _note(visit, "corrected", person, id=id, at=at, received=received, reason=reason, details=before)


def cover(away: Person, stand_in: Person, first_day: date, last_day: date, by: Person) -> Cover:
    """A colleague stands in from one day to another, both included. Refuses oneself, days in disorder, an overlap."""
    if away.id == stand_in.id:
        raise Refused(_("Nobody can stand in for themselves."), {"stand_in": _("Choose somebody else.")})
    if last_day < first_day:
        raise Refused(_("The last day lies before the first."), {"last_day": _("The last day lies before the first.")})
    if last_day < today():
        raise Refused(_("These days are over."), {"last_day": _("These days are over.")})
    other = planning.cover_between(away, first_day, last_day)
    if other is not None:
        raise Refused(_("%(who)s stands in already during these days.", who=other.stand_in.name))
    if planning.cover_between(stand_in, first_day, last_day) is not None:
        raise Refused(_("%(who)s is away then.", who=stand_in.name), {"stand_in": _("Choose somebody else.")})
    row = Cover(away=away, stand_in=stand_in, first_day=first_day, last_day=last_day, made_by=by.id)
    db.session.add(row)
    db.session.flush()
    tell("made", "cover", row.id)
    return row


def end_cover(row: Cover) -> None:
    """The one who was away is back: what has not begun goes, what has begun ends with yesterday."""
    yesterday = today() - timedelta(days=1)
    tell("ended", "cover", row.id)
    if row.first_day > yesterday:
        db.session.delete(row)
    else:
        row.last_day = min(row.last_day, yesterday)


def _still_planned(visit: Visit, version: int) -> None:
    if visit.version != version:
        raise Refused(_("Somebody changed this visit while you were looking at it. It now stands as shown here."),
                      status=409)  # fmt: skip
    if visit.status not in OPEN or visit.status == "in_progress":
        raise Refused(_("This visit has begun or is over: it can no longer be changed here."), status=409)


def _no_clash(words: Sequence[str], confirmed: bool) -> None:
    if words and not confirmed:
        raise Refused(" ".join(words), {"confirmed": _("Tick this if it is meant.")}, status=409)


def _changes(visit: Visit, status: str, person: Person, at: datetime, base: str | None) -> bool:
    """Whether the visit's status follows this one; raises Refused where it contradicts something newer."""
    if visit.status in OPEN:
        return status not in OPEN or OPEN.index(status) > OPEN.index(visit.status)
    last = queries.last_event(visit)
    own = last is not None and last.person_id == person.id
    if status == visit.status or (status in OPEN and last is not None and own and at <= last.at):
        return False  # said twice, or out of order
    if status not in OPEN and visit.status in FROM_THE_FIELD and (own or base == str(visit.version)):
        return True  # they correct what they, or their page, knew
    raise Refused(
        _("%(who)s has noted “%(status)s” on %(when)s. What you sent says otherwise and is kept.",
          who=last.person.name if last else "?", status=status_word(visit.status),
          when=when(last.received) if last else "?"),
        status=409,
    )  # fmt: skip


def _note(
    visit: Visit,
    what: str,
    person: Person,
    *,
    id: UUID | None = None,
    at: datetime | None = None,
    received: datetime | None = None,
    reason: str = "",
    details: dict[str, Any] | None = None,
) -> None:
    moment = now()
    event = VisitEvent(what=what, at=at or moment, received=received or moment, person=person, reason=reason,
                       details=details)  # fmt: skip
    if id is not None:
        event.id = id
    visit.events.append(event)
    tell(what, "visit", visit.id, visit.client_id)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
