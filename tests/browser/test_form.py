"""A form on the page: what follows from an answer, what is said and when, what is sent."""

import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from blueprints.forms.actions import SHIPPED
from tests.support.browsing import PHONE, Live
from tests.support.faults import until
from tests.support.field import rows
from tests.support.server import ROOT
from tests.support.world import id_of

pytestmark = pytest.mark.browser
HOUSE = "home-safety"
RAIL, WATER = "/data/bathroom/rail", "/data/bathroom/water"
ENTRANCE = "/data/entrance/access"
SECTIONS = 5


@pytest.fixture
def forms(live: Live) -> dict[str, str]:
    """The forms that ship, published by the command; their versions."""
    command = [
        sys.executable,
        "-m",
        "flask",
        "--app",
        "app",
        "forms",
        "publish",
        *map(str, sorted(SHIPPED.glob("*.json"))),
    ]
    environment = {**os.environ, "DATA_DIR": str(live.server.data)}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, timeout=60)
    return dict(rows(live, "SELECT id, current FROM form"))


def fill(live: Live, page: Page, version: str, form_id: str = HOUSE, kind: str = "checklists") -> None:
    """Alice opens a form at her visit."""
    live.sign_in(page, "alice")
    page.goto(f"{live.url}/visits/{id_of('visit')}/{kind}/{form_id}/{version}")
    page.wait_for_function("document.documentElement.hasAttribute('data-ready')")
    page.wait_for_selector("form[data-live]")


def choose(page: Page, path: str, value: str) -> None:
    page.locator(f'input[name="{path}"][value="{value}"]').check(force=True)


def part(page: Page, path: str) -> Locator:
    return page.locator(f'[data-q="{path}"]')


def section(page: Page, number: int) -> None:
    """Goes on to a section, from the first."""
    for _ in range(number - 1):
        page.click('[data-step="1"]')


def answer_all(page: Page, but: str = "") -> None:
    """Yes to every point, section by section; one may be left as it is."""
    for number in range(1, SECTIONS + 1):
        for point in page.locator(".form-page[data-open] > .field:has(.segmented)").all():
            if point.get_attribute("data-q") != but:
                point.locator("input[value=yes]").check(force=True)
        if number < SECTIONS:
            page.click('[data-step="1"]')


def applied(live: Live) -> list[list[str]]:
    """The answers that the server has, of every checklist."""
    return [json.loads(answers) for (answers,) in rows(live, "SELECT answers FROM checklist_version")]


def test_a_question_comes_and_goes_with_the_answer_that_asks_it(live: Live, page: Page, forms: dict[str, str]) -> None:
    fill(live, page, forms[HOUSE])
    section(page, 3)
    expect(part(page, f"{RAIL}_no")).to_be_hidden()

    choose(page, RAIL, "no")
    expect(part(page, f"{RAIL}_no")).to_be_visible()
    page.fill(f'textarea[name="{RAIL}_no/solution"]', "Une barre coudée")
    choose(page, RAIL, "yes")
    expect(part(page, f"{RAIL}_no")).to_be_hidden()

    choose(page, RAIL, "no")  # what was typed comes back with the question
    expect(page.locator(f'textarea[name="{RAIL}_no/solution"]')).to_have_value("Une barre coudée")


def test_a_constraint_is_said_when_the_field_is_left_and_not_while_typing(
    live: Live, page: Page, forms: dict[str, str]
) -> None:
    fill(live, page, forms[HOUSE])
    section(page, 3)
    water = page.locator(f'input[name="{WATER}"]')

    water.press_sequentially("7")
    expect(part(page, WATER).locator(".error")).to_have_count(0)
    water.press("Tab")
    expect(part(page, WATER).locator(".error")).to_contain_text("Entre 10 et 60")
    expect(water).to_have_attribute("aria-invalid", "true")
    expect(water).to_have_attribute("aria-describedby", f"{WATER}-h {WATER}-e")

    water.fill("71")  # wrong once said is watched: it goes as soon as it is right
    expect(part(page, WATER).locator(".error")).to_have_count(1)
    water.fill("42")
    expect(part(page, WATER).locator(".error")).to_have_count(0)
    expect(water).to_have_attribute("aria-describedby", f"{WATER}-h")


