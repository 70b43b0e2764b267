"""What our register tells a form: what it reads and no more, of whom the person may see; judged as it was told."""

import gzip
import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from blueprints.checklists.models import ChecklistVersion
from blueprints.clients.models import Assignment, Client
from blueprints.clients.queries import everyone, facts_of
from blueprints.exports import queries as exports
from blueprints.exports.models import Export
from blueprints.forms import actions, queries, register
from blueprints.forms.engine import Clock, Definition, blank, judge, load, readable
from blueprints.forms.importing.converting import run
from blueprints.forms.twin import Twin
from blueprints.forms.written import written
from blueprints.people.models import Person
from blueprints.reviews.models import Return
from blueprints.shared.db import db, local, now, uuid7
from blueprints.visits.models import Visit
from tests.support.forms import opened, read, survey
from tests.support.papers import ALL_WELL, publish, send_back
from tests.support.world import World, id_of

ClientAs = Callable[[str | None], Any]
CARE = "gitcliff__mydhi-cht-config__care.xlsx"
SRQ = "gitcliff__mydhi-cht-config__srq.xlsx"
CLOCK = Clock.at("2026-11-24T10:00:00+01:00")
TELEPHONE = survey(
    ["text", "number", "The number to call", None, None, None, None, "pulldata('clients', 'phone', 'this', 'yes')"],
    ["calculate", "who", None, None, "pulldata('clients', 'label', 'this', 'yes')"],
    ["note", "hello", "You are with ${who}."],
    ["integer", "water", "Temperature"],
    settings=[["form_id"], ["telephone"]],
)
CHOOSING = survey(
    ["select_one_from_file clients.csv", "neighbour", "Who lives next door?"],
    ["calculate", "number", None, None, "pulldata('clients', 'phone', 'name', ${neighbour})"],
    settings=[["form_id"], ["choosing"]],
)
SAVED = survey(
    ["integer", "water", "Temperature", None, None, None, None, "${last-saved#water}"],
    ["calculate", "warmer", None, None, "${last-saved#water} + 1"],
    settings=[["form_id"], ["saved"]],
)


def form(data: bytes | str) -> dict[str, Any]:
    """form.json of a workbook, or of a form of the open set."""
    found = opened(data) if isinstance(data, str) else read(data)
    assert found["ok"], found["errors"]
    source: dict[str, Any] = found["form"]
    return source


def published(data: bytes | str) -> tuple[str, str]:
    version = actions.publish(form(data))
    db.session.commit()
    return version.form_id, version.version


def one(name: str) -> Person:
    return db.session.get_one(Person, id_of(name))


def visit_of(name: str) -> Visit:
    return db.session.get_one(Visit, id_of(name))


def born(name: str = "jeanne", day: date = date(1941, 3, 12)) -> None:
    db.session.get_one(Client, id_of(name)).born = day
    db.session.commit()


def given_to(definition: Definition, **facts: str) -> Definition:
    """The form as it is for somebody."""
    facts = {"client_id": "1", "full_name": "Jeanne Le Goff", "given_name": "Jeanne"} | facts
    return register.informed(definition, register.given(register.wanted(definition), facts, {}, ()))


@pytest.mark.parametrize(
    ("called", "name"),
    [
        ("name", "full_name"), ("patient_name", "full_name"), ("date_of_birth", "date_of_birth"),
        ("patient_date_of_birth", "date_of_birth"), ("dob", "date_of_birth"), ("Phone", "phone"),
        ("patient_id", "client_id"), ("fstname", "given_name"), ("sex", ""), ("tsis", ""), ("this", ""),
        ("contact_name", "contact_name"), ("client_phone", "phone"),
    ],
)  # fmt: skip
def test_names_of_others_mean_ours(called: str, name: str) -> None:
    assert register.fact(called) == name


