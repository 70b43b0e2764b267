"""Notes come in exactly as they were typed, or are held with a message for each field; nothing is lost."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from sqlalchemy import func, select

from blueprints.captures.models import Capture
from blueprints.notes import inputs, queries
from blueprints.notes.models import Note, NoteVersion
from blueprints.reviews.models import Return, ReviewText
from blueprints.shared.db import db, local, now
from tests.support.counting import counted
from tests.support.papers import send_back
from tests.support.world import World

pytestmark = pytest.mark.both_engines
ClientAs = Callable[[str | None], Any]
SOAP = {
    "subjective": "Dit aller mieux.",
    "objective": "Marche seule.",
    "assessment": "Progrès.",
    "plan": "Revoir lundi.",
}


def url(world: World, format: str = "free", visit: str = "visit") -> str:
    return f"/visits/{world.id(visit)}/notes/{format}"


def only_version() -> NoteVersion:
    return db.session.scalars(select(NoteVersion)).one()


def held_fields(sent: Any) -> list[list[str]]:
    capture = db.session.get_one(Capture, sent.id)
    assert capture.state == "held"
    assert db.session.scalar(select(func.count(Note.id))) == 0
    return [pair for pair in capture.fields or [] if not pair[0].startswith("_")]


@pytest.mark.parametrize(("format", "fields"), [("free", {"text": "Tout va bien."}), ("soap", SOAP)])
def test_a_note_is_recorded_under_its_captures_id(
    world: World, client_as: ClientAs, deliver: Any, format: str, fields: dict[str, str]
) -> None:
    sent = deliver(client_as("alice"), url(world, format), fields)
    assert (sent.status, sent.state) == (201, "applied")
    note = db.session.get_one(Note, sent.id)
    assert (note.format, note.visit_id, note.client_id, note.author_id) == (
        format, world.id("visit"), world.id("jeanne"), world.id("alice"),
    )  # fmt: skip
    version = db.session.get_one(NoteVersion, sent.id)
    assert (version.number, version.body, version.late) == (1, fields, False)
    assert version.occurred == world.visit.starts_at
    text = db.session.get_one(ReviewText, sent.id)
    assert (text.kind, text.state, text.version_id) == ("note", "waiting", sent.id)


@pytest.mark.parametrize(
    "text",
    [
        "Première ligne\n\n  deuxième, avec des espaces  \n",
        "<script>alert(1)</script> {{7*7}} ${7*7} <img src=x onerror=alert(1)> </textarea>",
        "' OR 1=1-- \\ ; % _ \" * NEAR(",
        "e\u0301 é \u202eRTL\u202c \u200b 👩\u200d🦽 ı İ ١٢٣ १२३",
        "x" * inputs.LONGEST,
    ],
    ids=["lines", "markup", "sql", "unicode", "the longest"],
)
def test_text_is_kept_to_the_letter_and_shown_escaped(
    world: World, client_as: ClientAs, deliver: Any, text: str
) -> None:
    alice = client_as("alice")
    sent = deliver(alice, url(world), {"text": text})
    assert sent.state == "applied"
    assert only_version().body == {"text": text}
    page = alice.get(f"/clients/{world.id('jeanne')}").get_data(as_text=True)
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_line_ends_become_lf(world: World, client_as: ClientAs, deliver: Any) -> None:
    deliver(client_as("alice"), url(world), {"text": "un\r\ndeux\rtrois\n"})
    assert only_version().body == {"text": "un\ndeux\ntrois\n"}


@pytest.mark.parametrize(
    ("pairs", "field"),
    [
        ([("text", "")], "text"),
        ([("text", " ")], "text"),
        ([("text", "\n\n\t\n")], "text"),
        ([], "text"),
        ([("text", "un"), ("text", "deux")], "text"),
        ([("text", "un"), ("role", "admin")], "role"),
        ([("text", "un"), ("subjective", "deux")], "subjective"),
        ([("text[]", "un")], "text[]"),
        ([("text", "a\x00b")], "text"),
        ([("text", "a\x1ab")], "text"),
        ([("text", "x" * (inputs.LONGEST + 1))], "text"),
        ([("text", "un"), ("occurred_day", "2026-02-29"), ("occurred_time", "10:00")], "occurred_day"),
        ([("text", "un"), ("occurred_day", "2026-04-31"), ("occurred_time", "10:00")], "occurred_day"),
        ([("text", "un"), ("occurred_day", "0000-01-01"), ("occurred_time", "10:00")], "occurred_day"),
        ([("text", "un"), ("occurred_day", "0001-01-01"), ("occurred_time", "00:00")], "occurred_day"),
        ([("text", "un"), ("occurred_day", "9999-12-31"), ("occurred_time", "23:59")], "occurred_day"),
        ([("text", "un"), ("occurred_day", "٢٠٢٦-١١-٢٠"), ("occurred_time", "10:00")], "occurred_day"),
        ([("text", "un"), ("occurred_day", "2026-W53-1"), ("occurred_time", "10:00")], "occurred_day"),
        ([("text", "un"), ("occurred_day", "hier"), ("occurred_time", "10:00")], "occurred_day"),
        ([("text", "un"), ("occurred_day", "2026-11-20")], "occurred_time"),
        ([("text", "un"), ("occurred_time", "10:00")], "occurred_day"),
        ([("text", "un"), ("occurred_day", "2026-11-20"), ("occurred_time", "24:00")], "occurred_time"),
        ([("text", "un"), ("occurred_day", "2026-11-20"), ("occurred_time", "10:00+14:00")], "occurred_time"),
        ([("text", "un"), ("occurred_day", "2026-03-29"), ("occurred_time", "02:30")], "occurred_time"),
    ],
)
def test_what_cannot_be_taken_is_held_with_a_message(
    world: World, client_as: ClientAs, deliver: Any, pairs: list[tuple[str, str]], field: str
) -> None:
    sent = deliver(client_as("alice"), url(world), pairs)
    assert (sent.status, sent.state) == (202, "held")
    assert sent.messages[field]
    assert held_fields(sent) == [list(pair) for pair in pairs]


def test_an_unknown_format_is_held(world: World, client_as: ClientAs, deliver: Any) -> None:
    sent = deliver(client_as("alice"), url(world, "haiku"), {"text": "un"})
    assert held_fields(sent) == [["text", "un"]]


def test_when_it_happened_is_the_authors_word(world: World, client_as: ClientAs, deliver: Any) -> None:
    day = local(now() - timedelta(days=3)).date()
    fields = {"text": "Appel de sa fille.", "occurred_day": day.isoformat(), "occurred_time": "18:05"}
    sent = deliver(client_as("alice"), f"/clients/{world.id('jeanne')}/notes/free", fields)
    assert sent.state == "applied"
    assert local(only_version().occurred).strftime("%Y-%m-%d %H:%M") == f"{day} 18:05"
    assert db.session.get_one(Note, sent.id).visit_id is None
    assert only_version().late


def test_the_future_and_a_time_before_birth_are_refused(world: World, client_as: ClientAs, deliver: Any) -> None:
    alice = client_as("alice")
    tomorrow = local(now() + timedelta(days=1)).date().isoformat()
    sent = deliver(alice, url(world), {"text": "un", "occurred_day": tomorrow, "occurred_time": "09:00"})
    assert sent.messages["occurred_day"]
    world.jeanne.born = local(now()).date()
    sent = deliver(alice, url(world), {"text": "un", "occurred_day": "2020-01-01", "occurred_time": "09:00"})
    assert sent.messages["occurred_day"]


def test_a_visit_that_begins_early_is_not_in_the_future(world: World, client_as: ClientAs, deliver: Any) -> None:
    """The note of a visit planned for 15:00 and made at 11:00 of the same day."""
    noon = local(world.afternoon.starts_at).replace(hour=11)
    with time_machine.travel(noon, tick=True):
        sent = deliver(client_as("alice"), url(world, visit="afternoon"), {"text": "un"})
    assert sent.state == "applied"


@pytest.mark.parametrize(
    ("recorded_after", "received_after", "late"),
    [
        (timedelta(hours=23), timedelta(hours=23), False),
        (timedelta(hours=25), timedelta(hours=25), True),
        (timedelta(hours=2), timedelta(days=6), False),  # written in time, waited for a network
        (timedelta(days=400), timedelta(hours=3), False),  # a phone's clock that runs ahead
        (None, timedelta(hours=30), True),  # a phone without a clock
    ],
)
def test_a_late_entry_is_computed(
    world: World,
    client_as: ClientAs,
    deliver: Any,
    recorded_after: timedelta | None,
    received_after: timedelta,
    late: bool,
) -> None:
    starts = datetime(2026, 3, 2, 9, tzinfo=UTC)
    world.done.starts_at = world.done.started_at = starts
    db.session.commit()
    recorded = (starts + recorded_after).isoformat() if recorded_after is not None else None
    with time_machine.travel(starts + received_after, tick=True):
        sent = deliver(client_as("alice"), url(world, visit="done"), {"text": "un"}, envelope={"_recorded": recorded})
    assert sent.state == "applied"
    assert only_version().late is late


def test_a_return_is_answered_by_a_next_version(world: World, client_as: ClientAs, deliver: Any) -> None:
    alice = client_as("alice")
    first = deliver(alice, url(world, "soap"), SOAP)
    send_back(world.diane, first.id)
    second = deliver(alice, url(world, "soap"), SOAP | {"plan": "Revoir mardi."}, envelope={"_corrects": str(first.id)})
    assert second.state == "applied"
    note = db.session.scalars(select(Note)).one()
    assert note.id == first.id
    assert [(v.id, v.number, v.body["plan"]) for v in note.versions] == [
        (first.id, 1, "Revoir lundi."), (second.id, 2, "Revoir mardi."),
    ]  # fmt: skip
    assert db.session.scalars(select(Return)).one().answered_by == second.id
    assert db.session.get_one(ReviewText, first.id).state == "waiting"


def test_late_stays_with_the_note(world: World, client_as: ClientAs, deliver: Any) -> None:
    alice = client_as("alice")
    world.done.starts_at = world.done.started_at = now() - timedelta(days=3)
    first = deliver(alice, url(world, visit="done"), {"text": "un"})
    send_back(world.diane, first.id)
    second = deliver(alice, url(world, visit="done"), {"text": "deux"}, envelope={"_corrects": str(first.id)})
    assert db.session.get_one(NoteVersion, second.id).late


def test_what_was_not_sent_back_cannot_be_written_anew(world: World, client_as: ClientAs, deliver: Any) -> None:
    alice = client_as("alice")
    first = deliver(alice, url(world), {"text": "un"})
    sent = deliver(alice, url(world), {"text": "deux"}, envelope={"_corrects": str(first.id)})
    assert sent.state == "held"
    assert len(db.session.get_one(Note, first.id).versions) == 1


def test_without_the_rule_of_returns_it_would_be(
    world: World, client_as: ClientAs, deliver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mutant of the test above: it is `to_answer` that refuses."""
    alice = client_as("alice")
    first = deliver(alice, url(world), {"text": "un"})
    monkeypatch.setattr(queries, "to_answer", lambda writer, version_id: None)
    assert deliver(alice, url(world), {"text": "deux"}, envelope={"_corrects": str(first.id)}).state == "applied"


