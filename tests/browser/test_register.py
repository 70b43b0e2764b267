"""What our register tells a form, with no network: labels that quote the client, the last time, lists of clients."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from blueprints.checklists.models import Checklist, ChecklistVersion
from blueprints.forms import actions
from blueprints.forms.importing.converting import run
from blueprints.shared.db import db, now
from tests.support.browsing import DESK, Live, until_waiting
from tests.support.engines import make_app
from tests.support.faults import until
from tests.support.field import change, day_ready, opened, rows
from tests.support.forms import OPEN, survey
from tests.support.world import World, id_of

pytestmark = pytest.mark.browser
CHT = ("care", "medication", "srq")
OWN = survey(
    ["integer", "water", "Temperature", None, None, ". < 90"],
    ["text", "number", "The number to call", None, None, None, None, "pulldata('clients', 'phone', 'this', 'yes')"],
    ["integer", "before", "As before", None, None, None, None, "${last-saved#water}"],
    ["select_one_from_file clients.csv", "who", "Who was there?"],
    ["calculate", "call", None, None, "pulldata('clients', 'phone', 'name', ${who})"],
    ["note", "said", "Their number is ${call}."],
    settings=[["form_id"], ["own"]],
)


def at_the_visit(live: Live, files: dict[str, bytes]) -> dict[str, str]:
    """Publishes these forms, to be filled at alice's visit; their versions."""
    with make_app(live.server.data).app_context():
        found = {}
        for name, data in files.items():
            read = run(data, name)
            assert read["ok"], read["errors"]
            version = actions.publish_imported(read, data, "checklist")
            found[version.form_id] = version.version
        db.session.commit()
        db.engine.dispose()
    for number, form_id in enumerate(found, 5):
        sql = "INSERT INTO visit_form (visit_id, form_id, position) VALUES (?, ?, ?)"
        change(live, sql, id_of("visit").hex, form_id, number)
    change(live, "UPDATE client SET born = '1941-03-12' WHERE id = ?", id_of("jeanne").hex)
    return found


def answered(live: Live, form_id: str, version: str, answers: dict[str, str]) -> None:
    """Yesterday's visit was filled with this."""
    with make_app(live.server.data).app_context():
        id, world = id_of("yesterday's checklist"), World()
        checklist = Checklist(
            id=id, visit_id=world.id("done"), client_id=world.id("jeanne"), author_id=world.id("alice"),
            form_id=form_id, created_at=now(),
        )  # fmt: skip
        checklist.versions = [
            ChecklistVersion(id=id, number=1, form_version=version, language="default", received=now(),
                             answers=[list(pair) for pair in answers.items()], alerts=[], findings=[])
        ]  # fmt: skip
        db.session.add(checklist)
        db.session.commit()
        db.engine.dispose()


def filling(live: Live, page: Page, form_id: str, version: str) -> None:
    opened(page, f"{live.url}/visits/{id_of('visit')}/checklists/{form_id}/{version}")
    page.wait_for_selector("form[data-live]")


def given(live: Live, form_id: str) -> tuple[dict[str, str], dict[str, Any]]:
    """The answers that the server has of a form, and what it had been told."""
    sql = """SELECT v.answers, v.given FROM checklist_version v JOIN checklist c ON c.id = v.checklist_id
             WHERE c.form_id = ? AND c.visit_id = ?"""
    [(answers, told)] = rows(live, sql, form_id, id_of("visit").hex)
    return dict(json.loads(answers)), json.loads(told)


def test_cht_forms_know_the_client_with_no_network_and_arrive_once(live: Live, page: Page, new_context: Any) -> None:
    files = {f"{name}.xlsx": (OPEN / f"gitcliff__mydhi-cht-config__{name}.xlsx").read_bytes() for name in CHT}
    versions = at_the_visit(live, files)
    assert tuple(sorted(versions)) == CHT
    day_ready(live, page)
    live.faults.set("refuse")
    for form_id in CHT:
        filling(live, page, form_id, versions[form_id])
        expect(page.locator(".form-facts")).to_contain_text("Jeanne")
        expect(page.locator("form#capture")).to_contain_text("Age: 85 yr")
        assert page.locator('[data-q^="/data/inputs"], [name^="/data/inputs"]').count() == 0
        notes = page.locator(".form-note:visible").all_inner_texts()
        assert any("Jeanne" in note for note in notes), notes
        while not page.locator("[data-send]").is_visible():
            page.click('[data-step="1"]')
        page.click("[data-send]")
        page.wait_for_url(f"**/visits/{id_of('visit')}")
    live.faults.set("pass")
    page.evaluate("dispatchEvent(new Event('online'))")
    until_waiting(page, 0)
    assert [state for (state,) in rows(live, "SELECT state FROM capture")] == ["applied"] * 3
    for form_id in CHT:
        answers, told = given(live, form_id)
        assert answers["/data/patient_name"] == "Jeanne Le Goff"
        assert answers["/data/inputs/contact/date_of_birth"] == "1941-03-12"
        assert answers["/data/yr_date_of_birth_ctx"] == "85"
        assert told["client"] == str(id_of("jeanne"))
    desk = new_context(**DESK).new_page()
    live.sign_in(desk, "diane")
    desk.goto(f"{live.url}/reviews/{id_of('visit')}")
    item = desk.locator("#item")
    expect(item).to_contain_text("Level of care Assessment")
    assert str(id_of("jeanne")) not in item.inner_text()


