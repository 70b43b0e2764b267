"""What can happen to forms."""

import hashlib
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete

from blueprints.forms import engine
from blueprints.forms.models import Form, FormDecision, FormSource, FormUpload, FormVersion
from blueprints.forms.queries import version_of
from blueprints.people.models import Person
from blueprints.shared.db import db, now
from blueprints.shared.happened import tell
from blueprints.shared.refusal import Refused

NO_CONTENT = ("version", "hash", "source", "unsupported")
SHIPPED = Path(__file__).parent / "shipped"


def publish(source: dict[str, Any], by: Person | None = None) -> FormVersion:
    """Publish a definition and make it the current one. The same definition again is the same version.

    Raises engine.DefinitionError, with every problem, for one that cannot be used.
    """
    definition = engine.load(source)
    version = fingerprint(definition.source)
    form = db.session.get(Form, definition.form_id)
    if form is None:
        form = Form(id=definition.form_id, use=definition.use, current=None)
        db.session.add(form)
    form.use = definition.use
    found = version_of(form.id, version)
    if found is None:
        found = FormVersion(
            form=form, version=version, titles=definition.title, definition=definition.source, published_by=by
        )
        db.session.add(found)
    _decide(form, version, by)
    return found


def publish_imported(found: dict[str, Any], data: bytes, use: str, by: Person | None = None) -> FormVersion:
    """Publish what was read from a file (importing.converting.run), and keep the file with it.

    Raises Refused for a file that was refused.
    """
    if not found["ok"]:
        raise Refused(_("This file cannot be published; its report says why."))
    form = found["form"]
    version = publish({**form, "settings": {**form["settings"], "use": use}}, by)
    sha256 = form["source"]["sha256"]
    if version.source_id is None:
        if db.session.get(FormSource, sha256) is None:
            db.session.add(
                FormSource(sha256=sha256, file=form["source"]["file"][:250], data=data, xform=found["xform"])
            )
            db.session.flush()
        version.source_id = sha256
    version.report = {key: found[key] for key in ("warnings", "unsupported")}
    db.session.flush()
    return version


def keep_upload(by: Person, file: str, data: bytes, use: str, found: dict[str, Any]) -> FormUpload:
    """Keep what an administrator brought until they decide; what others left for more than a day is thrown away."""
    db.session.execute(delete(FormUpload).where(FormUpload.at < now() - timedelta(days=1)))
    upload = FormUpload(by_id=by.id, file=file[:250], data=data, use=use, found=found)
    db.session.add(upload)
    db.session.flush()
    tell("uploaded", "form", upload.id)
    return upload


def publish_upload(upload: FormUpload, by: Person) -> FormVersion:
    """Publish what was uploaded; the upload is done with. Raises Refused for a file that was refused."""
    version = publish_imported(upload.found, upload.data, upload.use, by)
    db.session.delete(upload)
    return version


def bring_back(form: Form, version: str, by: Person) -> FormVersion:
    """Ask a version that was published before, from now on. Raises Refused for one that there is not."""
    found = version_of(form.id, version)
    if found is None:
        raise Refused(_("There is no such version."), status=404)
    form.use = found.definition["settings"]["use"]
    _decide(form, version, by)
    return found


def retire(form: Form, by: Person) -> None:
    """Ask a form no more. What was filled until now still arrives. Raises Refused where it is retired already."""
    if form.current is None:
        raise Refused(_("This form is retired already."))
    _decide(form, None, by)


def _decide(form: Form, version: str | None, by: Person | None) -> None:
    """Make a version the one that is asked, and note who decided it; nothing where it is so already."""
    if form.current == version and version is not None:
        db.session.flush()
        return
    form.current = version
    decision = FormDecision(form=form, version=version, by=by)
    db.session.add(decision)
    db.session.flush()
    tell("published" if version else "retired", "form", decision.id)


def publish_shipped() -> list[str]:
    """Publish the forms that ship and are not here yet; their ids. What a service published itself stays current."""
    published = []
    for path in sorted(SHIPPED.glob("*.json")):
        source = json.loads(path.read_text(encoding="utf-8"))
        if db.session.get(Form, source["form_id"]) is None:
            published.append(publish(source).form_id)
    return published


def fingerprint(definition: dict[str, Any]) -> str:
    """The version of a complete definition: whatever changes an answer's meaning changes it, not where it came from."""
    content = {key: value for key, value in definition.items() if key not in NO_CONTENT}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]
