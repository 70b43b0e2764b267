"""What can happen to a visit, and what is refused: every step is an event, nothing is lost, nothing contradicts."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask

from blueprints.people.models import Cover
from blueprints.shared import happened
from blueprints.shared.db import db, now, today
from blueprints.shared.refusal import Refused
from blueprints.visits import actions, queries
from tests.support.world import World

pytestmark = pytest.mark.both_engines


def at(world: World, hours: float = 48) -> datetime:
    """A moment two days after the world's morning visit, where nothing is planned."""
    start: datetime = world.visit.starts_at
    return start + timedelta(hours=hours)


def says(world: World, status: str, who: str = "alice", visit: str = "visit", **facts: Any) -> UUID:
    """A phone says what became of a visit."""
    id = uuid4()
    moment = facts.pop("at", now())
    facts.setdefault("received", moment)
    actions.set_status(getattr(world, visit), status, getattr(world, who), id=id, at=moment, **facts)
    db.session.flush()
    return id


def test_a_visit_is_planned_with_its_forms_and_an_event(world: World) -> None:
    visit = actions.plan(world.jeanne, world.alice, at(world), 45, world.diane, forms=["home-safety", "b"])
    db.session.flush()
    assert (visit.status, visit.planned, [row.form_id for row in visit.forms]) == (
        "planned",
        True,
        ["home-safety", "b"],
    )
    assert [(event.what, event.person_id) for event in visit.events] == [("planned", world.id("diane"))]


