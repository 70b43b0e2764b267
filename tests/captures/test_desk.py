"""Held captures and receipts, for the people who look at them."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from blueprints.captures import actions, queries
from blueprints.captures.models import Capture, Settlement
from blueprints.checklists.models import Checklist
from blueprints.forms import queries as form_queries
from blueprints.forms.actions import publish_shipped
from blueprints.notes.models import Note
from blueprints.people.models import Membership
from blueprints.shared.db import db
from blueprints.shared.refusal import Refused
from tests.support.client import Client, Delivered
from tests.support.counting import counted
from tests.support.world import World

AsPerson = Callable[[str | None], Client]
Deliver = Callable[..., Delivered]
NOTE = {"text": "Elle va mieux et marche seule."}


@pytest.fixture
def held(world: World, client_as: AsPerson, deliver: Deliver) -> Capture:
    """A note of alice's about a visit that is not hers: kept, not applied."""
    sent = deliver(client_as("alice"), f"/visits/{world.bobs.id}/notes/free", NOTE)
    assert sent.state == "held"
    return db.session.get_one(Capture, sent.id)


@pytest.fixture
def form(world: World) -> str:
    """The version of the form that is asked now."""
    if form_queries.current_of("home-safety") is None:
        publish_shipped()
    found = form_queries.current_of("home-safety")
    assert found is not None
    return found.version


def url_of(capture: Capture, what: str = "") -> str:
    return f"/held/{capture.id}{what}"


class TestWhoSees:
    @pytest.mark.parametrize("who", ["alice", "diane", "karim"])
    def test_the_author_and_supervisors_of_the_team_see_what_is_held(
        self, who: str, held: Capture, client_as: AsPerson
    ) -> None:
        browser = client_as(who)
        assert url_of(held) in browser.get("/held").text
        page = browser.get(url_of(held))
        assert page.status_code == 200
        assert NOTE["text"] in page.text
        assert held.reason in page.text

    @pytest.mark.parametrize("who", ["bob", "charlie", "erwan", "fanny", "gaston"])
    def test_nobody_else_does_and_the_answer_is_that_for_none(
        self, who: str, held: Capture, client_as: AsPerson
    ) -> None:
        browser = client_as(who)
        listed = browser.get("/held")
        assert listed.status_code == 200
        assert str(held.id) not in listed.text
        for address in ("", "/correct"):
            theirs, none = browser.get(url_of(held, address)), browser.get(f"/held/{uuid4()}{address}")
            assert theirs.status_code == 404
            assert theirs.data == none.data
        for what in ("/apply", "/close"):
            assert browser.post(url_of(held, what), data={"reason": "x"}).status_code == 404
        assert db.session.get_one(Capture, held.id).state == "held"

    def test_a_kiosks_held_answer_is_for_the_supervisors_of_its_team(self, world: World, client_as: AsPerson) -> None:
        row = Capture(id=uuid4(), kind="answer", url="/kiosk/answers/x/y", kiosk_id=world.kiosk.id, digest="0" * 64,
                      code="0" * 8, state="held", fields=[["/data/words", "Trop long."]])  # fmt: skip
        db.session.add(row)
        db.session.commit()
        assert row in queries.held(world.diane)
        assert row not in queries.held(world.erwan)
        assert row not in queries.held(world.alice)
        assert "Trop long." in client_as("diane").get(url_of(row)).text


