"""Clients' answers come in from a phone and from the tablet; the list shows nothing that somebody can be known by."""

import html
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from blueprints.captures.models import Capture
from blueprints.forms import actions as forms
from blueprints.kiosks.models import Kiosk
from blueprints.shared.db import db, local, now, uuid7
from blueprints.surveys import queries
from blueprints.surveys.models import Feedback
from tests.support.counting import counted
from tests.support.papers import HAPPY, publish
from tests.support.world import World, id_of

pytestmark = pytest.mark.both_engines
ClientAs = Callable[[str | None], Any]


@pytest.fixture
def versions(app: Any) -> dict[str, str]:
    return publish()


@pytest.fixture
def url(world: World, versions: dict[str, str]) -> Callable[..., str]:
    return lambda visit="visit", form="after-visit", version=None: (
        f"/visits/{world.id(visit)}/feedback/{form}/{version or versions[form]}"
    )


@pytest.fixture
def kiosk_url(versions: dict[str, str]) -> str:
    return f"/kiosk/answers/kiosk-hall/{versions['kiosk-hall']}"


def test_the_clients_answer_is_recorded_as_asked(
    world: World, client_as: ClientAs, deliver: Any, url: Any, versions: dict[str, str]
) -> None:
    sent = deliver(client_as("alice"), url(), HAPPY)
    assert (sent.status, sent.state) == (201, "applied")
    row = db.session.get_one(Feedback, sent.id)
    assert (row.mode, row.visit_id, row.client_id, row.author_id, row.kiosk_id, row.team_id) == (
        "asked", world.id("visit"), world.id("jeanne"), world.id("alice"), None, world.id("north"),
    )  # fmt: skip
    assert (row.score_kind, row.score, row.words, row.callback) == ("csat", 4, "On m’écoute.", False)
    assert (row.form_id, row.form_version) == ("after-visit", versions["after-visit"])


def test_the_wish_to_be_called_back_is_kept_with_its_number(client_as: ClientAs, deliver: Any, url: Any) -> None:
    fields = {"/data/score": "1", "/data/call_back": "yes", "/data/telephone": "06 39 98 14 22"}
    row = db.session.get_one(Feedback, deliver(client_as("alice"), url(), fields).id)
    assert (row.callback, row.callback_phone, row.words) == (True, "06 39 98 14 22", "")


@pytest.mark.parametrize(
    ("kind", "first", "last", "answer"), [("nps", 0, 10, "0"), ("nps", 0, 10, "10"), ("ces", 1, 7, "7")]
)
def test_other_scales_are_what_the_survey_says(
    client_as: ClientAs, deliver: Any, url: Any, kind: str, first: int, last: int, answer: str
) -> None:
    question = {"type": "range", "name": "score", "label": {"fr": "Note ?", "en": "Score?"}, "score": kind,
                "parameters": {"start": first, "end": last, "step": 1}}  # fmt: skip
    survey = {"form_id": "other", "title": {"fr": "Autre", "en": "Other"}, "languages": ["fr", "en"],
              "default_language": "fr", "settings": {"use": "survey"}, "survey": [question], "choices": {}}  # fmt: skip
    version = forms.publish(survey).version
    address = url(form="other", version=version)
    row = db.session.get_one(Feedback, deliver(client_as("alice"), address, {"/data/score": answer}).id)
    assert (row.score_kind, row.score) == (kind, int(answer))
    beyond = deliver(client_as("alice"), address, {"/data/score": str(last + 1)})
    assert beyond.messages["/data/score"]
    assert client_as("alice").get(address).status_code == 200


