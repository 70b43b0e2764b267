"""The files of an export, written row by row: nothing of what is written stays in memory."""

import csv
import json
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any
from xml.sax.saxutils import escape, quoteattr

from blueprints.exports.cells import legal, neutral, sheet_name
from blueprints.exports.tables import ROW, Cell, Filling, Layout, Table, nested, put

OPENROSA = "http://openrosa.org/xforms"
ROWS = 1_048_576  # of a sheet, its head among them
LONGEST = 32_000  # characters of a cell
COLUMNS = 16_000  # of a sheet
LINKS = ("id", "parent", "row")


class Writer(ABC):
    """One file in the making. ``facts``: what is said of each filled form, by key, in words."""

    suffix = ""

    def __init__(self, path: Path, layout: Layout, facts: Mapping[str, str]) -> None:
        self.path, self.layout, self.facts = path, layout, facts

    @abstractmethod
    def add(self, filling: Filling) -> None:
        """Write one filled form."""

    @abstractmethod
    def close(self) -> Path:
        """Write what is left; the file, which is whole now."""

    @abstractmethod
    def abandon(self) -> None:
        """Let go of what is open; nothing of it is wanted."""

    def heads(self, table: Table) -> list[str]:
        """The headings of a table."""
        names = self.layout.shape.names
        first = ["id", *(key if names else word for key, word in self.facts.items())] if not table.path else list(LINKS)
        return [neutral(head) for head in (*first, *(column.heading for column in table.columns))]

    def lines(self, filling: Filling) -> list[tuple[str, list[Cell]]]:
        """(table, cells) of a filled form and of its rows of repeats."""
        facts: list[Cell] = [_safe(filling.facts.get(key)) for key in self.facts]
        return [
            (
                table,
                [id, *facts, *cells]
                if not table
                else [id, parent, int(id.rpartition(".")[2].rpartition("/")[2]), *cells],
            )
            for table, id, parent, cells in self.layout.rows(filling)
        ]


def _safe(cell: Cell) -> Cell:
    return neutral(cell) if isinstance(cell, str) else cell


class CsvWriter(Writer):
    """A table of text with a byte order mark; where there are repeats, a zip of one for each."""

    def __init__(self, path: Path, layout: Layout, facts: Mapping[str, str], comma: bool) -> None:
        super().__init__(path, layout, facts)
        self.comma = comma
        self.suffix = "csv" if len(layout.tables) == 1 else "zip"
        self.files: dict[str, IO[str]] = {}
        self.rows: dict[str, Any] = {}
        for number, (key, table) in enumerate(layout.tables.items()):
            file = path.with_name(f"{path.name}.{number}").open("w", encoding="utf-8-sig", newline="")
            self.files[key] = file
            self.rows[key] = csv.writer(file, delimiter=";" if comma else ",", lineterminator="\r\n")
            self.rows[key].writerow(self.heads(table))

    def add(self, filling: Filling) -> None:
        for table, cells in self.lines(filling):
            self.rows[table].writerow([self._text(cell) for cell in cells])

    def _text(self, cell: Cell) -> str:
        if cell is None:
            return ""
        return str(cell).replace(".", ",") if self.comma and isinstance(cell, float) else str(cell)

    def close(self) -> Path:
        parts = []
        for file in self.files.values():
            file.close()
            parts.append(Path(file.name))
        if self.suffix == "csv":
            return parts[0].replace(self.path)
        taken: set[str] = set()
        with zipfile.ZipFile(self.path, "w", zipfile.ZIP_DEFLATED) as whole:
            for part, table in zip(parts, self.layout.tables.values(), strict=True):
                whole.write(part, f"{sheet_name(table.title, taken)}.csv")
                part.unlink()
        return self.path

    def abandon(self) -> None:
        for file in self.files.values():
            file.close()


