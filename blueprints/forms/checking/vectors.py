"""Expressions with the value that others expect, put to both engines.

Compared is what ../shared/forms's README calls so: in the subset that real forms use, verified, neither disputed nor
dependent on the zone or the clock.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from blueprints.forms.checking.documents import Document, steps_to
from blueprints.forms.checking.reasons import why
from blueprints.forms.engine.conversions import Scope, Value, to_number, to_text, to_truth
from blueprints.forms.engine.dates import Clock
from blueprints.forms.engine.expressions import evaluate
from blueprints.forms.engine.trees import portable_tree
from blueprints.forms.engine.xpath import ExpressionError, parse
from blueprints.forms.twin import Twin

CLOCK = Clock.at("2026-11-24T17:15:30.000+00:00")  # what is compared is the same in every zone
NO_DOCUMENT = "<data/>"
CHANCE = re.compile(r"\b(random|uuid|randomize)\s*\(")


@dataclass(slots=True)
class Tally:
    """What came out; ``misses`` say which vector, why, and what each engine gave."""

    total: int = 0
    compared: int = 0
    match: int = 0
    engines_differ: int = 0
    unsupported: int = 0
    skipped: int = 0
    misses: list[dict[str, Any]] = field(default_factory=list)


def is_compared(vector: dict[str, Any]) -> bool:
    """Whether a vector is one of the facts that are compared."""
    left_out = ("disputed", "tz_dependent", "clock_or_random")
    return bool(vector.get("subset") and vector.get("verified")) and not any(vector.get(key) for key in left_out)


def check(sources: Iterable[dict[str, Any]], twin: Twin) -> Tally:
    """Evaluate every vector that is compared in both engines."""
    tally = Tally()
    for number, source in enumerate(sources):
        documents: dict[str, Document | ValueError] = {}
        for vector in source["vectors"]:
            tally.total += 1
            if not is_compared(vector):
                tally.skipped += 1
                continue
            tally.compared += 1
            text = source.get("docs", {}).get(vector.get("doc"), NO_DOCUMENT)
            within = "" if "/model/" in vector["expr"] else vector.get("ctx") or "/"
            name = f"{number} {vector.get('doc')} {within if '<instance' in text else ''}"
            if name not in documents:
                documents[name] = _read(text, within, name, twin)
            _compare(vector, documents[name], name, twin, tally)
    return tally


def _read(text: str, within: str, name: str, twin: Twin) -> Document | ValueError:
    try:
        document = Document(text, within)
    except ValueError as error:
        return error
    twin.ask("document", name=name, **document.as_json())
    return document


def _compare(vector: dict[str, Any], document: Document | ValueError, name: str, twin: Twin, tally: Tally) -> None:
    miss: dict[str, Any] = {"id": vector.get("id"), "expr": vector["expr"], "expected": vector["expected"]}
    try:
        if isinstance(document, ValueError):
            raise document
        tree, node = portable_tree(parse(vector["expr"])), document.at(vector.get("ctx") or "/")
    except ValueError as error:
        tally.unsupported += 1
        if vector["type"] == "throws" and isinstance(error, ExpressionError):
            tally.match += 1
        else:
            tally.misses.append({**miss, "why": why(vector, str(error), None)})
        return
    scope = Scope(node, CLOCK, document)
    try:
        here = _plain(evaluate(tree, scope), scope, document)
        there = twin.ask("expression", tree=tree, document=name, place=steps_to(node), clock=CLOCK.text)
    except (ArithmeticError, LookupError, RecursionError, RuntimeError, TypeError, ValueError) as error:
        tally.misses.append({**miss, "why": f"an engine has failed: {error!r}"})
        return
    if there["nodes"] is not None:
        there["nodes"] = [[document.places[document.node(*place)], text] for place, text in there["nodes"]]
    differ = not _alike(here, there) and not CHANCE.search(vector["expr"])
    tally.engines_differ += differ
    if fits(vector, here) and fits(vector, there):
        tally.match += 1
    else:
        shown = {"python": _shown(vector, here), "javascript": _shown(vector, there)}
        cause = "the two engines differ" if differ else why(vector, "", here)
        tally.misses.append({**miss, "why": cause, **shown})


def _plain(value: Value, scope: Scope, document: Document) -> dict[str, Any]:
    nodes = [[document.places[node], node.text] for node in value] if isinstance(value, list) else None
    number = to_text(to_number(value, scope))
    return {"number": number, "text": to_text(value), "truth": to_truth(value), "nodes": nodes}


def _alike(here: dict[str, Any], there: dict[str, Any]) -> bool:
    return all(
        here[key] == there[key] or _close(str(here[key]), str(there[key]), 1e-12)
        for key in ("number", "text", "truth", "nodes")
    )


def fits(vector: dict[str, Any], value: dict[str, Any]) -> bool:
    """Whether a value is the expected one, as a value of the expected type."""
    expected, kind = vector["expected"], vector["type"]
    if kind == "number":
        number = value["number"]
        if "round" in vector and math.isfinite(float(number)):
            number = str(math.floor(float(number) * vector["round"] + 0.5) / vector["round"])
        return _close(number, str(expected), vector.get("approx", 1e-9))
    if kind == "string":
        return bool(value["text"] == expected)
    if kind == "boolean":
        return bool(value["truth"] == expected)
    if kind == "string-match":
        return re.search(expected, value["text"]) is not None
    if kind == "string-length":
        return len(value["text"]) == int(expected)
    if kind not in ("nodes", "nodes-text") or value["nodes"] is None:
        return False
    found = [node[0 if kind == "nodes" else 1] for node in value["nodes"]]
    return sorted(found) == sorted(expected) if vector.get("unordered") else found == expected


def _close(one: str, other: str, within: float) -> bool:
    try:
        a, b = float(one), float(other)
    except ValueError:
        return one == other
    return (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=within, abs_tol=within)


def _shown(vector: dict[str, Any], value: dict[str, Any]) -> Any:
    kinds = {"number": "number", "boolean": "truth", "nodes": "nodes", "nodes-text": "nodes"}
    return value[kinds.get(vector["type"], "text")]