@pytest.mark.parametrize(
    ("pairs", "path"),
    [
        ([("/data/score", "6")], "/data/score"),
        ([("/data/score", "0")], "/data/score"),
        ([("/data/score", "4.5")], "/data/score"),
        ([("/data/score", "NaN")], "/data/score"),
        ([("/data/score", "4"), ("/data/score", "5")], "/data/score"),
        ([("/data/call_back", "maybe")], "/data/call_back"),
        ([("/data/call_back", "yes"), ("/data/telephone", "call me")], "/data/telephone"),
        ([("/data/words", "a\x00b")], "/data/words"),
        ([("/data/words", "x" * 10_001)], "/data/words"),
        ([("/data/score", "4"), ("team_id", "2")], "team_id"),
    ],
)
def test_what_cannot_be_taken_is_held_with_a_message(
    client_as: ClientAs, deliver: Any, url: Any, pairs: list[tuple[str, str]], path: str
) -> None:
    sent = deliver(client_as("alice"), url(), pairs)
    assert (sent.status, sent.state) == (202, "held")
    assert sent.messages[path]
    kept = [pair for pair in db.session.get_one(Capture, sent.id).fields or [] if not pair[0].startswith("_")]
    assert kept == [list(pair) for pair in pairs]
    assert db.session.scalar(select(func.count(Feedback.id))) == 0


def test_nothing_answered_at_a_visit_is_held_at_the_kiosk_passed_over(
    client_as: ClientAs, deliver: Any, url: Any, kiosk_url: str
) -> None:
    assert deliver(client_as("alice"), url(), {"/data/words": " "}).state == "held"
    sent = deliver(client_as("kiosk"), kiosk_url, {"/data/comment/words": ""})
    assert sent.state == "applied"
    assert db.session.get_one(Feedback, sent.id).score is None


def test_a_clock_that_runs_ahead_puts_nothing_into_the_future(client_as: ClientAs, deliver: Any, url: Any) -> None:
    sent = deliver(client_as("alice"), url(), HAPPY, envelope={"_recorded": "2099-01-01T00:00:00+00:00"})
    row = db.session.get_one(Feedback, sent.id)
    assert row.answered_at == row.received
    assert db.session.get_one(Capture, sent.id).recorded is not None


def test_a_tablets_answer_has_the_kiosk_as_author(
    world: World, client_as: ClientAs, deliver: Any, kiosk_url: str
) -> None:
    fields = {"/data/opinion/score": "5", "/data/comment/words": "Très bien.", "language": "en"}
    row = db.session.get_one(Feedback, deliver(client_as("kiosk"), kiosk_url, fields).id)
    assert (row.mode, row.kiosk_id, row.author_id, row.client_id, row.team_id, row.language) == (
        "kiosk", world.id("kiosk"), None, None, world.id("north"), "en",
    )  # fmt: skip


def test_a_person_does_not_answer_as_a_kiosk(client_as: ClientAs, deliver: Any, kiosk_url: str) -> None:
    assert deliver(client_as("alice"), kiosk_url, {"/data/opinion/score": "5"}).status == 401


@pytest.mark.parametrize("visit", ["bobs", "charlies"])
def test_other_peoples_visits_do_not_exist(client_as: ClientAs, deliver: Any, url: Any, visit: str) -> None:
    alice = client_as("alice")
    assert alice.get(url(visit)).status_code == 404
    assert deliver(alice, url(visit), HAPPY).state == "held"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_carries_nothing_that_ages(world: World, client_as: ClientAs, url: Any, language: str) -> None:
    world.alice.language = language
    alice = client_as("alice")
    early = alice.get(url())
    with time_machine.travel(now() + timedelta(hours=30), tick=False):
        late = alice.get(url())
    page = early.get_data(as_text=True)
    assert (early.status_code, early.headers.get("Tournee-Page") is not None) == (200, True)
    assert page == late.get_data(as_text=True)
    assert 'data-capture="feedback"' in page
    assert "htmx" not in page


