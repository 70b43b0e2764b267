"""What real forms contain and pyxform refuses, repaired over the rows of the workbook: each repair is a remark.

Three dialects: odk, kobo (columns that begin with kobo-- or $, matrices, rankings), cht (types such as db:person, the
group ``inputs``). What is truly broken stays as it is, and is refused with its row further on.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from blueprints.forms.importing import kobo
from blueprints.forms.importing.columns import tidy
from blueprints.forms.importing.marks import Marks, taken_from
from blueprints.forms.importing.reading import Row, Sheet, Workbook, depth
from blueprints.forms.importing.report import ImportRefused, Place, Report, _

BEGIN = re.compile(r"begin[ _]?(group|repeat|loop)\b", re.IGNORECASE)
END = re.compile(r"end[ _]?(group|repeat|loop)\b", re.IGNORECASE)
SELECT = re.compile(
    r"(?:add |q )?(select[ _]?one(?:[ _]from[ _]file|[ _]external)?|select1|select[ _]?multiple(?:[ _]from[ _]file)?"
    r"|select[ _]all[ _]that[ _]apply|rank)(?: prompt)?(?:[ _](?:from|using))?\s+(.+)",
    re.IGNORECASE,
)
COMMANDS = {
    "select_one": "select_one",
    "selectone": "select_one",
    "select1": "select_one",
    "select_multiple": "select_multiple",
    "selectmultiple": "select_multiple",
    "select_all_that_apply": "select_multiple",
    "rank": "rank",
    "select_one_from_file": "select_one_from_file",
    "select_multiple_from_file": "select_multiple_from_file",
    "select_one_external": "select_one_external",
}
TYPES = {  # beside those that differ only by case and spaces
    "string": "text",
    "tel": "text",
    "phone": "text",
    "phone_number": "text",
    "url": "text",
    "email_address": "text",
    "textarea": "text",
    "int": "integer",
    "number": "decimal",
    "float": "decimal",
    "datetime": "dateTime",
    "date_time": "dateTime",
    "gps": "geopoint",
    "location": "geopoint",
    "photo": "image",
    "signature": "image",
    "picture": "image",
    "calculation": "calculate",
    "calculate_here": "calculate",
    "acknowledgement": "acknowledge",
    "trigger": "acknowledge",
    "start-time": "start",
    "end-time": "end",
    "start_time": "start",
    "end_time": "end",
    "device_id": "deviceid",
    "deviceid": "deviceid",
    "user_name": "username",
    "begin_score": "begin_score",
}
FOREIGN = set(TYPES) - {
    "string",
    "int",
    "datetime",
    "date_time",
    "gps",
    "location",
    "photo",
    "picture",
    "trigger",
    "device_id",
}
PLAIN = {
    *("text", "integer", "decimal", "date", "time", "geopoint", "geotrace", "geoshape", "note", "image", "audio"),
    *("video", "file", "barcode", "calculate", "acknowledge", "hidden", "range", "start", "end", "today", "deviceid"),
    *("phonenumber", "username", "email", "audit", "subscriberid", "simserial", "osm", "xml-external"),
    *("csv-external", "start-geopoint", "background-audio", "background-geopoint"),
}
# Of SurveyCTO and others: nothing that a person answers.
DROPPED = re.compile(r"(text|audio|speed)[ _]?(audit|violations?).*|sensor_.*|comments|caseid|bg-.*", re.IGNORECASE)
SILENT = {"calculate", "hidden", "start", "end", "today", "deviceid", "phonenumber", "username", "email", "audit"}
SILENT |= {
    "subscriberid",
    "simserial",
    "xml-external",
    "csv-external",
    "start-geopoint",
    "background-audio",
    "background-geopoint",
}
LOGIC = ("relevant", "constraint", "calculation", "required", "choice_filter", "repeat_count", "default", "read_only")
YES = {"y", "x", "oui", "si", "sí", "sim", "ja", "required", "obligatoire"}
WRECK = re.compile(r"#(REF!|N/A|NAME\?|VALUE!|DIV/0!|NULL!|NUM!)")
REFERENCE = re.compile(r"\$\s*\{\s*([^{}\s]+)\s*\}")
ROUND = re.compile(r"\$\(\s*([\w.-]+)\s*\)")


@dataclass(slots=True)
class Repaired:
    """A workbook that pyxform can read, its dialect and the name of the root of its data.

    ``defaults``: by row, those that pyxform would take for expressions; it is not shown them. ``marks``: what the form
    marks for the desk.
    """

    book: Workbook
    dialect: str
    root: str
    defaults: dict[int, str]
    marks: Marks


def repair(book: Workbook, report: Report, wanted: str = "") -> Repaired:
    """Put right what can be put right. ``wanted`` is the dialect if somebody chose one. Raises ImportRefused."""
    if "survey" not in book.sheets:
        raise ImportRefused(
            _("There is no sheet “survey”. The file has these sheets: {sheets}."),
            sheets=", ".join([*book.sheets, *book.others][:12]) or "–",
        )
    tidy(book, report)
    dialect = wanted or _dialect(book)
    survey, choices = book.sheet("survey"), book.sheet("choices")
    if "name" not in survey.columns and "$autoname" in survey.columns:
        survey.columns.append("name")
    lacking = [each for each in ("type", "name") if each not in survey.columns]
    if lacking:
        raise ImportRefused(
            _("The sheet “survey” has no column “{column}”."), Place("survey", survey.first), column=lacking[0]
        )
    if not survey.rows:
        raise ImportRefused(_("The sheet “survey” has no question."), Place("survey"))
    kobo.unfold(book, report)
    marks = taken_from(survey)
    _without_comments(survey, report)
    defaults: dict[int, str] = {}
    for row in survey.rows:
        _type(row, report)
        _cells(row, report)
        if text := _default(row.cells, survey.place(row), report):
            defaults[row.number] = text
    survey.rows = [row for row in survey.rows if row.cells]
    root = _names(book, report)
    _choices(book, choices, report)
    _labels(survey, report)
    _settings(book, report)
    _left_out(book, report)
    return Repaired(book, dialect, root, defaults, marks)


def _dialect(book: Workbook) -> str:
    """What the file looks like."""
    survey = book.sheet("survey")
    types = [row.cells.get("type", "").lower() for row in survey.rows]
    if any(kind.startswith("db:") for kind in types) or any(
        row.cells.get("name") == "inputs" and BEGIN.match(row.cells.get("type", "")) for row in survey.rows
    ):
        return "cht"
    columns = {*survey.columns, *book.sheet("settings").columns, *book.sheet("choices").columns}
    marks = [each for each in columns if each.startswith(("kobo--", "$kuid", "$autoname", "$xpath", "$given_name"))]
    if marks or any(kind.startswith(("begin_score", "begin_rank", "begin_kobomatrix")) for kind in types):
        return "kobo"
    return "odk"


def _without_comments(survey: Sheet, report: Report) -> None:
    """Rows without type and name are somebody's headings or remarks."""
    kept = []
    for row in survey.rows:
        if row.cells.get("type") or row.cells.get("name"):
            kept.append(row)
        elif row.cells.keys() - {"name", "type"}:
            report.warn(_("The row has neither type nor name; it is left out."), survey.place(row))
    survey.rows = kept