def test_the_last_time_is_read_and_copied_only_where_the_form_says_so(live: Live, page: Page) -> None:
    form_id, version = next(iter(at_the_visit(live, {"own.xlsx": OWN}).items()))
    answered(live, form_id, version, {"/data/water": "58"})
    day_ready(live, page)
    live.faults.set("refuse")
    filling(live, page, form_id, version)
    line = page.locator('[data-q="/data/water"] .beside')
    expect(line).to_contain_text("La dernière fois\u00a0: 58 (")
    field = page.locator('[name="/data/water"]')
    expect(field).to_have_value("")
    assert "/data/water-b" in (field.get_attribute("aria-describedby") or "")
    expect(page.locator('[name="/data/before"]')).to_have_value("58")  # its default says so
    expect(page.locator('[name="/data/number"]')).to_have_value("0298000000")
    expect(page.locator('[data-q="/data/number"] .beside')).to_have_text("Du dossier\u00a0: 0298000000")
    field.fill("95")
    field.blur()
    assert (field.get_attribute("aria-describedby") or "").split() == ["/data/water-b", "/data/water-e"]
    field.fill("41")
    page.locator(f'[name="/data/who"][value="{id_of("jeanne")}"]').check(force=True)
    expect(page.locator('[data-q="/data/said"]')).to_have_text("Their number is 0298000000.")
    change(live, "UPDATE client SET phone = '0299999999' WHERE id = ?", id_of("jeanne").hex)  # meanwhile, at the desk
    page.click("[data-send]")
    page.wait_for_url(f"**/visits/{id_of('visit')}")
    live.faults.set("pass")
    page.evaluate("dispatchEvent(new Event('online'))")
    until_waiting(page, 0)
    answers, told = given(live, form_id)
    assert answers == {
        "/data/water": "41", "/data/number": "0298000000", "/data/before": "58",
        "/data/who": str(id_of("jeanne")), "/data/call": "0298000000",
    }  # fmt: skip
    assert [row["phone"] for row in told["lists"]["clients"]] == ["0298000000"]


def test_a_draft_is_read_with_what_its_page_says_now(live: Live, page: Page) -> None:
    form_id, version = next(iter(at_the_visit(live, {"own.xlsx": OWN}).items()))
    live.sign_in(page, "alice")
    filling(live, page, form_id, version)
    page.locator('[name="/data/water"]').fill("41")
    until(lambda: "gardé" in page.locator("[data-draft-line]").inner_text(), 5)
    change(live, "UPDATE client SET phone = '0299999999' WHERE id = ?", id_of("jeanne").hex)
    until(lambda: _told(live, page, form_id, version) == "0299999999", 10)
    expect(page.locator('[name="/data/water"]')).to_have_value("41")
    expect(page.locator('[name="/data/number"]')).to_have_value("0298000000")  # it had been begun with


def _told(live: Live, page: Page, form_id: str, version: str) -> str:
    filling(live, page, form_id, version)
    row: dict[str, str] = json.loads(page.locator('[name="_given"]').input_value())["lists"]["clients"][0]
    return row["phone"]


def test_a_form_with_our_register_works_without_scripts(live: Live, new_context: Any, tmp_path: Path) -> None:
    form_id, version = next(iter(at_the_visit(live, {"own.xlsx": OWN}).items()))
    page = new_context(java_script_enabled=False).new_page()
    live.sign_in(page, "alice")
    page.goto(f"{live.url}/visits/{id_of('visit')}/checklists/{form_id}/{version}")
    page.fill('[name="/data/water"]', "41")
    page.locator(f'[name="/data/who"][value="{id_of("jeanne")}"]').check(force=True)
    page.get_by_role("button", name="Afficher la suite").click()
    expect(page.locator('[data-q="/data/said"]')).to_have_text("Their number is 0298000000.")
    page.get_by_role("button", name="Envoyer").last.click()
    answers, _told = given(live, form_id)
    assert answers["/data/call"] == "0298000000"
