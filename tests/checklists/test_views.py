"""Checklists come in judged by their own version and the phone's clock, or are held with messages by path."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from PIL import Image
from sqlalchemy import func, select

from blueprints.captures.models import Capture
from blueprints.checklists import queries
from blueprints.checklists.models import Checklist, ChecklistVersion
from blueprints.forms import actions as forms
from blueprints.forms.queries import version_of
from blueprints.reviews import reading
from blueprints.reviews.models import Return, ReviewText
from blueprints.shared.db import db, local, now
from tests.support.counting import counted
from tests.support.papers import ALL_WELL, publish, send_back
from tests.support.world import World

pytestmark = pytest.mark.both_engines
ClientAs = Callable[[str | None], Any]
RAIL, SOLUTION, WATER = "/data/bathroom/rail", "/data/bathroom/rail_no/solution", "/data/bathroom/water"


@pytest.fixture
def versions(app: Any) -> dict[str, str]:
    return publish()


@pytest.fixture
def url(world: World, versions: dict[str, str]) -> Callable[..., str]:
    def address(visit: str = "visit", form_id: str = "home-safety", version: str | None = None) -> str:
        return f"/visits/{world.id(visit)}/checklists/{form_id}/{version or versions.get(form_id)}"

    return address


def held_fields(sent: Any) -> list[list[str]]:
    capture = db.session.get_one(Capture, sent.id)
    assert capture.state == "held"
    assert db.session.scalar(select(func.count(ChecklistVersion.id)).where(ChecklistVersion.id == sent.id)) == 0
    return [pair for pair in capture.fields or [] if not pair[0].startswith("_")]


def with_(*pairs: tuple[str, str]) -> list[tuple[str, str]]:
    """All is well, but for these."""
    names = {name for name, _value in pairs}
    return [pair for pair in ALL_WELL.items() if pair[0] not in names] + list(pairs)


def test_a_checklist_is_recorded_under_its_captures_id(
    world: World, client_as: ClientAs, deliver: Any, url: Any, versions: dict[str, str]
) -> None:
    sent = deliver(client_as("alice"), url(), with_((WATER, "45"), ("language", "fr")))
    assert (sent.status, sent.state) == (201, "applied")
    checklist = db.session.get_one(Checklist, sent.id)
    assert (checklist.visit_id, checklist.client_id, checklist.author_id, checklist.form_id) == (
        world.id("visit"), world.id("jeanne"), world.id("alice"), "home-safety",
    )  # fmt: skip
    version = db.session.get_one(ChecklistVersion, sent.id)
    assert (version.number, version.form_version, version.language) == (1, versions["home-safety"], "fr")
    assert dict(version.answers) == ALL_WELL | {WATER: "45"}
    assert (version.alerts, version.findings) == ([], [])
    assert db.session.get_one(ReviewText, sent.id).state == "waiting"


def test_alerts_are_kept_in_the_language_of_the_form(client_as: ClientAs, deliver: Any, url: Any) -> None:
    pairs = with_((RAIL, "no"), (SOLUTION, "Barre coudée"), (WATER, "52"), ("language", "en"))
    sent = deliver(client_as("alice"), url(), pairs)
    version = db.session.get_one(ChecklistVersion, sent.id)
    assert version.language == "en"
    assert {(alert["path"], alert["level"]) for alert in version.alerts} == {(RAIL, "watch"), (WATER, "watch")}
    assert "grab rail" in " ".join(alert["label"] for alert in version.alerts).lower()
    assert db.session.get_one(ReviewText, sent.id).alerts == 2


def test_an_answer_that_does_not_apply_is_left_out_and_said(client_as: ClientAs, deliver: Any, url: Any) -> None:
    sent = deliver(client_as("alice"), url(), with_((SOLUTION, "Barre coudée")))
    assert sent.state == "applied"
    version = db.session.get_one(ChecklistVersion, sent.id)
    assert SOLUTION not in dict(version.answers)
    assert [(found["path"], found["what"]) for found in version.findings] == [(SOLUTION, "left-out")]
    assert version.findings[0]["text"]


@pytest.mark.parametrize(
    ("pairs", "path"),
    [
        (with_((RAIL, "")), RAIL),
        (with_((RAIL, " \n ")), RAIL),
        ([pair for pair in ALL_WELL.items() if pair[0] != RAIL], RAIL),
        (with_((RAIL, "perhaps")), RAIL),
        (with_((RAIL, "yes"), (RAIL, "no")), RAIL),
        (with_((RAIL, "no")), SOLUTION),
        (with_((RAIL, "no"), (SOLUTION, "x" * 10_001)), SOLUTION),
        (with_((RAIL, "no"), (SOLUTION, "a\x00b")), SOLUTION),
        *((with_((WATER, bad)), WATER) for bad in ("72", "-1", "0", "1e309", "NaN", "0x10", "9" * 20, "1,5", "--")),
        (with_((WATER, "40"), (WATER, "41")), WATER),
        (with_(("/data/bathroom/sauna", "yes")), "/data/bathroom/sauna"),
        (with_(("role", "admin")), "role"),
        (with_((f"{RAIL}[]", "yes")), f"{RAIL}[]"),
        (with_((RAIL, "no"), (SOLUTION, "ok"), ("/data/bathroom/rail_no/photo", str(uuid4()))),
         "/data/bathroom/rail_no/photo"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_held_with_a_message_by_path(
    client_as: ClientAs, deliver: Any, url: Any, pairs: list[tuple[str, str]], path: str
) -> None:
    sent = deliver(client_as("alice"), url(), pairs)
    assert (sent.status, sent.state) == (202, "held")
    assert sent.messages[path]
    assert held_fields(sent) == [list(pair) for pair in pairs]


@pytest.mark.parametrize(("typed", "kept"), [("+45", "45"), ("٤٥", "45"), (" 45 ", "45"), ("45,0", "45")])
def test_numbers_are_read_as_people_write_them(
    client_as: ClientAs, deliver: Any, url: Any, typed: str, kept: str
) -> None:
    sent = deliver(client_as("alice"), url(), with_((WATER, typed)))
    assert dict(db.session.get_one(ChecklistVersion, sent.id).answers)[WATER] == kept


@pytest.mark.parametrize("bad", ["2026-02-29", "2026-04-31", "0000-01-01", "10000-01-01", "2026-W53-1", "demain"])
def test_days_that_are_none_are_held(client_as: ClientAs, deliver: Any, url: Any, bad: str) -> None:
    sent = deliver(client_as("alice"), url(form_id="first-assessment"), {"/data/situation/day": bad})
    assert sent.messages["/data/situation/day"]
    assert held_fields(sent) == [["/data/situation/day", bad]]


def test_a_choice_among_several_keeps_each_once_and_refuses_strangers(
    client_as: ClientAs, deliver: Any, url: Any
) -> None:
    alice, path = client_as("alice"), "/data/situation/present"
    thousand = deliver(alice, url(form_id="first-assessment"), [(path, f"x{n}") for n in range(1_000)])
    assert thousand.messages[path]
    assert len(held_fields(thousand)) == 1_000
    fine = deliver(alice, url(form_id="first-assessment"), [(path, "person"), (path, "child"), (path, "person")])
    assert path not in fine.messages


def test_text_is_kept_to_the_letter(client_as: ClientAs, deliver: Any, url: Any) -> None:
    text = "<script>alert(1)</script>\n{{7*7}} \u202e é e\u0301 👩\u200d🦽 ' OR 1=1--"
    sent = deliver(client_as("alice"), url(), with_((RAIL, "no"), (SOLUTION, text)))
    assert dict(db.session.get_one(ChecklistVersion, sent.id).answers)[SOLUTION] == text


def test_it_is_judged_by_the_phones_clock(client_as: ClientAs, deliver: Any, url: Any) -> None:
    """A day "not after today" means the phone's today: a clock that is a day ahead is believed."""
    tomorrow = local(now()) + timedelta(days=1)
    fields, address = {"/data/situation/day": tomorrow.date().isoformat()}, url(form_id="first-assessment")
    ahead = deliver(client_as("alice"), address, fields, envelope={"_recorded": tomorrow.isoformat()})
    assert "/data/situation/day" not in ahead.messages
    on_time = deliver(client_as("alice"), address, fields)
    assert on_time.messages["/data/situation/day"]


