"""flask create-admin."""

import pytest
from flask import Flask
from sqlalchemy import select

from blueprints.people.models import Person
from blueprints.shared.db import db
from tests.support.client import Client

GOOD = "une clef sous le paillasson"


def make(app: Flask, *args: str, typed: str = ""):
    db.session.remove()
    return app.test_cli_runner().invoke(args=["create-admin", *args], input=typed)


@pytest.mark.both_engines
def test_it_makes_somebody_who_can_sign_in(app: Flask, client: Client) -> None:
    done = make(app, "--email", " Boss@Example.org", "--name", "Bo Ss", "--password-stdin", typed=GOOD + "\n")
    assert done.exit_code == 0, done.output
    person = db.session.scalars(select(Person).where(Person.email == "boss@example.org")).one()
    assert person.has("administrator")
    assert client.post("/sign-in", data={"email": "boss@example.org", "password": GOOD}).status_code == 303


def test_it_asks_for_what_is_missing(app: Flask) -> None:
    done = make(app, typed=f"boss@example.org\nBo Ss\n{GOOD}\n{GOOD}\n")
    assert done.exit_code == 0, done.output
    assert GOOD not in done.output


@pytest.mark.parametrize(
    ("address", "password", "why"),
    [("alice@example.org", GOOD, "e-mail"), ("boss@example.org", "password", "tried first"), ("b@c", "short", "8")],
)
def test_what_it_refuses(app: Flask, address: str, password: str, why: str) -> None:
    done = make(app, "--email", address, "--name", "Bo", "--password-stdin", typed=password)
    assert done.exit_code == 1
    assert why in done.output
    assert db.session.scalar(select(Person).where(Person.name == "Bo")) is None
