"""Signing in and out: the page, the session, and what it says to whoever is not signed in (any more)."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, update

from blueprints.notes.models import Note
from blueprints.people.models import Device, Person, SignIn
from blueprints.shared.db import db, now
from tests.support.client import Client
from tests.support.world import PASSWORD, World, email, id_of

As = Callable[[str | None], Client]
WRONG = "ne vont pas ensemble"


def enter(client: Client, name: str = "alice", password: str = PASSWORD, **more: str):
    return client.post("/sign-in", data={"email": email(name), "password": password, **more})


def sessions(name: str) -> list[SignIn]:
    return list(db.session.scalars(select(SignIn).where(SignIn.person_id == id_of(name)).order_by(SignIn.id)))


def test_a_person_comes_in_and_the_day_starts(client: Client) -> None:
    answer = enter(client)
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/").location == "/today"


@pytest.mark.both_engines
def test_the_session_is_a_row_on_a_device(client: Client) -> None:
    enter(client)
    (row,) = sessions("alice")
    assert row.device.person_id == id_of("alice")
    assert row.idle_minutes is None
    assert timedelta(days=29) < row.expires_at - now() <= timedelta(days=30)
    assert len(row.secret) == 64


def test_a_desk_session_is_short(client: Client) -> None:
    enter(client, "diane")
    (row,) = sessions("diane")
    assert row.idle_minutes == 30
    assert row.expires_at - now() <= timedelta(hours=12)


def test_each_sign_in_has_a_new_id_and_the_cookie_from_before_is_worth_nothing(client: Client, app: Flask) -> None:
    enter(client)
    first = client.get_cookie("tournee").value
    client.post("/sign-out")
    enter(client)
    assert client.get_cookie("tournee").value != first
    thief = app.test_client()
    thief.set_cookie("tournee", first)
    assert thief.get("/account").status_code == 302


def test_signing_in_again_on_the_same_phone_keeps_its_device(client: Client) -> None:
    enter(client)
    client.post("/sign-out")
    enter(client)
    assert len({row.device_id for row in sessions("alice")}) == 1


def test_somebody_else_on_the_same_phone_is_another_device(client: Client) -> None:
    enter(client)
    client.post("/sign-out")
    enter(client, "bob")
    assert sessions("alice")[0].device_id != sessions("bob")[0].device_id


@pytest.mark.parametrize("mail", ["ALICE@Example.org", "  alice@example.org "])
def test_an_address_is_read_kindly(client: Client, mail: str) -> None:
    assert client.post("/sign-in", data={"email": mail, "password": PASSWORD}).status_code == 303


@pytest.mark.parametrize("name", ["alice", "nobody-of-this-name"])
def test_a_wrong_password_and_an_unknown_account_read_the_same(client: Client, name: str) -> None:
    answer = enter(client, name, "not the password")
    assert answer.status_code == 401
    text = answer.text.replace(email(name), "")
    assert WRONG in text
    known = enter(client, "bob", "not the password").text.replace(email("bob"), "")
    assert text == known


def test_an_unknown_account_is_hashed_too(client: Client, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the time would tell who has an account."""
    verified = []
    hasher = app.extensions["hashing"].hasher
    verify = type(hasher).verify
    monkeypatch.setattr(type(hasher), "verify", lambda self, *args: verified.append(args) or verify(self, *args))
    enter(client, "nobody-of-this-name", "x" * 20)
    enter(client, "alice", "x" * 20)
    assert len(verified) == 2


def test_a_disabled_account_learns_why_but_only_with_its_password(client: Client, world: World) -> None:
    world.hugo.disabled_reason = "A quitté le service"
    answer = enter(client, "hugo")
    assert answer.status_code == 401
    assert "A quitté le service" in answer.text
    assert "A quitté le service" not in enter(client, "hugo", "not the password").text
    assert sessions("hugo") == []


def test_an_invited_person_without_password_cannot_come_in(client: Client, world: World) -> None:
    world.bob.password = None
    assert enter(client, "bob", "").status_code == 422
    assert enter(client, "bob", "nobody's password").status_code == 401


