"""The one path of a capture on the server (docs/offline.md): row, effect and receipt in one transaction."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar, cast
from uuid import NAMESPACE_URL, UUID, uuid5

from flask import Flask, Response, abort, current_app, g, has_app_context, jsonify, redirect, request, url_for
from flask_babel import force_locale, get_locale
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import bindparam, case, select, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.wrappers import Response as AnyResponse

from blueprints.captures import envelope, incoming, pictures, room
from blueprints.captures.models import Capture, Settlement
from blueprints.kiosks.models import Kiosk
from blueprints.kiosks.queries import this_kiosk
from blueprints.offline.queries import list_hash
from blueprints.people.access import still_in
from blueprints.people.models import Device, Person
from blueprints.shared import happened
from blueprints.shared.db import db, now, savepoint, start_writing, stop_reading, today, uuid7
from blueprints.shared.refusal import Refused
from blueprints.shared.words import LANGUAGES

T = TypeVar("T")
FORM_TYPES = ("multipart/form-data", "application/x-www-form-urlencoded")
PHOTOS = "captures.take_file"  # has a delivery of its own
HEARD = (  # every capture says it of its device: built once
    update(Device)
    .where(Device.id == bindparam("here"), Device.person_id == bindparam("whose"))
    .values(
        last_heard=bindparam("moment"),
        last_number=case((Device.last_number < bindparam("count"), bindparam("count")), else_=Device.last_number),
    )
    .execution_options(synchronize_session=False)  # nobody reads the device again in this request
)


def intake() -> AnyResponse | None:
    """Before each request: takes what is a capture; None for everything else."""
    if request.method != "POST" or request.endpoint == PHOTOS:
        return None
    delivered = request.headers.get("Capture-Id")
    if delivered is None and _kind() is None:
        return None
    author = whoever_delivers()
    id = envelope.named_by_a_phone(delivered) if delivered is not None else None
    if delivered is not None and id is None:
        abort(422)
    stop_reading()  # a slow body must not keep a transaction open
    pairs = _pairs()
    sent = envelope.read(pairs)
    if (sent.author.data or str(author.id)) != str(author.id):
        abort(401)
    if any(name == "_step" for name, _value in pairs):
        return _same_page()
    photos = [pictures.read(name, file) for name, file in request.files.items(multi=True) if file.filename]
    digest = envelope.digest(pairs, [(photo.field, photo.digest) for photo in photos])
    id = id or uuid5(NAMESPACE_URL, f"{_session_name(author)} {request.path} {digest}")
    start_writing(anew=False)
    demand_still(author)
    try:
        return _take(id, author, pairs, digest, sent, photos)
    except (IntegrityError, StaleDataError):  # on PostgreSQL others write at the same moment; they are through by now
        db.session.rollback()
        return _take(id, author, pairs, digest, sent, photos)


def _same_page() -> AnyResponse:
    """No capture, and nothing is stored: the page of this address again, which fills in what was posted."""
    endpoint, args = current_app.create_url_adapter(request).match(request.path, "GET")  # type: ignore[union-attr]
    view: Any = current_app.view_functions[endpoint]
    return current_app.make_response(view(**args))


def whoever_delivers() -> Person | Kiosk:
    """The author of what is posted: under /kiosk/ the tablet, by its own cookie; elsewhere whoever is signed in."""
    author = this_kiosk() if request.path.startswith("/kiosk/") else current_user._get_current_object()
    if author is None or not (isinstance(author, Kiosk) or author.is_authenticated):
        abort(401)
    return cast(Person | Kiosk, author)


def demand_still(author: Person | Kiosk) -> None:
    """401 where the session ended, or the tablet was revoked, while the body was on its way: the phone keeps it."""
    if not (this_kiosk() is not None if isinstance(author, Kiosk) else still_in(author)):
        abort(401)


def _session_name(author: Person | Kiosk) -> str:
    """What a repeat has in common, without a script that gives ids: who, and when. The next person at a tablet may
    answer the same, and a coordinator may find the same on another day."""
    if isinstance(author, Kiosk):
        return f"{author.id} {now():%Y-%m-%d %H:%M}"
    return f"{author.sign_in.id if author.sign_in else author.id} {today()}"


def _kind() -> str | None:
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "capture_kind", None)


def _pairs() -> list[envelope.Pair]:
    if request.mimetype not in FORM_TYPES:
        abort(415)
    try:
        fields = request.form
    except ValueError:
        abort(400)  # cut short or malformed: a body that ends too early must not pass for an empty form
    return [(name, envelope.unix_lines(value)) for name, value in fields.items(multi=True)]


def _take(
    id: UUID,
    author: Person | Kiosk,
    pairs: list[envelope.Pair],
    digest: str,
    sent: envelope.EnvelopeForm,
    photos: list[pictures.Picture],
) -> AnyResponse:
    known = db.session.get(Capture, id)
    if known is not None:
        return _known(known, author, pairs, digest, sent, photos)
    capture = _row(id, author, pairs, digest, sent)
    pairs = _noted(capture, pairs, photos)
    if _newer(sent):
        _hold(capture, pairs, lambda: Refused(_("This phone uses a newer edition than the server.")))
        _heard(capture)
    else:
        carry_out(capture, pairs, author)
    pictures.store(photos)
    db.session.commit()
    return receipt(capture, 201 if capture.state == "applied" else 202)


def _noted(capture: Capture, pairs: list[envelope.Pair], photos: list[pictures.Picture]) -> list[envelope.Pair]:
    """Writes the capture's row down, and those of the photos that came in the same post: their ids are answers."""
    db.session.add(capture)
    db.session.flush()
    return pairs + [(photo.field, str(pictures.note(photo, capture).id)) for photo in photos]


