"""A row of the table, and the table."""

import json
import platform
import statistics
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

RUNS = 5


@dataclass
class Row:
    """What was measured, how much, against which target; `runs` are the single figures behind a median."""

    what: str
    value: str
    target: str
    met: bool
    runs: list[float]


def row(what: str, runs: Iterable[float], unit: str, limit: float, least: bool = False, beside: str = "") -> Row:
    """A row from the figures of its runs: the median counts; `least` where more is better."""
    figures = list(runs)
    middle = statistics.median(figures)
    value = f"{middle:,.4g} {unit}" + (f" ({beside})" if beside else "")
    met = middle >= limit if least else middle <= limit
    return Row(what, value, f"{'≥' if least else '≤'} {limit:,g} {unit}", met, [round(f, 4) for f in figures])


def medians(measure: Callable[[], float], runs: int = RUNS) -> list[float]:
    """The same thing so many times."""
    return [measure() for _ in range(runs)]


def show(rows: list[Row], seconds: float) -> None:
    """Prints the table."""
    wide = max(len(one.what) for one in rows)
    for one in rows:
        print(f"{'ok ' if one.met else 'NOT'}  {one.what:<{wide}}  {one.value:<48}  {one.target}", flush=True)
    met = sum(one.met for one in rows)
    print(f"{met} of {len(rows)} targets met, in {seconds:.0f} s")


def keep(rows: list[Row], path: Path) -> None:
    """Writes the table as JSON, with what it was measured on."""
    machine = {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": psutil.cpu_count(),
        "memory": psutil.virtual_memory().total,
        "packages": {name: version(name) for name in ("flask", "sqlalchemy", "gunicorn", "playwright")},
    }
    text = json.dumps({"measured_on": machine, "rows": [asdict(one) for one in rows]}, indent=2, ensure_ascii=False)
    path.write_text(text + "\n")
