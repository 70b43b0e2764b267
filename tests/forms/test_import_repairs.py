"""What real forms contain and the reader of XLSForms refuses: put right, and said with its row."""

from typing import Any

import pytest

from blueprints.forms.importing.converting import run
from tests.support.forms import SURVEY, read, rows_of, survey, workbook

ASK = ["text", "a", "A"]


def form_of(data: bytes, file: str = "form.xlsx") -> tuple[dict[str, Any], dict[str, Any]]:
    """The rows of the form, and all that was said."""
    found = read(data, file)
    assert found["ok"], found["errors"]
    return rows_of(found["form"]), found


def said(found: dict[str, Any], words: str) -> list[int | None]:
    """The rows of the remarks that have these words."""
    remarks = [*found["warnings"], *found["unsupported"]]
    return [remark["row"] for remark in remarks if words in remark["what"]]


def test_a_person_of_the_register_is_a_text() -> None:
    rows, found = form_of(survey(["begin group", "inputs", "I"], ["db:person", "_id", "Who"], ["end group"], ASK))

    assert rows["/data/inputs/_id"]["type"] == "text"
    assert "select-contact" in rows["/data/inputs/_id"]["appearance"].split()
    assert found["form"]["dialect"] == "cht"
    assert said(found, "db:person") == [3]


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ("Text ", "text"), ("string", "text"), ("tel", "text"), ("INTEGER", "integer"), ("int", "integer"),
        ("datetime", "dateTime"), ("dateTime", "dateTime"), ("photo", "image"), ("gps", "geopoint"),
        ("signature", "signature"), ("barcode", "barcode"), ("acknowledge", "acknowledge"), ("file", "file"),
        ("geotrace", "geotrace"), ("geoshape", "geoshape"), ("audio", "audio"), ("video", "video"), ("range", "range"),
        ("note", "note"), ("hidden", "hidden"), ("start", "start"), ("end", "end"), ("today", "today"),
        ("deviceid", "deviceid"), ("username", "username"), ("phonenumber", "phonenumber"), ("email", "email"),
    ],
)  # fmt: skip
def test_types_by_their_many_names(given: str, kind: str) -> None:
    rows, _found = form_of(survey(ASK, [given, "q", "Q"]))

    assert rows["/data/q"]["type"] == kind


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ("select_one x", "select_one"), ("select one from x", "select_one"), ("Select_One  x", "select_one"),
        ("select1 x", "select_one"), ("select_multiple x", "select_multiple"), ("select multiple x", "select_multiple"),
        ("select all that apply from x", "select_multiple"), ("rank x", "rank"),
        ("select_one x or_other", "select_one"),
    ],
)  # fmt: skip
def test_questions_with_choices_by_their_many_names(given: str, kind: str) -> None:
    rows, _found = form_of(survey([given, "q", "Q"], choices=[["x", "1", "One"], ["x", "2", "Two"]]))

    assert (rows["/data/q"]["type"], rows["/data/q"]["list_name"]) == (kind, "x")
    assert ("/data/q_other" in rows) == ("or_other" in given)


def test_a_group_called_meta_and_a_question_called_data() -> None:
    rows, found = form_of(
        survey(["text", "data", "A"], ["begin group", "meta", "M"], ASK, ["end group"], ["note", "n", "${meta}"])
    )

    assert {"/form_data/data", "/form_data/meta_/a", "/form_data/meta/instanceID"} <= rows.keys()
    assert found["form"]["root"] == "form_data"
    assert said(found, "belongs to the form itself") == [3]


def test_what_has_no_label_is_asked_with_a_dash() -> None:
    rows, found = form_of(survey(["text", "a"], ["calculate", "c", None, None, "1"], ["text", "b", "B"]))

    assert rows["/data/a"]["label"] == {"default": ["-"]}
    assert "label" not in rows["/data/c"]
    assert said(found, "has no label") == [2]


def test_columns_of_other_systems_are_left_out() -> None:
    head = [*SURVEY, "instance::tag", "relevent", "$kuid"]
    rows, found = form_of(workbook(survey=[head, [*ASK, *[None] * 6, "t", "${nobody}", "k1"]]))

    assert "relevant" not in rows["/data/a"]
    assert [remark["what"] for remark in found["warnings"]] == [
        "The column “relevent” is not known and is left out. Is “relevant” meant?"
    ]


