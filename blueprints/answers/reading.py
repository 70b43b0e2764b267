"""What was answered, as rows: the typed columns of each type of question."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, tzinfo
from typing import Any

from blueprints.answers.models import LONGEST_PATH
from blueprints.forms.engine import Definition, Question

NUMBERS = re.compile(r"\[(\d+)\]", re.ASCII)
NUMERIC = {"integer", "decimal", "range", "calculate", "hidden"}
DAYS = {"date", "today", "dateTime", "start", "end"}
FIGURE = re.compile(r"-?\d{1,15}(\.\d+)?", re.ASCII)


def rows_of(definition: Definition, values: Mapping[str, str], zone: tzinfo) -> Iterator[dict[str, Any]]:
    """A row for each answer, and for each choice of several. zone: that of moments which name none."""
    number = 0
    for path, value in values.items():
        question = definition.questions.get(NUMBERS.sub("", path))
        if question is None or not value or len(question.path) > LONGEST_PATH:
            continue
        several = question.type in ("select_multiple", "rank")
        for place, text in enumerate(value.split() if several else [value], 1):
            typed = {"figure": float(place), "day": None, "moment": None} if question.type == "rank" else None
            yield {
                "number": number,
                "path": question.path,
                "rows": ".".join(NUMBERS.findall(path))[:60],
                "value": text.replace("\0", ""),  # which PostgreSQL does not take
                **(typed or _typed(question, text, zone)),
            }
            number += 1


def _typed(question: Question, text: str, zone: tzinfo) -> dict[str, Any]:
    found: dict[str, Any] = {"figure": None, "day": None, "moment": None}
    if question.type in NUMERIC and FIGURE.fullmatch(text):
        found["figure"] = float(text)
    if question.type in DAYS:
        with suppress(ValueError):
            found["day"] = date.fromisoformat(text[:10])
        if len(text) > 10:
            with suppress(ValueError, OverflowError):
                moment = datetime.fromisoformat(text)
                found["moment"] = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return found
