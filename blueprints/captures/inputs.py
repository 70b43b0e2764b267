"""What may come in where a held capture is settled."""

from flask_babel import lazy_gettext as _l
from wtforms import Form

from blueprints.captures.actions import REASON
from blueprints.shared.inputs import WordsField


class CloseForm(Form):  # type: ignore[misc]
    """Why it is closed without effect; its author reads this on the phone."""

    reason = WordsField(_l("Why it is closed without effect"), most=REASON, required=True)
