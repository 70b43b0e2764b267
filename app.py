"""The application: settings, extensions, blueprints, commands. Assembles, decides nothing."""

import hashlib
import os
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

from flask import Flask
from flask_babel import Babel
from flask_compress import Compress
from flask_migrate import Migrate
from htmx_flask import Htmx
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from blueprints.captures import intake
from blueprints.people import menu, passwords, sign_in
from blueprints.shared import errors, happened, logs, origin, pages, requests, settings
from blueprints.shared.db import db

ROOT = Path(__file__).parent


def _there(name):  # TEMPORARY while slices are being written
    import sys
    try:
        return import_module("blueprints." + name)
    except (ImportError, SyntaxError) as e:
        print("not there yet:", name, e, file=sys.stderr)
        return None


SLICES = [
    m
    for m in map(
        _there,
        [
            "ops.views",
            "people.views",
            "clients.views",
            "visits.views",
            "forms.views",
            "checklists.views",
            "notes.views",
            "surveys.views",
            "kiosks.views",
            "reviews.views",
            "captures.views",
            "offline.views",
        ],
    )
    if m
]
COMMANDS = [m for m in map(_there, ["ops.commands", "people.commands", "forms.commands", "demo.commands"]) if m]


def fingerprint(folder: Path) -> str:
    """The edition: a hash of every static file's name and contents. It is part of each static address."""
    edition = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        edition.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return edition.hexdigest()[:12]


def create_app(given: Mapping[str, Any] | None = None) -> Flask:
    """A new application. `given` overrides what the environment says (tests, the bench)."""
    config = settings.read(os.environ, ROOT) | dict(given or {})
    edition = fingerprint(ROOT / "static")
    app = Flask(__name__, static_url_path=f"/static/{edition}")
    app.config.update(config, EDITION=edition, STATIC=f"/static/{edition}/")
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    Path(app.config["DATA_DIR"]).mkdir(parents=True, exist_ok=True)

    logs.init_app(app)
    Htmx(app)
    app.request_class = requests.Request
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    Babel(app, locale_selector=sign_in.language)
    Compress(app)
    pages.init_app(app)
    errors.init_app(app)
    sign_in.init_app(app)
    passwords.init_app(app)
    menu.init_app(app)
    app.before_request(origin.same_origin)
    app.after_request(origin.protect)
    intake.init_app(app)
    app.before_request(requests.open_write_transaction)
    for slice_ in SLICES:
        app.register_blueprint(slice_.bp)
    for commands in COMMANDS:
        commands.init_app(app)
    with app.app_context():
        listening = _there("reviews.listening")
        if listening:
            happened.listen(listening.hear)
    _static(app)
    return app


def _protected(headers: Headers, path: str, url: str) -> None:
    for name, value in origin.HEADERS.items():
        headers[name] = value


def _static(app: Flask) -> None:
    """Static files outside Flask, under the edition's address, for ever; compressed copies where `serve` made them."""
    made = Path(app.config["DATA_DIR"]) / "static" / app.config["EDITION"]
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(made if made.is_dir() else ROOT / "static"),
        prefix=app.static_url_path,
        allow_all_origins=False,
        immutable_file_test=".",
        max_age=31536000,
        add_headers_function=_protected,
    )
    if app.config["PROXIES"]:
        hops = app.config["PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
