"""Publishing: a version is its content; the newest is asked, every one stays."""

import copy
import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from blueprints.forms import actions, engine, queries
from blueprints.forms.models import Form, FormVersion
from blueprints.shared.db import db

pytestmark = pytest.mark.both_engines
SOURCE: dict[str, Any] = json.loads((actions.SHIPPED / "after-visit.json").read_text(encoding="utf-8"))


def changed(title: str) -> dict[str, Any]:
    return {**copy.deepcopy(SOURCE), "form_id": "tried", "title": {"fr": title, "en": title}}


def versions() -> int:
    return db.session.scalar(select(func.count()).select_from(FormVersion).where(FormVersion.form_id == "tried")) or 0


def test_a_definition_is_published_once_however_often(app: Flask) -> None:
    first = actions.publish(changed("Un"))
    again = actions.publish(json.loads(json.dumps(changed("Un"))))

    assert again.version == first.version
    assert len(first.version) == 12
    assert versions() == 1


def test_what_was_published_complete_is_the_same_version(app: Flask) -> None:
    first = actions.publish(changed("Un"))

    assert actions.publish({**first.definition, "version": first.version}).version == first.version


def test_a_changed_definition_is_the_current_version_and_the_old_one_stays(app: Flask) -> None:
    old, new = actions.publish(changed("Un")), actions.publish(changed("Deux"))

    assert old.version != new.version
    assert db.session.get_one(Form, "tried").current == new.version
    assert queries.version_of("tried", old.version) is not None
    assert [found.version for found in queries.current("survey") if found.form_id == "tried"] == [new.version]


def test_an_older_version_published_again_is_current_again(app: Flask) -> None:
    old = actions.publish(changed("Un"))
    actions.publish(changed("Deux"))

    actions.publish(changed("Un"))

    assert db.session.get_one(Form, "tried").current == old.version
    assert versions() == 2


def test_a_definition_that_is_wrong_leaves_nothing(app: Flask) -> None:
    with pytest.raises(engine.DefinitionError):
        actions.publish({**changed("Un"), "survey": []})
    assert db.session.get(Form, "tried") is None


def test_what_ships_is_published_where_it_is_missing_and_nowhere_else(app: Flask) -> None:
    actions.publish_shipped()
    own = actions.publish({**copy.deepcopy(SOURCE), "title": {"fr": "À nous", "en": "Ours"}})

    assert actions.publish_shipped() == []
    assert db.session.get_one(Form, "after-visit").current == own.version
