"""Forms on a slow phone: how soon a large one opens offline, and how soon it follows an answer. Always at 4× CPU."""

import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from bench.browser import chromium, faults, fresh, packed, throttled
from bench.place import Place, place
from bench.table import RUNS, Row, medians, row
from blueprints.forms import actions
from blueprints.forms.importing.sandbox import read_one
from blueprints.shared.db import writing
from tests.support.faults import until
from tests.support.server import free_port

OPEN = Path(__file__).parent.parent / "tests" / "data" / "forms" / "open"
LARGE = "unhcr-americas__surveyDesigner__SurveyDesigner_Referential.xlsx"  # 329 questions, 582 expressions, 3 repeats
ROWS, CHOICES = 1_000, 3_000
# Until the form's rules are in force (data-live), and two frames later.
LIVE = """
const watch = new MutationObserver(() => {
    if (!document.querySelector("form[data-live]")) return;
    watch.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => { window.usable = performance.now(); }));
});
watch.observe(document, { attributes: true, subtree: true, attributeFilter: ["data-live"] });
"""
# From an answer until the page could be drawn: script, style and layout.
ANSWER = """([name, value]) => {
    const field = document.querySelector(`[name="${CSS.escape(name)}"]:not([type=hidden])`);
    const begun = performance.now();
    if (field.type === "radio") field.checked = true;
    else field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    const after = performance.now();
    document.body.getBoundingClientRect();
    return [after - begun, performance.now() - begun];
}"""
# A press of a button that adds or removes a row, until that row is there, or gone, and the page could be drawn.
PRESS = """async ([button, count]) => {
    const rows = document.querySelector(".form-rows");
    const pressed = document.querySelector(button);
    const begun = performance.now();
    pressed.click();
    while (rows.children.length !== count) await new Promise(done => setTimeout(done));
    document.body.getBoundingClientRect();
    return performance.now() - begun;
}"""
NUMBERS = """count => [...document.querySelectorAll('form [name^="/"]')]
    .filter(field => field.type === "radio" && !field.closest("[inert]"))
    .map(field => [field.name, field.value]).slice(0, count)"""


def rows() -> Iterator[Row]:
    """The large form, a repeat of a thousand rows, a cascade over three thousand choices."""
    port = free_port()
    urls: dict[str, str] = {}
    with place(port, lambda at: urls.update(_published(at))) as at, faults(port, at) as network, chromium() as browser:
        cookie, _person, _device = at.sign_in("lea")
        with fresh(browser, network.url, cookie) as context:
            packed(context.new_page(), network.url)
            network.set("refuse")
            url = {name: network.url + path for name, path in urls.items()}

            def opened() -> float:
                page, seconds = _open(context, url["large"], stopped=True)
                page.close()
                return seconds

            yield row("form of 329 questions usable offline, worker stopped before", medians(opened), "s", 0.8)
            yield _recompute(_open(context, url["large"])[0])
            yield from _thousand(_open(context, url["rows"])[0])
            yield _cascade(_open(context, url["cascade"])[0])


def _published(at: Place) -> dict[str, str]:
    """The addresses of the blank pages, which are in the pack."""
    found = read_one((OPEN / LARGE).read_bytes(), LARGE, "")
    with at.app.app_context(), writing():
        versions = {
            "large": actions.publish_imported(found, (OPEN / LARGE).read_bytes(), "checklist"),
            "rows": actions.publish(_form_of_rows()),
            "cascade": actions.publish(_form_of_choices()),
        }
        return {name: f"/forms/{one.form_id}/{one.version}/blank" for name, one in versions.items()}


def _fr(text: str) -> dict[str, str]:
    return {"fr": text}


def _form_of_rows() -> dict[str, Any]:
    """A household of a thousand: their number, and of each a name, an age, whether they go to school."""
    told = {"fr": [["p", "/data/all"], " personnes, ", ["p", "/data/years"], " ans"]}
    children: list[dict[str, Any]] = [
        {"type": "text", "name": "name", "label": _fr("Nom")},
        {"type": "integer", "name": "age", "label": _fr("Âge"), "constraint": ["<", ["p", "."], 120],
         "constraint_message": _fr("Moins de 120 ans.")},
        {"type": "select_one", "list_name": "yes_no", "name": "school", "label": _fr("Va à l’école ?"),
         "relevant": ["<", ["p", "../age"], 18]},
    ]  # fmt: skip
    return {
        "form_id": "bench-rows", "title": _fr("Mille lignes"), "languages": ["fr"],
        "choices": {"yes_no": [{"name": name, "label": _fr(word)} for name, word in (("yes", "Oui"), ("no", "Non"))]},
        "survey": [
            {"type": "calculate", "name": "all", "calculation": ["f", "count", ["p", "/data/hh"]]},
            {"type": "calculate", "name": "years", "calculation": ["f", "sum", ["p", "/data/hh/age"]]},
            {"type": "repeat", "name": "hh", "label": _fr("Personne"), "children": children},
            {"type": "note", "name": "told", "label": told},
        ],
    }  # fmt: skip


