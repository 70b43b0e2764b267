"""Which column is which, and columns that have to be renamed, merged or left out before pyxform sees them."""

import difflib
import re

from blueprints.forms.importing.reading import Row, Sheet, Workbook
from blueprints.forms.importing.report import Report, _

TRANSLATED = ("label", "hint", "guidance_hint", "constraint_message", "required_message", "image", "audio", "video")
# By the word that a heading has, in lower case with _ for spaces: the column that pyxform knows it by.
SURVEY = {
    "relevance": "relevant",
    "skip_logic": "relevant",
    "calculate": "calculation",
    "caption": "label",
    "question": "label",
    "command": "type",
    "tag": "name",
    "value": "name",
    "variable_name": "name",
    "readonly": "read_only",
    "constraining_message": "constraint_message",
    "constraint_msg": "constraint_message",
    "validation_message": "constraint_message",
    "requiredmsg": "required_message",
    "required_msg": "required_message",
    "noapperrorstring": "no_app_error_string",
    "repeatcount": "repeat_count",
    "count": "repeat_count",
    "jr:count": "repeat_count",
    "guidance": "guidance_hint",
    "choicefilter": "choice_filter",
    "big_image": "big-image",
    "media:image": "image",
    "media:audio": "audio",
    "media:video": "video",
    "default_value": "default",
    "alert": "bind::odk:alert",
    "alert_level": "bind::odk:alert-level",
}
KNOWN_SURVEY = {
    *("type", "name", "label", "hint", "guidance_hint", "required", "required_message", "relevant", "constraint"),
    *("constraint_message", "calculation", "read_only", "default", "appearance", "parameters", "choice_filter"),
    *("repeat_count", "image", "audio", "video", "big-image", "trigger", "disabled", "no_app_error_string", "intent"),
    *("autoplay", "rows", "query", "save_to", "bind", "control", "body", "media", "instance", "compact_tag"),
    *("alert_label", "score"),
    *("$autoname", "kobo--score-choices", "kobo--rank-items", "kobo--rank-constraint-message", "kobo--matrix_list"),
}
CHOICES = {
    "list_name": "list_name",
    "list-name": "list_name",
    "listname": "list_name",
    "list": "list_name",
    "caption": "label",
    "value": "name",
    "choice_name": "name",
    "media:image": "image",
    "media:audio": "audio",
    "media:video": "video",
}
SETTINGS = {
    "form_title": "form_title",
    "set_form_title": "form_title",
    "title": "form_title",
    "id_string": "form_id",
    "set_form_id": "form_id",
    "formid": "form_id",
    "default_lang": "default_language",
    "prefix": "prefix",
}
QUIET = re.compile(
    r"\$\w+|_.*|notes?|comments?|remarks?|description|column\d*|x\.\d+|unnamed.*|tags?|hxl|id|#|no|section|source"
    r"|instance::.*|kobo--.*|sms_\w+|short.*|oc_.*|bind::oc:.*|media|dev.*|todo.*|translations?.*|\W+",
    re.IGNORECASE,
)


def plain(heading: str) -> str:
    """A heading's first word as it is looked up: lower case, _ for spaces."""
    return "_".join(heading.lower().split())


def tidy(book: Workbook, report: Report) -> None:
    """Make the headings of every sheet such that each column is there once, under the name pyxform knows."""
    for name, aliases in (("survey", SURVEY), ("choices", CHOICES), ("settings", SETTINGS)):
        if name in book.sheets:
            _rename(book.sheets[name], aliases, report)
    if "external_choices" in book.sheets:
        _rename(book.sheets["external_choices"], CHOICES, report)
    for sheet, heading in book.repeated:
        report.warn(
            _("The column “{column}” stands twice; the first one that is filled counts."),
            book.sheet(sheet).place(),
            column=heading,
        )


def standard(heading: str, aliases: dict[str, str]) -> str:
    """A heading written as pyxform wants it: "label:sw" as "label::sw", "Relevance" as "relevant"."""
    heading = re.sub(r"^(bind|control|body)\s*:\s*(?=(jr|orx|odk)\s*:)", r"\1::", heading)
    first, *rest = re.split(r"\s*::\s*", heading)
    first = first.strip()
    if not rest and ":" in first and not re.match(r"(bind:)?(jr|orx|odk|kobo|oc)\s*:", first):
        head, *more = [part.strip() for part in first.split(":")]
        word = aliases.get(plain(head), plain(head))
        if word in TRANSLATED or word in ("media", "bind", "control", "body", "instance"):
            first, rest = head, more
    word = plain(first)
    if word == "media" and rest and plain(rest[0]) in ("image", "audio", "video", "big-image"):
        word, rest = plain(rest[0]), rest[1:]
    if word == "bind" and rest:
        bound = {
            "relevant": "relevant",
            "required": "required",
            "constraint": "constraint",
            "calculate": "calculation",
            "readonly": "read_only",
            "jr:constraintmsg": "constraint_message",
            "jr:requiredmsg": "required_message",
        }.get(rest[0].replace(" ", "").lower())
        if bound:
            word, rest = bound, rest[1:]
    if word in ("control", "body") and rest:
        moved = {"appearance": "appearance", "jr:count": "repeat_count"}.get(rest[0].lower())
        if moved:
            word, rest = moved, rest[1:]
    word = aliases.get(word, word)
    known = word in KNOWN_SURVEY or word in aliases.values() or word in TRANSLATED or aliases is SETTINGS
    if not known:
        return heading.strip()
    return "::".join([word, *(part.strip() for part in rest if part.strip())])


def _rename(sheet: Sheet, aliases: dict[str, str], report: Report) -> None:
    names: dict[str, list[str]] = {}
    for heading in sheet.columns:
        names.setdefault(standard(heading, aliases), []).append(heading)
    for name, headings in names.items():
        if len(headings) > 1:
            report.warn(
                _("The columns {columns} mean the same; in each row the first one that is filled counts."),
                sheet.place(),
                columns=", ".join(f"“{each}”" for each in headings),
            )
        elif aliases is SURVEY:
            _unknown(sheet, name, report)
    drop = {name for name in names if aliases is SURVEY and not _is_known(name)}
    for row in sheet.rows:
        row.cells = _renamed(row, names, drop)
    sheet.rows = [row for row in sheet.rows if row.cells]
    sheet.columns = [name for name in names if name not in drop]


def _renamed(row: Row, names: dict[str, list[str]], drop: set[str]) -> dict[str, str]:
    found = {}
    for name, headings in names.items():
        text = next((row.cells[each] for each in headings if row.cells.get(each)), "")
        if text and name not in drop:
            found[name] = text
    return found


def _is_known(name: str) -> bool:
    first = name.partition("::")[0]
    if first in ("bind", "control", "body"):
        return bool(re.fullmatch(r"bind::(jr|odk|orx):[\w-]+(::.*)?|(control|body)::((jr|odk|orx):)?[\w-]+", name))
    return first in KNOWN_SURVEY and first not in ("instance", "compact_tag", "media")


def _unknown(sheet: Sheet, name: str, report: Report) -> None:
    if _is_known(name) or QUIET.fullmatch(name):
        return
    near = difflib.get_close_matches(plain(name.partition("::")[0]), sorted(KNOWN_SURVEY), 1, 0.8)
    if near:
        report.warn(
            _("The column “{column}” is not known and is left out. Is “{near}” meant?"),
            sheet.place(),
            column=name,
            near=near[0],
        )
    else:
        report.warn(_("The column “{column}” is not known and is left out."), sheet.place(), column=name)
