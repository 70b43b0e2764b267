"""What no form would send, or not any more: a clear message by question in the form's language, and nothing lost."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from blueprints.captures.models import Capture
from blueprints.checklists.models import ChecklistVersion
from blueprints.forms import actions
from blueprints.forms import queries as forms
from blueprints.shared.db import db, now
from tests.support.client import ago
from tests.support.world import World

pytestmark = pytest.mark.both_engines
ClientAs = Callable[[str | None], Any]
YES_NO = [{"name": name, "label": {"fr": name, "en": name}} for name in ("yes", "no")]
FORM: dict[str, Any] = {
    "form_id": "every",
    "title": {"fr": "Tout", "en": "Everything"},
    "languages": ["fr", "en"],
    "choices": {"yes_no": YES_NO, "town": [{"name": n, "in": i, "label": {"fr": n, "en": n}} for n, i in
                                           (("quimper", "yes"), ("brest", "no"))]},
    "survey": [
        {"type": kind, "name": kind, "label": {"fr": kind, "en": kind}, **more}
        for kind, more in (
            ("text", {}), ("integer", {}), ("decimal", {}), ("date", {}), ("time", {}), ("dateTime", {}),
            ("select_one", {"list_name": "yes_no"}), ("select_multiple", {"list_name": "yes_no"}),
            ("rank", {"list_name": "yes_no"}), ("acknowledge", {}), ("image", {}), ("file", {}), ("geopoint", {}),
            ("geotrace", {}), ("barcode", {}), ("range", {"parameters": {"start": 0, "end": 10, "step": 2}}),
            ("note", {}),
        )
    ] + [
        {"type": "text", "name": "why", "label": {"fr": "Pourquoi", "en": "Why"},
         "relevant": ["=", ["p", "../select_one"], ["s", "no"]]},
        {"type": "select_one", "name": "town", "list_name": "town", "label": {"fr": "Ville", "en": "Town"},
         "choice_filter": ["=", ["p", "in"], ["p", "/data/select_one"]]},
        {"type": "calculate", "name": "twice", "calculation": ["*", ["p", "../integer"], 2]},
        {"type": "repeat", "name": "hh", "label": {"fr": "Foyer", "en": "Household"},
         "children": [{"type": "integer", "name": "age", "label": {"fr": "Âge", "en": "Age"}}]},
    ],
}  # fmt: skip
MEGABYTE = "é" * 500_000


@pytest.fixture
def url(world: World) -> str:
    version = actions.publish(FORM).version
    db.session.commit()
    return f"/visits/{world.id('visit')}/checklists/every/{version}"


@pytest.fixture(params=["fr", "en"])
def language(request: pytest.FixtureRequest, world: World) -> str:
    """In which alice reads, and her phone asks the form."""
    world.alice.language = request.param
    return str(request.param)


BAD: list[tuple[list[tuple[str, str]], str, dict[str, str]]] = [
    ([("select_one", "perhaps")], "", {"fr": "pas parmi les choix", "en": "not among the choices"}),
    (
        [("select_multiple", "yes"), ("select_multiple", "x")],
        "",
        {"fr": "pas parmi les choix", "en": "among the choices"},
    ),
    ([("rank", "yes maybe")], "", {"fr": "pas parmi les choix", "en": "not among the choices"}),
    ([("select_one", "yes"), ("town", "brest")], "town", {"fr": "pas parmi les choix", "en": "not among the choices"}),
    ([("sauna", "yes")], "", {"fr": "n’est pas dans le formulaire", "en": "not in the form"}),
    ([("note", "text")], "", {"fr": "n’est pas dans le formulaire", "en": "not in the form"}),
    ([("hh[5]/age", "3")], "", {"fr": "n’est pas dans le formulaire", "en": "not in the form"}),
    ([("hh[1]/age", "old")], "", {"fr": "nombre entier", "en": "whole number"}),
    ([("integer", "12,5")], "", {"fr": "nombre entier", "en": "whole number"}),
    ([("integer", "twelve")], "", {"fr": "nombre entier", "en": "whole number"}),
    ([("integer", "1"), ("integer", "2")], "", {"fr": "une seule réponse", "en": "one answer only"}),
    ([("select_one", "yes"), ("select_one", "no")], "", {"fr": "une seule réponse", "en": "one answer only"}),
    ([("decimal", "1.2.3")], "", {"fr": "Écrivez un nombre", "en": "Write a number"}),
    ([("decimal", "1e5")], "", {"fr": "Écrivez un nombre", "en": "Write a number"}),
    ([("date", "24/11/2026")], "", {"fr": "calendrier", "en": "calendar"}),
    ([("time", "25:00")], "", {"fr": "heure", "en": "time"}),
    ([("dateTime", "2026-11-24")], "", {"fr": "jour et une heure", "en": "day and a time"}),
    ([("acknowledge", "yes")], "", {"fr": "pas parmi les choix", "en": "not among the choices"}),
    ([("image", "photo.jpg")], "", {"fr": "photo", "en": "photo"}),
    ([("file", "0" * 36)], "", {"fr": "fichier", "en": "file"}),
    ([("geopoint", "91 0")], "", {"fr": "latitude", "en": "latitude"}),
    ([("geotrace", "48 2")], "", {"fr": "au moins 2", "en": "at least 2"}),
    ([("range", "3")], "", {"fr": "de 0 à 10", "en": "from 0 to 10"}),
    ([("text", MEGABYTE)], "", {"fr": "10000", "en": "10000"}),
    ([("barcode", "a\x07b")], "", {"fr": "caractère", "en": "character"}),
]


@pytest.mark.parametrize(("pairs", "at", "said"), BAD, ids=[f"{p[-1][0]}={p[-1][1][:12]!r}" for p, _at, _said in BAD])
def test_it_is_held_with_a_message_by_question(
    client_as: ClientAs, deliver: Any, url: str, language: str,
    pairs: list[tuple[str, str]], at: str, said: dict[str, str],
) -> None:  # fmt: skip
    sent_pairs = [(f"/data/{name}", text) for name, text in pairs] + [("language", language)]
    sent = deliver(client_as("alice"), url, sent_pairs, multipart=pairs[0][1] != MEGABYTE)
    assert (sent.status, sent.state) == (202, "held")
    path = f"/data/{at or pairs[-1][0]}"
    assert said[language] in sent.messages[path].replace("\u202f", "").replace("\u00a0", " ")
    capture = db.session.get_one(Capture, sent.id)
    assert capture.state == "held"
    kept = [tuple(pair) for pair in capture.fields or [] if not pair[0].startswith("_")]
    assert kept == sent_pairs, "what was sent is kept to the letter"
    assert db.session.get(ChecklistVersion, sent.id) is None


def test_a_decimal_comma_is_read(client_as: ClientAs, deliver: Any, url: str) -> None:
    sent = deliver(client_as("alice"), url, [("/data/decimal", "1\u202f234,50"), ("/data/range", "4,0")])
    assert sent.state == "applied"
    assert dict(db.session.get_one(ChecklistVersion, sent.id).answers) == {
        "/data/decimal": "1234.5",
        "/data/range": "4",
    }


def test_what_is_not_relevant_is_applied_without_it_and_noted(
    client_as: ClientAs, deliver: Any, url: str, language: str
) -> None:
    pairs = [("/data/select_one", "yes"), ("/data/why", "parce que"), ("language", language)]
    sent = deliver(client_as("alice"), url, pairs)
    assert sent.state == "applied"
    version = db.session.get_one(ChecklistVersion, sent.id)
    assert dict(version.answers) == {"/data/select_one": "yes"}
    (finding,) = version.findings
    assert (finding["path"], finding["what"]) == ("/data/why", "left-out")
    assert {"fr": "sans objet", "en": "pointless"}[language] in finding["text"]


def test_a_calculation_is_reckoned_here_whatever_was_sent(client_as: ClientAs, deliver: Any, url: str) -> None:
    sent = deliver(client_as("alice"), url, [("/data/integer", "4"), ("/data/twice", "999")])
    assert dict(db.session.get_one(ChecklistVersion, sent.id).answers)["/data/twice"] == "8"


def test_a_version_that_never_was_is_held_and_says_so(
    world: World, client_as: ClientAs, deliver: Any, url: str, language: str
) -> None:
    sent = deliver(client_as("alice"), f"{url[:-12]}000000000000", [("/data/text", "mots")])
    assert sent.state == "held"
    assert {"fr": "jamais été publiée", "en": "never published"}[language] in sent.response.json["reason"]
    assert ["/data/text", "mots"] in (db.session.get_one(Capture, sent.id).fields or [])


def test_a_retired_version_takes_what_was_filled_before(
    world: World, client_as: ClientAs, deliver: Any, url: str, language: str
) -> None:
    before = {"_recorded": ago(hours=1).isoformat()}
    actions.retire(forms.one("every"), world.gaston)
    db.session.commit()
    alice = client_as("alice")
    assert deliver(alice, url, [("/data/text", "avant")], envelope=before).state == "applied"
    after = {"_recorded": (now() + timedelta(seconds=2)).astimezone().isoformat()}
    late = deliver(alice, url, [("/data/text", "après")], envelope=after)
    assert late.state == "held"
    assert {"fr": "retiré", "en": "retired"}[language] in late.response.json["reason"]
    assert ["/data/text", "après"] in (db.session.get_one(Capture, late.id).fields or [])


def test_an_older_version_that_was_replaced_is_judged_by_itself(client_as: ClientAs, deliver: Any, url: str) -> None:
    actions.publish(FORM | {"survey": FORM["survey"][:1]})
    db.session.commit()
    assert deliver(client_as("alice"), url, [("/data/integer", "4")]).state == "applied"


def test_whoever_reads_what_is_held_finds_each_message_under_its_question(
    world: World, client_as: ClientAs, deliver: Any, language: str
) -> None:
    """Also where the question stands in a row of a repeat, and where nothing came for it."""
    age = FORM["survey"][-1]["children"][0] | {"required": True}
    rows = FORM["survey"][-1] | {"children": [age]}
    version = actions.publish(FORM | {"survey": [*FORM["survey"][:2], rows]}).version
    db.session.commit()
    url = f"/visits/{world.id('visit')}/checklists/every/{version}"
    alice = client_as("alice")
    pairs = [("/data/hh[1]", ""), ("/data/hh[1]/age", "old"), ("/data/hh[2]", ""), ("/data/hh[2]/age", "")]
    sent = deliver(alice, url, [*pairs, ("/data/integer", "x")])
    assert sent.messages.keys() == {"/data/hh[1]/age", "/data/hh[2]/age", "/data/integer"}
    page = alice.get(f"/held/{sent.id}").text
    label, question = {"fr": ("Foyer", "Âge"), "en": ("Household", "Age")}[language]
    places = [page.find(words) for words in ("integer", f"{label} 1 · {question}", f"{label} 2 · {question}")]
    assert -1 not in places
    assert places == sorted(places), "in the form's order"
    for message in sent.messages.values():
        assert message in page
