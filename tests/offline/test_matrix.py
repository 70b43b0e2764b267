"""The rest of the fault matrix, core rows: what servers, gateways, rules, clocks and other pages do to a phone."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from blueprints.clients.models import Assignment
from blueprints.forms.actions import publish
from blueprints.forms.models import Form, FormVersion
from blueprints.kiosks.models import Kiosk
from blueprints.shared.db import db, now
from blueprints.visits.models import Visit
from tests.support import house, papers
from tests.support.browsing import DESK, Live, Phone, until_waiting, waiting
from tests.support.faults import until
from tests.support.field import NOTE, SHOWN, answer_points, captures, day_ready, kept, notes, opened, posts, rows, whole
from tests.support.field import write_note as write
from tests.support.world import KIOSK_SECRET, id_of

pytestmark = pytest.mark.browser
VISIT = f"/visits/{id_of('visit')}"
POST = b"POST /visits"
TAKEN = """async ([store, id, changes]) => {
    const db = await new Promise(done => {
        const asked = indexedDB.open("tournee"); asked.onsuccess = () => done(asked.result);
    });
    const work = db.transaction(store, "readwrite");
    const rows = work.objectStore(store), found = rows.get(id);
    found.onsuccess = () => rows.put({...found.result, ...changes});
    await new Promise(done => { work.oncomplete = done; });
    db.close();
}"""  # changes a record of the phone's behind the app's back


FULL = """() => new Promise(done => {
    const asked = indexedDB.open("probe");
    asked.onupgradeneeded = () => asked.result.createObjectStore("rows");
    asked.onerror = () => done(true);
    asked.onsuccess = () => {
        const work = asked.result.transaction("rows", "readwrite");
        work.objectStore("rows").put("x".repeat(9999), 1);
        work.oncomplete = () => { asked.result.close(); done(false); };
        work.onabort = () => { asked.result.close(); done(work.error?.name === "QuotaExceededError"); };
    };
})"""


def online(page: Page) -> None:
    page.evaluate("dispatchEvent(new Event('online'))")


def send_now(page: Page, live: Live) -> None:
    """The button on the outbox page."""
    if not page.url.endswith("/outbox"):
        opened(page, f"{live.url}/outbox")
    page.click("[data-send]")


def send_off(page: Page, live: Live) -> None:
    """Sends the note that is open; the visit's page is then there."""
    page.click("button[form=capture]", timeout=60_000)
    page.wait_for_url(live.url + VISIT, timeout=60_000)
    page.wait_for_function(SHOWN)


def typed(page: Page) -> list[str]:
    """What the drafts on the phone say."""
    return [draft["fields"][0][1] for draft in kept(page, "drafts")]


def outbox(page: Page) -> list[dict[str, Any]]:
    """The captures on the phone in the order in which they were written."""
    return sorted(kept(page, "captures"), key=lambda one: int(one["number"]))


def texts(live: Live) -> list[str]:
    """The notes as the server got them, in that order."""
    found = rows(live, "SELECT json_extract(body, '$.text') FROM note_version ORDER BY received, id")
    return [text for (text,) in found]


def numbers(live: Live) -> list[int]:
    """The device's numbers in the order of arrival."""
    return [number for (number,) in rows(live, "SELECT number FROM capture ORDER BY received, id")]


def test_killed_while_the_receipt_is_on_its_way(live: Live, phone: Phone) -> None:  # row 11
    day_ready(live, phone.open())
    phone.close()  # signed in for a while: Chromium writes cookies half a minute late
    page = phone.open()
    live.faults.set("latency", 1.5)
    write(page, live.url + NOTE, "Reçu, mais sans le savoir.", stay=True)
    until(lambda: captures(live) == 1, 30)
    phone.kill()
    live.faults.set("pass")
    page = phone.open()
    opened(page, f"{live.url}/today")
    until_waiting(page, 0)
    assert (captures(live), notes(live), posts(live, NOTE)) == (1, 1, 2)
    assert kept(page, "receipts")[0]["state"] == "applied"