class TestLanguages:
    """Who reads it need not speak the language of who caused it."""

    @pytest.fixture(autouse=True)
    def english(self, world: World) -> None:
        world.diane.language = "en"

    def test_the_reason_is_read_in_the_readers_language(self, held: Capture, client_as: AsPerson) -> None:
        french, english = client_as("alice"), client_as("diane")
        for address in ("/held", url_of(held), url_of(held, "/correct")):
            assert "Cette adresse n’existe" in french.get(address).text
            page = english.get(address).text
            assert "This address does not exist for you" in page
            assert "Cette adresse n’existe" not in page

    def test_what_is_wrong_with_a_field_too(
        self, form: str, world: World, client_as: AsPerson, deliver: Deliver
    ) -> None:
        sent = deliver(client_as("alice"), f"/visits/{world.visit.id}/checklists/home-safety/{form}",
                       {"/data/bathroom/water": "72"})  # fmt: skip
        assert "Au-delà, risque de brûlure" in sent.messages["/data/bathroom/water"]
        assert "Au-delà, risque de brûlure" in client_as("alice").get(f"/held/{sent.id}").text
        for address in ("", "/correct"):
            page = client_as("diane").get(f"/held/{sent.id}{address}").text
            assert "risque de brûlure" not in page
            assert "Above that, risk of a burn" in page

    def test_a_note_and_a_newer_edition_and_a_second_content(
        self, world: World, client_as: AsPerson, deliver: Deliver
    ) -> None:
        alice, url = client_as("alice"), f"/visits/{world.visit.id}/notes/free"
        empty = deliver(alice, url, {"text": " "})
        newer = deliver(alice, url, NOTE, envelope={"_v": "99"})
        first = deliver(alice, url, NOTE)
        deliver(alice, url, {"text": "autre"}, id=first.id)
        twin = db.session.scalars(select(Capture.id).where(Capture.same_as == first.id)).one()
        for id, words in (
            (empty.id, "cannot be recorded as it is"),
            (newer.id, "newer edition"),
            (twin, "arrived twice"),
        ):
            assert words in client_as("diane").get(f"/held/{id}").text
            assert words not in alice.get(f"/held/{id}").text

    def test_nothing_of_asking_again_stays(self, world: World, client_as: AsPerson, deliver: Deliver) -> None:
        deliver(client_as("alice"), f"/visits/{world.visit.id}/notes/free", {"text": ""})
        assert not db.session.scalars(select(Note)).all()

    def test_what_a_person_typed_stays_as_it_was_typed(self, held: Capture, client_as: AsPerson) -> None:
        client_as("diane").post(url_of(held, "/close"), data={"reason": "Wrong person."})
        assert "Wrong person." in client_as("alice").get(f"/captures/{held.id}").text


class TestFields:
    def test_answers_stand_under_the_labels_of_the_form(
        self, form: str, world: World, client_as: AsPerson, deliver: Deliver
    ) -> None:
        fields = {"/data/entrance/access": "yes", "/data/bathroom/water": "tiède", "surprise": "<b>x</b>"}
        sent = deliver(client_as("alice"), f"/visits/{world.visit.id}/checklists/home-safety/{form}", fields)
        assert sent.state == "held"
        page = client_as("diane").get(f"/held/{sent.id}").text
        assert "Accès au logement dégagé et éclairé" in page
        assert "Oui" in page
        assert "tiède" in page, "what cannot be read is shown as it was typed"
        assert "&lt;b&gt;x&lt;/b&gt;" in page, "a field that the form does not have is shown too, escaped"

    def test_a_capture_for_no_address_of_ours_is_readable(self, client_as: AsPerson, deliver: Deliver) -> None:
        sent = deliver(client_as("alice"), "/nowhere/at/all", {"words": "Ne pas perdre."})
        page = client_as("alice").get(f"/held/{sent.id}").text
        assert "Ne pas perdre." in page


