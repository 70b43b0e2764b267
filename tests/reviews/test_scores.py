"""Scores and levels of alerts, from a form that was imported to the desk that orders by them."""

from collections.abc import Callable
from typing import Any

import pytest

from blueprints.checklists.models import ChecklistVersion
from blueprints.forms.actions import publish, publish_imported
from blueprints.forms.queries import definition_of
from blueprints.reviews.models import RANKS, ReviewText
from blueprints.reviews.queries import Wanted, order
from blueprints.shared.db import db
from tests.support.forms import OPEN, opened
from tests.support.world import World

ClientAs = Callable[[str | None], Any]
SRQ = "gitcliff__mydhi-cht-config__srq.xlsx"
CD4 = "/data/cd4"
POOR = {f"{CD4}/medication": "rarely", f"{CD4}/average": "days", f"{CD4}/last": "dose"}  # 3 + 2 + 3
GOOD = {f"{CD4}/medication": "never", f"{CD4}/average": "average_never", f"{CD4}/last": "all"}  # 4 + 5 + 4


@pytest.fixture
def srq(world: World) -> Callable[..., str]:
    """The form of the open set, as it is or with an alert on its score: ten and below, as its own note says."""

    def address(visit: str, level: str = "") -> str:
        found = opened(SRQ)
        version = publish_imported(found, (OPEN / SRQ).read_bytes(), "checklist")
        if level:
            path = f"{CD4}/score"
            low = {"path": path, "test": ["<=", ["p", "."], 10], "level": level, "label": {"default": ["Observance"]}}
            version = publish({**definition_of(version.form_id, version.version).source, "alerts": [low]})
        db.session.commit()
        return f"/visits/{world.id(visit)}/checklists/{version.form_id}/{version.version}"

    return address


def test_the_srq_of_the_open_set_is_reckoned_and_shown(
    world: World, client_as: ClientAs, deliver: Any, srq: Callable[..., str]
) -> None:
    sent = deliver(client_as("alice"), srq("visit"), POOR)
    assert sent.state == "applied", sent.messages
    version = db.session.get_one(ChecklistVersion, sent.id)
    assert version.scores == [{"name": "score", "label": "Score", "value": "8", "level": ""}]
    assert [value for path, value in version.answers if path == f"{CD4}/score"] == ["8"]
    diane = client_as("diane")
    assert "<dt>Score</dt><dd>8</dd>" in diane.get(f"/reviews/{world.id('visit')}").text
    assert deliver(client_as("alice"), srq("done"), GOOD).state == "applied"
    page = diane.get(f"/clients/{world.id('jeanne')}").text
    assert "Score 13" in page


def test_the_desk_reads_urgent_before_watch_and_watch_before_the_rest(
    world: World, client_as: ClientAs, deliver: Any, srq: Callable[..., str]
) -> None:
    alice = client_as("alice")
    calm = deliver(alice, srq("done", "watch"), GOOD)
    watch = deliver(alice, srq("visit", "watch"), POOR)
    urgent = deliver(alice, srq("afternoon", "urgent"), POOR)
    assert [db.session.get_one(ReviewText, one.id).rank for one in (urgent, watch)] == [RANKS["urgent"], RANKS["watch"]]
    assert db.session.get_one(ReviewText, calm.id).rank > RANKS["watch"]
    assert order(world.diane, Wanted()) == [world.id("afternoon"), world.id("visit"), world.id("done")]
    assert order(world.diane, Wanted(need="alert")) == [world.id("afternoon"), world.id("visit")]
    page = client_as("diane").get(f"/reviews/{world.id('visit')}").text
    assert page.count("Observance") == 1, "the alert stands beside the words of the score"
    queue = client_as("diane").get("/reviews").text
    assert "1 alerte urgente" in queue
    assert "Score 8" in queue, "a score that raised an alert stands in the queue"
    assert "Score 13" not in queue