def test_errors_on_the_way_are_waited_out_and_the_order_is_kept(live: Live, page: Page) -> None:  # row 20
    day_ready(live, page)
    live.faults.set("refuse")
    write(page, live.url + NOTE, "un")
    write(page, live.url + NOTE, "deux")
    opened(page, f"{live.url}/outbox")
    for status in (500, 502, 503, 429, 408):
        live.faults.set("status", status, only=POST)
        tries, before = outbox(page)[0]["tries"], page.evaluate("Date.now()")
        send_now(page, live)
        until(lambda tries=tries: outbox(page)[0]["tries"] > tries, 20)
        first = outbox(page)[0]
        assert (first["number"], first["state"], waiting(page)) == (1, "waiting", 2)
        assert first["next"] - before >= 500 * 2 ** (first["tries"] - 1)  # twice as long each time, at least half of it
    assert captures(live) == 0
    live.faults.set("pass")
    send_now(page, live)
    until_waiting(page, 0)
    assert (texts(live), numbers(live)) == (["un", "deux"], [1, 2])


def test_a_server_that_asks_to_wait_is_obeyed_until_a_person_insists(live: Live, page: Page) -> None:  # row 20
    day_ready(live, page)
    live.faults.set("refuse")
    write(page, live.url + NOTE, "un")
    live.faults.set("status", 503, only=POST, times=1, retry_after="3600")
    before = page.evaluate("Date.now()")
    online(page)
    until(lambda: live.faults.committed)
    queue = until(lambda: (found := kept(page, "settings", f"queue {id_of('alice')}")) and found.get("until") and found)
    assert queue["until"] - before >= 3_600_000
    opened(page, live.url + VISIT)  # the next page does not send either, though the server would take it now
    online(page)
    expect(page.locator("[data-pill]")).to_contain_text("1 à envoyer")
    assert (posts(live, NOTE), captures(live)) == (1, 0)
    send_now(page, live)
    until_waiting(page, 0)
    assert notes(live) == 1


def test_what_is_too_large_stays_on_the_phone_and_says_so(live: Live, page: Page) -> None:  # row 22
    day_ready(live, page)
    live.faults.set("refuse")
    opened(page, live.url + NOTE)
    page.evaluate("Object.assign(document.querySelector('textarea'), {hidden: true, value: 'x'.repeat(20 << 20)})")
    send_off(page, live)
    write(page, live.url + NOTE, "court")
    live.faults.set("pass")
    send_now(page, live)
    until(lambda: outbox(page)[0]["state"] == "refused", 60)
    until(lambda: texts(live) == ["court"])
    item = page.locator("[data-section=trouble] li")
    expect(item).to_contain_text("trop volumineux pour le serveur\u00a0: 16\u00a0Mo au plus")
    expect(item).to_contain_text("Il est gardé sur ce téléphone, rien n’est perdu")
    assert (waiting(page), captures(live)) == (1, 1)
    assert len(dict(outbox(page)[0]["fields"])["text"]) == 20 << 20


def test_one_id_with_two_contents_keeps_both_and_a_person_chooses(
    live: Live, page: Page, new_context: Callable[..., BrowserContext]
) -> None:  # row 23
    day_ready(live, page)
    live.faults.set("drop_response", only=POST)
    write(page, live.url + NOTE, "la première")
    until(lambda: captures(live) == 1)
    record = outbox(page)[0]
    other = [[name, "la seconde" if name == "text" else value] for name, value in record["fields"]]
    page.evaluate(TAKEN, ["captures", record["id"], {"fields": other}])  # a phone restored from an old backup
    live.faults.set("pass")
    send_now(page, live)
    expect(page.locator("[data-section=trouble] li")).to_contain_text("deux fois avec des contenus différents")
    assert texts(live) == ["la première"]
    desk = new_context(**DESK).new_page()
    live.sign_in(desk, "diane")
    desk.goto(f"{live.url}/held")
    desk.get_by_role("link", name="Jeanne Le Goff").click()
    expect(desk.locator("main")).to_contain_text("la seconde")
    desk.fill("textarea[name=reason]", "La première est la bonne.")
    desk.get_by_role("button", name="Classer sans effet").click()
    expect(desk.locator("main")).to_contain_text("Classé sans effet")
    send_now(page, live)
    until_waiting(page, 0)
    assert texts(live) == ["la première"]
    states = rows(live, "SELECT state, same_as FROM capture ORDER BY id")
    assert sorted(states, key=str) == sorted([("applied", None), ("closed", record["id"].replace("-", ""))], key=str)
    expect(page.locator("[data-section=receipts] li").first).to_contain_text("La première est la bonne.")