@pytest.mark.parametrize(("typed", "stored"), [("motdépasse sûr été", "motdépasse sûr été"), ("é" * 9, "é" * 9)])
def test_accents_typed_either_way_are_one_password(client: Client, world: World, typed: str, stored: str) -> None:
    from blueprints.people import passwords

    world.alice.password = passwords.hash_of(stored)
    assert enter(client, "alice", typed).status_code == 303


def test_a_very_long_password_is_handled(client: Client, world: World) -> None:
    from blueprints.people import passwords

    world.alice.password = passwords.hash_of("p" * 4096)
    assert enter(client, "alice", "p" * 4097).status_code == 401
    assert enter(client, "alice", "p" * 100_000).status_code == 401
    assert enter(client, "alice", "p" * 4096).status_code == 303


@pytest.mark.both_engines
@pytest.mark.parametrize("mail", ["a\0b@example.org", "' OR 1=1--", "é" * 300, "\u202ealice@example.org", "%", "a@b\n"])
def test_a_strange_address_is_only_wrong(client: Client, mail: str) -> None:
    assert client.post("/sign-in", data={"email": mail, "password": "whatever it is"}).status_code == 401


@pytest.mark.parametrize("data", [{}, {"email": ""}, {"email": " ", "password": " "}, {"email": "a@b", "password": ""}])
def test_what_is_missing_is_named(client: Client, data: dict[str, str]) -> None:
    answer = client.post("/sign-in", data=data)
    assert answer.status_code == 422
    assert "aria-invalid" in answer.text


def test_the_password_never_comes_back_in_the_page(client: Client) -> None:
    assert "a secret that is wrong" not in enter(client, "alice", "a secret that is wrong").text


@pytest.mark.parametrize(
    ("wanted", "went"),
    [
        ("/clients?q=le%20goff", "/clients?q=le%20goff"),
        ("/today", "/today"),
        ("//evil", "/"),
        ("/\\evil", "/"),
        ("https:evil", "/"),
        ("https://evil/", "/"),
        ("javascript:alert(1)", "/"),
        ("\t//evil", "/"),
        ("/\t/evil", "/"),
        ("/today\r\nSet-Cookie: a=b", "/"),
        ("/..//evil", "/..//evil"),
        ("evil", "/"),
        ("", "/"),
    ],
)
def test_only_own_paths_are_gone_on_to(client: Client, client_as: As, wanted: str, went: str) -> None:
    assert enter(client, next=wanted).location == went
    if "\r" not in wanted:
        assert client_as("alice").get("/sign-in", query_string={"next": wanted}).location == went


def test_a_page_that_needs_somebody_leads_to_sign_in_and_back(client: Client) -> None:
    answer = client.get("/account?x=1")
    assert (answer.status_code, answer.location) == (302, "/sign-in?next=/account?x%3D1")
    page = client.get(answer.location).text
    assert 'value="/account?x=1"' in page


@pytest.mark.parametrize(
    "headers", [{"HX-Request": "true"}, {"Sec-Fetch-Mode": "cors"}, {"Accept": "application/json"}]
)
def test_scripts_hear_401_and_never_a_redirect(client: Client, headers: dict[str, str]) -> None:
    answer = client.get("/account", headers=headers)
    assert (answer.status_code, answer.get_json()) == (401, {"error": "sign-in"})


def test_a_delivery_hears_401(client: Client, deliver: Callable[..., object]) -> None:
    delivered = deliver(client, f"/visits/{id_of('visit')}/notes/free", {"text": "CANARY"})
    assert delivered.status == 401
    assert delivered.response.get_json() == {"error": "sign-in"}
    assert delivered.receipt == []


