"""Two versions of a form compared: what is new, gone or changed, and what that means for what was collected."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

Json = dict[str, Any]
SILENT = ("group", "repeat", "note")
LOGIC = ("relevant", "required", "constraint", "calculation", "choice_filter", "repeat_count", "set", "default")


@dataclass(frozen=True, slots=True)
class Change:
    """One change: ``kind`` is added, removed, type, choices, logic or words; ``means`` says what follows from it."""

    kind: str
    path: str
    label: str
    detail: str
    means: str


def compare(old: Json, new: Json) -> list[Change]:
    """What changed from one complete form.json to another: what is new, gone, of another type, and the rest."""
    before, after = dict(_questions(old["survey"])), dict(_questions(new["survey"]))
    order = ("added", "removed", "type", "choices", "logic", "words")
    found = [*_came_and_went(before, after, old, new), *_stayed(before, after, old, new)]
    return sorted(found, key=lambda change: order.index(change.kind))


def _questions(rows: list[Json]) -> Iterator[tuple[str, Json]]:
    for row in rows:
        yield row["path"], row
        yield from _questions(row.get("children", []))


def _came_and_went(before: Json, after: Json, old: Json, new: Json) -> Iterator[Change]:
    for path, row in after.items():
        if path not in before:
            means = _("What was collected before has no answer to it.") if row["type"] not in SILENT else ""
            yield Change("added", path, label(row, new), row["type"], means)
    for path, row in before.items():
        if path not in after:
            means = (
                _("What was answered stays with its version; it is not asked any more.")
                if row["type"] not in SILENT
                else ""
            )
            yield Change("removed", path, label(row, old), row["type"], means)


def _stayed(before: Json, after: Json, old: Json, new: Json) -> Iterator[Change]:
    for path, row in after.items():
        was = before.get(path)
        if was is None:
            continue
        if was["type"] != row["type"]:
            yield Change(
                "type",
                path,
                label(row, new),
                f"{was['type']} → {row['type']}",
                _("Older answers stay as they were given; they are not counted together with those of the new type."),
            )
        gone = _choices(was, old) - _choices(row, new)
        more = _choices(row, new) - _choices(was, old)
        if gone or more:
            detail = ", ".join([*(f"+ {name}" for name in sorted(more)), *(f"− {name}" for name in sorted(gone))][:12])
            means = (
                _("Answers that were given with a choice that is gone keep it, in the words of their version.")
                if gone
                else _("What was collected before could not choose it.")
            )
            yield Change("choices", path, label(row, new), detail, means)
        logic = [key for key in LOGIC if was.get(key) != row.get(key)]
        if logic:
            means = _("What was collected is not judged anew.")
            yield Change("logic", path, label(row, new), ", ".join(logic), means)
        if was.get("label") != row.get("label") or was.get("hint") != row.get("hint"):
            yield Change("words", path, label(row, new), label(was, old), "")


def _choices(row: Json, form: Json) -> set[str]:
    return {choice["name"] for choice in form["choices"].get(row.get("list_name", ""), [])}


def label(row: Json, form: Json) -> str:
    """A question's words in the form's own language, else its name."""
    texts = row.get("label") or {}
    segments: list[Any] = texts.get(form["default_language"]) or next(iter(texts.values()), [])
    words = "".join(each if isinstance(each, str) else "…" for each in segments).strip()
    return words[:120] or str(row["name"])
