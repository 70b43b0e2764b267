"""Who may see which visit, and what a round holds."""

from datetime import timedelta

import pytest
from werkzeug.exceptions import NotFound

from blueprints.people.models import Cover
from blueprints.shared.db import db, now, today
from blueprints.visits import actions, queries
from tests.support.world import VISITS, World

pytestmark = pytest.mark.both_engines


def cover(world: World, first: int, last: int, away: str = "alice", stand_in: str = "bob") -> Cover:
    row = Cover(away_id=world.id(away), stand_in_id=world.id(stand_in), first_day=today() + timedelta(days=first),
                last_day=today() + timedelta(days=last), made_by=world.id("diane"))  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def seen(world: World, who: str, ask: str) -> set[str]:
    """The world's visits that this query gives to that person."""
    found = set()
    for name in VISITS:
        try:
            getattr(queries, ask)(getattr(world, who), world.id(name))
            found.add(name)
        except NotFound:
            continue
    return found


ALICES = {"visit", "afternoon", "done", "tomorrow"}
NORTH = {*ALICES, "bobs"}
SOUTH = {"charlies", "charlies_done"}


@pytest.mark.parametrize(
    ("who", "read", "make", "plan"),
    [
        ("alice", ALICES, ALICES, set()),
        ("bob", {"bobs"}, {"bobs"}, set()),
        ("charlie", SOUTH, SOUTH, set()),
        ("diane", NORTH, NORTH, NORTH),
        ("erwan", SOUTH, SOUTH, SOUTH),
        ("fanny", set(), set(), set()),
        ("gaston", set(), set(), set()),
        ("karim", NORTH, NORTH, NORTH),
    ],
)
def test_whose_visits_are_whose(world: World, who: str, read: set[str], make: set[str], plan: set[str]) -> None:
    assert seen(world, who, "one_of") == read
    assert seen(world, who, "one_to_make") == make
    assert seen(world, who, "one_to_plan") == plan


def test_who_stands_in_makes_the_visits_of_those_days_only(world: World) -> None:
    cover(world, 0, 0)
    assert seen(world, "bob", "one_to_make") == {"bobs", "visit", "afternoon"}


def test_what_was_written_during_a_cover_may_come_after_it(world: World) -> None:
    cover(world, -1, -1)
    assert "done" in seen(world, "bob", "one_to_make")


def test_a_visit_given_away_is_no_longer_ones_own(world: World) -> None:
    visit = world.visit
    actions.give(visit, world.bob, world.diane, version=visit.version, confirmed=True)
    db.session.flush()
    assert "visit" not in seen(world, "alice", "one_to_make")
    assert queries.is_own(world.bob, visit)
    assert not queries.is_own(world.alice, visit)
    assert not queries.is_own(world.diane, visit)


def test_a_round_is_in_order_and_holds_the_day_alone(world: World) -> None:
    assert [visit.id for visit in queries.round_of(world.alice, today())] == [world.id("visit"), world.id("afternoon")]
    assert [visit.id for visit in queries.round_of(world.alice, today() + timedelta(days=1))] == [world.id("tomorrow")]
    assert queries.round_of(world.diane, today()) == []


def test_a_round_holds_what_one_stands_in_for(world: World) -> None:
    row = cover(world, 0, 1)
    assert {visit.id for visit in queries.round_of(world.bob, today())} == {
        world.id("bobs"), world.id("visit"), world.id("afternoon"),
    }  # fmt: skip
    assert queries.cover_for(world.alice, today()) == row
    assert queries.cover_for(world.alice, today() + timedelta(days=2)) is None


def test_next_is_what_has_begun_else_the_first_to_come(world: World) -> None:
    visits = queries.round_of(world.alice, today())
    assert queries.next_of(visits) == world.visit
    world.visit.status = "done"
    assert queries.next_of(visits) == world.afternoon
    world.visit.status, world.afternoon.status = "planned", "in_progress"
    assert queries.next_of(visits) == world.afternoon
    assert queries.next_of([]) is None


def test_late_and_overdue_are_computed(world: World) -> None:
    visit = world.visit
    start = visit.starts_at
    assert not queries.is_late(visit, start + timedelta(minutes=29))
    assert queries.is_late(visit, start + timedelta(minutes=30))
    visit.status, visit.started_at = "in_progress", start + timedelta(minutes=20)
    assert not queries.is_late(visit, start + timedelta(hours=9))
    assert not queries.is_overdue(visit, start + timedelta(minutes=109))
    assert queries.is_overdue(visit, start + timedelta(minutes=110))
    visit.status = "done"
    assert not queries.is_overdue(visit, now() + timedelta(days=9))


def test_own_clients_are_those_that_may_be_visited(world: World) -> None:
    assert [client.id for client in queries.own_clients(world.alice)] == [world.id("jeanne")]  # paul is archived
