"""Who finds whom, and what stands on the timeline."""

from datetime import timedelta
from uuid import uuid4

import pytest
from werkzeug.exceptions import NotFound

from blueprints.clients import queries, timeline
from blueprints.clients.models import Assignment, Client
from blueprints.notes.models import Note, NoteVersion
from blueprints.reviews.models import ReviewText
from blueprints.shared.db import db, now
from blueprints.shared.words import fold
from blueprints.surveys.models import Feedback
from blueprints.visits.models import Visit
from tests.support.counting import counted
from tests.support.world import CLIENTS, World

pytestmark = pytest.mark.both_engines


def seen(world: World, who: str, ask: str) -> set[str]:
    found = set()
    for name in CLIENTS:
        try:
            getattr(queries, ask)(getattr(world, who), world.id(name))
            found.add(name)
        except NotFound:
            continue
    return found


@pytest.mark.parametrize(
    ("who", "read", "change"),
    [
        ("alice", {"jeanne", "paul"}, set()),
        ("bob", {"marcel"}, set()),
        ("charlie", {"odette"}, set()),
        ("diane", {"jeanne", "marcel", "paul"}, {"jeanne", "marcel", "paul"}),
        ("erwan", {"odette"}, {"odette"}),
        ("fanny", set(), set()),
        ("gaston", set(), set()),
    ],
)
def test_whose_cases_are_whose(world: World, who: str, read: set[str], change: set[str]) -> None:
    assert seen(world, who, "one_of") == read
    assert seen(world, who, "one_supervised") == change
    listed = queries.found(getattr(world, who)).clients
    assert {client.id for client in listed} == {world.id(name) for name in read - {"paul"}}


def test_archived_ones_stand_apart(world: World) -> None:
    assert [client.id for client in queries.found(world.diane, archived=True).clients] == [world.id("paul")]


@pytest.fixture
def zoe(world: World) -> Client:
    client = Client(team_id=world.id("north"), given_name="Zoé", family_name="L’Hénoret",
                    search=fold("L’Hénoret Zoé 12 rue 50% du_Bois 0298123456"))  # fmt: skip
    client.assignments = [Assignment(person_id=world.id("bob"))]
    db.session.add(client)
    db.session.flush()
    return client


@pytest.mark.parametrize(
    "words",
    [
        "zoe",
        "ZOÉ",
        "Zoe\u0301 hénoret",
        "l'henoret",
        "l-henoret",
        "  l’hénoret\n",
        "029812",
        "50%",
        "du_bois",
        "HENORET zo",
    ],
)
def test_found_however_it_is_written(world: World, zoe: Client, words: str) -> None:
    assert [client.id for client in queries.found(world.diane, words).clients] == [zoe.id]


@pytest.mark.parametrize("words", ["%%", "_", "z_e", "zo%t", "' OR 1=1--", "zoe marcel", "\\", '"', "NEAR(", ";"])
def test_signs_of_the_query_language_are_text(world: World, zoe: Client, words: str) -> None:
    found = queries.found(world.diane, words).clients
    assert {client.id for client in found} <= {zoe.id}
    if words not in ("_",):  # zoe's address has one
        assert found == []


@pytest.mark.parametrize("words", ["", " ", "\u200b", "\x00", "‍"])
def test_nothing_to_look_for_shows_everybody(world: World, zoe: Client, words: str) -> None:
    assert queries.found(world.diane, words).total == 3


def test_filters(world: World, zoe: Client) -> None:
    assert queries.found(world.diane, coordinator=world.id("alice")).total == 1
    assert queries.found(world.diane, team=world.id("south")).total == 0
    assert queries.found(world.diane, team=world.id("north"), coordinator=world.id("bob")).total == 2


def test_pages_hold_everybody_once_in_order(world: World) -> None:
    for n in range(70):
        db.session.add(
            Client(team_id=world.id("north"), given_name="A", family_name="É" if n % 2 else "Ea", search=f"e{n:03}")
        )
    db.session.flush()
    pages = [queries.found(world.diane, page=n) for n in (1, 2, 3)]
    assert [len(page.clients) for page in pages] == [30, 30, 12]
    ids = [client.id for page in pages for client in page.clients]
    assert len(set(ids)) == len(ids) == pages[0].total
    assert queries.found(world.diane, page=99).page == 3