def test_a_form_published_anew_meanwhile_is_judged_as_it_was_filled(live: Live, page: Page) -> None:  # row 27
    with house.inside(live.server):
        old = papers.publish()["home-safety"]
    day_ready(live, page)
    live.faults.set("refuse")
    opened(page, f"{live.url}{VISIT}/checklists/home-safety/{old}")
    answer_points(page)
    with house.inside(live.server):
        source = db.session.query(FormVersion).filter_by(version=old).one().definition
        entrance = dict(source["survey"][0])
        entrance["children"] = [*entrance["children"], dict(entrance["children"][0], name="a_new_point")]
        new = publish({**source, "survey": [entrance, *source["survey"][1:]]}).version
        db.session.commit()
        assert db.session.get_one(Form, "home-safety").current == new != old
    live.faults.set("pass")
    page.click("[data-send]")
    page.wait_for_url(live.url + VISIT)
    page.wait_for_function(SHOWN)
    until_waiting(page, 0)
    assert rows(live, "SELECT form_version, json_array_length(answers) FROM checklist_version") == [(old, 18)]
    assert rows(live, "SELECT state FROM capture") == [("applied",)]
    opened(page, f"{live.url}/today")
    page.click("[data-prepare-now]")
    until(lambda: new in str(kept(page, "settings", "pack")["pages"]), 20)  # the next one is filled in its new version


def test_a_visit_given_to_somebody_else_is_held_and_nothing_is_said_of_it(live: Live, page: Page) -> None:  # row 28
    day_ready(live, page)
    live.faults.set("refuse")
    write(page, live.url + NOTE, "Écrit trop tard.")
    with house.inside(live.server):
        db.session.get_one(Visit, id_of("visit")).coordinator_id = id_of("bob")
        for row in db.session.query(Assignment).filter_by(client_id=id_of("jeanne")):
            row.ended_at = now()
        db.session.commit()
    answers: list[Any] = []
    page.on("response", lambda answer: answers.append(answer) if answer.request.method == "POST" else None)
    live.faults.set("pass")
    send_now(page, live)
    expect(page.locator("[data-section=trouble] li")).to_contain_text("Cette adresse n’existe pas")
    expect(page.locator("[data-send]")).to_have_attribute("data-tone", "quiet")  # to correct is the thing to do now
    assert answers[0].status == 202
    for answer in answers:
        assert answer.json()["messages"] == {}
        assert not any(word in answer.text() for word in ("Jeanne", "Bob", str(id_of("visit")), str(id_of("bob"))))
    assert (notes(live), waiting(page)) == (0, 1)


def test_a_new_edition_waits_for_the_form_that_is_open(live: Live, page: Page, tmp_path: Any) -> None:  # row 29
    day_ready(live, page)
    opened(page, live.url + NOTE)
    page.type("textarea[name=text]", "Elle dort")
    until(lambda: kept(page, "drafts"))
    old = page.evaluate("document.documentElement.dataset.edition")
    live.server.stop()
    live.server.root = house.copy(tmp_path / "next", ("static/js/copy.js", "// A", "// Newer: a"))
    live.server.start()
    page.evaluate("navigator.serviceWorker.getRegistration().then(found => found.update())")
    is_waiting = "navigator.serviceWorker.getRegistration().then(found => Boolean(found.waiting))"
    until(lambda: page.evaluate(is_waiting), 30)
    page.type("textarea[name=text]", " mal depuis lundi.")
    until(lambda: typed(page) == ["Elle dort mal depuis lundi."])
    assert page.evaluate(is_waiting)
    assert page.evaluate(OUT_OF_SIGHT) is False
    page.type("textarea[name=text]", " Elle")  # it answers that it is busy
    until(lambda: typed(page) == ["Elle dort mal depuis lundi. Elle"])
    assert page.evaluate(is_waiting)
    assert [name.endswith(old) for name in packs(page)] == [True]
    send_off(page, live)
    until_waiting(page, 0)
    assert texts(live) == ["Elle dort mal depuis lundi. Elle"]
    assert page.evaluate(is_waiting)  # nobody's page is taken from under them
    until(lambda: whole(page, "alice") and kept(page, "settings", "pack")["edition"] != old, 20)
    live.faults.set("refuse")
    opened(page, live.url + NOTE)  # what was kept for the edition that waits is shown already
    assert page.evaluate("document.documentElement.dataset.edition") != old
    expect(page.locator("textarea[name=text]")).to_be_visible()
    live.faults.set("pass")
    until(lambda: page.evaluate(OUT_OF_SIGHT), 30)
    until(lambda: packs(page) and not any(name.endswith(old) for name in packs(page)))
    live.faults.set("refuse")
    opened(page, live.url + VISIT)  # the pack went along
    expect(page.locator("h1")).to_have_text("Jeanne Le Goff")


