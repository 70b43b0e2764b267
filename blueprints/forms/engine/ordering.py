"""What depends on what, and in which order it is evaluated. Only the server does this: no twin in JavaScript."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from blueprints.forms.engine.expressions import Tree
from blueprints.forms.engine.nodes import Node, select


class Dependencies:
    """``deps``: the readers of each path among relevance and calculations; ``order``: all that has either, after
    what it reads; ``cycle``: the paths that wait for each other, where there is no such order."""

    def __init__(self, root: Node, rows: dict[str, dict[str, Any]]) -> None:
        places = {node.path: node for node in root.below()}
        logic = [path for path, row in rows.items() if "relevant" in row or "calculation" in row]
        readers: dict[str, list[str]] = defaultdict(list)
        waits: dict[str, set[str]] = {path: set() for path in logic}
        for path in logic:
            here = places[path]
            for key in ("relevant", "calculation"):
                for read in dict.fromkeys(_reads(rows[path].get(key), here)):
                    if read is here:
                        continue  # once() and the like read what was there before
                    for below in read.below():
                        if path not in readers[below.path]:
                            readers[below.path].append(path)
                        waits[path].update(each.path for each in _around(below) if each.path in waits)
        self.deps = {path: readers[path] for path in places if readers[path]}
        self.order: list[str] = []
        while waits:
            ready = [path for path, needs in waits.items() if not needs - set(self.order)]
            if not ready:
                break
            self.order += ready
            for path in ready:
                del waits[path]
        self.cycle = list(waits)


def _reads(tree: Tree, at: Node) -> Iterator[Node]:
    if isinstance(tree, list):
        if tree[0] == "p":
            yield from select(at, tree[1])
        elif tree[0] != "s":
            for item in tree[1:]:
                yield from _reads(item, at)


def _around(node: Node) -> Iterator[Node]:
    """The node and the groups around it, whose relevance it shares."""
    here: Node | None = node
    while here is not None:
        yield here
        here = here.parent
