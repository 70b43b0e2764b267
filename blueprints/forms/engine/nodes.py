"""The filled form as a tree of real nodes: name, parent, children, value (twin: static/js/engine/nodes.js).

At the top is a node without a name, as XPath's root. A repeat has one node for each of its rows; a row's path carries
its number, from 1: /data/hh[2]/age. A question's own path has no numbers: /data/hh/age.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Optional

if TYPE_CHECKING:
    from blueprints.forms.engine.definition import Definition, Question


class Node:
    """One place of the filled form.

    ``value`` is the canonical text; what expressions see of it is ``text``, blank while the node is not relevant.
    """

    __slots__ = ("_named", "_path", "children", "columns", "name", "own", "parent", "question", "row", "value")

    def __init__(self, name: str, parent: Optional["Node"], question: Optional["Question"]) -> None:
        self.name = name
        self.parent = parent
        self.question = question
        self.children: list[Node] = []
        self.value = ""
        self.own = True  # relevance by its own condition, without that of its groups
        self.row = 0  # its number among the rows of its repeat
        self.columns: dict[str, dict[str, list[Node]]] | None = None  # of a list that never changes: its indexes
        self._named: dict[str, list[Node]] | None = None
        self._path: str | None = None
        if parent is not None:
            parent.children.append(self)
            parent._named = None

    @property
    def relevant(self) -> bool:
        """Whether it is asked: its own condition and those of all groups around it."""
        return self.own and (self.parent is None or self.parent.relevant)

    @property
    def path(self) -> str:
        """Where it stands, with the numbers of the rows around it."""
        if self._path is None:
            number = f"[{self.row}]" if self.row else ""
            self._path = f"{self.parent.path}/{self.name}{number}" if self.parent else ""
        return self._path

    @property
    def place(self) -> str:
        """Its path in the definition, without numbers."""
        if self.question is not None:
            return self.question.path
        return f"{self.parent.place}/{self.name}" if self.parent else ""

    @property
    def text(self) -> str:
        """Its value, or the texts of all below it; blank while not relevant."""
        if self.children:
            return "".join(child.text for child in self.children)
        return self.value if self.relevant else ""

    def named(self, name: str) -> list["Node"]:
        """Its children of that name: of a repeat, the rows."""
        if self._named is None:
            self._named = {}
            for child in self.children:
                self._named.setdefault(child.name, []).append(child)
        return self._named.get(name, [])

    def cells(self, name: str) -> list[str]:
        """The texts of its children of that name."""
        return [child.text for child in self.named(name)]

    def below(self) -> Iterator["Node"]:
        """Itself and everything under it, in document order."""
        yield self
        for child in self.children:
            yield from child.below()

    def top(self) -> "Node":
        """The root of its tree."""
        node = self
        while node.parent is not None:
            node = node.parent
        return node


class Item(Node):
    """A choice of a list. Its columns become nodes when somebody looks at them: lists may have thousands of choices."""

    __slots__ = ("_columns", "_words")

    def __init__(self, parent: Node, row: int, columns: Mapping[str, object], words: Callable[[], str]) -> None:
        super().__init__("item", parent, None)
        self.row = row
        self._columns = columns
        self._words = words  # its label

    def named(self, name: str) -> list[Node]:
        """The column of that name."""
        if not self.children:
            for column in {**self._columns, "label": None}:
                for text in self.cells(column):
                    Node(column, self, None).value = text
        return super().named(name)

    def cells(self, name: str) -> list[str]:
        """The text of that column."""
        text = self._words() if name == "label" else self._columns.get(name)
        return [text] if isinstance(text, str) else []


def plant(definition: "Definition") -> Node:
    """An empty tree for the definition, its repeats without rows. Gives its top."""
    top = Node("", None, None)
    _grow(definition.survey, Node(definition.root, top, None))
    return top


def _grow(questions: "Iterable[Question]", parent: Node) -> None:
    for question in questions:
        if question.type != "repeat":
            _grow(question.children, Node(question.name, parent, question))


def add_row(parent: Node, question: "Question", siblings: "Iterable[Question]") -> Node:
    """One more row of a repeat below ``parent``, after those that are there; ``siblings`` give it its place."""
    order = {sibling.name: place for place, sibling in enumerate(siblings)}
    rows = parent.named(question.name)
    node = Node(question.name, parent, question)
    node.row = len(rows) + 1
    children, at = parent.children, len(parent.children) - 1
    while at and order[children[at - 1].name] > order[node.name]:
        children[at] = children[at - 1]
        at -= 1
    children[at] = node
    _grow(question.children, node)
    return node


def remove_row(node: Node) -> None:
    """Take a row out; those after it move up."""
    parent = node.parent
    assert parent is not None
    parent.children.remove(node)
    parent._named = None
    for later in parent.named(node.name)[node.row - 1 :]:
        later.row -= 1
        for below in later.below():
            below._path = None


def find(top: Node, path: str) -> Node | None:
    """The node at a path with numbers; None where there is none."""
    node = top
    for step in path.split("/")[1:]:
        name, _, number = step.partition("[")
        found = node.named(name)
        at = int(number[:-1]) - 1 if number[:-1].isdecimal() and len(number) < 8 else 0
        if not 0 <= at < len(found):
            return None
        node = found[at]
    return node if node.path == path else None


def select(start: Node, path: str) -> list[Node]:
    """The nodes that a path names, seen from a node. Steps are a name, ``*``, ``.``, ``..`` or axis::test."""
    found = [start.top() if path.startswith("/") else start]
    for step in path.split("/"):
        if step == "..":
            found = list(dict.fromkeys(node.parent for node in found if node.parent is not None))
        elif "::" in step or step == "*":
            found = list(dict.fromkeys(each for node in found for each in _on_axis(node, step)))
        elif step not in ("", "."):
            found = found[0].named(step) if len(found) == 1 else [each for node in found for each in node.named(step)]
    return found


def _on_axis(node: Node, step: str) -> list[Node]:
    axis, _, test = step.rpartition("::")
    node.named(test)  # a choice has its columns only when they are looked at
    if axis == "self":
        seen = [node]
    elif axis == "parent":
        seen = [node.parent] if node.parent else []
    elif axis == "descendant-or-self":
        seen = list(node.below())
    else:
        seen = node.children
    if test == "node()":
        return seen
    return [each for each in seen if each.name[:1] not in ("", "#") and test in ("*", each.name)]


def in_order(nodes: list[Node]) -> list[Node]:
    """Each node once, in document order."""
    if len(nodes) < 2:
        return nodes
    places = {node: place for place, node in enumerate(nodes[0].top().below())}
    return sorted(dict.fromkeys(nodes), key=lambda node: places.get(node, len(places)))