def test_columns_that_mean_the_same_are_merged() -> None:
    head = ["type", "name", "label", "jr:count", "repeat_count", "relevance", "relevant"]
    rows, found = form_of(
        workbook(
            survey=[
                head,
                ["integer", "n", "N"],
                ["begin repeat", "r", "R", None, "${n}"],
                ["text", "a", "A", None, None, "${n} > 1"],
                ["end repeat"],
                ["begin repeat", "s", "S", "${n}"],
                ["text", "b", "B", None, None, None, "${n} > 2"],
                ["end repeat"],
            ]
        )
    )

    assert rows["/data/r"]["repeat_count"] == rows["/data/s"]["repeat_count"] == ["p", "/data/n"]
    assert {"relevant"} <= rows["/data/r/a"].keys() & rows["/data/s/b"].keys()
    assert len(said(found, "mean the same")) == 2


def test_one_colon_before_a_language_is_enough() -> None:
    rows, found = form_of(
        workbook(survey=[["type", "name", "label:sw", "label::en", "hint:sw"], ["text", "a", "Jina", "Name", "Andika"]])
    )

    assert rows["/data/a"]["label"] == {"sw": ["Jina"], "en": ["Name"]}
    assert rows["/data/a"]["hint"] == {"sw": ["Andika"]}
    assert found["form"]["languages"] == ["sw", "en"]


def test_duplicate_choices_are_allowed_and_named() -> None:
    rows, found = form_of(survey(["select_one x", "a", "A"], choices=[["x", "1", "One"], ["x", "1", "Uno"]]))

    assert [choice["name"] for choice in found["form"]["choices"]["x"]] == ["1", "1"]
    assert rows["/data/a"]["list_name"] == "x"
    assert said(found, "stands twice") == [3]


def test_cells_that_are_no_texts() -> None:
    rows, found = form_of(survey(["select_one x", "a", 5, 1, None, None, True], choices=[["x", 1.0, 2.5]]))

    assert rows["/data/a"]["label"] == {"default": ["5"]}
    assert rows["/data/a"]["required"] == ["f", "true"]
    assert found["form"]["choices"]["x"] == [{"name": "1", "label": {"default": ["2.5"]}}]


@pytest.mark.parametrize(
    ("kind", "given", "default"),
    [
        ("text", "+977", "+977"), ("text", "12-14", "12-14"), ("text", "1990-01-01 00:00:00", "1990-01-01 00:00:00"),
        ("date", "1990-01-01 00:00:00", "1990-01-01"), ("date", "1990-01-01", "1990-01-01"), ("integer", "-5", "-5"),
        ("text", "hello", "hello"),
    ],
)  # fmt: skip
def test_a_default_that_looks_like_a_sum_stays_a_text(kind: str, given: str, default: str) -> None:
    rows, _found = form_of(survey([kind, "a", "A", *[None] * 4, given]))

    assert rows["/data/a"]["default"] == default
    assert "set" not in rows["/data/a"]


def test_a_default_that_is_an_expression_is_set_when_the_form_opens() -> None:
    rows, _found = form_of(survey(["date", "a", "A", *[None] * 4, "today()"]))

    assert rows["/data/a"]["set"] == [["odk-instance-first-load", ["f", "today"]]]


def test_references_with_round_brackets_and_curly_quotation_marks() -> None:
    rows, found = form_of(survey(ASK, ["text", "b", "B", "$(a) = ‘x’"], ["text", "c", "C", "${ a }\u00a0= “x”"]))

    assert rows["/data/b"]["relevant"] == rows["/data/c"]["relevant"] == ["=", ["p", "/data/a"], ["s", "x"]]
    assert said(found, "is read as a reference") == [3]


def test_a_choice_with_a_space_among_several() -> None:
    rows, found = form_of(
        survey(
            ["select_multiple x", "a", "A"], ["text", "b", "B", "selected(${a}, 'so so')"],
            choices=[["x", "so so", "So so"]],
        )
    )  # fmt: skip

    assert found["form"]["choices"]["x"][0]["name"] == "so_so"
    assert rows["/data/b"]["relevant"] == ["f", "selected", ["p", "/data/a"], ["s", "so_so"]]
    assert said(found, "it is called so_so") == [2]


def test_rows_that_are_remarks_are_left_out() -> None:
    rows, found = form_of(survey(["", "", "Section one"], ASK))

    assert [path for path in rows if "/meta" not in path] == ["/data/a"]
    assert said(found, "neither type nor name") == [2]


