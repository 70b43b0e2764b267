"""The desk over HTTP: whole pages and blocks, what survives a refusal, what strangers get."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from sqlalchemy import select

from blueprints.reviews import actions
from blueprints.reviews.models import Return, Signature
from blueprints.shared.db import db
from blueprints.surveys.models import CallBack
from tests.reviews.conftest import NO_RAIL, SOAP, Field
from tests.support.client import Client
from tests.support.world import World

AsPerson = Callable[[str | None], Client]
BLOCK = {"HX-Request": "true", "HX-Target": "item"}
DESK = {"HX-Request": "true", "HX-Target": "desk"}
HOSTILE = '<img src=x onerror="alert(1)" hx-get="/sign-out" hx-trigger="load">{{7*7}}</textarea>\u202e'


@pytest.fixture
def desk(client_as: AsPerson) -> Client:
    return client_as("diane")


class TestReading:
    def test_the_queue_an_item_beside_it_and_the_item_alone(self, world: World, field: Field, desk: Client) -> None:
        field.checklist(answers=NO_RAIL)
        queue, page = desk.get("/reviews").text, desk.get(f"/reviews/{world.done.id}").text
        block = desk.get(f"/reviews/{world.done.id}", headers=BLOCK).text
        assert "Jeanne Le Goff" in queue
        assert f'hx-get="/reviews/{world.done.id}"' in queue
        assert "Pas de barre d’appui" not in queue
        assert "<html" in page
        assert "Pas de barre d’appui" in page
        assert 'aria-current="true"' in page
        assert "<html" not in block
        assert "data-queue" not in block
        assert "Pas de barre d’appui" in block

    def test_filters_live_in_the_address_and_what_is_not_offered_is_not_asked(
        self, world: World, field: Field, desk: Client
    ) -> None:
        field.checklist(answers=NO_RAIL)
        assert "Jeanne" in desk.get("/reviews?need=alert").text
        assert "Jeanne" not in desk.get("/reviews?need=late").text
        for odd in ("need=%27%20OR%201=1--", "team=1", "coordinator=../..", "limit=-1", "limit=9e9", "limit=", "x=1"):
            assert desk.get(f"/reviews?{odd}").status_code == 200
        assert f"/reviews/{world.done.id}?need=alert" in desk.get("/reviews?need=alert").text

    def test_what_people_typed_is_text_and_nothing_else(self, world: World, field: Field, desk: Client) -> None:
        note = field.note(body=SOAP | {"plan": HOSTILE})
        field.feedback(words=HOSTILE)
        page = desk.get(f"/reviews/{world.done.id}").text
        assert "<img src=x" not in page
        assert "&lt;img src=x" in page
        actions.send_back(world.diane, world.done.id, {note.id}, HOSTILE)
        db.session.commit()
        assert "<img src=x" not in desk.get(f"/reviews/{world.done.id}").text

    def test_nothing_of_the_desk_may_be_kept(self, world: World, field: Field, desk: Client) -> None:
        field.note()
        for url in ("/reviews", f"/reviews/{world.done.id}", "/missing"):
            assert desk.get(url).headers["Cache-Control"] == "no-store"

    @pytest.mark.parametrize("who", ["erwan"])
    def test_another_teams_does_not_exist(self, who: str, world: World, field: Field, client_as: AsPerson) -> None:
        note, call = field.note(), field.feedback(callback=True)
        other = client_as(who)
        for headers in ({}, BLOCK):
            theirs = other.get(f"/reviews/{world.done.id}", headers=headers)
            none = other.get(f"/reviews/{uuid4()}", headers=headers)
            assert theirs.status_code == none.status_code == 404
            assert theirs.data == none.data
        for what in ("sign", "return"):
            data = {"version": str(note.id), "comment": "x"}
            assert other.post(f"/reviews/{world.done.id}/{what}", data=data).status_code == 404
        assert other.post(f"/reviews/callbacks/{call.id}", data={"words": "x"}).status_code == 404
        assert "Jeanne" not in other.get("/reviews").text
        assert not db.session.scalars(select(Signature)).all()
        assert not db.session.scalars(select(Return)).all()
        assert not db.session.scalars(select(CallBack)).all()


class TestSign:
    def test_then_the_next_of_the_filtered_queue(self, world: World, field: Field, desk: Client) -> None:
        first, second = field.checklist(answers=NO_RAIL), field.note(None, author="bob")
        answer = desk.post(f"/reviews/{world.done.id}/sign", data={"version": str(first.id)})
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/reviews/{second.id}")
        answer = desk.post(f"/reviews/{second.id}/sign?need=late", data={"version": str(second.id)})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/reviews?need=late")
        assert len(db.session.scalars(select(Signature)).all()) == 2

    def test_what_is_stale_signs_nothing_and_shows_the_change(self, world: World, field: Field, desk: Client) -> None:
        note = field.note()
        actions.send_back(world.karim, world.done.id, {note.id}, "Quelle hauteur ?")
        field.note_again(note, SOAP | {"objective": "Rebord à 58 cm."})
        answer = desk.post(f"/reviews/{world.done.id}/sign", data={"version": str(note.id)}, headers=DESK)
        assert answer.status_code == 409
        assert "data-problem" in answer.text
        assert "<ins>" in answer.text
        assert "58" in answer.text
        assert not db.session.scalars(select(Signature)).all()

    @pytest.mark.parametrize(
        "data", [{}, {"version": "x"}, {"version": ["", "1", "../"]}, {"text": "1", "state": "signed"}]
    )
    def test_nonsense_signs_nothing(self, data: dict[str, str], world: World, field: Field, desk: Client) -> None:
        field.note()
        assert desk.post(f"/reviews/{world.done.id}/sign", data=data).status_code == 409
        assert not db.session.scalars(select(Signature)).all()

    def test_ones_own_page_offers_no_signature_and_refuses_one(
        self, world: World, field: Field, client_as: AsPerson
    ) -> None:
        note = field.note(None, author="karim")
        karim = client_as("karim")
        assert f"/reviews/{note.id}/sign" not in karim.get(f"/reviews/{note.id}").text
        assert karim.post(f"/reviews/{note.id}/sign", data={"version": str(note.id)}).status_code == 403
        assert not db.session.scalars(select(Signature)).all()


class TestReturn:
    def test_what_was_typed_survives_a_refusal(self, world: World, field: Field, desk: Client) -> None:
        checklist, note = field.checklist(), field.note()
        actions.sign(world.karim, world.done.id, {note.id})
        data = {"version": [str(checklist.id), str(note.id)], "comment": "Un long commentaire.", "about": str(note.id)}
        answer = desk.post(f"/reviews/{world.done.id}/return", data=data, headers=DESK)
        assert answer.status_code == 409
        assert "Un long commentaire." in answer.text
        assert "data-return open" in answer.text
        assert not db.session.scalars(select(Return)).all()

    def test_a_comment_is_needed(self, world: World, field: Field, desk: Client) -> None:
        note = field.note()
        answer = desk.post(f"/reviews/{world.done.id}/return", data={"version": str(note.id), "comment": " "})
        assert answer.status_code == 422
        assert 'id="comment-error"' in answer.text

    def test_it_arrives_at_the_author_filled_and_makes_the_next_version(
        self, world: World, field: Field, desk: Client, client_as: AsPerson, deliver: Callable[..., object]
    ) -> None:
        note = field.note()
        desk.post(f"/reviews/{world.done.id}/return", data={"version": str(note.id), "comment": "Quelle hauteur ?"})
        returned = db.session.scalars(select(Return)).one()
        phone = client_as("alice")
        page = phone.get(f"/returns/{returned.id}")
        assert page.status_code == 200
        assert page.headers["Tournee-Page"]
        assert "Quelle hauteur ?" in page.text
        assert "htmx" not in page.text
        assert SOAP["objective"] in page.text
        assert f'name="_corrects" value="{note.id}"' in page.text
        assert f'action="/visits/{world.done.id}/notes/soap"' in page.text
        sent = deliver(
            phone,
            f"/visits/{world.done.id}/notes/soap",
            SOAP | {"plan": "58 cm."},
            envelope={"_corrects": str(note.id)},
        )
        assert sent.state == "applied"  # type: ignore[attr-defined]
        assert phone.get(f"/returns/{returned.id}").status_code == 404
        assert "58" in desk.get(f"/reviews/{world.done.id}").text

    def test_a_returned_checklist_opens_with_its_answers(
        self, world: World, field: Field, client_as: AsPerson, deliver: Callable[..., object]
    ) -> None:
        checklist = field.checklist(answers=NO_RAIL)
        actions.send_back(world.diane, world.done.id, {checklist.id}, "Quelle barre ?")
        db.session.commit()
        returned = db.session.scalars(select(Return)).one()
        page = client_as("alice").get(f"/returns/{returned.id}").text
        assert "Barre proposée" in page
        assert f'name="_corrects" value="{checklist.id}"' in page
        for who in ("bob", "diane", "charlie"):
            assert client_as(who).get(f"/returns/{returned.id}").status_code == 404

    @pytest.mark.parametrize("state", ["waiting", "signed", "answered"])
    def test_what_is_in_review_or_signed_is_not_edited_and_the_attempt_is_kept(
        self, state: str, world: World, field: Field, client_as: AsPerson, deliver: Callable[..., object]
    ) -> None:
        note = field.note()
        if state == "signed":
            actions.sign(world.diane, world.done.id, {note.id})
        if state == "answered":
            actions.send_back(world.diane, world.done.id, {note.id}, "Précisez.")
            field.note_again(note, SOAP)
        before = [dict(version.body) for version in note.versions]
        sent = deliver(
            client_as("alice"), f"/visits/{world.done.id}/notes/soap", SOAP | {"plan": "Altéré."},
            envelope={"_corrects": str(note.id)},
        )  # fmt: skip
        assert sent.state == "held"  # type: ignore[attr-defined]
        db.session.expire_all()
        assert [version.body for version in note.versions] == before

    def test_the_page_is_the_same_each_time(self, world: World, field: Field, client_as: AsPerson) -> None:
        note = field.note()
        actions.send_back(world.diane, world.done.id, {note.id}, "Quelle hauteur ?")
        db.session.commit()
        returned = db.session.scalars(select(Return)).one()
        phone = client_as("alice")
        assert phone.get(f"/returns/{returned.id}").data == phone.get(f"/returns/{returned.id}").data


class TestCallBack:
    def test_it_stands_first_until_somebody_writes_what_was_done(
        self, world: World, field: Field, desk: Client
    ) -> None:
        feedback = field.feedback(None, callback=True, callback_phone="06 99 88 77 66", words="Trop d’attente.")
        assert "06 99 88 77 66" in desk.get("/reviews").text
        page = desk.get(f"/reviews/{feedback.id}").text
        assert "tel:0699887766" in page
        assert "Trop d’attente." not in page, "what was answered at a kiosk stays private"
        answer = desk.post(f"/reviews/callbacks/{feedback.id}", data={"words": "  "})
        assert answer.status_code == 422
        answer = desk.post(f"/reviews/callbacks/{feedback.id}", data={"words": "Rappelée."})
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/reviews/{feedback.id}")
        assert "06 99 88 77 66" not in desk.get("/reviews").text
        assert "Rappelée." in desk.get(f"/reviews/{feedback.id}").text
        again = desk.post(f"/reviews/callbacks/{feedback.id}", data={"words": "Encore."})
        assert again.status_code == 409


class TestSession:
    @pytest.mark.parametrize("headers", [{}, DESK])
    def test_whoever_is_not_signed_in_gets_401_for_every_post(
        self, headers: dict[str, str], world: World, field: Field, client: Client
    ) -> None:
        note = field.note()
        for what in (f"{world.done.id}/sign", f"{world.done.id}/return", f"callbacks/{uuid4()}"):
            answer = client.post(f"/reviews/{what}", data={"version": str(note.id), "comment": "x"}, headers=headers)
            assert answer.status_code == 401

    def test_a_page_posted_after_the_session_ended_carries_the_comment_through_the_sign_in(
        self, world: World, field: Field, client: Client
    ) -> None:
        note = field.note()
        data = {"version": str(note.id), "comment": "Un commentaire de trois lignes."}
        answer = client.post(f"/reviews/{world.done.id}/return", data=data)
        assert answer.status_code == 401
        assert "Un commentaire de trois lignes." in answer.text

    def test_the_switch_of_the_shortcuts_is_kept(self, world: World, field: Field, desk: Client) -> None:
        field.note()
        assert 'data-shortcuts="on"' in desk.get(f"/reviews/{world.done.id}").text
        assert desk.post("/account/shortcuts", data={"shortcuts": "off"}, headers=DESK).status_code == 204
        assert 'data-shortcuts="off"' in desk.get(f"/reviews/{world.done.id}").text
