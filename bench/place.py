"""Where a measurement happens: a folder with the demo world, the production server over it, people signed in."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

import psutil
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import func, insert, select

from bench.server import BareRow, make
from blueprints.clients.models import Assignment, Client
from blueprints.demo import world
from blueprints.notes.models import Note, NoteVersion
from blueprints.ops.commands import _compress, gunicorn_options
from blueprints.people.models import Device, Membership, Person, PersonRole, SignIn
from blueprints.reviews.models import ReviewText, Signature
from blueprints.shared.db import db, now, today, uuid7, writing, zone
from blueprints.shared.tokens import hashed
from blueprints.shared.words import fold
from blueprints.visits.models import Visit, VisitForm
from tests.support.server import free_port

ROOT = Path(__file__).parent.parent
OWN = {"Sec-Fetch-Site": "same-origin"}
ACCEPT = {"Accept-Encoding": "gzip, deflate, br, zstd", "Accept": "text/html"}  # as Chromium says


class Place:
    """One database with one server. `public` is the address that browsers use, where a proxy stands in between."""

    def __init__(self, folder: Path, public: int | None = None) -> None:
        self.folder, self.port = folder, free_port()
        self.environment = {
            "DATA_DIR": str(folder),
            "PORT": str(self.port),
            "SECRET_KEY": "a key for the bench only",
            "ORIGINS": f"http://127.0.0.1:{public}" if public else "",
        }
        self.process: subprocess.Popen[bytes] | None = None
        with patch.dict(os.environ, self.environment):
            self.app: Flask = make()

    def fill(self) -> None:
        """The demo world, by the migrations and everybody's own actions."""
        with self.app.app_context():
            upgrade()
            with writing():
                world.load()
            BareRow.metadata.create_all(db.engine, [BareRow.metadata.tables[BareRow.__tablename__]])

    def start(self) -> None:
        """The production server, with the options of production."""
        with self.app.app_context():
            _compress()
            options = [*gunicorn_options()[:-1], "bench.server:make()"]
        log = (self.folder / "server.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *options],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            stdout=log,
            stderr=log,
        )
        end = time.monotonic() + 30
        while self._silent():
            if time.monotonic() > end or self.process.poll() is not None:
                raise SystemExit(f"the server does not answer: {(self.folder / 'server.log').read_text()[-2000:]}")
            time.sleep(0.05)

    def _silent(self) -> bool:
        try:  # the port is open before anybody answers behind it
            return self.ask("/healthz")[0] != 200
        except OSError:
            return True

    def stop(self) -> None:
        """The orderly end."""
        if self.process:
            self.process.terminate()
            self.process.wait(30)
            self.process = None

    def memory(self) -> tuple[int, int]:
        """PSS in bytes of the worker process, and of the arbiter that watches it."""
        assert self.process is not None
        arbiter = psutil.Process(self.process.pid)
        workers: list[int] = [child.memory_full_info().pss for child in arbiter.children()]
        return max(workers), arbiter.memory_full_info().pss

    def ask(
        self, url: str, cookie: str = "", connection: HTTPConnection | None = None, compressed: bool = True
    ) -> tuple[int, bytes, int]:
        """One GET as a browser asks: status, body as it travels, bytes of status line and headers."""
        own = connection or HTTPConnection("127.0.0.1", self.port, timeout=60)
        own.request("GET", url, headers={**(ACCEPT if compressed else {}), "Cookie": cookie})
        answer = own.getresponse()
        body = answer.read()
        head = sum(len(name) + len(value) + 4 for name, value in answer.getheaders()) + 17
        if connection is None:
            own.close()
        return answer.status, body, head

    def sign_in(self, key: str) -> tuple[str, UUID, UUID]:
        """A session of this person of the demo: the Cookie header, the person's id, the device's."""
        with self.app.app_context():
            person = db.session.scalars(select(Person).where(Person.email == world.email(key))).one()
            device = Device(person_id=person.id, label="bench")
            db.session.add(device)
            db.session.flush()
            reference = f"bench {key} {uuid7()}"
            expires = now() + timedelta(days=1)
            db.session.add(
                SignIn(secret=hashed(reference), person_id=person.id, device_id=device.id, expires_at=expires)
            )
            db.session.commit()
            found = person.id, device.id
        client: FlaskClient = self.app.test_client()
        with client.session_transaction() as session:
            session["_user_id"], session["_fresh"], session.permanent = reference, True, True
        name = self.app.config["SESSION_COOKIE_NAME"]
        cookie = client.get_cookie(name)
        assert cookie is not None
        return f"{name}={cookie.value}; tournee_device={found[1]}", *found

    def twelve_visits(self, key: str = "lea") -> list[UUID]:
        """Ids of this coordinator's visits of today: twelve, each with a form to fill, beside those of the demo."""
        with self.app.app_context():
            person = db.session.scalars(select(Person).where(Person.email == world.email(key))).one()
            mine = select(Assignment.client_id).where(Assignment.person_id == person.id, Assignment.ended_at.is_(None))
            clients = db.session.scalars(mine.order_by(Assignment.client_id)).all()
            start = datetime.combine(today(), datetime.min.time(), zone())
            of_today = select(Visit.id).where(
                Visit.coordinator_id == person.id, Visit.starts_at.between(start, start + timedelta(days=1))
            )
            forms = ("home-safety", "first-assessment", "monthly-follow-up")
            for number in range(12 - len(db.session.scalars(of_today).all())):
                visit = Visit(
                    client_id=clients[number],
                    coordinator_id=person.id,
                    starts_at=start + timedelta(hours=17, minutes=20 * number),
                    minutes=20,
                    made_by=person.id,
                )
                visit.forms = [VisitForm(form_id=forms[number % 3])]
                db.session.add(visit)
            db.session.commit()
            return list(db.session.scalars(of_today.order_by(Visit.starts_at)))

    def grow(self, clients: int) -> None:
        """More clients in the supervisor's team, each with an assignment and visits past and to come, in bulk."""
        with self.app.app_context():
            there = db.session.scalar(select(func.count()).select_from(Client)) or 0
            nadia = db.session.scalars(select(Person).where(Person.email == world.email("nadia"))).one()
            team, moment, people = nadia.team_ids[0], now(), [uuid7() for _ in range(100)]
            db.session.execute(
                insert(Person),
                [{"id": id, "name": f"Coordinator {n}", "email": f"c{n}@bench"} for n, id in enumerate(people)],
            )
            db.session.execute(insert(PersonRole), [{"person_id": id, "role": "coordinator"} for id in people])
            db.session.execute(insert(Membership), [{"person_id": id, "team_id": team} for id in people])
            for first in range(there, clients, 5_000):
                names = [(uuid7(), number) for number in range(first, min(first + 5_000, clients))]
                db.session.execute(insert(Client), [_client(id, number, team) for id, number in names])
                db.session.execute(
                    insert(Assignment), [{"client_id": id, "person_id": people[n % 100]} for id, n in names]
                )
                visits = [(uuid7(), id, n, days) for id, n in names for days in (-40, -10, 20)]
                db.session.execute(
                    insert(Visit),
                    [
                        {
                            "id": visit,
                            "client_id": id,
                            "coordinator_id": people[n % 100],
                            "starts_at": moment + timedelta(days=days, minutes=n % 480),
                            "minutes": 45,
                            "status": "done" if days < 0 else "planned",
                            "made_by": nadia.id,
                        }
                        for visit, id, n, days in visits
                    ],
                )
                past = [(uuid7(), *visit) for visit in visits if visit[3] < 0]
                for table, make in (
                    (Note, _note),
                    (NoteVersion, _version),
                    (ReviewText, _text),
                    (Signature, _signature),
                ):
                    rows = [make(one, people[one[3] % 100], nadia, moment + timedelta(days=one[4])) for one in past]
                    db.session.execute(insert(table), rows)
                db.session.commit()


