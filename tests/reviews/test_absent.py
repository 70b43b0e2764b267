"""What has not arrived: visits of which nothing came, gaps in a phone's numbers, phones that are silent."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from blueprints.captures.models import Capture
from blueprints.people.models import Device
from blueprints.reviews import absent
from blueprints.shared.db import db, now
from tests.reviews.conftest import Field
from tests.support.client import Client
from tests.support.counting import counted
from tests.support.world import World, id_of, sign_in

pytestmark = pytest.mark.both_engines


AsPerson = Callable[[str | None], Client]


def capture(device: UUID, author: UUID, number: int, received: datetime | None = None) -> None:
    db.session.add(
        Capture(id=uuid4(), kind="note", url="/x", author_id=author, device_id=device, number=number, digest="0" * 64,
                code="0" * 8, state="applied", received=received or now() - timedelta(hours=2))
    )  # fmt: skip
    phone = db.session.get_one(Device, device)
    phone.last_number = max(phone.last_number, number)
    db.session.commit()


class TestEnded:
    def test_a_visit_that_ended_three_hours_ago_and_sent_nothing(self, world: World) -> None:
        world.done.ended_at = now() - timedelta(hours=3, minutes=1)
        db.session.commit()
        assert [visit.id for visit in absent.ended(world.diane)] == [world.done.id]
        assert world.done.id not in [visit.id for visit in absent.ended(world.erwan)]

    def test_not_before(self, world: World) -> None:
        world.done.ended_at = now() - timedelta(hours=2, minutes=59)
        db.session.commit()
        assert not absent.ended(world.diane)

    @pytest.mark.parametrize("what", ["checklist", "note", "feedback"])
    def test_anything_that_came_is_something(self, what: str, world: World, field: Field) -> None:
        assert absent.ended(world.diane), "needs a visit of which nothing came for this to mean anything"
        getattr(field, what)()
        assert not absent.ended(world.diane)


class TestUnheard:
    def test_a_visit_that_should_have_ended_and_nothing_says_so(self, world: World) -> None:
        world.bobs.starts_at = now() - timedelta(hours=4, minutes=1)
        world.bobs.minutes = 60
        for other in (world.visit, world.afternoon):
            other.starts_at = now() + timedelta(hours=1)
        db.session.commit()
        assert [visit.id for visit in absent.unheard(world.diane)] == [world.bobs.id]
        world.bobs.minutes = 90
        db.session.commit()
        assert not absent.unheard(world.diane)


class TestGaps:
    def test_a_number_that_never_came_while_later_ones_did(self, world: World) -> None:
        phone = id_of("alice's device")
        for number in (1, 2, 4, 7):
            capture(phone, world.alice.id, number)
        assert [(gap.first, gap.last) for gap in absent.gaps(world.diane)] == [(3, 3), (5, 6)]
        assert not absent.gaps(world.erwan)

    def test_the_first_number_counts_too(self, world: World) -> None:
        capture(id_of("alice's device"), world.alice.id, 2)
        assert [(gap.first, gap.last) for gap in absent.gaps(world.diane)] == [(1, 1)]

    def test_no_gap_no_line(self, world: World) -> None:
        for number in (1, 2, 3):
            capture(id_of("alice's device"), world.alice.id, number)
        assert not absent.gaps(world.diane)

    def test_what_may_still_be_on_its_way_is_no_gap(self, world: World) -> None:
        for number in (1, 3):
            capture(id_of("alice's device"), world.alice.id, number, received=now() - timedelta(minutes=5))
        assert not absent.gaps(world.diane)

    def test_of_a_long_used_phone_only_the_latest_numbers_are_looked_at(self, world: World) -> None:
        for number in (9_000, 9_001, 9_003):
            capture(id_of("alice's device"), world.alice.id, number)
        assert [(gap.first, gap.last) for gap in absent.gaps(world.diane)] == [(9_002, 9_002)]


class TestExplained:
    @pytest.fixture
    def phone(self, world: World) -> UUID:
        """Alice's phone, whose numbers 3, 5 and 6 never came."""
        phone = id_of("alice's device")
        for number in (1, 2, 4, 7):
            capture(phone, world.alice.id, number)
        return phone

    def test_a_gap_that_is_explained_is_no_longer_looked_for(
        self, world: World, phone: UUID, client_as: AsPerson
    ) -> None:
        diane = client_as("diane")
        words = "Jetée sur le téléphone, le tactile <b>glisse</b>."
        for first in (3, 5):
            answer = diane.post(f"/missing/{phone}/explain", data={"first": first, "reason": words})
            assert (answer.status_code, answer.location) == (303, "/missing")
        assert not absent.gaps(world.diane)
        rows = absent.explained(world.diane)
        assert {(row.first, row.last, row.person_id, row.reason) for row in rows} == {
            (3, 3, world.diane.id, words),
            (5, 6, world.diane.id, words),
        }
        assert not absent.explained(world.erwan)
        assert "le tactile &lt;b&gt;glisse" in diane.get("/missing").text
        capture(phone, world.alice.id, 9)
        assert [(gap.first, gap.last) for gap in absent.gaps(world.diane)] == [(8, 8)]

    def test_what_comes_after_all_leaves_the_rest_explained(
        self, world: World, phone: UUID, client_as: AsPerson
    ) -> None:
        client_as("diane").post(f"/missing/{phone}/explain", data={"first": 5, "reason": "Perdu."})
        capture(phone, world.alice.id, 5)
        assert [gap.first for gap in absent.gaps(world.diane)] == [3]

    @pytest.mark.parametrize("reason", ["", " \n", "x" * 4_001])
    def test_not_without_a_reason(self, world: World, phone: UUID, client_as: AsPerson, reason: str) -> None:
        answer = client_as("diane").post(f"/missing/{phone}/explain", data={"first": 3, "reason": reason})
        assert answer.status_code == 422
        assert "Dites pourquoi" in answer.text
        assert len(absent.gaps(world.diane)) == 2

    @pytest.mark.parametrize("first", ["4", "6", "0", "-1", "x", ""])
    def test_only_a_gap_that_there_is(self, world: World, phone: UUID, client_as: AsPerson, first: str) -> None:
        sent = {"first": first, "reason": "Perdu."}
        assert client_as("diane").post(f"/missing/{phone}/explain", data=sent).status_code == 404
        assert client_as("erwan").post(f"/missing/{phone}/explain", data=sent | {"first": "3"}).status_code == 404
        assert not absent.explained(world.diane)


