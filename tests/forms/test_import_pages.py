"""The administrator's pages: a file is read, looked at, tried, compared and published; forms are retired and return."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from blueprints.checklists.models import ChecklistVersion
from blueprints.forms import actions, queries
from blueprints.forms.models import FormUpload
from blueprints.shared.db import db, now
from tests.support.forms import CHOICES, survey

As = Callable[[str | None], FlaskClient]
ONE = survey(["text", "a", "First"], ["select_one x", "b", "Second"], choices=[["x", "1", "One"], ["x", "2", "Two"]])
TWO = survey(
    ["integer", "a", "First"],
    ["select_one x", "b", "Second"],
    ["text", "c", "Third"],
    choices=[["x", "1", "One"], ["x", "3", "Three"]],
)


def bring(client: FlaskClient, data: bytes, name: str = "visit.xlsx", **more: str) -> Any:
    return client.post(
        "/forms/uploads", data={"file": (BytesIO(data), name), "use": "checklist", "dialect": "", **more}
    )


def published(client: FlaskClient, data: bytes, name: str = "visit.xlsx") -> str:
    """Bring and publish a file; the version."""
    answer = client.post(bring(client, data, name).location + "/publish")
    assert answer.status_code == 303
    version = queries.current_of(name.partition(".")[0])
    assert version is not None
    return version.version


def test_from_a_file_to_a_checklist(client_as: As) -> None:
    gaston = client_as("gaston")

    answer = bring(gaston, ONE)
    page = gaston.get(answer.location)

    assert (answer.status_code, page.status_code) == (303, 200)
    assert "peut être publié" in page.text
    assert queries.current_of("visit") is None

    version = published(gaston, ONE)

    assert version in gaston.get("/forms").text
    assert queries.title_of("visit", version) == "visit"
    assert client_as("alice").get(f"/forms/visit/{version}/blank").status_code == 200
    kept = gaston.get(f"/forms/visit/{version}/source")
    assert (kept.data, kept.headers["Content-Disposition"]) == (ONE, "attachment; filename=visit.xlsx")


def test_lists_come_along_with_their_form(client_as: As) -> None:
    gaston = client_as("gaston")
    form = (BytesIO(survey(["select_one_from_file towns.csv", "a", "Where?"])), "visit.xlsx")
    lists = [(BytesIO(b"name,label\nrn,Rennes\n"), "towns.csv")]

    answer = gaston.post("/forms/uploads", data={"file": form, "attached": lists, "use": "checklist", "dialect": ""})

    assert "Rennes" in gaston.get(answer.location + "/preview").text


def test_a_bad_file_says_what_is_wrong_and_where_in_the_readers_language(client_as: As) -> None:
    gaston = client_as("gaston")
    answer = bring(gaston, survey(["country", "a", "A"]), "bad.xlsx")
    page = gaston.get(answer.location)

    assert "Ce fichier est refusé" in page.text
    assert "<td>survey</td><td>2</td><td>Le type de question « country » n’est pas connu.</td>" in page.text.replace(
        "\u00a0", " "
    )
    assert gaston.post(answer.location + "/publish").status_code == 422
    assert gaston.get(answer.location + "/preview").status_code == 404


@pytest.mark.parametrize("fields", [{}, {"file": (BytesIO(b""), "")}, {"use": "nothing"}])
def test_without_a_file_the_form_says_so(client_as: As, fields: dict[str, Any]) -> None:
    page = client_as("gaston").post("/forms/uploads", data=fields, content_type="multipart/form-data")

    assert page.status_code == 422
    assert "Choisissez un fichier" in page.text


def test_the_preview_is_judged_and_nothing_is_kept(client_as: As) -> None:
    gaston = client_as("gaston")
    data = survey(["integer", "a", "How many?", None, None, ". < 10", "yes"], ["text", "b", "Why?", "${a} > 5"])
    address = bring(gaston, data, "tried.xlsx").location + "/preview"

    assert "How many?" in gaston.get(address).text
    assert gaston.get(address.replace("preview", "form.json")).json["form_id"] == "tried"
    wrong = gaston.post(address, data={"/data/a": "12"})
    right = gaston.post(address, data={"/data/a": "7", "/data/b": "So"})

    assert "ne seraient pas encore acceptées" in wrong.text
    assert "seraient acceptées" in right.text
    assert db.session.scalar(select(func.count()).select_from(ChecklistVersion)) == 0
    assert queries.current_of("tried") is None


def test_a_preview_reads_the_file_of_somebody_who_does_not_exist(client_as: As) -> None:
    gaston = client_as("gaston")
    call = "pulldata('clients', 'phone', 'this', 'yes')"
    data = survey(["select_one_from_file clients.csv", "who", "Who?"], ["calculate", "call", None, None, call],
                  ["note", "said", "Their number: ${call}"])  # fmt: skip
    page = gaston.get(bring(gaston, data, "tried.xlsx").location + "/preview").text
    assert "Jeanne Exemple" in page and "Their number: 0298000000" in page
    assert "Le Goff" not in page


def test_a_new_version_says_what_it_changes_for_what_was_collected(client_as: As) -> None:
    gaston = client_as("gaston")
    first = published(gaston, ONE)
    page = gaston.get(bring(gaston, TWO).location).text.replace("\u00a0", " ")

    for words in ("1 question ajoutée, 1 a changé de type, 1 avec d’autres choix.", "text → integer", "+ 3, − 2"):
        assert words in page
    second = published(gaston, TWO)
    assert "1 question ajoutée" in gaston.get(f"/forms/visit?older={first}").text
    assert gaston.get("/forms/visit?older=nothing").status_code == 404
    assert first != second


def test_an_older_version_is_brought_back_and_a_form_is_retired(client_as: As, app: Flask) -> None:
    gaston = client_as("gaston")
    first, second = published(gaston, ONE), published(gaston, TWO)

    assert gaston.post(f"/forms/visit/{first}/bring-back").status_code == 303
    assert queries.one("visit").current == first
    assert gaston.post("/forms/visit/nothing/bring-back").status_code == 404

    assert gaston.post("/forms/visit/retire").status_code == 303
    assert queries.current_of("visit") is None
    assert gaston.post("/forms/visit/retire").status_code == 422
    page = gaston.get("/forms/visit").text
    assert "est retiré" in page.replace("\u00a0", " ")
    assert "retiré" in gaston.get("/forms").text
    decisions = queries.one("visit").decisions
    assert [decision.version for decision in decisions] == [first, second, first, None]
    assert all(decision.by is not None and decision.by.name for decision in decisions)


def test_what_was_filled_before_a_form_was_retired_is_judged_and_what_came_later_is_not(client_as: As) -> None:
    gaston = client_as("gaston")
    version = published(gaston, survey(["text", "a", "A"]))
    before = queries.clock_of(now(), None)
    gaston.post("/forms/visit/retire")
    after = queries.clock_of(now(), None)

    assert queries.judged("visit", version, "checklist", [("/data/a", "x")], before, "fr").ok
    with pytest.raises(queries.Refused, match="retiré"):
        queries.judged("visit", version, "checklist", [("/data/a", "x")], after, "fr")


def test_uploads_are_ones_own_and_do_not_stay(client_as: As, app: Flask) -> None:
    gaston = client_as("gaston")
    address = bring(gaston, ONE).location
    upload = db.session.scalars(select(FormUpload)).one()
    with pytest.raises(queries.NotFound):
        queries.upload_of(db.session.get_one(queries.Person, client_as("fanny").person), upload.id)  # type: ignore[attr-defined]

    upload.at = actions.now() - actions.timedelta(days=2)
    db.session.commit()
    bring(gaston, TWO)

    assert gaston.get(address).status_code == 404


def test_a_form_speaks_the_readers_language_by_whatever_name(client_as: As) -> None:
    gaston = client_as("gaston")
    from tests.support.forms import workbook

    head = ["type", "name", "label::English (en)", "label::Français (fr)"]
    version = published(gaston, workbook(survey=[head, ["text", "a", "Name", "Nom"]], choices=[CHOICES]))
    definition = queries.definition_of("visit", version)

    assert queries.language_in(definition, "fr") == "Français (fr)"
    assert queries.language_in(definition, "en") == "English (en)"
    assert queries.language_in(definition, "ar") == "English (en)"
    assert "Nom" in client_as("alice").get(f"/forms/visit/{version}/blank").text
