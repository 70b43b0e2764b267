"""The queue and its order, open returns, what is read together; each in a fixed number of queries."""

from datetime import timedelta
from uuid import uuid4

import pytest
from werkzeug.exceptions import NotFound

from blueprints.captures.models import Capture, CaptureFile
from blueprints.clients.models import Client
from blueprints.notes.models import Note
from blueprints.reviews import actions, reading
from blueprints.reviews.queries import Wanted, calls_to_make, filters, one_return, open_returns, order, queue, to_answer
from blueprints.shared.db import db, now, uuid7
from blueprints.shared.refusal import Refused
from blueprints.visits.models import Visit
from tests.reviews.conftest import NO_RAIL, SOAP, Field
from tests.support.counting import counted
from tests.support.world import World

ALL = Wanted()


def another_visit(world: World, name: str = "Zoé", hours: int = 30) -> Visit:
    """A made visit of a new client of alice's."""
    client = Client(team_id=world.north.id, given_name=name, family_name="Autre")
    db.session.add(client)
    db.session.flush()
    visit = Visit(
        client_id=client.id, coordinator_id=world.alice.id, starts_at=now() - timedelta(hours=hours), minutes=60,
        status="done", made_by=world.diane.id,
    )  # fmt: skip
    db.session.add(visit)
    db.session.commit()
    return visit


class TestQueue:
    def test_what_needs_eyes_first_stands_first_and_the_oldest_within_a_rank(self, world: World, field: Field) -> None:
        plain, old, first, alert, again = (another_visit(world) for _ in range(5))
        first.first = True
        field.checklist(plain, received=now() - timedelta(hours=1))
        field.checklist(old, received=now() - timedelta(hours=9))
        field.checklist(first)
        lone = field.note(None, occurred=now() - timedelta(hours=40))
        field.checklist(alert, answers=NO_RAIL)
        returned = field.checklist(again, received=now() - timedelta(hours=20))
        actions.send_back(world.diane, again.id, {returned.id}, "Précisez.")
        field.checklist_again(returned, {})
        assert order(world.diane, ALL) == [alert.id, first.id, lone.id, again.id, old.id, plain.id]

    def test_a_visit_is_one_line_with_all_that_waits_of_it(self, world: World, field: Field) -> None:
        field.checklist(answers=NO_RAIL)
        field.note()
        (line,) = queue(world.diane, ALL).lines
        assert (line.id, line.alerts, line.reading, line.client) == (world.done.id, 1, 1, "Jeanne Le Goff")
        assert len(line.texts) == 2

    def test_what_is_signed_or_sent_back_waits_no_longer(self, world: World, field: Field) -> None:
        checklist, note = field.checklist(), field.note()
        actions.sign(world.diane, world.done.id, {checklist.id})
        actions.send_back(world.diane, world.done.id, {note.id}, "Précisez.")
        assert queue(world.diane, ALL).lines == []

    @pytest.mark.parametrize("who", ["erwan", "alice", "fanny", "gaston"])
    def test_nobody_sees_what_is_not_of_their_teams(self, who: str, world: World, field: Field) -> None:
        field.checklist()
        field.feedback(callback=True)
        found = queue(getattr(world, who), ALL)
        assert (found.lines, found.calls, found.more) == ([], [], 0)
        with pytest.raises(NotFound):
            reading.item(getattr(world, who), world.done.id)

    def test_ones_own_is_not_in_ones_own_queue(self, world: World, field: Field) -> None:
        field.note(None, author="karim")
        assert queue(world.karim, ALL).lines == []
        assert len(queue(world.diane, ALL).lines) == 1

    @pytest.mark.parametrize(("need", "expected"), [("alert", 1), ("late", 1), ("first_visit", 0), ("resubmitted", 0)])
    def test_filters(self, need: str, expected: int, world: World, field: Field) -> None:
        field.checklist(answers=NO_RAIL)
        field.note(None, occurred=now() - timedelta(hours=40), author="bob")
        assert len(queue(world.diane, Wanted(need=need)).lines) == expected
        assert len(queue(world.diane, Wanted(coordinator=world.bob.id)).lines) == 1
        assert queue(world.diane, Wanted(team=world.south.id)).lines == []

    def test_a_limit_says_how_many_more_there_are(self, world: World, field: Field) -> None:
        for _ in range(5):
            field.checklist(another_visit(world))
        found = queue(world.diane, Wanted(limit=2))
        assert (len(found.lines), found.more) == (2, 3)

    def test_whoever_asks_to_be_called_back_stands_first_until_somebody_did(self, world: World, field: Field) -> None:
        field.checklist(answers=NO_RAIL)
        at_visit, at_kiosk = field.feedback("done", callback=True), field.feedback(None, callback=True)
        field.feedback("done")
        found = queue(world.diane, ALL)
        assert {call.feedback.id for call in found.calls} == {at_visit.id, at_kiosk.id}
        assert found.lines == [], "the visit stands once, with its call"
        assert next(call.line for call in found.calls if call.feedback.id == at_visit.id).alerts == 1
        actions.call_back(world.diane, at_visit, "Rappelée.", now())
        db.session.flush()
        found = queue(world.diane, ALL)
        assert [call.feedback.id for call in found.calls] == [at_kiosk.id]
        assert len(found.lines) == 1

    def test_a_call_follows_its_client_into_another_team(self, world: World, field: Field) -> None:
        field.feedback(callback=True)
        world.jeanne.team_id = world.south.id
        db.session.commit()
        assert not calls_to_make(world.diane, ALL)
        assert len(calls_to_make(world.erwan, ALL)) == 1

    def test_filters_offer_ones_own_teams_and_their_coordinators(self, world: World) -> None:
        teams, people = filters(world.diane)
        assert teams == [(world.north.id, "Nord")]
        assert "Alice Morvan" in [name for _id, name in people]
        assert "Charlie Le Bihan" not in [name for _id, name in people]


