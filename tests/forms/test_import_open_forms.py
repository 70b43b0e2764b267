"""Thirty real forms by others: what stands in their XForms is in form.json, or is named in the report."""

import csv
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.forms import FILES, OPEN, WRONG, opened, rows_of

NAMES = [path.name for path in FILES if path.name != WRONG]
X = "{http://www.w3.org/2002/xforms}"
H = "{http://www.w3.org/1999/xhtml}"
JR = "{http://openrosa.org/javarosa}"
CONTROLS = {f"{X}{name}" for name in ("input", "select1", "select", "upload", "trigger", "range", "group", "repeat")}
CONTROLS |= {"{http://www.opendatakit.org/xforms}rank"}


def test_the_set_is_the_one_of_the_manifest() -> None:
    with (OPEN / "MANIFEST.tsv").open(encoding="utf-8") as file:
        listed = {row["file"] for row in csv.DictReader(file, delimiter="\t")}

    assert {path.name for path in FILES} == listed
    assert len(NAMES) == 29


@pytest.mark.parametrize("name", NAMES)
def test_it_imports(name: str) -> None:
    found = opened(name)

    assert found["ok"], found["errors"]
    assert found["counts"]["questions"] == sum(
        row["type"] not in ("group", "repeat") for path, row in rows_of(found["form"]).items() if "/meta/" not in path
    )


def test_the_wrong_one_is_refused_with_its_row() -> None:
    found = opened(WRONG)

    assert not found["ok"]
    assert found["form"] is None
    assert found["errors"] == [{"sheet": "survey", "row": 35, "what": "The question type “country” is not known."}]


class Source:
    """The XForm of a form, read anew by simple means that the importer does not share."""

    def __init__(self, xml: str) -> None:
        tree = ET.fromstring(xml)
        self.model = tree.find(f"{H}head/{X}model")
        self.body = tree.find(f"{H}body")
        assert self.model is not None and self.body is not None
        instance = self.model.find(f"{X}instance")
        assert instance is not None
        self.paths = dict.fromkeys(self._paths(instance[0], ""))
        self.binds = {bind.get("nodeset", ""): bind for bind in self.model.iter(f"{X}bind")}

    def _paths(self, element: ET.Element, around: str) -> Iterator[str]:
        path = f"{around}/{element.tag.rpartition('}')[2]}"
        for child in element:
            yield f"{path}/{child.tag.rpartition('}')[2]}"
            yield from self._paths(child, path)

    def texts(self) -> dict[str, dict[str, str]]:
        """Each itext entry by language, without what it quotes."""
        found: dict[str, dict[str, str]] = {}
        assert self.model is not None
        for translation in self.model.iter(f"{X}translation"):
            for text in translation.iter(f"{X}text"):
                for value in text.iter(f"{X}value"):
                    if value.get("form") is None:
                        found.setdefault(text.get("id", ""), {})[translation.get("lang", "")] = plain(value)
        return found

    def labels(self, kind: str) -> Iterator[tuple[str, dict[str, str] | str]]:
        """Path and label (or hint) of every control: by language, or the one text."""
        texts = self.texts()
        assert self.body is not None
        for control in self.body.iter():
            path = control.get("ref") or control.get("nodeset")
            element = control.find(f"{X}{kind}") if control.tag in CONTROLS else None
            if element is None or path is None:
                continue
            named = re.fullmatch(r"jr:itext\('(.*)'\)", element.get("ref", ""))
            yield path, texts.get(named[1], {}) if named else plain(element)


def plain(element: ET.Element) -> str:
    """The text of an element without its <output>s and without its spaces."""
    return squeezed((element.text or "") + "".join(child.tail or "" for child in element))


def squeezed(text: str) -> str:
    return "".join(text.split())


def written(segments: list[Any]) -> str:
    return squeezed("".join(each for each in segments if isinstance(each, str)))


@pytest.fixture(params=NAMES)
def form(request: pytest.FixtureRequest) -> tuple[dict[str, Any], Source, dict[str, Any]]:
    """What the importer says of a form, its XForm, and its rows."""
    found = opened(request.param)
    return found, Source(found["xform"]), rows_of(found["form"])


Form = tuple[dict[str, Any], Source, dict[str, Any]]


def test_every_node_is_a_row(form: Form) -> None:
    found, source, rows = form

    assert rows.keys() == source.paths.keys()
    repeats = {each.get("nodeset") for each in source.body.iter(f"{X}repeat")} if source.body is not None else set()
    assert {path for path, row in rows.items() if row["type"] == "repeat"} == repeats
    assert found["counts"]["repeats"] == len(repeats)


