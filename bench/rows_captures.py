"""Captures that the server takes a second, each durable, against a bare insert on the same server; and its memory."""

import statistics
import threading
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from uuid import uuid4

from bench.place import OWN, Place, place
from bench.rows_pages import Subjects
from bench.table import RUNS, Row, row

SECONDS = 2.0  # of each side in a run
LEVELS = (1, 8, 32)
Request = tuple[str, bytes, dict[str, str]]


def rows() -> Iterator[Row]:
    """Throughput at each number of connections, then what the process has come to weigh."""
    with place() as at:
        subjects = Subjects(at)
        for connections in LEVELS:
            yield from _level(at, subjects, connections)
        yield from _checklists(at, subjects)
        worker, arbiter = at.memory()
        beside = f"and {arbiter / 1e6:.0f} MB of the process that watches it"
        yield row("memory (PSS) of the server after that, one process", [worker / 1e6], "MB", 150, beside=beside)


def _level(at: Place, subjects: Subjects, connections: int) -> Iterator[Row]:
    _url, body, headers = subjects.capture()
    bare: Request = ("/bench/bare", body, {**OWN, "Content-Type": headers["Content-Type"]})

    def capture() -> Request:
        url, body, headers = subjects.capture()
        return url, body, {**headers, "Capture-Id": str(uuid4())}

    ratios, ours, theirs, slow = [], [], [], []
    for _ in range(RUNS):
        taken, times = _load(at.port, connections, capture)
        plain, _times = _load(at.port, connections, lambda: bare)
        ratios.append(taken / plain)
        ours.append(taken)
        theirs.append(plain)
        slow.append(statistics.quantiles(times, n=20)[18] * 1000)
    beside = f"{statistics.median(ours):.0f}/s against {statistics.median(theirs):.0f}/s"
    name = f"captures at {connections} connection{'s' if connections > 1 else ''}"
    yield row(f"{name}, against a bare insert", ratios, "×", 0.2, least=True, beside=beside)
    if connections == 8:
        yield row(f"{name}", ours, "/s", 100, least=True)
        yield row(f"{name}: 95 of 100 answered within", slow, "ms", 200)


def _checklists(at: Place, subjects: Subjects) -> Iterator[Row]:
    """The same with checklists: judged, kept whole, and as a row for each answer."""

    def checklist() -> Request:
        url, body, headers = subjects.checklist()
        return url, body, {**headers, "Capture-Id": str(uuid4())}

    taken = [_load(at.port, 8, checklist)[0] for _ in range(RUNS)]
    yield row("checklists of 18 answers at 8 connections", taken, "/s", 50, least=True)


def _load(port: int, connections: int, make: Callable[[], Request]) -> tuple[float, list[float]]:
    """Answers a second, and the seconds of each, from so many connections at once for SECONDS."""
    times: list[float] = []
    failed: list[int] = []
    end = time.perf_counter() + SECONDS

    def work() -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        while (begin := time.perf_counter()) < end and not failed:
            url, body, headers = make()
            connection.request("POST", url, body, headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 201:
                failed.append(answer.status)
            times.append(time.perf_counter() - begin)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(connections)]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise SystemExit(f"a capture was answered {failed[0]}")
    return len(times) / (time.perf_counter() - begin), times
