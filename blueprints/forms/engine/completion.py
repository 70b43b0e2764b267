"""form.json checked and completed. Only the server does this: there is no twin in JavaScript.

form.json has XLSForm's own words. Whoever writes one by hand may leave out what follows from the rest: ``complete``
adds paths, dependencies and the order of evaluation, and writes short forms out (a text for a list of segments,
``"required": true`` for its tree). What is published and sent to phones is always complete.

A form that was imported (it names its ``source``) may have what a hand-written one must not: labels in some languages
only, choices with spaces or twice, empty lists, a group whose relevance reads what lies within it.
"""

import re
from typing import Any

from blueprints.forms.engine.functions import VOLATILE
from blueprints.forms.engine.nodes import Node
from blueprints.forms.engine.ordering import Dependencies
from blueprints.forms.engine.trees import Checker, calls, is_number

Text = dict[str, list[Any]]  # by language: a list of texts and trees

ROOT = "data"
PARENTS = {"group", "repeat"}
CHOOSING = {"select_one", "select_multiple", "rank"}
FILES = {"image", "audio", "video", "file", "signature"}
PLACES = {"geopoint", "geotrace", "geoshape"}
METADATA = {"start", "end", "today", "deviceid", "username", "phonenumber", "email", "audit"}
SILENT = {*PARENTS, *METADATA, "note", "calculate", "hidden"}  # nobody is asked for these
TYPES = {
    *("text", "integer", "decimal", "range", "date", "time", "dateTime", "acknowledge", "barcode"),
    *(SILENT | CHOOSING | FILES | PLACES),
}
SCORES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}
LEVELS = ("urgent", "watch")
USES = ("checklist", "survey")
EVENTS = {"odk-instance-first-load", "odk-new-repeat", "xforms-value-changed"}
FORM_KEYS = {
    *("form_id", "title", "version", "hash", "languages", "default_language", "settings", "survey", "choices"),
    *("alerts", "dialect", "root", "context", "external", "unsupported", "source"),
    *("order", "deps", "wide", "checks", "wide_checks", "volatile"),
}
TEXTS = ("label", "hint", "guidance_hint", "required_message", "constraint_message")
TREES = ("required", "relevant", "constraint", "calculation", "repeat_count")
QUESTION_KEYS = {
    *TEXTS,
    *TREES,
    *("type", "name", "path", "read_only", "default", "appearance", "parameters", "list_name", "children", "score"),
    *("media", "set", "choice_filter"),
}
NAME = re.compile(r"[^\W\d][\w.-]{0,99}")
DEPTH = 64  # of groups: more is a mistake or an attack


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
        self.imported = "source" in source
        self.problems: list[str] = []
        self.languages: list[str] = []
        self.lists: dict[str, Any] = {}
        self.rows: dict[str, dict[str, Any]] = {}
        self.top = Node("", None, None)
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
        root = whole.get("root", ROOT)
        if not isinstance(root, str) or not NAME.fullmatch(root):
            self.say("form", "root must be a name")
            root = ROOT
        whole["title"] = self.title(whole.get("title"))
        for key, kind in (("external", dict), ("context", list), ("unsupported", list), ("source", dict)):
            if not isinstance(whole.get(key, kind()), kind):
                self.say("form", f"{key} must be {'an object' if kind is dict else 'a list'}")
        whole["choices"] = self.lists = self.choices(whole.get("choices", {}), whole.get("external") or {})
        whole["survey"] = self.survey(whole.get("survey"), Node(root, self.top, None), f"/{root}", 0)
        if not self.rows and not self.problems:
            self.say("form", "survey has no question")
        self.logic()
        whole["settings"] = self.settings(whole.get("settings", {}))
        whole["alerts"] = self.alerts(whole.get("alerts", []))
        if self.problems:
            raise DefinitionError(self.problems)
        found = Dependencies(self.top, self.rows, lenient=self.imported)
        if found.cycle:
            raise DefinitionError(
                [f"{found.cycle[0]}: these depend on each other in a circle: {', '.join(found.cycle)}"]
            )
        whole["order"], whole["deps"] = found.order, found.deps
        whole["checks"] = found.checks
        for key, readers in (("wide", found.wide), ("wide_checks", found.wide_checks)):
            if readers or key in whole:
                whole[key] = readers
        whole["volatile"] = [path for path, row in self.rows.items() if calls(row.get("calculation"), VOLATILE)]
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
        whole = {"use": "checklist", **value}
        top = self.top.children[0]
        if "instance_name" in whole:
            whole["instance_name"] = self.tree("form settings.instance_name", whole["instance_name"], top)
        scores, read = whole.get("scores", []), []
        for score in scores if isinstance(scores, list) else [None]:
            if not isinstance(score, dict) or score.keys() != {"name", "label", "value"}:
                self.say("form", "settings.scores has name, label and value in each")
            else:
                where = f"form score {score['name']}"
                label, value = self.text(where, score["label"]), self.tree(where, score["value"], top)
                read.append({**score, "label": label, "value": value})
        if read:
            whole["scores"] = read
        return whole

    def choices(self, value: Any, external: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            self.say("form", "choices must be an object of lists")
            return {}
        lists: dict[str, Any] = {name: [] for name in external}
        for name, items in value.items():
            where, seen, lists[name] = f"choices {name}", set[str](), []
            for item in items if isinstance(items, list) else []:
                choice = item.get("name") if isinstance(item, dict) else None
                pattern = r".{1,250}" if self.imported else r"\S{1,100}"
                if not isinstance(choice, str) or not re.fullmatch(pattern, choice, re.DOTALL):
                    self.say(where, f"a choice needs a name without spaces, not {choice!r}")
                    continue
                if choice in seen and not self.imported:
                    self.say(where, f"{choice!r} stands twice")
                seen.add(choice)
                whole = dict(item)
                if "label" in item or not self.imported:
                    whole["label"] = self.text(f"{where} {choice}", item.get("label"))
                lists[name].append(whole)
            if not lists[name] and not self.imported:
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
        elif not isinstance(row.get("name"), str) or not NAME.fullmatch(row["name"]):
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
            if key in row or (key == "label" and not self.imported and (kind not in SILENT or kind == "note")):
                whole[key] = self.text(f"{path} {key}", row.get(key))
        for key in ("required", "relevant"):
            if row.get(key) in (True, False) and (key == "required" or self.imported):
                whole[key] = ["f", "true" if row[key] else "false"]
        if whole.get("required") == ["f", "false"]:
            del whole["required"]
        self.lists_of(path, row, kind)
        for key, plain in (("appearance", str), ("parameters", dict), ("media", dict), ("set", list)):
            if not isinstance(row.get(key, plain()), plain):
                what = {"str": "a text", "dict": "an object", "list": "a list"}[plain.__name__]
                self.say(path, f"{key} must be {what}")
        if kind == "range":
            self.range(path, row.get("parameters", {}), row.get("score"))
        elif "score" in row:
            self.say(path, "score belongs to a range")
        if kind == "calculate" and "calculation" not in row and "set" not in row and not self.imported:
            self.say(path, "a calculate needs its calculation")
        if "repeat_count" in row and kind != "repeat":
            self.say(path, "repeat_count belongs to a repeat")
        if (kind in PARENTS) != ("children" in row):
            self.say(path, "children belong to a group, and a group has some")
        elif kind in PARENTS:
            whole["children"] = self.survey(row["children"], node, path, depth + 1)
        return whole

    def lists_of(self, path: str, row: dict[str, Any], kind: Any) -> None:
        if ("list_name" in row) != (kind in CHOOSING) and kind != "range":
            self.say(path, "list_name belongs to a select_one or select_multiple, and to these always")
        elif "list_name" in row and row["list_name"] not in self.lists:
            self.say(path, f"the list {row['list_name']!r} is not among the choices")

    def range(self, path: str, parameters: Any, score: Any) -> None:
        found = parameters if isinstance(parameters, dict) else {}
        start, end, step = (found.get(key, 0) for key in ("start", "end", "step"))
        if not (is_number(start) and is_number(end) and is_number(step) and start < end and step > 0):
            self.say(path, "a range needs parameters start < end and step > 0, all numbers")
        elif score is not None and (score not in SCORES or (start, end, step) != (*SCORES[score], 1)):
            self.say(path, f"score must be one of {SCORES} with that range and step 1")

    def text(self, where: str, value: Any) -> Text:
        """Each language's text as a list of segments: texts and trees. An imported form may leave out languages."""
        every = any if self.imported else all
        if not isinstance(value, dict) or not every(value.get(language) for language in self.languages):
            if not self.imported or (value is not None and not isinstance(value, dict)):
                self.say(where, f"must have a text in each of {', '.join(self.languages)}")
            return {}
        whole = {}
        for language, segments in value.items():
            whole[language] = list(segments) if isinstance(segments, list) else [segments]
        return whole

    def logic(self) -> None:
        """Check every tree, now that all places are known."""
        for path, row in self.rows.items():
            at = self.places[path]
            for key in TREES:
                if row.get(key) is not None:
                    row[key] = self.tree(f"{path} {key}", row[key], at)
            if "choice_filter" in row:
                row["choice_filter"] = self.tree(f"{path} choice_filter", row["choice_filter"], at, item=True)
            if isinstance(row.get("default"), list):
                row["default"] = self.tree(f"{path} default", row["default"], at)
            elif not isinstance(row.get("default", ""), str):
                self.say(path, "default must be a text or a tree")
            for key in TEXTS:
                for segments in row.get(key, {}).values():
                    for place, segment in enumerate(segments):
                        if not isinstance(segment, str):
                            segments[place] = self.tree(f"{path} {key}", segment, at)
            self.events(path, row, at)

    def events(self, path: str, row: dict[str, Any], at: Node) -> None:
        """``set``: [event, tree], or [event, tree, the path that triggers it]."""
        rules, read = row.get("set", []), []
        for rule in rules if isinstance(rules, list) else []:
            if not isinstance(rule, list) or not 2 <= len(rule) <= 3 or rule[0] not in EVENTS:
                self.say(path, f"set has [event, tree, trigger], and the event is one of {', '.join(sorted(EVENTS))}")
            elif (len(rule) == 3) != (rule[0] == "xforms-value-changed") or (
                len(rule) == 3 and rule[2] not in self.rows
            ):
                self.say(path, "set: a change has the path of the question that triggers it")
            else:
                read.append([rule[0], self.tree(f"{path} set", rule[1], at), *rule[2:]])
        if read:
            row["set"] = read

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
                test = self.tree(f"alert {rule['path']}", rule["test"], self.places[rule["path"]])
                whole.append({**rule, "test": test, "label": self.text(f"alert {rule['path']}", rule["label"])})
        return whole

    def tree(self, where: str, tree: Any, at: Node, item: bool = False) -> Any:
        """The tree as it is evaluated, checked. ``item``: it is evaluated at a choice of a list."""
        return Checker(where, at, self.rows, self.say, self.imported).checked(tree, item)
