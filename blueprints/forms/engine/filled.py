"""A form being filled (twin: static/js/engine/filled.js)."""

from functools import partial

from blueprints.forms.engine.conversions import Scope, Value, to_text, to_truth
from blueprints.forms.engine.dates import Clock
from blueprints.forms.engine.definition import Choice, Definition, Question
from blueprints.forms.engine.expressions import Tree, evaluate, sieve
from blueprints.forms.engine.nodes import Item, Node, find, plant, select


class Filled:
    """A form being filled: its nodes, the clock of whoever fills it, and calculations taken as they were sent.

    ``opening``: new rows get their defaults. ``live``: somebody is filling it here and now, so that what events set is
    set too; else all that was done where it was filled.
    """

    def __init__(self, definition: Definition, clock: Clock, language: str) -> None:
        self.definition = definition
        self.clock = clock
        self.language = definition.language(language)
        self.top = plant(definition)
        self.taken: set[str] = set()
        self.opening = False
        self.live = False
        self._lists: dict[str, Node] = {}

    @property
    def nodes(self) -> dict[str, Node]:
        """Every node by its path, in document order."""
        return {node.path: node for node in self.top.children[0].below()}

    def relevant(self) -> list[Node]:
        """The nodes that are relevant, in document order."""
        found: list[Node] = []
        stack = [self.top.children[0]]
        while stack:
            node = stack.pop()
            if node.own:
                found.append(node)
                stack.extend(reversed(node.children))
        return found

    def find(self, path: str) -> Node | None:
        """The node at a path; None where there is none."""
        return find(self.top, path)

    def scope(self, node: Node) -> Scope:
        return Scope(node, self.clock, self)

    def evaluate(self, node: Node, tree: Tree) -> Value:
        return evaluate(tree, self.scope(node))

    def holds(self, node: Node, tree: Tree) -> bool:
        return to_truth(self.evaluate(node, tree))

    def words(self, node: Node, text: dict[str, list[Tree]]) -> str:
        """A label, a hint or a message in the form's language, with what it quotes from the answers."""
        segments = text.get(self.language) or text.get(self.definition.default_language) or []
        segments = segments or next(iter(text.values()), [])
        return "".join(part if isinstance(part, str) else to_text(self.evaluate(node, part)) for part in segments)

    def choices(self, node: Node) -> list[Choice]:
        """The choices that a question has now, given the other answers."""
        question = node.question
        assert question is not None
        every = self.definition.choices_of(question)
        if question.choice_filter is None:
            return list(every)
        items = self.instance(question.list_name)[0].children[0].children
        return [every[item.row - 1] for item in sieve(items, [question.choice_filter], self.scope(node))]

    def options(self, question: Question, node: Node | None = None) -> list[tuple[str, str, str]]:
        """The choices of a question in the form's language: name, words, tone."""
        here = node or select(self.top, question.path)[0]
        return [
            (choice.name, self.words(here, choice.label) or choice.name, choice.tone) for choice in self.choices(here)
        ]

    def instance(self, name: str) -> list[Node]:
        """A list as a tree of nodes: root/item/name, label and its other columns."""
        if name not in self._lists:
            if name not in self.definition.choices:
                return []
            top = Node("", None, None)
            root = Node("root", top, None)
            root.columns = {}
            for number, choice in enumerate(self.definition.choices[name], 1):
                Item(root, number, choice.row, partial(self.words, self.top, choice.label))
            self._lists[name] = top
        return [self._lists[name]]

    def choice_name(self, name: str, list_name: str) -> str:
        """The words of a choice, in the form's language; '' where the list has no such choice."""
        tops = self.instance(list_name)
        same = ["=", ["p", "name"], ["s", name]]
        items = sieve(tops[0].children[0].children, [same], self.scope(tops[0])) if tops else []
        return items[0].named("label")[0].value if items else ""
