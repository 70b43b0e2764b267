"""The one path of a capture on the server: kept once, whatever the rules say, and the receipt tells the truth."""

import hashlib
import io
import random
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

import pytest
import time_machine
from flask import Flask
from PIL import Image
from sqlalchemy import func, select, update
from sqlalchemy.orm.exc import StaleDataError

from blueprints.captures import envelope, intake
from blueprints.captures.models import Capture, CaptureFile, Settlement
from blueprints.kiosks.models import Kiosk
from blueprints.notes import views as notes_views
from blueprints.notes.models import Note, NoteVersion
from blueprints.people.models import Device, Person, SignIn
from blueprints.shared import db as database
from blueprints.shared import files
from blueprints.shared.db import Base, db, now, uuid7
from blueprints.shared.refusal import Refused
from tests.support.world import World

pytestmark = pytest.mark.both_engines
ClientAs = Callable[[str | None], Any]
NOTE = {"text": "Passage à 9 h. Tout va bien."}


def note_url(world: World, visit: str = "visit") -> str:
    return f"/visits/{world.id(visit)}/notes/free"


def rows() -> int:
    """Every row of every table: what a refused request must not change."""
    return sum(db.session.scalar(select(func.count()).select_from(table)) or 0 for table in Base.metadata.sorted_tables)


def test_a_capture_takes_effect_and_its_receipt_names_it(world: World, client_as: ClientAs, deliver: Any) -> None:
    alice = client_as("alice")
    sent = deliver(alice, note_url(world), NOTE)
    assert (sent.status, sent.state, sent.receipt[0]) == (201, "applied", str(sent.id))
    capture = db.session.get_one(Capture, sent.id)
    assert (capture.kind, capture.state, capture.author_id) == ("note", "applied", world.id("alice"))
    assert (capture.visit_ref, capture.client_id) == (world.id("visit"), world.id("jeanne"))
    assert capture.code == sent.code == envelope.code(sent.id, capture.digest)
    assert db.session.get_one(NoteVersion, sent.id).body == NOTE
    assert sent.response.headers["List-Hash"]
    assert sent.response.json["code"] == f"{sent.code[:4]}-{sent.code[4:]}"


def test_the_same_capture_again_is_the_same_receipt_and_one_row(
    world: World, client_as: ClientAs, deliver: Any
) -> None:
    alice = client_as("alice")
    same = {"_recorded": "2026-11-24T09:00:00+01:00", "_number": "1"}
    first = deliver(alice, note_url(world), NOTE, envelope=same)
    again = deliver(alice, note_url(world), NOTE, id=first.id, envelope=same)
    assert (again.status, again.receipt) == (200, first.receipt)
    assert db.session.scalar(select(func.count(Note.id))) == 1
    assert db.session.scalar(select(func.count(Capture.id))) == 1


@pytest.mark.parametrize("multipart", [True, False])
def test_line_ends_do_not_make_another_content(
    world: World, client_as: ClientAs, deliver: Any, multipart: bool
) -> None:
    alice = client_as("alice")
    same = {"_recorded": "2026-11-24T09:00:00+01:00", "_number": "1"}
    first = deliver(alice, note_url(world), {"text": "un\r\ndeux\rtrois"}, envelope=same, multipart=multipart)
    again = deliver(alice, note_url(world), {"text": "un\ndeux\ntrois"}, id=first.id, envelope=same)
    assert (again.status, again.receipt) == (200, first.receipt)
    assert db.session.get_one(NoteVersion, first.id).body["text"] == "un\ndeux\ntrois"


def test_other_content_under_a_known_id_is_kept_beside_the_first(
    world: World, client_as: ClientAs, deliver: Any
) -> None:
    alice = client_as("alice")
    first = deliver(alice, note_url(world), NOTE)
    second = deliver(alice, note_url(world), {"text": "autre"}, id=first.id, envelope={"_number": "9"})
    assert (second.status, second.state, second.receipt[0]) == (202, "held", str(first.id))
    assert second.code != first.code
    twin = db.session.scalars(select(Capture).where(Capture.same_as == first.id)).one()
    assert ["text", "autre"] in twin.fields and twin.code == second.code
    assert db.session.get_one(NoteVersion, first.id).body == NOTE  # the first stays as it is
    pairs = [(n, v) for n, v in twin.fields if not n.startswith("_")]
    letter = {n: v for n, v in twin.fields if n.startswith("_")}
    third = deliver(alice, note_url(world), pairs, id=first.id, envelope=letter)
    assert (third.status, third.receipt) == (200, second.receipt)
    assert db.session.scalar(select(func.count(Capture.id))) == 2