def test_an_older_version_stays_accepted(client_as: ClientAs, deliver: Any, url: Any, versions: dict[str, str]) -> None:
    old = version_of("home-safety", versions["home-safety"])
    assert old is not None
    changed = {**old.definition, "title": {"fr": "Autre", "en": "Other"}}
    new = forms.publish(changed)
    db.session.commit()
    assert new.version != old.version
    for version in (old.version, new.version):
        sent = deliver(client_as("alice"), url(version=version), ALL_WELL)
        assert sent.state == "applied"
        assert db.session.get_one(ChecklistVersion, sent.id).form_version == version


@pytest.mark.parametrize(("form_id", "version"), [("home-safety", "000000000000"), ("no-such-form", "000000000000")])
def test_a_version_that_never_was_is_held(
    client_as: ClientAs, deliver: Any, url: Any, form_id: str, version: str
) -> None:
    sent = deliver(client_as("alice"), url(form_id=form_id, version=version), ALL_WELL)
    assert sent.state == "held"
    assert "version" in sent.response.json["reason"].lower()


def test_a_survey_is_no_checklist(client_as: ClientAs, deliver: Any, url: Any) -> None:
    assert deliver(client_as("alice"), url(form_id="after-visit"), {"/data/score": "5"}).state == "held"


def test_two_phones_make_two_checklists(client_as: ClientAs, deliver: Any, url: Any) -> None:
    alice = client_as("alice")
    first, second = deliver(alice, url(), ALL_WELL), deliver(alice, url(), ALL_WELL)
    assert (first.state, second.state) == ("applied", "applied")
    assert db.session.scalar(select(func.count(Checklist.id))) == 2


