"""What depends on what, and in which order it is evaluated. Only the server does this: no twin in JavaScript."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from blueprints.forms.engine.expressions import Tree
from blueprints.forms.engine.nodes import Node, select

READ = ("relevant", "calculation", "repeat_count")
SHOWN = ("required", "constraint", "choice_filter")  # what is looked at anew, and all texts that quote answers
TEXTS = ("label", "hint", "guidance_hint", "required_message", "constraint_message")
ROWS_ONLY = ("position", "count")  # these look at how many rows there are, not at what is in them


class Dependencies:
    """``deps``: the readers of each path among relevance, calculations and numbers of rows; ``wide``: those of them
    that look at other rows than their own; ``order``: all that has any of these, after what it reads; ``cycle``: the
    paths that wait for each other, where there is no such order.
    ``checks`` and ``wide_checks`` name in the same way the questions of which something is to be said anew: whose
    constraint, choices or texts read the path.

    ``lenient``: a group may read what lies within it, and rows may read other rows of their own repeat.
    """

    def __init__(self, top: Node, rows: dict[str, dict[str, Any]], lenient: bool = False) -> None:
        self.rows = rows
        places = {node.path: node for node in top.below()}
        logic = [path for path, row in rows.items() if any(key in row for key in READ)]
        deps: dict[str, dict[str, None]] = defaultdict(dict)
        wide: dict[str, dict[str, None]] = defaultdict(dict)
        waits: dict[str, set[str]] = {path: set() for path in logic}
        across: dict[str, set[str]] = {path: set() for path in logic}
        for path in logic:
            here = places[path]
            for key in READ:
                for read, whole, far in _reads(rows[path].get(key), [here], here):
                    if read is here and not far:
                        continue  # once() and the like read what was there before
                    far = far and self.repeat_of(read, here) is not None
                    for below in read.below() if whole else [read]:
                        (wide if far else deps)[below.path][path] = None
                        if whole:
                            (across if far else waits)[path].update(each.path for each in _around(below))
        self.deps = {path: list(deps[path]) for path in places if deps[path]}
        self.wide = {path: list(wide[path]) for path in places if wide[path]}
        self.checks, self.wide_checks = self._checks(places)
        for path in logic:
            for needs in (waits[path], across[path]):
                needs.intersection_update(logic)
                if lenient:
                    needs.discard(path)
        self.order, self.cycle = _sorted(waits, across, lenient)

    def _checks(self, places: dict[str, Node]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        near: dict[str, dict[str, None]] = defaultdict(dict)
        wide: dict[str, dict[str, None]] = defaultdict(dict)
        for path, row in self.rows.items():
            here = places[path]
            quoted = (part for key in TEXTS for segments in row.get(key, {}).values() for part in segments)
            for tree in (*(row.get(key) for key in SHOWN), *quoted):
                for read, whole, far in _reads(tree, [here], here):
                    across = far and self.repeat_of(read, here) is not None
                    for below in read.below() if whole else [read]:
                        if below is not here:
                            (wide if across else near)[below.path][path] = None
        near_ones, wide_ones = ({path: list(found[path]) for path in places if found[path]} for found in (near, wide))
        return near_ones, wide_ones

    def repeat_of(self, one: Node, other: Node) -> Node | None:
        """The innermost repeat that both lie in."""
        around = set(_around(one))
        return next(
            (
                node
                for node in _around(other)
                if node in around and self.rows.get(node.path, {}).get("type") == "repeat"
            ),
            None,
        )


def _sorted(waits: dict[str, set[str]], across: dict[str, set[str]], lenient: bool) -> tuple[list[str], list[str]]:
    waiting, done, order = dict(waits), set[str](), list[str]()
    while waiting:
        ready = [path for path in waiting if waiting[path] <= done and across[path] <= done]
        if not ready and lenient:
            ready = [path for path in waiting if waiting[path] <= done][:1]
        if not ready:
            break
        order += ready
        done.update(ready)
        for path in ready:
            del waiting[path]
    return order, list(waiting)


Read = tuple[Node, bool, bool]  # a node of the definition; with what lies below it; perhaps in another row


def _reads(tree: Tree, at: Sequence[Node], here: Node) -> Iterator[Read]:
    """What a tree reads, evaluated at nodes of the definition."""
    if not isinstance(tree, list) or tree[0] == "s":
        return
    head = tree[0]
    if head in ("p", "from", "filter"):
        found, far = _targets(tree, at, here)
        yield from ((node, True, far) for node in found)
        yield from _within(tree, at, here)
    elif head == "f" and tree[1] in ROWS_ONLY and len(tree) == 3:
        found, _far = _targets(tree[2], at, here)
        yield from ((node, False, True) for node in found)
        yield from _within(tree[2], at, here)
    elif head == "f" and tree[1] == "indexed-repeat":
        found, _far = _targets(tree[2], at, here)
        yield from ((node, True, True) for node in found)
        for repeat, number in zip(tree[3::2], tree[4::2], strict=False):
            yield from ((node, False, True) for node in _targets(repeat, at, here)[0])
            yield from _reads(number, at, here)
    else:
        for item in tree[1:]:
            yield from _reads(item, at, here)


def _targets(tree: Tree, at: Sequence[Node], here: Node) -> tuple[list[Node], bool]:
    """The nodes that a path names, and whether they may lie in another row than ours."""
    if not isinstance(tree, list):
        return [], False
    if tree[0] == "p":
        path = tree[1]
        found = select(here, path) if path[:1] == "/" else [each for node in at for each in select(node, path)]
        return found, path[:1] == "/" or list(at) != [here] or _leaves(here, path, found)
    if tree[0] == "filter":
        return _targets(tree[1], at, here)
    if tree[0] == "from":
        found, far = _targets(tree[1], at, here)
        for step in tree[2:]:
            path = step if isinstance(step, str) else step[0]
            far = far or _leaves(found[0], path, []) if found else far
            found = [each for node in found for each in select(node, path)]
        return found, far
    if tree[0] == "f" and tree[1] == "current":
        return [here], False
    if tree[0] == "|":
        (one, far), (other, farther) = (_targets(item, at, here) for item in tree[1:])
        return [*one, *other], far or farther
    return [], False


def _within(tree: Tree, at: Sequence[Node], here: Node) -> Iterator[Read]:
    """What the predicates of a path read, and what it starts from."""
    if not isinstance(tree, list) or tree[0] not in ("from", "filter"):
        return
    yield from _within(tree[1], at, here) if tree[1][:1] != ["f"] else _reads(tree[1], at, here)
    found, _far = _targets(tree[1], at, here)
    for step in tree[2:]:
        if tree[0] == "filter":
            yield from _reads(step, found, here)
            continue
        path, predicates = (step, []) if isinstance(step, str) else (step[0], step[1:])
        found = [each for node in found for each in select(node, path)]
        for predicate in predicates:
            yield from _reads(predicate, found, here)


def _leaves(here: Node, path: str, found: list[Node]) -> bool:
    """Whether a relative path climbs out of what it shares with its targets, and so may come back into another row."""
    climbs = path.split("/").count("..")
    depth = len(list(_around(here))) - climbs
    shared = [sum(1 for each in _around(node) if each in set(_around(here))) for node in found]
    return any(depth < common for common in shared)


def _around(node: Node) -> Iterator[Node]:
    """The node and the groups around it, whose relevance it shares."""
    here: Node | None = node
    while here is not None:
        yield here
        here = here.parent