@pytest.mark.parametrize(
    ("below", "name"),
    [
        ("source", "source"), ("source_id", "client_id"), ("contact/_id", "client_id"), ("contact/name", "full_name"),
        ("contact/parent/contact/name", "coordinator"), ("contact/parent/name", "team"), ("user/name", "user_name"),
        ("contact/parent/contact/phone", ""), ("contact/parent/parent/name", ""), ("contact/sex", ""),
    ],
)  # fmt: skip
def test_inputs_of_the_cht_mean_what_is_around_the_client(below: str, name: str) -> None:
    assert register.input_fact(below) == name


def test_a_cht_form_reads_inputs_and_summary_and_its_labels_quote_them() -> None:
    definition = load(form(CARE))
    assert {"full_name", "given_name", "date_of_birth", "client_id"} <= register.wanted(definition).facts
    told = given_to(definition, date_of_birth="1941-03-12")
    filled = blank(told, CLOCK, "en").filled
    age = next(q for path, q in definition.questions.items() if path.endswith("/care/age_n"))
    name = next(q for path, q in definition.questions.items() if path.endswith("/care/first_name"))
    assert "85 yr" in filled.words(filled.find(age.path), age.label)  # type: ignore[arg-type]
    assert "Jeanne" in filled.words(filled.find(name.path), name.label)  # type: ignore[arg-type]
    assert filled.find("/data/inputs/contact/name").value == "Jeanne Le Goff"  # type: ignore[union-attr]
    assert filled.find("/data/inputs/source").value == "contact"  # type: ignore[union-attr]


def test_nobody_is_asked_for_what_the_register_fills() -> None:
    definition = load(form(SRQ))
    required = [path for path in definition.context if definition.questions[path].required is not None]
    assert required
    assert not set(required) & set(judge(definition, [], CLOCK, "en").missing)


def test_what_was_posted_for_an_input_does_not_replace_what_was_told() -> None:
    told = given_to(load(form(CARE)))
    verdict = judge(told, [("/data/inputs/contact/name", "Somebody else")], CLOCK, "en")
    assert verdict.values["/data/inputs/contact/name"] == "Jeanne Le Goff"


def test_the_import_says_what_the_register_does_not_know() -> None:
    said = {each["what"] for each in opened(CARE)["warnings"]}
    assert "“tsis” is one of the inputs, and our register does not know it; it stays empty and is not asked." in said
    assert "“tsis_ctx” reads “patient_tsis”, which our register does not know; it is empty." in said
    assert not any("“name”" in each or "“date_of_birth”" in each for each in said)
    found = read(survey(["text", "a", "A", None, None, None, None, "pulldata('clients', 'shoes', 'this', 'yes')"]))
    whole = [each for each in found["warnings"] if "shoes" in each["what"]]
    assert [(each["sheet"], each["row"]) for each in whole] == [("survey", 2)]


def test_a_file_that_came_along_is_the_forms_own() -> None:
    found = run(CHOOSING, "form.xlsx", "", {"clients.csv": b"name,label\n1,One\n"})
    assert register.wanted(load(found["form"])).anything is False


def test_a_form_that_reads_nothing_is_told_nothing(world: World) -> None:
    versions = publish()
    page = queries.at_visit(one("alice"), visit_of("visit"), "home-safety", versions["home-safety"], [])
    assert (page["definition"].given, page["facts"], page["beside"]) == ({}, [], {})


@pytest.mark.both_engines
def test_a_page_holds_its_own_client_and_only_what_the_form_reads(world: World, client_as: ClientAs) -> None:
    born()
    form_id, version = published(TELEPHONE)
    page = client_as("alice").get(f"/visits/{id_of('visit')}/checklists/{form_id}/{version}").get_data(as_text=True)
    told = json.loads(page.split('name="_given" value=\'')[1].split("'")[0])
    row = {"name": str(id_of("jeanne")), "label": "Jeanne Le Goff", "this": "yes", "phone": "0298000000"}
    assert told == {"client": str(id_of("jeanne")), "values": {}, "lists": {"clients": [row]}}
    assert "Marcel" not in page and "1941" not in json.dumps(told)
    assert "Du dossier\u00a0: 0298000000" in page
    assert 'aria-describedby="/data/number-b"' in page


