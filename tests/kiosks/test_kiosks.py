"""A tablet: set up, paired, used, left, revoked."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from blueprints.captures.models import Capture
from blueprints.forms.actions import publish_shipped
from blueprints.kiosks.models import Kiosk
from blueprints.people.models import SignIn
from blueprints.shared import throttle
from blueprints.shared.db import db, now
from blueprints.shared.tokens import as_typed
from tests.support.client import Client, Delivered
from tests.support.world import PASSWORD, World, email, id_of

As = Callable[[str | None], Client]
SURVEY = "kiosk-hall"


@pytest.fixture(autouse=True)
def surveys(app: Flask, world: World) -> None:
    publish_shipped()
    world.kiosk.form_id = SURVEY
    db.session.commit()


@pytest.fixture
def gaston(client_as: As) -> Client:
    return client_as("gaston")


def set_up(client: Client, **fields: str):
    return client.post("/kiosks/new", data={"name": "Hall", "team": str(id_of("north")), "survey": SURVEY} | fields)


def code_in(page: str) -> str:
    found = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", page)
    assert found
    return found[0]


def hall() -> Kiosk:
    return db.session.scalars(select(Kiosk).where(Kiosk.name == "Hall")).one()


@pytest.mark.parametrize(("name", "team"), [("Hall", "north"), (" HALL ", "north"), ("hall", "south")])
def test_a_name_is_one_kiosks_alone(gaston: Client, name: str, team: str) -> None:
    assert set_up(gaston).status_code == 201
    answer = set_up(gaston, name=name, team=str(id_of(team)))
    assert answer.status_code == 422
    assert "Une borne porte déjà ce nom." in answer.text
    assert 'id="name-error"' in answer.text
    assert hall()


def test_a_revoked_kiosk_gives_its_name_free(gaston: Client) -> None:
    set_up(gaston)
    gaston.post(f"/kiosks/{hall().id}/revoke")
    assert set_up(gaston).status_code == 201


@pytest.mark.both_engines
def test_from_the_code_to_the_survey(gaston: Client, client: Client) -> None:
    answer = set_up(gaston)
    assert answer.status_code == 201
    code = code_in(answer.text)
    assert client.get("/kiosk/").location == "/kiosk/pair"
    paired = client.post("/kiosk/pair", data={"code": code})
    assert (paired.status_code, paired.location) == (303, "/kiosk/")
    page = client.get("/kiosk/")
    assert page.status_code == 200
    assert f"/kiosk/answers/{SURVEY}/" in page.text
    assert hall().last_heard is not None
    assert hall().code is None


def test_the_code_is_shown_once_and_neither_code_nor_secret_is_kept(gaston: Client, client: Client) -> None:
    code = code_in(set_up(gaston).text)
    assert code not in gaston.get("/kiosks").text
    assert as_typed(code) not in (hall().code or "")
    client.post("/kiosk/pair", data={"code": code})
    assert client.get_cookie("kiosk").value != hall().secret
    assert len(hall().secret or "") == 64


def sloppily(code: str) -> str:
    return code.replace("0", "o").replace("1", "l")


@pytest.mark.parametrize("spoil", [str.lower, lambda code: f" {code.replace('-', ' ')} ", sloppily])
def test_a_code_is_read_kindly(gaston: Client, client: Client, spoil: Callable[[str], str]) -> None:
    assert client.post("/kiosk/pair", data={"code": spoil(code_in(set_up(gaston).text))}).status_code == 303


def test_a_code_works_once_and_for_a_quarter_of_an_hour(gaston: Client, client_as: As) -> None:
    code = code_in(set_up(gaston).text)
    with time_machine.travel(now() + timedelta(minutes=15, seconds=1), tick=False):
        assert client_as(None).post("/kiosk/pair", data={"code": code}).status_code == 422
    assert client_as(None).post("/kiosk/pair", data={"code": code}).status_code == 303
    assert client_as(None).post("/kiosk/pair", data={"code": code}).status_code == 422


@pytest.mark.parametrize("code", ["", " ", "0000-0000", "x" * 5000, "' OR 1=1--", "\0", "\ud7ff", "7F3K92Q"])
def test_a_code_that_never_was(client: Client, code: str) -> None:
    answer = client.post("/kiosk/pair", data={"code": code})
    assert answer.status_code == 422
    assert client.get_cookie("kiosk") is None


@pytest.mark.both_engines
def test_guessing_at_codes_is_slowed_by_network(gaston: Client, client: Client) -> None:
    code = code_in(set_up(gaston).text)
    answers = [client.post("/kiosk/pair", data={"code": f"0000-{n:04}"}).status_code for n in range(14)]
    assert answers == [422] * throttle.PAIRING.free + [429] * 4
    waiting = client.post("/kiosk/pair", data={"code": code})
    assert waiting.status_code == 429
    assert "30 secondes" in waiting.text
    elsewhere = {"REMOTE_ADDR": "10.7.7.7"}
    assert client.post("/kiosk/pair", data={"code": code}, environ_base=elsewhere).status_code == 303


def test_pairing_right_at_once_is_no_failed_try(gaston: Client, client_as: As) -> None:
    for _n in range(15):
        set_up(gaston)
        code = code_in(gaston.post(f"/kiosks/{id_of('kiosk')}/pair-code").text)
        assert client_as(None).post("/kiosk/pair", data={"code": code}).status_code == 303


def test_a_new_code_moves_the_kiosk_to_another_tablet(gaston: Client, client_as: As) -> None:
    old, new = client_as("kiosk"), client_as(None)
    code = code_in(gaston.post(f"/kiosks/{id_of('kiosk')}/pair-code").text)
    assert old.get("/kiosk/").status_code == 200  # until the code is used
    new.post("/kiosk/pair", data={"code": code})
    assert old.get("/kiosk/").status_code == 303
    assert new.get("/kiosk/").status_code == 200


def test_a_revoked_kiosk_shows_nothing_and_gets_no_code(gaston: Client, client_as: As, world: World) -> None:
    tablet = client_as("kiosk")
    assert gaston.post(f"/kiosks/{id_of('kiosk')}/revoke").status_code == 303
    assert tablet.get("/kiosk/").location == "/kiosk/pair"
    assert gaston.post(f"/kiosks/{id_of('kiosk')}/pair-code").status_code == 422
    assert world.kiosk.revoked_by == id_of("gaston")
    assert world.kiosk.secret is None


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"team": str(id_of("nothing"))}, "team"),
        ({"team": "1 or 1"}, "team"),
        ({"survey": "home-safety"}, "survey"),  # a checklist is no survey
        ({"survey": ""}, "survey"),
        ({"survey": "../x"}, "survey"),
    ],
)
def test_what_is_refused_at_its_field(gaston: Client, fields: dict[str, str], wrong: str) -> None:
    answer = set_up(gaston, **fields)
    assert answer.status_code == 422
    assert f'href="#{wrong}"' in answer.text
    assert db.session.scalar(select(func.count()).select_from(Kiosk)) == 1


def test_fields_that_are_not_asked_for_change_nothing(gaston: Client) -> None:
    set_up(gaston, secret="known", code="known", made_by=str(id_of("alice")), id=str(id_of("x")))
    assert (hall().secret, hall().made_by) == (None, id_of("gaston"))
    assert hall().code != "known"


def test_the_list_says_when_it_was_heard_last(gaston: Client, client_as: As, world: World) -> None:
    world.kiosk.last_heard = now() - timedelta(days=3)
    before = gaston.get("/kiosks").text
    client_as("kiosk").get("/kiosk/")
    after = gaston.get("/kiosks").text
    assert "Accueil" in before
    assert before != after
    assert now() - world.kiosk.last_heard < timedelta(minutes=1)


def test_being_heard_is_written_once_a_minute(client_as: As, world: World) -> None:
    world.kiosk.last_heard = heard = now() - timedelta(seconds=40)
    client_as("kiosk").get("/kiosk/")
    assert world.kiosk.last_heard == heard


def test_the_kiosk_cookie_is_its_own(client_as: As) -> None:
    """Staff who sign in and out on the tablet leave it paired."""
    tablet = client_as("kiosk")
    left = tablet.post("/kiosk/leave", data={"email": email("diane"), "password": PASSWORD})
    assert (left.status_code, left.location) == (303, "/")
    assert tablet.get("/reviews").status_code == 200
    assert "diane" not in tablet.get("/kiosk/").text
    out = tablet.post("/sign-out")
    assert tablet.get(out.location).location == "/kiosk/"
    assert f"/kiosk/answers/{SURVEY}/" in tablet.get("/kiosk/").text


@pytest.mark.parametrize("url", ["/", "/sign-in", "/today", "/people", "/account", f"/clients/{id_of('jeanne')}"])
def test_a_paired_tablet_never_leads_to_staff_pages(client_as: As, url: str) -> None:
    tablet = client_as("kiosk")
    seen = []
    for _n in range(5):
        answer = tablet.get(url)
        if answer.status_code == 200:
            break
        seen.append(answer.status_code)
        url = answer.location
    assert url == "/kiosk/"
    assert set(seen) == {302}


@pytest.mark.parametrize("name", ["alice", "fanny"])
def test_leaving_is_for_supervisors_and_administrators(client_as: As, name: str) -> None:
    tablet = client_as("kiosk")
    answer = tablet.post("/kiosk/leave", data={"email": email(name), "password": PASSWORD})
    assert answer.status_code == 403
    assert tablet.get("/account").status_code == 302
    assert db.session.scalar(select(func.count()).select_from(SignIn)) == 0


def test_leaving_is_slowed_like_any_sign_in(client_as: As) -> None:
    tablet = client_as("kiosk")
    data = {"email": email("diane"), "password": "wrong"}
    answers = [tablet.post("/kiosk/leave", data=data).status_code for _n in range(6)]
    assert answers == [401] * 5 + [429]


def test_no_kiosk_where_somebody_is_signed_in(gaston: Client, client_as: As) -> None:
    """A visitor who takes the tablet could else type the address of a staff page."""
    code = code_in(set_up(gaston).text)
    diane = client_as("diane")
    assert diane.post("/kiosk/pair", data={"code": code}).status_code == 409
    assert diane.get_cookie("kiosk") is None
    assert hall().secret is None


def test_a_survey_that_is_gone_is_said_and_breaks_nothing(client_as: As, world: World) -> None:
    world.kiosk.form_id = "gone"
    assert client_as("kiosk").get("/kiosk/").status_code == 404


def test_a_kiosk_may_not_do_what_people_do(client_as: As) -> None:
    tablet = client_as("kiosk")
    assert tablet.post(f"/kiosks/{id_of('kiosk')}/revoke").status_code == 401
    assert tablet.post("/people/new", data={}).status_code == 401


@pytest.mark.both_engines
def test_an_answer_has_the_kiosk_as_author(client_as: As, deliver: Callable[..., Delivered]) -> None:
    tablet = client_as("kiosk")
    url = re.search(rf"/kiosk/answers/{SURVEY}/\w+", tablet.get("/kiosk/").text)
    assert url
    delivered = deliver(tablet, url[0], {"language": "fr"})
    assert delivered.status in (201, 202)  # what the survey asks for is the surveys' business
    capture = db.session.get_one(Capture, delivered.id)
    assert (capture.kiosk_id, capture.author_id) == (id_of("kiosk"), None)


def test_behind_https_the_cookie_is_bound_to_this_host(another_app: Callable[..., Flask]) -> None:
    app = another_app(SESSION_COOKIE_SECURE=True, SESSION_COOKIE_NAME="__Host-tournee")
    with app.test_request_context():
        from blueprints.kiosks.queries import cookie_name

        assert cookie_name() == "__Host-kiosk"
