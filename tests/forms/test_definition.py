"""What may be published: a definition that is wrong is refused with every problem, where it is and why."""

import copy
from typing import Any

import pytest

from blueprints.forms import engine
from blueprints.forms.engine.patterns import trouble_with

GOOD: dict[str, Any] = {
    "form_id": "good",
    "title": {"en": "Good"},
    "languages": ["en"],
    "choices": {"yn": [{"name": "yes", "label": {"en": "Yes"}}, {"name": "no", "label": {"en": "No"}}]},
    "survey": [
        {"type": "select_one", "name": "fall", "label": {"en": "Fall?"}, "list_name": "yn"},
        {"type": "group", "name": "more", "children": [{"type": "integer", "name": "count", "label": {"en": "Count"}}]},
        {"type": "range", "name": "pain", "label": {"en": "Pain"}, "parameters": {"start": 0, "end": 10, "step": 1}},
        {"type": "calculate", "name": "sum", "calculation": ["+", ["p", "../more/count"], 1]},
    ],
    "alerts": [{"path": "/data/fall", "test": ["f", "true"], "level": "watch", "label": {"en": "Fell"}}],
}
DEEP: list[Any] = ["neg", 1]
for _ in range(200):
    DEEP = ["neg", DEEP]


def test_a_good_definition_is_read() -> None:
    definition = engine.load(GOOD)

    assert list(definition.questions) == [
        "/data/fall", "/data/more", "/data/more/count", "/data/pain", "/data/sum",
    ]  # fmt: skip
    assert definition.deps == {"/data/more/count": ("/data/sum",)}
    assert definition.use == "checklist"
    assert definition.source["survey"][0]["label"] == {"en": ["Fall?"]}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"form_id": "a b"}, "form_id must match"),
        ({"form_id": "x" * 61}, "form_id must match"),
        ({"form_id": None}, "form_id must match"),
        ({"languages": []}, "languages must be a list"),
        ({"default_language": "fr"}, "default_language 'fr'"),
        ({"title": {"fr": "Bon"}}, "title must be a text in each of en"),
        ({"settings": {"use": "poll"}}, "settings.use must be one of"),
        ({"survey": []}, "survey has no question"),
        ({"survey": "x"}, "must be a list of questions"),
        ({"surveys": []}, "'surveys' is not a key"),
        ({"choices": {"yn": []}}, "has no choices"),
        ({"choices": {}}, "the list 'yn' is not among the choices"),
        ({"choices": {"yn": [{"name": "a b", "label": {"en": "x"}}]}}, "without spaces"),
        ({"choices": {"yn": [{"name": "a", "label": {"en": "x"}}] * 2}}, "'a' stands twice"),
        ({"alerts": [{"path": "/data/x", "test": 1, "level": "watch", "label": {"en": "x"}}]}, "is not a question"),
        ({"alerts": [{"path": "/data/fall", "test": 1, "level": "red", "label": {"en": "x"}}]}, "level must be"),
        ({"alerts": [{"path": "/data/fall"}]}, "an alert has path, test, level and label"),
    ],
)
def test_a_form_that_is_wrong_is_refused(change: dict[str, Any], problem: str) -> None:
    with pytest.raises(engine.DefinitionError) as refused:
        engine.load({**copy.deepcopy(GOOD), **change})
    assert problem in str(refused.value)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"type": "hologram"}, "type 'hologram' is not supported"),
        ({"type": None}, "type None is not supported"),
        ({"name": "2nd"}, "needs a name of letters"),
        ({"name": "fall"}, "stands twice"),
        ({"label": {"fr": "x"}}, "label: must have a text in each of en"),
        ({"hints": {}}, "'hints' is not a key"),
        ({"relevant": "fall = 'yes'"}, "is no tree"),
        ({"relevant": True}, "is no tree"),
        ({"relevant": []}, "is no tree"),
        ({"relevant": ["p", "../falls"]}, "there is no '../falls'"),
        ({"relevant": ["=", 1]}, "'=' takes 2 arguments"),
        ({"relevant": ["~", 1, 2]}, "'~' is no operator"),
        ({"relevant": ["f", "system", ["s", "ls"]]}, "there is no function 'system'"),
        ({"relevant": ["f", []]}, "there is no function []"),
        ({"relevant": ["f", "not"]}, "not() does not take 0 arguments"),
        ({"relevant": ["f", "if", 1, 2, 3, 4]}, "if() does not take 4 arguments"),
        ({"relevant": ["s"]}, "'s' takes one text"),
        ({"relevant": 1e300}, "is no tree"),
        ({"relevant": DEEP}, "lies too deep"),
        ({"constraint": ["f", "regex", ["p", "."], ["s", "(a+)+"]]}, "may never end"),
        ({"constraint": ["f", "regex", ["p", "."], ["p", "."]]}, "written out"),
        ({"label": {"en": ["x", ["p", "../nobody"]]}}, "there is no '../nobody'"),
        ({"default": 3}, "default must be"),
        ({"list_name": "yn"}, "list_name belongs to"),
        ({"score": "nps"}, "score belongs to a range"),
        ({"type": "range"}, "a range needs parameters"),
        ({"type": "range", "parameters": {"start": 5, "end": 1, "step": 1}}, "a range needs parameters"),
        ({"type": "range", "parameters": {"start": 0, "end": 5, "step": 1}, "score": "nps"}, "score must be one of"),
        ({"type": "calculate"}, "a calculate needs its calculation"),
        ({"type": "group"}, "children belong to a group"),
        ({"children": []}, "children belong to a group"),
        ({"parameters": []}, "parameters must be an object"),
    ],
)
def test_a_question_that_is_wrong_is_refused(change: dict[str, Any], problem: str) -> None:
    form = copy.deepcopy(GOOD)
    form["survey"].append({"type": "text", "name": "odd", "label": {"en": "Odd"}, **change})

    with pytest.raises(engine.DefinitionError) as refused:
        engine.load(form)

    assert problem in str(refused.value)
    assert all(line.startswith(("/data", "form")) for line in refused.value.problems)


