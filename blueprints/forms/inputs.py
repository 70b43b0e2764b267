"""What may come in about forms."""

import wtforms
from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice
from wtforms.validators import ValidationError


class UploadForm(wtforms.Form):  # type: ignore[misc]
    """A form's file, as another system wrote it."""

    file = wtforms.FileField(
        _l("File"),
        description=_l("An XLSForm (.xlsx, .xls, .csv) or an XForm (.xml)."),
        render_kw={"accept": ".xlsx,.xls,.xlsm,.csv,.xml"},
    )
    attached = wtforms.MultipleFileField(
        _l("Lists"),
        description=_l("Files that the form reads its lists from (.csv), where it has some."),
        render_kw={"accept": ".csv,.xml"},
    )
    dialect = wtforms.SelectField(
        _l("Made for"),
        choices=[
            SelectChoice("", _l("Guess from the file")),
            SelectChoice("odk", "ODK"),
            SelectChoice("kobo", "KoboToolbox"),
            SelectChoice("cht", "Community Health Toolkit"),
        ],
    )
    use = wtforms.SelectField(
        _l("What it is for"),
        choices=[
            SelectChoice("checklist", _l("A checklist that coordinators fill at visits")),
            SelectChoice("survey", _l("A survey that clients answer")),
        ],
    )

    def validate_file(self, field: wtforms.FileField) -> None:
        """A file field that was left empty is a missing file."""
        if not getattr(field.data, "filename", ""):
            raise ValidationError(_l("Choose a file."))

    def lists(self) -> dict[str, bytes]:
        """The files that came along, by name."""
        files = [each for each in self.attached.data or [] if getattr(each, "filename", "")]
        return {each.filename: each.read() for each in files}
