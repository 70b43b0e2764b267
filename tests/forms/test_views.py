"""The addresses of forms."""

from collections.abc import Callable
from html.parser import HTMLParser
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select

from blueprints.captures.models import Capture, CaptureFile
from blueprints.checklists.models import ChecklistVersion
from blueprints.forms import actions, queries
from blueprints.shared.db import db
from tests.support.world import World

As = Callable[[str | None], FlaskClient]


class Elements(HTMLParser):
    """Every element of a page with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.all: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, dict(attrs)))

    def having(self, name: str, value: str | None = None) -> list[dict[str, str | None]]:
        return [found for _, found in self.all if name in found and value in (None, found[name])]


@pytest.fixture
def version(app: Flask) -> str:
    """The current version of home-safety."""
    actions.publish_shipped()
    db.session.commit()
    found = queries.current_of("home-safety")
    assert found is not None
    return found.version


def test_a_definition_may_be_kept_for_ever(client_as: As, version: str) -> None:
    response = client_as("alice").get(f"/forms/home-safety/{version}.json")

    assert response.status_code == 200
    assert response.json == queries.definition_of("home-safety", version).source
    assert "immutable" in response.headers["Cache-Control"]


def test_a_tablet_may_read_a_definition_and_a_stranger_may_not(client_as: As, version: str) -> None:
    assert client_as("kiosk").get(f"/forms/home-safety/{version}.json").status_code == 200
    assert client_as(None).get(f"/forms/home-safety/{version}.json").status_code in (302, 303, 401)


@pytest.mark.parametrize(
    "address", ["home-safety/000000000000.json", "nothing/000000000000/blank", "home-safety/x/blank"]
)
def test_what_was_never_published_does_not_exist(client_as: As, version: str, address: str) -> None:
    assert client_as("alice").get(f"/forms/{address}").status_code == 404


def test_the_list_is_the_administrators(client_as: As, version: str) -> None:
    page = client_as("gaston").get("/forms")

    assert page.status_code == 200
    assert "Sécurité du logement" in page.text
    assert version in page.text
    for name in ("alice", "diane", "fanny"):
        assert client_as(name).get("/forms").status_code == 403


def test_a_blank_form_is_for_a_visit_to_come(client_as: As, version: str) -> None:
    response = client_as("alice").get(f"/forms/home-safety/{version}/blank")
    (form,) = Elements(response.text).having("data-capture")

    nobody = "00000000-0000-0000-0000-000000000000"
    assert form["action"] == f"/visits/{nobody}/checklists/home-safety/{version}"
    assert form["data-form"] == f"/forms/home-safety/{version}.json"
    assert "Tournee-Page" in response.headers


def test_a_kept_page_says_the_same_every_day(client_as: As, version: str) -> None:
    first = queries.current_of("first-assessment")
    assert first is not None
    alice = client_as("alice")

    pages = [alice.get(f"/forms/first-assessment/{first.version}/blank").text for _ in range(2)]

    assert pages[0] == pages[1]
    (day,) = Elements(pages[0]).having("name", "/data/situation/day")
    assert day["value"] == ""
    assert Elements(pages[0]).having("data-opening")  # the page fills it in, by the phone’s clock


def test_every_question_is_there_and_what_is_not_asked_is_hidden_and_inert(client_as: As, version: str) -> None:
    elements = Elements(client_as("alice").get(f"/forms/home-safety/{version}/blank").text)
    definition = queries.definition_of("home-safety", version)

    parts = {part["data-q"]: part for part in elements.having("data-q")}
    assert parts.keys() == definition.questions.keys()
    hidden = {path for path, part in parts.items() if "hidden" in part}
    assert hidden == {path for path, part in parts.items() if "inert" in part}
    assert hidden == {path for path, question in definition.questions.items() if question.relevant is not None}
    asked = {question.path for question in definition.questions.values() if question.asks}
    assert {field["name"] for field in elements.having("name") if (field["name"] or "").startswith("/")} == asked


def test_what_must_be_answered_says_so_to_a_screen_reader_too(client_as: As, version: str) -> None:
    elements = Elements(client_as("alice").get(f"/forms/home-safety/{version}/blank").text)

    for name, must in (("entrance/door", True), ("entrance/door_no/solution", True), ("bathroom/water", False)):
        assert all(("required" in field) == must for field in elements.having("name", f"/data/{name}"))


def test_numbers_are_text_fields_and_hints_are_tied_to_their_fields(client_as: As, version: str) -> None:
    elements = Elements(client_as("alice").get(f"/forms/home-safety/{version}/blank").text)

    (water,) = elements.having("name", "/data/bathroom/water")
    assert water.get("type", "text") == "text"
    assert water["inputmode"] == "numeric"
    assert water["aria-describedby"] == "/data/bathroom/water-h"
    assert elements.having("id", "/data/bathroom/water-h")


def test_without_scripts_the_form_comes_back_recomputed_and_nothing_is_stored(
    client_as: As, version: str, world: World
) -> None:
    visit = world.id("visit")
    alice, address = client_as("alice"), f"/visits/{visit}/checklists/home-safety/{version}"
    posted = {
        "/data/bathroom/rail": "no", "/data/bathroom/water": "72", "/data/general/remarks": "<b>Vu</b>",
        "_step": "recompute", "_corrects": "0190a6c4-1111-7222-8333-444455556666", "language": "fr",
    }  # fmt: skip

    response = alice.post(address, data=posted)
    elements = Elements(response.text)

    assert response.status_code == 200
    (follows,) = elements.having("data-q", "/data/bathroom/rail_no")
    assert "hidden" not in follows
    (water,) = elements.having("name", "/data/bathroom/water")
    assert water["value"] == "72"
    assert water["aria-invalid"] == "true"
    assert elements.having("id", "/data/bathroom/water-e")
    assert not elements.having("id", "/data/entrance/door-e")  # what is still blank is not reproached
    assert elements.having("name", "_corrects")[0]["value"] == posted["_corrects"]
    assert "&lt;b&gt;Vu&lt;/b&gt;" in response.text
    chosen = [field["value"] for field in elements.having("name", "/data/bathroom/rail") if "checked" in field]
    assert chosen == ["no"]
    assert db.session.scalar(select(func.count()).select_from(Capture)) == 0


def test_without_scripts_a_photo_travels_with_the_form_and_its_id_is_the_answer(
    client_as: As, version: str, world: World
) -> None:
    alice, address = client_as("alice"), f"/visits/{world.id('visit')}/checklists/home-safety/{version}"
    page = Elements(alice.get(address).text)
    (form,) = page.having("data-capture")
    assert form["enctype"] == "multipart/form-data"
    photo = "/data/bathroom/rail_no/photo"
    fields = {path: "yes" for path, question in queries.definition_of("home-safety", version).questions.items()
              if question.type == "select_one"}  # fmt: skip
    picture = BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "JPEG")
    picture.seek(0)

    alice.post(
        address,
        data={
            **fields,
            "/data/bathroom/rail": "no",
            "/data/bathroom/rail_no/solution": "Barre",
            photo: (picture, "rail.jpg"),
        },
        content_type="multipart/form-data",
    )

    answers = db.session.scalar(select(ChecklistVersion.answers))
    file = db.session.scalar(select(CaptureFile.id))
    assert answers is not None
    assert dict(answers)[photo] == str(file)
