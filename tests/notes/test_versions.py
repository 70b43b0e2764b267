"""A note's versions side by side, its times, what the client says to it; and a note that was entered in error."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from blueprints.notes import actions, queries
from blueprints.notes.models import ClientStatement, Note, NoteMistake
from blueprints.reviews.models import Return, ReviewText
from blueprints.shared.db import db
from blueprints.shared.refusal import Refused
from tests.support.papers import send_back, sign
from tests.support.world import World

pytestmark = pytest.mark.both_engines
ClientAs = Callable[[str | None], Any]


@pytest.fixture
def note(world: World, client_as: ClientAs, deliver: Any) -> Note:
    """A note of alice's visit, sent back once and written anew."""
    alice, address = client_as("alice"), f"/visits/{world.id('visit')}/notes/free"
    first = deliver(alice, address, {"text": "Elle va bien. Le chien dort."})
    send_back(world.diane, first.id)
    deliver(alice, address, {"text": "Elle va mieux. Le chien dort."}, envelope={"_corrects": str(first.id)})
    return db.session.get_one(Note, first.id)


def place(note: Note, what: str = "versions") -> str:
    return f"/clients/{note.client_id}/notes/{note.id}/{what}"


def test_two_versions_stand_side_by_side_word_by_word(world: World, client_as: ClientAs, note: Note) -> None:
    sign(world.diane, note.id)
    page = client_as("alice").get(place(note)).get_data(as_text=True)
    assert re.search(r"<del>.*bien</del>", page)
    assert re.search(r"<ins>.*mieux</ins>", page)
    assert page.count("Le chien dort.") == 2
    assert "en vigueur" in page
    assert "Diane Kervella" in page
    assert "Alice Morvan" in page


@pytest.mark.parametrize("query", ["?a=1&b=2", "?a=2&b=1", "?a=1&b=9", "?a=x&b=", "?a=-1"])
def test_any_two_can_be_asked_for_and_nonsense_shows_the_last_two(client_as: ClientAs, note: Note, query: str) -> None:
    page = client_as("diane").get(place(note) + query).get_data(as_text=True)
    assert re.search(r"<del>.*bien</del>", page)


def test_nothing_is_lost_in_the_comparison(note: Note) -> None:
    older, newer = note.versions
    for pair in ((older, newer), (newer, older), (newer, newer)):
        (part,) = queries.compared(*pair)
        assert "".join(piece.text for piece in part.older) == pair[0].body["text"]
        assert "".join(piece.text for piece in part.newer) == pair[1].body["text"]


def test_a_note_of_one_version_has_a_page_too(world: World, client_as: ClientAs, deliver: Any) -> None:
    sent = deliver(client_as("alice"), f"/clients/{world.id('jeanne')}/notes/free", {"text": "Seule <b>version</b>."})
    page = client_as("alice").get(place(db.session.get_one(Note, sent.id))).get_data(as_text=True)
    assert "Seule &lt;b&gt;version&lt;/b&gt;." in page


def test_a_note_of_another_client_is_not_there(world: World, client_as: ClientAs, note: Note) -> None:
    assert client_as("diane").get(f"/clients/{world.id('marcel')}/notes/{note.id}/versions").status_code == 404


@pytest.mark.parametrize("name", ["alice", "diane"])
def test_a_note_entered_in_error_stays_struck_with_the_reason(client_as: ClientAs, note: Note, name: str) -> None:
    answer = client_as(name).post(place(note, "mistake"), data={"reason": "Dossier d’une autre."})
    assert answer.status_code == 303
    for page in (place(note), f"/clients/{note.client_id}", f"/visits/{note.visit_id}"):
        shown = client_as("alice").get(page).get_data(as_text=True)
        assert "Dossier d’une autre." in shown, page
        assert "Elle va mieux." in shown or "mieux" in shown
        assert "data-struck" in shown
    desk = client_as("diane").get(f"/reviews/{note.visit_id}").get_data(as_text=True)
    assert "Dossier d’une autre." in desk
    again = client_as("alice").post(place(note, "mistake"), data={"reason": "x"})
    assert again.status_code == 409
    assert [version.number for version in note.versions] == [1, 2]


@pytest.mark.parametrize("reason", ["", "  ", "x" * (actions.REASON + 1)])
def test_it_takes_a_reason(client_as: ClientAs, note: Note, reason: str) -> None:
    answer = client_as("alice").post(place(note, "mistake"), data={"reason": reason})
    assert answer.status_code == 422
    assert note.mistake is None


def test_a_colleague_who_may_read_it_may_not_strike_it(world: World, client_as: ClientAs, note: Note) -> None:
    world.visit.coordinator_id = world.id("bob")  # bob sees the case now
    bob = client_as("bob")
    assert bob.get(place(note)).status_code == 200
    assert bob.post(place(note, "mistake"), data={"reason": "x"}).status_code == 403
    assert db.session.query(NoteMistake).count() == 0


def test_nobody_goes_on_writing_what_was_entered_in_error(
    world: World, client_as: ClientAs, deliver: Any, note: Note
) -> None:
    alice = client_as("alice")
    send_back(world.diane, note.id)
    returned = note.versions[-1].id
    alice.post(place(note, "mistake"), data={"reason": "Double."})
    assert db.session.get_one(ReviewText, note.id).state == "waiting"
    assert all(one.answered_by for one in db.session.query(Return))
    answer = {"_corrects": str(returned)}
    assert deliver(alice, f"/visits/{note.visit_id}/notes/free", {"text": "x"}, envelope=answer).state == "held"
    sign(world.diane, note.id)
    assert alice.get(place(note, "addendum")).status_code == 404
    more = {"addendum": "x", "reason": "y"}
    assert deliver(alice, place(note, "addendum"), more, envelope={"_base": str(returned)}).state == "held"
    assert len(note.versions) == 2


def test_what_the_client_says_stands_beside_the_note(client_as: ClientAs, note: Note) -> None:
    words = "Je ne suis <b>pas</b> d’accord : le chien ne dort jamais."
    assert client_as("diane").post(place(note, "statement"), data={"words": words}).status_code == 303
    for page in (place(note), f"/clients/{note.client_id}"):
        shown = client_as("alice").get(page).get_data(as_text=True)
        assert "Je ne suis &lt;b&gt;pas&lt;/b&gt; d’accord" in shown
    assert "Diane Kervella" in client_as("alice").get(place(note)).get_data(as_text=True)
    for empty in ("", " ", "x" * (actions.STATEMENT + 1)):
        assert client_as("diane").post(place(note, "statement"), data={"words": empty}).status_code == 422
    assert db.session.query(ClientStatement).count() == 1


@pytest.mark.parametrize("kind", [NoteMistake, ClientStatement])
def test_the_database_refuses_to_change_them(world: World, note: Note, kind: Any) -> None:
    actions.enter_in_error(world.alice, note, "Double.")
    actions.take_down_statement(world.alice, note, "Non.")
    db.session.commit()
    for change in (update(kind).values(at=kind.at), delete(kind)):
        with pytest.raises(IntegrityError):
            db.session.execute(change)
        db.session.rollback()


def test_actions_refuse_by_themselves(world: World, note: Note) -> None:
    actions.enter_in_error(world.alice, note, "Double.")
    with pytest.raises(Refused):
        actions.enter_in_error(world.alice, note, "Double.")
    with pytest.raises(Refused):
        actions.take_down_statement(world.alice, note, " ")
