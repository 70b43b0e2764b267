"""Every action tells what it did, in words that the audit can say."""

import ast
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from blueprints.audit.wording import KIND_WORDS, OF_A_CLIENT, WORDS
from blueprints.reviews.models import TEXT_KINDS
from blueprints.visits.models import VISIT_EVENTS

ROOT = Path(__file__).parent.parent.parent
ACTIONS = sorted((ROOT / "blueprints").glob("*/actions.py"))
TELLERS = [path for path in sorted((ROOT / "blueprints").rglob("*.py"))
           if re.search(r"happened import .*\btell\b|happened\.tell", path.read_text())]  # fmt: skip
# What tells nothing, and why. Short, and meant to stay so.
SILENT = {
    "answers.take_checklist": "follows what was told: rows of answers that the version holds whole",
    "answers.take_feedback": "follows what was told: rows of answers that the feedback holds whole",
    "audit.write": "is what hears",
    "exports.get_on": "a sign of life of a file being made; asking for it was told",
    "exports.shape_of": "only reads",
    "exports.throw_away_old": "files made again at any time; no case holds them",
    "kiosks.hear": "a sign of life of a tablet",
    "notes.is_late": "only reads",
    "notes.with_addendum": "only reads",
    "forms.fingerprint": "only reads",
    "clients.search_text": "only reads",
    "people.choose_language": "the reader's own taste",
    "people.choose_password": "a part of what accept, change_own_password and create_administrator tell",
    "reviews.arrive": "follows what was told: the queue's row of a text",
    "reviews.let_go": "follows what was told: a note entered in error is asked for no more",
    "reviews.change_team": "follows what was told: the queue's rows of a case",
    "reviews.rank": "only reads",
    "reviews.rank_again": "follows what was told: the queue's order",
}
# Verbs and kinds that a slice takes from elsewhere: what they can be.
SAID: dict[str, dict[str, tuple[str, ...]]] = {
    "visits": {"what": VISIT_EVENTS},
    "reviews": {"text.kind": TEXT_KINDS},
    "notes": {"what": ("addendum", "amendment")},
}


def functions(source: str) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}


def called(function: ast.AST) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id


def silent(source: str) -> set[str]:
    """The public functions that tell nothing, neither themselves nor by what they call of the same module."""
    known = functions(source)
    telling = {"tell"}
    while more := {name for name, node in known.items() if name not in telling and telling & set(called(node))}:
        telling |= more
    return {name for name in known if not name.startswith("_")} - telling


def test_every_action_tells() -> None:
    found = {f"{path.parent.name}.{name}" for path in ACTIONS for name in silent(path.read_text())}
    assert found - set(SILENT) == set(), "these actions tell nothing of what they do"
    assert set(SILENT) - found == set(), "these tell, or are gone: take them off the list"


def test_an_action_that_tells_nothing_is_seen() -> None:
    source = """
        def close(case): case.closed = True
        def open(case): _note(case)
        def _note(case): tell("opened", "case", case.id)
        def _helper(case): pass
    """
    assert silent(textwrap.dedent(source)) == {"close"}


def told(path: Path) -> Iterator[tuple[str, str]]:
    """Every (verb, kind) that a module can tell."""
    said = SAID.get(path.parent.name, {})
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and "tell" in (getattr(node.func, "id", ""), getattr(node.func, "attr", "")):
            verbs, kinds = (_values(argument, said) for argument in node.args[:2])
            yield from ((verb, kind) for verb in verbs for kind in kinds)


def _values(node: ast.expr, said: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    if isinstance(node, ast.Constant):
        return (str(node.value),)
    if isinstance(node, ast.IfExp):
        return _values(node.body, said) + _values(node.orelse, said)
    return said[ast.unparse(node)]


@pytest.mark.parametrize("path", TELLERS, ids=lambda path: "/".join(path.parts[-2:]))
def test_all_that_can_be_told_has_words(path: Path) -> None:
    assert set(told(path)) - set(WORDS) == set()


def test_every_kind_has_a_name() -> None:
    assert {kind for _verb, kind in WORDS} == set(KIND_WORDS)
    assert set(OF_A_CLIENT) <= set(KIND_WORDS)


def test_no_words_for_what_nobody_tells() -> None:
    assert set(WORDS) - {pair for path in TELLERS for pair in told(path)} == set()