OUT_OF_SIGHT = """() => {
    Object.defineProperty(document, "hidden", {get: () => true, configurable: true});
    return new Promise(done => {
        navigator.serviceWorker.addEventListener("controllerchange", () => done(true));
        setTimeout(done, 3000, false);
        document.dispatchEvent(new Event("visibilitychange"));
    });
}"""  # as when the phone is put into the pocket; whether another worker has taken over then


def packs(page: Page) -> list[str]:
    names: list[str] = page.evaluate("caches.keys()")
    return [name for name in names if name.startswith("pack ")]


def test_a_full_phone_says_so_before_anything_is_called_kept(live: Live, page: Page) -> None:  # row 33
    day_ready(live, page)
    live.faults.set("refuse")
    opened(page, live.url + NOTE)
    session = page.context.new_cdp_session(page)
    session.send("Storage.overrideQuotaForOrigin", {"origin": live.url, "quotaSize": 1})
    until(lambda: page.evaluate(FULL), 60)  # Chromium goes on for some seconds with what it knew of the space
    page.fill("textarea[name=text]", "Ces mots ne doivent pas se perdre.")
    expect(page.locator("[data-draft-line]")).to_contain_text("plein")
    page.click("button[form=capture]")
    alert = page.locator("[data-failed]")
    expect(alert).to_contain_text("Ce téléphone est plein")
    expect(page.locator("#says")).not_to_contain_text("Gardé")
    expect(page.locator("textarea[name=text]")).to_have_value("Ces mots ne doivent pas se perdre.")
    assert page.url == live.url + NOTE
    with page.expect_download() as saved:
        alert.get_by_role("button", name="Enregistrer").click()
    assert "Ces mots ne doivent pas se perdre." in saved.value.path().read_text(encoding="utf-8")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    alert.get_by_role("button", name="Copier").click()
    expect(page.locator("#says")).to_contain_text("Copié")
    assert "Ces mots ne doivent pas se perdre." in page.evaluate("navigator.clipboard.readText()")
    assert waiting(page) == 0
    session.send("Storage.overrideQuotaForOrigin", {"origin": live.url})  # room again
    until(lambda: not page.evaluate(FULL), 60)
    send_off(page, live)
    assert waiting(page) == 1
    live.faults.set("pass")
    online(page)
    until_waiting(page, 0)
    assert texts(live) == ["Ces mots ne doivent pas se perdre."]


@pytest.mark.parametrize("days", [6, -6])
def test_a_clock_that_is_wrong_by_days_refuses_nothing(live: Live, page: Page, days: int) -> None:  # row 37
    page.clock.set_system_time(now() + timedelta(days=days))
    live.sign_in(page, "alice")
    opened(page, live.url + NOTE)
    live.faults.set("status", 502, only=POST)
    page.fill("textarea[name=text]", "À la mauvaise heure.")
    send_off(page, live)
    assert waiting(page) == 1
    live.faults.set("pass")
    send_now(page, live)
    until_waiting(page, 0)
    ((state, apart, ago),) = rows(
        live,
        "SELECT state, julianday(recorded) - julianday(received), julianday('now') - julianday(received) FROM capture",
    )
    assert state == "applied"
    assert abs(apart - days) < 0.01  # both times are kept, so is what is between them
    assert abs(ago) < 0.01  # and the server's own decides the order
    assert texts(live) == ["À la mauvaise heure."]


def test_a_foreign_page_can_post_nothing(live: Live, page: Page) -> None:  # row 47
    day_ready(live, page)
    form = f"<form method=post action='{live.url}{NOTE}'><input name=text value=faux></form>"
    script = "<script>document.forms[0].submit()</script>"
    page.route("**/evil/*", lambda route: route.fulfill(body=form + script, content_type="text/html"))
    for evil in (live.url.replace("127.0.0.1", "localhost") + "/evil/1", "http://evil.example/evil/2"):
        with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
            page.goto(evil, wait_until="commit")
        assert answer.value.status == 403
        page.wait_for_url(live.url + NOTE)
    opened(page, f"{live.url}/outbox")
    online(page)
    expect(page.locator("[data-head-title]")).to_have_text("Rien n’attend")
    assert (waiting(page), captures(live), posts(live, NOTE)) == (0, 0, 2)


