"""The machine of the access matrix: a furnished world that can be put back after each call, and who asks as whom.

North belongs to alice (hers), bob (same team) and diane; south to charlie and erwan. What each of them must never
read carries a canary: a word planted in everything that is written about one client.
"""

import contextvars
import hashlib
import io
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import time_machine
from flask import Flask
from PIL import Image
from sqlalchemy import select

from blueprints.captures.models import Capture
from blueprints.clients.models import Assignment
from blueprints.clients.models import Client as Case
from blueprints.exports.making import make
from blueprints.exports.models import Export
from blueprints.forms.actions import keep_upload, publish_shipped
from blueprints.forms.importing.converting import run
from blueprints.forms.models import Form, FormSource, FormVersion
from blueprints.notes.models import Note
from blueprints.people.models import Cover, Device, Invitation, Person, SignIn
from blueprints.reviews.models import Return
from blueprints.shared.db import db, now, today
from blueprints.shared.tokens import hashed
from blueprints.surveys.models import Feedback
from tests.support.client import Client, deliver
from tests.support.engines import PostgreSQL, SQLite
from tests.support.forms import workbook
from tests.support.world import CLIENTS, KIOSK_SECRET, PEOPLE, World, id_of, sign_in

TOKEN = "the token of a link that is good"
NOBODYS = ("nobody", "kiosk", "hugo")  # not signed in: a stranger, a tablet, and the cookie of a disabled account
POINTS_OF_VIEW = ("nobody", "alice", "bob", "charlie", "diane", "erwan", "fanny", "gaston", "kiosk", "hugo")
# Whose texts somebody may read; everybody else must never see the word.
CANARIES = {
    "CANARY-jeanne": {"alice", "diane"},
    "CANARY-marcel": {"bob", "diane"},
    "CANARY-odette": {"charlie", "erwan"},
    "CANARY-kiosk": set(),  # words at a kiosk wait until ten people have written some
}


