"""Every error in words, in the reader's language: a page, a fragment, or JSON for a delivery."""

from flask import Flask, current_app, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import Conflict, HTTPException, InternalServerError, SecurityError, ServiceUnavailable

from blueprints.shared.db import Busy, db
from blueprints.shared.pages import OURS
from blueprints.shared.refusal import Refused
from blueprints.shared.settings import MEGA

RETRY_AFTER = "5"  # seconds


def is_delivery() -> bool:
    """Whether a phone's delivery asks: it reads JSON and demands a receipt."""
    return "Capture-Id" in request.headers


def error(status: int, reason: str = "") -> ResponseReturnValue:
    """The answer for this status."""
    db.session.rollback()
    if is_delivery() or request.accept_mimetypes.best == "application/json":
        response = make_response(jsonify(error=status, reason=reason), status)
    else:
        response = make_response(render_template("errors/error.html", status=status, reason=reason), status)
        response.headers[OURS] = current_app.config["EDITION"]  # so that the worker believes a 404 of ours
    if status in (429, 503):
        response.headers["Retry-After"] = RETRY_AFTER
    return response


def _too_large() -> str:
    """Which of the limits it was: that of everything, that of the words alone, or that of the number of fields."""
    whole, words = current_app.config["MAX_CONTENT_LENGTH"], current_app.config["MAX_FORM_MEMORY_SIZE"]
    length = request.content_length
    if length is not None and length <= words:
        return _("This has too many fields for the server.")
    if request.mimetype == "application/x-www-form-urlencoded" or (length is not None and length <= whole):
        return _("The text is too long for the server: %(n)s MB at most. Cut it into two.", n=words // MEGA)
    return _("This is too large for the server: %(n)s MB at most.", n=whole // MEGA)


def init_app(app: Flask) -> None:
    """Registers the answers. 401 is the people slice's: it knows the sign-in form."""

    @app.errorhandler(SecurityError)
    def foreign_host(problem: SecurityError) -> ResponseReturnValue:
        return "400", 400, {"Content-Type": "text/plain"}  # no page: its links could not be made for that host

    @app.errorhandler(HTTPException)
    def http(problem: HTTPException) -> ResponseReturnValue:
        if problem.code is None or problem.code < 400:
            return problem.get_response()  # a redirect for a missing slash
        answer = make_response(error(problem.code, _too_large() if problem.code == 413 else ""))
        if problem.code == 405:
            answer.headers["Allow"] = problem.get_response().headers.get("Allow", "")
        return answer

    @app.errorhandler(Refused)
    def refused(problem: Refused) -> ResponseReturnValue:
        return error(problem.status, problem.reason)

    @app.errorhandler(Busy)
    def busy(problem: Busy) -> ResponseReturnValue:
        return error(ServiceUnavailable.code)

    @app.errorhandler(StaleDataError)
    @app.errorhandler(IntegrityError)
    def overtaken(problem: Exception) -> ResponseReturnValue:
        db.session.rollback()  # before anything is asked, even the language
        app.logger.warning("somebody else was quicker: %s", type(problem).__name__)
        if is_delivery():
            return error(ServiceUnavailable.code)  # the phone keeps it and sends it again
        words = _("Somebody else changed this at the same moment. Nothing of yours was stored: go back and look again.")
        return error(Conflict.code, words)

    @app.errorhandler(OperationalError)
    def unreachable(problem: OperationalError) -> ResponseReturnValue:
        app.logger.error("database: %s", type(problem.orig).__name__)
        return error(ServiceUnavailable.code)

    @app.errorhandler(Exception)
    def bug(problem: Exception) -> ResponseReturnValue:
        app.logger.exception("unexpected: %s", type(problem).__name__)
        return error(InternalServerError.code)
