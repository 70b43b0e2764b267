"""What can happen to exports: somebody asks for one, it gets on, it is ready or fails, it is thrown away."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import delete, select

from blueprints.exports.models import Export
from blueprints.exports.queries import KEPT, definitions, forms, is_lifeless, latest, teams
from blueprints.exports.tables import Layout, Shape
from blueprints.exports.writers import COLUMNS
from blueprints.people.models import Person
from blueprints.shared.db import db, now
from blueprints.shared.happened import tell
from blueprints.shared.refusal import Refused


def ask(person: Person, wanted: Mapping[str, Any]) -> Export:
    """Note what is to be made. wanted: the columns of Export that somebody chooses.

    Refuses a form or a team that is not theirs to choose, days in the wrong order, a second one while one is being
    made, and more columns than a workbook has.
    """
    if any(export.state == "making" and not is_lifeless(export) for export in latest(person)):
        raise Refused(_("Your last export is still being made."), status=409)
    if wanted["form_id"] not in {form.id for form, _versions in forms()}:
        raise Refused(_("There is no such form."), {"form": _("Choose a form.")})
    if wanted["team_id"] is not None and wanted["team_id"] not in {id for id, _name in teams(person)}:
        raise Refused(_("This team is not yours."), {"team": _("Choose one of your teams.")})
    if wanted["first_day"] and wanted["last_day"] and wanted["first_day"] > wanted["last_day"]:
        message = _("The last day comes before the first.")
        raise Refused(message, {"last_day": message})
    export = Export(by_id=person.id, at=now(), beat=now(), **wanted)
    layout = Layout(definitions(export), shape_of(export), "")
    if export.format == "xlsx" and any(len(table.columns) > COLUMNS for table in layout.tables.values()):
        raise Refused(_("That makes more columns than a workbook has. Leave out one column a choice, or take CSV."))
    db.session.add(export)
    db.session.flush()
    tell("asked", "export", export.id)
    return export


def shape_of(export: Export) -> Shape:
    """How its answers are written."""
    return Shape(export.language, export.names, export.split)


def get_on(export_id: UUID, **facts: Any) -> None:
    """It is alive: how far it is, or what has become of it."""
    export = db.session.get_one(Export, export_id)
    export.beat = now()
    for name, value in facts.items():
        setattr(export, name, value)


def throw_away_old() -> list[UUID]:
    """Forget what was made more than a day ago; the ids, whose files are to be deleted."""
    old = list(db.session.scalars(select(Export.id).where(Export.at < now() - KEPT)))
    db.session.execute(delete(Export).where(Export.id.in_(old)))
    return old
