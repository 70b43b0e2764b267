"""What a form reads of our register, and a form to which that was given. Pure: no request, no database.

A form may read the person whom it is filled about in five ways: the group ``inputs`` of the CHT, its
instance('contact-summary'), ``${last-saved#question}`` of ODK, pulldata() and choices of clients.csv (or cases.csv),
and pulldata() of last-visit.csv. Whoever renders the form gives it what it reads and no more, as plain JSON:
``{"client": id, "values": {path: text}, "lists": {list: [row, …]}}``. It travels with the page and comes back with the
answers, in the field ``_given``: browser and server reckon with the same. Its twin for the page, ``informed``, is in
static/js/form-register.js.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from blueprints.forms.engine import Definition, Question
from blueprints.forms.engine.definition import Choice

Given = dict[str, Any]
Facts = Mapping[str, str]

# What is read of our register by these files, whatever the form calls the list.
FILES = {
    "clients.csv": "clients",
    "cases.csv": "clients",
    "last-visit.csv": "last",
    "last-saved": "last",
    "contact-summary": "client",
}
SUMMARY, LAST = "contact-summary", "__last-saved"  # instances that are documents elsewhere; here lists of one row
# Our own names of what is known of a client, and what else forms call it.
NAMES = {
    "client_id": "_id id uuid patient_id contact_id case_id patient_uuid contact_uuid",
    "full_name": "name fullname display_name contact_full_name",
    "given_name": "first_name firstname fstname fname forename",
    "family_name": "last_name lastname lstname lname surname",
    "date_of_birth": "dob birth_date birthdate birthday born",
    "age": "age_years age_in_years",
    "phone": "tel telephone phone_number mobile",
    "address": "cur_address curr_address current_address home_address",
    "alerts": "",
    "needs": "",
    "service": "",
    "team": "",
    "coordinator": "",
    "opened": "case_opened opened_on enrollment_date registration_date",
    "contact_name": "next_of_kin",
    "contact_relation": "",
    "contact_phone": "next_of_kin_phone",
    "user_name": "",
}
OTHERS = {other: name for name, others in NAMES.items() for other in others.split()} | {name: name for name in NAMES}
# Of the group `inputs`, what is not the contact itself: the place that somebody belongs to is our team, and who answers
# for it is the coordinator.
AROUND = {
    "source": "source",
    "source_id": "client_id",
    "contact/parent/name": "team",
    "contact/parent/contact/name": "coordinator",
    "user/name": "user_name",
}
SOURCE = "contact"  # opened from somebody's file, as the CHT says it
KEYS = ("name", "this")  # of a row: the client's id, and "yes" for the client of the visit
ROWS, TEXT, WHOLE = 2_000, 10_000, 400_000  # at most: rows of a list, characters of a text and of everything given


def fact(name: str) -> str:
    """Our own name of what a form calls so; "" for what the register does not know."""
    plain = name.lower()
    return OTHERS.get(plain) or OTHERS.get(re.sub(r"^(patient|client|person|contact)_", "", plain), "")


def input_fact(below: str) -> str:
    """What a path below the group ``inputs`` means: our own name, "source", or ""."""
    group, _, name = below.rpartition("/")
    return AROUND.get(below) or (fact(name) if group in ("", "contact") else "")


def read_as_rows(tree: Any) -> tuple[Any, str]:
    """A path into the contact's summary or into what was saved last, as one into a list of one row; and its list.

    Any other tree stays as it is, with "" for the list.
    """
    if isinstance(tree, list) and tree[:1] == ["from"] and len(tree) == 3 and isinstance(tree[2], str):
        call, steps = tree[1], tree[2].strip("/").split("/")
        name = call[2][1] if isinstance(call, list) and call[:2] == ["f", "instance"] and call[2][0] == "s" else ""
        if name in (SUMMARY, LAST) and len(steps) > 1 and steps[:2] != ["root", "item"]:
            return ["from", call, f"root/item/{'.'.join(steps[1:])}"], name
    return tree, ""


@dataclass(frozen=True)
class Wanted:
    """What a form reads. columns: by list, the columns (None: any). offered: lists whose rows are choices."""

    lists: dict[str, str]  # by its name, which of our lists
    columns: dict[str, set[str]]
    offered: set[str] = field(default_factory=set)
    inputs: dict[str, str] = field(default_factory=dict)  # our own names, by path

    @property
    def anything(self) -> bool:
        """Whether it reads anything of the register."""
        return bool(self.lists or self.inputs)

    def lists_of(self, kind: str) -> list[str]:
        """The form's own names of one of our lists."""
        return [name for name, what in self.lists.items() if what == kind]

    @property
    def facts(self) -> set[str]:
        """What it reads of the client of the visit."""
        names = {column for name, what in self.lists.items() if what != "last" for column in self.columns[name]}
        return {fact(name) for name in names - {"name", "label"}} | set(self.inputs.values()) - {"", "source"}