def test_sections_come_one_at_a_time_and_say_what_is_left(live: Live, page: Page, forms: dict[str, str]) -> None:
    fill(live, page, forms[HOUSE])
    expect(page.locator(".form-page:visible")).to_have_count(1)
    expect(page.locator("[data-remaining]")).to_have_text("18 points restants")
    expect(page.locator("[data-send]")).to_be_hidden()
    expect(page.locator('[data-step="-1"]')).to_be_hidden()

    choose(page, "/data/entrance/access", "yes")
    expect(page.locator("[data-remaining]")).to_have_text("17 points restants")
    section(page, 5)
    expect(page.locator(".form-page:visible legend").first).to_contain_text("5 sur 5")
    expect(page.locator("[data-send]")).to_be_visible()
    expect(page.locator('[data-step="1"]')).to_be_hidden()
    page.click('[data-step="-1"]')
    expect(page.locator(".form-page:visible legend").first).to_contain_text("4 sur 5")


def test_what_is_missing_stops_the_sending_and_is_pointed_at(live: Live, page: Page, forms: dict[str, str]) -> None:
    fill(live, page, forms[HOUSE])
    answer_all(page)
    page.click('[data-step="-1"]')
    page.click('[data-step="-1"]')
    choose(page, RAIL, "no")  # now its solution is asked
    section(page, 3)
    page.click("[data-send]")

    solution = page.locator(f'textarea[name="{RAIL}_no/solution"]')
    expect(solution).to_be_focused()
    expect(part(page, f"{RAIL}_no/solution").locator(".error")).to_have_text("Cette question demande une réponse.")
    expect(page.locator("#says")).to_contain_text("1 réponse à revoir")
    assert applied(live) == []

    solution.fill("Une barre coudée")
    section(page, 3)
    page.click("[data-send]")
    until(lambda: len(applied(live)) == 1)
    assert [f"{RAIL}_no/solution", "Une barre coudée"] in applied(live)[0]


def test_what_does_not_apply_is_left_out_of_what_is_sent(live: Live, page: Page, forms: dict[str, str]) -> None:
    fill(live, page, forms[HOUSE])
    section(page, 3)
    choose(page, RAIL, "no")
    page.fill(f'textarea[name="{RAIL}_no/solution"]', "Doit rester ici")
    for _ in range(2):
        page.click('[data-step="-1"]')
    answer_all(page)

    page.click("[data-send]")

    until(lambda: len(applied(live)) == 1)
    assert len(applied(live)[0]) == 18
    assert rows(live, "SELECT findings FROM checklist_version") == [("[]",)]  # it was not even sent


def test_enter_in_the_middle_goes_on_and_does_not_send(live: Live, page: Page, forms: dict[str, str]) -> None:
    fill(live, page, forms[HOUSE])
    section(page, 3)

    page.locator(f'input[name="{WATER}"]').press("Enter")

    expect(page.locator(".form-page:visible legend").first).to_contain_text("4 sur 5")
    expect(page.locator(".error")).to_have_count(0)


def test_a_draft_brings_back_what_followed_from_its_answers(live: Live, page: Page, forms: dict[str, str]) -> None:
    fill(live, page, forms[HOUSE])
    section(page, 3)
    choose(page, RAIL, "no")
    page.fill(f'textarea[name="{RAIL}_no/solution"]', "Une barre")
    expect(page.locator("[data-draft-line]")).to_contain_text("Brouillon gardé")

    page.reload()
    page.wait_for_selector("form[data-live]")

    expect(page.locator("[data-remaining]")).to_have_text("17 points restants")
    section(page, 3)
    expect(page.locator(f'textarea[name="{RAIL}_no/solution"]')).to_have_value("Une barre")
    expect(page.locator(f'textarea[name="{RAIL}_no/solution"]')).to_be_visible()


def test_a_calculation_is_quoted_and_today_is_the_phones(
    live: Live, new_context: Callable[..., BrowserContext], forms: dict[str, str]
) -> None:
    page = new_context(**PHONE).new_page()
    page.clock.set_system_time("2027-01-02T10:00:00")
    fill(live, page, forms["first-assessment"], "first-assessment")
    expect(page.locator('input[name="/data/situation/day"]')).to_have_value("2027-01-02")

    section(page, 2)
    for name in ("wash", "eat"):
        choose(page, f"/data/autonomy/{name}", "alone")

    expect(part(page, "/data/autonomy/score_note")).to_have_text("Gestes faits seul\u00a0: 2 sur 6.")