@pytest.mark.both_engines
def test_a_list_of_clients_holds_those_whom_the_person_may_open(world: World) -> None:
    def names(who: str) -> list[str]:
        return [each["full_name"] for each in everyone(one(who), local(now()).date())]

    assert names("alice") == ["Jeanne Le Goff"]  # neither bob's, nor the other team's, nor who is archived
    assert names("charlie") == ["Odette Salaün"]
    assert names("diane") == ["Jeanne Le Goff", "Marcel Kerjean"]
    assert names("fanny") == names("gaston") == []
    form_id, version = published(CHOOSING)
    for told in (
        queries.at_visit(one("alice"), visit_of("visit"), form_id, version, [])["verdict"].filled.definition.given,
        queries.for_nobody_yet(one("alice"), form_id, version, now()).filled.definition.given,
    ):
        assert [row["name"] for row in told["lists"]["clients"]] == [str(id_of("jeanne"))]


def test_a_page_with_sixty_clients_to_choose_from_stays_light(world: World, client_as: ClientAs) -> None:
    for number in range(60):
        given, family, phone = f"Prénom {number * 7919}", f"Nom {number * 104729}", f"02{number * 1299709:08d}"
        client = Client(team_id=id_of("north"), given_name=given, family_name=family, phone=phone, search=str(number))
        client.assignments = [Assignment(person_id=id_of("alice"), made_by=id_of("diane"))]
        db.session.add(client)
    form_id, version = published(CHOOSING)
    page = client_as("alice").get(f"/visits/{id_of('visit')}/checklists/{form_id}/{version}").get_data()
    assert page.count(b"<option") == 62
    assert len(gzip.compress(page)) < 8_000


def test_a_form_for_a_visit_that_only_the_phone_knows_says_that_it_reads_no_file(
    world: World, client_as: ClientAs
) -> None:
    words = "ce qu’il y lirait reste vide"
    for data, said in ((TELEPHONE, True), (CHOOSING, False)):
        form_id, version = published(data)
        page = client_as("alice").get(f"/forms/{form_id}/{version}/blank").get_data(as_text=True)
        assert (words in page, "0298000000" in page) == (said, not said)  # who may be chosen is there all the same


@pytest.mark.both_engines
def test_facts_of_a_client_are_told_to_whoever_may_open_the_case(world: World) -> None:
    born(day=date(1941, 11, 25))
    found = facts_of(one("alice"), id_of("jeanne"), date(2026, 11, 24))
    assert (found["full_name"], found["age"], found["alerts"], found["team"], found["coordinator"]) == (
        "Jeanne Le Goff", "84", "code 41B7; chien", "Nord", "Alice Morvan",
    )  # fmt: skip
    assert (found["contact_name"], found["contact_phone"], found["user_name"]) == (
        "Anne Le Goff", "0600000000", "Alice Morvan",
    )  # fmt: skip
    for stranger in ("bob", "charlie", "erwan", "fanny", "gaston"):
        assert facts_of(one(stranger), id_of("jeanne"), date(2026, 11, 24)) == {}


@pytest.mark.both_engines
def test_the_last_time_stands_below_the_question_and_is_no_answer(
    world: World, client_as: ClientAs, deliver: Any
) -> None:
    version = publish()["home-safety"]
    water = "/data/bathroom/water"
    sent = deliver(
        client_as("alice"), f"/visits/{id_of('done')}/checklists/home-safety/{version}", {**ALL_WELL, water: "45"}
    )
    assert sent.state == "applied"
    page = queries.at_visit(one("alice"), visit_of("visit"), "home-safety", version, [])
    assert page["beside"][water].startswith("La dernière fois")
    assert "45\u00a0°C (" in page["beside"][water]
    assert "/data/bathroom/rail" in page["beside"]
    assert page["verdict"].values.get(water) is None
    html = client_as("alice").get(f"/visits/{id_of('visit')}/checklists/home-safety/{version}").get_data(as_text=True)
    assert f'<p class="beside" id="{water}-b">' in html
    one("alice").language = "en"
    html = client_as("alice").get(f"/visits/{id_of('visit')}/checklists/home-safety/{version}").get_data(as_text=True)
    assert "Last time: Yes (" in html  # in the reader's language, whoever wrote it in which
    before = queries.at_visit(one("alice"), visit_of("done"), "home-safety", version, [])
    assert before["beside"] == {}  # neither of the same visit, nor of a later one
    others = queries.at_visit(one("bob"), visit_of("bobs"), "home-safety", version, [])
    assert others["beside"] == {}


