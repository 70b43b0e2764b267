"""Formats are data: some ship, a service adds its own and retires any, and what was written stays readable."""

from collections.abc import Callable
from typing import Any

import pytest
from flask_babel import force_locale
from sqlalchemy import func, select

from blueprints.notes import actions, queries
from blueprints.notes.models import Note, NoteFormat, NoteFormatDecision
from blueprints.shared.db import db
from blueprints.shared.refusal import Refused
from tests.support.papers import send_back
from tests.support.world import World

pytestmark = pytest.mark.both_engines
ClientAs = Callable[[str | None], Any]
SHIPPED = ["free", "soap", "dap", "birp", "girp", "contact"]
CALL = {"channel": "telephone", "direction": "out", "outcome": "no_answer"}
NEW = {
    "label_fr": "Appel",
    "label_en": "Call",
    "sections-0-fr": "Dit",
    "sections-0-en": "Said",
    "sections-2-fr": "Fait",
    "sections-2-en": "Done",
    "sections-2-hint_fr": "Par qui.",
}


def keys() -> list[str]:
    return [format.key for format in queries.formats()]


def test_what_ships_is_there_in_both_languages_and_comes_once(app: Any) -> None:
    assert keys() == SHIPPED
    assert actions.publish_shipped_formats() == []
    for format in queries.formats():
        assert set(format.labels) == {"fr", "en"}
        for section in format.sections:
            assert set(section["labels"]) == {"fr", "en"}
            assert set(section["hints"]) in (set(), {"fr", "en"})
            for choice in section.get("choices", ()):
                assert set(choice["labels"]) == {"fr", "en"}


def test_what_a_service_retired_stays_retired(world: World) -> None:
    actions.retire_format(world.gaston, queries.format_of("girp"))
    assert actions.publish_shipped_formats() == []
    assert "girp" not in keys()


@pytest.mark.parametrize("format", SHIPPED)
def test_a_note_is_written_and_read_in_every_format(
    world: World, client_as: ClientAs, deliver: Any, format: str
) -> None:
    alice, address = client_as("alice"), f"/visits/{world.id('visit')}/notes/{format}"
    page = alice.get(address).get_data(as_text=True)
    parts = queries.format_of(format).parts
    fields = {part.name: part.choices[0][0] if part.choices else f"mot {part.name}" for part in parts}
    assert all(f'name="{name}"' in page for name in fields)
    sent = deliver(alice, address, fields)
    assert sent.state == "applied", sent.messages
    assert db.session.get_one(Note, sent.id).versions[0].body == fields
    for reader, place in (
        (alice, f"/clients/{world.id('jeanne')}"),
        (alice, f"/visits/{world.id('visit')}"),
        (client_as("diane"), f"/reviews/{world.id('visit')}"),
    ):
        read = reader.get(place).get_data(as_text=True)
        for part in parts:
            assert part.words(fields[part.name]) in read, (place, part.name)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"channel": "pigeon"}, "channel"), ({"outcome": ""}, "outcome"), ({"direction": None}, "direction")],
)
def test_a_contact_attempt_says_how_and_what_came_of_it(
    world: World, client_as: ClientAs, deliver: Any, change: dict[str, str | None], field: str
) -> None:
    fields = {name: text for name, text in (CALL | change).items() if text is not None}
    sent = deliver(client_as("alice"), f"/clients/{world.id('jeanne')}/notes/contact", fields)
    assert sent.state == "held"
    assert sent.messages[field]
    assert list(sent.messages) == [field]


def test_a_held_contact_attempt_is_read_and_put_right(world: World, client_as: ClientAs, deliver: Any) -> None:
    alice, address = client_as("alice"), f"/clients/{world.id('jeanne')}/notes/contact"
    held = deliver(alice, address, CALL | {"outcome": ""})
    page = alice.get(f"/held/{held.id}").get_data(as_text=True)
    assert "Résultat" in page
    page = alice.get(f"/held/{held.id}/correct").get_data(as_text=True)
    assert 'value="telephone" checked' in page
    assert deliver(alice, address, CALL, envelope={"_corrects": str(held.id)}).state == "applied"


