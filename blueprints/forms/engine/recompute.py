"""Relevance, calculations and rows, until nothing changes any more (twin: static/js/engine/recompute.js)."""

from collections.abc import Iterable

from blueprints.forms.engine.conversions import stored, to_number
from blueprints.forms.engine.definition import Question
from blueprints.forms.engine.expressions import Tree
from blueprints.forms.engine.filled import Filled
from blueprints.forms.engine.nodes import Node, add_row, remove_row, select
from blueprints.forms.engine.values import canonical

ROUNDS = 32  # an order without circles needs one; more are for rows that refer to each other
ROWS = 2000  # of a repeat


def recompute(filled: Filled, changed: Iterable[str] | None = None) -> set[Node]:
    """Bring relevance, calculations and rows up to date after these paths changed (None: all of it).

    Gives the nodes to look at again: what has changed, new rows, and whose constraint, choices or texts read these.
    """
    work = _Work(filled)
    if changed is None:
        for path in filled.definition.order:
            work.wait(filled.top, path)
    for path in changed or ():
        node = filled.find(path)
        if node is not None:
            work.moved(node)
    return work.run()


def open_form(filled: Filled) -> None:
    """Give the form what it opens with: a first row of each repeat, defaults, and what its opening sets."""
    work = _Work(filled)
    work.begin(filled.top.children[0], "odk-instance-first-load")
    work.run()
    recompute(filled)


def add_to(filled: Filled, parent: Node, question: Question) -> set[Node]:
    """Add a row to a repeat. Gives the nodes that have changed by it, the row among them; none where it is full."""
    work = _Work(filled)
    if work.add_row(parent, question):
        work.all_moved(parent, question.path, outside=True)
    return work.run()


def take_out(filled: Filled, row: Node) -> set[Node]:
    """Take a row out of its repeat. Gives the nodes that have changed by it."""
    work = _Work(filled)
    assert row.parent is not None and row.question is not None
    remove_row(row)
    work.all_moved(row.parent, row.question.path, outside=True)
    return work.run()


