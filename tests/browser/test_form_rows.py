"""Rows of repeats on a phone: added, numbered anew, kept in the draft, sent; another language in mid-form; lists."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_form import applied
from tests.support.browsing import Live
from tests.support.faults import until
from tests.support.field import rows
from tests.support.server import ROOT
from tests.support.world import id_of

pytestmark = pytest.mark.browser
TOWNS = [{"name": f"t{n}", "label": {"fr": f"Ville {n}", "en": f"Town {n}"}, "land": "ab"[n % 2]} for n in range(40)]
FORM: dict[str, Any] = {
    "form_id": "household",
    "title": {"fr": "Foyer", "en": "Household"},
    "languages": ["fr", "en"],
    "choices": {
        "land": [{"name": name, "label": {"fr": f"Pays {name}", "en": f"Land {name}"}} for name in "ab"],
        "town": TOWNS,
    },
    "survey": [
        {"type": "repeat", "name": "hh", "label": {"fr": "Personne", "en": "Person"}, "children": [
            {"type": "text", "name": "nm", "label": {"fr": "**Nom**", "en": "Name"}, "required": True},
            {"type": "integer", "name": "age", "label": {"fr": "Âge", "en": "Age"},
             "constraint": ["<", ["p", "."], 120],
             "constraint_message": {"fr": "Moins de 120.", "en": "Below 120."}},
        ]},
        {"type": "note", "name": "n", "label": {
            "fr": [["f", "count", ["p", "/data/hh"]], " personnes"],
            "en": [["f", "count", ["p", "/data/hh"]], " people"]}},
        {"type": "select_one", "name": "land", "list_name": "land", "label": {"fr": "Pays", "en": "Land"}},
        {"type": "select_one", "name": "town", "list_name": "town", "label": {"fr": "Ville", "en": "Town"},
         "choice_filter": ["=", ["p", "land"], ["p", "/data/land"]]},
    ],
}  # fmt: skip


@pytest.fixture
def household(live: Live, page: Page, tmp_path: Path) -> str:
    """The address at which alice fills the form, opened."""
    file = tmp_path / "household.json"
    file.write_text(json.dumps(FORM), encoding="utf-8")
    command = [sys.executable, "-m", "flask", "--app", "app", "forms", "publish", str(file)]
    environment = {**os.environ, "DATA_DIR": str(live.server.data)}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, timeout=60)
    ((version,),) = rows(live, "SELECT current FROM form WHERE id = 'household'")
    live.sign_in(page, "alice")
    address = f"{live.url}/visits/{id_of('visit')}/checklists/household/{version}"
    opened(page, address)
    return address


def opened(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_function("document.documentElement.hasAttribute('data-ready')")
    page.wait_for_selector("form[data-live]")


def name(page: Page, number: int) -> Any:
    return page.locator(f'input[name="/data/hh[{number}]/nm"]')


def test_a_row_that_goes_takes_its_answers_and_the_others_move_up(live: Live, page: Page, household: str) -> None:
    add = page.locator("[data-repeat='/data/hh'] > button")
    name(page, 1).fill("Ana")
    add.click()
    expect(name(page, 2)).to_be_focused()
    expect(page.locator("#says")).to_contain_text("Ligne 2")
    name(page, 2).fill("Bo")
    page.fill('input[name="/data/hh[2]/age"]', "130")
    page.press('input[name="/data/hh[2]/age"]', "Tab")
    expect(page.locator(".error")).to_have_text("Moins de 120.")
    expect(page.locator("[data-q='/data/n']")).to_have_text("2 personnes")

    first = page.locator("[data-q='/data/hh[1]'] > button")
    first.click()
    expect(name(page, 1)).to_have_value("Ana")  # it has answers: the first press only asks
    first.click()

    expect(name(page, 1)).to_have_value("Bo")
    expect(page.locator(".form-row")).to_have_count(1)
    expect(page.locator("[data-q='/data/hh[1]/age'] .error")).to_have_text("Moins de 120.")
    expect(page.locator("[data-q='/data/n']")).to_have_text("1 personnes")
    page.fill('input[name="/data/hh[1]/age"]', "30")
    expect(page.locator(".error")).to_have_count(0)


def test_a_draft_brings_back_its_rows_and_what_they_hold_is_sent(live: Live, page: Page, household: str) -> None:
    name(page, 1).fill("Ana")
    page.locator("[data-repeat='/data/hh'] > button").click()
    name(page, 2).fill("Bo")
    page.locator("[data-q='/data/land'] label").nth(1).click()
    town = page.get_by_role("combobox", name="Ville")
    town.fill("ville 3")
    expect(page.locator(".found [role=option]")).to_have_count(8)  # with a 3, of every second town
    town.press("ArrowDown")
    town.press("Enter")
    expect(town).to_have_value("Ville 3")
    until(lambda: "Bo" in page.evaluate(
        """async () => { const { all } = await import(document.documentElement.dataset.static + "js/db.js");
        return JSON.stringify(await all("drafts")); }"""))  # fmt: skip

    opened(page, household)
    expect(name(page, 2)).to_have_value("Bo")
    expect(town).to_have_value("Ville 3")  # offered again, since the land is
    page.click("[data-send]")

    until(lambda: len(applied(live)) == 1)
    sent: list[Any] = applied(live)[0]
    assert sent == [
        ["/data/hh[1]/nm", "Ana"], ["/data/hh[2]/nm", "Bo"], ["/data/land", "b"], ["/data/town", "t3"]]  # fmt: skip


def test_another_language_in_the_middle_keeps_the_answers(live: Live, page: Page, household: str) -> None:
    label = page.locator("[data-q='/data/hh[1]/nm'] label")
    assert label.inner_html().startswith("<b>Nom</b>")
    name(page, 1).fill("Ana")
    page.fill('input[name="/data/hh[1]/age"]', "130")
    live.faults.set("refuse")

    page.select_option("[name=language]", "en")

    expect(label).to_contain_text("Name")
    expect(page.locator("[data-q='/data/n']")).to_have_text("1 people")
    expect(page.locator("[data-q='/data/land'] label").first).to_have_text("Land a")
    expect(name(page, 1)).to_have_value("Ana")
    page.locator('input[name="/data/hh[1]/age"]').blur()
    expect(page.locator(".error")).to_have_text("Below 120.")


def test_what_is_missing_can_be_gone_to(live: Live, page: Page, household: str) -> None:
    page.locator("[data-repeat='/data/hh'] > button").click()
    name(page, 1).fill("Ana")
    expect(page.locator("[data-remaining]")).to_have_text("1 point restant")

    page.click("[data-remaining]")

    expect(name(page, 2)).to_be_focused()