def test_an_id_of_somebody_else_gives_nothing_away(world: World, client_as: ClientAs, deliver: Any) -> None:
    first = deliver(client_as("alice"), note_url(world), NOTE)
    bob = client_as("bob")
    before = rows()
    other = deliver(bob, note_url(world, "bobs"), NOTE, id=first.id)
    assert (other.status, other.receipt) == (404, [])
    assert rows() == before


def test_another_teams_visit_and_none_are_held_alike(world: World, client_as: ClientAs, deliver: Any) -> None:
    alice = client_as("alice")
    theirs = deliver(alice, note_url(world, "charlies"), NOTE)
    none = deliver(alice, f"/visits/{uuid4()}/notes/free", NOTE)
    nowhere = deliver(alice, "/there/is/no/such/address", NOTE)
    assert [(sent.status, sent.state) for sent in (theirs, none, nowhere)] == [(202, "held")] * 3
    assert theirs.response.json["reason"] == none.response.json["reason"] == nowhere.response.json["reason"]
    assert db.session.scalar(select(func.count(Note.id))) == 0
    kept = db.session.get_one(Capture, theirs.id)
    assert ["text", NOTE["text"]] in kept.fields and kept.client_id is None


def test_an_address_that_takes_no_captures_holds_them(world: World, client_as: ClientAs, deliver: Any) -> None:
    sent = deliver(client_as("gaston"), "/people/new", {"name": "Mallory"})
    assert (sent.status, sent.state) == (202, "held")
    assert db.session.get_one(Capture, sent.id).kind == ""


def test_an_address_that_no_database_takes_is_kept_all_the_same(client_as: ClientAs, deliver: Any) -> None:
    assert deliver(client_as("alice"), "/visits/%00/notes/free", NOTE).state == "held"


def test_nobody_signed_in_is_401_and_never_a_redirect(client: Any, world: World, deliver: Any) -> None:
    before = rows()
    sent = deliver(client, note_url(world), NOTE)
    assert (sent.status, sent.receipt) == (401, [])
    assert rows() == before


def test_somebody_elses_capture_is_not_sent_under_this_name(world: World, client_as: ClientAs, deliver: Any) -> None:
    before = rows()
    sent = deliver(client_as("bob"), note_url(world), NOTE, envelope={"_author": str(world.id("alice"))})
    assert (sent.status, sent.receipt) == (401, [])
    assert rows() == before + 1  # bob's session


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": None, "Origin": "null"},
        {"Sec-Fetch-Site": None, "Origin": None},
    ],
)
def test_what_does_not_come_from_our_pages_is_refused(
    world: World, client_as: ClientAs, deliver: Any, headers: dict[str, str | None]
) -> None:
    alice = client_as("alice")
    before = rows()
    sent = deliver(alice, note_url(world), NOTE, headers=headers)
    assert (sent.status, sent.receipt) == (403, [])
    assert rows() == before


def test_the_origin_alone_decides_on_a_plain_network(world: World, client_as: ClientAs, deliver: Any) -> None:
    headers = {"Sec-Fetch-Site": None, "Origin": "http://127.0.0.1:8000"}
    assert deliver(client_as("alice"), note_url(world), NOTE, headers=headers).status == 201


GOOD = "0c9f2f5e-3c8f-4f0e-9a55-4b8f4f3f2a10"


@pytest.mark.parametrize(
    "id",
    ["", "1", GOOD[:-1], GOOD + "0", GOOD.replace("-4f0e", "-1f0e"), str(uuid5(NAMESPACE_URL, "x")), "é" * 36],
    ids=["empty", "one", "short", "long", "version 1", "version 5", "letters"],
)
def test_an_id_that_a_phone_would_not_give_is_422(world: World, client_as: ClientAs, deliver: Any, id: str) -> None:
    alice = client_as("alice")
    before = rows()
    sent = deliver(alice, note_url(world), NOTE, headers={"Capture-Id": id.encode().decode("latin-1")}, id=uuid4())
    assert (sent.status, sent.receipt) == (422, [])
    assert rows() == before