def test_an_administrator_adds_a_format_and_it_is_written_in(world: World, client_as: ClientAs, deliver: Any) -> None:
    gaston, alice = client_as("gaston"), client_as("alice")
    assert gaston.post("/notes/formats", data=NEW).status_code == 303
    assert keys() == [*SHIPPED, "call"]
    page = gaston.get("/notes/formats").get_data(as_text=True)
    assert "Appel" in page
    assert "Gaston Abgrall" in page
    address = f"/visits/{world.id('visit')}/notes/call"
    page = alice.get(address).get_data(as_text=True)
    assert "Dit" in page
    assert "Par qui." in page
    assert "/notes/call/blank" in {page["url"] for page in alice.get("/pack").json["pages"]}
    sent = deliver(alice, address, {"part_1": "Tout va bien.", "part_2": "Courses."})
    assert sent.state == "applied"
    with force_locale("en"):
        said = db.session.get_one(Note, sent.id).shape.said({"part_1": "a", "part_2": "b"})
        assert [(part.label, text) for part, text in said] == [("Said", "a"), ("Done", "b")]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"label_en": " "}, "Ce champ"),
        ({"sections-0-en": ""}, "dans les deux langues"),
        ({"sections-1-hint_en": "alone"}, "dans les deux langues"),
        ({"label_fr": "note soap"}, "déjà"),
        ({"sections-0-fr": "", "sections-0-en": "", "sections-2-fr": "", "sections-2-en": "", "sections-2-hint_fr": ""},
         "au moins une section"),
        ({"label_fr": "x" * 61}, "60"),
    ],
)  # fmt: skip
def test_a_format_that_cannot_be_is_said_in_words(
    world: World, client_as: ClientAs, change: dict[str, str], words: str
) -> None:
    answer = client_as("gaston").post("/notes/formats", data=NEW | change)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in page
    assert ("label_en" in change) or 'value="Call"' in page  # what was typed stays
    assert keys() == SHIPPED


def test_two_formats_never_share_an_address(world: World) -> None:
    made = [
        actions.add_format(world.gaston, {"fr": name, "en": english}, [{"labels": {"fr": "a", "en": "a"}, "hints": {}}])
        for name, english in (("Été", "Été"), ("Hiver", "Ete!"), ("北", "北"), ("SOAP 2", "soap"))
    ]
    assert [format.key for format in made] == ["ete", "ete_2", "format", "soap_2"]


def test_a_retired_format_is_offered_no_more_and_read_for_ever(world: World, client_as: ClientAs, deliver: Any) -> None:
    gaston, alice = client_as("gaston"), client_as("alice")
    address = f"/visits/{world.id('visit')}/notes/dap"
    first = deliver(alice, address, {"data": "Dit merci."})
    send_back(world.diane, first.id)
    assert gaston.post("/notes/formats/dap/retire").status_code == 303
    assert "dap" not in keys()
    decision = db.session.scalars(select(NoteFormatDecision).where(NoteFormatDecision.by_id.is_not(None))).one()
    assert (decision.format_key, decision.active, decision.by_id) == ("dap", False, world.id("gaston"))
    assert alice.get(address).status_code == 404
    assert "Dit merci." in alice.get(f"/visits/{world.id('visit')}").get_data(as_text=True)
    again = deliver(alice, address, {"data": "Dit merci bien."}, envelope={"_corrects": str(first.id)})
    assert again.state == "applied", "a phone brings what was written before"
    assert gaston.post("/notes/formats/dap/retire").status_code == 409
    assert gaston.post("/notes/formats/dap/bring-back").status_code == 303
    assert alice.get(address).status_code == 200
    assert gaston.post("/notes/formats/dap/bring-back").status_code == 409
    assert gaston.post("/notes/formats/nothing/retire").status_code == 404


def test_the_last_format_cannot_be_retired(world: World) -> None:
    *others, last = queries.formats()
    for format in others:
        actions.retire_format(world.gaston, format)
    with pytest.raises(Refused):
        actions.retire_format(world.gaston, last)
    assert db.session.scalar(select(func.count()).where(NoteFormat.active)) == 1
