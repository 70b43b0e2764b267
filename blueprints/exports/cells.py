"""What stands in a cell: neutral to spreadsheets, which take some texts for formulas."""

import re

FORMULA = re.compile(r"[\s\u00a0\ufeff]*[=+\-@＝＋－＠]|[\t\r\n]")
NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # in XML, and so in a workbook


def neutral(text: str) -> str:
    """A text that no spreadsheet takes for a formula: one that begins like one gets an apostrophe before it."""
    return f"'{text}" if FORMULA.match(text) else text


def legal(text: str) -> str:
    """The text without characters that XML cannot have."""
    return ILLEGAL.sub("\ufffd", text)


def is_number(text: str) -> bool:
    """Whether a canonical text is a number."""
    return number_of(text) is not None


def number_of(text: str) -> int | float | None:
    """A canonical text as a number; None for what is none."""
    if not NUMBER.fullmatch(text) or len(text) > 17:
        return None
    return float(text) if "." in text else int(text)


def sheet_name(wanted: str, taken: set[str]) -> str:
    """A name that a workbook takes for a sheet: at most 31 characters, none of []:*?/\\, no formula, none twice."""
    plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", legal(wanted))
    plain = re.sub(r"^[\s=+\-@＝＋－＠'\ufeff]+|[\s']+$", "", " ".join(plain.split()))[:31].strip(" '") or "answers"
    name, n = plain, 2
    while name.lower() in taken or name.lower() == "history":  # a word that Excel keeps for itself
        name, n = f"{plain[:27]} {n}", n + 1
    taken.add(name.lower())
    return name
