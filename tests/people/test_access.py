"""product.md's "Access", sentence by sentence: whose case may somebody open?"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from werkzeug.exceptions import Forbidden, Unauthorized

from blueprints.clients.models import Assignment, Client
from blueprints.notes.models import Note
from blueprints.people.access import (
    clients_of,
    colleagues_of,
    coordinators_for,
    day_bounds,
    require,
    supervised_teams,
    teams_of,
)
from blueprints.people.models import Cover, Membership, Person, PersonRole
from blueprints.reviews.models import Return, ReviewText
from blueprints.shared.db import db, now, today
from blueprints.visits.models import Visit
from tests.support.client import Client as Browser
from tests.support.world import World, id_of

pytestmark = pytest.mark.both_engines
As = Callable[[str | None], Browser]


def seen(person: Person) -> set[str]:
    """The clients of the world that this person sees, by name."""
    db.session.flush()
    names = {id_of(name): name for name in ("jeanne", "marcel", "odette", "paul")}
    return {names[id] for id in db.session.scalars(clients_of(person))}


def unassign(name: str) -> None:
    for row in db.session.scalars(select(Assignment).where(Assignment.client_id == id_of(name))):
        row.ended_at = now()


def visit(client: str, coordinator: str, **away: float) -> Visit:
    row = Visit(
        client_id=id_of(client),
        coordinator_id=id_of(coordinator),
        starts_at=now() + timedelta(**away),
        minutes=30,
        made_by=id_of("diane"),
    )
    db.session.add(row)
    return row


def cover(away: str, stand_in: str, first: int, last: int) -> None:
    days = {"first_day": today() + timedelta(days=first), "last_day": today() + timedelta(days=last)}
    db.session.add(Cover(away_id=id_of(away), stand_in_id=id_of(stand_in), made_by=id_of("diane"), **days))


def returned(client: str, author: str, **more: Any) -> Return:
    text = ReviewText(
        id=uuid4(), kind="note", client_id=id_of(client), team_id=id_of("north"), author_id=id_of(author),
        titles={"fr": "Note"}, version_id=uuid4(), state="returned", rank=5, since=now(),
    )  # fmt: skip
    row = Return(
        text=text, kind="note", version_id=text.version_id, client_id=id_of(client), author_id=id_of(author),
        person_id=id_of("diane"), comment="Quel jour ?", **more,
    )  # fmt: skip
    db.session.add_all([text, row])
    return row


def test_the_premise_everybody_sees_something_else(world: World) -> None:
    assert seen(world.alice) == {"jeanne", "paul"}
    assert seen(world.bob) == {"marcel"}
    assert seen(world.charlie) == {"odette"}


class TestCoordinator:
    """The clients assigned to them, those of their visits, those whom they cover for, those of an open return."""

    def test_assigned(self, world: World) -> None:
        db.session.add(Assignment(client_id=id_of("marcel"), person_id=id_of("alice")))
        assert "marcel" in seen(world.alice)

    def test_an_assignment_that_ended_shows_nothing(self, world: World) -> None:
        unassign("paul")
        assert seen(world.alice) == {"jeanne"}

    @pytest.mark.parametrize(
        ("away", "sees"),
        [
            ({"days": 7, "minutes": -5}, True),  # from a week before
            ({"days": 7, "minutes": 5}, False),
            ({"minutes": 5}, True),
            ({"days": -30, "minutes": 5}, True),  # until 30 days after
            ({"days": -30, "minutes": -5}, False),
        ],
    )
    def test_a_visit_to_make_or_made(self, world: World, away: dict[str, float], sees: bool) -> None:
        visit("odette", "alice", **away)
        assert ("odette" in seen(world.alice)) is sees

    def test_a_visit_of_somebody_else_shows_nothing(self, world: World) -> None:
        visit("jeanne", "charlie", days=1)
        assert "jeanne" not in seen(world.bob)

    def test_a_visit_given_away_shows_nothing_any_more(self, world: World) -> None:
        row = visit("odette", "alice", days=1)
        row.coordinator_id = id_of("bob")
        assert "odette" not in seen(world.alice)
        assert "odette" in seen(world.bob)

    @pytest.mark.parametrize(
        ("first", "last", "sees"),
        [(0, 0, True), (-3, 0, True), (0, 5, True), (1, 5, False), (-5, -1, False), (-9, 9, True)],
    )
    def test_cover_by_its_days_both_included(self, world: World, first: int, last: int, sees: bool) -> None:
        cover("alice", "bob", first, last)
        assert ("jeanne" in seen(world.bob)) is sees
        assert (id_of("alice") in coordinators_for(world.bob)) is sees

    def test_cover_goes_one_way(self, world: World) -> None:
        cover("alice", "bob", 0, 1)
        assert seen(world.alice) == {"jeanne", "paul"}

    def test_cover_shows_the_visits_of_the_colleague_too(self, world: World) -> None:
        cover("alice", "bob", 0, 1)
        visit("odette", "alice", days=1)
        assert "odette" in seen(world.bob)

    def test_cover_is_not_handed_on(self, world: World) -> None:
        cover("alice", "bob", 0, 1)
        cover("bob", "charlie", 0, 1)
        assert "jeanne" not in seen(world.charlie)
        assert "marcel" in seen(world.charlie)

    def test_the_day_of_cover_is_the_services_day(self, world: World) -> None:
        """At half past midnight in Paris it is still yesterday in UTC."""
        with time_machine.travel("2026-11-25T00:30:00+01:00", tick=False):
            cover("alice", "bob", 0, 0)
            assert "jeanne" in seen(world.bob)
        with time_machine.travel("2026-11-26T00:30:00+01:00", tick=False):
            assert "jeanne" not in seen(world.bob)

    def test_an_open_return_until_it_is_answered(self, world: World) -> None:
        row = returned("marcel", "alice")
        assert "marcel" in seen(world.alice)
        row.answered_by = uuid4()
        assert "marcel" not in seen(world.alice)

    def test_a_return_of_somebody_else_shows_nothing(self, world: World) -> None:
        returned("marcel", "charlie")
        assert "marcel" not in seen(world.alice)

    def test_the_team_alone_shows_nothing(self, world: World) -> None:
        assert "marcel" not in seen(world.alice)


class TestSupervisor:
    """All of their teams."""

    def test_the_whole_team_archived_or_not_and_no_other(self, world: World) -> None:
        assert seen(world.diane) == {"jeanne", "marcel", "paul"}
        assert seen(world.erwan) == {"odette"}

    def test_of_several_teams(self, world: World) -> None:
        diane = world.diane
        diane.memberships.append(Membership(team_id=id_of("south")))
        assert seen(diane) == {"jeanne", "marcel", "paul", "odette"}

    def test_a_client_who_changes_teams_goes_along(self, world: World) -> None:
        world.jeanne.team_id = id_of("south")
        assert "jeanne" not in seen(world.diane)
        assert "jeanne" in seen(world.erwan)

    def test_who_is_in_a_team_without_the_role_supervises_nothing(self, world: World) -> None:
        assert teams_of(world.alice) == [id_of("north")]
        assert supervised_teams(world.alice) == []

    def test_who_has_the_role_without_a_team_supervises_nothing(self, world: World) -> None:
        world.diane.memberships = []
        assert seen(world.diane) == set()

    def test_whose_work_is_read(self, world: World) -> None:
        read = set(db.session.scalars(colleagues_of(world.diane)))
        assert read == {id_of(name) for name in ("alice", "bob", "diane", "hugo", "karim")}
        assert set(db.session.scalars(colleagues_of(world.alice))) == set()


class TestOthers:
    """Manager: no case. Administrator: no case unless also a supervisor. Several roles add up."""

    @pytest.mark.parametrize("name", ["fanny", "gaston"])
    @pytest.mark.parametrize("team", ["north", "south", None])
    def test_no_case_even_as_a_member_of_a_team(self, world: World, name: str, team: str | None) -> None:
        person: Person = getattr(world, name)
        if team:
            person.memberships.append(Membership(team_id=id_of(team)))
        assert seen(person) == set()

    @pytest.mark.parametrize("name", ["fanny", "gaston"])
    def test_no_case_even_when_they_once_made_visits(self, world: World, name: str) -> None:
        visit("jeanne", name, days=-1)
        db.session.add(Assignment(client_id=id_of("jeanne"), person_id=id_of(name)))
        assert seen(getattr(world, name)) == set()

    def test_an_administrator_who_is_a_supervisor_too(self, world: World) -> None:
        gaston = world.gaston
        gaston.roles.append(PersonRole(role="supervisor"))
        gaston.memberships.append(Membership(team_id=id_of("north")))
        assert seen(gaston) == {"jeanne", "marcel", "paul"}

    def test_two_roles_add_up(self, world: World) -> None:
        db.session.add(Assignment(client_id=id_of("odette"), person_id=id_of("karim")))
        assert seen(world.karim) == {"jeanne", "marcel", "paul", "odette"}

    def test_without_any_role_nothing(self, world: World) -> None:
        world.alice.roles = []
        assert seen(world.alice) == set()

    def test_each_client_once(self, world: World) -> None:
        for days in (-2, -1, 0, 1):
            visit("jeanne", "karim", days=days)
        db.session.flush()
        found = list(db.session.scalars(clients_of(world.karim)))
        assert len(found) == len(set(found))

    def test_archived_notes_are_none(self, world: World) -> None:
        """The premise of what follows elsewhere: nothing of a case is stored beside its client."""
        assert db.session.scalars(select(Note).where(Note.client_id.not_in(select(Client.id)))).all() == []


class TestRequire:
    """The decorator of views."""

    @pytest.mark.parametrize(
        ("name", "roles", "outcome"),
        [
            (None, (), Unauthorized),
            (None, ("supervisor",), Unauthorized),
            ("alice", (), None),
            ("alice", ("coordinator",), None),
            ("alice", ("coordinator", "supervisor"), None),
            ("alice", ("supervisor",), Forbidden),
            ("gaston", ("supervisor", "manager"), Forbidden),
            ("karim", ("supervisor",), None),
        ],
    )
    def test_who_may(
        self, app: Flask, world: World, name: str | None, roles: tuple[str, ...], outcome: type[Exception] | None
    ) -> None:
        from flask_login import login_user

        view = require(*roles)(lambda: "in")
        with app.test_request_context():
            if name:
                login_user(getattr(world, name))
            if outcome is None:
                assert view() == "in"
            else:
                with pytest.raises(outcome):
                    view()


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-11-24", 24), ("2026-03-29", 23), ("2026-10-25", 25)], ids=["plain", "spring", "autumn"]
)
def test_a_day_has_as_many_hours_as_the_clocks_give_it(app: Flask, day: str, hours: int) -> None:
    from datetime import UTC, date

    first, after = day_bounds(date.fromisoformat(day))
    assert (after.astimezone(UTC) - first.astimezone(UTC)).total_seconds() == hours * 3600


def test_ids_are_ids(world: World) -> None:
    assert all(isinstance(id, UUID) for id in db.session.scalars(clients_of(world.diane)))