class Stage:
    """The furnished world on one engine."""

    def __init__(self, engine: SQLite | PostgreSQL) -> None:
        self.engine = engine
        app = engine.fresh()
        self.references: dict[str, str] = {}
        with app.app_context():
            self.moment = now()
            with self.frozen():
                self.args = self._furnish(app)
            db.session.commit()
            db.session.remove()
            db.engine.dispose()
        self._save()
        self.before = self.snapshot()
        with app.app_context():
            self.known = set(db.session.scalars(select(Capture.id)))
            db.session.remove()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """The moment at which everything on this stage happens, so that nothing changes by the clock alone."""
        with time_machine.travel(self.moment, tick=False):
            yield

    def _save(self) -> None:
        self.files = self.engine.folder / "furnished-files"
        shutil.rmtree(self.files, ignore_errors=True)  # of a stage that another module had
        shutil.copytree(self.engine.folder / "files", self.files)
        if isinstance(self.engine, SQLite):
            shutil.copy(self.engine.folder / "tournee.db", self.engine.folder / "furnished.db")
        else:
            self.engine._sql(
                "DROP DATABASE IF EXISTS furnished WITH (FORCE)", "CREATE DATABASE furnished TEMPLATE tournee"
            )

    def restore(self) -> Flask:
        """The app as it was when everything had been put in its place."""
        app = self.engine.app
        with app.app_context():
            db.engine.dispose()
        if isinstance(self.engine, SQLite):
            for old in self.engine.folder.glob("tournee.db*"):
                old.unlink()
            shutil.copy(self.engine.folder / "furnished.db", self.engine.folder / "tournee.db")
        else:
            self.engine._sql(
                "DROP DATABASE IF EXISTS tournee WITH (FORCE)", "CREATE DATABASE tournee TEMPLATE furnished"
            )
        shutil.copytree(self.files, self.engine.folder / "files", dirs_exist_ok=True)
        app.config.clear()
        app.config.update(self.engine.config)
        return app

    def client(self, who: str) -> Client:
        """The browser of one point of view."""
        client: Any = self.engine.app.test_client()
        if who == "kiosk":
            client.set_cookie("kiosk", KIOSK_SECRET)
        elif who != "nobody":
            client.person, client.device = id_of(who), id_of(f"{who}'s device")
            contextvars.Context().run(_remember, client, self.references[who])
            client.set_cookie("tournee_device", str(client.device))
        return client

    def _furnish(self, app: Flask) -> dict[str, Any]:
        """Everything that an address can name, hers (alice's, in the north); the arguments of all addresses."""
        publish_shipped()
        world = World()
        self.references = {name: sign_in(name) for name in PEOPLE}
        for name in CLIENTS:
            person = getattr(world, name)
            word = f"CANARY-{name if name != 'paul' else 'jeanne'}"
            person.family_name, person.needs, person.search = word, word, word.lower()
            for alert in person.alerts:
                alert.words = f"{word} alert"
            for contact in person.contacts:
                contact.name = f"{word} contact"
        world.kiosk.form_id = "kiosk-hall"
        db.session.commit()
        versions = {form.id: form.current for form in db.session.scalars(select(Form))}
        visits = {"jeanne": ("alice", "done"), "odette": ("charlie", "charlies_done"), "marcel": ("bob", "bobs")}
        for name, (author, visit) in visits.items():
            self._write(author, name, visit, versions)
        survey = f"/kiosk/answers/kiosk-hall/{versions['kiosk-hall']}"
        dap = f"/clients/{id_of('jeanne')}/notes/dap"
        self._deliver("alice", dap, {"data": "CANARY-jeanne dap"})
        self._deliver("kiosk", survey, answers("CANARY-kiosk", "opinion/score", "comment/words", "contact/"))
        return self._args(versions)

    def _write(self, author: str, name: str, visit: str, versions: dict[str, str]) -> None:
        word, base = f"CANARY-{name}", f"/visits/{id_of(visit)}"
        self._deliver(author, f"{base}/notes/free", {"text": f"{word} note"})
        self._deliver(author, f"{base}/notes/soap", dict.fromkeys(("subjective", "plan"), f"{word} soap"))
        self._deliver(author, f"{base}/feedback/after-visit/{versions['after-visit']}", answers(f"{word} feedback"))
        self._deliver(author, f"{base}/notes/free", {"text": "", "_label": f"{word} held"}, "held")

    def _deliver(self, author: str, url: str, fields: dict[str, str], state: str = "applied") -> None:
        delivered = deliver(self.client(author), url, fields)
        assert delivered.state == state, (author, url, delivered.response.text[:500])

    def _args(self, versions: dict[str, str]) -> dict[str, Any]:
        world = World()
        notes = {note.format: note for note in db.session.scalars(select(Note).where(Note.author_id == id_of("alice")))}
        returned = self._return(notes["soap"])
        signed = self._signed(notes["dap"])
        mine = select(Capture).where(Capture.author_id == id_of("alice"), Capture.state == "held")
        held = db.session.scalars(mine).one()  # a result left open would keep the export below from writing
        feedback = db.session.scalars(select(Feedback).where(Feedback.author_id == id_of("alice"))).one()
        at_kiosk = db.session.scalars(select(Feedback).where(Feedback.mode == "kiosk")).one()
        photo = uuid4()
        self._photo("alice", notes["free"].id, photo)
        days = {"first_day": today() + timedelta(days=5), "last_day": today() + timedelta(days=6)}
        cover = Cover(away_id=id_of("alice"), stand_in_id=id_of("bob"), made_by=id_of("diane"), **days)
        zoe = Person(name="Zoé", email="zoe@example.org")
        db.session.add_all([cover, zoe])
        db.session.flush()
        link = {"secret": hashed(TOKEN), "expires_at": now() + timedelta(days=3)}
        db.session.add(Invitation(person_id=zoe.id, made_by=id_of("gaston"), **link))
        other = SignIn(
            secret=hashed("another session of alice"), person_id=id_of("alice"), device_id=id_of("alice's device"),
            expires_at=now() + timedelta(days=3),
        )  # fmt: skip
        db.session.add(other)
        quiet = Case(
            team_id=id_of("north"), given_name="Rose", family_name="CANARY-jeanne", search="rose canary-jeanne"
        )
        quiet.assignments = [Assignment(person_id=id_of("alice"), made_by=id_of("diane"))]
        db.session.add(quiet)  # without visits to come: a case that can be archived
        hers = select(Assignment).where(Assignment.client_id == id_of("jeanne"))
        db.session.flush()
        return {
            "visit_id": id_of("visit"),
            "unit_id": id_of("done"),
            "paul": id_of("paul"),
            "quiet": quiet.id,
            "client_id": id_of("jeanne"),
            "assignment_id": db.session.scalars(hers).one().id,
            "person_id": id_of("alice"),
            "sign_in_id": other.id,
            "device_id": id_of("alice's device"),
            "team_id": id_of("north"),
            "kiosk_id": id_of("kiosk"),
            "upload_id": self._upload(versions),
            "export_id": self._export(),
            "capture_id": held.id,
            "applied_id": notes["free"].id,
            "file_id": photo,
            "feedback_id": feedback.id,
            "kiosk_answer": at_kiosk.id,
            "gap": self._gap(),
            "return_id": returned.id,
            "cover_id": cover.id,
            "note_version": notes["free"].versions[0].id,
            "note_id": signed.id,
            "signed_version": signed.versions[0].id,
            "what": "addendum",
            "versions": versions,
            "token": TOKEN,
            "day": str(today()),
            "format": "free",
            "key": "soap",
            "alice": id_of("alice"),
            "bob": id_of("bob"),
            "client_version": world.jeanne.version,
            "visit_version": world.visit.version,
        }

    def _return(self, note: Note) -> Return:
        url = f"/reviews/{id_of('done')}/return"
        data = {"version": str(note.versions[-1].id), "comment": "CANARY-jeanne comment"}
        answer = self.client("diane").post(url, data=data)
        assert answer.status_code == 303, answer.text[:2000]
        return db.session.scalars(select(Return)).one()

    def _signed(self, note: Note) -> Note:
        """A note without a visit that diane has signed."""
        data = {"version": str(note.versions[-1].id)}
        answer = self.client("diane").post(f"/reviews/{note.id}/sign", data=data)
        assert answer.status_code == 303, answer.text[:2000]
        return note

    def _upload(self, versions: dict[str, str]) -> UUID:
        """A file that the administrator brought; and home-safety came from a file, too."""
        version = db.session.get_one(FormVersion, ("home-safety", versions["home-safety"]))
        version.source = FormSource(sha256="0" * 64, file="home-safety.xlsx", data=b"...", xform="<x/>")
        data = workbook(survey=[["type", "name", "label"], ["text", "a", "A"]])
        gaston = db.session.get_one(Person, id_of("gaston"))
        return keep_upload(gaston, "new.xlsx", data, "checklist", run(data, "new.xlsx")).id

    def _export(self) -> UUID:
        """The answers of after-visit as diane had them made; her clients' words are in the file."""
        export = Export(by_id=id_of("diane"), form_id="after-visit", versions=[], format="csv", language="fr",
                        names=True, split=False, comma=False)  # fmt: skip
        db.session.add(export)
        db.session.commit()
        make(export.id)
        assert db.session.get_one(Export, export.id).state == "ready"
        return export.id

    def _gap(self) -> int:
        """A number of alice's phone that never came; the one after it did, two hours ago."""
        phone = db.session.get_one(Device, id_of("alice's device"))
        gap, phone.last_number = phone.last_number + 1, phone.last_number + 2
        db.session.add(
            Capture(id=uuid4(), kind="note", url="/x", author_id=id_of("alice"), device_id=phone.id, state="applied",
                    number=gap + 1, digest="0" * 64, code="0" * 8, received=now() - timedelta(hours=2))
        )  # fmt: skip
        return gap

    def _photo(self, author: str, capture: UUID, file: UUID) -> None:
        answer = self.client(author).post(
            f"/captures/{capture}/files/{file}",
            data={"file": (picture(), "a.png", "image/png")},
            headers={"Capture-Id": str(file)},
        )
        assert answer.status_code == 201, answer.text[:500]

    def snapshot(self) -> dict[str, str]:
        """A fingerprint of every table: a refused call must leave each as it was."""
        names = [table.name for table in db.metadata.sorted_tables]
        with self.engine.app.app_context(), db.engine.connect() as connection:
            rows = {name: connection.exec_driver_sql(f'SELECT * FROM "{name}"').fetchall() for name in names}
        return {
            name: hashlib.sha256(repr(sorted(map(repr, found))).encode()).hexdigest() for name, found in rows.items()
        }


def answers(words: str, score: str = "score", text: str = "words", group: str = "") -> dict[str, str]:
    """A client who is not pleased and wants to be called back."""
    call = {f"/data/{group}call_back": "yes", f"/data/{group}telephone": "0612345678"}
    return {f"/data/{score}": "1", f"/data/{text}": words, **call}


def picture() -> io.BytesIO:
    """A small photo."""
    made = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(made, "PNG")
    made.seek(0)
    return made


def _remember(client: Any, reference: str) -> None:
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = reference, True
        session.permanent = True


def allowed_words(who: str) -> set[str]:
    """The canaries that this point of view may read."""
    return {word for word, readers in CANARIES.items() if who in readers}


def mutate_everywhere(original: Callable[..., Any], mutant: Callable[..., Any], patch: Callable[..., None]) -> int:
    """Puts a mutant in the place of a guard in every module that imported it; how many."""
    count = 0
    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").startswith("blueprints."):
            for name, value in list(vars(module).items()):
                if value is original:
                    patch(module, name, mutant)
                    count += 1
    return count
