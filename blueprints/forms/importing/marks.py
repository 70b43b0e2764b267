"""What a form marks for the desk: answers that somebody must look at, and scores (docs/forms.md).

Columns of the survey sheet: `alert` (an expression, as in `constraint`), `alert_level` (urgent or watch), `alert_label`
and `score`, both in any language. pyxform hands the first two on with the bindings; it never sees the texts.
"""

import re
from typing import TYPE_CHECKING, Any

from blueprints.forms.engine.completion import LEVELS, SCORES
from blueprints.forms.importing.reading import Sheet
from blueprints.forms.importing.report import _
from blueprints.forms.importing.xform import Spot

if TYPE_CHECKING:
    from blueprints.forms.importing.compiling import Compiler

Marks = dict[int, dict[str, dict[str, str]]]  # by row of the survey, by column, by language ("": the form's own)
TEXTS = ("alert_label", "score")
SCORE = re.compile(r"(.*_)?score(_total)?", re.IGNORECASE)  # what such a calculation is called where nothing says so


def taken_from(survey: Sheet) -> Marks:
    """The texts of the marks, taken out of the sheet."""
    found: Marks = {}
    for row in survey.rows:
        for heading in [each for each in row.cells if each.partition("::")[0] in TEXTS]:
            column, _colons, language = heading.partition("::")
            found.setdefault(row.number, {}).setdefault(column, {})[language] = row.cells.pop(heading)
    survey.columns = [each for each in survey.columns if each.partition("::")[0] not in TEXTS]
    return found


class Marked:
    """The alerts and scores of one form, gathered as its rows are compiled."""

    def __init__(self, compiler: "Compiler", marks: Marks) -> None:
        self.compiler = compiler
        self.marks = marks
        self.alerts: list[dict[str, Any]] = []
        self.scores: list[dict[str, Any]] = []

    def look(self, spot: Spot, row: dict[str, Any]) -> None:
        """What one row marks."""
        place = self.compiler.place(spot.path)
        texts = self.marks.get(place.row or 0, {}) if place.sheet == "survey" and self._own(spot) else {}
        if spot.bound("odk:alert"):
            self._alert(spot, row, texts.get("alert_label", {}))
        if "score" in texts:
            self._score(spot, row, texts["score"])

    def _own(self, spot: Spot) -> bool:
        """Whether the row of the sheet is its own: what pyxform adds beside a question shares the question's row."""
        places = self.compiler.places
        return places is not None and spot.path in places and not spot.path.endswith(("_count", "_other"))

    def _alert(self, spot: Spot, row: dict[str, Any], label: dict[str, str]) -> None:
        level = spot.bound("odk:alert-level").lower() or "watch"
        if level not in LEVELS:
            self.compiler.report.warn(
                _("“{name}”: the level of an alert is urgent or watch, not “{level}”; it is taken for watch."),
                self.compiler.place(spot.path),
                name=spot.name,
                level=level,
            )
            level = "watch"
        test = self.compiler.tree(spot.bound("odk:alert"), "alert", spot.path)
        if test is not None:
            words = self._text(label) or row.get("label") or {self.compiler.language: [spot.name]}
            self.alerts.append({"path": spot.path, "test": test, "level": level, "label": words})

    def _score(self, spot: Spot, row: dict[str, Any], text: dict[str, str]) -> None:
        kind = next(iter(text.values())).strip().lower()
        if row["type"] == "range" and kind in SCORES:
            parameters = row.get("parameters", {})
            if tuple(parameters.get(key) for key in ("start", "end", "step")) == (*SCORES[kind], 1):
                row["score"] = kind
                return
        if row["type"] == "calculate" and not self._repeated(spot):
            self._reckon(spot, self._text(text))
            return
        self.compiler.report.warn(
            _("“{name}”: a score is a calculation outside of repeats, or nps, csat or ces on the range that it needs."),
            self.compiler.place(spot.path),
            name=spot.name,
        )

    def _reckon(self, spot: Spot, label: dict[str, Any]) -> None:
        names = {score["name"] for score in self.scores}
        name = spot.name if spot.name not in names else spot.path.split("/", 2)[-1].replace("/", ".")
        self.scores.append({"name": name, "label": label, "value": ["p", spot.path]})

    def reckoned(self) -> list[dict[str, Any]]:
        """The scores: those that are marked; in a form that marks none, calculations that are called so."""
        if not self.scores:
            for path, row in self.compiler.rows.items():
                spot = self.compiler.xform.places[path]
                if row["type"] == "calculate" and SCORE.fullmatch(spot.name) and not self._repeated(spot):
                    words = spot.name.replace("_", " ").strip().capitalize()
                    self._reckon(spot, row.get("label") or {self.compiler.language: [words]})
        return self.scores

    def _text(self, text: dict[str, str]) -> dict[str, list[Any]]:
        """In the form's own languages; one without a name is its own."""
        found = {language or self.compiler.language: [words] for language, words in text.items() if words.strip()}
        return {language: words for language, words in found.items() if language in self.compiler.languages}

    def _repeated(self, spot: Spot) -> bool:
        around = spot.parent
        while around is not None:
            if around.repeat is not None:
                return True
            around = around.parent
        return False
