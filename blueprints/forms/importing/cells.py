"""The cells of an .xlsx, read part by part as a stream: real files hold hundreds of thousands of styled empty cells."""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from xml.parsers import expat

from blueprints.forms.importing.report import ImportRefused, _

DAYS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}  # built-in number formats of moments
FORMAT = re.compile(r"\"[^\"]*\"|\\.|\[[^\]]*\]|_.|\*.")
COLUMN = re.compile("[A-Z]+")
Cells = dict[int, Any]


def local(name: str) -> str:
    return name.rpartition(":")[2]


class Book:
    """An .xlsx that is open: ``sheets`` are (title, part), in their order."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.names = {name.lower(): name for name in archive.namelist()}
        workbook = next(name for name in archive.namelist() if name.endswith("workbook.xml"))
        folder = posixpath.dirname(workbook)
        targets: dict[str, str] = {}
        for name, attributes in self._elements(f"{folder}/_rels/{posixpath.basename(workbook)}.rels"):
            if name == "Relationship":
                target = attributes.get("Target", "")
                path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
                targets[attributes.get("Id", "")] = path
        self.sheets: list[tuple[str, str]] = []
        self.epoch = datetime(1899, 12, 30)  # noqa: DTZ001  # a cell has no zone
        for name, attributes in self._elements(workbook):
            if name == "workbookPr" and attributes.get("date1904") in ("1", "true"):
                self.epoch = datetime(1904, 1, 1)  # noqa: DTZ001
            if name == "sheet":
                key = next((value for key, value in attributes.items() if local(key) == "id"), "")
                self.sheets.append((attributes.get("name", ""), targets.get(key, "")))
        found = [path for path in targets.values() if path.lower().endswith("sharedstrings.xml")]
        self.texts = _texts(self._bytes(found[0])) if found else []
        found = [path for path in targets.values() if path.lower().endswith("styles.xml")]
        self.moments = self._moments(found[0]) if found else []

    def _bytes(self, part: str) -> bytes:
        name = self.names.get(part.lower())
        return self.archive.read(name) if name else b""

    def _elements(self, part: str) -> list[tuple[str, dict[str, str]]]:
        """Every element of a part: its name and attributes."""
        found: list[tuple[str, dict[str, str]]] = []
        parser = expat.ParserCreate()
        parser.StartElementHandler = lambda name, attributes: found.append((local(name), attributes))
        data = self._bytes(part)
        if data:
            parser.Parse(data, True)
        return found

    def _moments(self, part: str) -> list[bool]:
        """For each cell style whether it shows a number as a moment."""
        own: dict[str, bool] = {}
        styles: list[bool] = []
        inside = False
        for name, attributes in self._elements(part):
            if name == "numFmt":
                code = FORMAT.sub("", attributes.get("formatCode", ""))
                own[attributes.get("numFmtId", "")] = bool(re.search(r"[dmyhs]", code, re.IGNORECASE))
            elif name in ("cellXfs", "cellStyles", "cellStyleXfs", "dxfs"):
                inside = name == "cellXfs"
            elif name == "xf" and inside:
                number = attributes.get("numFmtId", "0")
                styles.append(own.get(number, number.isdigit() and int(number) in DAYS))
        return styles

    def rows(self, part: str, most: int) -> Iterator[tuple[int, Cells]]:
        """The rows that hold something: number, and values by column. Stops after ``most`` rows with values."""
        reader = _Rows(self)
        name = self.names.get(part.lower())
        if name is None:
            return
        with self.archive.open(name) as stream:
            while block := stream.read(1 << 18):
                reader.parser.Parse(block, False)
                yield from reader.take()
                if reader.count > most:
                    return
            reader.parser.Parse(b"", True)
        yield from reader.take()

    def moment(self, number: float) -> Any:
        """The day, time or both that a number stands for."""
        try:
            found = self.epoch + timedelta(days=number)
        except OverflowError:
            return number
        found = (found + timedelta(microseconds=500_000)).replace(microsecond=0)
        return found.time() if 0 <= number < 1 else found


class _Rows:
    """Handlers that gather the rows of a sheet."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.done: list[tuple[int, Cells]] = []
        self.number = self.column = self.count = 0
        self.cells: Cells = {}
        self.cell: dict[str, str] = {}
        self.text: list[str] = []

    def take(self) -> list[tuple[int, Cells]]:
        found, self.done = self.done, []
        return found

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if ":" in name:
            name = local(name)
        if name == "c":
            self.cell, self.text = attributes, []
            self.column += 1
        elif name in ("v", "t"):
            self.parser.CharacterDataHandler = self.text.append
        elif name == "row":
            self.number = int(attributes.get("r", self.number + 1))
            self.column, self.cells = 0, {}

    def end(self, name: str) -> None:
        if ":" in name:
            name = local(name)
        if name in ("v", "t"):
            self.parser.CharacterDataHandler = None
        elif name == "c":
            if self.text:
                self.column = _column(self.cell["r"]) if "r" in self.cell else self.column
                self.cells[self.column] = self.value("".join(self.text), self.cell.get("t", "n"))
        elif name == "row" and self.cells:
            self.count += 1
            self.done.append((self.number, self.cells))

    def value(self, text: str, kind: str) -> Any:
        if kind == "s":
            return self.book.texts[int(text)] if int(text) < len(self.book.texts) else ""
        if kind == "b":
            return text == "1"
        if kind != "n":
            return text
        try:
            number = float(text)
        except ValueError:
            return text
        style = int(self.cell.get("s") or 0)
        if style < len(self.book.moments) and self.book.moments[style]:
            return self.book.moment(number)
        return int(text) if re.fullmatch(r"-?\d{1,18}", text) else number


def _column(reference: str) -> int:
    found = COLUMN.match(reference)
    number = 0
    for letter in found[0] if found else "A":
        number = number * 26 + ord(letter) - 64
    return number


def _texts(data: bytes) -> list[str]:
    """The texts that cells share; how parts of them look is left out, and so are readings (phonetic runs)."""
    found: list[str] = []
    parts: list[str] = []
    parser = expat.ParserCreate()
    parser.buffer_text = True
    silent = [0]

    def start(name: str, _attributes: dict[str, str]) -> None:
        name = local(name)
        if name == "si":
            parts.clear()
        elif name == "rPh":
            silent[0] += 1
        elif name == "t" and not silent[0]:
            parser.CharacterDataHandler = parts.append

    def end(name: str) -> None:
        name = local(name)
        if name == "t":
            parser.CharacterDataHandler = None
        elif name == "rPh":
            silent[0] -= 1
        elif name == "si":
            found.append("".join(parts))

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.Parse(data, True)
    return found


def opened(archive: zipfile.ZipFile) -> Book:
    """An .xlsx as a book. Raises ImportRefused where its parts are no XML."""
    try:
        return Book(archive)
    except (expat.ExpatError, KeyError, ValueError, StopIteration) as error:
        raise ImportRefused(_("The workbook is damaged: {problem}"), problem=str(error)[:200]) from error
