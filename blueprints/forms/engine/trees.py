"""Whether a tree is one that ``evaluate`` understands, and what its author left to be worked out.

Only the server checks: there is no twin in JavaScript.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from blueprints.forms.engine.expressions import OPERATORS, Tree
from blueprints.forms.engine.functions import FUNCTIONS
from blueprints.forms.engine.nodes import Node, select
from blueprints.forms.engine.patterns import NESTED, portable, trouble_with

DEPTH = 250  # of a tree, a call counting twice: more is a mistake or an attack


def is_number(value: Any) -> bool:
    """Whether it may stand in a tree as a number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15


def calls(tree: Tree, names: set[str]) -> bool:
    """Whether a function of these names is called anywhere in a tree."""
    if not isinstance(tree, list):
        return False
    return (tree[0] == "f" and tree[1] in names) or any(calls(item, names) for item in tree[1:])


class Checker:
    """Checks the trees of one place; ``say`` is told of what is wrong."""

    def __init__(
        self, where: str, at: Node, rows: Mapping[str, Any], say: Callable[[str, str], None], imported: bool
    ) -> None:
        self.where = where
        self.at = at
        self.rows = rows
        self.say = say
        self.imported = imported

    def checked(self, tree: Tree, elsewhere: bool = False, depth: int = 0) -> Tree:
        """The tree, with patterns and lists written out. ``elsewhere``: what is evaluated at other nodes than ours."""
        if is_number(tree):
            return tree
        if not isinstance(tree, list) or not tree or not isinstance(tree[0], str) or depth > DEPTH:
            self.say(self.where, f"is no tree: {str(tree)[:60]}" if depth <= DEPTH else "lies too deep")
            return 0
        head, rest = tree[0], tree[1:]
        if head in ("s", "p"):
            if len(rest) != 1 or not isinstance(rest[0], str):
                self.say(self.where, f"{head!r} takes one text")
            elif head == "p" and not (elsewhere and rest[0][:1] != "/") and not select(self.at, rest[0]):
                self.say(self.where, f"there is no {rest[0]!r}")
            return tree
        if head == "f":
            return self.call(rest, elsewhere, depth)
        if head in ("from", "filter"):
            return self.path(head, rest, elsewhere, depth)
        if head not in OPERATORS and head != "neg":
            self.say(self.where, f"{head!r} is no operator")
            return tree
        if len(rest) != (1 if head == "neg" else 2):
            self.say(self.where, f"{head!r} takes {1 if head == 'neg' else 2} arguments")
        deeper = depth + (2 if head == "neg" else 1)
        return [head, *(self.checked(item, elsewhere, deeper) for item in rest)]

    def path(self, head: str, rest: list[Any], elsewhere: bool, depth: int) -> Tree:
        """["from", nodes, step, …], a step being a path or [path, predicate, …]; ["filter", nodes, predicate, …]."""
        if not rest:
            self.say(self.where, f"{head!r} takes nodes")
            return 0
        whole = [head, self.checked(rest[0], elsewhere, depth + 2)]
        for step in rest[1:]:
            if head == "filter":
                whole.append(self.checked(step, True, depth + 2))
            elif isinstance(step, str):
                whole.append(step)
            elif isinstance(step, list) and step and isinstance(step[0], str):
                whole.append([step[0], *(self.checked(item, True, depth + 2) for item in step[1:])])
            else:
                self.say(self.where, f"is no step: {str(step)[:60]}")
        return whole

    def call(self, call: list[Any], elsewhere: bool, depth: int) -> Tree:
        name = call[0] if call else None
        function = FUNCTIONS.get(name) if isinstance(name, str) else None
        whole = ["f", *call[:1], *(self.checked(item, elsewhere, depth + 2) for item in call[1:])]
        if function is None:
            self.say(self.where, f"there is no function {name!r}")
        elif not function.takes(len(call) - 1):
            self.say(self.where, f"{name}() does not take {len(call) - 1} arguments")
        elif name in ("regex", "regex*"):
            return self.regex(whole)
        elif name == "jr:choice-name":
            return self.choice_name(whole)
        return whole

    def regex(self, call: list[Any]) -> Tree:
        pattern = call[3]
        if not isinstance(pattern, list) or pattern[:1] != ["s"] or len(pattern) != 2:
            self.say(self.where, "regex(): the pattern must be a text that is written out")
        else:
            return _portable_call(call, self.imported, lambda trouble: self.say(self.where, f"regex(): {trouble}"))
        return call

    def choice_name(self, call: list[Any]) -> Tree:
        """jr:choice-name(value, 'path of the question') as jr:choice-name(value, 'name of its list')."""
        path = call[3][1].strip() if isinstance(call[3], list) and call[3][:1] == ["s"] else None
        if path is None:
            self.say(self.where, "jr:choice-name(): the question must be a text that is written out")
        elif re.match(r"[./]", path):
            found = select(self.at, path)
            question = self.rows.get(found[0].path, {}) if found else {}
            if "list_name" in question:
                call[3] = ["s", question["list_name"]]
            else:
                self.say(self.where, f"jr:choice-name(): there are no choices at {path!r}")
        return call


def portable_tree(tree: Tree) -> Tree:
    """A tree whose patterns are written so that both engines read them alike, where they can be."""
    if not isinstance(tree, list) or tree[0] in ("s", "p"):
        return tree
    whole = [portable_tree(item) if isinstance(item, list) else item for item in tree]
    if whole[:2] == ["f", "regex"] and isinstance(whole[3], list) and whole[3][0] == "s":
        return _portable_call(whole, True, lambda _trouble: None)
    return whole


def _portable_call(call: list[Any], patient: bool, say: Callable[[str], None]) -> Tree:
    """regex() with its pattern written portably; as regex*() where only patience can match it."""
    pattern = call[3][1]
    trouble = trouble_with(pattern)
    if trouble and not (patient and trouble == NESTED):
        say(trouble)
        return call
    return ["f", "regex*" if trouble else "regex", call[2], ["s", portable(pattern)]]