def test_a_return_is_answered_once_and_only_by_its_author(world: World, client_as: ClientAs, deliver: Any) -> None:
    alice = client_as("alice")
    first = deliver(alice, url(world), {"text": "un"})
    send_back(world.diane, first.id)
    corrects = {"_corrects": str(first.id)}
    by_another = deliver(client_as("diane"), url(world), {"text": "x"}, envelope=corrects)
    assert by_another.state == "held"
    elsewhere = deliver(alice, url(world, visit="afternoon"), {"text": "x"}, envelope=corrects)
    assert elsewhere.state == "held"
    assert deliver(alice, url(world), {"text": "deux"}, envelope=corrects).state == "applied"
    assert deliver(alice, url(world), {"text": "trois"}, envelope=corrects).state == "held"
    assert [v.body["text"] for v in db.session.get_one(Note, first.id).versions] == ["un", "deux"]


def test_correcting_a_held_note_is_a_first_version(world: World, client_as: ClientAs, deliver: Any) -> None:
    alice = client_as("alice")
    held = deliver(alice, url(world), {"text": " "})
    sent = deliver(alice, url(world), {"text": "un"}, envelope={"_corrects": str(held.id)})
    assert sent.state == "applied"
    assert db.session.get_one(Note, sent.id).versions[0].number == 1
    assert db.session.get_one(Capture, held.id).state == "closed"