IMPORTED: dict[str, Any] = {
    "form_id": "imported",
    "title": {"fr": "Visite", "en": "Visit"},
    "languages": ["fr", "en"],
    "root": "visite",
    "dialect": "cht",
    "source": {"file": "visit.xlsx", "sha256": "0", "row": {}},
    "context": ["/visite/inputs"],
    "external": {"towns": {"file": "towns.csv"}},
    "settings": {"style": "pages", "scores": [{"name": "s", "label": {"en": "Score"}, "value": ["p", "/visite/n"]}]},
    "choices": {"yn": [{"name": "yes", "label": {"en": "Yes"}, "colour": "red"}, {"name": "not yet"}, {"name": "yes"}]},
    "survey": [
        {"type": "group", "name": "inputs", "relevant": ["=", ["p", "./source"], ["s", "user"]], "children": [
            {"type": "hidden", "name": "source"}]},
        {"type": "select_one", "name": "q", "label": {"en": "Q"}, "list_name": "yn", "relevant": True},
        {"type": "select_one", "name": "town", "list_name": "towns",
         "choice_filter": ["=", ["p", "region"], ["from", ["f", "current"], "../q"]]},
        {"type": "calculate", "name": "n", "set": [["xforms-value-changed", 1, "/visite/q"]]},
        {"type": "text", "name": "words", "media": {"audio": {"fr": "a.mp3"}}, "constraint":
            ["f", "regex", ["p", "."], ["s", "(a+\\s?)+"]]},
        {"type": "calculate", "name": "said", "calculation": ["f", "jr:choice-name", ["p", "../q"], ["s", " ../q "]]},
        {"type": "repeat", "name": "r", "repeat_count": ["p", "/visite/n"], "children": [
            {"type": "integer", "name": "a"},
            {"type": "calculate", "name": "b", "calculation": ["+", ["p", "../a"], ["f", "position", ["p", ".."]]]},
            {"type": "calculate", "name": "all", "calculation": ["f", "sum", ["p", "/visite/r/a"]]}]},
    ],
}  # fmt: skip


