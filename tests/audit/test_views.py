"""Histories: who may read which, page by page, and nobody reads there what they may not open."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from werkzeug.exceptions import NotFound

from blueprints.audit import queries
from blueprints.audit.models import AuditEntry
from blueprints.clients import actions as clients
from blueprints.people import actions as people
from blueprints.shared import happened
from blueprints.shared.db import db, now, then, today
from tests.support.client import deliver
from tests.support.counting import counted
from tests.support.world import World

ClientAs = Callable[[str | None], Any]
pytestmark = pytest.mark.both_engines


def tell_much(world: World, n: int, kind: str = "visit", client: UUID | None = None) -> None:
    """n things that diane did, three of them at each moment."""
    for at in range(n):
        with then(now() - timedelta(minutes=at // 3)), happened.by(world.diane.id):
            happened.tell("planned", kind, world.visit.id, client or world.jeanne.id)
    db.session.commit()


def test_pages_by_key_show_each_entry_once_newest_first(app: Flask, world: World) -> None:
    with time_machine.travel(now(), tick=False):
        tell_much(world, 130)
    seen: list[AuditEntry] = []
    before, sizes = None, []
    while True:
        page = queries.of_client(world.diane, world.jeanne.id, before=before)
        seen += page.entries
        sizes.append(len(page.entries))
        if (before := page.older) is None:
            break
    assert sizes == [50, 50, 30]
    assert len({entry.id for entry in seen}) == 130
    keys = [(entry.at, entry.id.int) for entry in seen]
    assert keys == sorted(keys, reverse=True)


def test_filters_by_kind_and_by_days(app: Flask, world: World) -> None:
    tell_much(world, 2)
    with then(now() - timedelta(days=3)), happened.by(world.diane.id):
        happened.tell("edited", "client", world.jeanne.id, world.jeanne.id)
    db.session.commit()

    def verbs(**asked: Any) -> list[str]:
        return [entry.verb for entry in queries.of_client(world.diane, world.jeanne.id, **asked).entries]

    assert verbs() == ["planned", "planned", "edited"]
    assert verbs(kind="client") == ["edited"]
    assert verbs(last=today() - timedelta(days=1)) == ["edited"]
    assert verbs(first=today() - timedelta(days=2)) == ["planned", "planned"]
    assert verbs(first=today() - timedelta(days=3), last=today() - timedelta(days=3)) == ["edited"]


def test_an_entry_of_another_case_is_not_shown(app: Flask, world: World) -> None:
    tell_much(world, 1, client=world.marcel.id)
    assert queries.of_client(world.diane, world.jeanne.id).entries == []
    assert len(queries.of_client(world.diane, world.marcel.id).entries) == 1


@pytest.mark.parametrize(
    ("who", "named"), [("diane", True), ("fanny", False), ("gaston", False), ("alice", None), ("erwan", None)]
)
def test_whose_case_may_be_read_about(app: Flask, world: World, who: str, named: bool | None) -> None:
    person = getattr(world, who)
    if named is None:
        with pytest.raises(NotFound):
            queries.of_client(person, world.jeanne.id)
        return
    assert queries.case_of(person, world.jeanne.id).name == (world.jeanne.name if named else None)
    assert queries.of_client(person, world.jeanne.id).entries == []


def test_of_a_person_only_for_administrators(app: Flask, world: World) -> None:
    tell_much(world, 2)
    assert len(queries.of_person(world.gaston, world.diane.id).entries) == 2
    assert queries.of_person(world.gaston, world.alice.id).entries == []
    for person in (world.diane, world.fanny, world.alice):
        with pytest.raises(NotFound):
            queries.of_person(person, world.diane.id)


def test_what_was_done_about_somebody(app: Flask, world: World, client_as: ClientAs) -> None:
    with happened.by(world.gaston.id):
        people.disable(world.gaston, world.bob, "left")
    with happened.by(world.diane.id, author_id=world.bob.id):
        happened.tell("signed", "note", world.visit.id, world.jeanne.id)
    db.session.commit()
    about = queries.of_person(world.gaston, world.bob.id, about=True).entries
    assert [(entry.verb, entry.person_id) for entry in about] == [
        ("signed", world.diane.id), ("disabled", world.gaston.id),
    ]  # fmt: skip
    assert queries.of_person(world.gaston, world.bob.id).entries == []
    page = client_as("gaston").get(f"/people/{world.bob.id}/history?side=about").text
    assert '<details class="more">' in page, "nothing is filtered yet"
    assert "Compte désactivé" in page
    assert "avec les mots de Bob Quéré" in page


def test_no_word_of_a_note_and_no_name_for_whoever_may_not_open_the_case(
    app: Flask, world: World, client_as: ClientAs
) -> None:
    deliver(client_as("alice"), f"/visits/{world.visit.id}/notes/free", {"text": "Un secret bien gardé."})
    pages = {who: client_as(who).get(f"/clients/{world.jeanne.id}/history") for who in ("diane", "fanny", "gaston")}
    for page in pages.values():
        assert page.status_code == 200
        assert "Note envoyée" in page.text
        assert world.alice.name in page.text
        assert "secret" not in page.text
    assert "Le Goff" in pages["diane"].text
    assert "Le Goff" not in pages["fanny"].text + pages["gaston"].text
    assert "Le Goff" not in client_as("gaston").get(f"/people/{world.alice.id}/history").text


def test_the_address_says_what_is_shown_and_bad_ones_are_answered(
    app: Flask, world: World, client_as: ClientAs
) -> None:
    tell_much(world, 60)
    browser, url = client_as("diane"), f"/clients/{world.jeanne.id}/history"
    page = browser.get(url + "?kind=visit&first=2000-01-01").text
    assert f"{url}?kind=visit&amp;first=2000-01-01&amp;before=" in page
    assert browser.get(url + "?kind=note").text.count("<tr>") == 0
    for bad in (
        "?kind=nonsense",
        "?before=nonsense",
        "?before=" + str(world.jeanne.id),
        "?first=nonsense&last=31/02/2026",
    ):
        assert browser.get(url + bad).status_code == 200, bad
    assert "n’existe pas" in browser.get(url + "?first=nonsense").text
    block = browser.get(url, headers={"HX-Request": "true"}).text
    assert "<html" not in block
    assert "Visite planifiée" in block


@pytest.mark.parametrize("who", ["diane", "gaston"])
def test_a_page_costs_the_same_however_much_there_is(app: Flask, world: World, client_as: ClientAs, who: str) -> None:
    browser = client_as(who)
    url = f"/clients/{world.jeanne.id}/history" if who == "diane" else f"/people/{world.diane.id}/history"
    tell_much(world, 1)
    browser.get(url)
    with counted() as few:
        assert browser.get(url).status_code == 200
    tell_much(world, 100)
    with happened.by(world.gaston.id, author_id=world.alice.id):
        clients.restore(world.paul)
    db.session.commit()
    with counted() as many:
        assert browser.get(url).text.count("<tr>") == 51
    assert len(many) == len(few)
    assert len([line for line in many if "audit_entry" in line]) == 1


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_verb_shows_in_both_languages(app: Flask, world: World, client_as: ClientAs, language: str) -> None:
    world.diane.language = language
    tell_much(world, 1)
    page = client_as("diane").get(f"/clients/{world.jeanne.id}/history").text
    assert ("Visite planifiée" if language == "fr" else "Visit planned") in page
    assert ("Historique de" if language == "fr" else "History of") in page


def test_the_case_leads_to_its_history_and_the_person_to_theirs(app: Flask, world: World, client_as: ClientAs) -> None:
    assert f"/clients/{world.jeanne.id}/history" in client_as("diane").get(f"/clients/{world.jeanne.id}").text
    assert f"/clients/{world.jeanne.id}/history" not in client_as("alice").get(f"/clients/{world.jeanne.id}").text
    assert f"/people/{world.bob.id}/history" in client_as("gaston").get(f"/people/{world.bob.id}").text
