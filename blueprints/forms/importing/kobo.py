"""Rows that only KoboToolbox has: ratings, rankings and matrices, written out as groups of ordinary questions."""

import re

from blueprints.forms.importing.reading import Row, Workbook
from blueprints.forms.importing.report import Report, _

BEGIN = re.compile(r"begin[ _](score|rank|kobomatrix)", re.IGNORECASE)
END = re.compile(r"end[ _](score|rank|kobomatrix)", re.IGNORECASE)
LABEL = re.compile(r"label(::.*)?")


def unfold(book: Workbook, report: Report) -> None:
    """Replace these rows in the survey. What follows of them in the report keeps the row that it comes from."""
    survey = book.sheet("survey")
    if not any(BEGIN.match(row.cells.get("type", "")) for row in survey.rows):
        return
    done: list[Row] = []
    inside: list[tuple[str, Row, list[Row]]] = []
    for row in survey.rows:
        kind = row.cells.get("type", "")
        begin, end = BEGIN.match(kind), END.match(kind)
        if begin:
            inside.append((begin[1].lower(), row, []))
            report.warn(
                _("A {kind} of KoboToolbox is asked as a group of questions."), survey.place(row), kind=begin[1].lower()
            )
        elif end and inside:
            what, head, rows = inside.pop()
            (inside[-1][2] if inside else done).extend(_group(book, what, head, rows))
        else:
            (inside[-1][2] if inside else done).append(row)
    for _what, head, rows in inside:
        done += [head, *rows]
    survey.rows = done
    for column in ("appearance", "required", "constraint", "constraint_message"):
        if column not in survey.columns:
            survey.columns.append(column)
    survey.columns = [each for each in survey.columns if not each.startswith("kobo--")]
    for row in survey.rows:
        row.cells = {key: text for key, text in row.cells.items() if not key.startswith("kobo--")}


def _group(book: Workbook, what: str, head: Row, rows: list[Row]) -> list[Row]:
    opening = Row(head.number, {**head.cells, "type": "begin_group", "appearance": "field-list"})
    for key in ("required", "read_only"):
        opening.cells.pop(key, None)
    closing = Row(rows[-1].number if rows else head.number, {"type": "end_group"})
    if what == "kobomatrix":
        return [opening, *_matrix(book, head, rows), closing]
    column = "kobo--score-choices" if what == "score" else "kobo--rank-items"
    name = head.cells.get(column, "")
    asked = []
    for number, row in enumerate(rows, start=1):
        cells = {**row.cells, "type": f"select_one {name}"}
        cells.setdefault("required", head.cells.get("required", ""))
        if what == "score":
            cells.setdefault("appearance", "likert")
        cells.setdefault("name", f"{head.cells.get('name', 'rank')}_{number}")
        asked.append(Row(row.number, {key: text for key, text in cells.items() if text}))
    return [opening, *asked, closing]


def _matrix(book: Workbook, head: Row, rows: list[Row]) -> list[Row]:
    """Each row of a matrix is a choice of its list, and becomes a group with the questions of the columns."""
    name, choices = head.cells.get("kobo--matrix_list", ""), book.sheet("choices")
    found: list[Row] = []
    for choice in choices.rows:
        if choice.cells.get("list_name") != name or not choice.cells.get("name"):
            continue
        item = f"{head.cells.get('name', 'matrix')}_{choice.cells['name']}"
        labels = {key: text for key, text in choice.cells.items() if LABEL.fullmatch(key)}
        found.append(Row(head.number, {"type": "begin_group", "name": item, **labels}))
        for row in rows:
            own = f"{item}_{row.cells.get('name', row.number)}"
            found.append(Row(row.number, {**row.cells, "name": own}))
        found.append(Row(head.number, {"type": "end_group"}))
    return found
