"""The workshop's own tests: what other tests stand on must be able to fail."""

import http.client
import socket
import threading
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from flask import Flask
from sqlalchemy import func, select

from blueprints.people.models import Person, Team
from blueprints.shared.db import db
from tests.support.client import Client
from tests.support.faults import HOTEL, Faults
from tests.support.server import free_port
from tests.support.world import World


@pytest.mark.both_engines
@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_starts_from_the_same_world(app: Flask, world: World, turn: int) -> None:
    assert world.alice.name == "Alice Morvan"
    assert db.session.scalar(select(func.count()).select_from(Team)) == 2
    db.session.add(Team(name="left over"))
    db.session.commit()


@pytest.mark.both_engines
def test_a_client_sees_what_the_test_wrote_and_is_who_it_says(app: Flask, client_as: Callable[..., Client]) -> None:
    assert client_as(None).get("/healthz").status_code == 200
    alice = client_as("alice")
    assert alice.person is not None
    db.session.get_one(Person, alice.person).name = "Alice Renamed"
    alice.get("/healthz")
    assert db.session.get_one(Person, alice.person).name == "Alice Renamed"


class Upstream(BaseHTTPRequestHandler):
    """Counts what it was sent, and answers."""

    protocol_version = "HTTP/1.1"
    bodies: list[bytes]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if len(body) == int(self.headers["Content-Length"]):
            self.server.bodies.append(body)  # type: ignore[attr-defined]
            self.send_response(201)
            self.send_header("Content-Length", "200")
            self.end_headers()
            self.wfile.write(b"x" * 200)

    def log_message(self, format: str, *arguments: object) -> None:
        return


@pytest.fixture
def network() -> Iterator[tuple[Faults, list[bytes]]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    server.bodies = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    faults = Faults(free_port(), server.server_port)
    yield faults, server.bodies  # type: ignore[attr-defined]
    faults.close()
    server.shutdown()
    server.server_close()


def post(faults: Faults, seconds: float = 3) -> bytes:
    request = urllib.request.Request(f"{faults.url}/here", b"b" * 1000, method="POST")
    with urllib.request.urlopen(request, timeout=seconds) as answer:
        body: bytes = answer.read()
        return body


@pytest.mark.parametrize(
    ("fault", "amount", "arrives"),
    [
        ("refuse", 0, False),
        ("blackhole", 0, False),
        ("cut_request", 300, False),
        ("half_response", 250, True),
        ("drop_response", 0, True),
    ],
)
def test_a_fault_is_committed_and_ends(
    network: tuple[Faults, list[bytes]], fault: str, amount: float, arrives: bool
) -> None:
    faults, bodies = network
    faults.set(fault, amount)
    with pytest.raises((OSError, http.client.IncompleteRead)):
        post(faults, 1)
    assert bool(bodies) is arrives
    faults.set("pass")
    bodies.clear()
    assert post(faults) == b"x" * 200
    assert len(bodies) == 1


def test_a_captive_portal_answers_with_its_own_page(network: tuple[Faults, list[bytes]]) -> None:
    faults, bodies = network
    faults.set("captive")
    assert post(faults) == HOTEL
    assert bodies == []
    assert faults.requests == ["POST /here"]


def test_a_fault_can_be_kept_to_one_request(network: tuple[Faults, list[bytes]]) -> None:
    faults, bodies = network
    faults.set("drop_response", only=b"POST ", times=1)
    with pytest.raises(OSError):
        post(faults)
    assert post(faults) == b"x" * 200
    assert (faults.committed, len(bodies)) == (1, 2)


def test_refused_ports_are_free_again(network: tuple[Faults, list[bytes]]) -> None:
    faults, _bodies = network
    faults.set("refuse")
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", faults.port)) != 0
