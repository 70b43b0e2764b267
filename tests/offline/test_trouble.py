"""What goes wrong on a phone, and what it says: held, full, without scripts, many items."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.browsing import PHONE, Live, until_waiting, waiting
from tests.support.faults import until
from tests.support.field import NOTE, captures, day_ready, kept, notes, opened, posts, rows, write_note
from tests.support.world import id_of

pytestmark = pytest.mark.browser
VISIT = f"/visits/{id_of('visit')}"
SEND = "button[form=capture].button[data-tone=brand]"


def test_what_the_server_holds_is_corrected_on_the_phone(live: Live, page: Page) -> None:  # row 21
    day_ready(live, page)
    live.faults.set("refuse")
    write_note(page, live.url + NOTE, " ")
    write_note(page, live.url + NOTE, "une autre, bonne")
    opened(page, f"{live.url}/outbox")
    live.faults.set("pass")
    page.click("[data-send]")
    expect(page.locator("[data-section=receipts] li")).to_have_count(1)  # it did not block the other
    held = page.locator("[data-section=trouble] li")
    expect(held).to_contain_text("Le serveur l’a gardé, rien n’est perdu")
    assert rows(live, "SELECT state FROM capture ORDER BY number") == [("held",), ("applied",)]
    held.get_by_role("button", name="Corriger").click()
    page.wait_for_url(live.url + NOTE)
    page.wait_for_function("() => document.querySelector('form .notice')")
    page.fill("textarea[name=text]", "corrigée")
    page.click(SEND)
    page.wait_for_url(live.url + VISIT)
    until_waiting(page, 0)
    assert rows(live, "SELECT state FROM capture ORDER BY number") == [("closed",), ("applied",), ("applied",)]
    assert notes(live) == 2
    assert min(kept(page, "receipts"), key=lambda one: one["recorded"])["state"] == "closed"


def test_a_full_phone_says_so_and_keeps_the_text_on_the_screen(live: Live, page: Page) -> None:  # row 33
    day_ready(live, page)
    live.faults.set("refuse")
    opened(page, live.url + NOTE)
    page.evaluate(
        "() => { IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); }; }"
    )
    page.fill("textarea[name=text]", "Rien ne se perd.")
    page.click(SEND)
    expect(page.get_by_role("alert")).to_contain_text("Ce téléphone est plein")
    expect(page.get_by_role("button", name="Copier le texte")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Enregistrer un fichier").click()
    assert "Rien ne se perd." in download.value.path().read_text()
    assert page.input_value("textarea[name=text]") == "Rien ne se perd."
    assert waiting(page) == 0


def test_without_indexeddb_it_says_so_and_posts_natively(live: Live, page: Page) -> None:  # row 36
    page.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined })")
    live.sign_in(page, "alice")
    opened(page, live.url + NOTE)
    expect(page.locator("form#capture .notice")).to_contain_text("Ce téléphone ne peut rien enregistrer hors ligne")
    page.fill("textarea[name=text]", "Sans filet.")
    page.click(SEND)
    page.wait_for_url("**/captures/*")
    assert (captures(live), notes(live)) == (1, 1)


def test_a_script_that_is_missing_online_posts_once(  # row 49
    live: Live, new_context: Callable[..., BrowserContext]
) -> None:
    context = new_context(**PHONE, service_workers="block")
    page = context.new_page()
    live.sign_in(page, "alice")
    page.route("**/js/outbox.js", lambda route: route.abort())
    page.goto(live.url + NOTE)
    page.fill("textarea[name=text]", "Sans scripts.")
    page.click(SEND)
    page.wait_for_url("**/captures/*")
    assert (captures(live), notes(live)) == (1, 1)


def test_a_script_that_is_missing_offline_says_that_it_cannot_save(live: Live, page: Page) -> None:  # row 49
    day_ready(live, page)
    drop = "caches.open((await caches.keys()).find(n => n.startsWith('edition'))).then(async c => {"
    drop += "for (const r of await c.keys()) if (r.url.endsWith('/outbox.js')) await c.delete(r); })"
    page.evaluate(f"async () => {drop}")
    page.context.request.get(f"{live.url}/healthz")
    session = page.context.new_cdp_session(page)
    session.send("Network.clearBrowserCache")
    live.faults.set("refuse")
    page.goto(live.url + NOTE)
    page.fill("textarea[name=text]", "Sans scripts.")
    page.click(SEND)
    expect(page.locator("#says")).to_contain_text("cette page n’a pas pu garder votre texte")
    assert page.input_value("textarea[name=text]") == "Sans scripts."
    assert page.url == live.url + NOTE


def test_many_items_leave_in_order_and_go_on_after_a_cut(live: Live, page: Page) -> None:  # row 48, a short one
    day_ready(live, page)
    live.faults.set("refuse")
    opened(page, live.url + NOTE)
    page.evaluate(
        """async ([url, author, count]) => {
            const { keep } = await import(document.documentElement.dataset.static + "js/outbox.js");
            for (let n = 0; n < count; n += 1)
                await keep({ id: crypto.randomUUID(), author, kind: "note", url, client: "c" + n % 7, label: "n" + n,
                    visit: "", pairs: [["text", "note " + n]] });
        }""",
        [NOTE, str(id_of("alice")), 60],
    )
    opened(page, f"{live.url}/outbox")
    live.faults.set("pass")
    page.click("[data-send]")
    until(lambda: captures(live) > 5)
    live.faults.cut()
    assert waiting(page) > 0
    until(lambda: not page.evaluate("document.querySelector('[data-send]').disabled"), 30)
    page.evaluate("dispatchEvent(new Event('online'))")
    until_waiting(page, 0, seconds=60)
    assert (captures(live), notes(live)) == (60, 60)
    order = [row[0] for row in rows(live, "SELECT number FROM capture ORDER BY received, number")]
    for lane in range(7):
        own = [number for number in order if (number - 1) % 7 == lane]
        assert own == sorted(own)
    assert posts(live, NOTE) >= 60


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_fault_of_accessibility(
    live: Live, new_context: Callable[..., BrowserContext], axe: Callable[[Page], list[str]], scheme: str
) -> None:
    page = new_context(**PHONE, color_scheme=scheme, bypass_csp=True).new_page()
    day_ready(live, page)
    write_note(page, live.url + NOTE, "reçue")
    live.faults.set("refuse")
    write_note(page, live.url + NOTE, "en attente")
    opened(page, live.url + NOTE)
    page.fill("textarea[name=text]", "brouillon")
    until_waiting(page, 1, "drafts")
    for address in ("/outbox", "/nowhere"):
        opened(page, live.url + address)
        assert axe(page) == []