def note(world: World, came: int, occurred: int | None = None, visit: str | None = None) -> Note:
    """A note of Jeanne's that arrived `came` hours ago about something `occurred` hours ago."""
    made = now() - timedelta(hours=came)
    row = Note(id=uuid4(), client_id=world.id("jeanne"), author_id=world.id("alice"), format="free", created_at=made)
    text = f"note of {came}"
    row.versions = [
        NoteVersion(id=uuid4(), number=n, body={"text": f"{text} v{n}"}, received=made,
                    occurred=now() - timedelta(hours=occurred or came))
        for n in (1, 2)
    ]  # fmt: skip
    db.session.add(row)
    db.session.flush()
    review = ReviewText(id=row.id, kind="note", client_id=row.client_id, team_id=world.id("north"), state="signed")
    review.author_id, review.version_id, review.titles = row.author_id, row.versions[-1].id, {"fr": "Note"}
    review.rank, review.late, review.since = 5, True, made
    db.session.add(review)
    db.session.flush()
    return row


def feedback(world: World, came: int) -> Feedback:
    made = now() - timedelta(hours=came)
    row = Feedback(id=uuid4(), team_id=world.id("north"), client_id=world.id("jeanne"), author_id=world.id("alice"))
    row.mode, row.form_id, row.form_version, row.answers = "asked", "after-visit", "1", []
    row.answered_at = row.received = made
    db.session.add(row)
    db.session.flush()
    return row


def test_the_timeline_holds_everything_newest_first(world: World) -> None:
    recent, late, said = note(world, 1), note(world, 2, occurred=200), feedback(world, 3)
    page = timeline.of(world.jeanne)
    assert [moment.kind for moment in page.moments] == ["notes", "feedback", "visits", "notes"]
    assert [m.note for m in page.moments if m.note] == [recent, late]
    assert page.moments[0].version is recent.versions[-1]
    assert page.moments[0].reviews[recent.id].state == "signed"
    assert page.moments[1].feedback is said
    assert page.moments[2].visit == world.done
    assert page.older is None
    for show, n in (("visits", 1), ("notes", 2), ("feedback", 1)):
        assert [moment.kind for moment in timeline.of(world.jeanne, show).moments] == [show] * n


def test_what_is_to_come_is_not_what_was(world: World) -> None:
    assert [visit.id for visit in timeline.upcoming(world.jeanne)] == [
        world.id("visit"), world.id("afternoon"), world.id("tomorrow"),
    ]  # fmt: skip
    world.visit.status = "no_show"
    db.session.flush()
    assert world.id("visit") not in {visit.id for visit in timeline.upcoming(world.jeanne)}
    assert world.visit in [moment.visit for moment in timeline.of(world.jeanne).moments]


def test_every_moment_stands_on_exactly_one_page(world: World) -> None:
    for n in range(1, 60):
        note(world, n, occurred=(n * 37) % 90 + 1)
    for n in range(1, 40):
        feedback(world, n * 2)
    shown: list[object] = []
    before, pages = None, 0
    while pages == 0 or before is not None:
        page = timeline.of(world.jeanne, before=before)
        shown += [moment.note or moment.feedback or moment.visit for moment in page.moments]
        before, pages = page.older, pages + 1
    assert len(shown) == len(set(shown)) == 59 + 39 + 1
    assert pages == 3


def test_the_same_number_of_queries_with_few_and_with_many(world: World) -> None:
    note(world, 1)
    feedback(world, 1)
    client = world.jeanne
    with counted() as few:
        timeline.of(client)
    for n in range(2, 60):
        note(world, n)
        feedback(world, n)
        db.session.add(Visit(client_id=client.id, coordinator_id=world.id("alice"), starts_at=now() - timedelta(days=n),
                             minutes=30, status="done", made_by=world.id("diane")))  # fmt: skip
    db.session.flush()
    with counted() as many:
        timeline.of(client)
    assert len(many) <= len(few)