class TestItem:
    def test_a_visit_is_read_together(self, world: World, field: Field) -> None:
        field.checklist(answers=NO_RAIL)
        field.note()
        field.feedback(words="On m’écoute.")
        item = reading.item(world.diane, world.done.id)
        assert [text.row.kind for text in item.texts] == ["checklist", "note"]
        (checklist, note) = item.texts
        assert [point.line.text for point in checklist.eyes] == ["Non"]
        assert checklist.eyes[0].more[0].line.text == "Barre proposée"
        assert len(checklist.points) == 19
        assert [passage.key for passage in note.passages] == ["subjective", "objective", "assessment", "plan"]
        assert item.feedback[0].row.words == "On m’écoute."
        assert item.feedback[0].scale == 5

    def test_a_second_reading_shows_what_changed_since_the_version_read_before(
        self, world: World, field: Field
    ) -> None:
        checklist, note = field.checklist(answers=NO_RAIL), field.note()
        actions.send_back(world.diane, world.done.id, {checklist.id, note.id}, "Précisez.")
        field.checklist_again(checklist, {"/data/bathroom/water": "58"})
        field.note_again(note, SOAP | {"objective": "Marche sans aide. Barre d’appui posée."})
        first, second = reading.item(world.diane, world.done.id).texts
        assert {point.line.path: point.earlier for point in first.points if point.earlier is not None} == {
            "/data/bathroom/rail": "Non",
            "/data/bathroom/water": "45\xa0°C",
        }
        assert [line.text for line in first.gone] == ["Barre proposée"]
        assert first.changes == 3
        objective = next(passage for passage in second.passages if passage.key == "objective")
        assert next(piece.text.strip() for piece in objective.pieces if piece.what == "del") == "Pas de barre"
        assert second.changes == 2
        assert [decision.what for decision in second.decisions] == ["returned"]

    def test_a_photo_that_has_not_arrived_is_told_from_one_that_has(self, world: World, field: Field) -> None:
        here, absent = uuid7(), uuid7()
        checklist = field.checklist(
            answers=NO_RAIL
            | {"/data/bathroom/rail_no/photo": str(here), "/data/bathroom/toilet": "no",
               "/data/bathroom/toilet_no/solution": "Rehausseur", "/data/bathroom/toilet_no/photo": str(absent)}
        )  # fmt: skip
        db.session.add(
            Capture(id=checklist.id, kind="checklist", url="/x", author_id=world.alice.id, digest="0" * 64,
                    code="4H7P0WXM", state="applied")
        )  # fmt: skip
        db.session.add(
            CaptureFile(id=here, capture_id=checklist.id, digest="0" * 64, stored="0" * 64, media_type="image/jpeg",
                        size=1)
        )  # fmt: skip
        db.session.commit()
        item = reading.item(world.diane, world.done.id)
        assert {photo.file_id: photo.capture_id for photo in item.photos} == {
            str(here): checklist.id,
            str(absent): None,
        }
        assert item.texts[0].latest.code == "4H7P0WXM"

    def test_a_note_without_a_visit_is_a_unit_of_its_own(self, world: World, field: Field) -> None:
        note = field.note(None)
        item = reading.item(world.diane, note.id)
        assert (item.visit, len(item.texts)) == (None, 1)

    def test_a_note_of_a_visit_is_not(self, world: World, field: Field) -> None:
        note = field.note()
        with pytest.raises(NotFound):
            reading.item(world.diane, note.id)

    def test_a_visit_with_feedback_alone_can_be_read(self, world: World, field: Field) -> None:
        field.feedback(callback=True)
        item = reading.item(world.diane, world.done.id)
        assert (item.texts, len(item.feedback)) == ([], 1)

    def test_a_kiosks_answer_can_be_read_by_its_team(self, world: World, field: Field) -> None:
        feedback = field.feedback(None, callback=True)
        assert reading.item(world.diane, feedback.id).client is None
        with pytest.raises(NotFound):
            reading.item(world.erwan, feedback.id)