def test_kobo_ratings_rankings_and_matrices() -> None:
    head = ["type", "name", "label", "kobo--score-choices", "kobo--rank-items", "kobo--matrix_list"]
    rows_of_survey = [
        ["begin_score", "s", "How good?", "l"],
        ["score__row", "food", "Food"],
        ["end_score"],
        ["begin_rank", "r", "Best first", None, "l"],
        ["rank__level", "first", "First"],
        ["end_rank"],
        ["begin_kobomatrix", "m", "What you have", None, None, "things"],
        ["integer", "n", "How many"],
        ["end_kobomatrix"],
    ]
    choices = [["l", "1", "Bad"], ["l", "2", "Good"], ["things", "pot", "Pot"], ["things", "pan", "Pan"]]
    data = workbook(survey=[head, *rows_of_survey], choices=[["list_name", "name", "label"], *choices])
    rows, found = form_of(data)

    assert found["form"]["dialect"] == "kobo"
    assert (rows["/data/s/food"]["type"], rows["/data/s/food"]["list_name"]) == ("select_one", "l")
    assert rows["/data/r/first"]["type"] == "select_one"
    assert rows["/data/m/m_pan/m_pan_n"]["type"] == "integer"
    assert rows["/data/m/m_pan"]["label"] == {"default": ["Pan"]}
    assert said(found, "of KoboToolbox") == [2, 5, 8]


def test_what_cannot_be_done_here_is_said_with_what_happens_instead() -> None:
    _rows, found = form_of(
        survey(
            ["image", "a", "A", *[None] * 5, "annotate"],
            ["start-geopoint", "b", None],
            ["text", "c", "C", None, None, "regex(., '(?<=a)b')"],
            ["text", "d", "D", None, "area(${c}) + 1"],
            ["text", "e", "E", *[None] * 5, "ex:org.app(x='1')"],
            entities=[["list_name", "label"], ["people", "${c}"]],
        )
    )
    lines = {(remark["sheet"], remark["row"]): remark["what"] for remark in found["unsupported"]}

    assert "a photo is taken" in lines["survey", 2]
    assert "it stays empty" in lines["survey", 3]
    assert "any answer is taken" in lines["survey", 4]
    assert "area()) is not supported here; it stays empty" in lines["survey", 5]
    assert "the answer is typed" in lines["survey", 6]
    assert ("entities", None) in lines
    assert len(found["form"]["unsupported"]) == len(found["unsupported"])


def test_names_of_files_become_ids() -> None:
    assert read(survey(ASK), "Visite à domicile (v2).xlsx")["form_id"] == "Visite_domicile_v2"
    settings = [["form_title", "form_id", "version"], ["Home visit", "contact:create", 3]]
    found = read(survey(ASK, settings=settings))
    assert (found["form_id"], found["form"]["title"]) == ("contact_create", {"default": "Home visit"})


def test_pages_audit_and_the_name_of_an_answer() -> None:
    settings = [["style", "instance_name"], ["pages", "concat('x ', ${a})"]]
    rows, found = form_of(survey(ASK, ["audit", "audit"], settings=settings))

    assert found["form"]["settings"]["style"] == "pages"
    assert found["form"]["settings"]["audit"] is True
    assert found["form"]["settings"]["instance_name"] == ["f", "concat", ["s", "x "], ["p", "/data/a"]]
    assert rows["/data/meta/audit"]["type"] == "audit"


