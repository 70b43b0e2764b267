"""Files that cannot be used: refused with the cause, and with sheet and row where the cause has one."""

import io
import os
import zipfile
from typing import Any

import pytest

from tests.support.forms import SURVEY, read, survey, workbook

ASK = ["text", "a", "A"]


@pytest.mark.parametrize(
    ("data", "sheet", "row", "words"),
    [
        (survey(ASK, ["text", "a", "Again"]), "survey", 3, "“a” stands twice"),
        (survey(ASK, ["country", "b", "B"]), "survey", 3, "“country” is not known"),
        (survey(["begin group", "g", "G"], ASK), "survey", 2, "“g” has a beginning, but no end"),
        (survey(ASK, ["end repeat"]), "survey", 3, "end_repeat ends nothing"),
        (survey(["begin group", "g", "G"], ASK, ["end repeat"]), "survey", 4, "end_repeat ends nothing"),
        (survey(ASK, ["select_one x", "b", "B"], choices=[["y", "1", "One"]]), "survey", 3, "no list “x”"),
        (survey(ASK, ["select_one x", "b", "B"]), "survey", 3, "no sheet “choices”"),
        (survey(["select_one", "b", "B"], choices=[["y", "1", "One"]]), "survey", 2, "names no list"),
        (survey(["select_one x", "b", "B"], choices=[["x", "1", "1"], ["x", None, "2"]]), "choices", 3, "has no name"),
        (survey(ASK, ["text", "b", "B", "${zz} = 1"]), "survey", 3, "speaks of ${zz}"),
        (survey(ASK, ["text", "b", "B ${zz}"]), "survey", 3, "speaks of ${zz}"),
        (survey(ASK, ["text", "b", "B", "${a} = = 1"]), "survey", 3, "its relevance cannot be read"),
        (survey(ASK, ["text", "b", "B", None, None, ". > "]), "survey", 3, "its constraint cannot be read"),
        (survey(ASK, ["calculate", "b", None, None, "(${a}"]), "survey", 3, "its calculation cannot be read"),
        (survey(ASK, ["text", "b", "B", "colour(${a}) = 1"]), "survey", 3, "there is no function colour()"),
        (survey(ASK, ["text", "b", "B", "selected(${a})"]), "survey", 3, "selected() is called with"),
        (survey(ASK, ["calculate", "b"]), "survey", 3, "needs a calculation"),
        (survey(ASK, ["text", None, "B"]), "survey", 3, "has no name"),
        (survey(ASK, [None, "b", "B"]), "survey", 3, "has no type"),
        (survey(ASK, ["text", "b c", "B"]), "survey", 3, "A name must begin with"),
        (survey(), "survey", None, "has no question"),
        (workbook(survey=[["type", "label"], ["text", "A"]]), "survey", 1, "has no column “name”"),
        (workbook(questions=[SURVEY, ASK], notes=[["x"]]), None, None, "no sheet “survey”"),
        (b"", None, None, "The file is empty"),
        (b" \n", None, None, "The file is empty"),
        (b"%PDF-1.7 ...", None, None, "no workbook, no CSV and no XForm"),
        (b"PK\x03\x04 not really", None, None, "damaged"),
        (b"<!DOCTYPE html><html><body></body></html>", None, None, "web page"),
        (b"<form><a/></form>", None, 1, "no XForm"),
        (b'<h:html xmlns:h="http://www.w3.org/1999/xhtml">\n<h:head>\n</h:html>', None, 3, "not well formed"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_broken_is_refused_where_it_is_broken(
    data: bytes, sheet: str | None, row: int | None, words: str
) -> None:
    found = read(data)

    assert not found["ok"]
    assert found["form"] is None
    assert len(found["errors"]) == 1
    error = found["errors"][0]
    assert (error["sheet"], error["row"]) == (sheet, row)
    assert words in error["what"]


def test_blank_rows_do_not_shift_the_row_that_is_named() -> None:
    rows: list[list[Any]] = [SURVEY, ASK, [], [], ["text", "b", "B", "${a} = = 1"]]

    assert read(workbook(survey=rows))["errors"][0]["row"] == 5
    assert read(workbook(survey=[[], *rows]))["errors"][0]["row"] == 6


def test_all_unknown_types_are_named_at_once() -> None:
    found = read(survey(["country", "a", "A"], ASK, ["colour", "b", "B"]))

    assert [(error["row"], error["what"].split("“")[1][:6]) for error in found["errors"]] == [
        (2, "countr"),
        (4, "colour"),
    ]


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        (
            [
                ["calculate", "a", None, None, "${b} + 1"],
                ["calculate", "b", None, None, "${a} + 1"],
                ["text", "c", "C"],
            ],
            "a, b",
        ),
        ([["text", "a", "A", "${b} = 'x'"], ["text", "b", "B", "${a} = 'x'"]], "a, b"),
    ],
)
def test_a_circle_is_refused_with_the_names_in_it(rows: list[list[Any]], names: str) -> None:
    (error,) = read(survey(*rows))["errors"]

    assert (error["sheet"], error["row"]) == ("survey", 2)
    assert error["what"] == f"These questions depend on each other in a circle: {names}."


def test_an_xform_names_its_line() -> None:
    xform = b"""<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml">
<h:head><h:title>T</h:title><model>
<instance><data id="t"><a/></data></instance>
<bind nodeset="/data/a" type="string"
      relevant="colour(.) = 1"/>
</model></h:head>
<h:body><input ref="/data/a"><label>A</label></input></h:body></h:html>"""

    (error,) = read(xform, "t.xml")["errors"]

    assert (error["sheet"], error["row"]) == (None, 4)
    assert "there is no function colour()" in error["what"]


def zipped(name: str, data: bytes, into: bytes | None = None) -> bytes:
    """A workbook in which one part is another one."""
    stream = io.BytesIO()
    source = zipfile.ZipFile(io.BytesIO(into or survey(ASK)))
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in source.namelist():
            archive.writestr(part, data if part.endswith(name) else source.read(part))
    return stream.getvalue()


def test_entities_in_a_workbook_are_refused() -> None:
    strings = b'<!DOCTYPE sst [<!ENTITY a "aaaa">]><sst><si><t>&a;</t></si></sst>'

    assert "XML entities" in read(zipped("sharedStrings.xml", strings))["errors"][0]["what"]


@pytest.mark.parametrize("seed", range(30))
def test_a_damaged_workbook_is_refused_in_words(seed: int) -> None:
    data = bytearray(survey(ASK, ["select_one x", "b", "B"], choices=[["x", "1", "One"]]))
    noise = os.urandom(40)
    for at in range(40):
        data[(seed * 997 + noise[at] * 41 + at * 13) % len(data)] = noise[at]

    found = read(bytes(data))

    assert found["ok"] or found["errors"][0]["what"]


def test_of_a_part_that_is_no_xml_only_the_words_remain() -> None:
    assert "damaged" in read(zipped("sheet1.xml", b"<worksheet><sheetData><row r='x'"))["errors"][0]["what"]