def test_correcting_a_held_answer_to_a_return_is_still_its_answer(
    world: World, client_as: ClientAs, deliver: Any
) -> None:
    alice = client_as("alice")
    first = deliver(alice, url(world), {"text": "un"})
    send_back(world.diane, first.id)
    held = deliver(alice, url(world), {"text": " "}, envelope={"_corrects": str(first.id)})
    assert held.state == "held"
    sent = deliver(alice, url(world), {"text": "deux"}, envelope={"_corrects": str(held.id)})
    assert sent.state == "applied"
    assert [v.body["text"] for v in db.session.get_one(Note, first.id).versions] == ["un", "deux"]


@pytest.mark.parametrize("visit", ["bobs", "charlies"])
def test_other_peoples_visits_do_not_exist(world: World, client_as: ClientAs, deliver: Any, visit: str) -> None:
    alice = client_as("alice")
    assert alice.get(url(world, visit=visit)).status_code == 404
    assert held_fields(deliver(alice, url(world, visit=visit), {"text": "un"})) == [["text", "un"]]
    assert alice.get(f"/visits/{uuid4()}/notes/free").status_code == 404


@pytest.mark.parametrize("name", ["fanny", "gaston"])
def test_whoever_sees_no_case_writes_no_note(world: World, client_as: ClientAs, deliver: Any, name: str) -> None:
    client = client_as(name)
    assert client.get(url(world)).status_code == 403
    assert deliver(client, url(world), {"text": "un"}).state == "held"
    assert deliver(client, f"/clients/{world.id('jeanne')}/notes/free", {"text": "un"}).state == "held"


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("format", ["free", "soap"])
def test_the_pages_carry_nothing_that_ages(world: World, client_as: ClientAs, language: str, format: str) -> None:
    world.alice.language = language
    alice = client_as("alice")
    for address in (url(world, format), f"/clients/{world.id('jeanne')}/notes/{format}", f"/notes/{format}/blank"):
        early = alice.get(address)
        with time_machine.travel(now() + timedelta(hours=30), tick=False):
            late = alice.get(address)
        page = early.get_data(as_text=True)
        assert (early.status_code, early.headers.get("Tournee-Page") is not None) == (200, True)
        assert page == late.get_data(as_text=True)
        assert 'data-capture="note"' in page
        assert "htmx" not in page
        assert f'lang="{language}"' in page


