"""Random lives of phones against the real app: nothing lost, doubled or altered, no false "sent", all boxes empty at
the end. Then the same with a guard taken out, which must be seen.

The phones are modelled after docs/offline.md (static/js/ has units and browser journeys of its own); the network, the
sessions and the people who share a phone are random; app and database are real.
"""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import delete, select

from blueprints.captures import envelope, intake
from blueprints.captures.models import Capture
from blueprints.notes.models import NoteVersion
from blueprints.people.models import SignIn
from blueprints.shared.db import db, now
from blueprints.shared.seals import Erasure
from tests.support.client import deliver
from tests.support.world import id_of

ClientAs = Callable[[str | None], Any]
PEOPLE = ("alice", "bob")  # both use both phones
VISIT = {"alice": "visit", "bob": "bobs"}
# A life that has begun with one delivery: else many end before the one case has come up that shows the missing guard.
BEGUN = {"no unique key": "answer lost", "no digest": "good"}
NETWORKS = ("good", "request lost", "answer lost", "captive portal", "server down")


@dataclass
class Written:
    """What a person was told is kept on the phone."""

    author: str
    url: str
    text: str
    letter: dict[str, str | None]


@dataclass
class Phone:
    """A phone: who is signed in, what is kept, what it shows as received. `trusts` is what mutants change."""

    client_as: ClientAs
    name: str
    person: str | None = None
    client: Any = None
    outbox: dict[UUID, Written] = field(default_factory=dict)
    received: dict[UUID, str] = field(default_factory=dict)
    number: int = 0
    mutant: str = ""

    def sign_in(self, person: str) -> None:
        self.person, self.client = person, self.client_as(person)

    def keep(self, written: Written, id: UUID) -> None:
        self.number += 1
        written.letter |= {"_number": str(self.number), "_author": str(id_of(written.author))}
        self.outbox[id] = written

    def send(self, id: UUID, network: str) -> None:
        """One delivery of the outbox's own author; only a receipt that names the id empties it."""
        one = self.outbox[id]
        if self.mutant == "delete before sending":
            del self.outbox[id]
        status, receipt = 0, []
        if network == "captive portal":
            status = 200
        elif network in ("good", "answer lost"):
            sent = deliver(self.client, one.url, {"text": one.text}, id=id, envelope=one.letter)
            if network == "good":
                status, receipt = sent.status, sent.receipt
        if status == 401 and self.mutant == "follow the redirect":
            status = 200  # a sign-in page, read as success
        good = 200 <= status < 300
        named = good and receipt[:1] == [str(id)]
        if named or (good and self.mutant in ("trust any 200", "follow the redirect")):
            state = receipt[2] if receipt else "applied"
            if state != "held":
                self.outbox.pop(id, None)
            self.received[id] = state