def _type(row: Row, report: Report) -> None:
    """The type as pyxform writes it."""
    place = Place("survey", row.number)
    given = " ".join(row.cells.get("type", "").replace("’", "'").split())
    if not given:
        return
    word = given.lower().replace(" ", "_")
    found = BEGIN.match(given) or END.match(given)
    select = SELECT.fullmatch(given)
    kind = given
    if found:
        kind = f"{'begin' if given.lower().startswith('begin') else 'end'}_{found[1].lower()}"
        kind += given[found.end() :] if found[1].lower() == "loop" else ""
    elif select:
        rest = re.sub(r"\s+(or[ _]?(specify[ _])?other)$", " or_other", select[2], flags=re.IGNORECASE)
        kind = f"{COMMANDS[re.sub(r'[ _]+', '_', select[1].lower())]} {rest}"
    elif word.startswith("db:") or word == "select-contact":
        kind = "text"
        row.cells["appearance"] = f"{row.cells.get('appearance', '')} select-contact {word.replace(':', '-')}".strip()
        report.warn(_("The type {type} is asked as a text that a contact of our register can fill."), place, type=given)
    elif word in TYPES and word not in PLAIN:
        kind = TYPES[word]
        look = {"tel": "tel", "phone": "tel", "phone_number": "tel", "textarea": "multiline", "signature": "signature"}
        if word in look and look[word] not in row.cells.get("appearance", "").split():
            row.cells["appearance"] = f"{row.cells.get('appearance', '')} {look[word]}".strip()
        if word in FOREIGN:
            report.warn(_("The type {type} is read as {kind}."), place, type=given, kind=kind)
    elif word.replace("_", "-") in PLAIN:
        kind = word.replace("_", "-")
    elif DROPPED.fullmatch(given):
        report.miss(_("A row of the type {type} records nothing here; it is left out."), place, type=given)
        if re.fullmatch(r"caseid|comments", word):
            kind = "hidden"
        else:
            row.cells = {}
            return
    row.cells["type"] = kind


