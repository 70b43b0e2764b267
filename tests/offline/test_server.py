"""The server's half of the promise on the real server: killed, raced, locked, repeated. No browser here."""

import http.client
import random
import sqlite3
import threading
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from tests.support.faults import until
from tests.support.server import Server, free_port
from tests.support.world import PASSWORD, email, id_of

NOTE = f"/visits/{id_of('visit')}/notes/free"


@dataclass
class Phone:
    """A phone reduced to its outbox: it forgets a capture only for a receipt that names it."""

    port: int
    cookie: str = ""
    outbox: dict[UUID, str] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)

    def sign_in(self, name: str) -> "Phone":
        body = urllib.parse.urlencode({"email": email(name), "password": PASSWORD})
        status, headers = self._post("/sign-in", body, {})
        self.cookie = "; ".join(value.split(";")[0] for key, value in headers if key == "Set-Cookie")
        assert status == 303
        return self

    def write(self, count: int) -> list[UUID]:
        made = [uuid4() for _ in range(count)]
        self.outbox |= {id: f"note {id}" for id in made}
        return made

    def deliver(self, id: UUID) -> int:
        """One attempt; 0 where no whole answer came."""
        try:
            body = urllib.parse.urlencode({"text": self.outbox.get(id, f"note {id}"), "_v": "1"})
            status, headers = self._post(NOTE, body, {"Capture-Id": str(id), "Accept": "application/json"})
        except (OSError, http.client.HTTPException):
            self.statuses[0] += 1
            return 0
        self.statuses[status] += 1
        receipt = dict(headers).get("Capture-Receipt", "").split()
        if 200 <= status < 300 and receipt[:1] == [str(id)] and receipt[2] == "applied":
            self.outbox.pop(id, None)
        return status

    def deliver_all(self) -> None:
        for id in list(self.outbox):
            self.deliver(id)

    def _post(self, path: str, body: str, headers: dict[str, str]) -> tuple[int, list[tuple[str, str]]]:
        own = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": self.cookie}
        own |= {"Sec-Fetch-Site": "same-origin", "Origin": f"http://127.0.0.1:{self.port}"}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request("POST", path, body, own | headers)
            with connection.getresponse() as response:
                response.read()
                return response.status, response.getheaders()

    def begin(self, headers: dict[str, str], part: bytes) -> http.client.HTTPConnection:
        """Sends the head of a delivery and the first bytes of its body; the rest is the caller's."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.putrequest("POST", NOTE)
        own = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": self.cookie}
        own |= {"Sec-Fetch-Site": "same-origin", "Capture-Id": str(uuid4())}
        for name, value in (own | headers).items():
            connection.putheader(name, value)
        connection.endheaders(part)
        return connection


@pytest.fixture
def server(world_folder: Callable[[Path], Path], tmp_path: Path) -> Iterator[Server]:
    """A server over a copy of the world; ended with the test."""
    port = free_port()
    made = Server(world_folder(tmp_path / "data"), {"SECRET_KEY": "for tests", "PORT": str(port)}, port, workers=2)
    made.start()
    yield made
    made.stop()


def notes(server: Server) -> Counter[str]:
    """How often each note stands in the database, read from the file itself."""
    with closing(sqlite3.connect(server.data / "tournee.db", timeout=10)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        found = connection.execute("SELECT json_extract(body, '$.text') FROM note_version").fetchall()
    return Counter(text for (text,) in found)


def many_at_once(server: Server, ids: list[UUID], phones: int) -> Counter[int]:
    """Every phone delivers every id, all at the same time."""
    cookie = Phone(server.port).sign_in("alice").cookie
    boxes = [Phone(server.port, cookie) for _ in range(phones)]
    barrier = threading.Barrier(phones)

    def run(box: Phone) -> None:
        for id in ids:
            barrier.wait(30)
            box.deliver(id)

    threads = [threading.Thread(target=run, args=(box,)) for box in boxes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum((box.statuses for box in boxes), Counter())


def test_the_same_id_raced_over_two_processes_is_one_row(server: Server) -> None:  # row 8, and "raced" of the methods
    ids = [uuid4() for _ in range(10)]
    statuses = many_at_once(server, ids, phones=8)
    assert statuses == {201: 10, 200: 70}
    assert notes(server) == {f"note {id}": 1 for id in ids}


def kills(server: Server, times: int) -> None:
    """The server dies in the middle of work again and again; the phones send what they have no receipt for."""
    cookie = Phone(server.port).sign_in("alice").cookie
    boxes = [Phone(server.port, cookie) for _ in range(3)]
    written = [id for box in boxes for id in box.write(10 * times)]
    chance = random.Random(39)
    over = threading.Event()

    def run(box: Phone) -> None:
        while box.outbox and not over.is_set():
            box.deliver(next(iter(box.outbox)))

    threads = [threading.Thread(target=run, args=(box,)) for box in boxes]
    for thread in threads:
        thread.start()
    for _ in range(times):
        before, enough = sum(box.statuses[201] for box in boxes), chance.randint(1, 8)
        until(lambda b=before, e=enough: sum(box.statuses[201] for box in boxes) >= b + e or not any(threads), 30)
        server.kill()
        server.start()
    for thread in threads:
        thread.join(60)
    over.set()
    received = notes(server)
    assert all(not box.outbox for box in boxes)
    assert [id for id in written if received[f"note {id}"] != 1] == []  # none missing, none twice
    assert sum(box.statuses[0] for box in boxes) > 0  # the kills did hit somebody


def test_killed_under_load_nothing_is_missing_or_twice(server: Server) -> None:  # row 39
    kills(server, 4)


@pytest.mark.soak
def test_killed_fifty_times(server: Server) -> None:  # row 39, the long run
    kills(server, 50)


def test_a_locked_database_is_waited_for_then_503(server: Server) -> None:  # row 40
    phone = Phone(server.port).sign_in("alice")
    (id,) = phone.write(1)
    other = sqlite3.connect(server.data / "tournee.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert phone.deliver(id) == 503
    other.execute("ROLLBACK")
    other.close()
    assert phone.deliver(id) == 201
    assert notes(server) == {f"note {id}": 1}


def test_a_slow_upload_stops_nobody(server: Server) -> None:
    """A body that trickles in holds no transaction: another capture is taken meanwhile."""
    phone = Phone(server.port).sign_in("alice")
    (id,) = phone.write(1)
    with closing(phone.begin({"Content-Length": "9"}, b"tex")) as slow:
        assert phone.deliver(id) == 201  # while the other is on its way
        slow.send(b"t=lent")
        with slow.getresponse() as answer:
            assert answer.status == 201
    assert notes(server) == {f"note {id}": 1, "lent": 1}


def test_a_body_cut_short_stores_nothing(server: Server) -> None:  # row 6, seen from the server
    phone = Phone(server.port).sign_in("alice")
    with closing(phone.begin({"Content-Length": "500"}, b"text=une+phrase+qui+s")) as cut:
        cut.sock.shutdown(1)  # the phone is gone; what came must not pass for a whole note
        with cut.getresponse() as answer:
            assert (answer.status, answer.getheader("Capture-Receipt")) == (400, None)
    assert notes(server) == {}


def test_chunks_that_stop_store_nothing(server: Server) -> None:
    phone = Phone(server.port).sign_in("alice")
    with closing(phone.begin({"Transfer-Encoding": "chunked"}, b"15\r\ntext=une+phrase+qui+s")) as cut:
        cut.sock.shutdown(1)
        with cut.getresponse() as answer:
            assert answer.status >= 400
            assert answer.getheader("Capture-Receipt") is None
    assert notes(server) == {}