@pytest.mark.both_engines
def test_what_was_saved_last_is_a_default_where_the_form_says_so(
    world: World, client_as: ClientAs, deliver: Any
) -> None:
    form_id, version = published(SAVED)
    place = f"/checklists/{form_id}/{version}"
    assert deliver(client_as("alice"), f"/visits/{id_of('done')}{place}", {"/data/water": "58"}).state == "applied"
    definition = queries.at_visit(one("alice"), visit_of("visit"), form_id, version, [])["verdict"].filled.definition
    day = local(visit_of("done").starts_at).date().isoformat()
    row = {"name": "last", "this": "yes", "day": day, "water": "58"}
    assert definition.given["lists"] == {"__last-saved": [row]}
    filled = blank(definition, CLOCK, "en").filled
    node = filled.find("/data/water")
    assert node is not None
    tree = register.asked_for(definition.questions["/data/water"])
    assert [each.text for each in filled.evaluate(node, tree)] == ["58"]  # type: ignore[union-attr]


@pytest.mark.both_engines
def test_the_server_judges_with_what_the_page_had(world: World, client_as: ClientAs, deliver: Any) -> None:
    form_id, version = published(TELEPHONE)
    alice, url = client_as("alice"), f"/visits/{id_of('visit')}/checklists/{form_id}/{version}"
    told = alice.get(url).get_data(as_text=True).split('name="_given" value=\'')[1].split("'")[0]
    db.session.get_one(Client, id_of("jeanne")).family_name = "Le Goff-Kerjean"
    sent = deliver(alice, url, {"/data/number": "1"}, envelope={"_given": told})
    assert sent.state == "applied"
    kept = db.session.get_one(ChecklistVersion, sent.id)
    assert dict(kept.answers)["/data/who"] == "Jeanne Le Goff"
    assert kept.given == json.loads(told)


@pytest.mark.both_engines
def test_what_is_kept_of_a_list_is_what_was_chosen(world: World, client_as: ClientAs, deliver: Any) -> None:
    form_id, version = published(CHOOSING)
    diane, url = client_as("karim"), f"/visits/{id_of('bobs')}/checklists/{form_id}/{version}"
    told = json.loads(diane.get(url).get_data(as_text=True).split('name="_given" value=\'')[1].split("'")[0])
    assert [row["label"] for row in told["lists"]["clients"]] == ["Jeanne Le Goff", "Marcel Kerjean"]
    sent = deliver(diane, url, {"/data/neighbour": str(id_of("marcel"))}, envelope={"_given": json.dumps(told)})
    assert sent.state == "applied"
    kept = db.session.get_one(ChecklistVersion, sent.id)
    assert [row["label"] for row in kept.given["lists"]["clients"]] == ["Marcel Kerjean"]
    assert dict(kept.answers)["/data/number"] == "0298000000"
    other = deliver(diane, url, {"/data/neighbour": str(id_of("odette"))}, envelope={"_given": json.dumps(told)})
    assert (other.state, list(other.messages)) == ("held", ["/data/neighbour"])


