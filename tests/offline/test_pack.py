"""The pack as the server lists it, and the pages of the edition."""

import hashlib
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app import ROOT
from blueprints.offline import pack
from blueprints.people.models import Device, SignIn
from blueprints.shared.db import db
from tests.support.client import Client
from tests.support.world import KIOSK_SECRET, World, id_of

ClientAs = Callable[..., Client]
FORMATS = ("free", "soap", "dap", "birp", "girp", "contact")
SECRET = re.compile(r"csrf|nonce|hx-", re.IGNORECASE)


def pack_of(client: Client) -> dict[str, Any]:
    answer = client.get("/pack")
    assert answer.status_code == 200
    assert answer.headers["List-Hash"] == answer.json["list"]
    return dict(answer.json)


def test_the_day_is_listed_the_round_first(app: Flask, client_as: ClientAs) -> None:
    listed = pack_of(client_as("alice"))
    urls = [page["url"] for page in listed["pages"]]
    assert urls[0] == "/today"
    assert {f"/visits/{id_of('visit')}", f"/visits/{id_of('afternoon')}", f"/clients/{id_of('jeanne')}"} <= set(urls)
    assert f"/visits/{id_of('visit')}/notes/free" in urls
    assert {"/visits/new", *(f"/notes/{format}/blank" for format in FORMATS)} <= set(urls)
    assert len(urls) == len(set(urls))
    assert (listed["person"], listed["device"]) == (str(id_of("alice")), str(id_of("alice's device")))


def test_each_hash_is_that_of_the_page_as_the_phone_gets_it(app: Flask, client_as: ClientAs) -> None:
    alice = client_as("alice")
    for page in pack_of(alice)["pages"]:
        answer = alice.get(page["url"])
        assert answer.status_code == 200, page["url"]
        assert hashlib.sha256(answer.data).hexdigest()[:16] == page["hash"], page["url"]
        if page["kind"] != "form":
            assert answer.headers["Tournee-Page"] == app.config["EDITION"]
            assert f'data-person="{id_of("alice")}"' in answer.text


def test_many_pages_come_in_one_answer_each_as_its_own_address_gives_it(app: Flask, client_as: ClientAs) -> None:
    alice = client_as("alice")
    urls = [page["url"] for page in pack_of(alice)["pages"]][: pack.MOST]
    answer = alice.get("/pack/pages", query_string={"url": urls})
    assert answer.headers["Tournee-Page"] == app.config["EDITION"]
    assert answer.json == {url: alice.get(url).text for url in urls}
    assert alice.get("/pack/pages", query_string={"url": [*urls, *urls]}).status_code == 413
    assert f"const GROUP = {pack.MOST};" in (ROOT / "static" / "js" / "pack.js").read_text()


@pytest.mark.parametrize("url", ["/account", "/pack/pages?url=/today", f"/visits/{id_of('bobs')}", "/forms/x/1.json"])
def test_what_is_not_in_the_pack_does_not_come_with_it(app: Flask, client_as: ClientAs, url: str) -> None:
    answer = client_as("alice").get("/pack/pages", query_string={"url": [url, "/visits/new"]})
    assert list(answer.json) == ["/visits/new"]
    assert client_as("fanny").get("/pack/pages", query_string={"url": "/today"}).json == {}


def test_pages_of_the_pack_carry_nothing_that_grows_old(app: Flask, client_as: ClientAs) -> None:
    alice = client_as("alice")
    for page in pack_of(alice)["pages"]:
        text = alice.get(page["url"]).text
        if page["kind"] != "form":
            assert not SECRET.search(text), page["url"]
            assert 'name="_v"' not in text, page["url"]


def test_a_form_comes_with_its_definition(app: Flask, client_as: ClientAs) -> None:
    pages = pack_of(client_as("alice"))["pages"]
    forms = {page["form"] for page in pages if page["kind"] in ("checklist", "feedback")}
    definitions = {page["form"] for page in pages if page["kind"] == "form"}
    assert forms <= definitions


def test_a_change_shows_in_the_list_hash_and_in_one_page(app: Flask, client_as: ClientAs, world: World) -> None:
    alice = client_as("alice")
    before = pack_of(alice)
    world.visit.purpose = "Aide au repas"
    db.session.commit()
    after = pack_of(alice)
    assert before["list"] != after["list"]
    hashes = {page["url"]: page["hash"] for page in before["pages"]}
    changed = {page["url"] for page in after["pages"] if hashes[page["url"]] != page["hash"]}
    assert f"/visits/{id_of('visit')}" in changed
    assert f"/visits/{id_of('afternoon')}/notes/free" not in changed


