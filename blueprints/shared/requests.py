"""How requests are read, and when a writing one takes its transaction."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import abort, current_app, request
from htmx_flask.requests import HtmxAwareRequest
from werkzeug.formparser import FormDataParser

from blueprints.shared.db import start_writing
from blueprints.shared.origin import SAFE

V = TypeVar("V", bound=Callable[..., Any])


class Request(HtmxAwareRequest):  # type: ignore[misc]
    """A body that ends too early must not pass for a whole one.

    Werkzeug's parser is silent by default: a multipart body with no end gives an empty form and no error. And where a
    server says that its input ends by itself (gunicorn does), nobody compares what came with Content-Length.
    """

    def __init__(self, environ: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        if environ.get("CONTENT_LENGTH") and not environ.get("HTTP_TRANSFER_ENCODING"):
            environ.pop("wsgi.input_terminated", None)  # then a short body is a client that went away: 400
        super().__init__(environ, *args, **kwargs)

    @property
    def max_content_length(self) -> int | None:
        """Bytes. Werkzeug reads an urlencoded body at once, whatever MAX_FORM_MEMORY_SIZE says: so it counts here."""
        if self.mimetype == "application/x-www-form-urlencoded":
            least: int | None = self.max_form_memory_size
            return least
        whole: int | None = super().max_content_length
        return whole

    def make_form_data_parser(self) -> FormDataParser:
        parser: FormDataParser = self.form_data_parser_class(
            stream_factory=self._get_file_stream,
            max_form_memory_size=self.max_form_memory_size,
            max_content_length=self.max_content_length,
            max_form_parts=self.max_form_parts,
            cls=self.parameter_storage_class,
            silent=False,
        )
        return parser


def own_transaction(view: V) -> V:
    """Marks a view that starts to write by itself: it hashes a password first, which must not hold others up."""
    view.own_transaction = True  # type: ignore[attr-defined]
    return view


def open_write_transaction() -> None:
    """Before each writing request: the body is read whole first (a slow phone must not stop everybody), then locked."""
    if request.method in SAFE:
        return
    try:
        request.form  # noqa: B018  # reading it is the point
    except ValueError:
        abort(400)
    view = current_app.view_functions.get(request.endpoint or "")
    if view is not None and not hasattr(view, "own_transaction"):
        start_writing()
