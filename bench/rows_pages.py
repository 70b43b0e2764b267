"""What a page costs the server, against an empty page of the same shell; and that it does not grow with the service."""

import statistics
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from uuid import UUID, uuid4

from sqlalchemy import event, func, select

from bench.place import OWN, Place, place
from bench.table import RUNS, Row, row
from blueprints.clients.models import Client
from blueprints.forms.models import Form
from blueprints.people.models import Person
from blueprints.reviews.models import ReviewText
from blueprints.shared.db import db
from blueprints.visits.models import Visit
from tests.support.papers import ALL_WELL

TIMES = 40  # requests of each side in a run, in turn
SIZES = (60, 60_000)
NOTE = "Passage à 9 h. Tout va bien, le frigo est plein, la douche est réparée. " * 3


class Subjects:
    """The four things that are measured, for one place, with the people who ask for them."""

    def __init__(self, at: Place) -> None:
        self.at = at
        self.lea, self.lea_id, self.device = at.sign_in("lea")
        self.nadia, _, _ = at.sign_in("nadia")
        with at.app.app_context():
            start = select(Visit).join(Person, Person.id == Visit.coordinator_id).where(Person.id == self.lea_id)
            self.visit: UUID = db.session.scalars(start.where(Visit.status == "planned").limit(1)).one().id
            form = db.session.get_one(Form, "home-safety")
            assert form.current is not None
            self.home_safety = form.current
            waiting = select(ReviewText.client_id, func.count()).where(ReviewText.state == "signed")
            busy = db.session.execute(waiting.group_by(ReviewText.client_id).order_by(func.count().desc())).first()
            self.case: UUID = busy[0] if busy else db.session.scalars(select(Client.id).limit(1)).one()

    def pages(self) -> dict[str, tuple[str, str]]:
        """Name: (address, cookie)."""
        return {
            "the round": ("/today", self.lea),
            "the case page": (f"/clients/{self.case}", self.nadia),
            "the review queue": ("/reviews", self.nadia),
        }

    def checklist(self) -> tuple[str, bytes, dict[str, str]]:
        """Address, body and headers of a new checklist with its eighteen answers."""
        fields = {**ALL_WELL, "language": "fr", "_v": "1", "_author": str(self.lea_id), "_device": str(self.device)}
        body, kind = multipart(fields)
        url = f"/visits/{self.visit}/checklists/home-safety/{self.home_safety}"
        headers = {**OWN, "Cookie": self.lea, "Capture-Id": str(uuid4()), "Content-Type": kind}
        return url, body, {**headers, "Accept": "application/json"}

    def capture(self) -> tuple[str, bytes, dict[str, str]]:
        """Address, body and headers of a new note."""
        fields = {"text": NOTE, "_v": "1", "_author": str(self.lea_id), "_device": str(self.device)}
        body, kind = multipart(fields)
        headers = {**OWN, "Cookie": self.lea, "Capture-Id": str(uuid4()), "Content-Type": kind}
        return f"/visits/{self.visit}/notes/free", body, {**headers, "Accept": "application/json"}


def multipart(fields: dict[str, str]) -> tuple[bytes, str]:
    """A body as FormData makes it, and its content type."""
    edge = "----bench"
    parts = [f'--{edge}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in fields.items()]
    return ("".join(parts) + f"--{edge}--\r\n").encode(), f"multipart/form-data; boundary={edge}"


def rows() -> Iterator[Row]:
    """Ratios at both sizes, and the number of queries at both."""
    counts: dict[str, list[int]] = {}
    for size in SIZES:
        with place(prepare=lambda at, size=size: at.grow(size)) as at:  # type: ignore[misc]
            subjects = Subjects(at)
            yield from _ratios(subjects, size)
            for name, count in _queries(subjects).items():
                counts.setdefault(name, []).append(count)
    for name, (few, many) in counts.items():
        yield Row(f"{name}: queries", f"{few} and {many}", "the same", few == many, [few, many])


def _ratios(subjects: Subjects, size: int) -> Iterator[Row]:
    connection = HTTPConnection("127.0.0.1", subjects.at.port, timeout=60)
    for name, (url, cookie) in subjects.pages().items():
        yield _ratio(name, size, connection, lambda u=url, c=cookie: _get(subjects, connection, u, c), cookie, subjects)  # type: ignore[misc]
    yield _ratio("one capture", size, connection, lambda: _post(subjects, connection), subjects.lea, subjects)


def _ratio(
    name: str, size: int, connection: HTTPConnection, once: Callable[[], float], cookie: str, subjects: Subjects
) -> Row:
    ratios, times = [], []
    for _ in range(RUNS):
        pairs = [(once(), _get(subjects, connection, "/bench/empty", cookie)) for _ in range(TIMES)]
        mine, bare = (statistics.median(side) for side in zip(*pairs, strict=True))
        ratios.append(mine / bare)
        times.append((mine * 1000, bare * 1000))
    mine, bare = (statistics.median(side) for side in zip(*times, strict=True))
    beside = f"{mine:.1f} ms against {bare:.1f} ms"
    return row(f"{name}, {size:,} clients, against an empty page", ratios, "×", 8, beside=beside)


def _get(subjects: Subjects, connection: HTTPConnection, url: str, cookie: str) -> float:
    begin = time.perf_counter()
    status, _body, _head = subjects.at.ask(url, cookie, connection)
    if status != 200:
        raise SystemExit(f"GET {url}: {status}")
    return time.perf_counter() - begin


def _post(subjects: Subjects, connection: HTTPConnection) -> float:
    url, body, headers = subjects.capture()
    begin = time.perf_counter()
    connection.request("POST", url, body, headers)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 201:
        raise SystemExit(f"POST {url}: {answer.status}")
    return time.perf_counter() - begin


def _queries(subjects: Subjects) -> dict[str, int]:
    """How many statements each takes, counted in this process over the same database."""
    seen: list[str] = []
    with subjects.at.app.app_context():
        engine = db.engine

    def count(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    event.listen(engine, "before_cursor_execute", count)
    client = subjects.at.app.test_client(use_cookies=False)
    host = {"base_url": f"http://127.0.0.1:{subjects.at.port}"}
    found = {}
    for name, (url, cookie) in subjects.pages().items():
        for _ in range(2):  # the first may write that the session is alive
            seen.clear()
            status = client.get(url, headers={"Cookie": cookie}, **host).status_code
            if status != 200:
                raise SystemExit(f"GET {url}: {status}")
        found[name] = len(seen)
    url, body, headers = subjects.capture()
    seen.clear()
    if client.post(url, data=body, headers=headers, **host).status_code != 201:
        raise SystemExit(f"POST {url} was not taken")
    found["one capture"] = len(seen)
    event.remove(engine, "before_cursor_execute", count)
    return found
