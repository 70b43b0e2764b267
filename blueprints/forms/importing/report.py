"""What is said of an imported file, by sheet and row.

A form is read in a process of its own, which knows no reader and no language: a remark carries its English sentence and
what stands in it, and is put into the reader's language by ``told`` where it is shown.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Values = Mapping[str, Any]  # texts, numbers, or again {"what", "values"}


def _(text: str) -> str:
    """Marks a sentence for the catalogue; it is translated where it is shown."""
    return text


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the file: the sheet and its row; in an XForm no sheet, and the line. None where there is none."""

    sheet: str | None = None
    row: int | None = None


NOWHERE = Place()


class ImportRefused(Exception):
    """The file cannot be used, for one cause; raised wherever reading cannot go on."""

    def __init__(self, what: str, place: Place = NOWHERE, **values: Any) -> None:
        super().__init__(what)
        self.what, self.place, self.values = what, place, values


ALIKE = 20  # remarks of one kind that are told one by one


@dataclass(slots=True)
class Report:
    """All remarks on one file, in the order in which they were made, each only once."""

    errors: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)
    unsupported: list[dict[str, Any]] = field(default_factory=list)
    more: Counter[str] = field(default_factory=Counter)

    def error(self, what: str, place: Place = NOWHERE, **values: Any) -> None:
        """The file is refused for this."""
        self._add(self.errors, what, place, values)

    def warn(self, what: str, place: Place = NOWHERE, **values: Any) -> None:
        """Something was repaired, or may not be what was meant. Of many that are alike the first are told."""
        self.more[what] += 1
        if self.more[what] <= ALIKE:
            self._add(self.warnings, what, place, values)

    def miss(self, what: str, place: Place = NOWHERE, **values: Any) -> None:
        """Something of the form cannot be done here; the sentence says what happens instead."""
        self._add(self.unsupported, what, place, values)

    def refuse(self, refusal: ImportRefused) -> None:
        self._add(self.errors, refusal.what, refusal.place, refusal.values)

    def _add(self, remarks: list[dict[str, Any]], what: str, place: Place, values: Values) -> None:
        remark = {"sheet": place.sheet, "row": place.row, "what": what, "values": dict(values)}
        if remark not in remarks[-ALIKE:]:
            remarks.append(remark)

    def as_dict(self) -> dict[str, list[dict[str, Any]]]:
        """The three lists; where many warnings were alike, how many more there are."""
        for what, count in self.more.items():
            if count > ALIKE:
                like = next((each for each in reversed(self.warnings) if each["what"] == what), None)
                place = Place(like["sheet"]) if like else NOWHERE
                self._add(
                    self.warnings,
                    _("The same holds for {count} more rows, after row {row}."),
                    place,
                    {"count": count - ALIKE, "row": (like and like["row"]) or 0},
                )
        return {"errors": self.errors, "warnings": self.warnings, "unsupported": self.unsupported}


def told(remarks: list[dict[str, Any]], say: Callable[[str], str]) -> list[dict[str, Any]]:
    """Remarks as {"sheet", "row", "what"} with ``what`` in the language of ``say`` (a gettext)."""
    return [{"sheet": each["sheet"], "row": each["row"], "what": sentence(each, say)} for each in remarks]


def sentence(remark: dict[str, Any], say: Callable[[str], str] = str) -> str:
    """A remark in words; a sentence within it is translated as well."""
    values = {
        key: sentence(value, say) if isinstance(value, dict) else value for key, value in remark["values"].items()
    }
    return say(remark["what"]).format(**values)
