"""The life of a note, lived at random by everybody: nothing signed is altered or lost, nobody signs their own, and who
may not read the case learns nothing of it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from blueprints.notes import actions
from blueprints.notes.models import ADDENDUM, Note, NoteVersion
from blueprints.reviews import actions as reviews
from blueprints.reviews.models import ReviewText, Signature
from blueprints.shared.db import db
from tests.support.client import deliver
from tests.support.world import id_of

pytestmark = pytest.mark.both_engines
ClientAs = Callable[[str | None], Any]
AUTHORS = ("alice", "karim")  # karim is a supervisor too, of his own team
EVERYBODY = ("alice", "bob", "charlie", "diane", "erwan", "karim", "gaston")
STRANGERS = ("bob", "charlie", "erwan", "fanny", "gaston")
CASE = f"/clients/{id_of('jeanne')}"
who = st.sampled_from((*AUTHORS, *AUTHORS, *EVERYBODY))
words = st.sampled_from(["Elle va bien.", "Elle va mieux 🙂", "\u202eune autre", " ", "Le chien dort.\nEncore."])
which = st.sampled_from([0, 0, 0, 1, 2])  # the latest version, or one of an earlier page


class Life(RuleBasedStateMachine):
    """One note without a visit, and everybody who may come near it."""

    browser: Callable[[str], Any]

    @initialize(author=st.sampled_from(AUTHORS), reader=st.sampled_from(["diane", "karim", ""]))
    def write(self, author: str, reader: str) -> None:
        self.author = author
        self.id = deliver(self.browser(author), f"{CASE}/notes/free", {"text": "Elle va bien."}).id
        self.seen: dict[UUID, tuple[Any, ...]] = {}
        self.signed: dict[UUID, tuple[UUID, UUID]] = {}
        if reader:
            self.sign(reader, 0)

    @property
    def note(self) -> Note:
        return db.session.get_one(Note, self.id)

    def _version(self, which: int) -> str:
        versions = self.note.versions
        return str(versions[-1 - which % len(versions)].id)

    @rule(who=who, text=words, which=which)
    def answer_a_return(self, who: str, text: str, which: int) -> None:
        deliver(self.browser(who), f"{CASE}/notes/free", {"text": text}, envelope={"_corrects": self._version(which)})

    @rule(who=who, text=words, what=st.sampled_from(["addendum", "amendment"]), which=which, corrects=st.booleans())
    def go_on(self, who: str, text: str, what: str, which: int, corrects: bool) -> None:
        fields = {"addendum" if what == "addendum" else "text": text, "reason": "Oublié."}
        envelope = {"_corrects" if corrects else "_base": self._version(which)}
        deliver(self.browser(who), f"{CASE}/notes/{self.id}/{what}", fields, envelope=envelope)

    @rule(
        text=words,
        what=st.sampled_from(["addendum", "amendment"]),
        reader=st.sampled_from(["diane", "diane", "karim", ""]),
    )
    def as_it_should_be(self, text: str, what: str, reader: str) -> None:
        """Its author goes on from it, and somebody reads that, or perhaps nobody."""
        self.go_on(self.author, text, what, 0, corrects=False)
        if reader:
            self.sign(reader, 0)

    @rule(who=st.sampled_from(["alice", "diane", "erwan", "karim"]), which=which)
    def sign(self, who: str, which: int) -> None:
        self.browser(who).post(f"/reviews/{self.id}/sign", data={"version": self._version(which)})

    @rule(who=st.sampled_from(["diane", "erwan", "karim"]), which=which)
    def send_back(self, who: str, which: int) -> None:
        data = {"version": self._version(which), "comment": "Merci de préciser."}
        self.browser(who).post(f"/reviews/{self.id}/return", data=data)

    @rule(who=who, text=words)
    def let_the_client_speak(self, who: str, text: str) -> None:
        self.browser(who).post(f"{CASE}/notes/{self.id}/statement", data={"words": text})

    @rule(who=who, rarely=st.integers(0, 5))
    def enter_in_error(self, who: str, rarely: int) -> None:
        if rarely == 0:
            self.browser(who).post(f"{CASE}/notes/{self.id}/mistake", data={"reason": "Double."})

    @rule(who=st.sampled_from(STRANGERS))
    def look_in(self, who: str) -> None:
        browser = self.browser(who)
        for page in (f"{CASE}/notes/{self.id}/versions", f"/reviews/{self.id}", f"{CASE}/notes/{self.id}/addendum"):
            answer = browser.get(page)
            assert answer.status_code in (403, 404), (who, page)
            assert "Elle va" not in answer.get_data(as_text=True)

    @invariant()
    def everything_stands(self) -> None:
        if not hasattr(self, "seen"):
            return
        db.session.expire_all()
        note = self.note
        now = {v.id: (v.number, dict(v.body), v.occurred, v.received, v.what, v.reason) for v in note.versions}
        assert self.seen.items() <= now.items(), "a submitted version is altered or gone"
        self.seen = now
        signatures = db.session.scalars(select(Signature).where(Signature.text_id == self.id)).all()
        given = {one.id: (one.version_id, one.person_id) for one in signatures}
        assert self.signed.items() <= given.items(), "a signature is altered or gone"
        self.signed = given
        for version_id, person_id in given.values():
            assert version_id in now
            assert person_id != note.author_id, "somebody signed their own"
        self.additions_keep_what_was_signed(note, {version_id for version_id, _person in given.values()})
        self.the_queue_follows(note, given)
        db.session.rollback()

    def additions_keep_what_was_signed(self, note: Note, signed: set[UUID]) -> None:
        base: NoteVersion | None = None
        for version in note.versions:
            assert (base is None) == (version.what == "text"), "only what is signed is gone on from"
            if base is not None:
                kept = base.body if version.what == "addendum" else base.addenda
                assert kept.items() <= version.body.items(), "what was signed is lost from what goes on"
                assert version.reason
            assert all(name == "text" or name.startswith(ADDENDUM) for name in version.body)
            base = version if version.id in signed else base

    def the_queue_follows(self, note: Note, given: dict[UUID, tuple[UUID, UUID]]) -> None:
        row = db.session.get_one(ReviewText, self.id)
        assert row.version_id == note.versions[-1].id
        assert (row.state == "signed") == (row.version_id in {version_id for version_id, _person in given.values()})


def live(client_as: ClientAs, runs: int, steps: int, mutant: bool = False) -> None:
    """So many random lives; raises where one broke the promise."""
    browsers: dict[str, Any] = {}

    def browser(name: str) -> Any:
        if name not in browsers:
            browsers[name] = client_as(name)
        return browsers[name]

    machine = type("OneLife", (Life,), {"browser": staticmethod(browser)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=runs < 100,
            suppress_health_check=list(HealthCheck),
            print_blob=False,
            phases=[Phase.generate] if mutant else list(Phase),
        ),
    )


def test_nothing_signed_is_altered_or_lost_and_nobody_signs_their_own(app: Flask, client_as: ClientAs) -> None:
    live(client_as, runs=12, steps=20)


@pytest.mark.soak
def test_nothing_in_five_hundred_lives(app: Flask, client_as: ClientAs) -> None:
    live(client_as, runs=500, steps=30)


def test_an_addendum_that_drops_the_text_is_seen(
    app: Flask, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "with_addendum", lambda signed, section, words: {section: words})
    with pytest.raises(AssertionError, match="is lost"):
        live(client_as, runs=30, steps=20, mutant=True)


def test_a_signature_of_ones_own_is_seen(app: Flask, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch) -> None:
    def sign_anything(person: Any, unit_id: UUID, shown: Any) -> None:
        text = db.session.get_one(ReviewText, unit_id)
        if text.state == "waiting":
            db.session.add(Signature(text_id=text.id, version_id=text.version_id, person_id=person.id))
            text.state = "signed"

    monkeypatch.setattr(reviews, "sign", sign_anything)
    with pytest.raises(AssertionError, match="signed their own"):
        live(client_as, runs=30, steps=20, mutant=True)
