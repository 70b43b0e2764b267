"""What is signed stays; its author goes on from it by an addendum or amendment, read and signed in its turn."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from blueprints.captures.models import Capture
from blueprints.notes import actions, queries
from blueprints.notes.models import Note, NoteVersion
from blueprints.reviews.models import Return, ReviewText
from blueprints.shared.db import db, local
from tests.support.papers import send_back, sign
from tests.support.world import World

pytestmark = pytest.mark.both_engines
ClientAs = Callable[[str | None], Any]
SAID = {"data": "Dit aller mieux.", "assessment": "Progrès.", "plan": ""}
MORE = {"addendum": "Sa fille a rappelé.", "reason": "Appel reçu après."}


@pytest.fixture
def note(world: World, client_as: ClientAs, deliver: Any) -> Note:
    """A note of alice's visit, signed by diane."""
    sent = deliver(client_as("alice"), f"/visits/{world.id('visit')}/notes/dap", SAID)
    sign(world.diane, sent.id)
    return db.session.get_one(Note, sent.id)


def place(note: Note, what: str = "addendum") -> str:
    return f"/clients/{note.client_id}/notes/{note.id}/{what}"


def fields(note: Note, **changes: str) -> dict[str, str]:
    """An amendment as its page posts it: the whole text, and when it happened."""
    occurred = local(note.versions[0].occurred)
    when = {"occurred_day": f"{occurred:%Y-%m-%d}", "occurred_time": f"{occurred:%H:%M}"}
    return {**SAID, **when, "reason": "Le plan manquait.", **changes}


def base(note: Note) -> dict[str, str]:
    """What the page of today says: the version in force."""
    signed = queries.signed_version(note)
    assert signed is not None
    return {"_base": str(signed.id)}


def why(sent: Any) -> str:
    """Why it is held, in French."""
    return str((db.session.get_one(Capture, sent.id).why or {})["fr"]["reason"])


def state(note: Note) -> str:
    return db.session.get_one(ReviewText, note.id).state


def read(client: Any, note: Note) -> str:
    return str(client.get(f"/clients/{note.client_id}").get_data(as_text=True))


def test_an_addendum_waits_and_the_signed_version_stays_in_force(
    world: World, client_as: ClientAs, deliver: Any, note: Note
) -> None:
    alice = client_as("alice")
    sent = deliver(alice, place(note), MORE, envelope=base(note))
    assert sent.state == "applied", sent.messages
    added = db.session.get_one(NoteVersion, sent.id)
    assert (added.number, added.what, added.reason) == (2, "addendum", MORE["reason"])
    assert added.body == {**SAID, "addendum_1": MORE["addendum"]}
    assert added.occurred == note.versions[0].occurred
    assert state(note) == "waiting"
    for page in (read(alice, note), alice.get(f"/visits/{note.visit_id}").get_data(as_text=True)):
        assert MORE["addendum"] not in page
        assert "Dit aller mieux." in page
        assert "signée et en vigueur" in page
    desk = client_as("diane").get(f"/reviews/{note.visit_id}").get_data(as_text=True)
    assert MORE["addendum"] in desk
    assert MORE["reason"] in desk
    sign(world.diane, note.id)
    assert queries.signed_version(note) == added
    assert MORE["addendum"] in read(alice, note)
    assert note.versions[0].body == SAID


def test_a_second_addendum_stands_below_the_first(world: World, client_as: ClientAs, deliver: Any, note: Note) -> None:
    alice = client_as("alice")
    for words in ("un", "deux"):
        sent = deliver(alice, place(note), MORE | {"addendum": words}, envelope=base(note))
        assert sent.state == "applied"
        sign(world.diane, note.id)
    assert note.versions[-1].body == {**SAID, "addendum_1": "un", "addendum_2": "deux"}
    page = read(alice, note)
    assert page.index("Addendum 1") < page.index("Addendum 2")


