"""What can happen to paired tablets."""

import secrets
from datetime import timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from blueprints.forms.queries import current_of
from blueprints.kiosks.models import Kiosk
from blueprints.people.models import Person, Team
from blueprints.shared.db import db, now
from blueprints.shared.happened import by as by_hand
from blueprints.shared.happened import tell
from blueprints.shared.refusal import Refused
from blueprints.shared.tokens import hashed, spoken_code
from blueprints.shared.words import fold

CODE_LASTS = timedelta(minutes=15)


def set_up(by: Person, name: str, team_id: UUID, form_id: str) -> tuple[Kiosk, str]:
    """A new kiosk, and the code with which its tablet is paired.

    Refuses a team or a survey that there is not, and the name of another kiosk in use: their answers would be read as
    those of one.
    """
    if db.session.get(Team, team_id) is None:
        raise Refused(_("There is no such team."), {"team": _("There is no such team.")})
    survey = current_of(form_id)
    if survey is None or survey.form.use != "survey":
        raise Refused(_("There is no such survey."), {"survey": _("There is no such survey.")})
    others = db.session.scalars(select(Kiosk.name).where(Kiosk.revoked_at.is_(None)))
    if fold(name) in map(fold, others):
        words = _("There is a kiosk of this name already.")
        raise Refused(words, {"name": words})
    kiosk = Kiosk(name=name, team_id=team_id, form_id=form_id, made_by=by.id)
    db.session.add(kiosk)
    db.session.flush()
    tell("set up", "kiosk", kiosk.id)
    return kiosk, new_code(by, kiosk)


def new_code(by: Person, kiosk: Kiosk) -> str:
    """A code to pair a tablet with, good for a quarter of an hour; the tablet paired before stays until it is used."""
    if kiosk.revoked_at is not None:
        raise Refused(_("This kiosk is revoked. Set up a new one."))
    code = spoken_code()
    kiosk.code, kiosk.code_expires = hashed(code), now() + CODE_LASTS
    tell("gave a code", "kiosk", kiosk.id)
    return code


def pair(kiosk: Kiosk) -> str:
    """The tablet that knew the code becomes this kiosk; gives the secret for its cookie. The code is used up."""
    secret = secrets.token_urlsafe(32)
    kiosk.secret, kiosk.paired_at, kiosk.last_heard = hashed(secret), now(), now()
    kiosk.code, kiosk.code_expires = None, None
    with by_hand(kiosk_id=kiosk.id):
        tell("paired", "kiosk", kiosk.id)
    return secret


def revoke(by: Person, kiosk: Kiosk) -> None:
    """The tablet is nobody's any more; what it has sent stays."""
    if kiosk.revoked_at is None:
        kiosk.revoked_at, kiosk.revoked_by = now(), by.id
    kiosk.secret, kiosk.code, kiosk.code_expires = None, None, None
    tell("revoked", "kiosk", kiosk.id)


def hear(kiosk: Kiosk) -> None:
    """The tablet has asked for its page."""
    kiosk.last_heard = now()
