"""A hundred thousand filled forms as a file: how long it takes, and what memory it needs beyond what the server has."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import psutil
from sqlalchemy import insert, select

from bench.place import place
from bench.table import Row, row
from blueprints.checklists.models import Checklist, ChecklistVersion
from blueprints.clients.models import Client
from blueprints.demo import world
from blueprints.exports.actions import ask
from blueprints.exports.making import make
from blueprints.exports.models import Export
from blueprints.people.models import Person
from blueprints.shared.db import db, now, uuid7, writing
from blueprints.visits.models import Visit
from tests.support.papers import ALL_WELL

FORMS = 100_000
SECONDS = {"csv": 60, "json": 60, "xml": 60, "xlsx": 180}
MEGABYTES = 40


def rows() -> Iterator[Row]:
    """Each format, once: beyond its time and memory nothing varies."""
    with place() as at, at.app.app_context():
        _fill()
        for format, seconds in SECONDS.items():
            took, grown, size = _measure(format)
            name = f"{FORMS:,} filled forms as {format.upper()}"
            yield row(name, [took], "s", seconds, beside=f"{size / 1e6:.0f} MB of file")
            yield row(f"{name}: memory beyond the server's own", [grown / 1e6], "MB", MEGABYTES)


def _fill() -> None:
    """So many checklists of one visit, each with all the answers of a safe home."""
    nadia = db.session.scalars(select(Person).where(Person.email == world.email("nadia"))).one()
    hers = select(Visit).join(Visit.client).where(Visit.status == "done", Client.team_id.in_(nadia.team_ids))
    visit = db.session.scalars(hers.order_by(Visit.id).limit(1)).one()
    known = db.session.execute(
        select(ChecklistVersion.form_version).join(ChecklistVersion.checklist).where(Checklist.form_id == "home-safety")
    )
    version, at = known.scalars().first(), now()
    answers = [[path, value] for path, value in ALL_WELL.items()]
    same = {"visit_id": visit.id, "client_id": visit.client_id, "author_id": visit.coordinator_id}
    said = {"number": 1, "form_version": version, "language": "fr", "alerts": [], "findings": [], "answers": answers}
    for _ in range(0, FORMS, 1_000):
        ids = [uuid7() for _ in range(1_000)]
        with writing():
            db.session.execute(
                insert(Checklist), [{"id": id, "form_id": "home-safety", "created_at": at, **same} for id in ids]
            )
            db.session.execute(
                insert(ChecklistVersion),
                [{"id": id, "checklist_id": id, "recorded": at, "received": at, **said} for id in ids],
            )


def _measure(format: str) -> tuple[float, int, int]:
    """Seconds, bytes of memory at most beyond those before, and the size of the file."""
    wanted: dict[str, Any] = {"form_id": "home-safety", "versions": [], "team_id": None, "language": "fr"}
    wanted |= {"first_day": None, "last_day": None, "names": False, "split": False, "comma": True}
    with writing():
        person = db.session.scalars(select(Person).where(Person.email == world.email("nadia"))).one()
        id = ask(person, wanted | {"format": format}).id
    process, most, done = psutil.Process(), [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            most[0] = max(most[0], process.memory_info().rss)

    before = process.memory_info().rss
    watcher = threading.Thread(target=watch)
    watcher.start()
    begin = time.perf_counter()
    make(id)
    took = time.perf_counter() - begin
    done.set()
    watcher.join()
    export = db.session.get_one(Export, id)
    if export.state != "ready" or export.done < FORMS:
        raise SystemExit(f"the export is {export.state} after {export.done}")
    return took, most[0] - before, export.size