def test_an_export_names_a_chosen_client_to_their_own_team_alone(
    world: World, client_as: ClientAs, deliver: Any
) -> None:
    form_id, version = published(CHOOSING)
    diane, url = client_as("karim"), f"/visits/{id_of('bobs')}/checklists/{form_id}/{version}"
    told = diane.get(url).get_data(as_text=True).split('name="_given" value=\'')[1].split("'")[0]
    sent = deliver(diane, url, {"/data/neighbour": str(id_of("marcel"))}, envelope={"_given": told})
    assert sent.state == "applied"
    export = Export(id=uuid7(), form_id=form_id, versions=[], at=now())
    seen = {
        name: next(iter(exports.batches(one(name), export))).fillings[0] for name in ("diane", "fanny", "gaston")
    }  # fmt: skip
    assert [dict(each.values).get("/data/neighbour") for each in seen.values()] == [str(id_of("marcel")), None, None]
    (question,) = [one for one in seen["diane"].definition.survey if one.name == "neighbour"]
    assert [choice.label["default"] for choice in seen["diane"].definition.choices_of(question)] == [["Marcel Kerjean"]]


@pytest.mark.both_engines
def test_a_return_is_answered_with_what_was_told_and_the_clients_of_today(
    world: World, client_as: ClientAs, deliver: Any
) -> None:
    form_id, version = published(CHOOSING)
    url = f"/visits/{id_of('bobs')}/checklists/{form_id}/{version}"
    told = client_as("karim").get(url).get_data(as_text=True).split('name="_given" value=\'')[1].split("'")[0]
    db.session.get_one(Visit, id_of("bobs")).coordinator_id = id_of("karim")
    sent = deliver(client_as("karim"), url, {"/data/neighbour": str(id_of("jeanne"))}, envelope={"_given": told})
    send_back(one("diane"), sent.id)
    db.session.get_one(Client, id_of("jeanne")).archived_at = now()  # she is not offered any more, and stays chosen
    [returned] = db.session.scalars(select(Return))
    page = client_as("karim").get(f"/returns/{returned.id}").get_data(as_text=True)
    again = json.loads(page.split('name="_given" value=\'')[1].split("'")[0])
    assert sorted(row["label"] for row in again["lists"]["clients"]) == ["Jeanne Le Goff", "Marcel Kerjean"]
    assert f'value="{id_of("jeanne")}" checked' in page
    put_right = {"_given": json.dumps(again), "_corrects": str(sent.id)}
    second = deliver(client_as("karim"), url, {"/data/neighbour": str(id_of("jeanne"))}, envelope=put_right)
    assert second.state == "applied"


@pytest.mark.both_engines
def test_a_forged_register_tells_nothing_of_others(world: World, client_as: ClientAs, deliver: Any) -> None:
    form_id, version = published(TELEPHONE)
    alice, url = client_as("alice"), f"/visits/{id_of('visit')}/checklists/{form_id}/{version}"
    odette = str(id_of("odette"))
    wrong = {"client": odette, "values": {}, "lists": {"clients": [{"name": odette, "this": "yes"}]}}
    sent = deliver(alice, url, {"/data/number": "1"}, envelope={"_given": json.dumps(wrong)})
    assert sent.state == "held"  # a page of somebody else's file
    forged = wrong | {"client": str(id_of("jeanne"))}
    sent = deliver(alice, url, {"/data/number": "1"}, envelope={"_given": json.dumps(forged)})
    version_row = db.session.get_one(ChecklistVersion, sent.id)
    assert (sent.state, dict(version_row.answers)) == ("applied", {"/data/number": "1"})
    page = alice.get(f"/visits/{id_of('visit')}").get_data(as_text=True)
    assert "Odette" not in page + json.dumps(version_row.given)


@pytest.mark.parametrize(
    "text",
    [
        "{", "[]", "7", "null", '{"client": 5}', '{"lists": {"clients": 3}}',
        '{"lists": {"clients": [{"label": "x"}]}}',
        '{"lists": {"others": [{"name": "x"}]}}', '{"values": {"/data/number": "x"}}', "[" * 5_000,
        '{"lists": {"clients": [{"name": "x", "phone": 7}]}}', '{"client": "\\u0000"}', '{"values": []}',
        json.dumps({"client": "", "lists": {"clients": [{"name": "x", "phone": "y" * 500_000}]}}),
    ],
)  # fmt: skip
def test_what_has_another_shape_counts_as_not_told(text: str) -> None:
    definition = load(form(TELEPHONE))
    told = register.read(definition, text)
    assert not told.get("client") and not told.get("values") and not any(told.get("lists", {}).values())
    assert judge(register.informed(definition, told), [("/data/number", "1")], CLOCK, "en").ok