def hidden(page: str) -> dict[str, str]:
    found = re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]*)"[^>]*value="([^"]*)"', page)
    found += [(n, v) for n, v in re.findall(r'<input[^>]*name="([^"]*)"[^>]*type="hidden"[^>]*value="([^"]*)"', page)]
    return {unescape(name): unescape(value) for name, value in found}


def test_a_form_sent_after_the_session_ended_is_carried_through_sign_in(client: Client, client_as: As) -> None:
    """Nothing typed is lost: the 401 page is the sign-in form, and after it one button sends what was written."""
    url = f"/visits/{id_of('visit')}/notes/free"
    words = 'Première ligne.\nDeuxième <script>alert(1)</script> & "tout" l\'été'
    lost = client.post(url, data={"text": words, "occurred_day": "", "occurred_time": ""})
    assert lost.status_code == 401
    assert "<script>alert(1)" not in lost.text
    fields = hidden(lost.text)
    wrong = client.post("/sign-in", data={**fields, "email": email("alice"), "password": "wrong wrong wrong"})
    assert wrong.status_code == 401
    fields = hidden(wrong.text)
    offered = client.post("/sign-in", data={**fields, "email": email("alice"), "password": PASSWORD})
    assert offered.status_code == 200
    assert db.session.scalar(select(func.count()).select_from(Note)) == 0  # only the button sends
    assert f'action="{url}"' in offered.text
    assert "Première ligne." in offered.text
    sent = client.post(url, data=hidden(offered.text))
    assert sent.status_code == 303
    note = db.session.scalars(select(Note)).one()
    assert note.versions[0].body["text"] == words


def test_what_one_person_had_written_is_not_offered_to_the_next(client_as: As) -> None:
    browser, url = client_as("alice"), f"/visits/{id_of('visit')}/notes/free"
    db.session.execute(update(SignIn).values(ended_at=now()))
    fields = hidden(browser.post(url, data={"text": "Seulement pour Alice."}).text)
    assert "Seulement pour Alice." in fields["carried"]
    assert enter(browser, "bob", **{name: fields[name] for name in ("carried", "carried_to")}).status_code == 303
    again = client_as("alice")
    db.session.execute(update(SignIn).values(ended_at=now()))
    assert "Seulement" in enter(again, "alice", **{name: fields[name] for name in ("carried", "carried_to")}).text


def test_a_field_that_came_twice_is_carried_twice(client: Client) -> None:
    fields = hidden(client.post("/people/new", data={"name": "Zoé N.", "roles": ["manager", "supervisor"]}).text)
    offered = enter(client, "gaston", **{name: fields[name] for name in ("carried", "carried_to")}).text
    assert re.findall(r'name="roles" value="(\w+)"', offered) == ["manager", "supervisor"]


def test_passwords_are_not_carried(client: Client) -> None:
    page = client.post("/account/password", data={"current_password": "geheim-eins", "password": "geheim-zwei"}).text
    assert "geheim" not in page


@pytest.mark.parametrize("carried", ["", "{", "[1]", '[["a"]]', '[["a", 1]]', '{"a": "b"}', "null", "[" * 5000])
def test_what_is_no_carried_form_is_left_out(client: Client, carried: str) -> None:
    answer = enter(client, carried=carried, carried_to="/visits")
    assert answer.status_code == 303


def test_carried_fields_go_only_to_our_own_addresses(client: Client) -> None:
    page = enter(client, carried='[["a", "b c"]]', carried_to="https://evil.example/").text
    assert "evil" not in page
    assert 'action="/"' in page


def test_sign_out_ends_the_row(client_as: As) -> None:
    client = client_as("alice")
    answer = client.post("/sign-out")
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    (row,) = sessions("alice")
    assert row.ended_at is not None
    assert client.get("/account").status_code == 302


def test_sign_out_without_a_session_is_no_fault(client: Client) -> None:
    """A phone that signed out offline does it again when there is network, and the session may be gone by then."""
    assert client.post("/sign-out").status_code == 303


def test_sign_out_is_no_get(client_as: As) -> None:
    assert client_as("alice").get("/sign-out").status_code == 405


def ended(row: SignIn) -> None:
    row.ended_at = now()


def expired(row: SignIn) -> None:
    row.expires_at = now()


def idle(row: SignIn) -> None:
    row.idle_minutes, row.last_seen = 30, now() - timedelta(minutes=31)


def revoked(row: SignIn) -> None:
    row.device.revoked_at = now()


def disabled(row: SignIn) -> None:
    row.person.disabled_at = now()


@pytest.mark.both_engines
@pytest.mark.parametrize("spoil", [ended, expired, idle, revoked, disabled])
def test_a_session_that_is_no_longer_good(client_as: As, spoil: Callable[[SignIn], None]) -> None:
    client = client_as("alice")
    assert client.get("/account").status_code == 200
    spoil(sessions("alice")[0])
    assert client.get("/account").status_code == 302
    assert client.post("/account/language", data={"language": "en"}).status_code == 401
    assert db.session.get_one(Person, id_of("alice")).language == "fr"


def test_a_resting_phone_of_a_coordinator_stays_signed_in(client_as: As) -> None:
    client = client_as("alice")
    with time_machine.travel(now() + timedelta(days=20), tick=False):
        assert client.get("/account").status_code == 200


def test_a_role_more_or_less_counts_at_once(client_as: As, world: World) -> None:
    client = client_as("gaston")
    assert client.get("/people").status_code == 200
    person = world.gaston
    person.roles = []
    assert client.get("/people").status_code == 403


def test_the_cookies_cannot_be_read_by_script_and_stay_here(client: Client) -> None:
    enter(client)
    for name in ("tournee", "tournee_device"):
        cookie = client.get_cookie(name)
        assert cookie.http_only
        assert cookie.same_site == "Lax"


def test_behind_https_the_cookies_are_bound_to_this_host(another_app: Callable[..., Flask]) -> None:
    app = another_app(SESSION_COOKIE_SECURE=True, SESSION_COOKIE_NAME="__Host-tournee")
    with app.app_context():
        from tests.support.engines import make_schema
        from tests.support.world import build

        make_schema()
        build()
        client = app.test_client()
        answer = client.post(
            "/sign-in", data={"email": email("alice"), "password": PASSWORD}, base_url="https://localhost:8000"
        )
        cookies = answer.headers.getlist("Set-Cookie")
        assert any(
            c.startswith("__Host-tournee=") and "Secure" in c and "Path=/" in c and "Domain" not in c for c in cookies
        )
        assert all("Secure" in c for c in cookies)
        db.engine.dispose()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_speaks_the_language_of_the_browser_that_chose_it(client: Client, language: str) -> None:
    client.get("/sign-in", query_string={"lang": language})
    assert f'<html lang="{language}"' in client.get("/sign-in").text


@pytest.mark.parametrize("language", ["de", "", "../x", "fr\r\nX: y"])
def test_a_language_that_there_is_not_is_french(client: Client, language: str) -> None:
    assert '<html lang="fr"' in client.get("/sign-in", query_string={"lang": language}).text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": None}, 403),
        ({"Sec-Fetch-Site": None, "Origin": "http://127.0.0.1:8000"}, 303),
        ({"X-Forwarded-Host": "evil.example", "X-Forwarded-For": "1.2.3.4"}, 303),
        ({"Host": "evil.example"}, 400),
        ({"Content-Type": "text/plain"}, 422),
        ({"HX-Request": "true", "HX-Current-URL": "https://evil.example/"}, 303),
    ],
)
def test_strange_headers(client: Client, headers: dict[str, str | None], status: int) -> None:
    data = {"email": email("alice"), "password": PASSWORD}
    assert client.post("/sign-in", data=data, headers=headers).status_code == status


