"""A file's bytes as sheets of texts, or as those of an XForm, within caps that are checked before it is unpacked."""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any
from xml.parsers import expat

from blueprints.forms.importing.cells import Book, opened
from blueprints.forms.importing.report import ImportRefused, Place, _

LARGEST = 8_000_000  # bytes of a file
EXPANDED = 60_000_000  # bytes of what is packed in a workbook
ROWS = 30_000  # of one sheet
COLUMNS = 500
CELLS = 600_000  # of all sheets
TEXT = 32_767  # characters of a cell, as in Excel
BLANK_ROWS = 200  # so many in a row end a sheet
DEPTH = 200  # of parentheses in a cell

SHEETS = ("survey", "choices", "settings", "external_choices", "entities", "osm")
SPACES = re.compile(r"[ \t\u00a0\u202f\u2007]+")
INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\u200b\ufeff\ufffe\uffff\ud800-\udfff]")


@dataclass(slots=True)
class Row:
    """One row that is not blank: its number in the file and its texts by column."""

    number: int
    cells: dict[str, str]


@dataclass(slots=True)
class Sheet:
    """One sheet: its columns as they are headed, and its rows."""

    name: str
    columns: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    first: int = 1  # the row of the headings

    def place(self, row: Row | None = None) -> Place:
        return Place(self.name, row.number if row else None)


@dataclass(slots=True)
class Workbook:
    """The sheets that make an XLSForm, by their names; ``others`` are names of further sheets."""

    sheets: dict[str, Sheet] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    repeated: list[tuple[str, str]] = field(default_factory=list)  # sheet and heading that stands twice

    def sheet(self, name: str) -> Sheet:
        """A sheet, or an empty one."""
        return self.sheets.get(name) or Sheet(name)