def test_an_imported_form_may_have_what_forms_of_others_have() -> None:
    definition = engine.load(IMPORTED)

    whole = definition.source
    rows = {row["name"]: row for row in whole["survey"]}
    assert rows["said"]["calculation"][3] == ["s", "yn"]
    assert rows["words"]["constraint"] == ["f", "regex*", ["p", "."], ["s", "(a+[ \\t\\n\\r\\f\\v]?)+"]]
    assert rows["q"]["relevant"] == ["f", "true"]
    assert whole["choices"]["towns"] == []
    assert whole["deps"]["/visite/r/a"] == ["/visite/r/b"]  # those in its own row
    assert whole["wide"]["/visite/r/a"] == ["/visite/r/all"]  # and in every row
    assert whole["wide"]["/visite/r"] == ["/visite/r/b"]  # its number changes with the rows
    assert whole["checks"]["/visite/q"] == ["/visite/town"]
    assert engine.complete(whole) == whole
    assert "text" not in IMPORTED["choices"]["yn"][0]  # what was given is as it was


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"root": "a b"}, "root must be a name"),
        ({"external": []}, "external must be an object"),
        ({"context": {}}, "context must be a list"),
        ({"settings": {"scores": [{"name": "s"}]}}, "settings.scores has name, label and value"),
        ({"set": [["at-midnight", 1]]}, "set has [event, tree, trigger]"),
        ({"set": [["xforms-value-changed", 1]]}, "the path of the question that triggers it"),
        ({"set": [["odk-new-repeat", ["p", "../nobody"]]]}, "there is no '../nobody'"),
        ({"repeat_count": 3}, "repeat_count belongs to a repeat"),
        ({"relevant": ["from"]}, "'from' takes nodes"),
        ({"relevant": ["from", ["p", "."], 3]}, "is no step"),
        ({"relevant": ["filter", ["p", "."], ["~", 1]]}, "'~' is no operator"),
        ({"relevant": ["f", "jr:choice-name", 1, ["s", "../inputs"]]}, "there are no choices at"),
        ({"relevant": ["f", "regex", 1, ["s", "(?=a)"]]}, "no look-around"),
    ],
)
def test_an_imported_form_that_is_wrong_is_refused(change: dict[str, Any], problem: str) -> None:
    form = copy.deepcopy(IMPORTED)
    if next(iter(change)) in ("set", "repeat_count", "relevant"):
        form["survey"].append({"type": "text", "name": "odd", **change})
    else:
        form.update(change)

    with pytest.raises(engine.DefinitionError) as refused:
        engine.load(form)
    assert problem in str(refused.value)


def test_every_problem_is_named_at_once() -> None:
    form = copy.deepcopy(GOOD)
    form["survey"] += [{"type": "text", "name": "a"}, {"type": "sound", "name": "b", "label": {"en": "B"}}, "c"]

    with pytest.raises(engine.DefinitionError) as refused:
        engine.load(form)

    assert len(refused.value.problems) == 3


def test_what_depends_on_itself_in_a_circle_is_refused() -> None:
    form = copy.deepcopy(GOOD)
    form["survey"] += [
        {"type": "calculate", "name": "a", "calculation": ["p", "../b"]},
        {"type": "calculate", "name": "b", "calculation": ["p", "../a"]},
        {"type": "group", "name": "g", "relevant": ["p", "./x"], "children": [{"type": "calculate", "name": "x",
         "calculation": 1}]},
    ]  # fmt: skip

    with pytest.raises(engine.DefinitionError, match="circle: /data/a, /data/b, /data/g"):
        engine.load(form)


def test_what_is_read_is_evaluated_before_what_reads_it() -> None:
    form = copy.deepcopy(GOOD)
    form["survey"] = [
        {"type": "calculate", "name": "last", "calculation": ["p", "../inside/first"]},
        {"type": "group", "name": "inside", "relevant": ["=", ["p", "../when"], 1], "children": [
            {"type": "calculate", "name": "first", "calculation": ["f", "once", 1]}]},
        {"type": "calculate", "name": "when", "calculation": 1},
    ]  # fmt: skip
    form["alerts"] = []

    order = engine.load(form).order

    assert order.index("/data/when") < order.index("/data/inside") < order.index("/data/last")
    assert order.index("/data/inside/first") < order.index("/data/last")


@pytest.mark.parametrize("source", [None, [], "x", 3, {}])
def test_what_is_no_definition_is_refused(source: Any) -> None:
    with pytest.raises(engine.DefinitionError):
        engine.load(source)


@pytest.mark.parametrize("pattern", ["[0-9]{11}", "^a|b$", r"\d+\.\d", "(?:ab)?c", "[a-z\\-]+", "(ab){2}", r"\[x\]"])
def test_a_pattern_that_means_the_same_everywhere_is_fine(pattern: str) -> None:
    assert not trouble_with(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        *("(a+)+", "(a*)*b", "((a+)b)+", "(a{1,9}){2}", "(?=a)", "(?<=a)b", "(?P<n>a)", r"(a)\1", r"\bword"),
        *(r"[\S]", "(?i)a"),
        *("a++", "a{,5}", "}", "[[a]", "[]a]", "[^]a]", "[a&&b]", "(", "a**", "x" * 501, r"\p{L}", "\\"),
    ],
)  # fmt: skip
def test_a_pattern_that_differs_or_never_ends_is_refused(pattern: str) -> None:
    assert trouble_with(pattern)
