"""render(): the whole page, or one block of it where htmx asked."""

from typing import Any, cast

from flask import Flask, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from htmx_flask.requests import HtmxAwareRequest

from blueprints.shared import words

OURS = "Tournee-Page"  # the header without which the worker keeps nothing


def wants_block() -> bool:
    """Whether htmx asks for a part (not for a boosted or restored whole page)."""
    htmx = cast(HtmxAwareRequest, request).htmx
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def block_of(template: str, block: str, **context: Any) -> str:
    """One block of a template, rendered alone."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    app.update_template_context(context)
    page = app.jinja_env.get_template(template)
    return "".join(page.blocks[block](page.new_context(context)))


def render(template: str, block: str | None = None, status: int = 200, **context: Any) -> ResponseReturnValue:
    """The page; or, where htmx asked and the view names one, that block alone."""
    if block and wants_block():
        return make_response(block_of(template, block, **context), status)
    response = make_response(render_template(template, **context), status)
    response.headers[OURS] = current_app.config["EDITION"]
    return response


def init_app(app: Flask) -> None:
    """Makes the macros of ui.html known to every template and every block, as `ui.…`; and the filters of words.py."""
    words.init_app(app)

    @app.context_processor
    def macros() -> dict[str, Any]:
        # The module is made once a template: its macros see globals only, and gettext asks the locale at each call.
        return {"ui": app.jinja_env.get_template("ui.html").module, "get_locale": get_locale}
