"""JSON lines with a request id. No names, no field values: an address is logged by its route, not by its text."""

import json
import logging
import secrets
import time
import traceback
from typing import Any

from flask import Flask, Response, current_app, g, has_request_context, request


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, message, and of a request its id, route, status and milliseconds."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if has_request_context():
            line["request"] = g.get("request_id")
            line["route"] = str(request.url_rule or "")
        for name in ("status", "ms", "person", "capture", "method"):
            if (value := getattr(record, name, None)) is not None:
                line[name] = value
        if record.exc_info:
            line["where"] = _where(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def _where(error: BaseException | None) -> str:
    """The classes and places of an error and of those behind it, without their words: a database quotes the row."""
    found = ""
    while error is not None:
        found += "".join(traceback.format_tb(error.__traceback__)) + f"{type(error).__name__}\n"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return found


def _begin() -> None:
    g.request_id, g.began = secrets.token_hex(8), time.monotonic()


def _end(response: Response) -> Response:
    ms = round((time.monotonic() - g.get("began", time.monotonic())) * 1000)
    level = logging.WARNING if response.status_code >= 500 else logging.INFO
    extra = {"status": response.status_code, "ms": ms, "method": request.method}
    current_app.logger.log(level, "request", extra=extra)
    response.headers["Request-Id"] = g.get("request_id", "")
    return response


def init_app(app: Flask) -> None:
    """Sends the application's log to standard error as JSON lines, one a request."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    app.logger.handlers[:] = [handler]
    app.logger.setLevel(logging.INFO)
    app.logger.propagate = False
    app.before_request(_begin)
    app.after_request(_end)