class Field(RuleBasedStateMachine):
    """Two phones, two people, one server, a network that fails as it likes."""

    client_as: ClientAs
    mutant = ""

    @initialize()
    def morning(self) -> None:
        self.phones = [Phone(self.client_as, name, mutant=self.mutant) for name in ("a", "b")]
        self.written: dict[UUID, Written] = {}
        self.clash: set[UUID] = set()
        self.cached = uuid4()
        for phone, person in zip(self.phones, PEOPLE, strict=True):
            phone.sign_in(person)
        if self.mutant in BEGUN:
            self._begin(BEGUN[self.mutant])

    def _begin(self, network: str) -> None:
        phone, id = self.phones[0], uuid4()
        one = Written(PEOPLE[0], f"/visits/{id_of(VISIT[PEOPLE[0]])}/notes/free", f"Tout va bien. {uuid4()}", {})
        phone.keep(one, id)
        self.written[id] = one
        phone.send(id, network)

    @rule(
        which=st.integers(0, 1),
        text=st.sampled_from(["Tout va bien.", "", "é\r\nè 🙂", " "]),
        place=st.sampled_from(["own", "nowhere"]),
    )
    def write(self, which: int, text: str, place: str) -> None:
        phone = self.phones[which]
        if phone.person is None:
            return
        visit = id_of(VISIT[phone.person]) if place == "own" else uuid4()
        id = self.cached if self.mutant == "id from a cached page" else uuid4()
        one = Written(phone.person, f"/visits/{visit}/notes/free", text and f"{text} {uuid4()}", {})
        phone.keep(one, id)
        self.written[id] = one

    @rule(which=st.integers(0, 1), network=st.sampled_from(NETWORKS))
    def deliver(self, which: int, network: str) -> None:
        phone = self.phones[which]
        for id in [id for id, one in phone.outbox.items() if one.author == phone.person][:3]:
            phone.send(id, network)

    @rule(which=st.integers(0, 1))
    def session_ends(self, which: int) -> None:
        phone = self.phones[which]
        if phone.person is not None:
            for row in db.session.scalars(select(SignIn).where(SignIn.person_id == id_of(phone.person))):
                row.ended_at = now()
            db.session.commit()

    @rule(which=st.integers(0, 1), person=st.sampled_from(PEOPLE))
    def sign_in(self, which: int, person: str) -> None:
        self.phones[which].sign_in(person)

    @rule(which=st.integers(0, 1))
    def same_id_other_content(self, which: int) -> None:
        """A phone whose storage was put back by a backup: an id that the server has comes with other words."""
        phone = self.phones[which]
        mine = [id for id, state in phone.received.items() if state == "applied"]
        if not mine or self.written[mine[0]].author != phone.person:
            return
        one = self.written[mine[0]]
        other = deliver(phone.client, one.url, {"text": f"autre {uuid4()}"}, id=mine[0], envelope=one.letter)
        if other.status == 401:
            return
        assert other.state == "held", "two contents, one receipt"
        self.clash.add(mine[0])

    @invariant()
    def nothing_is_lost_and_nothing_claimed(self) -> None:
        if not hasattr(self, "phones"):
            return
        for phone in self.phones:
            for id, state in phone.received.items():
                assert db.session.get(Capture, id) is not None, "said to be received, and the server has it not"
                assert state in ("applied", "held", "closed")
        kept = {id for phone in self.phones for id in phone.outbox}
        for id in self.written.keys() - kept:
            assert db.session.get(Capture, id) is not None, "neither on the phone nor on the server"
        db.session.rollback()

    def teardown(self) -> None:
        if not hasattr(self, "phones"):
            return
        for phone in self.phones:
            for person in PEOPLE:
                phone.sign_in(person)
                for id in [id for id, one in phone.outbox.items() if one.author == person]:
                    phone.send(id, "good")
            assert all(phone.received[id] == "held" for id in phone.outbox), "a box that does not empty"
        self.everything_is_there_once()
        _clear()

    def everything_is_there_once(self) -> None:
        texts: Counter[str] = Counter()
        for id, one in self.written.items():
            capture = db.session.get(Capture, id)
            assert capture is not None, "lost"
            assert capture.author_id == id_of(one.author), "under another's name"
            words = envelope.unix_lines(one.text)
            if capture.state == "applied":
                version = db.session.get(NoteVersion, id)
                assert version is not None
                assert version.body == {"text": words}, "altered"
                texts[words] += 1
            else:
                assert ["text", words] in (capture.fields or []), "held, and its words are gone"
        stored = Counter(version.body["text"] for version in db.session.scalars(select(NoteVersion)))
        assert stored == texts, "doubled"


def _clear() -> None:
    """The next life starts with an empty server (the people and visits stay)."""
    from blueprints.captures.models import Settlement
    from blueprints.notes.models import Note
    from blueprints.reviews.models import ReviewText

    for id in db.session.scalars(select(NoteVersion.id)).all():  # sealed: nothing goes that no erasure names
        db.session.add(Erasure(table_name=NoteVersion.__tablename__, row_id=id))
    for table in (Settlement, ReviewText, NoteVersion, Note, Capture):
        db.session.execute(delete(table))
    db.session.commit()


def live(client_as: ClientAs, mutant: str, runs: int, steps: int) -> None:
    """So many random lives; raises where one broke the promise."""
    machine = type("OneField", (Field,), {"client_as": staticmethod(client_as), "mutant": mutant})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=bool(mutant) or runs < 1000,
            suppress_health_check=list(HealthCheck),
            print_blob=False,
            phases=[Phase.generate] if mutant else list(Phase),
        ),
    )


def test_nothing_is_lost_doubled_or_altered(app: Flask, client_as: ClientAs) -> None:
    live(client_as, "", runs=25, steps=25)


@pytest.mark.soak
def test_nothing_is_lost_in_a_thousand_lives(app: Flask, client_as: ClientAs) -> None:
    live(client_as, "", runs=1000, steps=25)


@pytest.mark.parametrize("mutant", BEGUN)
def test_what_a_life_begins_with_breaks_nothing_by_itself(app: Flask, client_as: ClientAs, mutant: str) -> None:
    live(client_as, mutant, runs=5, steps=10)


@contextlib.contextmanager
def without(guard: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The server without one of its guards."""
    if guard == "no unique key":
        real = intake._take

        def always_new(id: UUID, *rest: Any) -> Any:
            known = db.session.get(Capture, id)
            return real(uuid4() if known else id, *rest)

        monkeypatch.setattr(intake, "_take", always_new)
    elif guard == "no digest":
        monkeypatch.setattr(envelope, "digest", lambda pairs, files=(): "0" * 64)
    yield


@pytest.mark.parametrize(
    "mutant",
    [
        "trust any 200",
        "follow the redirect",
        "delete before sending",
        "no unique key",
        "no digest",
        "id from a cached page",
    ],
)
def test_a_missing_guard_is_seen(app: Flask, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch, mutant: str) -> None:
    with without(mutant, monkeypatch), pytest.raises((AssertionError, KeyError)):
        live(client_as, mutant, runs=300, steps=25)
    db.session.rollback()
