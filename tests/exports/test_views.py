"""Asking for a file, seeing it get on, taking it; and that what broke off is never offered."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select

from blueprints.exports import making, queries
from blueprints.exports.models import Export
from blueprints.shared.db import db, now
from tests.support.papers import ALL_WELL, publish
from tests.support.world import World

ClientAs = Callable[[str | None], Any]
POSTED = {"form": "home-safety", "format": "csv", "language": "fr", "words": "names"}


@pytest.fixture(autouse=True)
def papers(app: Any) -> dict[str, str]:
    return publish()


def waited(client: Any, url: str) -> str:
    """The page of an export once it is not being made any more."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        page: str = client.get(url, headers={"HX-Request": "true"}).text
        if "every 1s" not in page:
            return page
    raise AssertionError("it is still being made")


@pytest.mark.both_engines
def test_a_file_is_made_beside_the_request_and_taken(
    world: World, client_as: ClientAs, deliver: Any, papers: Any
) -> None:
    url = f"/visits/{world.id('visit')}/checklists/home-safety/{papers['home-safety']}"
    assert deliver(client_as("alice"), url, ALL_WELL).state == "applied"
    diane = client_as("diane")
    assert "home-safety" in diane.get("/exports?form=home-safety").text
    asked = diane.post("/exports", data=POSTED)
    assert asked.status_code == 303
    page = waited(diane, asked.location)
    assert "prêt" in page
    assert "<html" not in page, "only the block that asks for itself"
    file = diane.get(f"{asked.location}/file", buffered=True)
    assert (file.status_code, int(file.headers["Content-Length"])) == (200, len(file.data))
    assert "attachment; filename=home-safety-" in file.headers["Content-Disposition"]
    assert file.headers["Cache-Control"] == "no-store"
    assert "Content-Encoding" not in file.headers
    assert b"Jeanne Le Goff" in file.data
    assert client_as("erwan").get(f"{asked.location}/file").status_code == 404
    assert client_as("alice").get("/exports").status_code == 403


@pytest.mark.parametrize("state", ["making", "failed"])
def test_what_is_not_ready_cannot_be_taken(world: World, client_as: ClientAs, state: str) -> None:
    export = Export(by_id=world.id("diane"), form_id="home-safety", versions=[], format="csv", language="fr",
                    names=True, split=False, comma=False, state=state, done=3, total=10)  # fmt: skip
    db.session.add(export)
    db.session.commit()
    making.folder().mkdir(exist_ok=True)
    making.path_of(export.id).write_text("half of it")
    diane = client_as("diane")
    assert diane.get(f"/exports/{export.id}/file").status_code == 404
    page = diane.get(f"/exports/{export.id}").text
    assert ("3 formulaires remplis sur 10" in page) == (state == "making")
    with time_machine.travel(now() + timedelta(minutes=3)):
        assert "pas été terminé" in client_as("diane").get(f"/exports/{export.id}").text


def test_one_at_a_time_a_person(world: World, client_as: ClientAs) -> None:
    db.session.add(Export(by_id=world.id("diane"), form_id="home-safety", versions=[], format="csv", language="fr",
                          names=True, split=False, comma=False))  # fmt: skip
    db.session.commit()
    assert client_as("diane").post("/exports", data=POSTED).status_code == 409


@pytest.mark.parametrize(
    "wrong",
    [
        {"form": "none-of-ours"},
        {"form": ""},
        {"versions": "000000000000"},
        {"language": "tlh"},
        {"format": "exe"},
        {"words": ""},
        {"first_day": "2026-02-30"},
        {"first_day": "2026-11-02", "last_day": "2026-11-01"},
        {"team": "{south}"},
    ],
)
def test_what_cannot_be_chosen_is_refused(world: World, client_as: ClientAs, wrong: dict[str, str]) -> None:
    posted = POSTED | {key: text.format(south=world.id("south")) for key, text in wrong.items()}
    assert client_as("diane").post("/exports", data=posted).status_code == 422
    assert db.session.scalar(select(Export)) is None


def test_after_a_day_it_is_gone(world: World, client_as: ClientAs) -> None:
    diane = client_as("diane")
    first = diane.post("/exports", data=POSTED).location
    waited(diane, first)
    path = making.path_of(UUID(first.rpartition("/")[2]))
    assert path.exists()
    with time_machine.travel(now() + timedelta(hours=25)):
        again = client_as("diane")
        assert again.get(first).status_code == 404
        waited(again, again.post("/exports", data=POSTED).location)
    assert not path.exists()


def test_a_file_that_fails_is_said_to_have_failed(
    world: World, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(queries, "batches", broken)
    diane = client_as("diane")
    url = diane.post("/exports", data=POSTED).location
    assert "pas été terminé" in waited(diane, url)
    assert diane.get(f"{url}/file").status_code == 404
