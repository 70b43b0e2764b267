"""Files of forms for tests: the open set, and workbooks made of rows."""

import functools
import io
from pathlib import Path
from typing import Any

import xlsxwriter

from blueprints.forms.importing.converting import run
from blueprints.forms.importing.report import told

OPEN = Path(__file__).parent.parent / "data" / "forms" / "open"
WRONG = "opengisch__xlsform2qgis__service_rating.xlsx"
FILES = sorted(path for path in OPEN.iterdir() if path.suffix in (".xls", ".xlsx"))
SURVEY = ["type", "name", "label", "relevant", "calculation", "constraint", "required", "default", "appearance"]
CHOICES = ["list_name", "name", "label"]


def workbook(**sheets: list[list[Any]]) -> bytes:
    """An .xlsx with these sheets; None is an empty cell."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"strings_to_formulas": False, "strings_to_urls": False})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is not None:
                    sheet.write(number, column, value)
    book.close()
    return stream.getvalue()


def survey(*rows: list[Any], choices: list[list[Any]] | None = None, **sheets: list[list[Any]]) -> bytes:
    """A workbook with the usual columns: type, name, label, relevant, calculation, constraint, required, default."""
    if choices is not None:
        sheets["choices"] = [CHOICES, *choices]
    return workbook(survey=[SURVEY, *rows], **sheets)


def read(data: bytes, file: str = "form.xlsx", dialect: str = "") -> dict[str, Any]:
    """What the importer says of a file, in English; in this process."""
    found = run(data, file, dialect)
    return {**found, **{key: told(found[key], str) for key in ("errors", "warnings", "unsupported")}}


@functools.cache
def opened(name: str) -> dict[str, Any]:
    """What the importer says of a file of the open set, read once."""
    return read((OPEN / name).read_bytes(), name)


def rows_of(form: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every row of a form.json by its path."""
    found: dict[str, dict[str, Any]] = {}

    def walk(rows: list[dict[str, Any]]) -> None:
        for row in rows:
            found[row["path"]] = row
            walk(row.get("children", []))

    walk(form["survey"])
    return found
