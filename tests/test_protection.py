"""What protects every answer, and headers that nobody should send (quality.md, "Browser side", "Headers")."""

import json
import re
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from flask import Flask

from blueprints.people import passwords
from blueprints.shared import origin
from tests.support.world import PASSWORD, World, email

ClientAs = Callable[[str | None], Any]
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
ANSWERS = ("/", "/sign-in", "/reviews", "/nowhere", "/healthz", "/kiosk/", "/sw.js", "/manifest.webmanifest")


@pytest.mark.parametrize("address", ANSWERS)
def test_every_answer_is_protected(client_as: ClientAs, address: str) -> None:
    for who in (None, "diane"):
        headers = client_as(who).get(address).headers
        assert headers["Content-Security-Policy"].startswith(POLICY)
        assert not re.search(r"unsafe|nonce|\*", headers["Content-Security-Policy"])
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert not [name for name, _value in headers if name.lower().startswith("access-control-")]
        assert "Strict-Transport-Security" not in headers  # by plain http it would mean nothing


def test_behind_https_browsers_are_told_to_stay_there(app: Flask, client: Any) -> None:
    app.config["SESSION_COOKIE_SECURE"] = True
    said = client.get("/sign-in").headers["Strict-Transport-Security"]
    assert int(re.findall(r"max-age=(\d+)", said)[0]) >= 365 * 86400
    assert "includeSubDomains" in said


def test_answers_to_writes_vary_by_where_they_come_from(client_as: ClientAs) -> None:
    for headers, status in (({}, 303), ({"Sec-Fetch-Site": "cross-site"}, 403)):
        answer = client_as("alice").post("/account/shortcuts", headers=headers)
        assert answer.status_code == status
        assert {"Sec-Fetch-Site", "Origin"} <= set(answer.headers["Vary"].split(", "))


@pytest.mark.parametrize(
    ("site", "sender", "status"),
    [
        ("same-origin", None, 303),
        ("none", None, 303),
        ("same-origin", "http://localhost:8000", 303),
        (None, "http://127.0.0.1:8000", 303),
        (None, None, 403),
        ("same-site", None, 403),
        ("cross-site", "http://localhost:8000", 403),
        ("same-origin", "https://evil.example", 403),  # WebKit says so of a form that was sent again
        (None, "null", 403),
        (None, "http://localhost:8000.evil.example", 403),
    ],
)
def test_only_our_own_pages_write(client_as: ClientAs, site: str | None, sender: str | None, status: int) -> None:
    headers = {"Sec-Fetch-Site": site, "Origin": sender}
    assert client_as("alice").post("/account/shortcuts", headers=headers).status_code == status


def test_htmx_evaluates_nothing_keeps_nothing_and_asks_nobody_else(client_as: ClientAs) -> None:
    for page in ("/reviews", "/answers"):
        text = client_as("diane").get(page).text
        settings = json.loads(re.findall(r"name=\"htmx-config\" content='([^']+)'", text)[0])
        assert (settings["allowEval"], settings["selfRequestsOnly"], settings["historyCacheSize"]) == (False, True, 0)
        assert not re.search(r"hx-on|hx-vals=.js:|\bjs:|hx-trigger=\"[^\"]*\[", text)


def test_a_cookie_that_comes_twice_or_is_huge_is_no_failure(client_as: ClientAs, app: Flask) -> None:
    alice, plain = client_as("alice"), app.test_client(use_cookies=False)
    alice.get("/account")
    good = alice.get_cookie("tournee").value
    for cookie, status in (
        ("tournee=x; tournee=y", 302),
        (f"tournee={good}; tournee=x", 200),
        (f"other={'x' * 8_192}; tournee={good}", 200),
        (f"tournee={'x' * 8_192}", 302),
        ("tournee=; tournee_device=\u00e9; lang=../..; kiosk=%00", 302),
    ):
        answer = plain.get("/account", headers={"Cookie": cookie})
        assert answer.status_code == status, cookie[:60]


@pytest.mark.parametrize("asked", ["bytes=0-10", "bytes=-1", "bytes=5-2", "lines=1"])
def test_a_part_of_a_page_is_the_whole_page(client_as: ClientAs, asked: str) -> None:
    alice = client_as("alice")
    whole, part = alice.get("/today"), alice.get("/today", headers={"Range": asked})
    assert (part.status_code, part.data) == (200, whole.data)


@pytest.mark.parametrize("header", ["HX-Request", "HX-Boosted", "HX-History-Restore-Request", "HX-Target"])
def test_forged_words_of_htmx_open_nothing(client_as: ClientAs, header: str) -> None:
    for who, status in (("alice", 403), (None, 401)):
        headers = {"HX-Request": "true", header: "true", "HX-Current-URL": "https://evil.example/"}
        answer = client_as(who).get("/reviews", headers=headers)
        assert answer.status_code in (status, 302)
        assert "evil.example" not in answer.text + answer.headers.get("Location", "")


def test_a_session_signed_with_yesterdays_key_goes_on(app: Flask, client_as: ClientAs) -> None:
    alice = client_as("alice")
    app.config["SECRET_KEY_FALLBACKS"], app.config["SECRET_KEY"] = [app.config["SECRET_KEY"]], "today's"
    assert alice.get("/account").status_code == 200
    app.config["SECRET_KEY_FALLBACKS"] = []
    assert alice.get("/account").status_code == 302


def test_more_hashing_than_the_machine_can_do_is_said_and_not_counted(client: Any) -> None:
    with patch.object(passwords, "is_right", side_effect=passwords.Overloaded):
        refused = [client.post("/sign-in", data={"email": email("alice"), "password": PASSWORD}) for _ in range(8)]
    assert {answer.status_code for answer in refused} == {429}
    assert refused[0].headers["Retry-After"]
    assert client.post("/sign-in", data={"email": email("alice"), "password": PASSWORD}).status_code == 303


@pytest.mark.parametrize("typed", ["caf\u00e9 cr\u00e8me au lait", "cafe\u0301 cre\u0300me au lait"])
def test_a_password_is_the_same_however_its_accents_are_typed(app: Flask, client_as: ClientAs, typed: str) -> None:
    form = {"current_password": PASSWORD, "password": "caf\u00e9 cr\u00e8me au lait"}
    assert client_as("alice").post("/account/password", data=form).status_code == 303
    stranger = app.test_client()
    assert stranger.post("/sign-in", data={"email": email("alice"), "password": typed}).status_code == 303


def test_the_guard_of_writes_is_what_refuses(app: Flask, client_as: ClientAs, world: World) -> None:
    """The mutant: without it a foreign page would write."""
    functions = app.before_request_funcs[None]
    place = functions.index(origin.same_origin)
    functions[place] = lambda: None
    try:
        answer = client_as("alice").post(
            "/account/language", data={"language": "en"}, headers={"Origin": "https://e.x"}
        )
    finally:
        functions[place] = origin.same_origin
    assert (answer.status_code, world.alice.language) == (303, "en")
