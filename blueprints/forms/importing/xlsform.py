"""A repaired workbook made into an XForm by pyxform, whose words about it become remarks in ours."""

import re
from dataclasses import dataclass
from typing import Any

from blueprints.forms.importing.columns import plain
from blueprints.forms.importing.reading import Sheet, Workbook
from blueprints.forms.importing.report import NOWHERE, ImportRefused, Place, Report, _
from blueprints.forms.importing.shim import BEGIN, END, PLAIN, SELECT, Repaired

FILES = (".csv", ".xml", ".geojson")
TRIES = 8  # after a repair that only pyxform's own complaint shows to be needed
ROW = re.compile(r"\[row\s*:\s*(\d+)\]\s*")
SHEET = re.compile(r"(?:on the|for sheet:|in the) '(\w+)'(?: sheet)?", re.IGNORECASE)
KNOWN_TYPES = PLAIN | {"dateTime", "begin_group", "begin_repeat", "end_group", "end_repeat", "table-list"}

# What pyxform says, and how it is said here; the names of the groups are those in the sentence.
SAYINGS: tuple[tuple[str, str], ...] = (
    (r"Unknown question type '(?P<type>.*?)'", _("The question type “{type}” is not known.")),
    (
        r"'name' value '(?P<name>.*?)' is invalid\. Questions, groups, and repeats must be unique",
        _("The name “{name}” stands twice in the same group."),
    ),
    (
        r"'name' value '(?P<name>.*?)' is invalid\. Repeat names must unique",
        _("Two repeats have the name “{name}”."),
    ),
    (
        r"'name' value '(?P<name>.*?)' is invalid\. Repeat names must not be",
        _("A repeat cannot be called “{name}”: that is the name of the form's data."),
    ),
    (
        r"'(?P<column>[^']*)' value is invalid\. Names must begin with a letter",
        _("A name must begin with a letter or _ and have only letters, digits, _, - and full stops."),
    ),
    (
        r"The '(?P<name>.*?)' value is invalid\. Names must begin",
        _("“{name}” is no name: letters, digits, _, - and full stops only."),
    ),
    (r"Choices must have a name", _("The choice has no name.")),
    (r"Choice names must be unique", _("The choice stands twice in its list.")),
    (r"Unmatched 'end_(?P<kind>\w+)'", _("This end_{kind} ends nothing: there is no begin_{kind} for it.")),
    (r"Unmatched 'begin_(?P<kind>\w+)'.*name '(?P<name>.*?)'", _("The {kind} “{name}” has a beginning, but no end.")),
    (r"Question or group with no name", _("The question has no name.")),
    (r"Question with no type", _("The question has no type.")),
    (
        r"List name not in (?:choices|external choices|columns) sheet: (?P<list>.*)",
        _("There is no list “{list}” among the choices."),
    ),
    (r"There should be a choices sheet", _("There is no sheet “choices”, but a question offers choices.")),
    (r"There should be an external_choices sheet", _("There is no sheet “external_choices”, but a question needs it.")),
    (r"Missing calculation", _("A calculate needs a calculation.")),
    (
        r"'(?P<column>[^']*)' value is invalid\. Reference variables must contain a name from"
        r".*find the name '(?P<name>.*?)'",
        _("The column “{column}” speaks of ${{{name}}}, but there is no question of that name."),
    ),
    (
        r"'(?P<column>[^']*)' value is invalid\. Reference variables names must be unique.*'(?P<name>.*?)' appears",
        _("The column “{column}” speaks of ${{{name}}}, but several questions have that name."),
    ),
    (
        r"'(?P<column>[^']*)' value is invalid\. Reference variables must start",
        _("The column “{column}” has a reference that is not written as ${{name}}."),
    ),
    (r"There is no survey element named '(?P<name>.*?)'", _("There is no question named “{name}”.")),
    (
        r"There are multiple survey elements named '(?P<name>.*?)'",
        _("Several questions are named “{name}”, so ${{{name}}} is not clear."),
    ),
    (r"Choice filter not supported with or_other", _("A question with or_other cannot have a choice filter.")),
    (r"Choice filter not supported for table-list", _("A question of a table-list cannot have a choice filter.")),
    (r"Please specify choices for this 'or other'", _("A question with or_other needs a list of choices.")),
    (
        r"list names don't match: (?P<one>.*?) vs\. (?P<other>.*)",
        _("All questions of a table-list need the same list, not {one} and {other}."),
    ),
    (r"required column headers were not found: (?P<columns>.*?)\.", _("These columns are missing: {columns}.")),
    (r"Repeat loop without list name", _("A loop needs the name of a list.")),
    (r"the parameter '(?P<name>.*?)' must (?P<rest>.*)", _("The parameter “{name}” of the range cannot be used.")),
    (r"Parameters must be in the form", _("The parameters must be written as key=value key=value.")),
    (r"The survey element named '(?P<name>.*?)' has no label", _("The question “{name}” has no label.")),
    (r"Audits must always be named", _("An audit has no name of its own.")),
    (
        r"name.*case-insensitive match|name '(?P<name>.*?)' is problematic",
        _("Two names differ only by capitals and small letters."),
    ),
    (r"(?:Repeat|Group) has no label", _("The group has no label.")),
    (
        r"Language '(?P<language>.*?)' is missing the (?P<sheet>\w+) (?:columns )?(?P<column>.*?)(?: column)?\.?$",
        _("The language “{language}” lacks {column} in the sheet “{sheet}”; another language is shown there."),
    ),
    (r"This form uses or_other and translations", _("What or_other adds is in English in every language.")),
    (r"Choices should have a label", _("The choice has no label.")),
    (r"only meant for filtered selects", _("A select_one_external without a choice filter offers everything.")),
    (r"'disabled' column header", _("A row that is marked as disabled is left out.")),
    (r"Row without name, text, or label", _("The row has neither type nor name; it is left out.")),
)
SILENT = re.compile(
    r"max-pixels parameter|no longer supported on most|Language 'default'|machine-readable codes|specify other"
    r"|similar names were found|label_or_hint",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Converted:
    """The XForm that pyxform made, where each path stands in the workbook, and lists that are no part of the XForm."""

    xform: bytes
    places: dict[str, Place]
    lists: dict[str, list[dict[str, Any]]]
    defaults: dict[int, str]


def convert(repaired: Repaired, report: Report, stem: str) -> Converted:
    """Let pyxform make the XForm; ``stem`` titles a form that has no title. Raises ImportRefused where it will not."""
    book = repaired.book
    _types(book.sheet("survey"), report)
    _lists(book, report)
    if report.errors:
        raise ImportRefused(_("The form cannot be read."))
    from pyxform.errors import PyXFormError
    from pyxform.survey_element import SurveyElement
    from pyxform.xls2xform import convert as make

    # It compares elements by all that is in them, for each question of a repeat: seconds in a large form.
    SurveyElement.__eq__ = object.__eq__
    for _attempt in range(TRIES):
        said: list[str] = []
        try:
            result = make(_as_dict(book, stem), warnings=said, form_name=repaired.root, validate=False)
            break
        except PyXFormError as error:
            if not _mended(book, str(error), report):
                for sentence in str(error).split("\n"):
                    if sentence.strip() and not sentence.startswith("{"):  # not the row as pyxform holds it
                        _say(report, book, sentence, wrong=True)
                raise ImportRefused(_("The form cannot be read.")) from error
        except (MemoryError, RecursionError):
            raise
        except Exception as error:  # a fault of pyxform's own, over something that nobody foresaw
            raise ImportRefused(
                _("The form cannot be read by pyxform: {problem}"), problem=f"{type(error).__name__}: {error}"[:300]
            ) from error
    else:
        raise ImportRefused(_("The form has too many mistakes to be read."))
    for sentence in (line for each in said for line in each.split("\n") if line.strip()):
        _say(report, book, sentence, wrong=False)
    data = result.xform.encode()
    lists = _external(book)
    return Converted(data, _places(book.sheet("survey"), repaired.root), lists, repaired.defaults)


def _types(survey: Sheet, report: Report) -> None:
    """Every question type that is not known, each with its row: pyxform stops at the first and tells none."""
    for row in survey.rows:
        kind = row.cells.get("type", "")
        if not kind or kind in KNOWN_TYPES or SELECT.fullmatch(kind) or BEGIN.match(kind) or END.match(kind):
            continue
        from pyxform.question_type_dictionary import QUESTION_TYPE_DICT

        if kind not in QUESTION_TYPE_DICT and not kind.startswith("osm") and not _is_setting(kind):
            what = (
                _("The question type “{type}” names no list of choices.")
                if re.match(r"(select|rank)", kind)
                else _("The question type “{type}” is not known.")
            )
            report.error(what, survey.place(row), type=kind)


def _lists(book: Workbook, report: Report) -> None:
    """Every question whose list is not there."""
    survey, there = book.sheet("survey"), {row.cells.get("list_name") for row in book.sheet("choices").rows}
    for row in survey.rows:
        found = SELECT.fullmatch(row.cells.get("type", ""))
        name = found[2].split(" or_other")[0].strip() if found else ""
        if not found or "file" in found[1] or "external" in found[1] or "${" in name or name.endswith(FILES):
            continue
        if not there:
            report.error(_("There is no sheet “choices”, but a question offers choices."), survey.place(row))
        elif name not in there:
            report.error(_("There is no list “{list}” among the choices."), survey.place(row), list=name)


def _is_setting(kind: str) -> bool:
    return plain(kind) in ("form_title", "set_form_title", "form_id", "set_form_id", "prefix")


def _as_dict(book: Workbook, stem: str) -> dict[str, Any]:
    """The workbook as pyxform takes it."""
    found: dict[str, Any] = {"sheet_names": [*book.sheets, *book.others], "fallback_form_name": stem}
    for name in ("survey", "choices", "settings", "external_choices", "osm"):
        sheet = book.sheets.get(name)
        if sheet is None or (name == "settings" and not sheet.rows):
            continue
        columns = list(dict.fromkeys([*sheet.columns, *(key for row in sheet.rows for key in row.cells)]))
        found[name] = [dict(row.cells) for row in sheet.rows]
        for row, cells in zip(sheet.rows, found[name], strict=True):
            if name == "survey" and cells.get("type") == "note" and not cells.get("name"):
                cells["name"] = f"generated_note_name_{row.number}"  # as pyxform names it, by the row of the file
        found[f"{name}_header"] = [dict.fromkeys(columns)]
    return found


def _row_of(book: Workbook, sheet: str, number: int) -> Place:
    """pyxform counts the rows that it was given; the file has blank ones between."""
    rows = book.sheet(sheet).rows
    at = number - 2
    if number <= 1:
        return Place(sheet, book.sheet(sheet).first)
    return Place(sheet, rows[at].number) if 0 <= at < len(rows) else Place(sheet)


def _place(book: Workbook, sentence: str) -> Place:
    sheet = SHEET.search(sentence)
    row = ROW.search(sentence)
    name = sheet[1] if sheet and sheet[1] in book.sheets else "survey"
    if row:
        return _row_of(book, name, int(row[1]))
    return Place(name) if sheet else NOWHERE


def _say(report: Report, book: Workbook, sentence: str, wrong: bool) -> None:
    tell = report.error if wrong else report.warn
    place = _place(book, sentence)
    if not wrong and SILENT.search(sentence):
        return
    for pattern, what in SAYINGS:
        if found := re.search(pattern, sentence, re.DOTALL):
            values = {key: text or "" for key, text in found.groupdict().items()}
            if place.sheet is None and values.get("sheet") in book.sheets:
                place = Place(values["sheet"], book.sheet(values["sheet"]).first)
            if place.row is None and values.get("name"):
                place = _named(book.sheet("survey"), values["name"]) or place
            tell(what, place, **values)
            return
    text = " ".join(ROW.sub("", sentence).split())[:300]
    tell(_("The form is not as pyxform wants it: {problem}"), place, problem=text)


def _named(survey: Sheet, name: str) -> Place | None:
    return next((survey.place(row) for row in survey.rows if row.cells.get("name") == name), None)


def _mended(book: Workbook, sentence: str, report: Report) -> bool:
    """Whether something could be put right after what pyxform said."""
    row = ROW.search(sentence)
    survey = book.sheet("survey")
    cells = survey.rows[int(row[1]) - 2].cells if row and 0 <= int(row[1]) - 2 < len(survey.rows) else {}
    place = _place(book, sentence)
    if re.search(
        r"accepted parameter keys|Parameters must be in the form|'parameters' value is invalid", sentence
    ) and (cells.get("parameters") and cells.get("type") != "range"):
        report.warn(
            _("The parameters “{text}” are not those of this type; they are left out."),
            place,
            text=cells.pop("parameters"),
        )
        return True
    wrong = re.search(r"[Pp]arameter ([\w-]+) must have|Invalid value for ([\w-]+)", sentence)
    if wrong:
        good = re.compile(rf"{wrong[1]}\s*=\s*\d+(\s|$)") if wrong[1] else re.compile("$^")
        named = (each for each in survey.rows if (wrong[1] or wrong[2]) in each.cells.get("parameters", ""))
        at_fault = [each for each in named if not good.search(each.cells["parameters"])]
        for each in at_fault:
            report.warn(
                _("The parameters “{text}” are not those of this type; they are left out."),
                survey.place(each),
                text=each.cells.pop("parameters"),
            )
        return bool(at_fault)
    if "you must also specify an image" in sentence:
        for each in survey.rows:
            each.cells = {key: text for key, text in each.cells.items() if not key.startswith("big-image")}
        return True
    if "or_other" in sentence and "Choice filter" in sentence and cells:
        cells["type"] = cells["type"].replace(" or_other", "")
        report.warn(_("or_other together with a choice filter is not possible: it is left out."), place)
        return True
    return False


def _places(survey: Sheet, root: str) -> dict[str, Place]:
    """Where in the survey every path of the XForm stands."""
    found: dict[str, Place] = {}
    here = [f"/{root}"]
    for row in survey.rows:
        kind, name, place = row.cells.get("type", ""), row.cells.get("name", ""), survey.place(row)
        if END.match(kind):
            if len(here) > 1:
                here.pop()
            continue
        path = f"{here[-1]}/{name}"
        if name:
            found.setdefault(path, place)
            for made in (f"{path}_count", f"{path}_other"):
                found.setdefault(made, place)
        if BEGIN.match(kind):
            here.append(path)
    return found


def _external(book: Workbook) -> dict[str, list[dict[str, Any]]]:
    """Lists of the sheet external_choices, which pyxform would write into a file beside the XForm."""
    lists: dict[str, list[dict[str, Any]]] = {}
    for row in book.sheet("external_choices").rows:
        cells = dict(row.cells)
        name, choice = cells.pop("list_name", ""), cells.get("name", "")
        if not name or not choice:
            continue
        labels = {key.partition("::")[2]: [cells.pop(key)] for key in list(cells) if key.partition("::")[0] == "label"}
        item: dict[str, Any] = {key: text for key, text in cells.items() if re.fullmatch(r"[^\W\d][\w.-]*", key)}
        lists.setdefault(name, []).append({**item, "name": choice, "labels": labels})
    return lists