def wanted(definition: Definition) -> Wanted:
    """What a form reads of our register."""
    external = definition.source.get("external") or {}
    lists = {
        name: FILES[each["file"]]
        for name, each in external.items()
        if each.get("file") in FILES and not definition.source["choices"].get(name)  # a file that came along is its own
    }
    found = Wanted(lists, {name: set() for name in lists})
    base = f"/{definition.root}/inputs/"
    for path in definition.context:
        if path.startswith(base) and not definition.questions[path].children:
            found.inputs[path] = input_fact(path.removeprefix(base))
    if lists:
        for question in definition.questions.values():
            if question.list_name in lists:
                found.offered.add(question.list_name)
                found.columns[question.list_name].update(("label", *_relative(question.choice_filter)))
        _columns(definition.source["survey"], found)
        _columns(definition.source["settings"], found)
    return found


def _columns(tree: Any, found: Wanted) -> None:
    """Notes which columns of our lists the trees in this read, wherever they lie."""
    if isinstance(tree, dict):
        for value in tree.values():
            _columns(value, found)
    if not isinstance(tree, list):
        return
    if tree[:2] == ["f", "pulldata"] and len(tree) == 6:
        name = _text(tree[2])
        if name in found.columns:
            found.columns[name].update(filter(None, map(_text, tree[3:5])))
    elif tree[:1] == ["from"] and isinstance(tree[1], list) and tree[1][:2] == ["f", "instance"]:
        name = _text(tree[1][2])
        if name in found.columns:
            for step in tree[2:]:
                steps = step if isinstance(step, str) else step[0]
                read = [each for each in steps.split("/") if each not in ("root", "item")]
                found.columns[name].update([*read, *_relative(step[1:] if isinstance(step, list) else [])])
    elif tree[:2] == ["f", "jr:choice-name"] and _text(tree[3]) in found.columns:
        found.columns[_text(tree[3])].add("label")
    for item in tree:
        _columns(item, found)


def _text(tree: Any) -> str:
    return tree[1] if isinstance(tree, list) and tree[:1] == ["s"] else ""


def _relative(tree: Any) -> Iterator[str]:
    """The columns that a predicate reads."""
    if isinstance(tree, list) and tree[:1] == ["p"] and isinstance(tree[1], str):
        if tree[1][:1] not in "/.":
            yield tree[1].partition("/")[0]
    elif isinstance(tree, list):
        for item in tree:
            yield from _relative(item)


def given(wants: Wanted, facts: Facts, last: Mapping[str, str], everyone: Iterable[Facts]) -> Given:
    """What a form gets. facts: of the client of the visit (none: nobody yet). last: answers of the last time by path,
    and "day". everyone: facts of the person's clients, for lists whose rows are choices."""
    lists: dict[str, list[dict[str, str]]] = {}
    for name in wants.lists_of("client"):
        lists[name] = [_row(facts, wants.columns[name])] if facts else []
    for name in wants.lists_of("clients"):
        whole = [facts] if facts else []
        if name in wants.offered:
            whole = [*everyone]
        lists[name] = [_listed(each, wants.columns[name], each["client_id"] == facts.get("client_id"))
                       for each in whole]  # fmt: skip
    for name in wants.lists_of("last"):
        lists[name] = [_last(last, wants.columns[name])] if last else []
    known = {**facts, "source": SOURCE} if facts else {}
    values = {path: known[name] for path, name in wants.inputs.items() if known.get(name)}
    return {"client": facts.get("client_id", ""), "values": values, "lists": lists}


def _row(facts: Facts, columns: set[str]) -> dict[str, str]:
    known = {column: facts.get(fact(column), "") for column in sorted(columns)}
    return {"name": facts["client_id"], "this": "yes"} | {column: text for column, text in known.items() if text}


def _listed(facts: Facts, columns: set[str], this: bool) -> dict[str, str]:
    known = {column: facts.get(fact(column), "") for column in sorted(columns - {*KEYS, "label"})}
    row = {"name": facts["client_id"], "label": facts["full_name"], **({"this": "yes"} if this else {})}
    return row | {column: text for column, text in known.items() if text}