def carry_out(capture: Capture, pairs: list[envelope.Pair], author: Person | Kiosk) -> None:
    """What a new capture brings about: its view, and what follows from it. The caller has written its row down."""
    perform(capture, pairs, author)
    if capture.state == "applied":
        _settle_what_it_replaces(capture)
        if capture.kind == "visit":
            try_again(capture)
    _heard(capture)


def _newer(sent: envelope.EnvelopeForm) -> bool:
    return (sent.v.data or envelope.VERSION) > envelope.VERSION


def _row(
    id: UUID, author: Person | Kiosk, pairs: list[envelope.Pair], digest: str, sent: envelope.EnvelopeForm
) -> Capture:
    person = isinstance(author, Person)
    return Capture(
        id=id,
        kind=_kind() or "",
        url=_text(request.path, 500),
        label=_text(sent.label.data, 300),
        visit_ref=_visit_ref(id),
        author_id=author.id if person else None,
        kiosk_id=None if person else author.id,
        device_id=envelope.as_uuid(sent.device.data),
        number=envelope.count(sent.number.data),
        recorded=envelope.moment(sent.recorded.data),
        received=now(),
        digest=digest,
        code=envelope.code(id, digest),
        state="held",
        corrects=_text(sent.corrects.data, 60) or None,
    )


def _text(given: str | None, most: int) -> str:
    """What a column takes, whatever was sent: the fields themselves are kept as they came."""
    return (given or "").replace("\0", "")[:most]


def _visit_ref(id: UUID) -> UUID | None:
    if _kind() == "visit":
        return id
    found = (request.view_args or {}).get("visit_id")
    return found if isinstance(found, UUID) else None


def _known(
    known: Capture,
    author: Person | Kiosk,
    pairs: list[envelope.Pair],
    digest: str,
    sent: envelope.EnvelopeForm,
    photos: list[pictures.Picture],
) -> AnyResponse:
    """The id is here already: the same receipt for the same content; other content is kept beside it, held, with the
    photos that came in the same post."""
    if author.id not in (known.author_id, known.kiosk_id):
        abort(404)
    if known.digest == digest:
        return receipt(known, 200)
    twin = db.session.scalar(select(Capture).where(Capture.same_as == known.id, Capture.digest == digest))
    if twin is not None:
        return receipt(twin, 200)
    twin = _row(uuid7(), author, pairs, digest, sent)
    twin.same_as, twin.code = known.id, envelope.code(known.id, digest)
    _hold(twin, _noted(twin, pairs, photos), _twice)
    pictures.store(photos)
    db.session.commit()
    return receipt(twin, 202)


def _twice() -> Refused:
    return Refused(_("The same item arrived twice with different contents. Please choose which one is right."))


def perform(capture: Capture, pairs: list[envelope.Pair], asker: Person | Kiosk) -> None:
    """Runs the view of the capture's address inside a savepoint: applied, or back to the savepoint and held.

    An exception of the database itself goes on: then nothing at all was stored, and there is no receipt.
    """
    g.happened_to = None
    try:
        with savepoint(), _by(capture, asker):
            _run(capture, pairs, asker)
    except Refused as refusal:
        first = refusal
        _hold(capture, pairs, lambda: _refused_again(capture, pairs, asker) or first)
    except HTTPException as error:
        status = error.code or 500
        _hold(capture, pairs, lambda: Refused(_words(status), status=status))
    except (OperationalError, StaleDataError):
        raise
    except Exception:
        current_app.logger.exception("a view failed on a capture", extra={"capture": str(capture.id)})
        _hold(capture, pairs, lambda: Refused(_words(500), status=500))
    else:
        capture.state, capture.why, capture.refusal = "applied", None, None
        capture.client_id = g.happened_to


def _by(capture: Capture, asker: Person | Kiosk) -> AbstractContextManager[None]:
    """By whose hand it is: a tablet's own; else whoever is signed in, who may carry somebody else's words."""
    kiosk = asker.id if isinstance(asker, Kiosk) else None
    return happened.by(kiosk_id=kiosk, author_id=capture.author_id, device_id=capture.device_id)


def _run(capture: Capture, pairs: list[envelope.Pair], asker: Person | Kiosk, language: str | None = None) -> None:
    view, args = _view_of(capture.url)
    view(incoming.of(capture, pairs, asker, language), **args)