def _form_of_choices() -> dict[str, Any]:
    """A county and one of its three thousand villages, looked for by typing."""
    counties = [{"name": f"c{n}", "label": _fr(f"Canton {n}")} for n in range(3)]
    villages = [
        {"name": f"v{n}", "label": _fr(f"Village {n * 7919 % CHOICES} de la vallée"), "county": f"c{n % 2}"}
        for n in range(CHOICES)
    ]
    return {
        "form_id": "bench-cascade", "title": _fr("Trois mille villages"), "languages": ["fr"],
        "choices": {"county": counties, "village": villages},
        "survey": [
            {"type": "select_one", "list_name": "county", "name": "county", "label": _fr("Canton")},
            {"type": "select_one", "list_name": "village", "name": "village", "label": _fr("Village"),
             "appearance": "autocomplete", "choice_filter": ["=", ["p", "county"], ["p", "/data/county"]]},
            {"type": "select_one", "list_name": "village", "name": "born", "label": _fr("Lieu de naissance"),
             "appearance": "autocomplete"},
        ],
    }  # fmt: skip


def _open(context: Any, url: str, stopped: bool = False) -> tuple[Page, float]:
    page = context.new_page()
    page.add_init_script(LIVE)
    session = throttled(page)
    if stopped:
        session.send("ServiceWorker.enable")
        session.send("ServiceWorker.stopAllWorkers")
    page.goto(url)
    until(lambda: page.evaluate("window.usable"), 60)
    return page, page.evaluate("window.usable") / 1000


def _recompute(page: Page) -> Row:
    """Every visible choice of the form's pages is answered once, as far as they go: the slow ones count."""
    answers = page.evaluate(NUMBERS, 60)
    figures = []
    for answer in answers:
        figures.append(page.evaluate(ANSWER, answer)[0])
        page.wait_for_timeout(30)
    figures.sort()
    runs = [statistics.median(figures[n::RUNS]) for n in range(RUNS)]
    beside = f"of {len(figures)} answers; the slowest tenth {figures[len(figures) * 9 // 10]:.0f} ms"
    page.close()
    return row("the same, after one answer: what follows from it", runs, "ms", 16, beside=beside)


def _thousand(page: Page) -> Iterator[Row]:
    fields = [[f"/data/hh[{n}]", ""] for n in range(1, ROWS + 1)]
    fields += [
        [f"/data/hh[{n}]/{name}", value]
        for n in range(1, ROWS + 1)
        for name, value in (("name", f"P {n}"), ("age", "30"))
    ]
    page.evaluate(
        """async pairs => {
            const base = document.documentElement.dataset.static, form = document.querySelector("form[data-live]");
            const { lay } = await import(base + "js/form-rows.js"), { fill } = await import(base + "js/fields.js");
            lay(form, pairs);
            fill(form, pairs);
        }""",
        fields,
    )
    page.wait_for_timeout(2_000)
    changed, added, removed = [], [], []
    for n in range(RUNS):
        changed.append(page.evaluate(ANSWER, [f"/data/hh[{ROWS}]/age", str(10 + n)])[1])
        page.wait_for_timeout(300)
        added.append(page.evaluate(PRESS, [".form-repeat > button", ROWS + 1]))
        page.wait_for_timeout(300)
        page.evaluate("document.querySelector('.form-row > button').click()")  # it has answers: the first press asks
        page.wait_for_timeout(300)
        removed.append(page.evaluate(PRESS, [".form-row > button", ROWS]))
        page.wait_for_timeout(300)
    page.close()
    yield row(f"repeat of {ROWS:,} rows: an answer in the last", changed, "ms", 100)
    yield row(f"repeat of {ROWS:,} rows: adding one", added, "ms", 100)
    yield row(f"repeat of {ROWS:,} rows: removing the first", removed, "ms", 100)


def _cascade(page: Page) -> Row:
    """A key press in the list of all, and the choice of a county, of which half of all follow."""
    page.wait_for_selector(".look input")
    key = """([at, typed]) => {
        const input = document.querySelectorAll(".look input")[at];
        input.value = typed;
        const begun = performance.now();
        input.dispatchEvent(new Event("input", { bubbles: true }));
        document.body.getBoundingClientRect();
        return performance.now() - begun;
    }"""
    page.evaluate(key, [1, "x"])
    page.evaluate(ANSWER, ["/data/county", "c0"])
    page.wait_for_timeout(500)
    figures = [page.evaluate(key, [n % 2, typed]) for n, typed in enumerate(("v", "vi", "12", "2", "village 1", "9"))]
    page.close()
    return row(f"a key press in a cascade over {CHOICES:,} choices", figures, "ms", 50)