def test_the_blank_page_leaves_room_for_the_visits_id(world: World, client_as: ClientAs) -> None:
    page = client_as("alice").get("/notes/free/blank").get_data(as_text=True)
    assert 'action="/visits/00000000-0000-0000-0000-000000000000/notes/free"' in page


def test_batches_ask_a_fixed_number_of_queries(world: World, client_as: ClientAs, deliver: Any) -> None:
    alice = client_as("alice")
    ids = [world.id("visit"), world.id("afternoon")]
    deliver(alice, url(world), {"text": "un"})
    with counted() as few:
        assert len(queries.of_visits(world.alice, ids)[ids[0]]) == 1
    for _n in range(4):
        deliver(alice, url(world), {"text": "encore"})
        deliver(alice, url(world, visit="afternoon"), {"text": "encore"})
    with counted() as many:
        found = queries.of_visits(world.alice, ids)
        assert [len(found[id]) for id in ids] == [5, 4]
    assert len(many) == len(few)
    assert len(queries.of_client(world.alice, world.id("jeanne"))) == 9
    assert queries.of_client(world.bob, world.id("jeanne")) == []
    assert queries.of_visits(world.charlie, ids)[ids[0]] == []


def test_words_are_counted(app: Any) -> None:
    body = {"subjective": "Dit aller  mieux.\n", "plan": "", "objective": "l’aide", "assessment": " "}
    assert NoteVersion(body=body).words == 4
