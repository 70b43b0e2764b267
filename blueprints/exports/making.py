"""Making an export beside the requests: one thread of this process, one export at a time, a row that says how far.

The file counts only once its row says "ready": what broke off is never offered, whatever lies on the disk. How far
it is gets written about once a second.
"""

import threading
import time
from pathlib import Path
from uuid import UUID

from flask import Flask, current_app
from flask_babel import force_locale

from blueprints.exports import queries
from blueprints.exports.actions import get_on, shape_of, throw_away_old
from blueprints.exports.models import Export
from blueprints.exports.tables import Layout
from blueprints.exports.writers import CsvWriter, JsonWriter, Writer, XlsxWriter, XmlWriter
from blueprints.forms.queries import code_of, language_in, words_of
from blueprints.people.models import Person
from blueprints.shared.db import db, local, writing

EVERY = 1.0  # seconds between two words about how far it is
PATIENCE = 20.0  # seconds of waiting for one's turn between two signs of life
_turn = threading.Lock()


def folder() -> Path:
    """Where exports lie, below DATA_DIR."""
    return Path(current_app.config["DATA_DIR"]) / "exports"


def path_of(export_id: UUID) -> Path:
    """The file of an export."""
    return folder() / str(export_id)


def begin(app: Flask, export_id: UUID) -> threading.Thread:
    """Start making it; the row has been committed."""
    thread = threading.Thread(target=_in_turn, args=(app, export_id), name=f"export {export_id}", daemon=True)
    thread.start()
    return thread


def _in_turn(app: Flask, export_id: UUID) -> None:
    with app.app_context():
        try:
            while not _turn.acquire(timeout=PATIENCE):
                with writing():
                    get_on(export_id)
            try:
                make(export_id)
            finally:
                _turn.release()
        finally:
            db.session.remove()


def make(export_id: UUID) -> None:
    """Make it now. Whatever goes wrong is logged, and said in its row."""
    try:
        _clear()
        export = db.session.get_one(Export, export_id)
        with force_locale(code_of(export.language) or export.by.language):
            size, suffix = _make(export)
        name = f"{export.form_id}-{local(export.at):%Y-%m-%d-%H%M}.{suffix}"
        with writing():
            get_on(export_id, state="ready", size=size, file=name)
    except Exception:
        current_app.logger.exception("an export failed", extra={"export": str(export_id)})
        db.session.rollback()
        _delete({export_id})
        with writing():
            get_on(export_id, state="failed")


def _clear() -> None:
    folder().mkdir(parents=True, exist_ok=True)
    with writing():
        old = throw_away_old()
    _delete(set(old))


def _delete(ids: set[UUID]) -> None:
    """Deletes what there is of their files."""
    names = {str(id) for id in ids}
    for file in folder().iterdir():
        if file.name.partition(".")[0] in names:
            file.unlink(missing_ok=True)


def _make(export: Export) -> tuple[int, str]:
    person, definitions = db.session.get_one(Person, export.by_id), queries.definitions(export)
    done, spoken = 0, time.monotonic()
    with writing():
        get_on(export.id, total=queries.count(person, export), done=0)
    title = definitions[0].title[language_in(definitions[0], export.language)] if definitions else export.form_id
    facts = queries.headings()
    for definition in definitions:
        for score in definition.settings.get("scores", ()):
            facts[f"score_{score['name']}"] = words_of(definition, score["label"], export.language) or score["name"]
    writer = _writer(export, Layout(definitions, shape_of(export), title), facts)
    try:
        for batch in queries.batches(person, export):
            for filling in batch.fillings:
                writer.add(filling)
            done += batch.looked_at
            if time.monotonic() - spoken > EVERY:
                with writing():
                    get_on(export.id, done=done)
                spoken = time.monotonic()
    except BaseException:
        writer.abandon()
        raise
    file = writer.close()
    with writing():
        get_on(export.id, done=done)
    return file.stat().st_size, writer.suffix


def _writer(export: Export, layout: Layout, facts: dict[str, str]) -> Writer:
    path = path_of(export.id)
    if export.format == "csv":
        return CsvWriter(path, layout, facts, export.comma)
    kinds: dict[str, type[Writer]] = {"xlsx": XlsxWriter, "json": JsonWriter, "xml": XmlWriter}
    return kinds[export.format](path, layout, facts)