def test_what_happens_is_told_with_the_client(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[happened.Event] = []
    monkeypatch.setitem(app.extensions, "happened", [heard.append])
    visit = actions.plan(world.jeanne, world.alice, at(world), 45, world.diane)
    actions.move(visit, at(world, 50), 30, world.diane, version=visit.version)
    assert [(event.verb, event.kind, event.client_id) for event in heard] == [
        ("planned", "visit", world.id("jeanne")),
        ("moved", "visit", world.id("jeanne")),
    ]


def test_an_archived_client_gets_no_visit(world: World) -> None:
    with pytest.raises(Refused, match=r"archivé|archived"):
        actions.plan(world.paul, world.alice, at(world), 45, world.diane, confirmed=True)


@pytest.mark.parametrize(
    ("client", "coordinator", "hours", "clash"),
    [
        ("marcel", "alice", 0, True),  # alice is with jeanne then
        ("marcel", "alice", 0.5, True),  # still
        ("marcel", "alice", 1, False),  # right after
        ("marcel", "alice", -1, False),  # right before (45 minutes)
        ("jeanne", "bob", 0, True),  # jeanne has alice then, and bob has marcel
        ("marcel", "bob", 3, False),
    ],
)
def test_a_clash_is_said_in_words_and_can_be_meant(
    world: World, client: str, coordinator: str, hours: float, clash: bool
) -> None:
    args = (getattr(world, client), getattr(world, coordinator), at(world, hours + 72), 45, world.diane)
    actions.plan(world.jeanne, world.alice, at(world, 72), 60, world.diane)
    actions.plan(world.odette, world.bob, at(world, 72), 60, world.diane)
    db.session.flush()
    if not clash:
        assert actions.plan(*args)
        return
    with pytest.raises(Refused) as refused:
        actions.plan(*args)
    assert refused.value.status == 409
    assert "confirmed" in refused.value.messages
    assert getattr(world, coordinator).name in refused.value.reason
    assert actions.plan(*args, confirmed=True)


def test_a_visit_of_somebody_who_is_away_is_a_clash(world: World) -> None:
    actions.cover(world.alice, world.bob, today() + timedelta(days=2), today() + timedelta(days=2), world.diane)
    with pytest.raises(Refused, match="Bob Quéré"):
        actions.plan(world.jeanne, world.alice, at(world), 45, world.diane)


def test_a_move_keeps_what_it_was(world: World) -> None:
    visit, new = world.visit, at(world)
    before = visit.starts_at
    actions.move(visit, new, 30, world.diane, version=visit.version)
    db.session.flush()
    assert (visit.starts_at, visit.minutes, visit.status) == (new, 30, "planned")
    event = visit.events[-1]
    assert (event.what, event.details) == ("moved", {"starts_at": before.isoformat(), "minutes": 60})


def test_a_visit_is_no_obstacle_to_itself(world: World) -> None:
    visit = world.visit
    actions.move(visit, visit.starts_at + timedelta(minutes=15), 60, world.diane, version=visit.version)


def test_a_page_out_of_date_changes_nothing(world: World) -> None:
    visit = world.visit
    seen = visit.version
    actions.give(visit, world.bob, world.diane, version=seen, confirmed=True)
    db.session.flush()
    for change in (
        lambda: actions.move(visit, at(world), 30, world.diane, version=seen),
        lambda: actions.give(visit, world.alice, world.diane, version=seen),
        lambda: actions.cancel(visit, "cancelled_by_us", "Grève", world.diane, version=seen),
    ):
        with pytest.raises(Refused) as refused:
            change()
        assert refused.value.status == 409
    assert visit.coordinator_id == world.id("bob")


def test_what_has_begun_is_not_moved(world: World) -> None:
    says(world, "in_progress")
    visit = world.visit
    with pytest.raises(Refused):
        actions.move(visit, at(world), 30, world.diane, version=visit.version)


def test_a_cancelled_visit_says_why(world: World) -> None:
    visit = world.visit
    with pytest.raises(Refused) as refused:
        actions.cancel(visit, "cancelled_by_us", "", world.diane, version=visit.version)
    assert "reason" in refused.value.messages
    actions.cancel(visit, "cancelled_by_us", "Grève", world.diane, version=visit.version)
    assert (visit.status, visit.events[-1].reason) == ("cancelled_by_us", "Grève")


def test_start_and_end_keep_both_clocks(world: World) -> None:
    phone, server = now() - timedelta(hours=3), now()
    id = says(world, "in_progress", at=phone, received=server)
    end = phone + timedelta(minutes=40)
    says(world, "done", at=end, received=server)
    visit = world.visit
    assert (visit.status, visit.started_at, visit.ended_at) == ("done", phone, end)
    first = next(event for event in visit.events if event.id == id)
    assert (first.at, first.received) == (phone, server)


@pytest.mark.parametrize("status", ["partly_done", "attempted", "missed", "no_show", "cancelled_by_client"])
def test_what_needs_a_reason_is_refused_without(world: World, status: str) -> None:
    with pytest.raises(Refused) as refused:
        says(world, status)
    assert "reason" in refused.value.messages
    assert world.visit.status == "planned"
    says(world, status, reason="Porte close")
    assert world.visit.status == status


@pytest.mark.parametrize(
    "status", ["", "planned", "cancelled_by_us", "rescheduled", "moved", "flying", "entered_in_error"]
)
def test_a_phone_says_only_what_is_a_phones_to_say(world: World, status: str) -> None:
    with pytest.raises(Refused):
        says(world, status, reason="x")
    assert world.visit.status == "planned"


def test_a_status_that_contradicts_something_newer_is_refused_in_words(world: World) -> None:
    visit = world.visit
    seen = str(visit.version)
    actions.cancel(visit, "cancelled_by_us", "Hospitalisée", world.diane, version=visit.version)
    db.session.flush()
    with pytest.raises(Refused) as refused:
        says(world, "in_progress", base=seen)
    assert refused.value.status == 409
    assert "Diane Kervella" in refused.value.reason
    assert world.visit.status == "cancelled_by_us"
    assert world.visit.started_at is None


def test_a_moved_visit_can_still_be_started_from_an_old_page(world: World) -> None:
    visit = world.visit
    seen = str(visit.version)
    actions.move(visit, visit.starts_at + timedelta(minutes=30), 60, world.diane, version=visit.version)
    db.session.flush()
    says(world, "in_progress", base=seen)
    assert world.visit.status == "in_progress"


def test_a_whole_day_from_one_kept_page(world: World) -> None:
    """Everything bears the base of the morning; each follows the author's own last word."""
    seen = str(world.visit.version)
    begin = now() - timedelta(hours=2)
    says(world, "in_progress", base=seen, at=begin)
    says(world, "done", base=seen, at=begin + timedelta(minutes=30))
    says(world, "partly_done", base=seen, at=begin + timedelta(minutes=40), reason="Partie à l’hôpital")
    assert world.visit.status == "partly_done"
    assert world.visit.ended_at == begin + timedelta(minutes=30)


def test_what_comes_twice_or_late_changes_nothing_and_stays(world: World) -> None:
    begin = now() - timedelta(hours=2)
    says(world, "in_progress", at=begin)
    says(world, "in_progress", at=begin + timedelta(minutes=1))
    says(world, "done", at=begin + timedelta(minutes=30))
    id = says(world, "en_route", at=begin - timedelta(minutes=20))
    visit = world.visit
    assert (visit.status, visit.started_at) == ("done", begin)
    assert next(event for event in visit.events if event.id == id).details == {"was": "done", "kept": True}


def test_an_end_without_a_beginning_is_taken(world: World) -> None:
    says(world, "done")
    assert world.visit.status == "done"
    assert world.visit.started_at is None


def test_the_first_visit_that_is_made_is_the_first(world: World) -> None:
    assert says(world, "in_progress", visit="bobs", who="bob")
    assert world.bobs.first is True  # marcel had none before
    says(world, "attempted", visit="bobs", who="bob", reason="Personne")
    assert world.bobs.first is False  # nobody was there
    says(world, "in_progress")
    assert world.visit.first is False  # jeanne's was made yesterday


def test_a_correction_keeps_the_original(world: World) -> None:
    visit = world.done
    begun, ended = visit.started_at, visit.ended_at
    new = (begun + timedelta(minutes=10), ended + timedelta(minutes=10))
    facts = {"id": uuid4(), "at": now(), "received": now()}
    with pytest.raises(Refused):
        actions.correct_times(visit, *new, world.alice, reason="", **facts)
    with pytest.raises(Refused) as refused:
        actions.correct_times(visit, new[1], new[0], world.alice, reason="x", **facts)
    assert "ended" in refused.value.messages
    actions.correct_times(visit, *new, world.alice, reason="Oubli", **facts)
    db.session.flush()
    assert (visit.started_at, visit.ended_at) == new
    event = queries.last_event(visit)
    assert event is not None
    assert (event.what, event.reason) == ("corrected", "Oubli")
    assert event.details == {"started_at": begun.isoformat(), "ended_at": ended.isoformat()}


def test_times_of_a_visit_that_was_not_made_cannot_be_corrected(world: World) -> None:
    with pytest.raises(Refused):
        actions.correct_times(world.visit, now(), now(), world.alice, id=uuid4(), at=now(), received=now(), reason="x")


def test_an_unplanned_visit_bears_its_captures_id(world: World) -> None:
    id, moment = uuid4(), now()
    visit = actions.add_unplanned(
        id, world.jeanne, world.alice, kind="home", purpose="Chute", at=moment, received=moment
    )
    assert (visit.id, visit.planned, visit.status, visit.started_at) == (id, False, "in_progress", moment)


@pytest.mark.parametrize(
    ("away", "stand_in", "first", "last", "field"),
    [
        ("alice", "alice", 1, 2, "stand_in"),  # oneself
        ("alice", "bob", 3, 2, "last_day"),  # in disorder
        ("alice", "bob", -3, -1, "last_day"),  # over
    ],
)
def test_a_cover_that_makes_no_sense(world: World, away: str, stand_in: str, first: int, last: int, field: str) -> None:
    days = today() + timedelta(days=first), today() + timedelta(days=last)
    with pytest.raises(Refused) as refused:
        actions.cover(getattr(world, away), getattr(world, stand_in), *days, world.diane)
    assert field in refused.value.messages


def test_nobody_is_covered_twice_nor_by_somebody_who_is_away(world: World) -> None:
    day = today() + timedelta(days=3)
    actions.cover(world.alice, world.bob, day, day + timedelta(days=2), world.diane)
    with pytest.raises(Refused, match="Bob Quéré"):
        actions.cover(world.alice, world.karim, day + timedelta(days=2), day + timedelta(days=4), world.diane)
    with pytest.raises(Refused, match="Alice Morvan"):
        actions.cover(world.karim, world.alice, day, day, world.diane)


def test_a_cover_that_has_begun_ends_with_yesterday(world: World) -> None:
    row = Cover(away_id=world.id("alice"), stand_in_id=world.id("bob"), first_day=today() - timedelta(days=2),
                last_day=today() + timedelta(days=2), made_by=world.id("diane"))  # fmt: skip
    db.session.add(row)
    db.session.flush()
    actions.end_cover(row)
    assert row.last_day == today() - timedelta(days=1)


def test_a_cover_that_has_not_begun_goes(world: World) -> None:
    day = today() + timedelta(days=3)
    row = actions.cover(world.alice, world.bob, day, day, world.diane)
    actions.end_cover(row)
    db.session.flush()
    assert db.session.get(Cover, row.id) is None
