"""What may become a password, and how it is kept."""

import pytest
from flask import Flask

from blueprints.people import passwords
from blueprints.people.models import Person
from blueprints.shared.settings import read
from tests.support.client import Client
from tests.support.world import PASSWORD, World, email

SOMEBODY = Person(name="Marie-Hélène Le Goff", email="mh.legoff@coordination.example")


@pytest.mark.parametrize(
    "password",
    [
        "",
        "1234567",
        "        "[:7],
        "password",
        "PASSWORD",
        "Password1",
        "qwertyuiop",
        "azertyuiop",
        "motdepasse",
        "12345678",
        "tournee2026!",
        "Tournée-2026",
        "mh.legoff@coordination.example",
        "coordination1",
        "mariehelene85",
        "Le Goff 1985",
        "Marie-Hélène",
        "x" * 4097,
    ],
)
def test_what_is_refused(app: Flask, password: str) -> None:
    with app.test_request_context():
        assert passwords.unfit(password, SOMEBODY)


@pytest.mark.parametrize(
    "password",
    [
        "vent orage lampe",
        "aaaa bbbb cccc dddd",
        "zäüöß€🙂éà",
        "correct horse battery",
        "tournee de pluie sur le port",
        "13572468-9",
        "x" * 4096,
        "ع" * 10,
        "لا كلمة مرور",
    ],
)
def test_what_is_accepted(app: Flask, password: str) -> None:
    """No rules about kinds of characters."""
    with app.test_request_context():
        assert passwords.unfit(password, SOMEBODY) is None


def test_the_list_is_a_real_one() -> None:
    common = passwords.common()
    assert len(common) >= 3000
    assert all(len(word) >= passwords.SHORTEST for word in common if word != "passwords")
    assert {"password", "12345678", "iloveyou", "azertyuiop"} <= common


def test_the_settings_ask_for_owasps_cost(tmp_path) -> None:
    cost = read({"DATA_DIR": str(tmp_path)}, tmp_path)["ARGON2"]
    assert cost == {"time_cost": 2, "memory_cost": 19 * 1024, "parallelism": 1}


def test_it_is_kept_as_argon2id_with_a_salt(app: Flask) -> None:
    one, two = passwords.hash_of("the same"), passwords.hash_of("the same")
    assert one.startswith("$argon2id$")
    assert one != two
    assert passwords.is_right(one, "the same")
    assert not passwords.is_right(one, "another")
    assert not passwords.is_right(None, "nobody's password")
    assert not passwords.is_right("", "nobody's password")
    assert not passwords.is_right("broken", "the same")


def test_a_lone_surrogate_is_only_another_character(app: Flask) -> None:
    assert passwords.is_right(passwords.hash_of("ab\ud800cdefgh"), "ab\ud800cdefgh")


def test_a_password_kept_at_another_cost_is_kept_anew_at_sign_in(client: Client, world: World) -> None:
    from argon2 import PasswordHasher

    world.alice.password = old = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1).hash(PASSWORD)
    client.post("/sign-in", data={"email": email("alice"), "password": PASSWORD})
    assert world.alice.password != old
    assert "m=8," in world.alice.password
    assert passwords.is_right(world.alice.password, PASSWORD)
