"""Columns that mark answers for the desk: alerts and scores."""

from typing import Any

import pytest

from tests.support.forms import opened, read, workbook

HEADS = ["type", "name", "label::fr", "label::en", "calculation", "alert", "alert_level", "alert_label::fr",
         "alert_label::en", "score::fr", "score::en", "parameters"]  # fmt: skip


def form(*rows: list[Any]) -> dict[str, Any]:
    return read(workbook(survey=[HEADS, *rows]))


def test_an_alert_has_its_expression_its_level_and_its_words() -> None:
    found = form(["integer", "a", "A", "A", None, ". > 3", "urgent", "Trop", "Too much"], ["text", "b", "B", "B"])
    assert (found["ok"], found["warnings"]) == (True, [])
    assert found["form"]["alerts"] == [
        {
            "path": "/data/a",
            "test": [">", ["p", "."], 3],
            "level": "urgent",
            "label": {"fr": ["Trop"], "en": ["Too much"]},
        }
    ]


def test_without_more_it_is_to_watch_under_the_questions_words() -> None:
    (alert,) = form(["integer", "a", "Âge", "Age", None, ". > 3"])["form"]["alerts"]
    assert (alert["level"], alert["label"]) == ("watch", {"fr": ["Âge"], "en": ["Age"]})


def test_in_a_repeat_it_reads_its_own_row() -> None:
    inside = (["integer", "most", "M", "M"], ["integer", "age", "A", "A", None, ". > ${most}"])
    found = form(["begin_repeat", "hh", "H", "H"], *inside, ["end_repeat"])
    assert found["form"]["alerts"][0]["test"] == [">", ["p", "."], ["p", "../most"]]


def test_a_score_is_a_calculation_with_words() -> None:
    reckoned = ["calculate", "sum", None, None, "${a} * 2", ". >= 4", None, "Haut", "High", "Total", "Sum"]
    found = form(["integer", "a", "A", "A"], reckoned)
    assert found["form"]["settings"]["scores"] == [
        {"name": "sum", "label": {"fr": ["Total"], "en": ["Sum"]}, "value": ["p", "/data/sum"]}
    ]
    assert found["form"]["alerts"][0]["path"] == "/data/sum"


def test_a_range_can_be_one_of_the_known_scales() -> None:
    scale = ["range", "nps", "N", "N", None, None, None, None, None, "nps", None, "start=0 end=10 step=1"]
    assert form(scale)["form"]["survey"][0]["score"] == "nps"
    wrong = form([*scale[:11], "start=0 end=5 step=1"])
    assert "score" not in wrong["form"]["survey"][0]
    assert ("survey", 2) in {(each["sheet"], each["row"]) for each in wrong["warnings"]}


@pytest.mark.parametrize(
    ("row", "list_"),
    [
        (["integer", "a", "A", "A", None, ". > 3", "soon"], "warnings"),  # no such level
        (["integer", "a", "A", "A", None, ". >"], "errors"),  # no expression
        (["integer", "a", "A", "A", None, "area(.) > 3"], "unsupported"),
        (["text", "a", "A", "A", None, None, None, None, None, "Total"], "warnings"),  # a score of a text
    ],
)
def test_what_is_wrong_with_a_mark_is_said_with_its_row(row: list[Any], list_: str) -> None:
    found = form(row, ["text", "b", "B", "B"])
    assert [(each["sheet"], each["row"]) for each in found[list_]] == [("survey", 2)]
    assert found["ok"] == (list_ != "errors")


def test_where_nothing_is_marked_a_calculation_that_is_called_score_is_one() -> None:
    settings = opened("gitcliff__mydhi-cht-config__srq.xlsx")["form"]["settings"]
    assert settings["scores"] == [{"name": "score", "label": {"default": ["Score"]}, "value": ["p", "/data/cd4/score"]}]
    marked = form(["integer", "a", "A", "A"], ["calculate", "score", None, None, "${a}"],
                  ["calculate", "sum", None, None, "${a}", None, None, None, None, "Total", "Sum"])  # fmt: skip
    assert [score["name"] for score in marked["form"]["settings"]["scores"]] == ["sum"]