def test_upper_case_is_the_same_id(world: World, client_as: ClientAs, deliver: Any) -> None:
    id = uuid7()
    sent = deliver(client_as("alice"), note_url(world), NOTE, id=id, headers={"Capture-Id": str(id).upper()})
    assert (sent.status, sent.receipt[0]) == (201, str(id))


BOUNDARY = "----tournee"
PART = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="text"\r\n\r\nbonjour\r\n'


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (PART, f"multipart/form-data; boundary={BOUNDARY}", 400),  # no end
        (PART[:60], f"multipart/form-data; boundary={BOUNDARY}", 400),  # cut in a header
        (PART + f"--{BOUNDARY}--", "multipart/form-data; boundary=other", 400),
        (PART + f"--{BOUNDARY}--", "multipart/form-data", 400),
        ("{}", "application/json", 415),
        ("text=bonjour", "text/plain", 415),
        ("text=bonjour", "", 415),
        ("&".join(f"a{n}=1" for n in range(6000)), f"multipart/form-data; boundary={BOUNDARY}", 400),
        ("text=" + "x" * 5_000_000, "application/x-www-form-urlencoded", 413),
        ("x" * 17_000_000, "application/x-www-form-urlencoded", 413),
    ],
    ids=["no end", "cut", "wrong boundary", "no boundary", "json", "text", "no type", "garbage", "5 MB", "17 MB"],
)
def test_a_body_that_is_no_form_stores_nothing(
    world: World, client_as: ClientAs, body: str, kind: str, status: int
) -> None:
    alice = client_as("alice")
    before = rows()
    headers = {"Capture-Id": str(uuid4()), "Content-Type": kind}
    response = alice.post(note_url(world), data=body.encode(), headers=headers)
    assert response.status_code == status
    assert "Capture-Receipt" not in response.headers
    assert rows() == before