def test_a_return_is_answered_by_a_next_version(world: World, client_as: ClientAs, deliver: Any, url: Any) -> None:
    alice = client_as("alice")
    first = deliver(alice, url(), with_((RAIL, "no"), (SOLUTION, "Barre")))
    send_back(world.diane, first.id)
    again = deliver(
        alice, url(), with_((RAIL, "no"), (SOLUTION, "Barre, 58 cm")), envelope={"_corrects": str(first.id)}
    )
    assert again.state == "applied"
    checklist = db.session.scalars(select(Checklist)).one()
    assert [(v.id, v.number, dict(v.answers)[SOLUTION]) for v in checklist.versions] == [
        (first.id, 1, "Barre"), (again.id, 2, "Barre, 58 cm"),
    ]  # fmt: skip
    assert db.session.scalars(select(Return)).one().answered_by == again.id
    assert deliver(alice, url(), ALL_WELL, envelope={"_corrects": str(first.id)}).state == "held"
    assert deliver(alice, url("afternoon"), ALL_WELL, envelope={"_corrects": str(first.id)}).state == "held"


def test_what_is_in_review_is_not_changed(client_as: ClientAs, deliver: Any, url: Any) -> None:
    alice = client_as("alice")
    first = deliver(alice, url(), ALL_WELL)
    sent = deliver(alice, url(), ALL_WELL, envelope={"_corrects": str(first.id)})
    assert sent.state == "held"
    assert len(db.session.get_one(Checklist, first.id).versions) == 1


def test_a_photo_announced_with_the_answers_satisfies_its_question(
    world: World, client_as: ClientAs, deliver: Any, url: Any
) -> None:
    alice, photo, path = client_as("alice"), str(uuid4()), "/data/bathroom/rail_no/photo"
    pairs = with_((RAIL, "no"), (SOLUTION, "Barre"), (path, photo))
    announced = {"_files": f'[{{"id": "{photo}", "name": "bain.jpg", "size": 3, "sha256": "00"}}]'}
    first = deliver(alice, url(), pairs, envelope=announced)
    assert dict(db.session.get_one(ChecklistVersion, first.id).answers)[path] == photo
    send_back(world.diane, first.id)
    kept = deliver(alice, url(), pairs, envelope={"_corrects": str(first.id)})
    assert dict(db.session.get_one(ChecklistVersion, kept.id).answers)[path] == photo


def test_a_photo_that_came_with_a_held_list_is_read_with_its_correction(
    world: World, client_as: ClientAs, deliver: Any, url: Any
) -> None:
    """The words were held, their photo arrived; the correction names the same one, which the phone may send again."""
    alice, photo, path = client_as("alice"), str(uuid4()), "/data/bathroom/rail_no/photo"
    pairs = with_((RAIL, "no"), (path, photo))
    held = deliver(alice, url(), pairs)
    assert held.state == "held"
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(picture, "JPEG")

    def send(browser: Any, capture: Any, author: str) -> int:
        data = {"_author": str(world.id(author)), "file": (io.BytesIO(picture.getvalue()), "bain.jpg")}
        where = f"/captures/{capture.id}/files/{photo}"
        return int(browser.post(where, data=data, headers={"Capture-Id": photo}).status_code)

    assert send(client_as("bob"), held, "alice") == 401  # the phone waits for its author; it is not refused
    assert send(client_as("bob"), held, "bob") == 425  # as for one that does not exist
    assert send(alice, held, "alice") == 201
    fixed = deliver(alice, url(), [*pairs, (SOLUTION, "Barre")], envelope={"_corrects": str(held.id)})
    assert fixed.state == "applied"
    assert send(alice, fixed, "alice") == 200
    shown = reading.item(world.diane, world.id("visit")).photos
    assert [(one.file_id, one.capture_id) for one in shown] == [(photo, held.id)]
    with client_as("diane").get(f"/captures/{held.id}/files/{photo}") as seen:
        assert seen.status_code == 200
    assert client_as("erwan").get(f"/captures/{held.id}/files/{photo}").status_code == 404


