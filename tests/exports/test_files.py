"""Answers as files: what stands in them, in which shape, neutral to spreadsheets; and that little stays in memory."""

import csv
import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import insert

from blueprints.checklists.models import Checklist, ChecklistVersion
from blueprints.exports import making
from blueprints.exports.actions import ask
from blueprints.exports.cells import neutral, number_of, sheet_name
from blueprints.exports.models import Export
from blueprints.forms import actions as forms
from blueprints.forms.actions import publish_shipped
from blueprints.people.models import Person
from blueprints.shared.db import db, now, today, uuid7
from blueprints.surveys.models import Feedback
from tests.support.papers import ALL_WELL, publish
from tests.support.world import World

ClientAs = Callable[[str | None], Any]
DANGEROUS = ["=1+1", "+33 6", "-2+3", "@SUM(A1)", "\t=1", "\n=1", " =1", "＝1+1", "\ufeff=1"]
SURVEY: list[dict[str, Any]] = [
    {"type": "text", "name": "words", "label": {"fr": "=Mots", "en": "=Words"}},
    {"type": "decimal", "name": "weight", "label": {"fr": "**Poids**", "en": "**Weight**"}},
    {"type": "select_one", "name": "mood", "list_name": "mood", "label": {"fr": "Humeur", "en": "Mood"}},
    {"type": "select_multiple", "name": "likes", "list_name": "fruit", "label": {"fr": "Goûts", "en": "Likes"}},
    {"type": "geopoint", "name": "place", "label": {"fr": "Lieu", "en": "Place"}},
    {
        "type": "repeat",
        "name": "hh",
        "label": {"fr": "Foyer [1]: +", "en": "Household [1]: +"},
        "children": [
            {"type": "text", "name": "nm", "label": {"fr": "Nom", "en": "Name"}},
            {
                "type": "repeat",
                "name": "pet",
                "label": {"fr": "Animal", "en": "Pet"},
                "children": [{"type": "text", "name": "kind", "label": {"fr": "Espèce", "en": "Kind"}}],
            },
        ],
    },
]
FORM: dict[str, Any] = {
    "form_id": "house",
    "title": {"fr": "-Foyer", "en": "-House"},
    "languages": ["fr", "en"],
    "choices": {
        "mood": [
            {"name": "good", "label": {"fr": "Bonne", "en": "Good"}},
            {"name": "bad", "label": {"fr": "Mauvaise", "en": "Bad"}},
        ],
        "fruit": [{"name": n, "label": {"fr": f"{n} (fr)", "en": f"{n} (en)"}} for n in ("apple", "pear")],
    },
    "survey": SURVEY,
}
ANSWERS = [
    ("/data/words", "=HYPERLINK(1)\nsuite"), ("/data/weight", "-1,5"), ("/data/mood", "good"), ("/data/likes", "pear"),
    ("/data/place", "-48.1 2.5 30"),
    ("/data/hh[1]", ""), ("/data/hh[1]/nm", "Anne <&>"), ("/data/hh[1]/pet[1]", ""),
    ("/data/hh[1]/pet[1]/kind", "chat"), ("/data/hh[1]/pet[2]", ""),
    ("/data/hh[1]/pet[2]/kind", "@chien"), ("/data/hh[2]", ""),
]  # fmt: skip
WANTED: dict[str, Any] = {
    "form_id": "house", "versions": [], "team_id": None, "first_day": None, "last_day": None, "format": "csv",
    "language": "fr", "names": True, "split": False, "comma": False,
}  # fmt: skip


@pytest.fixture
def filled(world: World, client_as: ClientAs, deliver: Any) -> Any:
    version = forms.publish(FORM).version
    db.session.commit()
    sent = deliver(client_as("alice"), f"/visits/{world.id('visit')}/checklists/house/{version}", ANSWERS)
    assert sent.state == "applied", sent.messages
    return sent


def made(person: Person, **wanted: Any) -> Path:
    """The file that a person gets."""
    export = ask(person, WANTED | wanted)
    db.session.commit()
    making.make(export.id)
    export = db.session.get_one(Export, export.id)
    assert export.state == "ready"
    path = making.path_of(export.id)
    assert path.stat().st_size == export.size
    return path


def tables(path: Path) -> dict[str, list[dict[str, str]]]:
    """The tables of a CSV or of a zip of several."""
    if not zipfile.is_zipfile(path):
        return {"": list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))}
    with zipfile.ZipFile(path) as whole:
        return {
            name: list(csv.DictReader(io.StringIO(whole.read(name).decode("utf-8-sig"), newline="")))
            for name in whole.namelist()
        }


def workbook(path: Path) -> Any:
    return openpyxl.load_workbook(io.BytesIO(path.read_bytes()))


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_begins_like_a_formula_is_neutral(text: str) -> None:
    assert neutral(text) == f"'{text}"


