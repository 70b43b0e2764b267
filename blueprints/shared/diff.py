"""What changed between two versions: pure, no request, no database."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

WORDS = re.compile(r"\s+|[^\s\w]|\w+")
CALM = 4_000_000  # pairs of words that are compared one by one; beyond it whole lines are


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: "same", "ins" (only in the newer version) or "del" (only in the older)."""

    what: str
    text: str


def compare(old: str, new: str) -> list[Piece]:
    """The newer text in pieces, with what it left out. Word by word; line by line where both are very long.

    The "same" and "ins" pieces put together give `new`, "same" and "del" give `old`: nothing is lost on the way.
    """
    if old == new:
        return [Piece("same", new)] if new else []
    a, b = WORDS.findall(old), WORDS.findall(new)
    if len(a) * len(b) > CALM:
        a, b = old.splitlines(keepends=True), new.splitlines(keepends=True)
    return _joined(_smoothed(a, b))


def _smoothed(a: Sequence[str], b: Sequence[str]) -> list[Piece]:
    """Changes with their gaps of mere white space closed, so that a new sentence reads as one insertion."""
    steps = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    pieces: list[Piece] = []
    for index, (what, a1, a2, b1, b2) in enumerate(steps):
        gone, come = "".join(a[a1:a2]), "".join(b[b1:b2])
        between_changes = 0 < index < len(steps) - 1
        if what == "equal" and not (between_changes and come.isspace()):
            pieces.append(Piece("same", come))
        else:
            pieces += [Piece("del", gone), Piece("ins", come)]
    return pieces


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Neighbours of one kind put together; between two unchanged stretches what is gone stands before what came."""
    joined: list[Piece] = []
    gone = come = ""
    for piece in [*pieces, Piece("same", "")]:
        if piece.what == "del":
            gone += piece.text
        elif piece.what == "ins":
            come += piece.text
        else:
            joined += [part for part in (Piece("del", gone), Piece("ins", come), piece) if part.text]
            gone = come = ""
    return joined


def changes(pieces: Sequence[Piece]) -> int:
    """How many places changed: a deletion with the insertion after it is one."""
    count, before = 0, "same"
    for piece in pieces:
        if piece.what != "same" and before == "same":
            count += 1
        before = piece.what
    return count


def changed(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    """By path, the earlier answer ("" for none) of each answer that is another now, or gone."""
    paths = [*new, *(path for path in old if path not in new)]
    return {path: old.get(path, "") for path in paths if old.get(path, "") != new.get(path, "")}
