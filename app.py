"""The application: settings, extensions, blueprints, commands. Assembles, decides nothing."""

import hashlib
import os
from collections.abc import Mapping
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

from blueprints.answers import listening as answers_listening
from blueprints.answers import views as answers
from blueprints.audit import listening as audit_listening
from blueprints.audit import views as audit
from blueprints.captures import intake
from blueprints.captures import views as captures
from blueprints.checklists import views as checklists
from blueprints.clients import views as clients
from blueprints.demo import commands as demo_commands
from blueprints.exports import views as exports
from blueprints.forms import commands as forms_commands
from blueprints.forms import drawing
from blueprints.forms import views as forms
from blueprints.kiosks import views as kiosks
from blueprints.notes import views as notes
from blueprints.offline import views as offline
from blueprints.ops import commands as ops_commands
from blueprints.ops import views as ops
from blueprints.people import commands as people_commands
from blueprints.people import menu, passwords, sign_in
from blueprints.people import views as people
from blueprints.reviews import listening as reviews_listening
from blueprints.reviews import views as reviews
from blueprints.shared import errors, happened, logs, origin, pages, requests, settings
from blueprints.shared.db import db
from blueprints.surveys import views as surveys
from blueprints.visits import views as visits

ROOT = Path(__file__).parent
SLICES = (ops, people, clients, visits, forms, checklists, notes, surveys, kiosks, reviews,
          captures, offline, answers, exports, audit)  # fmt: skip
COMMANDS = (ops_commands, people_commands, forms_commands, demo_commands)


def fingerprint(*folders: Path) -> str:
    """The edition: a hash of every file that shapes a page or runs on a phone. It is part of each static address."""
    edition = hashlib.sha256()
    for folder in folders:
        for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix != ".mo"):
            edition.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return edition.hexdigest()[:12]


def create_app(given: Mapping[str, Any] | None = None) -> Flask:
    """A new application. `given` overrides what the environment says (tests, the bench)."""
    config = settings.read(os.environ, ROOT) | dict(given or {})
    edition = fingerprint(ROOT / "static", ROOT / "templates", ROOT / "translations")
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
    drawing.init_app(app)
    errors.init_app(app)
    sign_in.init_app(app)
    passwords.init_app(app)
    menu.init_app(app)
    app.before_request(origin.same_origin)
    app.after_request(origin.protect)
    intake.init_app(app)
    app.before_request(requests.open_write_transaction)
    app.before_request(sign_in.still_here)
    for slice_ in SLICES:
        app.register_blueprint(slice_.bp)
    for commands in COMMANDS:
        commands.init_app(app)
    with app.app_context():
        happened.listen(reviews_listening.hear)
        happened.listen(answers_listening.hear)
        happened.listen(audit_listening.hear)
    _static(app)
    return app


def _protected(headers: Headers, path: str, url: str) -> None:
    for name, value in origin.STATIC_HEADERS.items():
        headers[name] = value


def _static(app: Flask) -> None:
    """Static files outside Flask, under the edition's address, for ever; compressed copies where `serve` made them."""
    made = Path(app.config["DATA_DIR"]) / "static" / app.config["EDITION"]
    served = WhiteNoise(
        app.wsgi_app,
        root=str(made if made.is_dir() else ROOT / "static"),
        prefix=app.static_url_path,
        allow_all_origins=False,
        immutable_file_test=".",
        max_age=31536000,
        add_headers_function=_protected,
    )
    served.add_file_to_dictionary("/favicon.ico", str(ROOT / "static" / "img" / "icon-192.png"))  # asked for unasked
    app.wsgi_app = served  # type: ignore[method-assign]
    if app.config["PROXIES"]:
        hops = app.config["PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