def test_nothing_of_others_is_in_it(app: Flask, client_as: ClientAs) -> None:
    urls = {page["url"] for page in pack_of(client_as("alice"))["pages"]}
    assert f"/visits/{id_of('bobs')}" not in urls
    assert f"/visits/{id_of('charlies')}" not in urls
    assert pack_of(client_as("fanny"))["pages"] == []


def test_it_is_shown_until_four_in_the_morning_two_days_on(app: Flask, client_as: ClientAs) -> None:
    listed = pack_of(client_as("alice"))
    assert re.search(r"T04:00:00[+-]", listed["expires"])
    assert listed["clock"] == listed["made"]


def test_a_paired_tablet_keeps_nobodys_day(app: Flask, client_as: ClientAs) -> None:
    """Staff who leave the kiosk on it are soon gone; it stays where anybody can touch it."""
    karim = client_as("karim")
    assert pack_of(karim)["pages"]
    karim.set_cookie("kiosk", KIOSK_SECRET)
    assert pack_of(karim)["pages"] == []


def test_nobody_is_asked_to_sign_in_as_json(app: Flask, client_as: ClientAs) -> None:
    for url in ("/pack", "/pack/pages?url=/today"):
        answer = client_as(None).get(url)
        assert (answer.status_code, answer.json) == (401, {"error": "sign-in"})


@pytest.mark.parametrize("url", ["/outbox", "/offline"])
def test_pages_of_the_edition_name_nobody(app: Flask, client_as: ClientAs, url: str) -> None:
    stranger, alice = client_as(None).get(url), client_as("alice").get(url)
    assert stranger.status_code == alice.status_code == 200
    assert stranger.data == alice.data
    assert "Alice" not in alice.text
    assert alice.headers["Tournee-Page"] == app.config["EDITION"]
    assert '<html lang="en"' in client_as(None).get(f"{url}?lang=en").text


def test_the_worker_carries_its_edition_and_is_never_stored(app: Flask, client_as: ClientAs) -> None:
    answer = client_as(None).get("/sw.js")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.mimetype == "text/javascript"
    assert app.config["EDITION"] in answer.text
    assert "js/app.js" in answer.text
    assert "__" not in answer.text.replace("__proto__", "")
    assert "htmx" not in answer.text


def test_every_file_that_the_worker_takes_is_there(app: Flask, client_as: ClientAs) -> None:
    listed = re.findall(r'\\"([^"\\]+)\\"', client_as(None).get("/sw.js").text)
    assert "css/base.css" in listed
    for path in listed:
        assert (ROOT / "static" / path).is_file(), path


def test_the_kill_switch_takes_worker_and_caches_and_leaves_the_outbox(
    app: Flask, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "WORKER", False)
    answer = client_as(None).get("/sw.js")
    assert "unregister" in answer.text
    assert "indexedDB" not in answer.text
    assert "fetch" not in answer.text


def test_the_manifest_starts_at_the_round(app: Flask, client_as: ClientAs) -> None:
    found = client_as(None).get("/manifest.webmanifest").get_json(force=True)
    assert (found["start_url"], found["display"]) == ("/today", "standalone")
    for icon in found["icons"]:
        assert (ROOT / "static" / icon["src"].removeprefix(app.config["STATIC"])).is_file()


@pytest.mark.both_engines
def test_a_wiped_phone_becomes_a_new_device(app: Flask, client_as: ClientAs) -> None:
    alice = client_as("alice")
    old = id_of("alice's device")
    db.session.get_one(Device, old).last_number = 12
    db.session.commit()
    assert pack_of(alice)["last_number"] == 12
    fresh = alice.post("/devices/renew").json["device"]
    assert fresh != str(old)
    assert {str(row.device_id) for row in db.session.query(SignIn).filter_by(person_id=id_of("alice"))} >= {fresh}
    listed = pack_of(alice)
    assert (listed["device"], listed["last_number"]) == (fresh, 0)
    assert db.session.get_one(Device, old).last_number == 12  # the gap stays visible
