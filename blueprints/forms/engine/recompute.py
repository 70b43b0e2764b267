"""Relevance and calculations, until nothing changes any more (twin: static/js/engine/recompute.js)."""

from collections.abc import Iterable, Iterator

from blueprints.forms.engine.conversions import Scope, Value, stored, to_text, to_truth
from blueprints.forms.engine.dates import Clock
from blueprints.forms.engine.definition import Definition, Question
from blueprints.forms.engine.expressions import Tree, evaluate
from blueprints.forms.engine.nodes import Node, plant

ROUNDS = 8  # an order without circles needs one; more are for a form whose repeats refer to each other


class Filled:
    """A form being filled: its nodes, the clock of whoever fills it, and calculations taken as they were sent."""

    def __init__(self, definition: Definition, clock: Clock, language: str) -> None:
        self.definition = definition
        self.clock = clock
        self.language = definition.language(language)
        self.nodes = plant(definition)
        self.taken: set[str] = set()

    def evaluate(self, node: Node, tree: Tree) -> Value:
        return evaluate(tree, Scope(node, self.clock))

    def holds(self, node: Node, tree: Tree) -> bool:
        return to_truth(self.evaluate(node, tree))

    def words(self, node: Node, text: dict[str, list[Tree]]) -> str:
        """A label, a hint or a message in the form's language, with what it quotes from the answers."""
        segments = text.get(self.language) or text.get(self.definition.default_language) or []
        return "".join(part if isinstance(part, str) else to_text(self.evaluate(node, part)) for part in segments)

    def options(self, question: Question) -> list[tuple[str, str, str]]:
        """The choices of a question in the form's language: name, words, tone."""
        node = self.nodes[question.path]
        return [
            (choice.name, self.words(node, choice.label), choice.tone)
            for choice in self.definition.choices_of(question)
        ]


def recompute(filled: Filled, changed: Iterable[str] | None = None) -> None:
    """Bring relevance and calculations up to date after these paths changed (None: all of it)."""
    definition = filled.definition
    if changed is None:
        waiting = set(definition.order)
    else:
        waiting = {reader for path in changed for reader in definition.deps.get(path, ())} | definition.volatile
    for _ in range(ROUNDS):
        for path in definition.order:
            if path in waiting:
                waiting.remove(path)
                for moved in _refresh(filled, filled.nodes[path]):
                    waiting.update(definition.deps.get(moved, ()))
        if not waiting:
            break


def _refresh(filled: Filled, node: Node) -> Iterator[str]:
    """Evaluate one node anew; yields the paths whose text has changed by it."""
    question = node.question
    assert question is not None
    if question.relevant is not None:
        own = filled.holds(node, question.relevant)
        if own != node.own:
            node.own = own
            yield from (below.path for below in node.below())
    if question.calculation is not None and node.path not in filled.taken:
        value = stored(filled.evaluate(node, question.calculation))
        if value != node.value:
            node.value = value
            yield node.path
