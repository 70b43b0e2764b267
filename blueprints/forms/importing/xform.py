"""An XForm taken apart: its instance, bindings, controls, texts in every language, lists and actions.

It says what stands there, and decides nothing about what it means: that is the compiler's part.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from blueprints.forms.importing.markup import Element, parse
from blueprints.forms.importing.report import ImportRefused, Place, _

CONTROLS = {
    *("input", "secret", "textarea", "select1", "select", "odk:rank", "rank", "upload", "trigger", "range"),
}
ITEXT = re.compile(r"\s*jr:itext\(\s*(['\"])(.*)\1\s*\)\s*", re.DOTALL)
ITEMSET = re.compile(
    r"\s*instance\(\s*(['\"])(?P<list>[^'\"]+)\1\s*\)\s*/\s*(?:\w+|\*)\s*/\s*[\w*]+\s*(?P<rest>\[.*\])?\s*", re.DOTALL
)

Texts = dict[str, Element]  # an itext entry by language: its <value> of one form


@dataclass(slots=True)
class Spot:
    """One node of the primary instance, with all that the form says of it."""

    name: str
    path: str
    element: Element
    parent: "Spot | None"
    children: list["Spot"] = field(default_factory=list)
    binding: Element | None = None
    control: Element | None = None
    repeat: Element | None = None
    order: int = -1  # of its control in the body

    @property
    def default(self) -> str:
        return "" if self.children else self.element.text.strip()

    @property
    def line(self) -> int:
        """Where it is bound, else where it stands."""
        return (self.binding or self.control or self.element).line

    def bound(self, name: str) -> str:
        return self.binding.get(name).strip() if self.binding else ""

    def below(self) -> Iterator["Spot"]:
        yield self
        for child in self.children:
            yield from child.below()


@dataclass(slots=True)
class SetValue:
    """An action: which node gets which expression (or plain text) at which events; ``trigger`` is the changed node."""

    ref: str
    events: list[str]
    value: str
    plain: bool
    trigger: str
    line: int


class XForm:
    """The parts of an XForm. Raises ImportRefused for XML that is none."""

    def __init__(self, data: bytes) -> None:
        self.html = parse(data)
        head, body = self.html.find("h:head"), self.html.find("h:body")
        model = head.find("model") if head else None
        if head is None or body is None or model is None:
            raise ImportRefused(_("This XML is no XForm: it needs a head with a model, and a body."), Place(None, 1))
        self.model, self.body = model, body
        primary = next((each for each in model.all("instance") if each.children), None)
        if primary is None or "src" in primary.attributes:
            raise ImportRefused(_("This XForm has no instance to fill."), Place(None, model.line))
        self.root = self._grow(primary.children[0], None)
        self.places = {place.path: place for place in self.root.below()}
        title = head.find("h:title")
        self.title = title.text.strip() if title else ""
        self.form_id = self.root.element.get("id") or self.root.element.get("xmlns")
        self.texts: dict[str, dict[str, Element]] = {}  # by language, by id
        self.default_language = ""
        self.sets: list[SetValue] = []
        self.unplaced: list[Element] = []  # controls and groups of the body that are of no node
        self.unbound: list[Element] = []
        self.actions = [each for each in model.children if each.name in ("odk:setgeopoint", "odk:recordaudio")]
        self._read_texts()
        self._read_bindings()
        self._count = 0
        self._read_body(body, self.root.path)
        for element in model.all("setvalue"):
            self._set(element, self.root.path, "")
        self.instances = {
            each.get("id"): each for each in model.all("instance") if each is not primary and each.get("id")
        }

    def _grow(self, element: Element, parent: Spot | None) -> Spot:
        name = element.name.removeprefix("orx:")
        path = f"{parent.path if parent else ''}/{name}"
        place = Spot(name, path, element, parent)
        seen: dict[str, Spot] = {}
        for child in element.children:
            found = self._grow(child, place)
            if found.name in seen:  # a template and its first instance, or several instances of a repeat
                if "jr:template" in found.element.attributes:
                    place.children[place.children.index(seen[found.name])] = found
                continue
            seen[found.name] = found
            place.children.append(found)
        return place

    def _read_texts(self) -> None:
        for translation in (each for itext in self.model.all("itext") for each in itext.all("translation")):
            language = translation.get("lang") or "default"
            if translation.get("default") and translation.get("default") != "false()":
                self.default_language = language
            entries = self.texts.setdefault(language, {})
            for text in translation.all("text"):
                entries.setdefault(text.get("id"), text)

    def _read_bindings(self) -> None:
        self.by_id: dict[str, str] = {}
        for binding in self.model.all("bind"):
            path = self.resolved(binding.get("nodeset") or binding.get("ref"), self.root.path)
            if binding.get("id"):
                self.by_id[binding.get("id")] = path
            place = self.places.get(path)
            if place is None:
                self.unbound.append(binding)
            elif place.binding is None:
                place.binding = binding
            else:
                place.binding.attributes = {**binding.attributes, **place.binding.attributes}

    def _read_body(self, element: Element, base: str) -> None:
        for child in element.children:
            if child.name == "setvalue":
                self._set(child, base, "")
            elif child.name in ("odk:setgeopoint", "odk:recordaudio"):
                self.actions.append(child)
            elif child.name in ("group", "repeat") or child.name in CONTROLS:
                self._read_control(child, base)

    def _read_control(self, element: Element, base: str) -> None:
        named = element.get("nodeset") or element.get("ref") or self.by_id.get(element.get("bind"), "")
        path = self.resolved(named, base) if named else ""
        place = self.places.get(path)
        if place is None:
            self.unplaced.append(element)
        else:
            if place.order < 0:
                place.order = self._count
                self._count += 1
            if element.name == "repeat":
                place.repeat = element
            elif place.control is None:
                place.control = element
            else:
                self.unplaced.append(element)
        if element.name in CONTROLS:
            for action in element.all("setvalue"):
                self._set(action, base, path)
        else:
            self._read_body(element, path or base)

    def _set(self, element: Element, base: str, trigger: str) -> None:
        events = (element.get("event") or element.get("ev:event")).split()
        value = element.get("value").strip()
        plain = not value
        self.sets.append(
            SetValue(
                self.resolved(element.get("ref") or self.by_id.get(element.get("bind"), ""), base),
                ["odk-instance-first-load" if event == "xforms-ready" else event for event in events],
                element.text.strip() if plain else value,
                plain,
                trigger,
                element.line,
            )
        )

    def resolved(self, path: str, base: str) -> str:
        """A path as an absolute one."""
        path = path.strip()
        if not path.startswith("/"):
            path = f"{base}/{path}"
        steps: list[str] = []
        for step in path.split("/")[1:]:
            if step == "..":
                del steps[-1:]
            elif step not in (".", ""):
                steps.append(step.removeprefix("orx:"))
        return "/" + "/".join(steps)

    def values_of(self, text_id: str) -> dict[str, list[Element]]:
        """The <value> elements of an itext entry, by language."""
        return {
            language: entries[text_id].all("value") for language, entries in self.texts.items() if text_id in entries
        }