class TestSilent:
    @pytest.fixture
    def phone(self, world: World) -> Device:
        sign_in("alice")
        row = db.session.get_one(Device, id_of("alice's device"))
        row.last_heard = now() - timedelta(days=2, minutes=1)
        db.session.commit()
        return row

    def test_a_phone_not_heard_from_for_two_days(self, world: World, phone: Device) -> None:
        assert [(device.id, owner.id) for device, owner in absent.silent(world.diane)] == [(phone.id, world.alice.id)]
        assert not absent.silent(world.erwan)

    def test_not_before_and_not_once_it_is_revoked(self, world: World, phone: Device) -> None:
        phone.last_heard = now() - timedelta(days=1, hours=23)
        db.session.commit()
        assert not absent.silent(world.diane)
        phone.last_heard = now() - timedelta(days=5)
        phone.revoked_at = now()
        db.session.commit()
        assert not absent.silent(world.diane)


def test_the_page_takes_the_same_number_of_queries_however_much_is_missing(
    world: World, client_as: Callable[[str | None], Client]
) -> None:
    browser = client_as("diane")

    def ask() -> int:
        with counted() as asked:
            assert browser.get("/missing").status_code == 200
        return len(asked)

    ask()
    few = ask()
    for number in (2, 5, 9, 14):
        capture(id_of("alice's device"), world.alice.id, number)
        capture(id_of("bob's device"), world.bob.id, number)
    assert "10 à 13" in browser.get("/missing").text
    assert ask() == few
    assert few <= 16