def test_batches_ask_a_fixed_number_of_queries(world: World, client_as: ClientAs, deliver: Any, url: Any) -> None:
    alice, ids = client_as("alice"), [world.id("visit"), world.id("afternoon")]
    deliver(alice, url(), HAPPY)
    with counted() as few:
        queries.of_visits(world.alice, ids)
    deliver(alice, url(), HAPPY)
    deliver(alice, url("afternoon"), HAPPY)
    with counted() as many:
        found = queries.of_visits(world.alice, ids)
    assert [len(found[id]) for id in ids] == [2, 1]
    assert len(many) == len(few)
    assert len(queries.of_client(world.diane, world.id("jeanne"))) == 3
    assert queries.of_client(world.erwan, world.id("jeanne")) == []


# the list of kiosk answers


def a_kiosk(name: str, team: str) -> Kiosk:
    kiosk = Kiosk(id=uuid7(), name=name, team_id=id_of(team), form_id="kiosk-hall", made_by=id_of("gaston"))
    db.session.add(kiosk)
    db.session.flush()
    return kiosk


def answered(
    kiosk: Kiosk, versions: dict[str, str], n: int, day: int = 5, score: int | None = 4, words: str = ""
) -> None:
    at = local(datetime.fromisoformat("2026-10-01T10:00:00+00:00")).replace(day=day)
    for number in range(n):
        db.session.add(
            Feedback(
                id=uuid7(), team_id=kiosk.team_id, mode="kiosk", kiosk_id=kiosk.id, form_id="kiosk-hall",
                form_version=versions["kiosk-hall"], answers=[], score_kind="csat", score=score,
                words=f"{words} {number}" if words else "", answered_at=at, received=at,
            )
        )  # fmt: skip
    db.session.flush()


def shown(client: Any, address: str = "/answers?month=2026-10") -> str:
    response = client.get(address)
    assert response.status_code == 200
    return html.unescape(response.get_data(as_text=True))


def lines(page: str) -> int:
    return len(re.findall(r"<tr><td>", page))


@pytest.mark.parametrize(
    ("n", "rows", "words", "said"),
    [
        (0, 0, 0, "Aucune réponse ce mois-ci"),
        (4, 0, 0, "moins de cinq personnes"),
        (5, 5, 0, "moins de dix personnes"),
        (9, 9, 0, "moins de dix personnes"),
        (10, 10, 10, None),
    ],
)
def test_few_answers_are_hidden_and_the_page_says_why(
    client_as: ClientAs, versions: dict[str, str], n: int, rows: int, words: int, said: str | None
) -> None:
    answered(a_kiosk("Hall", "north"), versions, n, words="CANARI")
    page = shown(client_as("diane"))
    assert lines(page) == rows
    assert page.count("CANARI") == words
    assert ("moins de" in page) == (said is not None and "moins de" in said)
    assert said is None or said in page


def test_no_choice_of_the_reader_singles_anybody_out(client_as: ClientAs, versions: dict[str, str]) -> None:
    """Twelve answered somewhere and four elsewhere: whatever is chosen never shows the four, nor how many."""
    hall, annexe = a_kiosk("Hall", "north"), a_kiosk("Annexe", "north")
    answered(hall, versions, 12, words="HALL")
    answered(annexe, versions, 4, words="CANARI")
    diane = client_as("diane")
    for address in (
        "/answers?month=2026-10",
        f"/answers?month=2026-10&kiosk={annexe.id}",
        "/answers?month=2026-10&page=2",
    ):
        page = shown(diane, address)
        assert "CANARI" not in page
        assert "Annexe : moins de cinq".replace(" :", "\u00a0:") in page
    assert lines(shown(diane, f"/answers?month=2026-10&kiosk={hall.id}")) == 12