@pytest.mark.parametrize("cookie", ["tournee=x; tournee=y", "tournee=" + "x" * 8000, "tournee_device=../../etc"])
def test_strange_cookies_are_nobody(app: Flask, cookie: str) -> None:
    client = app.test_client(use_cookies=False)
    assert client.get("/account", headers={"Cookie": cookie}).status_code == 302
    answer = client.post("/sign-in", data={"email": email("alice"), "password": PASSWORD}, headers={"Cookie": cookie})
    assert answer.status_code == 303


def test_a_device_of_somebody_else_in_the_cookie_is_not_taken_over(client: Client) -> None:
    client.set_cookie("tournee_device", str(id_of("bob's device")))
    enter(client)
    assert sessions("alice")[0].device_id != id_of("bob's device")
    assert db.session.get_one(Device, id_of("bob's device")).person_id == id_of("bob")


def test_fields_twice_and_unknown_fields_change_nothing(client: Client) -> None:
    data = {"email": [email("alice"), email("gaston")], "password": PASSWORD, "role": "admin", "is_admin": "1"}
    assert client.post("/sign-in", data=data).status_code == 303
    assert len(sessions("alice")) == 1
    assert sessions("gaston") == []
    assert not db.session.get_one(Person, id_of("alice")).has("administrator")
