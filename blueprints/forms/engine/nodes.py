"""The filled form as a tree of real nodes: name, parent, children, value (twin: static/js/engine/nodes.js)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Optional

if TYPE_CHECKING:
    from blueprints.forms.engine.definition import Definition, Question


class Node:
    """One place of the filled form.

    ``value`` is the canonical text; what expressions see of it is ``text``, blank while the node is not relevant.
    """

    __slots__ = ("children", "name", "own", "parent", "question", "value")

    def __init__(self, name: str, parent: Optional["Node"], question: Optional["Question"]) -> None:
        self.name = name
        self.parent = parent
        self.question = question
        self.children: list[Node] = []
        self.value = ""
        self.own = True  # relevance by its own condition, without that of its groups
        if parent is not None:
            parent.children.append(self)

    @property
    def relevant(self) -> bool:
        """Whether it is asked: its own condition and those of all groups around it."""
        return self.own and (self.parent is None or self.parent.relevant)

    @property
    def path(self) -> str:
        return f"{self.parent.path if self.parent else ''}/{self.name}"

    @property
    def text(self) -> str:
        """Its value, or the texts of all below it; blank while not relevant."""
        if self.children:
            return "".join(child.text for child in self.children)
        return self.value if self.relevant else ""

    def below(self) -> Iterator["Node"]:
        """Itself and everything under it, in document order."""
        yield self
        for child in self.children:
            yield from child.below()


def plant(definition: "Definition") -> dict[str, Node]:
    """An empty tree for the definition: every node by its path, in document order, the root first."""

    def grow(questions: "tuple[Question, ...]", parent: Node) -> None:
        for question in questions:
            grow(question.children, Node(question.name, parent, question))

    root = Node(definition.root, None, None)
    grow(definition.survey, root)
    return {node.path: node for node in root.below()}


def select(start: Node, path: str) -> list[Node]:
    """The nodes that a path names, seen from a node. Steps are a name, ``*``, ``.`` and ``..``."""
    if path.startswith("/"):
        while start.parent is not None:
            start = start.parent
        _, first, *steps = path.split("/")
        found = [start] if first == start.name else []
    else:
        steps, found = path.split("/"), [start]
    for step in steps:
        if step == "..":
            found = list(dict.fromkeys(node.parent for node in found if node.parent is not None))
        elif step != ".":
            found = [child for node in found for child in node.children if step in ("*", child.name)]
    return found
