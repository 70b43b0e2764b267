"""What can happen to forms."""

import hashlib
import json
from pathlib import Path
from typing import Any

from blueprints.forms import engine
from blueprints.forms.models import Form, FormVersion
from blueprints.forms.queries import version_of
from blueprints.people.models import Person
from blueprints.shared.db import db

SHIPPED = Path(__file__).parent / "shipped"


def publish(source: dict[str, Any], by: Person | None = None) -> FormVersion:
    """Publish a definition and make it the current one. The same definition again is the same version.

    Raises engine.DefinitionError, with every problem, for one that cannot be used.
    """
    definition = engine.load(source)
    version = fingerprint(definition.source)
    form = db.session.get(Form, definition.form_id)
    if form is None:
        form = Form(id=definition.form_id, use=definition.use, current=version)
        db.session.add(form)
    form.use, form.current = definition.use, version
    found = version_of(form.id, version)
    if found is None:
        found = FormVersion(
            form=form, version=version, titles=definition.title, definition=definition.source, published_by=by
        )
        db.session.add(found)
    db.session.flush()
    return found


def publish_shipped() -> list[str]:
    """Publish the forms that ship and are not here yet; their ids. What a service published itself stays current."""
    published = []
    for path in sorted(SHIPPED.glob("*.json")):
        source = json.loads(path.read_text(encoding="utf-8"))
        if db.session.get(Form, source["form_id"]) is None:
            published.append(publish(source).form_id)
    return published


def fingerprint(definition: dict[str, Any]) -> str:
    """The version of a complete definition: whatever changes an answer's meaning changes it."""
    content = {key: value for key, value in definition.items() if key not in ("version", "hash")}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]