@pytest.mark.both_engines
class TestApply:
    def test_it_takes_effect_once_what_stood_in_the_way_is_gone(
        self, world: World, held: Capture, client_as: AsPerson
    ) -> None:
        world.bobs.coordinator_id = world.alice.id
        assert client_as("alice").post(url_of(held, "/apply")).status_code == 303
        settled = db.session.scalars(select(Settlement)).one()
        assert (settled.person_id, settled.what) == (world.alice.id, "applied")
        assert db.session.get_one(Note, held.id).author_id == world.alice.id

    def test_the_access_of_whoever_settles_counts_and_the_author_stays(
        self, world: World, held: Capture, client_as: AsPerson
    ) -> None:
        assert client_as("diane").post(url_of(held, "/apply")).status_code == 303
        assert db.session.get_one(Note, held.id).author_id == world.alice.id
        assert db.session.scalars(select(Settlement)).one().person_id == world.diane.id

    def test_where_it_still_fails_it_stays_held_and_the_page_says_so(self, held: Capture, client_as: AsPerson) -> None:
        answer = client_as("alice").post(url_of(held, "/apply"))
        assert answer.status_code == 409
        assert NOTE["text"] in answer.text
        assert db.session.get_one(Capture, held.id).state == "held"
        assert not db.session.scalars(select(Settlement)).all()

    def test_twice_is_once(self, held: Capture, client_as: AsPerson) -> None:
        browser = client_as("diane")
        assert browser.post(url_of(held, "/apply")).status_code == 303
        assert browser.post(url_of(held, "/apply")).status_code == 409
        assert len(db.session.scalars(select(Note)).all()) == 1

    def test_what_waits_for_the_same_visit_is_tried_next(
        self, world: World, client_as: AsPerson, deliver: Deliver
    ) -> None:
        phone, visit = client_as("alice"), uuid4()
        note = deliver(phone, f"/visits/{visit}/notes/free", NOTE)
        assert note.state == "held", "needs a visit that is not there yet for this to mean anything"
        born = deliver(phone, "/visits", {"client": str(world.marcel.id), "kind": "home"}, id=visit)
        assert born.state == "held", "needs somebody whom alice does not serve for this to mean anything"
        assert client_as("diane").post(f"/held/{visit}/apply").status_code == 303
        assert db.session.get_one(Capture, visit).state == "applied"
        assert db.session.get_one(Capture, note.id).state == "applied"


@pytest.mark.both_engines
class TestClose:
    def test_it_is_closed_with_the_reason_and_the_phone_hears_it(
        self, world: World, held: Capture, client_as: AsPerson, deliver: Deliver
    ) -> None:
        answer = client_as("diane").post(
            url_of(held, "/close"), data={"reason": "Mauvaise personne, refaite ailleurs."}
        )
        assert answer.status_code == 303
        row = db.session.get_one(Capture, held.id)
        assert (row.state, row.reason) == ("closed", "Mauvaise personne, refaite ailleurs.")
        assert row.fields, "what was delivered stays"
        assert db.session.scalars(select(Settlement)).one().person_id == world.diane.id

    def test_a_reason_is_needed_and_nothing_is_written_without(self, held: Capture, client_as: AsPerson) -> None:
        for reason in ("", "   \n"):
            assert client_as("diane").post(url_of(held, "/close"), data={"reason": reason}).status_code == 422
        long = "é" * 1001
        answer = client_as("diane").post(url_of(held, "/close"), data={"reason": long})
        assert answer.status_code == 422
        assert long in answer.text, "what was typed is still there"
        assert db.session.get_one(Capture, held.id).state == "held"

    def test_what_is_settled_is_not_settled_again(self, world: World, held: Capture) -> None:
        actions.close(world.diane, held, "Doublon.")
        with pytest.raises(Refused):
            actions.close(world.diane, held, "Encore.")
        with pytest.raises(Refused):
            actions.apply(world.diane, held)


