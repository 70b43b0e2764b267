"""How a form is laid out: which control asks a question, which questions make a page, what a blank row looks like."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from blueprints.forms.engine import Definition, Question, Verdict
from blueprints.forms.engine.completion import FILES, METADATA
from blueprints.forms.engine.filled import Filled
from blueprints.forms.engine.nodes import Node, add_row
from blueprints.forms.languages import code

LONG = 12  # choices: more are a list that opens, and that can be searched
LETTERS = 26  # of up to three choices that stand side by side
SIDEWAYS = ("horizontal", "horizontal-compact", "columns", "columns-pack", "compact", "quick", "quickcompact")
LISTED = {"minimal", "autocomplete", "autocomplete_chars", "autocomplete_noedit", "search", "quick-minimal"}
OF_ONE_LINE = {"integer": "number", "decimal": "number", "date": "date", "time": "time", "dateTime": "datetime-local"}
SCRIPTED = ("barcode", "geopoint", "rank", "signature", "slider", "trace")
OTHERS = {
    "acknowledge": "tick", "image": "photo", "audio": "audio", "video": "video", "file": "file", "rank": "rank",
    "signature": "signature", "barcode": "barcode", "geopoint": "geopoint", "geotrace": "trace", "geoshape": "trace",
}  # fmt: skip


@dataclass
class Item:
    """A part of the page: ``page`` (a question, or several), ``part`` (a group around pages), ``bare`` (no page)."""

    kind: str
    questions: list[Question]
    items: list["Item"] = field(default_factory=list)
    number: int = 0


def unseen(question: Question) -> bool:
    """Whether nothing of it shows: what is calculated, set or noted down by itself."""
    return question.type in {"calculate", "hidden", *METADATA} or "hidden" in question.appearance.split()


def labelled(question: Question) -> bool:
    """Whether it has words of its own; some forms write a stand-in where there are none."""
    return any(segments not in ([""], ["-"], ["NO_LABEL"]) for segments in question.label.values())


def tongue(language: str) -> str:
    """The code of a form's language, for screen readers; '' where its name tells none."""
    found = re.search(r"\(([a-z]{2,3}(?:-[A-Za-z]+)?)\)", language)
    return code(language) or (found[1] if found else "")


def shown(definition: Definition) -> tuple[Question, ...]:
    """The outermost rows but those that our register fills: nobody is asked for these, and none of them is sent."""
    return tuple(question for question in definition.survey if question.path not in definition.context)


def posted(definition: Definition, question: Question) -> bool:
    """Whether an unseen row has a value that only the page knows, so that it travels with the answers."""
    if question.calculation is not None:
        return question.path in definition.volatile
    return question.type not in ("group", "repeat")


def control(definition: Definition, question: Question) -> str:
    """The control that asks a question."""
    look, kind = question.appearance.split(), question.type
    choices = definition.choices_of(question)
    if kind.startswith("select_") and (question.read_only or not question.asks):
        return "said"
    if kind == "select_one":
        return _of_one(definition, question, look)
    if kind == "select_multiple":
        if "label" in look or "list-nolabel" in look:
            return "heads" if "label" in look else "cells"
        return "fold" if LISTED.intersection(look) or len(choices) > LONG else "checkbox"
    if kind == "range":
        return _of_range(definition, question, look)
    if kind == "text" and ("multiline" in look or "rows" in question.parameters):
        return "area"
    if kind == "image" and {"signature", "draw"}.intersection(look):
        return "signature"
    return OF_ONE_LINE.get(kind) or OTHERS.get(kind, "line")


def searchable(definition: Definition, question: Question) -> bool:
    """Whether its choices are so many, or so meant, that one looks for an answer by typing."""
    look = set(question.appearance.split())
    return len(definition.choices_of(question)) > LONG or bool(look & (LISTED - {"minimal"}))


def _of_one(definition: Definition, question: Question, look: list[str]) -> str:
    choices = definition.choices_of(question)
    for word, found in (("label", "heads"), ("list-nolabel", "cells"), ("likert", "likert")):
        if word in look:
            return found
    if LISTED.intersection(look) or len(choices) > LONG:
        return "select"
    plain = question.choice_filter is None and not columns(question) and not any("media" in c.row for c in choices)
    return "segmented" if plain and len(choices) < 4 and _short(definition, question) else "radio"


def _short(definition: Definition, question: Question) -> bool:
    """Whether its choices fit side by side in every language, so that a change of language moves nothing."""
    choices = definition.choices_of(question)

    def length(language: str) -> int:
        words = (choice.label.get(language) or [choice.name] for choice in choices)
        return sum(len(part) if isinstance(part, str) else LETTERS for each in words for part in each)

    return bool(choices) and all(length(language) < LETTERS for language in definition.languages)


def _of_range(definition: Definition, question: Question, look: list[str]) -> str:
    if "faces" in look and len(definition.choices_of(question)) == 5:
        return "faces"
    return "scale" if len(steps(question)) <= LONG else "slider"


def steps(question: Question) -> list[str]:
    """The numbers of a range, as they are kept; of a fine one only the first."""
    start, end, step = (question.parameters[key] for key in ("start", "end", "step"))
    count = min(int((end - start) / step + 1e-9) + 1, 1_000)
    return [f"{round(start + step * n, 9):.9f}".rstrip("0").rstrip(".") for n in range(count)]