def _cells(row: Row, report: Report) -> None:
    """References, truths and defaults that are written in ways of their own."""
    cells, place = row.cells, Place("survey", row.number)
    for column, text in list(cells.items()):
        if WRECK.fullmatch(text):
            report.warn(
                _("“{text}” in the column “{column}” is an error of the workbook; it is left out."),
                place,
                text=text,
                column=column,
            )
            del cells[column]
            continue
        if "$" not in text:
            continue
        better = REFERENCE.sub(r"${\1}", text)
        typo = ROUND.search(better)
        if typo and column.partition("::")[0] in (*LOGIC, "label", "hint"):
            better = ROUND.sub(r"${\1}", better)
            report.warn(_("“{typo}” is read as a reference: {right}."), place, typo=typo[0], right=f"${{{typo[1]}}}")
        cells[column] = better
    if cells.get("required", "").strip().lower() in YES:
        report.warn(_("“{text}” in the column “required” is read as yes."), place, text=cells["required"])
        cells["required"] = "yes"
    for column in ("required", "read_only"):
        if re.fullmatch(r"(true|false|yes|no)\s*(\(\s*\))?", cells.get(column, ""), re.IGNORECASE):
            cells[column] = "yes" if cells[column].lower().startswith(("t", "y")) else "no"
    if END.match(cells.get("type", "")):
        row.cells = {"type": cells["type"]}
        return
    if cells.get("type") == "audit":
        cells["name"] = "audit"