def test_an_amendment_is_the_text_as_it_should_read(
    world: World, client_as: ClientAs, deliver: Any, note: Note
) -> None:
    alice = client_as("alice")
    deliver(alice, place(note), MORE, envelope=base(note))
    sign(world.diane, note.id)
    sent = deliver(alice, place(note, "amendment"), fields(note, plan="Revoir lundi."), envelope=base(note))
    assert sent.state == "applied", sent.messages
    version = db.session.get_one(NoteVersion, sent.id)
    assert (version.what, version.reason) == ("amendment", "Le plan manquait.")
    assert version.body == {**SAID, "plan": "Revoir lundi.", "addendum_1": MORE["addendum"]}
    assert "Revoir lundi." not in read(alice, note)
    desk = client_as("diane").get(f"/reviews/{note.visit_id}").get_data(as_text=True)
    assert re.search(r"<ins>.*Revoir lundi\..*</ins>", desk)
    sign(world.diane, note.id)
    assert "Revoir lundi." in read(alice, note)


@pytest.mark.parametrize(
    ("what", "sent", "field"),
    [
        ("addendum", {"addendum": " ", "reason": "x"}, "addendum"),
        ("addendum", {"addendum": "x", "reason": " "}, "reason"),
        ("addendum", {"addendum": "x"}, "reason"),
        ("addendum", {"addendum": "x", "reason": "y" * (actions.REASON + 1)}, "reason"),
        ("addendum", {"addendum": "x" * 100_001, "reason": "y"}, "addendum"),
        ("addendum", {"addendum": "x\x00", "reason": "y"}, "addendum"),
        ("addendum", {"addendum": "x", "reason": "y", "data": "z"}, "data"),
        ("amendment", {**SAID, "plan": "x", "reason": ""}, "reason"),
        ("amendment", {**SAID, "reason": "x"}, "reason"),
        ("amendment", {"reason": "x"}, "data"),
        ("amendment", {**SAID, "addendum_1": "x", "reason": "x"}, "addendum_1"),
        ("amendment", {**SAID, "plan": "x", "reason": "y", "occurred_day": "2100-01-01", "occurred_time": "10:00"},
         "occurred_day"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_held_with_a_message(
    client_as: ClientAs, deliver: Any, note: Note, what: str, sent: dict[str, str], field: str
) -> None:
    answer = deliver(client_as("alice"), place(note, what), sent, envelope=base(note))
    assert answer.state == "held"
    assert answer.messages[field]
    assert len(note.versions) == 1
    assert state(note) == "signed"


@pytest.mark.parametrize("what", ["addendum", "amendment"])
def test_only_its_author_goes_on_from_a_note(client_as: ClientAs, deliver: Any, note: Note, what: str) -> None:
    sent = MORE if what == "addendum" else fields(note, plan="x")
    assert client_as("alice").get(place(note, what)).status_code == 200
    for name in ("bob", "diane", "karim", "charlie", "erwan"):
        somebody = client_as(name)
        assert somebody.get(place(note, what)).status_code == 404, name
        assert deliver(somebody, place(note, what), sent, envelope=base(note)).state == "held", name
    assert len(note.versions) == 1


def test_what_is_not_signed_is_not_added_to(world: World, client_as: ClientAs, deliver: Any) -> None:
    alice = client_as("alice")
    sent = deliver(alice, f"/visits/{world.id('visit')}/notes/dap", SAID)
    waiting = db.session.get_one(Note, sent.id)
    more = deliver(alice, place(waiting), MORE, envelope={"_base": str(sent.id)})
    assert more.state == "held"
    assert alice.get(place(waiting)).status_code == 404
    send_back(world.diane, sent.id)
    assert deliver(alice, place(waiting), MORE, envelope={"_base": str(sent.id)}).state == "held"
    assert len(waiting.versions) == 1


def test_one_addition_waits_at_a_time(client_as: ClientAs, deliver: Any, note: Note) -> None:
    alice, envelope = client_as("alice"), base(note)
    assert deliver(alice, place(note), MORE, envelope=envelope).state == "applied"
    second = deliver(alice, place(note), MORE | {"addendum": "encore"}, envelope=envelope)
    assert second.state == "held"
    assert "encore en relecture" in why(second)
    assert "attendre" in alice.get(place(note)).get_data(as_text=True)


def test_a_page_of_an_earlier_signed_version_changes_nothing(
    world: World, client_as: ClientAs, deliver: Any, note: Note
) -> None:
    alice, kept = client_as("alice"), base(note)
    deliver(alice, place(note), MORE, envelope=kept)
    sign(world.diane, note.id)
    stale = deliver(alice, place(note, "amendment"), fields(note, plan="x"), envelope=kept)
    assert stale.state == "held"
    assert deliver(alice, place(note, "amendment"), fields(note, plan="x"), envelope={}).state == "held"
    assert len(note.versions) == 2


@pytest.mark.parametrize("what", ["addendum", "amendment"])
def test_it_is_sent_back_and_answered_like_a_first_version(
    world: World, client_as: ClientAs, deliver: Any, note: Note, what: str
) -> None:
    alice = client_as("alice")
    first = deliver(
        alice, place(note, what), MORE if what == "addendum" else fields(note, plan="x"), envelope=base(note)
    )
    send_back(world.diane, note.id)
    returned = db.session.query(Return).one()
    page = alice.get(f"/returns/{returned.id}").get_data(as_text=True)
    assert f'action="{place(note, what)}"' in page
    assert ("Appel reçu après." if what == "addendum" else "Le plan manquait.") in page
    corrects = {"_corrects": str(first.id)}
    elsewhere = deliver(alice, f"/visits/{note.visit_id}/notes/dap", SAID, envelope=corrects)
    assert elsewhere.state == "held", "it is no answer to write the note anew"
    other = "amendment" if what == "addendum" else "addendum"
    crossed = deliver(
        alice, place(note, other), fields(note, plan="z") if other == "amendment" else MORE, envelope=corrects
    )
    assert crossed.state == "held"
    better = MORE | {"addendum": "Sa fille, Anne."} if what == "addendum" else fields(note, plan="Revoir mardi.")
    answer = deliver(alice, place(note, what), better, envelope=corrects)
    assert answer.state == "applied", answer.messages
    version = db.session.get_one(NoteVersion, answer.id)
    assert (version.number, version.what) == (3, what)
    assert (version.body.get("addendum_1") or version.body["plan"]) in ("Sa fille, Anne.", "Revoir mardi.")
    assert queries.signed_version(note) == note.versions[0]
    sign(world.diane, note.id)
    assert queries.signed_version(note) == version


def test_what_arrives_for_something_signed_meanwhile_is_held_and_says_so(
    world: World, client_as: ClientAs, deliver: Any, note: Note
) -> None:
    late = deliver(client_as("alice"), f"/visits/{note.visit_id}/notes/dap", SAID, envelope={"_corrects": str(note.id)})
    assert late.state == "held"
    assert "signé" in why(late)
    assert "addendum" in why(late)
    assert len(note.versions) == 1
    assert db.session.get_one(Capture, late.id).fields is not None


def test_so_is_a_second_answer_to_a_return(world: World, client_as: ClientAs, deliver: Any) -> None:
    alice, address = client_as("alice"), f"/visits/{world.id('visit')}/notes/dap"
    first = deliver(alice, address, SAID)
    send_back(world.diane, first.id)
    corrects = {"_corrects": str(first.id)}
    assert deliver(alice, address, SAID | {"plan": "un"}, envelope=corrects).state == "applied"
    sign(world.diane, first.id)
    second = deliver(alice, address, SAID | {"plan": "deux"}, envelope=corrects)
    assert second.state == "held"
    assert "signé" in why(second)


def test_a_held_addendum_is_put_right(client_as: ClientAs, deliver: Any, note: Note) -> None:
    alice, kept = client_as("alice"), base(note)
    held = deliver(alice, place(note), MORE | {"reason": ""}, envelope=kept)
    page = alice.get(f"/held/{held.id}/correct").get_data(as_text=True)
    assert f'name="_base" value="{kept["_base"]}"' in page
    assert MORE["addendum"] in page
    assert "Ce qui est ajouté" in alice.get(f"/held/{held.id}").get_data(as_text=True)
    sent = deliver(alice, place(note), MORE, envelope={**kept, "_corrects": str(held.id)})
    assert sent.state == "applied"
    assert note.versions[-1].what == "addendum"


def test_signed_notes_can_be_gone_on_from_with_no_network(client_as: ClientAs, deliver: Any, note: Note) -> None:
    alice = client_as("alice")
    urls = {page["url"] for page in alice.get("/pack").json["pages"]}
    assert {place(note, "addendum"), place(note, "amendment")} <= urls
    deliver(alice, place(note), MORE, envelope=base(note))
    urls = {page["url"] for page in alice.get("/pack").json["pages"]}
    assert place(note) not in urls