def test_what_does_not_is_left_alone() -> None:
    assert [neutral(text) for text in ("a=1", "12 - 3", "«=»", "")] == ["a=1", "12 - 3", "«=»", ""]
    assert [number_of(text) for text in ("-1.5", "12", "1e5", "", "=1", "1" * 18)] == [-1.5, 12, None, None, None, None]


def test_names_of_sheets_are_taken_by_a_workbook() -> None:
    taken: set[str] = set()
    long = "Évaluation du logement et de la sécurité"
    names = [sheet_name(name, taken) for name in ("=cmd|' /C", "a[b]:c/d?*", long, long, "", "'x'", "History")]
    assert names == ["cmd|' C", "a b c d", long[:31].strip(), f"{long[:27]} 2", "answers", "x", "History 2"]


@pytest.mark.both_engines
def test_csv_has_a_table_for_each_repeat_linked_by_ids(world: World, filled: Any) -> None:
    found = tables(made(world.diane))
    assert list(found) == ["Foyer.csv", "hh.csv", "pet.csv"]
    (row,) = found["Foyer.csv"]
    assert (row["id"], row["client"], row["author"], row["team"]) == (
        str(filled.id), "Jeanne Le Goff", "Alice Morvan", "Nord",
    )  # fmt: skip
    assert (row["words"], row["weight"], row["mood"], row["likes"]) == ("'=HYPERLINK(1)\nsuite", "-1.5", "good", "pear")
    assert (row["place · latitude"], row["place · altitude"], row["place · accuracy"]) == ("-48.1", "30", "")
    assert [(r["id"], r["parent"], r["row"], r["hh/nm"]) for r in found["hh.csv"]] == [
        (f"{filled.id}/1", str(filled.id), "1", "Anne <&>"), (f"{filled.id}/2", str(filled.id), "2", ""),
    ]  # fmt: skip
    assert [(r["id"], r["parent"], r["hh/pet/kind"]) for r in found["pet.csv"]] == [
        (f"{filled.id}/1.1", f"{filled.id}/1", "chat"), (f"{filled.id}/1.2", f"{filled.id}/1", "'@chien"),
    ]  # fmt: skip


def test_labels_in_the_chosen_language_and_a_column_a_choice(world: World, filled: Any) -> None:
    path = made(world.diane, names=False, split=True, language="en", comma=True)
    with zipfile.ZipFile(path) as whole:
        assert whole.namelist() == ["House.csv", "Household 1 +.csv", "Pet.csv"]
        (row,) = csv.DictReader(io.StringIO(whole.read("House.csv").decode("utf-8-sig")), delimiter=";")
    assert (row["'=Words"], row["Weight"], row["Mood"]) == ("'=HYPERLINK(1)\nsuite", "-1,5", "Good")
    assert (row["Likes · apple (en)"], row["Likes · pear (en)"]) == ("0", "1")
    assert "Client" in row


def test_a_workbook_has_a_sheet_for_each_repeat(world: World, filled: Any) -> None:
    book = workbook(made(world.diane, format="xlsx", names=False))
    assert book.sheetnames == ["Foyer", "Foyer 1 +", "Animal"]
    head, row = (list(cells) for cells in book["Foyer"].iter_rows())
    by_head = {cell.value: value for cell, value in zip(head, row, strict=True)}
    assert all(cell.data_type != "f" for sheet in book for cells in sheet.iter_rows() for cell in cells)
    assert by_head["'=Mots"].value.startswith("'=HYPERLINK")
    assert (by_head["Poids"].value, by_head["Poids"].data_type) == (-1.5, "n")
    assert by_head["Humeur"].value == "Bonne"
    assert [cell.value for cell in book["Animal"]["D"]] == ["Espèce", "chat", "'@chien"]


def test_json_lies_as_the_form_does(world: World, filled: Any) -> None:
    (one,) = json.loads(made(world.diane, format="json").read_text("utf-8"))
    assert one["id"] == str(filled.id)
    assert one["answers"] == {
        "words": "=HYPERLINK(1)\nsuite", "weight": -1.5, "mood": "good", "likes": ["pear"], "place": "-48.1 2.5 30",
        "hh": [{"nm": "Anne <&>", "pet": [{"kind": "chat"}, {"kind": "@chien"}]}, {}],
    }  # fmt: skip


def test_xml_has_the_instances(world: World, filled: Any) -> None:
    root = ElementTree.fromstring(made(world.diane, format="xml").read_text("utf-8"))
    (instance,) = root
    data = instance[0]
    assert (data.tag, data.get("id"), instance.get("client")) == ("data", "house", "Jeanne Le Goff")
    assert [each.findtext("nm") for each in data.findall("hh")] == ["Anne <&>", None]
    assert [each.findtext("kind") for each in data.findall("hh/pet")] == ["chat", "@chien"]
    assert (
        data.findtext("{http://openrosa.org/xforms}meta/{http://openrosa.org/xforms}instanceID") == f"uuid:{filled.id}"
    )


