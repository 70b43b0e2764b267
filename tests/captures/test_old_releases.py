"""Row 31: a page that a phone kept from an older release posts to this server. What each release sent lies in
tests/data/releases/<version of the protocol>, with the forms as they were published then. What is there stays."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from blueprints.captures import envelope
from blueprints.captures.models import Capture
from blueprints.checklists.models import ChecklistVersion
from blueprints.forms.actions import publish
from blueprints.forms.models import Form, FormVersion
from blueprints.shared.db import db
from tests.support.client import Client
from tests.support.world import World, id_of

RELEASES = sorted((Path(__file__).parent.parent / "data" / "releases").iterdir())


def lay_down(forms: Path, versions: dict[str, str]) -> None:
    """The forms as the database has kept them since then, and a newer version of each, which is the current one."""
    for path in sorted(forms.glob("*.json")):
        source = json.loads(path.read_text(encoding="utf-8"))
        version, titles = versions[path.stem], source["title"]
        form = Form(id=path.stem, use=source["settings"]["use"], current=version)
        db.session.add_all([form, FormVersion(form=form, version=version, titles=titles, definition=source)])
        db.session.flush()
        question = {"type": "text", "name": "asked_since", "label": dict.fromkeys(titles, "?"), "required": True}
        publish({**source, "survey": [*source["survey"], question]})
        assert form.current != version
    db.session.commit()


@pytest.mark.both_engines
@pytest.mark.parametrize("release", RELEASES, ids=lambda path: f"protocol {path.name}")
def test_what_an_older_release_kept_is_taken(
    app: Flask, world: World, client_as: Callable[[str | None], Client], release: Path
) -> None:
    sent = json.loads((release / "posts.json").read_text(encoding="utf-8"))
    lay_down(release / "forms", sent["versions"])
    names = {name: str(id_of(name)) for name in ("alice", "kiosk", "visit", "afternoon")}
    names |= {"client": str(id_of("jeanne")), "device": str(id_of("alice's device"))}
    people = {person: client_as(person) for person in ("alice", "kiosk")}
    for post in sent["posts"]:
        fields: dict[str, list[str]] = {}
        for name, value in post["fields"]:
            fields.setdefault(name, []).append(value.format_map(names))
        answer: Any = people[post["person"]].post(
            post["url"].format_map(names),
            data=fields,
            content_type="multipart/form-data",
            headers={"Capture-Id": post["id"], "Accept": "application/json"},
        )
        found = (answer.status_code, answer.headers.get("Capture-Receipt", "").split()[::2])
        assert found == (201, [post["id"], "applied"]), (post["kind"], answer.json)
    kept = {str(id): state for id, state in db.session.execute(select(Capture.id, Capture.state))}
    assert kept == {post["id"]: "applied" for post in sent["posts"]}
    versions = db.session.scalars(select(ChecklistVersion.form_version)).all()
    assert versions == [sent["versions"]["home-safety"]]
    assert db.session.get_one(Capture, UUID(sent["posts"][0]["id"])).number == 1


def test_every_protocol_that_ever_was_has_its_fixtures() -> None:
    assert [path.name for path in RELEASES] == [str(version) for version in range(1, envelope.VERSION + 1)]
