"""The administrator's pages: people, teams, devices."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import func, select

from blueprints.people.models import Device, Invitation, Person, PersonRole, SignIn, Team
from blueprints.shared.db import db, now
from blueprints.shared.tokens import hashed
from tests.support.client import Client
from tests.support.world import PASSWORD, World, email, id_of

As = Callable[[str | None], Client]
NEW = "quatre canards sur un étang"


@pytest.fixture
def gaston(client_as: As) -> Client:
    return client_as("gaston")


def invite(client: Client, **fields: Any):
    data = {"name": "Zoé Nouvelle", "email": "zoe@example.org", "roles": "coordinator", "teams": str(id_of("north"))}
    return client.post("/people/new", data=data | fields)


def link_in(page: str) -> str:
    found = re.search(r"/invitations/[\w-]+", page)
    assert found
    return found[0]


def zoe() -> Person | None:
    return db.session.scalar(select(Person).where(Person.email == "zoe@example.org"))


@pytest.mark.both_engines
def test_from_the_invitation_to_the_first_day(gaston: Client, client: Client) -> None:
    answer = invite(gaston)
    assert answer.status_code == 201
    link = link_in(answer.text)
    assert "Zoé Nouvelle" in client.get(link).text
    came_in = client.post(link, data={"password": NEW})
    assert (came_in.status_code, came_in.location) == (303, "/")
    assert client.get("/").location == "/today"
    assert zoe().has("coordinator")
    assert zoe().team_ids == [id_of("north")]


def test_the_link_works_once_and_its_token_is_not_kept(gaston: Client, client: Client) -> None:
    link = link_in(invite(gaston).text)
    assert db.session.scalar(select(Invitation.secret)) == hashed(link.rpartition("/")[2])
    client.post(link, data={"password": NEW})
    client.post("/sign-out")
    assert client.get(link).status_code == 404
    assert client.post(link, data={"password": "a thief sets another one"}).status_code == 404
    assert client.post("/sign-in", data={"email": "zoe@example.org", "password": NEW}).status_code == 303


def test_a_weak_password_does_not_use_the_link_up(gaston: Client, client: Client) -> None:
    link = link_in(invite(gaston).text)
    assert client.post(link, data={"password": "zoenouvelle"}).status_code == 422
    assert client.post(link, data={}).status_code == 422
    assert client.post(link, data={"password": NEW}).status_code == 303


def test_the_link_is_good_for_a_week(gaston: Client, client: Client) -> None:
    link = link_in(invite(gaston).text)
    with time_machine.travel(now() + timedelta(days=7, minutes=1), tick=False):
        assert client.get(link).status_code == 404
    assert client.get(link).status_code == 200


@pytest.mark.parametrize("token", ["x", "0" * 43, "..", "é", "x" * 5000, "%00", "' OR 1=1--"])
def test_a_link_that_never_was(client: Client, token: str) -> None:
    assert client.get(f"/invitations/{token}").status_code == 404


def test_a_newer_link_ends_the_one_before(gaston: Client, client: Client) -> None:
    first = link_in(invite(gaston).text)
    second = link_in(gaston.post(f"/people/{zoe().id}/reset").text)
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"email": "none"}, "email"),
        ({"email": "a@b c"}, "email"),
        ({"email": "<a@b>"}, "email"),
        ({"email": "x" * 251 + "@b.c"}, "email"),
        ({"email": "ALICE@example.org"}, "email"),
        ({"roles": []}, "roles"),
        ({"roles": ["god"]}, "roles"),
        ({"teams": str(id_of("nothing"))}, "teams"),
        ({"teams": "1 or 1"}, "teams"),
        ({"weekly_hours": "0x10"}, "weekly_hours"),
        ({"weekly_hours": "-1"}, "weekly_hours"),
        ({"weekly_hours": "1e309"}, "weekly_hours"),
        ({"weekly_hours": "٣٥"}, "weekly_hours"),
        ({"weekly_hours": "1,5"}, "weekly_hours"),
    ],
)
def test_what_an_invitation_refuses_at_its_field(gaston: Client, fields: dict[str, Any], wrong: str) -> None:
    people = db.session.scalar(select(func.count()).select_from(Person))
    answer = invite(gaston, **fields)
    assert answer.status_code == 422
    assert f'href="#{wrong}"' in answer.text
    assert "Zoé Nouvelle" in answer.text or wrong == "name"  # what was typed is still there
    assert db.session.scalar(select(func.count()).select_from(Person)) == people


def test_an_invitation_reads_kindly(gaston: Client) -> None:
    invite(gaston, email=" ZOE@Example.org ", name="Zoe\u0301  Nouvelle", weekly_hours="35", roles=["manager"] * 2)
    assert (zoe().name, zoe().weekly_minutes) == ("Zoé Nouvelle", 35 * 60)
    assert [row.role for row in zoe().roles] == ["manager"]


def test_unknown_fields_are_never_read(gaston: Client) -> None:
    invite(gaston, password="preset by the administrator", id=str(id_of("x")), disabled_at="now", language="en")
    assert zoe().password is None
    assert zoe().language == "fr"
    assert zoe().id != id_of("x")


@pytest.mark.both_engines
def test_roles_and_teams_are_changed(gaston: Client, world: World) -> None:
    data = {
        "name": "Alice M.",
        "email": email("alice"),
        "roles": ["coordinator", "supervisor"],
        "teams": [str(id_of("south")), str(id_of("north"))],
    }
    assert gaston.post(f"/people/{id_of('alice')}", data=data).status_code == 303
    assert {row.role for row in world.alice.roles} == {"coordinator", "supervisor"}
    assert set(world.alice.team_ids) == {id_of("south"), id_of("north")}
    assert gaston.post(f"/people/{id_of('alice')}", data=data | {"roles": "supervisor", "teams": []}).status_code == 303
    assert {row.role for row in world.alice.roles} == {"supervisor"}
    assert world.alice.team_ids == []


def details(name: str, *roles: str) -> dict[str, Any]:
    return {"name": name, "email": email(name), "roles": list(roles), "teams": []}


def test_a_role_more_asks_for_a_new_sign_in_and_a_role_less_does_not(gaston: Client, client_as: As) -> None:
    """The session of a coordinator's phone lives for 30 days: too long for a supervisor's."""
    alice, karim = client_as("alice"), client_as("karim")
    gaston.post(f"/people/{id_of('alice')}", data=details("alice", "coordinator", "supervisor"))
    gaston.post(f"/people/{id_of('karim')}", data=details("karim", "coordinator"))
    assert alice.get("/account").status_code == 302
    assert karim.get("/account").status_code == 200


def test_somebody_elses_address_is_refused_and_ones_own_is_not(gaston: Client, world: World) -> None:
    taken = gaston.post(f"/people/{id_of('alice')}", data=details("alice", "coordinator") | {"email": email("bob")})
    assert taken.status_code == 422
    assert world.alice.email == email("alice")
    assert gaston.post(f"/people/{id_of('alice')}", data=details("alice", "coordinator")).status_code == 303


def test_disable_ends_everything_and_says_why(gaston: Client, client_as: As, client: Client, world: World) -> None:
    alice = client_as("alice")
    answer = gaston.post(f"/people/{id_of('alice')}/disable", data={"reason": "Congé sabbatique"})
    assert answer.status_code == 303
    assert alice.get("/account").status_code == 302
    refused = client.post("/sign-in", data={"email": email("alice"), "password": PASSWORD})
    assert "Congé sabbatique" in refused.text
    assert "Congé sabbatique" in gaston.get(f"/people/{id_of('alice')}").text
    gaston.post(f"/people/{id_of('alice')}/enable")
    assert world.alice.disabled_at is None
    assert client.post("/sign-in", data={"email": email("alice"), "password": PASSWORD}).status_code == 303


def test_an_open_link_ends_with_the_account(gaston: Client, client: Client) -> None:
    link = link_in(invite(gaston).text)
    gaston.post(f"/people/{zoe().id}/disable", data={"reason": "Erreur"})
    assert client.get(link).status_code == 404
    gaston.post(f"/people/{zoe().id}/enable")
    assert client.get(link).status_code == 404


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201])
def test_disable_needs_a_reason(gaston: Client, world: World, reason: str) -> None:
    assert gaston.post(f"/people/{id_of('alice')}/disable", data={"reason": reason}).status_code == 422
    assert world.alice.disabled_at is None


def test_nobody_disables_themselves(gaston: Client, world: World) -> None:
    assert gaston.post(f"/people/{id_of('gaston')}/disable", data={"reason": "x"}).status_code == 422
    assert world.gaston.disabled_at is None


def test_there_is_always_an_administrator_who_can_sign_in(gaston: Client, world: World) -> None:
    answer = gaston.post(f"/people/{id_of('gaston')}", data=details("gaston", "manager"))
    assert answer.status_code == 422
    assert world.gaston.has("administrator")
    invited = world.fanny
    invited.roles.append(PersonRole(role="administrator"))
    invited.password = None  # one who has not come in yet is not enough
    assert gaston.post(f"/people/{id_of('gaston')}", data=details("gaston", "manager")).status_code == 422
    world.fanny.password = world.alice.password
    assert gaston.post(f"/people/{id_of('gaston')}", data=details("gaston", "manager")).status_code == 303
    assert gaston.get("/people").status_code == 403


def test_reset_takes_the_password_and_the_sessions(gaston: Client, client_as: As, client: Client) -> None:
    alice = client_as("alice")
    answer = gaston.post(f"/people/{id_of('alice')}/reset")
    assert answer.status_code == 201
    assert alice.get("/account").status_code == 302
    assert client.post("/sign-in", data={"email": email("alice"), "password": PASSWORD}).status_code == 401
    assert client.post(link_in(answer.text), data={"password": NEW}).status_code == 303


def test_no_reset_of_a_disabled_account(gaston: Client, world: World) -> None:
    assert gaston.post(f"/people/{id_of('hugo')}/reset").status_code == 422
    assert world.hugo.password is not None


def test_one_session_of_somebody(gaston: Client, client_as: As) -> None:
    one, two = client_as("alice"), client_as("alice")
    row = db.session.scalars(
        select(SignIn).where(SignIn.person_id == id_of("alice")).order_by(SignIn.created_at)
    ).first()
    assert gaston.post(f"/people/{id_of('alice')}/sessions/{row.id}/end").status_code == 303
    assert (one.get("/account").status_code, two.get("/account").status_code) == (302, 200)
    assert gaston.post(f"/people/{id_of('bob')}/sessions/{row.id}/end").status_code == 404


@pytest.mark.parametrize(
    ("query", "there", "absent"),
    [
        ("", ["Alice Morvan", "Hugo Cadiou"], []),
        ("?q=morv", ["Alice Morvan"], ["Bob"]),
        ("?q=ALICE@EXAMPLE", ["Alice Morvan"], ["Bob"]),
        ("?state=disabled", ["Hugo Cadiou"], ["Alice Morvan"]),
        ("?state=active", ["Alice Morvan"], ["Hugo Cadiou"]),
        ("?state=invited", [], ["Alice Morvan", "Hugo Cadiou"]),
        ("?state=nonsense", ["Alice Morvan"], []),
        ("?q=%25", [], ["Alice Morvan"]),
        ("?q=_", [], ["Alice Morvan"]),
        ("?q=%00' OR 1=1--", [], ["Alice Morvan"]),
        ("?q=" + "x" * 3000, [], ["Alice Morvan"]),
    ],
)
@pytest.mark.both_engines
def test_the_list(gaston: Client, query: str, there: list[str], absent: list[str]) -> None:
    for headers in ({}, {"HX-Request": "true"}):
        answer = gaston.get(f"/people{query}", headers=headers)
        assert answer.status_code == 200
        assert all(name in answer.text for name in there)
        assert not any(name in answer.text for name in absent)
        assert ("<html" in answer.text) is not bool(headers)


@pytest.mark.both_engines
def test_teams_are_made_and_renamed(gaston: Client, world: World) -> None:
    assert gaston.post("/teams", data={"name": " Équipe  Est "}).status_code == 303
    team = db.session.scalars(select(Team).where(Team.name == "Équipe Est")).one()
    assert gaston.post(f"/teams/{team.id}", data={f"{team.id}-name": "Est"}).status_code == 303
    assert db.session.get_one(Team, team.id, populate_existing=True).name == "Est"
    page = gaston.get("/teams").text
    assert "Est" in page
    assert "Nord" in page


@pytest.mark.parametrize("name", ["", " ", "Nord", "NORD", "x" * 101, "\0"])
def test_a_team_needs_a_name_of_its_own(gaston: Client, name: str, world: World) -> None:
    assert gaston.post("/teams", data={"name": name}).status_code == 422
    assert gaston.post(f"/teams/{id_of('south')}", data={f"{id_of('south')}-name": name}).status_code == 422
    assert world.south.name == "Sud"
    assert db.session.scalar(select(func.count()).select_from(Team)) == 2


@pytest.mark.both_engines
def test_a_lost_phone_is_revoked(gaston: Client, client_as: As, client: Client, deliver: Callable[..., Any]) -> None:
    alice = client_as("alice")
    deliver(alice, f"/visits/{id_of('visit')}/notes/free", {"text": "vu"})
    page = gaston.get("/devices").text
    assert "Alice Morvan" in page
    assert "1 envoi" in page
    assert gaston.post(f"/devices/{alice.device}/revoke").status_code == 303
    assert alice.get("/account").status_code == 302
    assert db.session.get_one(Device, alice.device).revoked_by == id_of("gaston")
    client.set_cookie("tournee_device", str(alice.device))
    client.post("/sign-in", data={"email": email("alice"), "password": PASSWORD})
    row = db.session.scalars(select(SignIn).order_by(SignIn.created_at.desc())).first()
    assert row.device_id != alice.device  # the number of a revoked device is never used again


@pytest.mark.parametrize("what", ["people/{}", "people/{}/disable", "people/{}/enable", "people/{}/reset", "teams/{}",
                                  "devices/{}/revoke"])  # fmt: skip
@pytest.mark.parametrize("id", [str(id_of("nothing")), str(UUID(int=0)), "0", "1 or 1", "%2e%2e%2f", str(2**63)])
def test_what_does_not_exist(gaston: Client, what: str, id: str) -> None:
    assert gaston.post("/" + what.format(id), data={"reason": "x"}).status_code == 404
