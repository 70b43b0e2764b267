"""Everybody's own page."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from blueprints.people.models import SignIn
from blueprints.shared.db import db, now
from tests.support.client import Client
from tests.support.world import PASSWORD, World, id_of, sign_in

As = Callable[[str | None], Client]
NEW = "un vent d’ouest tranquille"


def change(client: Client, current: str = PASSWORD, password: str = NEW):
    return client.post("/account/password", data={"current_password": current, "password": password})


def test_the_page_shows_who_one_is_and_where(client_as: As) -> None:
    page = client_as("alice").get("/account").text
    assert "Alice Morvan" in page
    assert "Chrome, Android" in page


@pytest.mark.both_engines
def test_ones_own_password(client_as: As, client: Client) -> None:
    assert change(client_as("alice")).status_code == 303
    old = client.post("/sign-in", data={"email": "alice@example.org", "password": PASSWORD})
    new = client.post("/sign-in", data={"email": "alice@example.org", "password": NEW})
    assert (old.status_code, new.status_code) == (401, 303)


def test_whoever_knows_the_old_password_is_out_and_oneself_stays_in(client_as: As) -> None:
    mine, other = client_as("alice"), client_as("alice")
    change(mine)
    assert mine.get("/account").status_code == 200
    assert other.get("/account").status_code == 302


@pytest.mark.parametrize("current", ["", "wrong", PASSWORD + " ", PASSWORD.upper()])
def test_the_current_one_is_asked_for(client_as: As, world: World, current: str) -> None:
    before = world.alice.password
    answer = change(client_as("alice"), current)
    assert answer.status_code == 422
    assert world.alice.password == before


@pytest.mark.both_engines
def test_guessing_the_current_one_from_a_session_left_open_is_slowed_down(client_as: As, client: Client) -> None:
    alice = client_as("alice")
    assert [change(alice, "wrong").status_code for _ in range(5)] == [422] * 5
    waiting = change(alice)
    assert waiting.status_code == 429
    assert int(waiting.headers["Retry-After"]) <= 30
    assert "Trop d’essais" in waiting.text
    with time_machine.travel(now() + timedelta(seconds=31)):
        assert change(alice).status_code == 303
        assert [change(alice, "wrong").status_code for _ in range(5)] == [422] * 5  # counted anew


@pytest.mark.parametrize("password", ["", "short", "12345678", "alicemorvan", "x" * 5000])
def test_a_weak_one_is_refused_with_the_reason(client_as: As, world: World, password: str) -> None:
    before = world.alice.password
    answer = change(client_as("alice"), password=password)
    assert answer.status_code == 422
    assert 'id="password-error"' in answer.text
    assert world.alice.password == before


def test_passwords_never_come_back_in_the_page(client_as: As) -> None:
    page = change(client_as("alice"), "geheim-eins-zwei", "geheim-drei-vier").text
    assert "geheim" not in page


@pytest.mark.parametrize(("language", "status"), [("en", 303), ("fr", 303), ("de", 422), ("", 422), ("en ", 422)])
def test_the_language(client_as: As, world: World, language: str, status: int) -> None:
    client = client_as("alice")
    assert client.post("/account/language", data={"language": language}).status_code == status
    assert world.alice.language == (language if status == 303 else "fr")
    assert f'<html lang="{world.alice.language}"' in client.get("/account").text


def test_name_and_shortcuts(client_as: As, world: World) -> None:
    client = client_as("alice")
    assert client.post("/account", data={"name": "  Alice\u0301  Morvan "}).status_code == 303
    assert (world.alice.name, world.alice.shortcuts) == ("Alicé Morvan", False)
    client.post("/account", data={"name": "Alice", "shortcuts": "y"})
    assert world.alice.shortcuts is True


@pytest.mark.parametrize("name", ["", " ", "\n\n", "x" * 201, "\0"])
def test_a_name_that_is_none(client_as: As, world: World, name: str) -> None:
    assert client_as("alice").post("/account", data={"name": name}).status_code == 422
    assert world.alice.name == "Alice Morvan"


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "{{7*7}}", '"><img src=x onerror=alert(1)>', "O’Neill", "Þ", "Ⅷ 李"]
)
def test_a_name_is_shown_as_it_was_typed(client_as: As, name: str) -> None:
    client = client_as("alice")
    client.post("/account", data={"name": name})
    page = client.get("/account").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert ">49<" not in page


def test_fields_that_are_not_ones_own_change_nothing(client_as: As, world: World) -> None:
    extra = {
        "name": "Alice Morvan",
        "role": "administrator",
        "roles": ["administrator", "supervisor"],
        "teams": str(world.id("south")),
        "team_ids": str(world.id("south")),
        "email": "evil@example.org",
        "disabled_at": "",
        "id": str(world.id("bob")),
        "person_id": str(world.id("bob")),
        "weekly_minutes": "9999",
        "password": "changed without asking",
        "a[]": "1",
        "a[b]": "1",
    }
    client = client_as("alice")
    for url in ("/account", "/account/language", "/account/shortcuts"):
        client.post(url, data={**extra, "language": "en"})
    alice = world.alice
    assert [row.role for row in alice.roles] == ["coordinator"]
    assert alice.team_ids == [world.id("north")]
    assert (alice.email, alice.weekly_minutes) == ("alice@example.org", None)
    assert world.bob.name == "Bob Quéré"


def mine(name: str) -> list[SignIn]:
    return list(db.session.scalars(select(SignIn).where(SignIn.person_id == id_of(name)).order_by(SignIn.created_at)))


def test_one_session_is_ended_and_the_others_go_on(client_as: As) -> None:
    here, there = client_as("alice"), client_as("alice")
    row = mine("alice")[1]
    assert here.post(f"/account/sessions/{row.id}/end").status_code == 303
    assert there.get("/account").status_code == 302
    assert here.get("/account").status_code == 200


def test_all_others_are_ended(client_as: As) -> None:
    here, others = client_as("alice"), [client_as("alice") for _n in range(3)]
    somebody_else = client_as("bob")
    assert here.post("/account/sessions/end-others").status_code == 303
    assert [other.get("/account").status_code for other in others] == [302] * 3
    assert here.get("/account").status_code == 200
    assert somebody_else.get("/account").status_code == 200


def test_somebody_elses_session_does_not_exist(client_as: As) -> None:
    client_as("bob")
    row = mine("bob")[0]
    client = client_as("alice")
    answer = client.post(f"/account/sessions/{row.id}/end")
    nothing = client.post(f"/account/sessions/{id_of('nothing')}/end")
    assert (answer.status_code, answer.data) == (404, nothing.data)
    assert mine("bob")[0].ended_at is None


def test_the_list_shows_only_what_goes_on(client_as: As) -> None:
    client = client_as("diane")
    for _n in range(3):
        sign_in("diane")
    rows = [row for row in mine("diane") if row.id != mine("diane")[0].id]
    rows[0].ended_at = now()
    rows[1].last_seen = now() - timedelta(hours=2)  # idle for too long
    rows[2].expires_at = now()
    assert client.get("/account").text.count('class="row"') == 1


def test_an_administrator_has_no_key_to_somebody_elses_account_page(client_as: As, world: World) -> None:
    client_as("gaston").post("/account", data={"name": "Changed", "id": str(world.id("alice"))})
    assert world.alice.name == "Alice Morvan"
