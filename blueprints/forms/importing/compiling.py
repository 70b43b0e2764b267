"""An XForm made into form.json. Whatever does not arrive there is named in the report, with what happens instead."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from blueprints.forms.engine.completion import DefinitionError, complete
from blueprints.forms.engine.nodes import Node, select
from blueprints.forms.engine.patterns import is_readable, trouble_with
from blueprints.forms.engine.xpath import ExpressionError, parse
from blueprints.forms.importing import facts, lists
from blueprints.forms.importing.marks import Marked, Marks
from blueprints.forms.importing.markup import Element
from blueprints.forms.importing.problems import mended, understood
from blueprints.forms.importing.report import NOWHERE, ImportRefused, Place, Report, _, sentence
from blueprints.forms.importing.types import IGNORED_LOOKS, LEFT_OUT, PRELOADS, kind_of
from blueprints.forms.importing.xform import ITEXT, SetValue, Spot, XForm

Json = dict[str, Any]

# What other systems call and this one does not: the expression is left out and named. Any other name is a mistake.
ELSEWHERE = re.compile(
    r"\b(area|distance|geofence|digest|base64-decode|extract-signed|version|z-score|weighted-checklist|checklist"
    r"|(?:count|sum|min|max|join)-if|rank-index|rank-value|duration|username|device-info|phone-call-log"
    r"|phone-call-duration|plug-in-metadata|collect-is-phone-app|linebreak|format-number|item-at|item-index"
    r"|item-present|relevant|choice-label|short-hash|hash|de-duplicate|geo-scatter|pulldata"
    r"|[\w-]*bikram-sambat[\w-]*|parse-timestamp-to-date|comment-status|intersects|(?!jr:choice-name)\w[\w-]*:[\w-]+)\s*\("
)
LISTED = ("select1", "select", "rank", "odk:rank")  # controls with choices
FIRST = ("odk-instance-first-load", "odk-new-repeat")
INSTEAD = {
    "relevant": _("“{name}”: its relevance ({problem}) is not supported here; it is always shown."),
    "constraint": _("“{name}”: its constraint ({problem}) is not supported here; any answer is taken."),
    "calculation": _("“{name}”: its calculation ({problem}) is not supported here; it stays empty."),
    "required": _("“{name}”: when it is required ({problem}) is not supported here; it may stay empty."),
    "choice_filter": _("“{name}”: its choice filter ({problem}) is not supported here; every choice is offered."),
    "repeat_count": _("“{name}”: its repeat count ({problem}) is not supported here; rows are added by hand."),
    "set": _("“{name}”: a value that it is given ({problem}) is not supported here; it stays empty."),
    "label": _("“{name}”: what its text quotes ({problem}) is not supported here; the text has a gap there."),
    "alert": _("“{name}”: its alert ({problem}) is not supported here; nobody is told of its answers."),
    "instance_name": _("The name of an answer ({problem}) is not supported here; answers have none."),
}
BROKEN = {
    "relevant": _("“{name}”: its relevance cannot be read: {problem}"),
    "constraint": _("“{name}”: its constraint cannot be read: {problem}"),
    "calculation": _("“{name}”: its calculation cannot be read: {problem}"),
    "required": _("“{name}”: when it is required cannot be read: {problem}"),
    "choice_filter": _("“{name}”: its choice filter cannot be read: {problem}"),
    "repeat_count": _("“{name}”: its repeat count cannot be read: {problem}"),
    "set": _("“{name}”: its default or the value that it is given cannot be read: {problem}"),
    "label": _("“{name}”: what its text quotes cannot be read: {problem}"),
    "alert": _("“{name}”: its alert cannot be read: {problem}"),
    "instance_name": _("The name of an answer cannot be read: {problem}"),
}


class Unsupported(Exception):
    """An expression is sound, but cannot be evaluated here."""


class Compiler:
    """Makes form.json of one XForm. ``places`` says where in the workbook a path stands (None: lines are named)."""

    def __init__(
        self,
        xform: XForm,
        report: Report,
        dialect: str,
        places: Mapping[str, Place] | None = None,
        defaults: Mapping[int, str] | None = None,
        marks: Marks | None = None,
    ) -> None:
        self.xform = xform
        self.report = report
        self.dialect = dialect
        self.places = places
        self.defaults = defaults or {}  # by row of the survey
        self.expressions = 0
        self.rows: dict[str, Json] = {}
        self.nodes: dict[str, Node] = {}
        self.choices: dict[str, list[Json]] = {}
        self.external: Json = {}
        self.attached: Mapping[str, bytes] = {}  # files that came along, by name
        self.wanted: list[str] = []  # files that did not
        self.languages = self._languages()
        self.language = self._default_language()
        self.audit = False
        self.instance_name: Any = None
        self.marked = Marked(self, marks or {})

    def compile(self, form_id: str) -> Json:
        """The complete form.json. Raises ImportRefused where it cannot be; the report has the reasons."""
        root = self.xform.root
        top = Node("", None, None)  # above the root, so that "/data" is a step as any other
        self._plant(root, Node(root.name, top, None))
        self._instances()
        survey = [self._row(spot) for spot in _ordered(root.children)]
        self._sets()
        self._body_left_over()
        for binding in self.xform.unbound:
            self.report.warn(
                _("A binding speaks of {path}, which is not in the form; it is left out."),
                self.at(binding.line),
                path=binding.get("nodeset"),
            )
        if not any(row["type"] not in ("group", "repeat") and "/meta/" not in path for path, row in self.rows.items()):
            self.report.error(_("The form has no question."), Place("survey") if self.places is not None else NOWHERE)
        settings: Json = {"style": self._style(), "audit": self.audit}
        if self.instance_name is not None:
            settings["instance_name"] = self.instance_name
        if scores := self.marked.reckoned():
            settings["scores"] = scores
        title = self.xform.title or form_id
        form: Json = {
            "form_id": form_id,
            "title": dict.fromkeys(self.languages, title),
            "dialect": self.dialect,
            "languages": self.languages,
            "default_language": self.language,
            "root": root.name,
            "settings": settings,
            "survey": survey,
            "choices": self.choices,
            "context": facts.context(self),
            "alerts": self.marked.alerts,
        }
        if self.external:
            form["external"] = self.external
        return form

    def finish(self, form: Json, source: Json) -> Json:
        """form.json completed by the engine, which orders its logic. Raises ImportRefused where it is not sound."""
        form["unsupported"] = [
            {"sheet": each["sheet"], "row": each["row"], "what": sentence(each)} for each in self.report.unsupported
        ]
        form["source"] = source
        try:
            return complete(form)
        except DefinitionError as error:
            for problem in error.problems:
                self._problem(problem)
            raise ImportRefused(_("The form cannot be used.")) from error

    def counts(self) -> dict[str, int]:
        """How much of what is in the form."""
        own = [row for path, row in self.rows.items() if not path.startswith(f"/{self.xform.root.name}/meta")]
        return {
            "questions": sum(row["type"] not in ("group", "repeat") for row in own),
            "groups": sum(row["type"] == "group" for row in own),
            "repeats": sum(row["type"] == "repeat" for row in own),
            "choices": sum(map(len, self.choices.values())),
            "expressions": self.expressions,
            "languages": len(self.languages),
        }

    # Where things stand

    def place(self, path: str) -> Place:
        """Where a path stands in the file, or the nearest group around it that does."""
        if self.places is None:
            spot = self.xform.places.get(path)
            return Place(None, spot.line if spot else None)
        while path and path not in self.places:
            path = path.rpartition("/")[0]
        return self.places.get(path, Place("survey"))

    def at(self, line: int) -> Place:
        """A line of an XForm, or the survey where that was made of a workbook."""
        return Place(None, line) if self.places is None else Place("survey")

    def _problem(self, problem: str) -> None:
        """One sentence of the engine, about a path or the form, as a remark."""
        circle = re.search(r"these depend on each other in a circle: (.*?)\.?$", problem)
        if circle:
            paths = circle[1].split(", ")
            self.report.error(
                _("These questions depend on each other in a circle: {names}."),
                self.place(paths[0]),
                names=", ".join(path.rpartition("/")[2] for path in paths[:12]),
            )
            return
        where = re.match(r"(/\S+)(?: (\w+))?: (.*)", problem, re.DOTALL)
        if where:
            self.report.error(
                BROKEN.get(where[2] or "", _("“{name}”: {problem}")),
                self.place(where[1]),
                name=where[1].rpartition("/")[2],
                problem=understood(where[3]),
            )
        else:
            self.report.error(_("The form cannot be used: {problem}"), problem=understood(problem))

    # Languages and texts

    def _languages(self) -> list[str]:
        """Those of the translations that say anything, or the one language of a form without any."""
        real = {
            language: sum(1 for text in entries.values() if text.text.strip() not in ("", "-"))
            for language, entries in self.xform.texts.items()
        }
        return [language for language, count in real.items() if count] or list(real)[:1] or ["default"]

    def _default_language(self) -> str:
        if self.xform.default_language in self.languages:
            return self.xform.default_language
        return self.languages[0]

    def text(self, element: Element | None, key: str, path: str) -> tuple[Json, Json, Json]:
        """The texts, guidance and media of a label or a hint, by language."""
        if element is None:
            return {}, {}, {}
        named = ITEXT.fullmatch(element.get("ref"))
        if named:
            return self.itext(named[2], key, path)
        if element.get("ref"):
            tree = self.tree(element.get("ref"), "label", path, element.line)
            return ({self.language: [tree]} if tree is not None else {}), {}, {}
        segments = self.segments(element, path)
        return ({self.language: segments} if segments else {}), {}, {}

    def itext(self, text_id: str, key: str, path: str) -> tuple[Json, Json, Json]:
        texts: Json = {}
        guidance: Json = {}
        media: Json = {}
        for language, values in self.xform.values_of(text_id).items():
            if language not in self.languages:
                continue
            for value in values:
                form = value.get("form")
                segments = self.segments(value, path)
                if not segments or (segments == ["-"] and form in ("", "long", "guidance")):
                    continue
                if form == "guidance":
                    guidance[language] = segments
                elif form in ("image", "audio", "video", "big-image"):
                    file = str(segments[0]).rpartition("/")[2]
                    media.setdefault("image" if form == "big-image" else form, {})[language] = file
                elif form in ("", "long") or language not in texts:
                    texts[language] = segments
        if not texts and key == "label" and self.xform.values_of(text_id) and not media:
            texts[self.language] = ["-"]
        return texts, guidance, media

    def segments(self, element: Element, path: str) -> list[Any]:
        """A text with what it quotes: texts and trees."""
        found: list[Any] = []
        for item in element.content:
            if isinstance(item, Element):
                if item.name == "output":
                    tree = self.tree(item.get("value") or item.get("ref"), "label", path, item.line)
                    if tree is not None:
                        found.append(tree)
                        continue
                item = item.text
            if found and isinstance(found[-1], str):
                found[-1] += item
            elif item:
                found.append(item)
        if found and isinstance(found[0], str):
            found[0] = found[0].lstrip()
        if found and isinstance(found[-1], str):
            found[-1] = found[-1].rstrip()
        return [each for each in found if each != ""]

    def message(self, text: str, path: str) -> Json:
        """A message of a binding: an itext, or a text in the form's own language."""
        named = ITEXT.fullmatch(text)
        if named:
            return self.itext(named[2], "message", path)[0]
        return {self.language: [text]} if text else {}

    # Expressions

    def tree(self, text: str, key: str, path: str, line: int | None = None) -> Any:
        """The tree of an expression; None where it cannot be had, which the report says."""
        place = self.place(path) if self.places is not None or line is None else Place(None, line)
        try:
            tree = self._parsed(text, place)
            tree = self._sound(tree, self.nodes[path], place, path, key == "choice_filter")
        except ExpressionError as error:
            self._not_read(key, text, path, str(error), place)
            return None
        except Unsupported as error:
            self.report.miss(INSTEAD[key], place, name=path.rpartition("/")[2], problem=understood(str(error)))
            return None
        self.expressions += 1
        return tree

    def _parsed(self, text: str, place: Place) -> Any:
        """The tree of a text, or of what was plainly meant by it. Raises ExpressionError."""
        try:
            return parse(text)
        except ExpressionError:
            better = mended(text)
            if better == text:
                raise
            try:
                tree = parse(better)
            except ExpressionError:
                better = text
            if better == text:
                raise
        self.report.warn(
            _("The expression “{text}” is read as “{better}”."), place, text=text.strip(), better=better.strip()
        )
        return tree

    def _not_read(self, key: str, text: str, path: str, problem: str, place: Place) -> None:
        name = path.rpartition("/")[2]
        elsewhere = ELSEWHERE.search(text) if re.search(r"function|argument|axis|instance", problem) else None
        if elsewhere:
            self.report.miss(INSTEAD[key], place, name=name, problem=f"{elsewhere[1]}()")
        elif key == "label":
            self.report.warn(INSTEAD[key], place, name=name, problem=understood(problem))
        else:
            self.report.error(BROKEN[key], place, name=name, problem=understood(problem))

    def _sound(self, tree: Any, at: Node, place: Place, path: str, elsewhere: bool = False) -> Any:
        """A tree whose paths and patterns are all there. What is elsewhere is seen from other nodes than ours."""
        if not isinstance(tree, list) or tree[0] == "s":
            return tree
        tree = facts.bound(self, tree, place, path)
        head = tree[0]
        if head == "p":
            if elsewhere and not tree[1].startswith("/"):
                return tree
            if select(at, tree[1]):
                return tree
            self.report.warn(
                _("“{name}” reads {path}, which is not in the form; it reads nothing."),
                place,
                name=path.rpartition("/")[2],
                path=tree[1],
            )
            return ["s", ""]
        if head == "f":
            self._call(tree, at)
        if head in ("from", "filter"):
            steps = [step if isinstance(step, str) else self._step(step, at, place, path, head) for step in tree[2:]]
            return [head, self._sound(tree[1], at, place, path, elsewhere), *steps]
        return [
            *(tree[:2] if head == "f" else tree[:1]),
            *(self._sound(item, at, place, path, elsewhere) for item in tree[2 if head == "f" else 1 :]),
        ]

    def _step(self, step: Any, at: Node, place: Place, path: str, head: str) -> Any:
        if head == "filter":
            return self._sound(step, at, place, path, elsewhere=True)
        return [step[0], *(self._sound(item, at, place, path, elsewhere=True) for item in step[1:])]

    def _call(self, tree: list[Any], at: Node) -> None:
        """What the engine would refuse although it is sound XPath."""
        if tree[1] == "regex":
            pattern = tree[3] if len(tree) > 3 else None
            if not isinstance(pattern, list) or pattern[0] != "s":
                raise Unsupported("regex(): the pattern must be a text that is written out")
            if not is_readable(pattern[1]):
                raise Unsupported(f"regex(): {trouble_with(pattern[1])}")
        elif tree[1] == "jr:choice-name":
            path = tree[3][1].strip() if isinstance(tree[3], list) and tree[3][0] == "s" else ""
            found = select(at, path) if path else []
            spot = self.xform.places.get(found[0].path) if found else None
            if spot is None or spot.control is None or spot.control.name not in LISTED:
                raise Unsupported(_("jr:choice-name() of what has no choices"))

    # The instance

    def _plant(self, spot: Spot, node: Node) -> None:
        self.nodes[spot.path] = node
        for child in _ordered(spot.children):
            self._plant(child, Node(child.name, node, None))

    def _row(self, spot: Spot) -> Json:
        control = spot.control or spot.repeat
        kind, parameters = kind_of(spot, self._notes(spot))
        row: Json = {"type": kind, "name": spot.name}
        self.rows[spot.path] = row
        self._texts(spot, row)
        self._binding(spot, row)
        look = " ".join(
            dict.fromkeys(
                f"{control.get('appearance') if control else ''} "
                f"{spot.repeat.get('appearance') if spot.repeat else ''}".split()
            )
        )
        if look:
            row["appearance"] = look
            self._look(spot, look)
        if kind in ("group", "repeat"):
            row["children"] = [self._row(child) for child in _ordered(spot.children)]
            facts.contact(self, spot, row)
            self._repeat(spot, row)
        elif text := spot.default or self._own_default(spot):
            row["default"] = text
        if kind in ("select_one", "select_multiple", "rank") or (
            kind == "range" and control and control.find("itemset")
        ):
            parameters = {**parameters, **lists.attach(self, spot, row)}
        if parameters:
            row["parameters"] = parameters
        if spot.path == f"/{self.xform.root.name}/meta/audit":
            row["type"], self.audit = "audit", True
        self.marked.look(spot, row)
        return row

    def _own_default(self, spot: Spot) -> str:
        place = self.places.get(spot.path) if self.places is not None else None
        return self.defaults.get(place.row or 0, "") if place else ""

    def _notes(self, spot: Spot) -> Callable[[str], None]:
        def say(what: str) -> None:
            self.report.miss(what, self.place(spot.path), name=spot.name)

        return say

    def _texts(self, spot: Spot, row: Json) -> None:
        control = spot.control if spot.control is not None else spot.repeat
        if control is None:
            return
        label = control.find("label") or (spot.repeat.find("label") if spot.repeat else None)
        texts, guidance, media = self.text(label, "label", spot.path)
        hints, more, hint_media = self.text(control.find("hint"), "hint", spot.path)
        guidance = more or guidance
        for key, value in (
            ("label", texts),
            ("hint", hints),
            ("guidance_hint", guidance),
            ("media", media or hint_media),
        ):
            if value:
                row[key] = value

    def _binding(self, spot: Spot, row: Json) -> None:
        keys = (("relevant", "relevant"), ("constraint", "constraint"), ("calculate", "calculation"))
        for name, key in (*keys, ("required", "required")):
            text = spot.bound(name)
            if not text or (key == "required" and _is_false(text)):
                continue
            tree = self.tree(text, key, spot.path)
            if tree is not None:
                row[key] = tree
        for name, key in (("jr:constraintMsg", "constraint_message"), ("jr:requiredMsg", "required_message")):
            message = self.message(spot.bound(name), spot.path)
            if message:
                row[key] = message
        read_only = spot.bound("readonly")
        if read_only and not _is_false(read_only):
            if re.fullmatch(r"(true\(\)|true|yes|1)", read_only, re.IGNORECASE):
                row["read_only"] = True
            else:
                self.report.miss(
                    _("“{name}”: that it is read-only only at times is not supported here; it can always be changed."),
                    self.place(spot.path),
                    name=spot.name,
                )
        preload = spot.bound("jr:preload")
        if preload and preload != "uid":
            word = PRELOADS.get((preload, spot.bound("jr:preloadParams").removeprefix("uri:")), "")
            if word and spot.control is None:
                row["type"] = word
            else:
                self.report.miss(
                    _("“{name}”: the device does not tell this ({thing}); it stays empty."),
                    self.place(spot.path),
                    name=spot.name,
                    thing=f"{preload} {spot.bound('jr:preloadParams')}".strip(),
                )
        if spot.name == "instanceName" and spot.parent and spot.parent.name == "meta":
            self.instance_name = row.get("calculation")

    def _repeat(self, spot: Spot, row: Json) -> None:
        if spot.repeat is None:
            return
        count = spot.repeat.get("jr:count").strip()
        if count:
            tree = self.tree(count, "repeat_count", spot.path)
            if tree is not None:
                row["repeat_count"] = tree
        elif spot.repeat.get("jr:noAddRemove").startswith("true"):
            row["repeat_count"] = 1
        default = sum(child.name == spot.name for child in (spot.element.parent or spot.element).children)
        if default > 2 or (default == 2 and "jr:template" not in spot.element.attributes):
            self.report.warn(
                _("“{name}”: the form brings {count} rows; it begins with one here."),
                self.place(spot.path),
                name=spot.name,
                count=default,
            )

    def _look(self, spot: Spot, look: str) -> None:
        for pattern, what in IGNORED_LOOKS:
            if found := re.search(rf"(?:^| )({pattern})", look):
                self.report.miss(what, self.place(spot.path), name=spot.name, look=found[1])

    # Actions

    def _sets(self) -> None:
        for action in self.xform.sets:
            row, spot = self.rows.get(action.ref), self.xform.places.get(action.ref)
            if row is None or spot is None:
                self.report.warn(
                    _("A value is set at {path}, which is not in the form; it is left out."),
                    self.at(action.line),
                    path=action.ref,
                )
                continue
            if not action.plain and set(action.events) <= set(FIRST) and not _is_expression(action.value):
                action.plain = True
                self.report.warn(
                    _("The default “{text}” is kept as a text, not reckoned as a sum."),
                    self.place(action.ref),
                    text=action.value,
                )
            tree = ["s", action.value] if action.plain else self.tree(action.value, "set", action.ref, action.line)
            if tree is None:
                continue
            self._set(action, row, spot, tree)
        for element in self.xform.actions:
            path = self.xform.resolved(element.get("ref"), self.xform.root.path)
            self.report.miss(LEFT_OUT[element.name], self.place(path), name=path.rpartition("/")[2])

    def _set(self, action: SetValue, row: Json, spot: Spot, tree: Any) -> None:
        for event in action.events:
            if event == "xforms-value-changed" and action.trigger in self.rows:
                row.setdefault("set", []).append([event, tree, action.trigger])
            elif (event == "odk-instance-first-load" and isinstance(tree, list) and tree[0] == "s") or (
                event == "odk-new-repeat" and isinstance(tree, list) and tree[0] == "s"
            ):
                row.setdefault("default", tree[1])
            elif event in FIRST:
                row.setdefault("set", []).append([event, tree])
            else:
                self.report.miss(
                    _("“{name}”: the event {event}, at which it is given a value, does not happen here."),
                    self.place(spot.path),
                    name=spot.name,
                    event=event,
                )

    # Lists and what is left

    def _instances(self) -> None:
        for name, instance in self.xform.instances.items():
            lists.keep(self, name, instance)

    def _body_left_over(self) -> None:
        for element in self.xform.unplaced:
            label = element.find("label")
            self.report.warn(
                _("A control ({thing}) is of no question of the data; it is left out, what lies in it is not."),
                self.at(element.line),
                thing=f"{element.name} {element.get('ref') or (label.text.strip()[:60] if label else '')}".strip(),
            )

    def _style(self) -> str:
        look = self.xform.body.get("class").split()
        for word in look:
            if word.startswith("theme-"):
                self.report.miss(
                    _("The style {look} is not supported here; questions stand one below the other."),
                    Place("settings") if self.places is not None else Place(None, self.xform.body.line),
                    look=word,
                )
        return "pages" if "pages" in look else ""


def _ordered(spots: Iterable[Spot]) -> list[Spot]:
    """In the order of the body; what is not asked stays behind what precedes it in the data."""
    found: list[tuple[int, int, Spot]] = []
    last = -1
    for number, spot in enumerate(spots):
        last = _first(spot) if _first(spot) >= 0 else last
        found.append((last, number, spot))
    return [spot for _order, _number, spot in sorted(found, key=lambda each: each[:2])]


def _first(spot: Spot) -> int:
    """The place in the body of a node, or of the first below it that has one."""
    if spot.order >= 0:
        return spot.order
    return min((order for order in map(_first, spot.children) if order >= 0), default=-1)


def _is_expression(text: str) -> bool:
    """Whether a default that has brackets is one: "Nairobi (Kenya)" is not, "colour(1)" neither."""
    try:
        parse(mended(text))
    except ExpressionError:
        return bool(re.search(r"[$=<>]|(^|\s)/", text) or ELSEWHERE.search(text))
    return True


def _is_false(text: str) -> bool:
    return text.lower().replace(" ", "") in ("false()", "false", "no", "0")