def read(data: bytes) -> Workbook | bytes:
    """The workbook of an .xlsx, .xls or .csv, or the bytes of an XForm, told apart by what they hold, not by name.

    Raises ImportRefused for what is too large, cannot be read, or is something else.
    """
    if len(data) > LARGEST:
        raise ImportRefused(_("The file is larger than {most} MB."), most=LARGEST // 1_000_000)
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise ImportRefused(_("The file is empty."))
    if data.startswith(b"PK"):
        return _xlsx(data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return _xls(data)
    start = data[:400].lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")
    if start.startswith(b"<"):
        if re.match(rb"<(!doctype )?html", start, re.IGNORECASE) and b"h:html" not in start:
            raise ImportRefused(_("This is a web page, not a form. Save the form as .xlsx first."))
        return data
    if data.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8")) or b"\x00" in data[:4000]:
        raise ImportRefused(_("This is no workbook, no CSV and no XForm."))
    return _csv(data)


Numbered = Iterator[tuple[int, list[str]]]


def _workbook(found: Iterable[tuple[str, Numbered]]) -> Workbook:
    """Sheets made of rows of texts, with the caps on them."""
    book, seen, total = Workbook(), 0, 0
    for title, rows in found:
        name = re.sub(r"[\s_]+", "_", title.strip().lower())
        seen += 1
        if name not in SHEETS or name in book.sheets:
            book.others.append(title)
            continue
        sheet = book.sheets[name] = Sheet(name)
        total = _fill(book, sheet, rows, total)
    if not seen:
        raise ImportRefused(_("The file is empty."))
    return book


def _fill(book: Workbook, sheet: Sheet, rows: Iterable[tuple[int, list[str]]], total: int) -> int:
    """Read a sheet: the first row with a text heads the columns. Returns how many cells all sheets have by now."""
    heads: list[str] = []
    last = 0
    for number, cells in rows:
        if not any(cells):
            continue
        if heads and number - last > BLANK_ROWS:
            break
        last = number
        total += sum(1 for text in cells if text)
        if number > ROWS:
            raise ImportRefused(_("The sheet has more than {most} rows."), sheet.place(), most=ROWS)
        if total > CELLS:
            raise ImportRefused(_("The file has more than {most} cells."), sheet.place(), most=CELLS)
        if not heads:
            heads = [SPACES.sub(" ", text.replace("\n", " ")).strip() for text in cells]
            sheet.first = number
            sheet.columns = list(dict.fromkeys(head for head in heads if head))
            book.repeated += [(sheet.name, head) for head in sheet.columns if heads.count(head) > 1]
            continue
        row: dict[str, str] = {}
        for head, text in zip(heads, cells, strict=False):
            if head and text and head not in row:
                row[head] = _checked(text, Place(sheet.name, number))
        if row:
            sheet.rows.append(Row(number, row))
    return total


def _checked(text: str, place: Place) -> str:
    if len(text) > TEXT:
        raise ImportRefused(_("A cell has more than {most} characters."), place, most=TEXT)
    if text.count("(") > DEPTH and depth(text) > DEPTH:
        raise ImportRefused(_("Parentheses lie more than {most} deep in each other."), place, most=DEPTH)
    return text


def depth(text: str) -> int:
    """How deep parentheses and brackets lie in each other."""
    deepest = now = 0
    for char in text:
        if char in "([":
            now += 1
            deepest = max(deepest, now)
        elif char in ")]":
            now -= 1
    return deepest


def text_of(value: Any) -> str:
    """A cell's value as a person reads it: 1.0 as 1, a truth as TRUE, a day without its midnight."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    text = INVISIBLE.sub("", str(value).replace("_x000D_", "")).replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("\u00a0", " ").strip()


def _xlsx(data: bytes) -> Workbook:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _weigh(archive)
            book = opened(archive)
            sheets = [(title, _xlsx_rows(book, part)) for title, part in book.sheets]
            if len(sheets) == 1 and not _is_known(sheets[0][0]):
                sheets = [("survey", sheets[0][1])]
            return _workbook(sheets)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError):
        raise ImportRefused(_("The workbook is damaged and cannot be unpacked.")) from None
    except (expat.ExpatError, ValueError) as error:
        raise ImportRefused(_("The workbook is damaged: {problem}"), problem=str(error)[:200]) from error


def _is_known(title: str) -> bool:
    return re.sub(r"[\s_]+", "_", title.strip().lower()) in SHEETS


def _xlsx_rows(book: Book, part: str) -> Numbered:
    for number, cells in book.rows(part, ROWS):
        last = min(max(cells), COLUMNS)
        yield number, [text_of(cells.get(column)) for column in range(1, last + 1)]


def _weigh(archive: zipfile.ZipFile) -> None:
    """Refuse what would unpack to too much, or has too many rows, before anything of it is kept."""
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if "mimetype" in names and "content.xml" in names:
        raise ImportRefused(_("This is an OpenDocument file. Save it as .xlsx first."))
    if not any(name.endswith("workbook.xml") for name in names):
        raise ImportRefused(_("This is a zip file, but no workbook."))
    read = [part for part in parts if part.filename.endswith((".xml", ".rels"))]
    if len(parts) > 5_000 or sum(part.file_size for part in read) > EXPANDED:
        raise ImportRefused(_("The file unpacks to more than {most} MB."), most=EXPANDED // 1_000_000)
    for part in read:
        rows = 0
        with archive.open(part) as stream:
            tail = b""
            while block := stream.read(1 << 20):
                whole = tail + block
                if b"<!DOCTYPE" in whole or b"<!ENTITY" in whole:
                    raise ImportRefused(_("The file defines XML entities, which a form has no use for."))
                rows += len(VALUED_ROW.findall(whole)) - len(VALUED_ROW.findall(tail))
                if rows > ROWS and "worksheets/" in part.filename:
                    raise ImportRefused(_("The workbook has a sheet of more than {most} rows."), most=ROWS)
                tail = whole[-200:]


VALUED_ROW = re.compile(
    rb"<(?:\w+:)?row\b[^>]*[^/]>\s*<(?:\w+:)?c\b[^>]*[^/]>"
)  # a row whose first cell holds something


def _xls(data: bytes) -> Workbook:
    import xlrd

    try:
        book = xlrd.open_workbook(file_contents=data, logfile=io.StringIO(), on_demand=True)
        sheets = [(sheet.name, _xls_rows(book, sheet, xlrd)) for sheet in book.sheets()]
        if len(sheets) == 1 and not _is_known(sheets[0][0]):
            sheets = [("survey", sheets[0][1])]
        return _workbook(sheets)
    except (ImportRefused, MemoryError):
        raise
    except Exception as error:  # whatever a damaged workbook makes its reader raise
        if "OLE2" in str(error):
            raise ImportRefused(_("The workbook is locked by a password, or is no workbook.")) from error
        raise ImportRefused(
            _("The workbook cannot be read: {problem}"), problem=f"{type(error).__name__}: {error}"[:200]
        ) from error


def _xls_rows(book: Any, sheet: Any, xlrd: Any) -> Numbered:
    for number in range(sheet.nrows):
        texts = []
        for cell in sheet.row(number)[:COLUMNS]:
            value = cell.value
            if cell.ctype == xlrd.XL_CELL_BOOLEAN:
                value = bool(value)
            elif cell.ctype == xlrd.XL_CELL_DATE:
                parts = xlrd.xldate_as_tuple(value, book.datemode)
                value = datetime(*parts) if any(parts[:3]) else time(*parts[3:])  # noqa: DTZ001  # a cell has no zone
            elif cell.ctype == xlrd.XL_CELL_ERROR:
                value = xlrd.error_text_from_code.get(value, "")
            texts.append(text_of(value))
        yield number + 1, texts


def _lines(data: bytes) -> list[tuple[int, list[str]]]:
    """The lines of a CSV, whatever its encoding and its delimiter. Raises ImportRefused."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    head = text.split("\n", 30)[:30]
    delimiter = max(",;\t", key=lambda each: sum(line.count(each) for line in head))
    csv.field_size_limit(TEXT * 4)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    lines: list[tuple[int, list[str]]] = []
    try:
        for line in reader:
            if len(lines) > ROWS:
                raise ImportRefused(_("The file has more than {most} rows."), most=ROWS)
            lines.append((reader.line_num, [text_of(cell) for cell in line]))
    except csv.Error as error:
        raise ImportRefused(
            _("The CSV cannot be read: {problem}"), Place(None, reader.line_num), problem=str(error)
        ) from error
    return lines


def table(data: bytes, file: str) -> tuple[list[str], list[list[str]]]:
    """Headings and rows of a CSV that came along with a form. Raises ImportRefused for what is too large or none."""
    if len(data) > LARGEST:
        raise ImportRefused(_("The file is larger than {most} MB."), Place(file), most=LARGEST // 1_000_000)
    try:
        lines = [line for _number, line in _lines(data) if any(line)]
    except ImportRefused as refusal:
        raise ImportRefused(refusal.what, Place(file, refusal.place.row), **refusal.values) from refusal
    return (lines[0], lines[1:]) if lines else ([], [])


def _csv(data: bytes) -> Workbook:
    """Either one sheet with headings, or pyxform's way: the first column names the sheet, the next row has headings."""
    lines = _lines(data)
    book = Workbook()
    if any(line and _is_known(line[0]) and not any(line[1:3]) for _number, line in lines):
        found: dict[str, list[tuple[int, list[str]]]] = {}
        name = ""
        for number, line in lines:
            if line and line[0]:
                name = re.sub(r"[\s_]+", "_", line[0].lower())
            if any(line[1:]):
                found.setdefault(name, []).append((number, line[1:]))
    else:
        found = {"survey": lines}
    total = 0
    for name, rows in found.items():
        if name in SHEETS:
            book.sheets[name] = Sheet(name)
            total = _fill(book, book.sheets[name], rows, total)
    return book
