"""XML read into plain elements that know their line. No document type, no entities, no depth without end."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Optional
from xml.parsers import expat

from blueprints.forms.importing.report import ImportRefused, Place, _

DEEPEST = 120
MOST = 400_000  # elements

PREFIXES = {
    "http://www.w3.org/2002/xforms": "",
    "http://www.w3.org/1999/xhtml": "h:",
    "http://openrosa.org/javarosa": "jr:",
    "http://openrosa.org/xforms": "orx:",
    "http://www.opendatakit.org/xforms": "odk:",
    "http://www.w3.org/2001/xml-events": "ev:",
    "http://enketo.org/xforms": "enk:",
    "http://commcarehq.org/xforms/vellum": "vellum:",
}


@dataclass(slots=True)
class Element:
    """An element: its name (with a known prefix where it is not XForms'), attributes, line, and what is in it."""

    name: str
    attributes: dict[str, str]
    line: int
    parent: Optional["Element"] = None
    content: list["Element | str"] = field(default_factory=list)

    @property
    def children(self) -> list["Element"]:
        return [item for item in self.content if isinstance(item, Element)]

    @property
    def text(self) -> str:
        """Its own text and that of all below it."""
        return "".join(item if isinstance(item, str) else item.text for item in self.content)

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def find(self, *names: str) -> Optional["Element"]:
        """The first child of a name, of which again the first child, and so on."""
        here: Element | None = self
        for name in names:
            here = next((child for child in here.children if child.name == name), None) if here else None
        return here

    def all(self, name: str) -> list["Element"]:
        return [child for child in self.children if child.name == name]

    def walk(self) -> Iterator["Element"]:
        """Itself and all elements below, in document order."""
        yield self
        for child in self.children:
            yield from child.walk()


class _Reader:
    def __init__(self) -> None:
        self.root: Element | None = None
        self.here: Element | None = None
        self.depth = self.count = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.EntityDeclHandler = self.doctype

    def doctype(self, *_ignored: object) -> None:
        raise ImportRefused(
            _("The file defines XML entities, which a form has no use for."), Place(None, self.parser.CurrentLineNumber)
        )

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.count += 1
        place = Place(None, self.parser.CurrentLineNumber)
        if self.depth > DEEPEST:
            raise ImportRefused(_("Elements lie more than {most} deep in each other."), place, most=DEEPEST)
        if self.count > MOST:
            raise ImportRefused(_("The file has more than {most} elements."), place, most=MOST)
        named = {_short(key): value for key, value in attributes.items()}
        element = Element(_short(name), named, self.parser.CurrentLineNumber, self.here)
        if self.here is None:
            self.root = element
        else:
            self.here.content.append(element)
        self.here = element

    def end(self, _name: str) -> None:
        self.depth -= 1
        assert self.here is not None
        self.here = self.here.parent

    def characters(self, text: str) -> None:
        if self.here is not None:
            self.here.content.append(text)


def _short(name: str) -> str:
    """A name as "jr:count": with the usual prefix of its namespace, without the address."""
    space, _gap, local = name.rpartition(" ")
    return PREFIXES.get(space, "") + local


def parse(data: bytes) -> Element:
    """The root element. Raises ImportRefused, with the line, for what is no well-formed XML or defines entities."""
    reader = _Reader()
    try:
        reader.parser.Parse(data, True)
    except expat.ExpatError as error:
        raise ImportRefused(
            _("The XML is not well formed: {problem}"),
            Place(None, error.lineno),
            problem=expat.errors.messages.get(error.code, str(error)),
        ) from error
    assert reader.root is not None
    return reader.root