class TestCorrect:
    def test_the_form_opens_filled_and_what_is_sent_replaces_the_held_one(
        self, world: World, held: Capture, client_as: AsPerson, deliver: Deliver
    ) -> None:
        page = client_as("alice").get(url_of(held, "/correct"))
        assert NOTE["text"] in page.text
        assert f'name="_corrects" value="{held.id}"' in page.text
        assert f'action="{held.url}"' in page.text
        world.bobs.coordinator_id = world.alice.id
        sent = deliver(client_as("alice"), held.url, {"text": "Corrigé."}, envelope={"_corrects": str(held.id)})
        assert sent.state == "applied"
        row = db.session.get_one(Capture, held.id)
        assert row.state == "closed"
        assert db.session.scalars(select(Settlement)).one().what == "corrected"

    def test_a_supervisor_corrects_what_a_coordinator_sent(
        self, world: World, held: Capture, client_as: AsPerson, deliver: Deliver
    ) -> None:
        sent = deliver(client_as("diane"), held.url, {"text": "Corrigé."}, envelope={"_corrects": str(held.id)})
        assert sent.state == "applied"
        assert db.session.get_one(Capture, held.id).state == "closed"
        assert db.session.get_one(Note, sent.id).author_id == world.diane.id

    def test_nobody_replaces_what_a_colleague_sent(
        self, world: World, held: Capture, client_as: AsPerson, deliver: Deliver
    ) -> None:
        deliver(client_as("bob"), held.url, {"text": "Autre."}, envelope={"_corrects": str(held.id)})
        assert db.session.get_one(Capture, held.id).state == "held"

    def test_a_held_checklist_opens_in_its_form(
        self, form: str, world: World, client_as: AsPerson, deliver: Deliver
    ) -> None:
        url = f"/visits/{world.visit.id}/checklists/home-safety/{form}"
        sent = deliver(client_as("alice"), url, {"/data/bathroom/water": "tiède"})
        assert sent.state == "held"
        page = client_as("alice").get(f"/held/{sent.id}/correct")
        assert page.status_code == 200
        assert 'value="tiède"' in page.text
        assert not db.session.scalars(select(Checklist)).all()


class TestReceipt:
    def test_a_form_posted_without_scripts_ends_on_its_receipt(self, world: World, client_as: AsPerson) -> None:
        browser = client_as("alice")
        answer = browser.post(f"/visits/{world.visit.id}/notes/free", data=NOTE)
        assert answer.status_code == 303
        page = browser.get(answer.headers["Location"])
        row = db.session.scalars(select(Capture)).one()
        assert page.status_code == 200
        assert f"{row.code[:4]}-{row.code[4:]}" in page.text

    def test_it_is_the_authors_alone(self, held: Capture, client_as: AsPerson) -> None:
        assert client_as("alice").get(f"/captures/{held.id}").status_code == 200
        for who in ("bob", "diane", "erwan", "gaston"):
            theirs, none = client_as(who).get(f"/captures/{held.id}"), client_as(who).get(f"/captures/{uuid4()}")
            assert theirs.status_code == 404
            assert theirs.data.replace(str(held.id).encode(), b"") == none.data

    def test_held_and_closed_say_so(self, world: World, held: Capture, client_as: AsPerson) -> None:
        browser = client_as("alice")
        assert held.reason in browser.get(f"/captures/{held.id}").text
        actions.close(world.diane, held, "Saisi deux fois.")
        assert "Saisi deux fois." in browser.get(f"/captures/{held.id}").text


def test_the_lists_take_the_same_number_of_queries_however_much_is_held(world: World, held: Capture) -> None:
    def ask() -> int:
        db.session.expire_all()
        with counted() as asked:
            for capture in queries.held(world.diane):
                assert capture.author
        return len(asked)

    few = ask()
    for _ in range(20):
        db.session.add(Capture(id=uuid4(), kind="note", url=held.url, author_id=world.bob.id, digest="0" * 64,
                               code="0" * 8, state="held", fields=[]))  # fmt: skip
    db.session.commit()
    assert len(queries.held(world.diane)) == 21
    assert ask() == few


def test_supervising_another_team_is_not_enough(world: World, held: Capture) -> None:
    """A mutant of the rule "a supervisor of the author's team": membership alone must not do."""
    db.session.add(Membership(person_id=world.fanny.id, team_id=world.north.id))
    db.session.commit()
    assert held not in queries.held(world.fanny), "a manager in the team is no supervisor of it"
    assert isinstance(held.id, UUID)