LEFT = """async words => {
    const texts = [JSON.stringify(sessionStorage), JSON.stringify(localStorage), document.documentElement.outerHTML];
    for (const one of document.querySelectorAll("input:not([type=radio]), textarea")) texts.push(one.value);
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const one of await cache.keys()) texts.push(await (await cache.match(one)).text());
    }
    return texts.some(text => text.includes(words)) || document.querySelectorAll(":checked").length > 0;
}"""  # whether a word or a choice of somebody can still be found


def test_a_kiosk_left_alone_forgets(live: Live, new_context: Callable[..., BrowserContext]) -> None:  # row 46
    with house.inside(live.server):
        papers.publish()
        db.session.get_one(Kiosk, id_of("kiosk")).form_id = "kiosk-hall"
        db.session.commit()
    context = new_context(viewport={"width": 1024, "height": 768}, has_touch=True)
    context.add_cookies([{"name": "kiosk", "value": f'"{KIOSK_SECRET}"', "url": live.url}])
    page = context.new_page()
    page.clock.install()
    page.goto(f"{live.url}/kiosk/")

    def begin() -> None:
        page.wait_for_selector("form[data-live]")
        page.wait_for_selector("html[data-ready]", state="attached")
        expect(page.locator("form[data-live]")).to_have_attribute("autocomplete", "off")
        page.locator('input[name="/data/opinion/score"][value="2"]').check(force=True)
        page.click('[data-step="1"]')
        page.fill('textarea[name="/data/comment/words"]', "Madame Kerjean attend.")

    begin()
    page.clock.run_for(19_000)
    expect(page.locator("dialog[data-idle]")).to_be_hidden()
    page.clock.run_for(2_000)
    expect(page.locator("dialog[data-idle]")).to_be_visible()
    page.click("[data-stay]")  # still here: nothing is lost, and the clock begins anew
    expect(page.locator("dialog[data-idle]")).to_be_hidden()
    page.clock.run_for(19_000)
    expect(page.locator("textarea")).to_have_value("Madame Kerjean attend.")
    page.evaluate("document.documentElement.dataset.before = ''")
    page.clock.run_for(22_000)
    expect(page.locator("html[data-ready]:not([data-before])")).to_have_count(1, timeout=20_000)
    assert not page.evaluate(LEFT, "Kerjean")
    page.reload()
    assert not page.evaluate(LEFT, "Kerjean")
    page.go_back()
    page.go_forward()
    page.wait_for_selector("form[data-live]")
    assert not page.evaluate(LEFT, "Kerjean")
    begin()  # somebody walks away by "back": the page comes from the browser's own memory, and is empty
    page.goto(f"{live.url}/kiosk/leave")
    page.go_back()
    page.wait_for_selector("form[data-live]")
    until(lambda: not page.evaluate(LEFT, "Kerjean"))
    for store in ("captures", "drafts", "receipts", "files"):
        assert waiting(page, store) == 0


SEED = """async ([from, to, url]) => {
    const { keep } = await import(document.documentElement.dataset.static + "js/outbox.js");
    const author = document.documentElement.dataset.person;
    for (let n = from; n < to; n++)
        await keep({id: crypto.randomUUID(), author, kind: "note", url, pairs: [["text", `note ${n}`]], label: "Note",
                    visit: "", client: `client ${n % 5}`, page: url, photos: []});
}"""


def test_two_weeks_of_work_leave_in_order_while_the_page_stays_usable(live: Live, page: Page) -> None:  # row 48
    day_ready(live, page)
    live.faults.set("refuse")
    opened(page, live.url + NOTE)
    page.evaluate(SEED, [0, 500, NOTE])
    chance = random.Random(48)
    live.faults.set("pass")
    online(page)
    for _cut in range(3):
        enough = captures(live) + chance.randint(20, 80)
        until(lambda n=enough: captures(live) >= n, 60)
        live.faults.cut()
        online(page)
        page.fill("textarea[name=text]", f"Pendant l’envoi {enough}")  # typed while it goes on
        until(lambda n=enough: typed(page) == [f"Pendant l’envoi {n}"])
    assert 0 < captures(live) < 500  # the cuts and the typing came in the middle

    def all_gone() -> bool:
        online(page)
        return waiting(page) == 0

    until(all_gone, 180)
    assert notes(live) == captures(live) == 500
    for lane in range(5):
        mine = [int(text.removeprefix("note ")) for text in texts(live) if int(text.removeprefix("note ")) % 5 == lane]
        assert mine == sorted(mine)
    assert len(kept(page, "receipts")) == 500
    expect(page.locator("textarea[name=text]")).to_have_value(f"Pendant l’envoi {enough}")
