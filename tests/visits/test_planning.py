"""The supervisor's week: what it shows, what clashes, who is due, who stands in."""

from datetime import date, datetime, time, timedelta

import pytest
from werkzeug.exceptions import NotFound

from blueprints.clients.models import Client
from blueprints.clients.queries import coordinators
from blueprints.shared.db import db, now, today, zone
from blueprints.visits import actions, planning
from tests.support.counting import counted
from tests.support.world import World

pytestmark = pytest.mark.both_engines


def monday() -> date:
    return today() - timedelta(days=today().weekday())


def week(world: World, who: str = "diane", start: date | None = None) -> planning.Week:
    team = planning.one_team(getattr(world, who), None)
    return planning.week_of(getattr(world, who), team, start or monday(), coordinators([team.id]))


def row_of(found: planning.Week, name: str) -> planning.Row:
    return next(row for row in found.rows if row.person.name.startswith(name))


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), zone())


def test_a_row_for_each_coordinator_who_is_still_there(world: World) -> None:
    assert [row.person.name for row in week(world).rows] == ["Alice Morvan", "Bob Quéré", "Karim Benali"]


def test_another_team_is_not_there(world: World) -> None:
    assert planning.one_team(world.diane, world.id("north")).name == "Nord"
    for team in (world.id("south"), world.id("alice")):
        with pytest.raises(NotFound):
            planning.one_team(world.diane, team)
    with pytest.raises(NotFound):
        planning.one_team(world.gaston, None)


def test_load_is_what_takes_time(world: World) -> None:
    next_week = monday() + timedelta(days=7)
    for hour, minutes in ((9, 30), (10, 45)):
        actions.plan(world.jeanne, world.alice, at(next_week, hour), minutes, world.diane)
    gone = actions.plan(world.marcel, world.alice, at(next_week, 14), 60, world.diane)
    db.session.flush()
    actions.cancel(gone, "cancelled_by_us", "Grève", world.diane, version=gone.version)
    db.session.flush()
    row = row_of(week(world, start=next_week), "Alice")
    cell = row.cells[0]
    assert (len(cell.visits), len(cell.counted), cell.minutes) == (3, 2, 75)
    assert row.count >= 2


def test_visits_stand_with_whoever_stands_in(world: World) -> None:
    next_week = monday() + timedelta(days=7)
    actions.plan(world.jeanne, world.alice, at(next_week, 9), 30, world.diane)
    actions.cover(world.alice, world.bob, next_week, next_week, world.diane)
    found = week(world, start=next_week)
    away, there = row_of(found, "Alice").cells[0], row_of(found, "Bob").cells[0]
    assert (away.covered_by, away.visits) == (world.bob, [])
    assert len(there.visits) == 1
    assert row_of(found, "Bob").for_others == {"Alice Morvan": 1}
    assert row_of(found, "Alice").cells[1].covered_by is None


def test_a_clash_is_said_once_for_each_pair_in_a_row(world: World) -> None:
    day = monday() + timedelta(days=8)
    long = actions.plan(world.jeanne, world.alice, at(day, 9), 180, world.diane)
    short = actions.plan(world.marcel, world.alice, at(day, 9, 30), 30, world.diane, confirmed=True)
    later = actions.plan(world.marcel, world.alice, at(day, 11), 30, world.diane, confirmed=True)
    free = actions.plan(world.marcel, world.alice, at(day, 14), 30, world.diane)
    db.session.flush()
    cell = row_of(week(world, start=monday() + timedelta(days=7)), "Alice").cells[1]
    assert cell.clashing == {long.id, short.id, later.id}
    assert free.id not in cell.clashing
    assert len(cell.clashes) == 2


def test_a_client_of_another_team_takes_time_and_shows_nothing(world: World) -> None:
    day = monday() + timedelta(days=7)
    visit = actions.plan(world.odette, world.alice, at(day, 9), 30, world.erwan)
    db.session.flush()
    found = week(world, start=day)
    assert row_of(found, "Alice").cells[0].minutes == 30
    assert not found.shows(visit)


def due_names(world: World) -> list[tuple[str, int]]:
    found, _total = planning.due(world.north)
    return [(one.client.family_name, one.days) for one in found]


def test_due_is_the_rhythm_after_the_last_visit_that_was_made(world: World) -> None:
    jeanne, marcel = world.jeanne, world.marcel
    assert due_names(world) == []  # both have a visit to come
    for name in ("visit", "afternoon", "tomorrow", "bobs"):
        getattr(world, name).status = "cancelled_by_us"
    jeanne.visit_every = 3
    marcel.created_at = now() - timedelta(days=12)
    db.session.flush()
    assert due_names(world) == [("Kerjean", -5), ("Le Goff", 2)]  # never visited: a week after the case was opened
    jeanne.visit_every = None
    db.session.flush()
    assert due_names(world) == [("Kerjean", -5)]
    marcel.archived_at = now()
    db.session.flush()
    assert due_names(world) == []


def test_the_same_number_of_queries_with_few_and_with_many(world: World) -> None:
    with counted() as few:
        week(world)
        planning.due(world.north)
    for n in range(60):
        client = Client(team_id=world.id("north"), given_name="A", family_name=f"B{n:02}", search=f"b{n:02} a",
                        created_at=now() - timedelta(days=90))  # fmt: skip
        db.session.add(client)
        db.session.flush()
        if n % 2:
            actions.plan(client, world.alice, at(monday() + timedelta(days=n % 7), 8 + n % 9), 30, world.diane,
                         confirmed=True)  # fmt: skip
    db.session.flush()
    db.session.expire_all()
    with counted() as many:
        week(world)
        planning.due(world.north)
    assert len(many) <= len(few) + 1  # the clients who are due are read once there are any
