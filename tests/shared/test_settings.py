"""What the environment says, and what follows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from blueprints.shared import settings


def read(tmp_path: Path, **env: str) -> dict[str, Any]:
    return settings.read({"DATA_DIR": str(tmp_path), **env}, tmp_path)


def test_a_key_is_made_once_kept_and_readable_by_nobody_else(tmp_path: Path) -> None:
    first = read(tmp_path / "data")["SECRET_KEY"]
    assert len(first) >= 48
    assert read(tmp_path / "data")["SECRET_KEY"] == first
    assert (tmp_path / "data" / "secret_key").stat().st_mode & 0o077 == 0
    assert read(tmp_path, SECRET_KEY="given")["SECRET_KEY"] == "given"


def test_without_a_public_url_both_local_names_may_write(tmp_path: Path) -> None:
    found = read(tmp_path, PORT="8123")
    assert found["ORIGINS"] == {"http://127.0.0.1:8123", "http://localhost:8123"}
    assert set(found["TRUSTED_HOSTS"]) == {"127.0.0.1", "localhost"}
    assert found["SESSION_COOKIE_SECURE"] is False
    assert found["EMBEDDED"] is True


def test_a_public_url_alone_may_write(tmp_path: Path) -> None:
    found = read(tmp_path, PUBLIC_URL="https://tournee.example.org/", TRUSTED_HOSTS="inner.example.org")
    assert found["ORIGINS"] == {"https://tournee.example.org"}
    assert set(found["TRUSTED_HOSTS"]) == {"tournee.example.org", "inner.example.org"}
    assert found["SESSION_COOKIE_NAME"] == "__Host-tournee"
    assert found["SESSION_COOKIE_SECURE"] is True


def test_its_own_certificate_makes_it_https(tmp_path: Path) -> None:
    found = read(tmp_path, TLS_CERT="c.pem", TLS_KEY="k.pem")
    assert found["ORIGINS"] == {"https://127.0.0.1:8000", "https://localhost:8000"}
    assert found["SESSION_COOKIE_SECURE"] is True


@pytest.mark.parametrize("url", ["postgres://u@h/d", "postgresql://u@h/d", "postgresql+psycopg://u@h/d"])
def test_a_database_url_means_no_demo(tmp_path: Path, url: str) -> None:
    found = read(tmp_path, DATABASE_URL=url)
    assert found["SQLALCHEMY_DATABASE_URI"] == "postgresql+psycopg://u@h/d"
    assert found["EMBEDDED"] is False


@pytest.mark.parametrize("name", ["TIMEZONE", "PORT", "PROXIES"])
def test_nonsense_stops_the_start(tmp_path: Path, name: str) -> None:
    with pytest.raises((ValueError, KeyError, OSError)):
        read(tmp_path, **{name: "nonsense"})


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1:8000", 200), ("localhost:8000", 200), ("evil.example", 400), ("127.0.0.1.evil.example", 400)],
)
def test_a_foreign_host_is_refused(app: Flask, client: Any, host: str, status: int) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == status


def test_forwarded_headers_are_believed_only_behind_a_proxy(another_app: Callable[..., Flask]) -> None:
    forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    for proxies, status in ((0, 200), (1, 400)):
        app = another_app(PROXIES=proxies)
        with app.app_context():
            answer = app.test_client().get("/healthz", headers={"Host": "127.0.0.1:8000", **forged})
        assert answer.status_code == status