class XlsxWriter(Writer):
    """A workbook with a sheet for each table, and more of them where a sheet is full."""

    suffix = "xlsx"

    def __init__(self, path: Path, layout: Layout, facts: Mapping[str, str]) -> None:
        super().__init__(path, layout, facts)
        import xlsxwriter

        plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self.book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent), **plain})
        self.taken: set[str] = set()
        self.bold = self.book.add_format({"bold": True})
        self.sheets: dict[str, Any] = {}
        self.at: dict[str, int] = {}
        for key in layout.tables:
            self._begin(key)

    def _begin(self, key: str) -> None:
        table = self.layout.tables[key]
        sheet = self.book.add_worksheet(sheet_name(table.title, self.taken))
        for column, head in enumerate(self.heads(table)):
            sheet.write_string(0, column, legal(head)[:LONGEST], self.bold)
        self.sheets[key], self.at[key] = sheet, 1

    def add(self, filling: Filling) -> None:
        for table, cells in self.lines(filling):
            if self.at[table] == ROWS:
                self._begin(table)
            sheet, row = self.sheets[table], self.at[table]
            for column, cell in enumerate(cells):
                if isinstance(cell, str):
                    sheet.write_string(row, column, _fitting(legal(cell)))
                elif cell is not None:
                    sheet.write_number(row, column, cell)
            self.at[table] += 1

    def close(self) -> Path:
        self.book.close()
        return self.path

    def abandon(self) -> None:
        self.book.close()  # the only way to let go of its sheets' files


def _fitting(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} […]"


class JsonWriter(Writer):
    """A list of objects: what is said of each filled form, and its answers as they lie in the form."""

    suffix = "json"

    def __init__(self, path: Path, layout: Layout, facts: Mapping[str, str]) -> None:
        super().__init__(path, layout, facts)
        self.file = path.open("w", encoding="utf-8")
        self.between = "[\n"

    def add(self, filling: Filling) -> None:
        said = {key: value for key, value in filling.facts.items() if value not in (None, "")}
        whole = {"id": filling.id, **said, "answers": nested(filling, self.layout)}
        self.file.write(self.between + json.dumps(whole, ensure_ascii=False))
        self.between = ",\n"

    def close(self) -> Path:
        self.file.write(("[" if self.between == "[\n" else "") + "\n]\n")
        self.file.close()
        return self.path

    def abandon(self) -> None:
        self.file.close()


class XmlWriter(Writer):
    """The instances, one after the other in one document, as an XForm of the same version has them."""

    suffix = "xml"

    def __init__(self, path: Path, layout: Layout, facts: Mapping[str, str]) -> None:
        super().__init__(path, layout, facts)
        self.file = path.open("w", encoding="utf-8")
        self.file.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<instances xmlns:orx="{OPENROSA}">\n')

    def add(self, filling: Filling) -> None:
        definition = filling.definition
        said = "".join(
            f" {key}={quoteattr(legal(str(value)))}"
            for key, value in filling.facts.items() if value not in (None, "") and key.isidentifier()
        )  # fmt: skip
        tree: dict[str, Any] = {}
        for path, value in filling.values.items():
            question = definition.questions.get(ROW.sub("", path))
            if question is not None:
                put(tree, path.split("/")[2:], None if question.holds_others else value)
        root = definition.root
        self.file.write(
            f"<instance{said}><{root} id={quoteattr(definition.form_id)} version={quoteattr(filling.version)}>"
            f"{_elements(tree)}<orx:meta><orx:instanceID>uuid:{filling.id}</orx:instanceID></orx:meta>"
            f"</{root}></instance>\n"
        )

    def close(self) -> Path:
        self.file.write("</instances>\n")
        self.file.close()
        return self.path

    def abandon(self) -> None:
        self.file.close()


def _elements(tree: Mapping[str, Any]) -> str:
    return "".join(
        f"<{name}>{_elements(each) if isinstance(each, dict) else escape(legal(str(each or '')))}</{name}>"
        for name, value in tree.items()
        for each in (value if isinstance(value, list) else [value])
    )
