"""What a person typed, as the text that is kept (twin: static/js/engine/values.js).

The canonical text of each type: a number has ASCII digits and a point; a date is 2026-11-24, a time 09:05, a dateTime
2026-11-24T09:05 (with an offset where one was given); a select_multiple and a rank have their names with a space
between; an image or another file is the id of its file; an acknowledge is OK; a geopoint is latitude, longitude and
perhaps altitude and accuracy with a space between, a geotrace and a geoshape are points with "; " between.
"""

import re
from collections.abc import Callable, Container

from blueprints.forms.engine.completion import FILES, SILENT
from blueprints.forms.engine.dates import is_day
from blueprints.forms.engine.definition import Definition, Question
from blueprints.forms.engine.functions import words

Say = Callable[[str], str]  # translates an English message
Read = tuple[str, str]  # the canonical text, and a message where there is none

LONGEST = 10_000  # characters of a text
DIGITS = 15  # of a number: more cannot be reckoned with exactly
ZEROS = "٠۰०০੦૦୦௦౦೦൦๐໐༠၀០᠐０"  # the zeros of other scripts, each followed by its nine
FOREIGN = {ord(zero) + digit: str(digit) for zero in ZEROS for digit in range(10)} | {0x2212: "-"}
BLANK = re.compile("[\\s\u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]*", re.ASCII)
EDGES = " \t\n\r\f\v\u00a0\u202f"
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
FILE = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MOMENT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-][01]\d:?[0-5]\d)?", re.ASCII
)
MOMENTS = ("start", "end", "today")
NUMBER = re.compile(r"([+-]?)(\d*)(?:[.,٫](\d*))?", re.ASCII)
THOUSANDS = re.compile("[+-]?[0-9]{1,3}([ \u00a0\u202f][0-9]{3})+([.,٫][0-9]*)?")


def canonical(
    definition: Definition, question: Question, texts: list[str], files: Container[str] | None, _: Say
) -> Read:
    """The canonical text of what was typed for a question, '' for nothing; or a message where it cannot be read."""
    texts = [text for text in texts if not BLANK.fullmatch(text)]
    if not texts:
        return "", ""
    if question.type in ("select_multiple", "rank"):
        return _choices(definition, question, [name for text in texts for name in words(text)], _)
    if question.type in ("geotrace", "geoshape"):
        return _points(";".join(texts), 2 if question.type == "geotrace" else 3, _)
    if len(texts) > 1 and question.type not in FILES:
        return "", _("Give one answer only.")
    text = texts[-1]  # of files, the newest
    if question.type in ("text", "barcode") or (question.type in SILENT and question.type not in MOMENTS):
        return _text(text, _)
    if question.type == "select_one":
        return _choices(definition, question, [text.strip(EDGES)], _)
    text = ascii_digits(text).strip(EDGES)
    match question.type:
        case "integer" | "decimal":
            return _number(text, question.type == "integer", _)
        case "range":
            return _range(text, question, _)
        case "date" | "today":
            return _date(text, _)
        case "dateTime" | "start" | "end":
            return _moment(text, _)
        case "geopoint":
            return _points(text, 1, _)
        case "time":
            found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)(:[0-5]\d(\.\d+)?)?", text, re.ASCII)
            return (f"{found[1]}:{found[2]}", "") if found else ("", _("Write a time from 00:00 to 23:59."))
        case "acknowledge":
            return (text, "") if text == "OK" else ("", _("This answer is not among the choices."))
    if FILE.fullmatch(text) and (files is None or text in files):
        return text, ""
    photo = question.type == "image"
    return "", _("This photo is not with the answers.") if photo else _("This file is not with the answers.")


def unified(text: str) -> str:
    """Line ends become LF: browsers post CR LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def ascii_digits(text: str) -> str:
    """Digits of other scripts as 0 to 9, the minus sign as a hyphen."""
    return text.translate(FOREIGN)


def _text(text: str, _: Say) -> Read:
    if len(text) > LONGEST:
        return "", _("Write at most {limit} characters.").format(limit=LONGEST)
    if CONTROL.search(text):
        return "", _("This text contains a character that cannot be kept.")
    return text, ""


def _number(text: str, whole: bool, _: Say) -> Read:
    if THOUSANDS.fullmatch(text):
        text = re.sub("[ \u00a0\u202f]", "", text)
    found = NUMBER.fullmatch(text)
    if not found or not (found[2] or found[3]) or (whole and (found[3] or "").strip("0")):
        return "", _("Write a whole number, such as 12.") if whole else _("Write a number, such as 12.5.")
    units, decimals = found[2].lstrip("0"), (found[3] or "").rstrip("0")
    if len(units + decimals) > DIGITS:
        return "", _("This number is too long.")
    number = (units or "0") + (f".{decimals}" if decimals else "")
    return ("-" if found[1] == "-" and number != "0" else "") + number, ""


def _range(text: str, question: Question, _: Say) -> Read:
    start, end, step = (question.parameters[key] for key in ("start", "end", "step"))
    value, message = _number(text, False, _)
    steps = (float(value) - start) / step if value else -1.0
    if message or float(value) < start or float(value) > end or abs(steps - int(steps + 0.5)) > 1e-9:
        return "", _("Choose a number from {low} to {high}.").format(low=f"{start:g}", high=f"{end:g}")
    return value, ""


def _date(text: str, _: Say) -> Read:
    found = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text, re.ASCII)
    if not found or not is_day(*(int(part) for part in found.groups())):
        return "", _("This is not a day of the calendar.")
    return text, ""


def _moment(text: str, _: Say) -> Read:
    found = MOMENT.fullmatch(text)
    if not found or not is_day(*(int(part) for part in found.groups()[:3])):
        return "", _("Write a day and a time, such as 2026-11-24 09:05.")
    return f"{text[:10]}T{text[11:]}", ""


def _points(text: str, least: int, _: Say) -> Read:
    """One point, or several with semicolons or line ends between them."""
    points = [_point(point) for point in re.split("[;\n]", text) if not BLANK.fullmatch(point)]
    if not all(points) or len(points) < least or (least == 1 and len(points) > 1):
        message = _("Write a place as latitude and longitude, such as 48.1173 -1.6778.")
        return "", message if least == 1 or not all(points) else _("Give at least {count} points.").format(count=least)
    return "; ".join(points), ""


def _point(text: str) -> str:
    plain = re.sub(r"^(-?\d+\.\d+),(-?\d+\.\d+)$", r"\1 \2", ascii_digits(text).strip(EDGES), flags=re.ASCII)
    read = [_number(part.rstrip(","), False, str)[0] for part in words(plain)]
    if not 2 <= len(read) <= 4 or not all(read) or abs(float(read[0])) > 90 or abs(float(read[1])) > 180:
        return ""
    return " ".join(read)


def _choices(definition: Definition, question: Question, names: list[str], _: Say) -> Read:
    known = definition.names_of(question)
    if question.list_name in definition.source.get("external", {}) and not known:
        return " ".join(dict.fromkeys(names)), ""  # a list of elsewhere that is not at hand
    if not known.issuperset(names):
        return "", _("This answer is not among the choices.")
    return " ".join(dict.fromkeys(names)), ""