class TestReturns:
    def returned(self, world: World, field: Field) -> Note:
        note = field.note()
        actions.send_back(world.diane, world.done.id, {note.id}, "Précisez.")
        db.session.commit()
        return note

    def test_they_are_their_authors_until_they_are_answered(self, world: World, field: Field) -> None:
        note = self.returned(world, field)
        (found,) = open_returns(world.alice)
        assert found.version_id == note.id
        assert not open_returns(world.bob)
        assert not open_returns(world.diane)
        with pytest.raises(NotFound):
            one_return(world.diane, found.id)
        field.note_again(note, SOAP)
        assert not open_returns(world.alice)
        with pytest.raises(NotFound):
            one_return(world.alice, found.id)

    def test_only_the_author_answers_only_what_was_returned_and_once(self, world: World, field: Field) -> None:
        other = field.note(None)
        note = self.returned(world, field)
        assert to_answer(world.alice, note.id).version_id == note.id
        for person, version in ((world.bob, note.id), (world.alice, other.id), (world.alice, uuid4())):
            with pytest.raises(Refused):
                to_answer(person, version)
        field.note_again(note, SOAP)
        with pytest.raises(Refused):
            to_answer(world.alice, note.id)


class TestHowMany:
    """≤ 16 queries for the queue, an item and a signature, whatever the numbers (the session's and menu's included)."""

    def fill(self, world: World, field: Field, times: int) -> None:
        for n in range(times):
            visit = another_visit(world, f"Client {n}")
            field.checklist(visit, answers=NO_RAIL)
            field.feedback(None, callback=True)

    def grow(self, world: World, field: Field, note: Note) -> None:
        """More versions, comments and feedback at the visit that is looked at."""
        for _ in range(3):
            actions.send_back(world.karim, world.done.id, {note.versions[-1].id}, "Encore.", note.id)
            field.note_again(note, SOAP | {"plan": f"Plan du {now()}"})
            field.feedback("done")

    def test_queue_item_and_sign(self, world: World, field: Field, client_as: object) -> None:
        field.checklist(answers=NO_RAIL)
        note = field.note()
        field.feedback("done", callback=True)
        browser = client_as("diane")  # type: ignore[operator]
        block = {"HX-Request": "true", "HX-Target": "item"}

        def ask() -> list[int]:
            counts = []
            for url, headers in (
                ("/reviews", {}),
                (f"/reviews/{world.done.id}", block),
                (f"/reviews/{world.done.id}", {}),
            ):
                with counted() as asked:
                    assert browser.get(url, headers=headers).status_code == 200
                counts.append(len(asked))
            return counts

        ask()  # the first page after a while also notes that the session is alive
        few = ask()
        self.fill(world, field, 12)
        self.grow(world, field, note)
        many = ask()
        assert many == few
        assert max(many) <= 16, many
        shown = [str(text.row.version_id) for text in reading.item(world.diane, world.done.id).texts]
        with counted() as asked:
            answer = browser.post(f"/reviews/{world.done.id}/sign", data={"version": shown})
        assert answer.status_code == 303
        assert len(asked) <= 16, asked
