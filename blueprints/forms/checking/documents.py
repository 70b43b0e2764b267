"""XML of a vectors file as nodes of ours: elements and texts, no attributes but the id of an instance."""

from xml.parsers import expat

from blueprints.forms.engine.nodes import Node


class Document:
    """One document: its top, and its secondary instances by id. Raises ValueError for what is no XML of ours."""

    def __init__(self, text: str, within: str = "") -> None:
        self.top = Node("", None, None)
        self.places: dict[Node, str] = {}
        self.instances: dict[str, Node] = {}
        self._here = self.top
        reader = expat.ParserCreate()
        reader.buffer_text = True
        reader.StartElementHandler = self._start
        reader.EndElementHandler = self._end
        reader.CharacterDataHandler = self._text
        reader.EntityDeclHandler = self._entity
        try:
            reader.Parse(text.strip(), True)
        except expat.ExpatError as error:
            raise ValueError(f"no XML: {error}") from error
        self.places = {node: place_of(node) for node in self.top.below()}
        instance = self._around(self.at(within)) if within else None
        for each in self.instances.values():
            if each is not instance and each.parent is not None and each.parent.named(each.name)[0] is not each:
                each.parent.children.remove(each)
                each.name, each.parent = "", None
        if instance is not None:
            instance.name, instance.parent = "", None
            self.top = instance

    def _around(self, node: Node) -> Node | None:
        """The instance that a node lies in: an absolute path of the form begins there."""
        here: Node | None = node
        while here is not None and here.name.rpartition(":")[2] != "instance":
            here = here.parent
        return here

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._here = Node(name, self._here, None)
        if name.rpartition(":")[2] == "instance" and "id" in attributes:
            self.instances.setdefault(attributes["id"], self._here)

    def _end(self, _name: str) -> None:
        node = self._here
        texts = [child for child in node.children if child.name == "#text"]
        if len(texts) == len(node.children):
            node.value = "".join(child.value for child in texts)
            node.children = []
        self._here = node.parent or self.top

    def _text(self, text: str) -> None:
        if self._here is not self.top:
            Node("#text", self._here, None).value = text

    def _entity(self, *_rest: object) -> None:
        raise ValueError("entities are not read")

    def instance(self, name: str) -> list[Node]:
        """The secondary instance of that id."""
        return [self.instances[name]] if name in self.instances else []

    def choice_name(self, _name: str, _list: str) -> str:
        """There are no questions in a document, so no choices."""
        return ""

    def at(self, path: str) -> Node:
        """The node at a path of places such as /*[1]/*[2]. Raises ValueError where there is no such element."""
        found = next((node for node, place in self.places.items() if place == path), None)
        if found is None:
            raise ValueError(f"the context {path} is no element")
        return found

    def _tops(self) -> list[Node]:
        apart = [each for each in self.instances.values() if each.parent is None]
        return [self.top, *(each for each in apart if each is not self.top)]

    def as_json(self) -> dict[str, object]:
        """The document for the engine in JavaScript: trees of [name, value, [children]], and where instances are."""
        trees = self._tops()
        where = {name: [trees.index(node.top()), steps_to(node)] for name, node in self.instances.items()}
        return {"trees": [_as_json(tree) for tree in trees], "instances": where}

    def node(self, tree: int, steps: list[int]) -> Node:
        """The node that the engine in JavaScript speaks of."""
        node = self._tops()[tree]
        for step in steps:
            node = node.children[step]
        return node


def _as_json(node: Node) -> list[object]:
    return [node.name, node.value, [_as_json(child) for child in node.children]]


def elements_of(node: Node) -> list[Node]:
    """The elements among its children."""
    return [child for child in node.children if not child.name.startswith("#")]


def place_of(node: Node) -> str:
    """The path of places of a node."""
    if node.parent is None:
        return "/"
    above = "" if node.parent.parent is None else place_of(node.parent)
    if node.name == "#text":
        texts = [child for child in node.parent.children if child.name == "#text"]
        return f"{above}/text()[{texts.index(node) + 1}]"
    return f"{above}/*[{elements_of(node.parent).index(node) + 1}]"


def steps_to(node: Node) -> list[int]:
    """Which child of which child it is, from the top."""
    return [*steps_to(node.parent), node.parent.children.index(node)] if node.parent else []