class _Work:
    """What is to be evaluated anew: nodes by their place in the definition (of a counted repeat, those it lies in)."""

    def __init__(self, filled: Filled) -> None:
        self.filled = filled
        self.waiting: dict[str, dict[Node, None]] = {}
        self.touched: set[Node] = set()

    def wait(self, node: Node, path: str) -> None:
        """A question waits, in all rows that share those of ``node``."""
        question = self.filled.definition.questions[path]
        place = path if question.repeat_count is None else path.rpartition("/")[0]
        self.waiting.setdefault(path, {}).update(dict.fromkeys(reached(node, place)))

    def moved(self, node: Node) -> None:
        """A node's text has changed: its readers wait, and what it triggers is set."""
        definition, place = self.filled.definition, node.place
        self.touched.add(node)
        self.look(node, place)
        for reader in definition.deps.get(place, ()):
            self.wait(node, reader)
        for reader in definition.wide.get(place, ()):
            self.wait(self.filled.top, reader)
        self.fire(node)

    def fire(self, node: Node) -> None:
        """What a change of a node triggers is set."""
        for path, tree in self.filled.definition.triggers.get(node.place, ()) if self.filled.live else ():
            for target in reached(node, path):
                self.put(target, tree)

    def put(self, node: Node, tree: Tree) -> None:
        """Set what an event sets."""
        value = stored(self.filled.evaluate(node, tree))
        if value != node.value:
            node.value = value
            self.moved(node)

    def look(self, node: Node, place: str) -> None:
        """Who reads a place in a constraint, in a filter of choices or in a text is to be looked at again."""
        definition = self.filled.definition
        for reader in definition.checks.get(place, ()):
            self.touched.update(reached(node, reader))
        for reader in definition.wide_checks.get(place, ()):
            self.touched.update(select(self.filled.top, reader))

    def run(self) -> set[Node]:
        """Evaluate until nothing waits. Gives what has changed."""
        definition = self.filled.definition
        for path in definition.volatile:
            self.wait(self.filled.top, path)
        for _ in range(ROUNDS):
            for path in definition.order:
                for node in self.waiting.pop(path, ()):
                    self.refresh(node, definition.questions[path])
            if not self.waiting:
                break
        return self.touched

    def refresh(self, node: Node, question: Question) -> None:
        """Evaluate one question anew, in one row."""
        filled = self.filled
        if question.repeat_count is not None:
            self.count(node, question)
            return
        if question.relevant is not None and question.path not in filled.definition.context:
            self.relevance(node, question.relevant)
        if question.calculation is not None and node.path not in filled.taken:
            self.put(node, question.calculation)

    def relevance(self, node: Node, tree: Tree) -> None:
        own = self.filled.holds(node, tree)
        if own != node.own:
            node.own = own
            below = list(node.below())
            self.touched.update(below)
            self.all_moved(node, node.place)
            for each in below:
                self.fire(each)
            for path in self.filled.definition.counted:
                if path.startswith(f"{node.place}/"):
                    self.wait(node, path)

    def count(self, parent: Node, question: Question) -> None:
        """Give a repeat as many rows as its count says; what is not asked keeps its rows, for it may be asked again."""
        if not parent.relevant:
            return
        ghost = Node(question.name, None, question)  # a repeat without rows has no node that could be asked
        ghost.parent = parent
        number = to_number(self.filled.evaluate(ghost, question.repeat_count), self.filled.scope(ghost))
        wanted = max(0, min(ROWS, int(number))) if abs(number) < ROWS * ROWS else 0
        rows = list(parent.named(question.name))
        for row in reversed(rows[wanted:]):
            remove_row(row)
        for _ in range(wanted - len(rows)):
            self.add_row(parent, question)
        if wanted != len(rows):
            self.all_moved(parent, question.path, outside=True)
        if question.relevant is not None:
            for row in parent.named(question.name):
                self.relevance(row, question.relevant)

    def add_row(self, parent: Node, question: Question) -> bool:
        if len(parent.named(question.name)) >= ROWS:
            return False
        row = add_row(parent, question, self.filled.definition.around(question))
        self.touched.update(row.below())
        self.begin(row, "odk-new-repeat")
        for path in self.filled.definition.order:
            if path == question.path or path.startswith(f"{question.path}/"):
                self.wait(row, path)
        return True

    def all_moved(self, node: Node, place: str, outside: bool = False) -> None:
        """Everything at a place and below has changed, as seen from a node: who reads it waits, each once.

        ``outside``: only who does not lie there itself, because rows have come or gone and are themselves as they were.
        """
        near, wide, checks, wide_checks = self.filled.definition.readers_below(place)
        for reader in near:
            if not outside or not f"{reader}/".startswith(f"{place}/"):
                self.wait(node, reader)
        for reader in wide:
            self.wait(self.filled.top, reader)
        for reader in checks:
            self.touched.update(reached(node, reader))
        for reader in wide_checks:
            self.touched.update(select(self.filled.top, reader))

    def begin(self, node: Node, event: str) -> None:
        """Give new nodes what they begin with."""
        filled = self.filled
        if not filled.opening:
            return
        for below in list(node.below()):
            if below.question and isinstance(below.question.default, str):
                below.value, _why = canonical(filled.definition, below.question, [below.question.default], None, str)
        for parent in list(node.below()):
            for question in parent.question.children if parent.question else filled.definition.survey:
                if question.type == "repeat" and question.repeat_count is None:
                    self.add_row(parent, question)
        for below in list(node.below()) if filled.live else ():
            self.set_up(below, event)

    def set_up(self, node: Node, event: str) -> None:
        """What is set where a form is filled: dynamic defaults, what an event sets, and when it was."""
        question, clock = node.question, self.filled.clock.text
        if question is None:
            return
        if question.type in ("start", "today") and not node.value:
            node.value = clock if question.type == "start" else clock[:10]
        if isinstance(question.default, list):
            self.put(node, question.default)
        for name, tree, _trigger in question.events:
            if name == event:
                self.put(node, tree)


def reached(node: Node, path: str) -> list[Node]:
    """The nodes of a question as seen from a node: those in its own rows."""
    place = node.place
    while node.parent is not None and path != place and not path.startswith(f"{place}/"):
        node = node.parent
        place = node.place
    return select(node, path[len(place) + 1 :] or ".")
