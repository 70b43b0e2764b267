"""A backup taken while the service runs is restored into an empty place, on both engines."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import click
import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select, text

from blueprints.captures.models import CaptureFile
from blueprints.ops import backups
from blueprints.shared import files
from blueprints.shared.db import Base, db
from blueprints.shared.seals import seal
from tests.support.world import World

pytestmark = pytest.mark.both_engines


def contents() -> dict[str, list[Any]]:
    """Every row of every table, as the database gives it."""
    found = {
        table.name: sorted(map(repr, db.session.execute(table.select()).all())) for table in Base.metadata.sorted_tables
    }
    db.session.rollback()
    return found


def with_a_photo(world: World, alice: Any, deliver: Any) -> None:
    sent = deliver(alice, f"/visits/{world.id('visit')}/notes/free", {"text": "Avec photo, « accents » et 🙂"})
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(picture, "JPEG")
    picture.seek(0)
    file_id = uuid4()
    answer = alice.post(
        f"/captures/{sent.id}/files/{file_id}",
        data={"file": (picture, "photo.jpg")},
        headers={"Capture-Id": str(file_id)},
    )
    assert answer.status_code == 201


def empty() -> None:
    """As a new machine: nobody there, no file. (What was signed is not to be deleted: the tables are made anew.)"""
    db.session.rollback()
    with db.engine.begin() as connection:
        Base.metadata.drop_all(connection)
        Base.metadata.create_all(connection)
        seal(connection)
    for path in files.folder().rglob("*"):
        if path.is_file():
            path.unlink()


def test_everything_comes_back(
    app: Flask, world: World, client_as: Callable[[str], Any], deliver: Any, tmp_path: Path
) -> None:
    with_a_photo(world, client_as("alice"), deliver)
    before, stored = contents(), db.session.scalars(select(CaptureFile.stored)).one()
    photo = files.path_of(stored).read_bytes()
    db.session.rollback()
    backups.write(tmp_path / "backup")
    empty()
    assert contents() != before
    backups.read(tmp_path / "backup")
    assert contents() == before
    assert files.path_of(stored).read_bytes() == photo
    assert db.session.scalar(text("SELECT count(*) FROM alembic_version")) == 1


def test_a_restore_refuses_a_database_with_people(app: Flask, tmp_path: Path) -> None:
    backups.write(tmp_path / "backup")
    before = contents()
    with pytest.raises(click.ClickException, match="people in it"):
        backups.read(tmp_path / "backup")
    assert contents() == before


def test_a_folder_that_is_there_or_is_none_is_refused(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "something").mkdir()
    with pytest.raises(click.ClickException, match="exists already"):
        backups.write(tmp_path / "something")
    with pytest.raises(click.ClickException, match="is no backup"):
        backups.read(tmp_path / "something")


def test_another_engines_backup_is_refused(app: Flask, tmp_path: Path) -> None:
    backups.write(tmp_path / "backup")
    about = tmp_path / "backup" / backups.ABOUT
    about.write_text(about.read_text().replace(db.engine.dialect.name, "oracle"))
    with pytest.raises(click.ClickException, match="oracle"):
        backups.read(tmp_path / "backup")
