"""Signing and sending back: what is written, and what is refused."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from blueprints.checklists.models import ChecklistVersion
from blueprints.notes.models import NoteVersion
from blueprints.reviews import actions
from blueprints.reviews.models import RANKS, Return, ReviewText, Signature
from blueprints.shared.db import db, now
from blueprints.shared.refusal import Refused
from blueprints.surveys.models import CallBack
from tests.reviews.conftest import NO_RAIL, SOAP, Field
from tests.support.world import World

pytestmark = pytest.mark.both_engines


@pytest.fixture(autouse=True)
def nothing_written_behind_our_back(world: World) -> Iterator[None]:
    """No test here may leave a text of a submitted version other than it was."""
    yield
    db.session.rollback()
    for version in db.session.scalars(select(NoteVersion).where(NoteVersion.number == 1)):
        assert version.body == SOAP
    for answers in db.session.scalars(select(ChecklistVersion.answers).where(ChecklistVersion.number == 1)):
        assert len(answers) >= 18


def text_of(row: object) -> ReviewText:
    return db.session.get_one(ReviewText, row.id)  # type: ignore[attr-defined]


class TestArrive:
    def test_what_is_submitted_waits_for_its_team(self, world: World, field: Field) -> None:
        note = field.note()
        text = text_of(note)
        assert (text.kind, text.state, text.team_id, text.visit_id) == (
            "note",
            "waiting",
            world.north.id,
            world.done.id,
        )
        assert (text.version_id, text.number, text.author_id) == (note.id, 1, world.alice.id)

    @pytest.mark.parametrize(
        ("make", "rank"),
        [
            (lambda field: field.checklist(answers=NO_RAIL), "watch"),
            (lambda field: field.checklist(), "other"),
            (lambda field: field.note(), "other"),
            (lambda field: field.note(occurred=now() - timedelta(hours=30)), "late"),
        ],
    )
    def test_what_needs_eyes_first(self, make: object, rank: str, world: World, field: Field) -> None:
        assert text_of(make(field)).rank == RANKS[rank]  # type: ignore[operator]

    def test_a_first_visit_known_only_afterwards_counts_too(self, world: World, field: Field) -> None:
        checklist = field.checklist("visit")
        world.visit.first = True
        actions.rank_again(world.visit.id)
        assert text_of(checklist).rank == RANKS["first_visit"]

    def test_a_client_who_changes_team_takes_the_texts_along(self, world: World, field: Field) -> None:
        note = field.note()
        world.jeanne.team_id = world.south.id
        actions.change_team(world.jeanne.id)
        db.session.expire_all()
        assert text_of(note).team_id == world.south.id
        with pytest.raises(NotFound):
            actions.sign(world.diane, world.done.id, {note.id})


class TestSign:
    def test_a_row_for_each_text_that_was_shown(self, world: World, field: Field) -> None:
        checklist, note = field.checklist(), field.note()
        actions.sign(world.diane, world.done.id, {checklist.id, note.id})
        signed = db.session.scalars(select(Signature)).all()
        assert {row.version_id for row in signed} == {checklist.id, note.id}
        assert {row.person_id for row in signed} == {world.diane.id}
        assert {text_of(row).state for row in (checklist, note)} == {"signed"}

    def test_what_came_later_goes_on_waiting(self, world: World, field: Field) -> None:
        checklist, note = field.checklist(), field.note()
        actions.sign(world.diane, world.done.id, {checklist.id})
        assert text_of(note).state == "waiting"
        assert db.session.scalars(select(Signature.version_id)).all() == [checklist.id]

    def test_a_version_that_is_no_longer_the_latest_signs_nothing_at_all(self, world: World, field: Field) -> None:
        checklist, note = field.checklist(), field.note()
        actions.send_back(world.karim, world.done.id, {note.id}, "Précisez.", note.id)
        field.note_again(note, SOAP | {"plan": "Autre plan."})
        with pytest.raises(Refused) as refused:
            actions.sign(world.diane, world.done.id, {checklist.id, note.id})
        assert refused.value.status == 409
        assert not db.session.scalars(select(Signature)).all()
        assert text_of(checklist).state == "waiting"

    def test_what_was_returned_meanwhile_signs_nothing_at_all(self, world: World, field: Field) -> None:
        checklist, note = field.checklist(), field.note()
        actions.send_back(world.karim, world.done.id, {note.id}, "Précisez.", note.id)
        with pytest.raises(Refused):
            actions.sign(world.diane, world.done.id, {checklist.id, note.id})
        assert not db.session.scalars(select(Signature)).all()

    def test_nobody_signs_their_own(self, world: World, field: Field) -> None:
        note = field.note(None, author="karim")
        with pytest.raises(Refused) as refused:
            actions.sign(world.karim, note.id, {note.id})
        assert refused.value.status == 403
        actions.sign(world.diane, note.id, {note.id})

    @pytest.mark.parametrize("who", ["erwan", "alice", "fanny", "gaston"])
    def test_for_whoever_does_not_supervise_the_team_it_does_not_exist(
        self, who: str, world: World, field: Field
    ) -> None:
        note = field.note()
        with pytest.raises(NotFound):
            actions.sign(getattr(world, who), world.done.id, {note.id})
        with pytest.raises(NotFound):
            actions.send_back(getattr(world, who), world.done.id, {note.id}, "x")

    def test_twice_by_the_same_person_is_once(self, world: World, field: Field) -> None:
        note = field.note()
        for _ in range(2):
            actions.sign(world.diane, world.done.id, {note.id})
        assert len(db.session.scalars(select(Signature)).all()) == 1

    def test_a_second_person_hears_that_it_is_signed(self, world: World, field: Field) -> None:
        note = field.note()
        actions.sign(world.diane, world.done.id, {note.id})
        with pytest.raises(Refused):
            actions.sign(world.karim, world.done.id, {note.id})
        assert len(db.session.scalars(select(Signature)).all()) == 1

    def test_nothing_shown_signs_nothing(self, world: World, field: Field) -> None:
        field.note()
        with pytest.raises(Refused):
            actions.sign(world.diane, world.done.id, set())


class TestSendBack:
    def test_a_comment_goes_to_the_author_of_each_text(self, world: World, field: Field) -> None:
        checklist, note = field.checklist(), field.note()
        actions.send_back(world.diane, world.done.id, {checklist.id, note.id}, " Quelle hauteur ? ")
        rows = db.session.scalars(select(Return)).all()
        assert {row.text_id for row in rows} == {checklist.id, note.id}
        assert {(row.author_id, row.person_id, row.comment) for row in rows} == {
            (world.alice.id, world.diane.id, "Quelle hauteur ?")
        }
        assert {text_of(row).state for row in (checklist, note)} == {"returned"}

    def test_pinned_to_one_text_it_leaves_the_others(self, world: World, field: Field) -> None:
        checklist, note = field.checklist(), field.note()
        actions.send_back(world.diane, world.done.id, {checklist.id, note.id}, "Quelle hauteur ?", note.id)
        assert (text_of(checklist).state, text_of(note).state) == ("waiting", "returned")

    @pytest.mark.parametrize("comment", ["", "  \n ", "é" * 4001])
    def test_without_words_or_with_too_many_nothing_is_sent(self, comment: str, world: World, field: Field) -> None:
        note = field.note()
        with pytest.raises(Refused) as refused:
            actions.send_back(world.diane, world.done.id, {note.id}, comment)
        assert "comment" in refused.value.messages
        assert text_of(note).state == "waiting"

    def test_what_was_signed_a_second_ago_is_not_sent_back(self, world: World, field: Field) -> None:
        note = field.note()
        actions.sign(world.karim, world.done.id, {note.id})
        with pytest.raises(Refused) as refused:
            actions.send_back(world.diane, world.done.id, {note.id}, "Trop tard.")
        assert refused.value.status == 409
        assert not db.session.scalars(select(Return)).all()

    def test_ones_own_is_not_sent_back(self, world: World, field: Field) -> None:
        note = field.note(None, author="karim")
        with pytest.raises(Refused):
            actions.send_back(world.karim, note.id, {note.id}, "À moi-même.")

    def test_the_answer_closes_it_and_waits_again(self, world: World, field: Field) -> None:
        note = field.note()
        actions.send_back(world.diane, world.done.id, {note.id}, "Précisez.")
        version = field.note_again(note, SOAP | {"plan": "Autre."})
        assert db.session.scalars(select(Return)).one().answered_by == version.id
        text = text_of(note)
        assert (text.state, text.version_id, text.number, text.rank) == (
            "waiting", version.id, 2, RANKS["resubmitted"],
        )  # fmt: skip


class TestCallBack:
    def test_somebody_writes_what_was_done_once(self, world: World, field: Field) -> None:
        feedback = field.feedback(callback=True)
        actions.call_back(world.diane, feedback, " Rappelée, rendez-vous pris. ", now())
        db.session.flush()
        assert db.session.scalars(select(CallBack)).one().words == "Rappelée, rendez-vous pris."
        db.session.expire_all()
        with pytest.raises(Refused):
            actions.call_back(world.karim, feedback, "Encore.", now())

    @pytest.mark.parametrize("words", ["", " \n"])
    def test_words_are_needed(self, words: str, world: World, field: Field) -> None:
        with pytest.raises(Refused):
            actions.call_back(world.diane, field.feedback(callback=True), words, now())


def test_the_guards_are_what_refuses(world: World, field: Field, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mutant: a queue that forgets whose team a text is in lets the other team's supervisor sign."""
    note = field.note()
    with pytest.raises(NotFound):
        actions.sign(world.erwan, world.done.id, {note.id})
    from blueprints.reviews import queries

    monkeypatch.setattr(queries, "supervised_teams", lambda person: [world.north.id])
    actions.sign(world.erwan, world.done.id, {note.id})
    assert db.session.scalars(select(Signature)).one()