def _last(last: Mapping[str, str], columns: set[str]) -> dict[str, str]:
    """A row of what was answered: a question by its name, or by its path with points."""
    row = {"name": "last", "this": "yes", "day": last.get("day", "")}
    for path, text in last.items():
        if path.startswith("/") and "[" not in path:
            steps = path.split("/")[2:]
            for column in (".".join(steps), steps[-1]):
                if column in columns and column not in row:
                    row[column] = text
    return row


def read(definition: Definition, text: str) -> Given:
    """What came back with the answers: of the shape that a page has, and only what the form reads. What is of another
    shape counts as not given: nothing in it ever makes the server look anybody up."""
    wants = wanted(definition)
    try:
        whole = json.loads(text) if len(text) <= WHOLE else {}
    except (ValueError, RecursionError):
        whole = {}
    if not isinstance(whole, dict) or not wants.anything:
        return {}
    client, values, lists = whole.get("client"), whole.get("values"), whole.get("lists")
    return {
        "client": client if _is_text(client) else "",
        "values": {
            path: value
            for path, value in (values if isinstance(values, dict) else {}).items()
            if path in wants.inputs and _is_text(value)
        },
        "lists": {
            name: [row for row in rows[:ROWS] if _is_row(row)]
            for name, rows in (lists if isinstance(lists, dict) else {}).items()
            if name in wants.lists and isinstance(rows, list)
        },
    }


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= TEXT and "\0" not in value


def _is_row(row: Any) -> bool:
    return isinstance(row, dict) and "name" in row and all(map(_is_text, row.values()))


def kept(given: Given, answers: Iterable[str]) -> Given:
    """What is worth keeping with answers: of lists of clients only the rows that were chosen, and that of the visit."""
    chosen = {word for text in answers for word in text.split()}
    lists = {
        name: [row for row in rows if "this" in row or row["name"] in chosen]
        for name, rows in given.get("lists", {}).items()
    }
    return {**given, "lists": lists} if given else {}


def informed(definition: Definition, given: Given) -> Definition:
    """The form as it is with what the register gave it: lists with their rows, and inputs as calculations, which no
    post can change (twin: static/js/form-register.js)."""
    if not given:
        return definition
    language, values = definition.default_language, given["values"]
    lists = {
        name: tuple(
            Choice(row["name"], words, "", {**row, "label": words})
            for row in rows
            for words in [{language: [row["label"]]} if row.get("label") else {}]
        )
        for name, rows in given["lists"].items()
    }
    names = {name: frozenset(choice.name for choice in rows) for name, rows in lists.items()}
    told = {path: replace(definition.questions[path], calculation=["s", text]) for path, text in values.items()}
    return replace(
        definition,
        choices={**definition.choices, **lists},
        names={**definition.names, **names},
        questions={**definition.questions, **told},
        order=(*values, *(path for path in definition.order if path not in values)),
        given=given,
    )


def from_register(definition: Definition) -> set[str]:
    """The paths whose value follows from the register: its inputs, and what is calculated of them or of its lists."""
    lists = {name for name, what in wanted(definition).lists.items() if what != "last"}
    found = set(definition.context)
    for path in definition.order:
        tree = definition.questions[path].calculation
        if tree is not None and follows(definition, path, tree, found, lists):
            found.add(path)
    return found


def follows(definition: Definition, path: str, tree: Any, sources: set[str], lists: Iterable[str]) -> bool:
    """Whether a tree at a path reads one of these places or lists."""
    if not isinstance(tree, list):
        return False
    if tree[0] == "p":
        return _place(path, tree[1]) in sources
    if tree[:2] in (["f", "pulldata"], ["f", "instance"]) and _text(tree[2]) in lists:
        return True
    return any(follows(definition, path, item, sources, lists) for item in tree[1:])


def _place(path: str, relative: str) -> str:
    """Where a path leads, seen from another."""
    steps: list[str] = [] if relative.startswith("/") else path.split("/")[1:]
    for step in relative.split("/"):
        if step == "..":
            steps = steps[:-1]
        elif step not in ("", "."):
            steps.append(step)
    return "/" + "/".join(steps)


def asked_for(question: Question) -> Any:
    """The tree of what a question that a person answers begins with, or is calculated by; None where it has none."""
    if question.calculation is not None:
        return question.calculation
    if isinstance(question.default, list):
        return question.default
    return next((tree for event, tree, _trigger in question.events if event == "odk-instance-first-load"), None)