def test_ten_thousand_parts_are_too_many(world: World, client_as: ClientAs, deliver: Any) -> None:
    alice = client_as("alice")
    before = rows()
    part = PART.replace("text", "a").encode()
    headers = {"Capture-Id": str(uuid4()), "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    assert alice.post(note_url(world), data=part * 10_000, headers=headers).status_code == 413
    assert rows() == before


def test_what_the_rules_refuse_is_held_with_its_messages(world: World, client_as: ClientAs, deliver: Any) -> None:
    sent = deliver(client_as("alice"), note_url(world), {"text": " \n "})
    assert (sent.status, sent.state, list(sent.messages)) == (202, "held", ["text"])
    capture = db.session.get_one(Capture, sent.id)
    assert ["text", " \n "] in capture.fields and capture.messages == sent.messages


def test_a_bug_in_a_view_ends_as_held_and_leaves_nothing_half_done(
    world: World, client_as: ClientAs, deliver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        db.session.add(Device(label="half done"))
        db.session.flush()
        raise ZeroDivisionError

    monkeypatch.setattr(notes_views.actions, "write", broken)
    sent = deliver(client_as("alice"), note_url(world), NOTE)
    assert (sent.status, sent.state) == (202, "held")
    assert db.session.scalar(select(func.count(Device.id)).where(Device.label == "half done")) == 0


def test_a_view_that_commits_inside_the_savepoint_is_found_out(
    world: World, client_as: ClientAs, deliver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hasty(*args: Any, **kwargs: Any) -> None:
        db.session.add(Device(label="half done"))
        db.session.commit()
        raise Refused("no")

    monkeypatch.setattr(notes_views.actions, "write", hasty)
    sent = deliver(client_as("alice"), note_url(world), NOTE)
    assert sent.state != "applied"
    assert db.session.scalar(select(func.count(Device.id)).where(Device.label == "half done")) == 0


def test_a_newer_protocol_is_kept_and_held(world: World, client_as: ClientAs, deliver: Any) -> None:
    sent = deliver(client_as("alice"), note_url(world), NOTE, envelope={"_v": "99"})
    assert (sent.status, sent.state) == (202, "held")


@pytest.mark.parametrize(
    "letter",
    [
        {"_v": None, "_author": None, "_device": None, "_number": None, "_recorded": None, "_zone": None},
        {"_number": "-1", "_device": "no uuid", "_recorded": "yesterday", "_files": "[{]", "_corrects": "x" * 500},
        {"_recorded": "1970-01-01T00:00:00+14:00"},
        {"_recorded": "2099-12-31T23:59:59+00:00"},
        {"_recorded": "9999-12-31T23:59:59-23:00"},
        {"_number": "99999999999999999999"},
        {"_label": "a\0b", "_corrects": "\0", "_device": "\0", "_zone": "\0", "_form": "\0", "_base": "\0"},
    ],
)
def test_a_capture_is_kept_whatever_its_envelope_says(
    world: World, client_as: ClientAs, deliver: Any, letter: dict[str, str | None]
) -> None:
    sent = deliver(client_as("alice"), note_url(world), NOTE, envelope=letter)
    assert sent.status in (201, 202) and sent.receipt


def test_the_phones_clock_may_be_wrong_by_days(world: World, client_as: ClientAs, deliver: Any) -> None:
    sent = deliver(client_as("alice"), note_url(world), NOTE, envelope={"_recorded": "2031-01-01T08:00:00+01:00"})
    assert sent.state == "applied"
    capture = db.session.get_one(Capture, sent.id)
    assert capture.recorded is not None and capture.recorded.year == 2031
    assert abs((capture.received - now()).total_seconds()) < 60


def test_a_native_post_without_script_is_applied_once(world: World, client_as: ClientAs) -> None:
    alice = client_as("alice")
    first = alice.post(note_url(world), data=NOTE)
    again = alice.post(note_url(world), data=NOTE)
    assert first.status_code == again.status_code == 303
    assert first.location == again.location
    id = UUID(first.location.rsplit("/", 1)[1])
    assert id.version == 5
    assert db.session.scalar(select(func.count(Note.id))) == 1


def test_a_native_post_says_the_same_again_only_in_its_moment(app: Flask, world: World, client_as: ClientAs) -> None:
    """Two people may give the same answer at a tablet, and a coordinator may write the same on another day."""
    tablet, alice, begun = client_as("kiosk"), client_as("alice"), now()
    for minutes in (0, 0, 2):
        with time_machine.travel(begun + timedelta(minutes=minutes), tick=False):
            assert tablet.post("/kiosk/answers/none/none", data={"/data/score": "4"}).status_code == 303
    assert db.session.scalar(select(func.count(Capture.id)).where(Capture.kiosk_id.is_not(None))) == 2
    for days in (0, 0, 1):
        with time_machine.travel(begun + timedelta(days=days), tick=False):
            assert alice.post(f"/clients/{world.id('jeanne')}/notes/free", data=NOTE).status_code == 303
    assert db.session.scalar(select(func.count(Note.id))) == 2


def test_one_picture_for_two_questions_is_kept_twice(world: World, client_as: ClientAs) -> None:
    sent = {"text": "x", "one": (io.BytesIO(b"no picture"), "a.jpg"), "two": (io.BytesIO(b"no picture"), "a.jpg")}
    assert client_as("alice").post(note_url(world), data=sent).status_code == 303
    assert db.session.scalar(select(func.count(CaptureFile.id))) == 2


def test_a_capture_that_came_before_its_visit_is_tried_again(world: World, client_as: ClientAs, deliver: Any) -> None:
    alice = client_as("alice")
    visit = uuid4()
    early = deliver(alice, f"/visits/{visit}/notes/free", NOTE, envelope={"_number": "2"})
    assert early.state == "held"
    fields = {"client": str(world.id("jeanne")), "purpose": "Passage imprévu", "kind": "home"}
    made = deliver(alice, "/visits", fields, id=visit, envelope={"_number": "1"})
    assert made.state == "applied", made.response.json
    assert db.session.get_one(Capture, early.id).state == "applied"
    assert db.session.get_one(Note, early.id).visit_id == visit
    assert db.session.scalars(select(Settlement)).one().person_id is None  # the server did it by itself


def test_a_correction_closes_what_it_replaces(world: World, client_as: ClientAs, deliver: Any) -> None:
    alice = client_as("alice")
    held = deliver(alice, note_url(world), {"text": ""})
    assert held.state == "held"
    fixed = deliver(alice, note_url(world), NOTE, envelope={"_corrects": str(held.id)})
    assert fixed.state == "applied"
    assert db.session.get_one(Capture, held.id).state == "closed"
    again = deliver(alice, note_url(world), {"text": ""}, id=held.id, envelope={"_number": "1"})
    assert again.status in (200, 202)


def test_a_correction_of_a_correction_closes_both(world: World, client_as: ClientAs, deliver: Any) -> None:
    """Else the first would stay held, and whoever applied it again would double the note."""
    alice = client_as("alice")
    first = deliver(alice, note_url(world), {"text": ""})
    second = deliver(alice, note_url(world), {"text": " "}, envelope={"_corrects": str(first.id)})
    third = deliver(alice, note_url(world), NOTE, envelope={"_corrects": str(second.id)})
    assert (first.state, second.state, third.state) == ("held", "held", "applied")
    assert {db.session.get_one(Capture, one.id).state for one in (first, second)} == {"closed"}
    assert db.session.scalar(select(func.count(Note.id))) == 1


def test_a_correction_of_one_of_two_contents_is_named_by_id_and_code(
    world: World, client_as: ClientAs, deliver: Any
) -> None:
    alice = client_as("alice")
    first = deliver(alice, note_url(world), NOTE)
    second = deliver(alice, note_url(world), {"text": "autre"}, id=first.id, envelope={"_number": "2"})
    deliver(alice, note_url(world), {"text": "un"}, envelope={"_corrects": f"{first.id}/{second.code}"})
    twin = db.session.scalars(select(Capture).where(Capture.same_as == first.id)).one()
    assert twin.state == "closed"
    assert db.session.get_one(Capture, first.id).state == "applied"


def test_nobody_closes_somebody_elses_capture(world: World, client_as: ClientAs, deliver: Any) -> None:
    held = deliver(client_as("alice"), note_url(world), {"text": ""})
    deliver(client_as("bob"), note_url(world, "bobs"), NOTE, envelope={"_corrects": str(held.id)})
    assert db.session.get_one(Capture, held.id).state == "held"


def test_the_device_counts(world: World, client_as: ClientAs, deliver: Any) -> None:
    alice = client_as("alice")
    for number in ("3", "7", "5"):
        deliver(alice, note_url(world), NOTE, envelope={"_number": number})
    assert db.session.get_one(Device, alice.device).last_number == 7
    deliver(client_as("bob"), note_url(world, "bobs"), NOTE, envelope={"_device": str(alice.device), "_number": "99"})
    db.session.expire_all()
    assert db.session.get_one(Device, alice.device).last_number == 7  # somebody else's device is not touched


def test_held_bytes_are_capped(
    app: Flask, world: World, client_as: ClientAs, deliver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "HELD_BYTES", 2_000)
    alice = client_as("alice")
    assert deliver(alice, "/nowhere", {"text": "x" * 1_000}).state == "held"
    before = rows()
    full = deliver(alice, "/nowhere", {"text": "x" * 1_000})
    assert (full.status, full.receipt) == (429, [])
    assert full.response.headers["Retry-After"]
    assert rows() == before
    assert deliver(alice, note_url(world), NOTE).state == "applied"  # what takes effect still comes in
    assert deliver(client_as("bob"), "/nowhere", {"text": "x" * 1_000}).state == "held"


def a_photo(seed: int, side: int = 64) -> bytes:
    """A picture whose bytes do not shrink: every pixel is another colour."""
    out = io.BytesIO()
    Image.frombytes("RGB", (side, side), random.Random(seed).randbytes(side * side * 3)).save(out, "PNG")
    return out.getvalue()


def send_photo(browser: Any, capture: UUID, photo: bytes, file: UUID | None = None) -> Any:
    file = file or uuid4()
    data = {"file": (io.BytesIO(photo), "bain.png")}
    return browser.post(f"/captures/{capture}/files/{file}", data=data, headers={"Capture-Id": str(file)})


def stored() -> int:
    """How many files are on disk."""
    return sum(1 for path in files.folder().rglob("*") if path.is_file())


def test_photos_of_what_is_held_are_held_bytes_too(
    app: Flask, world: World, client_as: ClientAs, deliver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = client_as("alice")
    held = deliver(alice, "/nowhere", {"text": "x"})
    taken = deliver(alice, note_url(world), NOTE)
    assert send_photo(alice, held.id, a_photo(1)).status_code == 201
    size = db.session.scalars(select(CaptureFile.size)).one()
    monkeypatch.setitem(app.config, "HELD_BYTES", size + 1_000)
    before, files_before = rows(), stored()
    full = send_photo(alice, held.id, a_photo(2))
    assert (full.status_code, "Capture-Receipt" in full.headers) == (429, False)
    post = {"text": "x", "photo": (io.BytesIO(a_photo(3)), "a.png")}
    assert alice.post("/nowhere", data=post, headers={"Capture-Id": str(uuid4())}).status_code == 429
    assert deliver(alice, "/nowhere", {"text": "x" * 1_100}).status == 429
    assert (rows(), stored()) == (before, files_before)
    assert send_photo(alice, taken.id, a_photo(4)).status_code == 201  # what takes effect still comes in
    assert (
        send_photo(client_as("bob"), deliver(client_as("bob"), "/x", {"text": "x"}).id, a_photo(5)).status_code == 201
    )


def test_a_photo_that_cannot_be_read_takes_room_too(
    app: Flask, world: World, client_as: ClientAs, deliver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "HELD_BYTES", 1_000)
    alice = client_as("alice")
    taken, file = deliver(alice, note_url(world), NOTE), uuid4()
    assert send_photo(alice, taken.id, b"no picture" * 60, file).status_code == 202
    assert send_photo(alice, taken.id, b"no picture" * 60).status_code == 429
    assert send_photo(alice, taken.id, a_photo(1), file).status_code == 429  # other bytes under the same id


def test_the_photos_of_a_second_content_are_kept_with_it(world: World, client_as: ClientAs) -> None:
    alice, id = client_as("alice"), uuid4()
    answers = []
    for seed in (1, 2, 2):
        post = {"text": "x", "photo": (io.BytesIO(a_photo(seed)), "a.png")}
        answers.append(alice.post(note_url(world), data=post, headers={"Capture-Id": str(id)}))
    assert [answer.status_code for answer in answers] == [202, 202, 200]
    first, second = db.session.scalars(select(Capture).order_by(Capture.id == id)).all()[::-1]
    assert (first.id, second.same_as) == (id, id)
    for capture, seed in ((first, 1), (second, 2)):
        photo = db.session.scalars(select(CaptureFile).where(CaptureFile.capture_id == capture.id)).one()
        assert photo.digest == hashlib.sha256(a_photo(seed)).hexdigest()
        assert ["photo", str(photo.id)] in capture.fields
        assert files.path_of(photo.stored).is_file()


def test_whether_somebody_elses_capture_is_here_is_not_told(world: World, client_as: ClientAs, deliver: Any) -> None:
    taken = deliver(client_as("alice"), note_url(world), NOTE)
    for who in ("bob", "charlie", "diane"):
        theirs, none = (send_photo(client_as(who), id, a_photo(1)) for id in (taken.id, uuid4()))
        assert (theirs.status_code, theirs.data) == (none.status_code, none.data) == (425, none.data)
    assert send_photo(client_as("alice"), uuid4(), a_photo(1)).status_code == 425  # it has not arrived yet
    assert not db.session.scalars(select(CaptureFile)).all()


class Slow(io.BytesIO):
    """A body during which something else happens."""

    def __init__(self, content: bytes, meanwhile: Callable[[], None]) -> None:
        super().__init__(content)
        self.meanwhile = meanwhile

    def read(self, size: int | None = -1) -> bytes:
        self.meanwhile()
        return super().read(size)

    def readinto(self, buffer: Any) -> int:
        self.meanwhile()
        return super().readinto(buffer)


def change_meanwhile(statement: Any) -> Callable[[], None]:
    engine = db.engine

    def run() -> None:
        with engine.begin() as connection:
            connection.execute(statement)

    return run


@pytest.mark.parametrize("what", ["words", "photo", "desk"])
@pytest.mark.parametrize("ends", ["session", "device", "person"])
def test_a_session_that_ends_while_a_slow_body_comes_in_delivers_nothing(
    world: World, client_as: ClientAs, deliver: Any, what: str, ends: str
) -> None:
    alice = client_as("alice")
    taken = deliver(alice, note_url(world), NOTE)
    statement = {
        "session": update(SignIn).where(SignIn.person_id == alice.person).values(ended_at=now()),
        "device": update(Device).where(Device.person_id == alice.person).values(revoked_at=now()),
        "person": update(Person).where(Person.id == alice.person).values(disabled_at=now()),
    }[ends]
    url, field = {
        "words": (f"{note_url(world)}", "text"),
        "photo": (f"/captures/{taken.id}/files/{uuid4()}", 'file"; filename="a.png'),
        "desk": ("/account", "name"),
    }[what]
    body = f'--b\r\nContent-Disposition: form-data; name="{field}"\r\n\r\nZoé\r\n--b--\r\n'.encode()
    headers = {} if what == "desk" else {"Capture-Id": url.rsplit("/", 1)[1] if what == "photo" else str(uuid4())}
    before = rows()

    def send(meanwhile: Callable[[], None]) -> Any:
        return alice.post(url, input_stream=Slow(body, meanwhile), content_length=len(body), headers=headers,
                          content_type="multipart/form-data; boundary=b")  # fmt: skip

    gone = send(change_meanwhile(statement))
    assert (gone.status_code, "Capture-Receipt" in gone.headers) == (401, False)
    assert rows() == before
    db.session.expire_all()
    assert world.alice.name == "Alice Morvan"


def test_the_same_slow_body_is_taken_where_the_session_lasts(world: World, client_as: ClientAs) -> None:
    alice, body = client_as("alice"), b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nx\r\n--b--\r\n'
    sent = alice.post(note_url(world), input_stream=Slow(body, lambda: None), content_length=len(body),
                      content_type="multipart/form-data; boundary=b", headers={"Capture-Id": str(uuid4())})  # fmt: skip
    assert sent.status_code == 201


def test_a_tablet_that_is_revoked_meanwhile_delivers_nothing(world: World, client_as: ClientAs) -> None:
    body, url = b"%2Fdata%2Fscore=4", "/kiosk/answers/none/none"
    revoke = change_meanwhile(update(Kiosk).where(Kiosk.id == world.id("kiosk")).values(revoked_at=now()))
    sent = client_as("kiosk").post(
        url, input_stream=Slow(body, revoke), content_length=len(body), headers={"Capture-Id": str(uuid4())},
        content_type="application/x-www-form-urlencoded",
    )  # fmt: skip
    assert (sent.status_code, sent.json) == (401, {"error": "sign-in"})
    assert not db.session.scalars(select(Capture)).all()


def part_of(name: str, text: str) -> str:
    return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        ("text=" + "x" * 4_300_000, "urlencoded", "4\u00a0Mo"),
        (part_of("text", "x" * 4_300_000), "multipart", "4\u00a0Mo"),
        (part_of("text", "x" * 17_000_000), "multipart", "16\u00a0Mo"),
        ("".join(part_of(f"f{n}", "x") for n in range(5_001)), "multipart", "trop de champs"),
    ],
    ids=["urlencoded", "words", "everything", "fields"],
)
def test_too_large_names_the_limit_that_applied(
    world: World, client_as: ClientAs, body: str, kind: str, said: str
) -> None:
    types = {
        "urlencoded": "application/x-www-form-urlencoded",
        "multipart": f"multipart/form-data; boundary={BOUNDARY}",
    }
    headers = {"Capture-Id": str(uuid4()), "Content-Type": types[kind]}
    sent = client_as("alice").post(note_url(world), data=f"{body}--{BOUNDARY}--".encode(), headers=headers)
    assert sent.status_code == 413
    named = [limit for limit in ("4\u00a0Mo", "16\u00a0Mo", "trop de champs") if limit in sent.json["reason"]]
    assert named == [said]


def test_what_is_held_does_not_stand_in_the_way_of_its_visit(
    app: Flask, world: World, client_as: ClientAs, deliver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The note is tried again with its visit and held again: it takes no more room than before."""
    monkeypatch.setitem(app.config, "HELD_BYTES", 2_000)
    alice, visit = client_as("alice"), uuid4()
    assert deliver(alice, f"/visits/{visit}/notes/free", {"text": "x" * 1_200, "odd": "x"}).state == "held"
    fields = {"client": str(world.id("jeanne")), "purpose": "Passage imprévu", "kind": "home"}
    assert deliver(alice, "/visits", fields, id=visit).status == 201


def test_a_race_of_the_same_id_is_one_row(app: Flask, world: World, client_as: ClientAs, deliver: Any) -> None:
    alice, url, id = client_as("alice"), note_url(world), uuid4()
    letter = {"_recorded": "2026-11-24T09:00:00+01:00", "_number": "1"}
    browsers = [client_as("alice") for _ in range(5)]
    assert alice is not None
    statuses: list[int] = []

    def send(browser: Any) -> None:
        with app.app_context():
            statuses.append(deliver(browser, url, NOTE, id=id, envelope=letter).status)

    threads = [threading.Thread(target=send, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] * 4 + [201]
    assert db.session.scalar(select(func.count(Capture.id))) == 1


@pytest.mark.parametrize(("times", "status"), [(1, 201), (2, 503)])
def test_what_somebody_else_changes_at_the_same_moment_is_tried_anew(
    world: World, client_as: ClientAs, deliver: Any, monkeypatch: pytest.MonkeyPatch, times: int, status: int
) -> None:
    """PostgreSQL has no one write lock: a visit may be moved while its coordinator's word arrives. That is no bug."""
    real, left = notes_views.actions.write, [StaleDataError("changed")] * times

    def write(*said: Any) -> Note:
        if left:
            raise left.pop()
        return real(*said)

    monkeypatch.setattr(notes_views.actions, "write", write)
    sent = deliver(client_as("alice"), note_url(world), NOTE)
    assert sent.status == status
    assert db.session.scalar(select(func.count(Capture.id))) == (status == 201)  # else the phone keeps it


def test_a_view_gets_no_envelope_and_no_other_name(world: World, client_as: ClientAs, deliver: Any) -> None:
    extra = NOTE | {"author_id": str(world.id("bob")), "state": "signed"}
    sent = deliver(client_as("alice"), note_url(world), extra)
    assert sent.state == "held" and set(sent.messages) == {"author_id", "state"}


@pytest.mark.parametrize("guard", ["no digest", "no author", "no savepoint"])
def test_the_guards_are_seen_to_be_missing(
    world: World, client_as: ClientAs, deliver: Any, monkeypatch: pytest.MonkeyPatch, guard: str
) -> None:
    """Mutants: with the guard taken out, the promise that its test asserts is broken."""
    alice = client_as("alice")
    first = deliver(alice, note_url(world), NOTE)
    if guard == "no digest":
        monkeypatch.setattr(envelope, "digest", lambda pairs, files=(): "0" * 64)
        first = deliver(alice, note_url(world), NOTE)
        second = deliver(alice, note_url(world), {"text": "autre"}, id=first.id)
        assert second.receipt == first.receipt  # two texts, one receipt: the second is lost
    elif guard == "no author":
        monkeypatch.setattr(intake, "_known", lambda known, *rest: intake.receipt(known, 200))
        assert deliver(client_as("bob"), "/nowhere", NOTE, id=first.id).receipt  # a stranger learns of it
    else:
        monkeypatch.setattr(intake, "_hold", lambda capture, *rest: None)
        held = deliver(alice, "/nowhere", NOTE)
        assert db.session.get_one(Capture, held.id).fields is None  # a receipt, and nothing kept


@pytest.mark.parametrize("minutes", [0, 61 * 24 * 60])
def test_sessions_end(world: World, client_as: ClientAs, deliver: Any, minutes: int) -> None:
    alice = client_as("alice")
    later = now().timestamp() + minutes * 60
    with time_machine.travel(later, tick=True):
        assert deliver(alice, note_url(world), NOTE).status in ((201, 202) if minutes == 0 else (401,))


def test_lock_is_let_go_after_every_request(app: Flask, world: World, client_as: ClientAs, deliver: Any) -> None:
    alice = client_as("alice")
    deliver(alice, note_url(world), NOTE)
    deliver(alice, "/nowhere", NOTE)
    deliver(alice, note_url(world), NOTE, id="x")
    assert not database._lock.locked()