def test_a_form_without_its_rules_shows_every_question_and_the_server_judges(
    live: Live, page: Page, forms: dict[str, str]
) -> None:
    live.sign_in(page, "alice")
    page.context.route("**/forms/**/*.json", lambda route: route.abort())
    page.goto(f"{live.url}/visits/{id_of('visit')}/checklists/{HOUSE}/{forms[HOUSE]}")
    page.wait_for_function("document.documentElement.hasAttribute('data-ready')")

    expect(part(page, "/data/entrance/access_no")).to_be_visible()
    section(page, 5)
    page.click("[data-send]")

    until(lambda: rows(live, "SELECT state FROM capture WHERE kind = 'checklist'") == [("held",)])


def test_a_photo_satisfies_and_its_id_is_the_answer(live: Live, page: Page, forms: dict[str, str]) -> None:
    picture = ROOT / "static/img/apple-touch-icon.png"
    fill(live, page, forms[HOUSE])
    section(page, 3)
    choose(page, RAIL, "no")
    page.fill(f'textarea[name="{RAIL}_no/solution"]', "Une barre")
    part(page, f"{RAIL}_no/photo").locator("input[type=file]").set_input_files(picture)
    expect(part(page, f"{RAIL}_no/photo").locator(".photo-line")).to_contain_text("1 photo")
    for _ in range(2):
        page.click('[data-step="-1"]')
    answer_all(page, but=RAIL)

    page.click("[data-send]")

    until(lambda: len(applied(live)) == 1)
    photo = dict(applied(live)[0])[f"{RAIL}_no/photo"]
    assert len(photo) == 36


def test_a_survey_is_one_screen_without_a_word_about_what_is_left(
    live: Live, page: Page, forms: dict[str, str]
) -> None:
    fill(live, page, forms["after-visit"], "after-visit", "feedback")

    expect(page.locator("[data-remaining]")).to_be_empty()
    expect(page.locator("[data-send]")).to_be_visible()
    choose(page, "/data/call_back", "yes")
    expect(part(page, "/data/telephone")).to_be_visible()


@pytest.mark.parametrize(("scheme", "locale"), [("light", "fr-FR"), ("dark", "en-GB")])
def test_axe_finds_nothing_on_a_form_with_its_messages(
    live: Live,
    new_context: Callable[..., BrowserContext],
    axe: Callable[[Page], list[str]],
    forms: dict[str, str],
    scheme: str,
    locale: str,
) -> None:
    page = new_context(**PHONE, bypass_csp=True, color_scheme=scheme, locale=locale).new_page()
    fill(live, page, forms[HOUSE])
    section(page, 3)
    choose(page, RAIL, "no")
    page.fill(f'input[name="{WATER}"]', "72")
    page.press(f'input[name="{WATER}"]', "Tab")
    expect(page.locator(".error")).to_have_count(1)

    assert axe(page) == []

    fill_again = f"{live.url}/visits/{id_of('visit')}/feedback/after-visit/{forms['after-visit']}"
    page.goto(fill_again)
    page.wait_for_selector("form[data-live]")
    assert axe(page) == []


def test_an_answer_given_before_the_rules_are_there_counts(live: Live, page: Page, forms: dict[str, str]) -> None:
    """On a slow phone somebody may tap while form.json is still on its way."""
    live.sign_in(page, "alice")
    page.add_init_script("""
        const ask = fetch, held = new Promise((go) => { window.go = go; });
        window.fetch = async (...about) => {
            if (String(about[0]).endsWith(".json")) await held;
            return ask(...about);
        };
    """)
    page.goto(f"{live.url}/visits/{id_of('visit')}/checklists/{HOUSE}/{forms[HOUSE]}")
    page.wait_for_selector("html[data-ready]", state="attached")
    choose(page, ENTRANCE, "no")
    expect(part(page, f"{ENTRANCE}_no")).to_be_hidden()
    page.evaluate("window.go()")
    expect(part(page, f"{ENTRANCE}_no")).to_be_visible()