def test_without_the_two_limits_the_canary_would_be_seen(
    client_as: ClientAs, versions: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mutant of the tests above: it is the limits that hide, nothing else."""
    answered(a_kiosk("Hall", "north"), versions, 4, words="CANARI")
    monkeypatch.setattr(queries, "FEWEST", 0)
    assert "CANARI" not in shown(client_as("diane"))
    monkeypatch.setattr(queries, "FEWEST_FOR_WORDS", 0)
    assert shown(client_as("diane")).count("CANARI") == 4


def test_what_was_passed_over_altogether_is_neither_counted_nor_listed(
    client_as: ClientAs, versions: dict[str, str]
) -> None:
    hall = a_kiosk("Hall", "north")
    answered(hall, versions, 4, words="CANARI")
    answered(hall, versions, 20, score=None)
    page = shown(client_as("diane"))
    assert (lines(page), "CANARI" in page) == (0, False)


def test_a_supervisor_reads_their_teams_and_a_manager_all(client_as: ClientAs, versions: dict[str, str]) -> None:
    answered(a_kiosk("Hall Nord", "north"), versions, 10, words="NORD")
    answered(a_kiosk("Hall Sud", "south"), versions, 10, words="SUD")
    north, south, all_of_them = (shown(client_as(name)) for name in ("diane", "erwan", "fanny"))
    assert (north.count("NORD"), north.count("SUD"), "Hall Sud" in north) == (10, 0, False)
    assert (south.count("NORD"), south.count("SUD"), "Hall Nord" in south) == (0, 10, False)
    assert (all_of_them.count("NORD"), all_of_them.count("SUD")) == (10, 10)
    assert [client_as(name).get("/answers").status_code for name in ("alice", "gaston")] == [403, 403]


def test_the_list_is_paged_and_asks_a_fixed_number_of_queries(client_as: ClientAs, versions: dict[str, str]) -> None:
    hall, diane = a_kiosk("Hall", "north"), client_as("diane")
    answered(hall, versions, 10)
    shown(diane)
    with counted() as few:
        assert lines(shown(diane)) == 10
    answered(hall, versions, 111, day=6)
    with counted() as many:
        assert lines(shown(diane)) == queries.A_PAGE
    assert len(many) == len(few)
    assert lines(shown(diane, "/answers?month=2026-10&page=3")) == 21
    assert lines(shown(diane, "/answers?month=2026-10&page=999")) == 21
    assert "6 oct." in shown(diane)
    assert "5 oct." not in shown(diane)  # the newest day first


def test_no_month_is_offered_before_the_first_answer(client_as: ClientAs, versions: dict[str, str]) -> None:
    answered(a_kiosk("Hall", "north"), versions, 10)
    answered(a_kiosk("Hall Sud", "south"), versions, 10, day=1)
    diane = client_as("diane")
    assert "month=2026-10" in shown(diane, "/answers?month=2026-11")
    assert "month=2026-09" not in shown(diane, "/answers?month=2026-10")
    assert 'rel="prev"' not in shown(diane, "/answers?month=2001-01")
    assert 'rel="prev"' not in shown(client_as("fanny"), "/answers?month=2026-10")


def test_where_nobody_has_answered_yet_no_other_month_is_offered(client_as: ClientAs) -> None:
    assert 'rel="prev"' not in shown(client_as("diane"), "/answers")


@pytest.mark.parametrize(
    "bad",
    [
        "month=0000-00",
        "month=2026-13",
        "month=9999-12",
        "month=oct",
        "kiosk=1+or+1",
        "page=0",
        "page=-3",
        "page=x",
        "page=999999999999999999999999999999",
    ],
)
def test_what_cannot_be_read_in_the_address_counts_as_not_asked(
    client_as: ClientAs, versions: dict[str, str], bad: str
) -> None:
    assert client_as("diane").get(f"/answers?{bad}").status_code == 200


def test_words_at_the_kiosk_are_escaped(client_as: ClientAs, versions: dict[str, str]) -> None:
    answered(a_kiosk("Hall", "north"), versions, 10, words="<script>alert(1)</script>")
    response = client_as("diane").get("/answers?month=2026-10").get_data(as_text=True)
    assert "<script>alert" not in response
    assert "&lt;script&gt;alert" in response
