"""What can happen to a case; nothing is deleted, nothing is overwritten unseen."""

from datetime import timedelta

import pytest
from flask import Flask

from blueprints.clients import actions
from blueprints.clients.actions import AlertWords, ContactWords, Details
from blueprints.clients.models import Assignment
from blueprints.shared import happened
from blueprints.shared.db import db, today
from blueprints.shared.refusal import Refused
from tests.support.world import World

pytestmark = pytest.mark.both_engines


def test_a_case_is_found_by_folded_words(world: World) -> None:
    client = actions.create(
        world.north, Details("Zoé", "L’Hénoret-Œuvrard", address="3 place de l’Église", phone="02 98-12")
    )
    assert client.search == "l henoret oeuvrard zoe 3 place de l eglise 029812"


def test_everything_that_was_written_is_there(world: World) -> None:
    details = Details("Ida", "Weber", born=today(), visit_every=14)
    details.contacts = [ContactWords("Fille", "fille", "06"), ContactWords("Voisin")]
    details.alerts = [AlertWords("chien", "danger", today())]
    client = actions.create(world.north, details)
    db.session.expire_all()
    assert [row.name for row in client.contacts] == ["Fille", "Voisin"]
    assert [(row.words, row.level, row.since) for row in client.alerts] == [("chien", "danger", today())]
    assert client.visit_every == 14


def test_nobody_is_born_tomorrow(world: World) -> None:
    with pytest.raises(Refused) as refused:
        actions.create(world.north, Details("A", "B", born=today() + timedelta(days=1)))
    assert "born" in refused.value.messages


def test_two_who_write_at_the_same_time(world: World) -> None:
    client = world.jeanne
    seen = client.version
    actions.edit(client, world.north, Details("Jeanne", "Le Goff", phone="1", contacts=[ContactWords("Anne")]), seen)
    assert client.version > seen
    with pytest.raises(Refused) as refused:
        actions.edit(client, world.north, Details("Jeanne", "Le Goff", phone="2"), seen)
    assert refused.value.status == 409
    assert client.phone == "1"


def test_a_contact_alone_counts_as_a_change(world: World) -> None:
    client = world.marcel
    client.search = actions.search_text(client)
    db.session.flush()
    seen = client.version
    same = Details("Marcel", "Kerjean", address=client.address, phone=client.phone)
    same.contacts = [ContactWords("Voisine")]
    actions.edit(client, world.north, same, seen)
    assert client.version > seen


def test_a_case_with_visits_to_come_is_not_archived(world: World) -> None:
    client = world.jeanne
    with pytest.raises(Refused, match="3"):
        actions.archive(client, world.diane)
    for name in ("visit", "afternoon", "tomorrow"):
        getattr(world, name).status = "cancelled_by_us"
    actions.archive(client, world.diane)
    assert client.archived_at is not None
    actions.restore(client)
    assert (client.archived_at, client.archived_by) == (None, None)


def test_an_assignment_that_ends_stays_for_the_record(world: World) -> None:
    client = world.jeanne
    row = actions.assign(client, world.bob, world.diane)
    assert actions.assign(client, world.bob, world.diane) is row  # twice is once
    actions.end_assignment(row, world.diane)
    db.session.flush()
    kept = db.session.get_one(Assignment, row.id)
    assert (kept.ended_by, kept.ended_at is not None) == (world.id("diane"), True)
    again = actions.assign(client, world.bob, world.diane)
    assert again.id != row.id


def test_every_change_is_told(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[happened.Event] = []
    monkeypatch.setitem(app.extensions, "happened", [heard.append])
    client = actions.create(world.north, Details("A", "B"))
    actions.edit(client, world.north, Details("A", "C"), client.version)
    row = actions.assign(client, world.bob, world.diane)
    actions.end_assignment(row, world.diane)
    actions.archive(client, world.diane)
    actions.restore(client)
    assert [event.verb for event in heard] == ["created", "edited", "assigned", "unassigned", "archived", "restored"]
    assert {event.client_id for event in heard} == {client.id}