@pytest.mark.parametrize(
    ("attribute", "key"),
    [
        ("relevant", "relevant"),
        ("constraint", "constraint"),
        ("calculate", "calculation"),
        (f"{JR}constraintMsg", "constraint_message"),
        (f"{JR}requiredMsg", "required_message"),
    ],
)
def test_every_rule_of_a_binding_is_in_its_row_or_in_the_report(form: Form, attribute: str, key: str) -> None:
    found, source, rows = form
    named = " ".join(remark["what"] for remark in found["unsupported"])

    expected = {path for path, bind in source.binds.items() if bind.get(attribute)}
    lost = {path for path in expected if key not in rows[path]}
    assert {path for path in lost if f"“{path.rpartition('/')[2]}”" not in named} == set()
    assert len(lost) <= 1
    assert {path for path, row in rows.items() if key in row} <= expected


def test_what_must_be_answered_must_be_answered(form: Form) -> None:
    _found, source, rows = form

    expected = {path for path, bind in source.binds.items() if bind.get("required", "false()") != "false()"}
    assert {path for path, row in rows.items() if "required" in row} == expected


@pytest.mark.parametrize("kind", ["label", "hint"])
def test_every_label_and_hint_is_there_in_every_language(form: Form, kind: str) -> None:
    found, source, rows = form
    languages = found["form"]["languages"]
    seen = 0

    for path, text in source.labels(kind):
        own = rows[path].get(kind, {})
        if isinstance(text, str):
            assert written(own.get(found["form"]["default_language"], [])) == text
            seen += 1
            continue
        for language, words in text.items():
            if words and words != "-":
                assert language in languages
                assert written(own[language]) == words
                seen += 1
    assert kind == "hint" or seen


def test_every_choice_is_in_its_list_with_its_words(form: Form) -> None:
    found, source, _rows = form
    texts, lists = source.texts(), found["form"]["choices"]
    assert source.model is not None
    total = 0

    for instance in source.model.iter(f"{X}instance"):
        name = instance.get("id")
        if name is None or instance.get("src"):
            continue
        items = list(instance[0])
        total += len(items)
        assert [choice["name"] for choice in lists[name]] == [item.findtext(f"{X}name") for item in items]
        for item, choice in zip(items, lists[name], strict=True):
            entry = item.findtext(f"{X}itextId")
            label = item.findtext(f"{X}label")
            if label is not None:
                assert written(choice["label"][found["form"]["default_language"]]) == squeezed(label)
            for language, words in texts.get(entry or "", {}).items():
                assert words in ("", "-") or written(choice["label"][language]) == words
            columns = {child.tag.rpartition("}")[2] for child in item} - {"itextId", "label", "name"}
            assert columns <= choice.keys()
    inside = {name for instance in source.model.iter(f"{X}instance") if (name := instance.get("id"))}
    assert sum(len(items) for name, items in lists.items() if name in inside) == total
    assert found["counts"]["choices"] == sum(map(len, lists.values())) >= total


def test_every_question_with_choices_knows_its_list_and_its_filter(form: Form) -> None:
    found, source, rows = form
    typed = " ".join(remark["what"] for remark in found["unsupported"] if "the answer is typed" in remark["what"])
    assert source.body is not None

    for control in source.body.iter():
        itemset = control.find(f"{X}itemset")
        if itemset is None:
            continue
        row, nodes = rows[control.get("ref", "")], itemset.get("nodeset", "")
        named = re.search(r"instance\('(.*?)'\)", nodes)
        assert row.get("list_name", "") == (named and named[1]) or f"“{row['name']}”" in typed
        assert ("choice_filter" in row) == ("[" in nodes)


def test_every_value_that_is_set_is_set(form: Form) -> None:
    found, source, rows = form
    assert source.model is not None and source.body is not None

    sets = [*source.model.iter(f"{X}setvalue"), *source.body.iter(f"{X}setvalue")]
    for each in sets:
        row = rows[each.get("ref", "")]
        assert "set" in row or "default" in row, found["unsupported"]


def test_every_row_says_where_it_comes_from() -> None:
    found = opened("gitcliff__mydhi-cht-config__srq.xlsx")
    where = found["form"]["source"]["row"]

    assert where["/data/inputs"] == 2
    assert all(isinstance(row, int) for row in where.values())
    assert {path for path in rows_of(found["form"]) if "/meta" not in path} <= where.keys()


def test_a_cht_form_says_what_the_register_fills() -> None:
    form = opened("gitcliff__mydhi-cht-config__appointment.xlsx")["form"]

    assert form["dialect"] == "cht"
    assert form["context"][0] == "/data/inputs"
    assert "/data/inputs/contact/name" in form["context"]
    contact = rows_of(form)["/data/inputs/contact/_id"]
    assert (contact["type"], "select-contact" in contact["appearance"].split()) == ("text", True)


def test_the_languages_are_those_of_the_labels() -> None:
    form = opened("onaio__onadata__subdistrict_profiling_tool.xlsx")["form"]

    assert len(form["languages"]) == 3
    assert form["default_language"] in form["languages"]
