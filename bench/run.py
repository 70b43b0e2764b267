"""`make bench`, or `python -m bench.run pages captures …` for some of the rows."""

import logging
import sys
import time
from pathlib import Path

from bench import rows_captures, rows_export, rows_forms, rows_pages, rows_phone, rows_queue
from bench.table import Row, keep, show

PARTS = {
    "phone": rows_phone.rows,
    "forms": rows_forms.rows,
    "export": rows_export.rows,
    "queue": rows_queue.rows,
    "pages": rows_pages.rows,
    "captures": rows_captures.rows,
}


def main(names: list[str]) -> int:
    """Measures, prints, writes bench/results.json (only where everything was measured); 1 where a target is missed."""
    logging.disable(logging.WARNING)
    begin, rows = time.monotonic(), list[Row]()
    for name in names or PARTS:
        for one in PARTS[name]():
            rows.append(one)
            print(f"… {one.what}: {one.value}", file=sys.stderr, flush=True)
    show(rows, time.monotonic() - begin)
    if not names:
        keep(rows, Path(__file__).parent / "results.json")
    return not all(one.met for one in rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
