"""What changed between two versions, word by word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blueprints.shared.diff import CALM, Piece, changed, changes, compare


def parts(old: str, new: str) -> list[tuple[str, str]]:
    return [(piece.what, piece.text) for piece in compare(old, new)]


def test_a_sentence_more_is_one_insertion() -> None:
    assert parts("Pas de barre.", "Pas de barre. Rebord à 58 cm.") == [
        ("same", "Pas de barre."),
        ("ins", " Rebord à 58 cm."),
    ]


def test_a_word_instead_of_another_shows_what_went_before_what_came() -> None:
    assert parts("douleur forte ce jour", "douleur légère ce jour") == [
        ("same", "douleur "),
        ("del", "forte"),
        ("ins", "légère"),
        ("same", " ce jour"),
    ]


def test_two_words_in_a_row_are_one_change() -> None:
    pieces = compare("elle va très mal, dit-elle", "elle va plutôt bien, dit-elle")
    assert ("del", "très mal") in [(piece.what, piece.text) for piece in pieces]
    assert changes(pieces) == 1


@pytest.mark.parametrize(("old", "new"), [("", "Neuf."), ("Vieux.", ""), ("", ""), ("même", "même")])
def test_ends(old: str, new: str) -> None:
    assert changes(compare(old, new)) == (0 if old == new else 1)


@given(st.text(max_size=200), st.text(max_size=200))
def test_both_texts_can_be_put_together_again(old: str, new: str) -> None:
    pieces = compare(old, new)
    assert "".join(piece.text for piece in pieces if piece.what != "del") == new
    assert "".join(piece.text for piece in pieces if piece.what != "ins") == old
    assert all(piece.text for piece in pieces)


def test_very_long_texts_are_compared_by_line_and_nothing_is_lost() -> None:
    old = "\n".join(f"ligne {n} avec des mots" for n in range(1_000))
    new = old.replace("ligne 500 ", "ligne cinq cents ")
    assert len(old.split()) * 4 * len(new.split()) > CALM, "needs a long text for this to mean anything"
    assert changes(compare(old, new)) == 1
    assert Piece("del", "ligne 500 avec des mots\n") in compare(old, new)


def test_answers_that_changed_came_and_went() -> None:
    before, now = {"/a": "1", "/b": "2", "/c": "3"}, {"/a": "1", "/b": "9", "/d": "4"}
    assert changed(before, now) == {"/b": "2", "/d": "", "/c": "3"}
