"""What a phone needs to work without us: the worker, the manifest, the day's pack, the pages of the edition."""

import json
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, Response, abort, current_app, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from blueprints.captures.intake import with_list
from blueprints.offline import actions, pack
from blueprints.people.access import require
from blueprints.shared.db import db
from blueprints.shared.pages import OURS, render

bp = Blueprint("offline", __name__)
KINDS = {".js", ".css", ".svg"}
ONLINE_ONLY = {"vendor", "sw.js"}  # htmx is for the desk; the worker itself comes from /sw.js


@bp.get("/sw.js")
def worker() -> Response:
    """The worker with its edition and files filled in; or, with the setting WORKER=off, one that takes itself away."""
    if current_app.config["WORKER"]:
        root = Path(str(current_app.static_folder))
        text = (root / "js" / "sw.js").read_text()
        text = text.replace("__EDITION__", current_app.config["EDITION"]).replace(
            "__FILES__", json.dumps(json.dumps(files(root)))[1:-1]
        )
    else:
        text = render_template("offline/no-worker.js")
    response = make_response(text)
    response.headers.update({"Content-Type": "text/javascript; charset=utf-8", "Cache-Control": "no-cache"})
    return response


@cache
def files(root: Path) -> list[str]:
    """The files of the edition that a phone may need, relative to the static folder."""
    found = (path.relative_to(root) for path in root.rglob("*") if path.suffix in KINDS)
    return sorted(path.as_posix() for path in found if not ONLINE_ONLY & set(path.parts))


@bp.get("/manifest.webmanifest")
def manifest() -> Response:
    """What makes the app installable."""
    icon = {"type": "image/png", "purpose": "any"}
    static = current_app.config["STATIC"]
    response = jsonify(
        id="/",
        name="Tournée",
        short_name="Tournée",
        description=_("The notebook of people who coordinate home visits"),
        start_url="/today",
        scope="/",
        display="standalone",
        background_color="#f7f5f0",
        theme_color="#f7f5f0",
        icons=[
            {**icon, "src": f"{static}img/icon-192.png", "sizes": "192x192"},
            {**icon, "src": f"{static}img/icon-512.png", "sizes": "512x512"},
            {**icon, "src": f"{static}img/icon-maskable-512.png", "sizes": "512x512", "purpose": "maskable"},
        ],
    )
    response.headers.update({"Content-Type": "application/manifest+json", "Cache-Control": "no-cache"})
    return response


@bp.get("/pack")
def today_pack() -> ResponseReturnValue:
    """The addresses of the person's day with a hash of each; 401 as JSON for nobody, since only scripts ask."""
    if not current_user.is_authenticated:
        return jsonify(error="sign-in"), 401
    return with_list(jsonify(pack.made_for(current_user, current_user.sign_in.device)))


@bp.get("/pack/pages")
def pack_pages() -> ResponseReturnValue:
    """Some pages of the pack by address, at most 16; 401 as JSON for nobody."""
    if not current_user.is_authenticated:
        return jsonify(error="sign-in"), 401
    urls = request.args.getlist("url")
    if len(urls) > pack.MOST:
        abort(413)
    answer = jsonify(pack.bodies(current_user, urls))
    answer.headers[OURS] = current_app.config["EDITION"]
    return answer


@bp.post("/devices/renew")
@require()
def renew() -> ResponseReturnValue:
    """A phone whose storage was wiped becomes a new device."""
    device = actions.renew_device(current_user.sign_in)
    db.session.commit()
    g.device = device.id  # the cookie follows
    return jsonify(device=str(device.id))


@bp.get("/outbox")
def outbox() -> ResponseReturnValue:
    """What waits on this phone: the same page for everybody, it draws itself from what the phone keeps."""
    return render("offline/outbox.html", **_nobody())


@bp.get("/offline")
def not_here() -> ResponseReturnValue:
    """What the worker shows where a page is not on the phone."""
    return render("offline/offline.html", **_nobody())


def _nobody() -> dict[str, Any]:
    """Pages of the edition are kept without end: they name nobody, and offer the phone's menu to whoever it is."""
    entries = (
        ("today", "/today", "sun", _("Today")),
        ("clients", "/clients", "folder-open", _("Cases")),
        ("new", "/visits/new", "square-pen", _("Capture")),
        ("outbox", "/outbox", "send", _("Outbox")),
    )
    menu = [{"key": key, "url": url, "icon": icon, "label": label} for key, url, icon, label in entries]
    nobody = SimpleNamespace(is_authenticated=False, id="", name=_("My account"), has=lambda *roles: False)
    return {"menu_phone": menu, "menu_desk": [], "current_user": nobody}
