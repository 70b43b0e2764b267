"""form.json checked and completed. Only the server does this: there is no twin in JavaScript.

form.json has XLSForm's own words. Whoever writes one by hand may leave out what follows from the rest: ``complete``
adds paths, dependencies and the order of evaluation, and writes short forms out (a text for a list of segments,
``"required": true`` for its tree). What is published and sent to phones is always complete.
"""

import re
from typing import Any

from blueprints.forms.engine.expressions import OPERATORS, Tree
from blueprints.forms.engine.functions import FUNCTIONS, VOLATILE
from blueprints.forms.engine.nodes import Node, select
from blueprints.forms.engine.ordering import Dependencies
from blueprints.forms.engine.patterns import trouble_with

Text = dict[str, list[Any]]  # by language: a list of texts and trees

ROOT = "data"
TYPES = {
    *("group", "text", "note", "integer", "decimal", "range", "date", "time"),
    *("select_one", "select_multiple", "acknowledge", "image", "calculate"),
}
SCORES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}
LEVELS = ("urgent", "watch")
USES = ("checklist", "survey")
FORM_KEYS = {
    *("form_id", "title", "version", "hash", "languages", "default_language", "settings"),
    *("survey", "choices", "alerts", "order", "deps", "volatile"),
}
TEXTS = ("label", "hint", "required_message", "constraint_message")
TREES = ("required", "relevant", "constraint", "calculation")
QUESTION_KEYS = {
    *TEXTS,
    *TREES,
    *("type", "name", "path", "read_only", "default", "appearance", "parameters", "list_name", "children", "score"),
}
DEPTH = 64  # of a tree and of groups: more is a mistake or an attack