@pytest.mark.parametrize(
    "text",
    [
        "type,name,label\ntext,a,Prénom\nselect_one yn,b,B\n",
        "type;name;label\ntext;a;Prénom\n",
        "survey,,,\n,type,name,label\n,text,a,Prénom\n,select_one yn,b,B\n"
        "choices,,,\n,list_name,name,label\n,yn,y,Yes\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_csv_is_one_sheet_or_several(text: str, encoding: str) -> None:
    found = read(text.encode(encoding), "form.csv")

    if "choices" in text or "yn" not in text:
        assert rows_of(found["form"])["/data/a"]["label"] == {"default": ["Prénom"]}
    else:
        assert [(error["sheet"], error["row"]) for error in found["errors"]] == [("survey", 3)]


def test_choices_that_are_earlier_answers_are_typed() -> None:
    rows, found = form_of(
        survey(["begin repeat", "r", "R"], ["text", "nm", "Name"], ["end repeat"], ["select_one ${nm}", "who", "Who"])
    )

    assert rows["/data/who"]["type"] == "text"
    assert rows["/data/who"]["parameters"] == {"nodes": "/data/r", "value": "nm", "label": "nm"}
    assert said(found, "choosing among earlier answers") == [5]


def test_a_list_in_a_file_that_did_not_come_is_named_and_the_answer_typed() -> None:
    rows, found = form_of(survey(["select_one_from_file towns.csv", "a", "A"]))

    assert found["form"]["external"] == {"towns": {"file": "towns.csv"}}
    assert rows["/data/a"]["type"] == "text"
    assert said(found, "its choices are in towns.csv, which did not come") == [2]


@pytest.mark.parametrize(
    "content",
    [
        "name;label;region\nrn;Rennes;35\n",
        "<root><item><name>rn</name><label>Rennes</label><region>35</region></item></root>",
    ],
)
def test_a_list_in_a_file_that_came_along_is_a_list(content: str) -> None:
    found = run(survey(["select_one_from_file towns.csv", "a", "A"]), "f.xlsx", "", {"towns.csv": content.encode()})

    assert found["ok"], found["errors"]
    assert rows_of(found["form"])["/data/a"]["type"] == "select_one"
    assert found["form"]["choices"]["towns"] == [{"name": "rn", "region": "35", "label": {"default": ["Rennes"]}}]


@pytest.mark.parametrize(
    ("given", "tree"),
    [
        ("${a} ≥ 5 AND ${a} <> 7", ["and", [">=", ["p", "/data/a"], 5], ["!=", ["p", "/data/a"], 7]]),
        ("${a} == 'x && y' && Not(${a} => 2)", None),
        ("IF(Selected(${a}, 'OR'), TRUE(), False())", None),
        ("${a} = `x`", ["=", ["p", "/data/a"], ["s", "x"]]),
    ],
)
def test_what_is_plainly_meant_is_read_so(given: str, tree: Any) -> None:
    rows, found = form_of(survey(ASK, ["text", "b", "B", given]))

    assert tree is None or rows["/data/b"]["relevant"] == tree
    assert "relevant" in rows["/data/b"]
    assert said(found, "is read as") == [3]


@pytest.mark.parametrize("text", ["N/A", "Nairobi(Kenya)", "a - b", "[none]", "colour(1)"])
def test_a_default_that_is_no_expression_is_a_text(text: str) -> None:
    rows, found = form_of(survey(["text", "a", "A", *[None] * 4, text]))

    assert rows["/data/a"]["default"] == text
    assert said(found, "kept as a text") == [2]


def test_errors_of_the_workbook_are_left_out() -> None:
    rows, found = form_of(survey(["text", "a", "A", "#REF!", None, "#N/A"]))

    assert not {"relevant", "constraint"} & rows["/data/a"].keys()
    assert len(said(found, "an error of the workbook")) == 2


def test_names_that_kobo_keeps_in_a_column_of_its_own() -> None:
    rows, _found = form_of(workbook(survey=[["type", "$autoname", "label"], ["text", "first_name", "First name"]]))

    assert rows["/data/first_name"]["type"] == "text"


def test_columns_of_old_forms_with_single_colons() -> None:
    head = ["type", "name", "label", "bind:jr:constraintMsg", "bind:constraint", "control:appearance"]
    rows, _found = form_of(workbook(survey=[head, [*ASK, "No x", ". != 'x'", "multiline"]]))

    assert rows["/data/a"]["constraint_message"] == {"default": ["No x"]}
    assert "constraint" in rows["/data/a"]
    assert rows["/data/a"]["appearance"] == "multiline"


def test_parameters_that_are_none_are_left_out() -> None:
    head = ["type", "name", "label", "parameters"]
    rows, found = form_of(
        workbook(
            survey=[
                head,
                ["image", "a", "A", "max-pixels=big"],
                ["geopoint", "b", "B", "colour=red"],
                ["image", "c", "C", "max-pixels=640"],
                ["range", "d", "D", "start=0 end=1 step=0.25"],
            ]
        )
    )

    assert "parameters" not in rows["/data/a"] | rows["/data/b"]
    assert rows["/data/c"]["parameters"] == {"max-pixels": 640}
    assert rows["/data/d"]["parameters"] == {"start": 0, "end": 1, "step": 0.25}
    assert sorted(map(str, said(found, "are not those of this type"))) == ["2", "3"]