def _refused_again(capture: Capture, pairs: list[envelope.Pair], asker: Person | Kiosk) -> Refused | None:
    """What the view says in the language of this moment: whoever reads it later need not speak the author's."""
    try:
        with savepoint():
            _run(capture, pairs, asker, str(get_locale()))
            raise NotFound  # whatever it did is undone: this asks for words alone
    except Refused as refused:
        return refused
    except HTTPException:
        return None


def _view_of(url: str) -> tuple[Any, dict[str, Any]]:
    endpoint, args = current_app.url_map.bind("").match(url, "POST")
    view = current_app.view_functions[endpoint]
    if not hasattr(view, "capture_kind"):
        raise NotFound
    return view, dict(args)


def _words(status: int) -> str:
    if status in (403, 404):
        return _("This address does not exist for you (any more). The server has kept everything.")
    if status == 500:
        return _("The server could not process this. It has kept everything; somebody will look at it.")
    return _("The server could not accept this. It has kept everything.")


def _hold(capture: Capture, pairs: list[envelope.Pair], say: Callable[[], Refused]) -> None:
    """Keeps the raw fields, while there is room, and in each language why: `say` is asked in one after another."""
    size = sum(len(name) + len(value.encode("utf-8", "surrogatepass")) for name, value in pairs)
    room.demand(capture, size)
    said = _in_each_language(say)
    capture.state, capture.refusal = "held", next(iter(said.values())).status
    capture.why = {lang: {"reason": refused.reason, "messages": refused.messages} for lang, refused in said.items()}
    capture.fields, capture.size = [list(pair) for pair in pairs], size


def _in_each_language(say: Callable[[], T]) -> dict[str, T]:
    said = {}
    for language in LANGUAGES:
        with force_locale(language):
            said[language] = say()
    return said


def _settle_what_it_replaces(capture: Capture) -> None:
    for replaced in [one for one in incoming.replaced_by(capture) if one.state == "held"]:
        words = _in_each_language(lambda: _("Replaced by a corrected one."))
        replaced.state, replaced.why = "closed", {language: {"reason": text} for language, text in words.items()}
        replaced.client_id = capture.client_id  # its photos are those of the corrected one: whoever reads it sees them
        db.session.add(Settlement(capture_id=replaced.id, person_id=capture.author_id, what="corrected"))
        with happened.by(author_id=capture.author_id, device_id=capture.device_id):
            happened.tell("corrected", "capture", replaced.id, capture.client_id)


def apply_again(capture: Capture, asker: Person | Kiosk, by: Person | None) -> bool:
    """Runs a held capture's stored fields through the same view, in the caller's write transaction.

    Its author stays the capture's; access is the asker's. `by` settles it (None: the server by itself). Whether it
    was applied; where not, the newest reason is kept.
    """
    pairs = [(name, value) for name, value in capture.fields or []]
    perform(capture, pairs, asker)
    if capture.state != "applied":
        return False
    db.session.add(Settlement(capture_id=capture.id, person_id=by.id if by else None, what="applied"))
    _settle_what_it_replaces(capture)
    return True


def try_again(applied: Capture) -> None:
    """What came too early (its visit was not there yet) is tried next, in the order of the device's numbers."""
    if applied.visit_ref is None:
        return
    waiting = select(Capture).where(
        Capture.visit_ref == applied.visit_ref,
        Capture.state == "held",
        Capture.refusal == 404,
        Capture.author_id == applied.author_id,
    )
    for capture in db.session.scalars(waiting.order_by(Capture.number, Capture.received)).all():
        if capture.author is not None:
            apply_again(capture, capture.author, None)


def _heard(capture: Capture) -> None:
    if capture.author_id is not None and capture.device_id is not None:
        about = {"here": capture.device_id, "whose": capture.author_id, "count": capture.number or 0}
        db.session.execute(HEARD, {**about, "moment": capture.received})
    elif capture.kiosk is not None:
        capture.kiosk.last_heard = capture.received


def receipt(capture: Capture, status: int) -> AnyResponse:
    """The server's word that it has the capture: JSON for a delivery, the receipt's page for a native post."""
    if "Capture-Id" not in request.headers:
        if capture.kiosk_id is not None:
            return redirect(url_for("kiosks.thanks"), 303)
        return redirect(url_for("captures.show", capture_id=capture.id), 303)
    named = capture.same_as or capture.id
    response = jsonify(
        id=str(named),
        code=envelope.spoken(capture.code),
        state=capture.state,
        reason=capture.reason,
        messages=capture.messages,
    )
    response.status_code = status
    response.headers["Capture-Receipt"] = f"{named} {capture.code} {capture.state}"
    return with_list(response)


def with_list(response: Response) -> Response:
    """Adds the hash of the person's list: where it differs from the phone's, the phone fetches what changed."""
    if current_user.is_authenticated and not request.path.startswith("/kiosk/"):
        response.headers["List-Hash"] = list_hash(current_user)
    return response


def _remember_client(event: happened.Event) -> None:
    if has_app_context() and event.client_id is not None:
        g.happened_to = event.client_id


def init_app(app: Flask) -> None:
    """Puts the intake in front of every view."""
    app.before_request(intake)
    with app.app_context():
        happened.listen(_remember_client)