def columns(question: Question) -> str:
    """In how many columns its choices stand: a number, "auto", or '' for one below the other."""
    for word in question.appearance.split():
        name, _, number = word.rpartition("-")
        if number.isdigit() and name in SIDEWAYS:
            return str(min(int(number), 6))
        if word in SIDEWAYS:
            return "auto"
    return ""


def accepted(question: Question) -> str:
    """Which files a file field offers."""
    kinds = {"image": "image/*", "signature": "image/*", "audio": "audio/*", "video": "video/*"}
    return kinds.get(question.type) or str(question.parameters.get("accept", ""))


def widgets(definition: Definition) -> list[str]:
    """The scripts of controls that the form has, by name: static/js/widgets/."""
    return sorted({script(definition, question) for question in definition.questions.values()} - {""})


def script(definition: Definition, question: Question) -> str:
    """The script that makes more of its control than the browser has; '' where there is none."""
    if unseen(question) or question.read_only or question.type in ("group", "repeat", "note"):
        return ""
    found = control(definition, question)
    if found in ("select", "fold"):
        return found if searchable(definition, question) else ""
    return found if found in SCRIPTED else ""


def has_files(definition: Definition) -> bool:
    """Whether a file may belong to its answers."""
    return any(question.type in FILES for question in definition.questions.values())


def outline(definition: Definition) -> list[Item]:
    """The form in pages; without any where it is one long page.

    A group with the appearance field-list is a page. In the style "pages" every question outside of one is a page too;
    in any other style those between two pages share one.
    """
    single = definition.settings.get("style") == "pages"
    if not single and not any(_has_page(question) for question in definition.survey):
        return []
    items = list(_items(shown(definition), single))
    for number, page in enumerate(pages(items), 1):
        page.number = number
    return items


def pages(items: list[Item]) -> list[Item]:
    """The pages of an outline, in order."""
    return [page for item in items for page in ([item] if item.kind == "page" else pages(item.items))]


def _has_page(question: Question) -> bool:
    return question.is_page or (question.type == "group" and any(map(_has_page, question.children)))


def _items(questions: tuple[Question, ...], single: bool) -> Iterator[Item]:
    loose: list[Question] = []
    for question in questions:
        if unseen(question):
            yield Item("bare", [question])
        elif question.type == "group" and not question.is_page and (single or _has_page(question)):
            if loose:
                yield Item("page", loose)
            loose = []
            yield Item("part", [question], list(_items(question.children, single)))
        elif question.is_page or single:
            if loose:
                yield Item("page", loose)
            loose = []
            yield Item("page", [question])
        else:
            loose.append(question)
    if loose:
        yield Item("page", loose)


def blank_row(verdict: Verdict, question: Question) -> tuple[Verdict, Node]:
    """A row of a repeat that nobody has filled, in a form of its own: what a script copies for a new row."""
    definition = verdict.filled.definition
    filled = Filled(definition, verdict.filled.clock, verdict.filled.language)
    node, path = filled.top.children[0], filled.top.children[0].path
    for name in question.path.removeprefix(f"{path}/").split("/"):
        path = f"{path}/{name}"
        below = definition.questions[path]
        repeated = below.type == "repeat"
        node = add_row(node, below, definition.around(below)) if repeated else node.named(name)[0]
    return Verdict(filled), node


def repeats(definition: Definition) -> list[Question]:
    """Its repeats, those that lie in others too."""
    return [question for question in definition.questions.values() if question.type == "repeat"]


def closed(filled: Filled, parent: Node, question: Question) -> bool:
    """Whether a repeat is not asked: none of its rows is, or, where it has none, a row would not be."""
    rows = parent.named(question.name)
    if rows:
        return not any(row.own for row in rows)
    if question.relevant is None:
        return False
    ghost = Node(question.name, None, question)
    ghost.parent = parent
    return not filled.holds(ghost, question.relevant)


def in_words(filled: Filled, node: Node) -> str:
    """The chosen answers in words, of a question that cannot be answered here."""
    assert node.question is not None
    words = {name: text for name, text, _tone in filled.options(node.question, node)}
    return ", ".join(words.get(name, name) for name in node.value.split())


def told(verdict: Verdict, node: Node) -> list[str]:
    """What stands in a control: what was typed, else what the form has set."""
    typed = verdict.typed.get(node.path)
    if typed is not None and any(typed):
        return typed
    return [node.value] if node.value else []


def media(question: Question, language: str, otherwise: str) -> list[tuple[str, str]]:
    """What a label shows and plays beside its words: kind and name of each file."""
    return _files(question.media, language, otherwise)


def _files(of: dict[str, dict[str, str]], language: str, otherwise: str) -> list[tuple[str, str]]:
    found = ((kind, each.get(language) or each.get(otherwise)) for kind, each in of.items())
    return [(kind, name) for kind, name in found if name]


def choice_media(filled: Filled, node: Node) -> dict[str, list[tuple[str, str]]]:
    """The same of its choices that have some, by name."""
    language, otherwise = filled.language, filled.definition.default_language
    listed: list[tuple[str, dict[str, Any]]] = [(choice.name, choice.row) for choice in filled.choices(node)]
    return {name: _files(row["media"], language, otherwise) for name, row in listed if row.get("media")}
