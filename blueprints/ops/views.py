"""Health, readiness, the start page, and the browser's reports of what the content policy stopped."""

import shutil

from alembic.script import ScriptDirectory
from flask import Blueprint, Response, current_app, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from blueprints.people import menu
from blueprints.shared.db import db
from blueprints.shared.requests import own_transaction

bp = Blueprint("ops", __name__)
FREE = 100 * 1024 * 1024  # bytes of disk below which no work should be sent here


@bp.get("/")
def home() -> ResponseReturnValue:
    """Sends everybody where their day starts."""
    return redirect(menu.home(current_user) if current_user.is_authenticated else url_for("people.sign_in"))


@bp.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@bp.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Whether work can be sent here: database, its migrations, space for files. Says no secret."""
    checks = {
        "database": _database(),
        "migrations": _migrated(),
        "disk": shutil.disk_usage(current_app.config["DATA_DIR"]).free > FREE,
    }
    return jsonify(checks), 200 if all(checks.values()) else 503


def _database() -> bool:
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        db.session.rollback()
        return False
    return True


def _migrated() -> bool:
    heads = set(ScriptDirectory(current_app.extensions["migrate"].directory).get_heads())
    try:
        return set(db.session.scalars(text("SELECT version_num FROM alembic_version"))) == heads
    except SQLAlchemyError:
        db.session.rollback()
        return False


@bp.post("/csp-report")
@own_transaction
def csp_report() -> tuple[str, int]:
    """Logs which rule was broken on which kind of page; addresses of people's files are not written down."""
    report = (request.get_json(force=True, silent=True) or {}).get("csp-report")
    if isinstance(report, dict):
        current_app.logger.warning("content policy: %s", str(report.get("violated-directive", ""))[:80])
    return "", 204