def _client(id: UUID, number: int, team: UUID) -> dict[str, Any]:
    given, family, address = f"Given{number % 997}", f"Family{number}", f"{number % 90} rue des Lilas"
    return {
        "id": id,
        "team_id": team,
        "given_name": given,
        "family_name": family,
        "address": address,
        "search": fold(f"{given} {family} {address}"),
    }


# A note of each past visit, read and signed. `one` is (note, visit, client, number, days).
One = tuple[UUID, UUID, UUID, int, int]


def _note(one: One, author: UUID, nadia: Person, at: datetime) -> dict[str, Any]:
    note, visit, client, _number, _days = one
    return {
        "id": note,
        "visit_id": visit,
        "client_id": client,
        "author_id": author,
        "format": "free",
        "created_at": at,
    }


def _version(one: One, author: UUID, nadia: Person, at: datetime) -> dict[str, Any]:
    body = {"text": "Tout va bien."}
    return {"id": one[0], "note_id": one[0], "number": 1, "body": body, "occurred": at, "received": at}


def _text(one: One, author: UUID, nadia: Person, at: datetime) -> dict[str, Any]:
    note, visit, client, _number, _days = one
    return {
        "id": note,
        "kind": "note",
        "visit_id": visit,
        "client_id": client,
        "team_id": nadia.team_ids[0],
        "author_id": author,
        "titles": {},
        "version_id": note,
        "state": "signed",
        "rank": 6,
        "since": at,
    }


def _signature(one: One, author: UUID, nadia: Person, at: datetime) -> dict[str, Any]:
    return {"text_id": one[0], "version_id": one[0], "person_id": nadia.id, "at": at}


@contextlib.contextmanager
def place(public: int | None = None, prepare: Callable[[Place], None] = lambda _: None) -> Iterator[Place]:
    """A place of its own, filled, prepared and serving; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        made = Place(Path(folder), public)
        made.fill()
        prepare(made)
        made.start()
        try:
            yield made
        finally:
            made.stop()
            with made.app.app_context():
                db.engine.dispose()