@pytest.mark.parametrize("format", ["csv", "json", "xml", "xlsx"])
def test_a_file_without_answers_is_whole(world: World, format: str) -> None:
    forms.publish(FORM)
    db.session.commit()
    path = made(world.diane, format=format)
    if format == "json":
        assert json.loads(path.read_text()) == []
    elif format == "xml":
        assert len(ElementTree.fromstring(path.read_text())) == 0
    elif format == "xlsx":
        assert workbook(path)["Foyer"].max_row == 1
    else:
        assert tables(path)["Foyer.csv"] == []


@pytest.mark.both_engines
def test_what_somebody_may_not_see_is_not_in_it(world: World, filled: Any) -> None:
    assert tables(made(world.erwan))["Foyer.csv"] == []
    for who in ("fanny", "gaston"):
        found = tables(made(getattr(world, who)))
        (row,) = found["Foyer.csv"]
        assert (row["mood"], row["weight"], row["likes"]) == ("good", "-1.5", "pear")
        said = json.dumps(found)
        for word in ("Jeanne", "Alice", "HYPERLINK", "Anne", "chat", "48.1", str(filled.id)):
            assert word not in said, (who, word)
        assert row["answered"] == row["received"] == row["visit"] == ""
        assert len(found["hh.csv"]) == 2


def test_filters_choose(world: World, filled: Any) -> None:
    def n(**wanted: Any) -> int:
        return len(tables(made(world.fanny, **wanted))["Foyer.csv"])

    version = db.session.get_one(ChecklistVersion, filled.id).form_version
    assert n(versions=[version]) == n(first_day=today(), last_day=today()) == n(team_id=world.id("north")) == 1
    assert n(versions=[version], team_id=world.id("south")) == 0
    assert n(first_day=today() + timedelta(days=1)) == n(last_day=today() - timedelta(days=1)) == 0


def test_older_versions_keep_their_columns(world: World, filled: Any, client_as: ClientAs, deliver: Any) -> None:
    newer = forms.publish(FORM | {"survey": SURVEY[1:]}).version
    db.session.commit()
    url = f"/visits/{world.id('visit')}/checklists/house/{newer}"
    assert deliver(client_as("alice"), url, [("/data/weight", "3")]).state == "applied"
    old, new = tables(made(world.diane))["Foyer.csv"]
    assert (old["words"], new["words"], new["weight"]) == ("'=HYPERLINK(1)\nsuite", "", "3")
    assert list(old).index("weight") < list(old).index("words"), "the newest version's order counts"


def test_a_kiosks_answers_follow_their_own_rules(world: World) -> None:
    version = publish()["kiosk-hall"]

    def answer(n: int) -> None:
        for _ in range(n):
            row = Feedback(id=uuid7(), team_id=world.id("north"), mode="kiosk", kiosk_id=world.id("kiosk"), score=5,
                           form_id="kiosk-hall", form_version=version, words="Un mot", score_kind="csat",
                           answers=[["/data/opinion/score", "5"], ["/data/comment/words", "Un mot"]],
                           answered_at=now(), received=now())  # fmt: skip
            db.session.add(row)
        db.session.commit()

    def found(who: Person) -> list[dict[str, str]]:
        (rows,) = tables(made(who, form_id="kiosk-hall")).values()
        return rows

    answer(4)
    assert found(world.diane) == []
    answer(1)
    assert {(row["opinion/score"], row["comment/words"], row["kiosk"]) for row in found(world.fanny)} == {
        ("5", "", "Accueil")
    }
    answer(5)
    assert {row["comment/words"] for row in found(world.diane)} == {"Un mot"}
    assert found(world.gaston) == found(world.erwan) == []


def test_memory_does_not_grow_with_the_answers(app: Flask, world: World) -> None:
    publish_shipped()
    version = publish()["home-safety"]
    peaks = {}
    for n in (1_000, 6_000):
        fill(world, version, n)
        for format in ("csv", "xlsx", "json", "xml"):
            export = ask(world.diane, WANTED | {"form_id": "home-safety", "format": format})
            db.session.commit()
            tracemalloc.start()
            making.make(export.id)
            peaks[n, format] = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
    for format in ("csv", "xlsx", "json", "xml"):
        assert peaks[6_000, format] < peaks[1_000, format] * 1.5 + 1_000_000, (format, peaks)


def fill(world: World, version: str, n: int) -> None:
    """So many filled checklists of one visit, each with all its answers."""
    ids = [uuid7() for _ in range(n)]
    at, answers = datetime.now(UTC), [[path, value] for path, value in ALL_WELL.items()]
    same = {"visit_id": world.id("done"), "client_id": world.id("jeanne"), "author_id": world.id("alice")}
    db.session.execute(
        insert(Checklist), [{"id": id, "form_id": "home-safety", "created_at": at, **same} for id in ids]
    )
    said = {"number": 1, "form_version": version, "language": "fr", "answers": answers, "alerts": [], "findings": []}
    db.session.execute(
        insert(ChecklistVersion),
        [{"id": id, "checklist_id": id, "recorded": at, "received": at, "scores": [], **said} for id in ids],
    )
    db.session.commit()
