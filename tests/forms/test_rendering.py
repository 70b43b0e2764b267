"""A form as a page: every question of every form is there, rows come and go without scripts, and what the page posts is
judged alike by phone and server."""

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, render_template
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blueprints.forms import actions, engine, layout, queries
from blueprints.forms.actions import SHIPPED
from blueprints.forms.importing.sandbox import read_one
from blueprints.forms.twin import Twin
from blueprints.forms.written import plain, written
from blueprints.shared.db import db, now
from tests.support.world import World

OPEN = Path(__file__).parents[1] / "data" / "forms" / "open"
FILES = sorted(path.name for path in OPEN.glob("*.xls*") if "service_rating" not in path.name)
FEW = [name for name in FILES if re.search("all_types|spec_test|nested_repeats|choice_filter|srq|childrens", name)]
CLOCK = "2026-11-24T10:15:30.000+01:00"


class Page(HTMLParser):
    """Fields and parts of a page; what stands in a <template> is no part of the form."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.fields: list[dict[str, str]] = []
        self.options: dict[str, list[str]] = {}
        self.parts: dict[str, dict[str, str]] = {}
        self.inside, self.template = "", 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.template += tag == "template"
        if self.template:
            return
        if "id" in found:
            self.ids.append(found["id"])
        if "data-q" in found:
            self.parts[found["data-q"]] = found
        if tag in ("input", "select", "textarea") and found.get("name", "").startswith("/"):
            self.fields.append({"tag": tag, **found})
            self.inside = found["name"]
        if tag == "option" and self.inside:
            self.options.setdefault(self.inside, []).append(found.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        self.template -= tag == "template"


@cache
def source_of(name: str) -> dict[str, Any]:
    """form.json of one of the open forms."""
    found = read_one((OPEN / name).read_bytes(), name, "")
    assert found["ok"], name
    form: dict[str, Any] = found["form"]
    return form


def page_of(app: Flask, definition: engine.Definition, posted: list[tuple[str, str]] | None = None) -> Page:
    with app.test_request_context("/x"):
        verdict = queries.opened(definition, now(), posted or [])
        return Page(render_template("forms/blank.html", version="0" * 12, verdict=verdict))


@pytest.mark.parametrize("name", FILES)
def test_every_question_of_a_form_of_others_is_on_its_page(app: Flask, name: str) -> None:
    definition = engine.load(source_of(name))
    page = page_of(app, definition)

    shown = {re.sub(r"\[\d+\]", "", path) for path in page.parts}
    asked = {
        path
        for path, question in definition.questions.items()
        if question.type not in ("repeat", "note") and not layout.unseen(question)
    }
    # rows that a count makes are not there yet, and what the register tells is drawn in its own way
    others = [path for path, question in definition.questions.items() if question.repeat_count is not None]
    others += definition.context
    asked = {path for path in asked if not any(f"{path}/".startswith(f"{other}/") for other in others)}
    assert asked <= shown
    assert len(page.ids) == len(set(page.ids))


@pytest.fixture
def household(app: Flask) -> str:
    """The version of a form with rows in rows, published."""
    fr = {"fr": "Mot"}
    children = [
        {"type": "text", "name": "nm", "label": fr, "required": True},
        {"type": "repeat", "name": "pet", "label": fr, "children": [{"type": "text", "name": "kind", "label": fr}]},
    ]
    survey = [{"type": "repeat", "name": "hh", "label": {"fr": "Personne"}, "children": children}]
    made = actions.publish(
        {"form_id": "household", "title": {"fr": "Foyer"}, "languages": ["fr"], "survey": survey}
    )  # fmt: skip
    db.session.commit()
    return made.version


def test_rows_come_and_go_without_scripts_and_nothing_is_stored(
    client_as: Callable[[str | None], FlaskClient], household: str, world: World
) -> None:
    alice, address = client_as("alice"), f"/visits/{world.id('visit')}/checklists/household/{household}"

    def post(step: str, **answers: str) -> Page:
        answer = alice.post(address, data={**answers, "_step": step})
        assert answer.status_code == 200
        return Page(answer.text)

    first = Page(alice.get(address).text)
    assert "/data/hh[1]/nm" in first.parts
    two = post("add:/data/hh", **{"/data/hh[1]": "", "/data/hh[1]/nm": "Ana", "/data/hh[1]/pet[1]/kind": "chat"})
    assert {"/data/hh[1]/pet[1]/kind", "/data/hh[2]/nm", "/data/hh[2]/pet[1]/kind"} <= two.parts.keys()
    both = {"/data/hh[1]": "", "/data/hh[1]/nm": "Ana", "/data/hh[2]": "", "/data/hh[2]/nm": "Bo"}
    one = post("remove:/data/hh[1]", **both, **{"/data/hh[2]/pet[1]/kind": "chien"})
    values = {field["name"]: field.get("value", "") for field in one.fields}
    assert values["/data/hh[1]/nm"] == "Bo"
    assert values["/data/hh[1]/pet[1]/kind"] == "chien"
    assert "/data/hh[2]/nm" not in values
    assert db.session.execute(db.text("SELECT count(*) FROM capture")).scalar() == 0


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<script>x</script>", "&lt;script&gt;x&lt;/script&gt;"),
        ("**fort** et *doux*", "<b>fort</b> et <i>doux</i>"),
        ("a_b_c, 2 * 3 * 4", "a_b_c, 2 * 3 * 4"),
        ("un\ndeux<br/>trois", "un<br>deux<br>trois"),
        ("[a](javascript:alert(1))", "[a](javascript:alert(1))"),
        (
            "[a](https://b.example)",
            '<a href="https://b.example" rel="noopener noreferrer" target="_blank">a</a>',
        ),
        ('<b onclick="x">a</b>', "<b>a</b>"),
    ],
)
def test_labels_may_be_bold_italic_broken_and_linked_and_no_more(text: str, html: str) -> None:
    assert written(text) == html
    assert "<" not in plain("**a**\n_b_")


@pytest.fixture(scope="module")
def twin() -> Iterator[Twin]:
    """The engine of the phone."""
    with Twin() as asked:
        yield asked


SOURCES = [source_of(name) for name in FEW] + [
    json.loads(path.read_text(encoding="utf-8")) for path in sorted(SHIPPED.glob("*.json"))
]
DEFINITIONS = {definition.form_id: definition for definition in map(engine.load, SOURCES)}
NONSENSE = st.sampled_from(["x", "-3", "1,5", "72", "2026-02-30", "2026-11-24", "12:30", "48.1 -1.7", "a b", "0" * 20])


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_phone_and_server_say_the_same_of_what_a_page_posts(app: Flask, twin: Twin, data: st.DataObject) -> None:
    """Answers are drawn from the fields of the page itself, page after page as answers make questions come and go."""
    definition = DEFINITIONS[data.draw(st.sampled_from(sorted(DEFINITIONS)))]
    twin.ask("definition", definition=definition.source)
    posted: list[tuple[str, str]] = []
    for _ in range(3):
        page = page_of(app, definition, posted)
        hidden = {path for path, part in page.parts.items() if "inert" in part}
        posted = []
        for name in dict.fromkeys(field["name"] for field in page.fields):
            fields = [field for field in page.fields if field["name"] == name]
            if any(name == path or name.startswith(f"{path}/") for path in hidden):
                continue  # the page leaves it out
            if fields[0].get("type") in ("hidden", "file"):
                posted += [(name, fields[0].get("value", ""))] if fields[0]["type"] == "hidden" else []
                continue
            offered = [f["value"] for f in fields if f.get("type") in ("radio", "checkbox")] or page.options.get(
                name, []
            )
            several = fields[0].get("type") == "checkbox" or (len(fields) > 1 and fields[0]["tag"] == "select")
            if offered:
                chosen = data.draw(st.lists(st.sampled_from(offered), max_size=3 if several else 1, unique=True))
                posted += [(name, value) for value in chosen]
            else:
                posted.append((name, data.draw(st.one_of(st.just(""), st.just(fields[0].get("value", "")), NONSENSE))))

        language = definition.default_language
        here = engine.judge(definition, posted, engine.Clock.at(CLOCK), language)
        there = twin.ask("verdict", form_id=definition.form_id, answers=posted, clock=CLOCK, language=language)

        assert there["missing"] == here.missing
        assert there["invalid"] == here.invalid
        assert there["values"] == here.values
        assert sorted(there["relevant"]) == sorted(here.relevant)