def _default(cells: dict[str, str], place: Place, report: Report) -> str:
    """A phone number or a moment as a default is a text, not a sum: it is taken out and returned."""
    text = cells.get("default", "")
    if not text:
        return ""
    moment = re.fullmatch(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(:\d\d)?(\.0+)?", text)
    if moment and cells.get("type") == "date":
        cells["default"] = moment[1]
    elif cells.get("type") in ("date", "dateTime", "time") and re.fullmatch(r"[\d:T.+ -]+", text):
        return ""
    elif re.search(r"[-+*/|\[\]{}]", text) and not re.search(r"[$(]|^[./]|^-?\d+(\.\d+)?$", text):
        report.warn(_("The default “{text}” is kept as a text, not reckoned as a sum."), place, text=text)
        return cells.pop("default")
    return ""


def _names(book: Workbook, report: Report) -> str:
    """Names that clash with what pyxform makes itself; returns the name of the root."""
    survey = book.sheet("survey")
    level, names = 0, {row.cells.get("name", "") for row in survey.rows}
    for row in survey.rows:
        kind, place = row.cells.get("type", ""), survey.place(row)
        if END.match(kind):
            level -= 1
            continue
        name = row.cells.get("name", "")
        if not name and row.cells.get("$autoname"):
            name = row.cells["name"] = re.sub(r"[^\w.-]", "_", row.cells["$autoname"])
        if not name and BEGIN.match(kind):
            name = row.cells["name"] = f"group_{row.number}"
            report.warn(_("The group has no name; it is called {name}."), place, name=name)
        if level == 0 and name.lower() == "meta" and not kind.startswith("audit"):
            new = next(each for each in ("meta_", "meta_1", "meta_2") if each not in names)
            row.cells["name"] = new
            _replace_reference(book, name, new)
            report.warn(
                _("The name “{name}” belongs to the form itself; it is called {new} here."), place, name=name, new=new
            )
        level += bool(BEGIN.match(kind))
    root = next(each for each in ("data", "form_data", "form_root", "form_data_1") if each not in names)
    settings = book.sheet("settings")
    for row in settings.rows[:1]:
        own = row.cells.get("name", "")
        if own and (not re.fullmatch(r"[^\W\d][\w.-]*", own) or own in names):
            report.warn(
                _("The name “{name}” cannot be that of the form's data; it is called {new}."),
                settings.place(row),
                name=own,
                new=root,
            )
            del row.cells["name"]
        elif own:
            root = own
    if root != "data" and "data" in names:
        report.warn(_("A question is called “data”, so the form's data are called {new}."), Place("survey"), new=root)
    for row in survey.rows:
        row.cells.pop("$autoname", None)
    survey.columns = [each for each in survey.columns if each != "$autoname"]
    return root


def _replace_reference(book: Workbook, old: str, new: str) -> None:
    for sheet in book.sheets.values():
        for row in sheet.rows:
            row.cells = {key: text.replace(f"${{{old}}}", f"${{{new}}}") for key, text in row.cells.items()}


def _choices(book: Workbook, choices: Sheet, report: Report) -> None:
    """Choices that stand twice, that lack a label, and columns that cannot be read."""
    if not choices.rows:
        return
    survey = book.sheet("survey")
    labels = [each for each in choices.columns if each.partition("::")[0] in ("label", "image", "audio", "video")]
    bad = {
        each
        for each in choices.columns
        if each.partition("::")[0] not in ("list_name", "name", "label", "image", "audio", "video", "big-image")
        and not re.fullmatch(r"[^\W\d][\w.-]*", each)
    }
    for column in sorted(bad):
        report.warn(
            _("The column “{column}” of the choices cannot be used in a filter; it is left out."),
            choices.place(),
            column=column,
        )
    choices.columns = [each for each in choices.columns if each not in bad]
    many = {
        found[2].split()[0]
        for row in survey.rows
        if (found := SELECT.fullmatch(row.cells.get("type", ""))) and found[1].startswith(("select_multiple", "rank"))
    }
    kept, seen, twice = [], set[tuple[str, str]](), 0
    for row in choices.rows:
        cells, place = row.cells, choices.place(row)
        for column in bad:
            cells.pop(column, None)
        for column in [
            each for each in cells if each.partition("::")[0] not in ("label", "image") and "${" in cells[each]
        ]:
            report.warn(
                _("“{text}” in the column “{column}” is no text of a choice; it is left out."),
                place,
                text=cells[column][:60],
                column=column,
            )
            del cells[column]
        if not cells.get("list_name") or not (cells.keys() - {"list_name"}):
            if cells:
                report.warn(_("The row is of no list, or has no choice; it is left out."), place)
            continue
        if cells.get("name") and not any(cells.get(each) for each in labels):
            label = next((each for each in labels if each.partition("::")[0] == "label"), "label")
            cells[label] = cells["name"]
            report.warn(_("The choice “{name}” has no label; its name is shown."), place, name=cells["name"])
        if " " in cells.get("name", "") and cells["list_name"] in many:
            _respell(survey, cells, place, report)
        key = (cells["list_name"], cells.get("name", ""))
        if key in seen and cells.get("name"):
            twice += 1
            if twice <= 20:
                report.warn(
                    _("The choice “{name}” of the list “{list}” stands twice."), place, name=key[1], list=key[0]
                )
        seen.add(key)
        kept.append(row)
    if twice > 20:
        report.warn(_("{count} choices in all stand twice."), choices.place(), count=twice)
    if twice:
        setting(book)["allow_choice_duplicates"] = "yes"
        if "allow_choice_duplicates" not in book.sheets["settings"].columns:
            book.sheets["settings"].columns.append("allow_choice_duplicates")
    if labels == [] and "label" not in choices.columns:
        choices.columns.append("label")
    choices.rows = kept


def _respell(survey: Sheet, cells: dict[str, str], place: Place, report: Report) -> None:
    """A choice among several whose name has a space could not be told from two choices."""
    old, new = cells["name"], re.sub(r"\s+", "_", cells["name"])
    cells["name"] = new
    report.warn(
        _("The choice “{name}” has a space, but may be one of several: it is called {new}."), place, name=old, new=new
    )
    for row in survey.rows:
        for column in LOGIC:
            if old in row.cells.get(column, ""):
                row.cells[column] = re.sub(rf"(['\"]){re.escape(old)}\1", rf"\1{new}\1", row.cells[column])


def setting(book: Workbook) -> dict[str, str]:
    """The row of the settings, made where there is none."""
    sheet = book.sheets.setdefault("settings", Sheet("settings"))
    if not sheet.rows:
        sheet.rows.append(Row(2, {}))
    return sheet.rows[0].cells


def _labels(survey: Sheet, report: Report) -> None:
    """What is asked needs a label, a hint or a picture."""
    shown = [
        each
        for each in survey.columns
        if each.partition("::")[0] in ("label", "hint", "guidance_hint", "image", "audio", "video")
    ]
    label = next((each for each in shown if each.partition("::")[0] == "label"), "label")
    if label not in survey.columns:
        survey.columns.append(label)
    for row in survey.rows:
        kind = row.cells.get("type", "")
        if not kind or kind in SILENT or BEGIN.match(kind) or END.match(kind) or row.cells.get("calculation"):
            continue
        if not any(row.cells.get(each) for each in shown):
            row.cells[label] = "-"
            report.warn(_("The question “{name}” has no label."), survey.place(row), name=row.cells.get("name", ""))


def _settings(book: Workbook, report: Report) -> None:
    sheet = book.sheet("settings")
    if not sheet.rows:
        return
    cells = sheet.rows[0].cells
    for column in ("public_key", "submission_url"):
        if cells.pop(column, ""):
            report.miss(
                _("The setting {name} has no meaning here: answers go to this service."),
                sheet.place(sheet.rows[0]),
                name=column,
            )
    wanted = cells.get("default_language", "")
    languages = list(dict.fromkeys(_languages(book)))
    if wanted and wanted not in languages and languages:
        near = [
            each
            for each in languages
            if each.lower().startswith(wanted.lower()) or f"({wanted.lower()})" in each.lower()
        ]
        if near:
            cells["default_language"] = near[0]
            report.warn(
                _("The default language “{wanted}” is read as “{near}”."),
                sheet.place(sheet.rows[0]),
                wanted=wanted,
                near=near[0],
            )
    sheet.columns = list(
        dict.fromkeys(
            [
                *(
                    each
                    for each in sheet.columns
                    if each in cells or each not in ("public_key", "submission_url", "name")
                ),
                *cells,
            ]
        )
    )


def _languages(book: Workbook) -> Iterator[str]:
    for name in ("survey", "choices"):
        for column in book.sheet(name).columns:
            first, _colons, language = column.partition("::")
            if language and first in ("label", "hint"):
                yield language


def _left_out(book: Workbook, report: Report) -> None:
    """Sheets and columns that are for other systems."""
    survey = book.sheet("survey")
    if book.sheets.pop("entities", None) is not None:
        report.miss(_("Entities are not supported here: the form is filled, but makes no entity."), Place("entities"))
    saved = [row for row in survey.rows if row.cells.pop("save_to", "")]
    if saved:
        report.miss(
            _("The column save_to is not supported here: its answers are kept with the form only."),
            survey.place(saved[0]),
        )
    survey.columns = [each for each in survey.columns if each != "save_to"]
    names = Counter(row.cells.get("type", "").split(" ")[0] for row in survey.rows)
    if names["audit"] > 1:
        first = True
        for row in survey.rows:
            if row.cells.get("type") == "audit":
                if not first:
                    row.cells = {}
                first = False
        survey.rows = [row for row in survey.rows if row.cells]
    for row in survey.rows:
        for column in LOGIC:
            if depth(row.cells.get(column, "")) > 100:
                raise ImportRefused(
                    _("Parentheses lie more than {most} deep in each other."), survey.place(row), most=100
                )