class DefinitionError(ValueError):
    """The definition cannot be used. ``problems`` says where and why, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def complete(source: dict[str, Any]) -> dict[str, Any]:
    """The definition with all that follows from it written out. Raises DefinitionError."""
    if not isinstance(source, dict):
        raise DefinitionError(["A definition is a JSON object."])
    return _Reader(source).read()


class _Reader:
    """Checks a definition and writes it out, gathering every problem on the way."""

    def __init__(self, source: dict[str, Any]) -> None:
        self.source = source
        self.problems: list[str] = []
        self.languages: list[str] = []
        self.rows: dict[str, dict[str, Any]] = {}
        self.tree = Node(ROOT, None, None)
        self.places: dict[str, Node] = {}

    def read(self) -> dict[str, Any]:
        whole = dict(self.source)
        for key in sorted(whole.keys() - FORM_KEYS):
            self.say("form", f"{key!r} is not a key of form.json")
        whole["form_id"] = self.matching("form", "form_id", r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")
        whole["languages"] = self.languages = self.strings("languages") or ["fr"]
        whole.setdefault("default_language", self.languages[0])
        if whole["default_language"] not in self.languages:
            self.say("form", f"default_language {whole['default_language']!r} is not among the languages")
        whole["title"] = self.title(whole.get("title"))
        whole["settings"] = self.settings(whole.get("settings", {}))
        whole["choices"] = self.choices(whole.get("choices", {}))
        whole["survey"] = self.survey(whole.get("survey"), self.tree, f"/{ROOT}", 0)
        if not self.rows and not self.problems:
            self.say("form", "survey has no question")
        self.logic()
        whole["alerts"] = self.alerts(whole.get("alerts", []))
        if self.problems:
            raise DefinitionError(self.problems)
        found = Dependencies(self.tree, self.rows)
        if found.cycle:
            raise DefinitionError(
                [f"{found.cycle[0]}: these depend on each other in a circle: {', '.join(found.cycle)}"]
            )
        whole["order"], whole["deps"] = found.order, found.deps
        whole["volatile"] = [path for path, row in self.rows.items() if _calls(row.get("calculation"), VOLATILE)]
        return whole

    def say(self, where: str, what: str) -> None:
        self.problems.append(f"{where}: {what}.")

    def matching(self, where: str, key: str, pattern: str) -> str:
        value = self.source.get(key)
        if not isinstance(value, str) or not re.fullmatch(pattern, value, re.ASCII):
            self.say(where, f"{key} must match {pattern}, and is {value!r}")
        return str(value)

    def strings(self, key: str) -> list[str]:
        value = self.source.get(key)
        if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
            self.say("form", f"{key} must be a list of texts")
            return []
        return list(value)

    def title(self, value: Any) -> dict[str, str]:
        if not isinstance(value, dict) or not all(isinstance(value.get(each), str) for each in self.languages):
            self.say("form", f"title must be a text in each of {', '.join(self.languages)}")
            return {}
        return dict(value)

    def settings(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or value.get("use", "checklist") not in USES:
            self.say("form", f"settings.use must be one of {', '.join(USES)}")
            return {}
        return {"use": "checklist", **value}

    def choices(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            self.say("form", "choices must be an object of lists")
            return {}
        lists: dict[str, Any] = {}
        for name, items in value.items():
            where, seen, lists[name] = f"choices {name}", set[str](), []
            for item in items if isinstance(items, list) else []:
                choice = item.get("name") if isinstance(item, dict) else None
                if not isinstance(choice, str) or not re.fullmatch(r"\S{1,100}", choice):
                    self.say(where, f"a choice needs a name without spaces, not {choice!r}")
                    continue
                if choice in seen:
                    self.say(where, f"{choice!r} stands twice")
                seen.add(choice)
                lists[name].append({**item, "label": self.text(f"{where} {choice}", item.get("label"))})
            if not lists[name]:
                self.say(where, "has no choices")
        return lists

    def survey(self, rows: Any, parent: Node, path: str, depth: int) -> list[dict[str, Any]]:
        if not isinstance(rows, list) or depth > DEPTH:
            self.say(path, "must be a list of questions" if depth <= DEPTH else "groups lie too deep")
            return []
        return [self.row(row, parent, path, depth) for row in rows if self.usable(row, path)]

    def usable(self, row: Any, path: str) -> bool:
        if not isinstance(row, dict):
            self.say(path, f"a question is an object, not {row!r}")
        elif not isinstance(row.get("name"), str) or not re.fullmatch(r"[A-Za-z_][\w.-]*", row["name"], re.ASCII):
            self.say(path, f"a question needs a name of letters, digits and _, not {row.get('name')!r}")
        elif f"{path}/{row['name']}" in self.rows:
            self.say(f"{path}/{row['name']}", "stands twice")
        else:
            return True
        return False

    def row(self, row: dict[str, Any], parent: Node, path: str, depth: int) -> dict[str, Any]:
        path = f"{path}/{row['name']}"
        whole = {**row, "path": path}
        self.rows[path] = whole
        node = self.places[path] = Node(row["name"], parent, None)
        for key in sorted(row.keys() - QUESTION_KEYS):
            self.say(path, f"{key!r} is not a key of a question")
        kind = row.get("type")
        if kind not in TYPES:
            self.say(path, f"type {kind!r} is not supported")
        for key in TEXTS:
            if key in row or (key == "label" and kind not in ("calculate", "group")):
                whole[key] = self.text(f"{path} {key}", row.get(key))
        if row.get("required") in (True, False):
            whole.pop("required")
            if row["required"]:
                whole["required"] = ["f", "true"]
        if ("list_name" in row) != (kind in ("select_one", "select_multiple")) and kind != "range":
            self.say(path, "list_name belongs to a select_one or select_multiple, and to these always")
        elif "list_name" in row and row["list_name"] not in self.source.get("choices", {}):
            self.say(path, f"the list {row['list_name']!r} is not among the choices")
        if not isinstance(row.get("appearance", ""), str):
            self.say(path, "appearance must be a text")
        if not isinstance(row.get("parameters", {}), dict):
            self.say(path, "parameters must be an object")
        elif kind == "range":
            self.range(path, row.get("parameters", {}), row.get("score"))
        elif "score" in row:
            self.say(path, "score belongs to a range")
        if kind == "calculate" and "calculation" not in row:
            self.say(path, "a calculate needs its calculation")
        if (kind == "group") != ("children" in row):
            self.say(path, "children belong to a group, and a group has some")
        elif kind == "group":
            whole["children"] = self.survey(row["children"], node, path, depth + 1)
        return whole

    def range(self, path: str, parameters: dict[str, Any], score: Any) -> None:
        start, end, step = (parameters.get(key, 0) for key in ("start", "end", "step"))
        if not (_is_number(start) and _is_number(end) and _is_number(step) and start < end and step > 0):
            self.say(path, "a range needs parameters start < end and step > 0, all numbers")
        elif score is not None and (score not in SCORES or (start, end, step) != (*SCORES[score], 1)):
            self.say(path, f"score must be one of {SCORES} with that range and step 1")

    def text(self, where: str, value: Any) -> Text:
        """Each language's text as a list of segments: texts and trees."""
        if not isinstance(value, dict) or not all(value.get(language) for language in self.languages):
            self.say(where, f"must have a text in each of {', '.join(self.languages)}")
            return {}
        whole = {}
        for language, segments in value.items():
            whole[language] = segments if isinstance(segments, list) else [segments]
        return whole

    def logic(self) -> None:
        """Check every tree, now that all places are known."""
        for path, row in self.rows.items():
            for key in TREES:
                if row.get(key) is not None:
                    self.check(f"{path} {key}", row[key], self.places[path])
            if isinstance(row.get("default"), list):
                self.check(f"{path} default", row["default"], self.places[path])
            elif not isinstance(row.get("default", ""), str):
                self.say(path, "default must be a text or a tree")
            for key in TEXTS:
                for segments in row.get(key, {}).values():
                    for segment in segments:
                        if not isinstance(segment, str):
                            self.check(f"{path} {key}", segment, self.places[path])

    def alerts(self, rules: Any) -> list[dict[str, Any]]:
        whole = []
        for rule in rules if isinstance(rules, list) else [None]:
            if not isinstance(rule, dict) or rule.keys() != {"path", "test", "level", "label"}:
                self.say("alerts", "an alert has path, test, level and label")
            elif rule["path"] not in self.rows:
                self.say("alerts", f"{rule['path']!r} is not a question")
            elif rule["level"] not in LEVELS:
                self.say(f"alert {rule['path']}", f"level must be one of {', '.join(LEVELS)}")
            else:
                self.check(f"alert {rule['path']}", rule["test"], self.places[rule["path"]])
                whole.append({**rule, "label": self.text(f"alert {rule['path']}", rule["label"])})
        return whole

    def check(self, where: str, tree: Tree, at: Node, depth: int = 0) -> None:
        """That a tree is one that ``evaluate`` understands."""
        if _is_number(tree):
            return
        if not isinstance(tree, list) or not tree or not isinstance(tree[0], str) or depth > DEPTH:
            self.say(where, f"is no tree: {str(tree)[:60]}" if depth <= DEPTH else "lies too deep")
            return
        head, rest = tree[0], tree[1:]
        if head in ("s", "p"):
            if len(rest) != 1 or not isinstance(rest[0], str):
                self.say(where, f"{head!r} takes one text")
            elif head == "p" and not select(at, rest[0]):
                self.say(where, f"there is no {rest[0]!r}")
            return
        if head == "f":
            self.call(where, rest)
            rest = rest[1:]
        elif head not in OPERATORS and head != "neg":
            self.say(where, f"{head!r} is no operator")
            return
        elif len(rest) != (1 if head == "neg" else 2):
            self.say(where, f"{head!r} takes {1 if head == 'neg' else 2} arguments")
        for item in rest:
            self.check(where, item, at, depth + 1)

    def call(self, where: str, call: list[Any]) -> None:
        name = call[0] if call else None
        function = FUNCTIONS.get(name) if isinstance(name, str) else None
        if function is None:
            self.say(where, f"there is no function {name!r}")
        elif not function.least <= len(call) - 1 <= (function.most if function.most is not None else len(call)):
            self.say(where, f"{name}() does not take {len(call) - 1} arguments")
        elif name == "regex":
            pattern = call[2]
            trouble = (
                trouble_with(pattern[1])
                if isinstance(pattern, list) and pattern[:1] == ["s"] and len(pattern) == 2
                else "the pattern must be a text that is written out"
            )
            if trouble:
                self.say(where, f"regex(): {trouble}")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15


def _calls(tree: Tree, names: set[str]) -> bool:
    if not isinstance(tree, list):
        return False
    return (tree[0] == "f" and tree[1] in names) or any(_calls(item, names) for item in tree[1:])