def test_a_person_to_be_chosen_outside_the_inputs_is_one_of_the_clients() -> None:
    found = form(
        survey(
            ["begin group", "visit_with", "With"],
            ["db:person", "_id", "Whom?"],
            ["string", "phone", "NO_LABEL"],
            ["string", "mood", "How are they?"],
            ["end group", None, None],
        )
    )
    definition = load(found)
    told = register.informed(
        definition,
        register.given(register.wanted(definition), {}, {}, [{"client_id": "7", "full_name": "Marcel", "phone": "02"}]),
    )
    verdict = judge(told, [("/data/visit_with/_id", "7"), ("/data/visit_with/mood", "well")], CLOCK, "en")
    assert verdict.ok
    assert (verdict.values["/data/visit_with/phone"], verdict.values["/data/visit_with/mood"]) == ("02", "well")
    assert judge(told, [("/data/visit_with/_id", "8")], CLOCK, "en").invalid


@pytest.mark.parametrize(
    "file", [CARE, SRQ, TELEPHONE, CHOOSING, SAVED], ids=["care", "srq", "telephone", "choosing", "saved"]
)
def test_both_engines_make_the_same_of_what_was_told(file: bytes | str) -> None:
    definition = load(form(file))
    facts = {"client_id": "7", "full_name": "Jeanne Le Goff", "given_name": "Jeanne", "phone": "02"}
    facts |= {"date_of_birth": "1941-03-12"}
    every = [facts, facts | {"client_id": "8", "full_name": "Marcel", "phone": "03"}]
    told = register.given(register.wanted(definition), facts, {"day": "2026-11-20", "/data/water": "58"}, every)
    answers = [("/data/neighbour", "8"), ("/data/number", "1"), ("/data/inputs/contact/name", "forged")]
    answers = [pair for pair in answers if pair[0] in definition.questions]
    here = judge(register.informed(definition, told), answers, CLOCK, definition.default_language)
    with Twin() as twin:
        twin.ask("definition", definition=definition.source, given=told)
        there = twin.ask(
            "verdict",
            form_id=definition.form_id,
            answers=answers,
            clock=CLOCK.text,
            language=definition.default_language,
        )
    assert (there["values"], there["missing"], there["invalid"]) == (here.values, here.missing, here.invalid)
    assert here.values


def test_the_reader_is_spared_what_the_register_told() -> None:
    told = given_to(load(form(CARE)))
    verdict = judge(told, [], CLOCK, "en")
    assert verdict.values["/data/patient_id"] == "1"
    lines = [line.path for section in readable(told, verdict.values, "en") for line in section.lines]
    assert not any(path.startswith("/data/inputs/") or path == "/data/patient_id" for path in lines)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("TSIS: ****", "TSIS: "),
        ('<i style="background-color: yellow;">**Jeanne**</i>', "<i><b>Jeanne</b></i>"),
        ('<i onclick="alert(1)" x=<b>**', "&lt;i onclick=&#34;alert(1)&#34; x=&lt;b&gt;**"),
    ],
)
def test_a_quotation_that_is_empty_or_dressed_up_reads_well(text: str, shown: str) -> None:
    assert written(text) == shown


def test_the_names_are_those_of_the_docs() -> None:
    text = (Path(__file__).parents[2] / "docs" / "forms.md").read_text().split("## Our register in a form")[1]
    table = re.findall(r"^\| `(\w+)` \|([^|]*)\|([^|]*)\|$", text, re.MULTILINE)
    said = {name: set(re.findall(r"`(\w+)`", others)) for name, _what, others in table}
    assert said == {name: set(others.split()) for name, others in register.NAMES.items()}