@pytest.mark.parametrize("announced", [True, False])
def test_a_supervisor_who_corrects_a_held_list_takes_its_photos_over(
    world: World, client_as: ClientAs, deliver: Any, url: Any, announced: bool
) -> None:
    """Alice's list was held; its photo is here, or only announced and still on its way."""
    alice, photo, path = client_as("alice"), str(uuid4()), "/data/bathroom/rail_no/photo"
    letter = {"_files": f'[{{"id": "{photo}", "name": "bain.jpg", "size": 3, "sha256": "00"}}]'} if announced else {}
    held = deliver(alice, url(), with_((RAIL, "no"), (path, photo)), envelope=letter)
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(picture, "JPEG")

    def send() -> int:
        where, data = f"/captures/{held.id}/files/{photo}", {"file": (io.BytesIO(picture.getvalue()), "bain.jpg")}
        return int(alice.post(where, data=data, headers={"Capture-Id": photo}).status_code)

    if not announced:
        assert send() == 201
    pairs, karim = with_((RAIL, "no"), (path, photo), (SOLUTION, "Barre")), client_as("karim")
    assert deliver(client_as("charlie"), url(), pairs, envelope={"_corrects": str(held.id)}).state == "held"
    assert deliver(karim, url(), pairs).state == "held"  # a photo that nobody has sent with it
    fixed = deliver(karim, url(), pairs, envelope={"_corrects": str(held.id)})
    assert (fixed.state, fixed.messages) == ("applied", {})
    if announced:
        assert send() == 201
    shown = reading.item(world.diane, world.id("visit")).photos
    assert [(one.file_id, one.capture_id) for one in shown] == [(photo, held.id)]
    with client_as("diane").get(f"/captures/{held.id}/files/{photo}") as seen:
        assert seen.status_code == 200


@pytest.mark.parametrize("visit", ["bobs", "charlies"])
def test_other_peoples_visits_do_not_exist(client_as: ClientAs, deliver: Any, url: Any, visit: str) -> None:
    alice = client_as("alice")
    assert alice.get(url(visit)).status_code == 404
    assert len(held_fields(deliver(alice, url(visit), ALL_WELL))) == len(ALL_WELL)


def test_a_form_that_there_is_not_is_404(client_as: ClientAs, url: Any) -> None:
    alice = client_as("alice")
    assert alice.get(url(version="000000000000")).status_code == 404
    assert alice.get(url(form_id="no-such-form", version="000000000000")).status_code == 404


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("form_id", ["home-safety", "first-assessment", "monthly-follow-up"])
def test_the_page_carries_nothing_that_ages(
    world: World, client_as: ClientAs, url: Any, language: str, form_id: str
) -> None:
    world.alice.language = language
    alice = client_as("alice")
    early = alice.get(url(form_id=form_id))
    with time_machine.travel(now() + timedelta(hours=30), tick=False):
        late = alice.get(url(form_id=form_id))
    page = early.get_data(as_text=True)
    assert (early.status_code, early.headers.get("Tournee-Page") is not None) == (200, True)
    assert page == late.get_data(as_text=True)
    assert re.search(f'name="language" data-opening>.*?<option value="{language}" selected>', page)
    assert 'data-capture="checklist"' in page
    assert "htmx" not in page
    assert f'href="/visits/{world.id("visit")}/notes/free"' in page


def test_batches_ask_a_fixed_number_of_queries(world: World, client_as: ClientAs, deliver: Any, url: Any) -> None:
    alice, ids = client_as("alice"), [world.id("visit"), world.id("afternoon")]
    deliver(alice, url(), ALL_WELL)
    with counted() as few:
        assert len(queries.of_visits(world.alice, ids)[ids[0]]) == 1
    for visit in ("visit", "afternoon", "visit"):
        deliver(alice, url(visit), ALL_WELL)
    with counted() as many:
        found = queries.of_visits(world.alice, ids)
        assert [len(found[id]) for id in ids] == [3, 1]
    assert len(many) == len(few)
    assert len(queries.of_client(world.diane, world.id("jeanne"))) == 4
    assert queries.of_client(world.bob, world.id("jeanne")) == []


def test_a_version_is_never_altered(world: World, client_as: ClientAs, deliver: Any, url: Any) -> None:
    alice = client_as("alice")
    first = deliver(alice, url(), ALL_WELL)
    before = dict(db.session.get_one(ChecklistVersion, first.id).answers)
    send_back(world.diane, first.id)
    deliver(alice, url(), with_((WATER, "40")), envelope={"_corrects": str(first.id)})
    db.session.expire_all()
    assert dict(db.session.get_one(ChecklistVersion, first.id).answers) == before
