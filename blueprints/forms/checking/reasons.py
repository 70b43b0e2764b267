"""Why a value is ours and not the expected one: the choice that was made. docs/forms.md explains the nine choices."""

import re
from collections.abc import Callable
from typing import Any

Vector = dict[str, Any]

CHOICES: tuple[tuple[Callable[[Vector], object], str], ...] = (
    (lambda vector: vector["expected"] == "Invalid Date", "what is no date is blank (choice 3)"),
    (lambda vector: "regex(" in vector["expr"], "regex() is a full match (choice 2)"),
    (lambda vector: re.search(r"[\"'][^\"']*\d[eE][-+]?\d", vector["expr"]), "no exponents in texts (choice 5)"),
    (
        lambda vector: re.search(r"\bdate\(.*T\d", vector["expr"]),
        "a date is its local day (choice 4)",
    ),
    (lambda vector: re.search(r"decimal-time\(.*T\d", vector["expr"]), "decimal-time() takes a time, not a moment"),
    (lambda vector: "round(" in vector["expr"], "a half is rounded away from zero (choice 5)"),
    (lambda vector: "node()" in vector["expr"], "the texts between elements are one node, white space among them"),
    (
        lambda vector: re.match(r"[^'\"]*\d\.\d", vector["expr"]),
        "numbers are binary, compared exactly (choice 5)",
    ),
)


def why(vector: Vector, refused: str, value: dict[str, Any] | None) -> str:
    """The reason for a miss: why it was refused, else the choice, else what the reference engines say."""
    if refused:
        return f"refused when it is read, not when it is evaluated: {refused}"
    chosen = next((reason for applies, reason in CHOICES if applies(vector)), "")
    said = vector.get("engines_utc")
    ours = [value[key] for key in ("number", "text", "truth")] if value else []
    if said and isinstance(said, dict):
        agree = [name for name, each in said.items() if any(str(each) == str(own) for own in ours)]
        if agree:
            return (
                f"{chosen or 'the suite that expects it stands alone'}; {' and '.join(agree)} in UTC give what we give"
            )
    return chosen or "no reason was chosen: this is a difference to look at"
