"""A photo on a point of a checklist: made small and kept at once, sent after the words, put back with the draft."""

import io

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.support.browsing import Live, until_waiting
from tests.support.faults import until
from tests.support.field import day_ready, kept, opened, published, rows
from tests.support.papers import ALL_WELL
from tests.support.world import id_of

pytestmark = pytest.mark.browser
GROUP = next(path for path in ALL_WELL if path.endswith("/access"))
VISIT = f"/visits/{id_of('visit')}"
ANSWER = """pairs => {
    const form = document.getElementById("capture");
    for (const [name, value] of Object.entries(pairs)) for (const field of form.elements)
        if (field.name === name && field.value === value) {
            field.checked = true;
            for (const event of ["input", "change"]) field.dispatchEvent(new Event(event, { bubbles: true }));
        }
}"""


def picture(width: int = 2400, height: int = 1200) -> bytes:
    made = io.BytesIO()
    Image.effect_noise((width, height), 60).convert("RGB").save(made, "JPEG", quality=90)
    return made.getvalue()


def test_a_photo_travels_after_its_words(live: Live, page: Page) -> None:
    published(live)
    day_ready(live, page)
    version = rows(live, "SELECT current FROM form WHERE id = 'home-safety'")[0][0]
    live.faults.set("refuse")
    address = f"{live.url}{VISIT}/checklists/home-safety/{version}"
    opened(page, address)
    page.wait_for_function("() => document.querySelector('#capture [data-q]')")
    page.evaluate(ANSWER, ALL_WELL | {GROUP: "no"})
    page.locator(f"textarea[name='{GROUP}_no/solution']").fill("Une lampe.")
    name = f"{GROUP}_no/photo"
    photo = page.locator(f"input[type=file][id='{name}']")
    other = page.locator("input[type=file]").nth(1)  # of a point where all is well: it does not apply
    other.set_input_files({"name": "IMG_2.jpg", "mimeType": "image/jpeg", "buffer": picture(40, 20)})
    until(lambda: kept(page, "files"))
    photo.set_input_files({"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": picture()})
    until(lambda: len(kept(page, "files")) == 2)
    file = page.evaluate(
        """async () => { const { all } = await import(document.documentElement.dataset.static + "js/db.js");
            const file = (await all("files")).find(one => one.name === "IMG_1.jpg");
            const image = await createImageBitmap(new Blob([file.bytes]));
            return { ...file, bytes: file.bytes.byteLength, width: image.width }; }"""
    )
    assert (file["width"], file["type"], len(file["sha256"])) == (1600, "image/jpeg", 64)
    assert file["bytes"] < len(picture())
    until(lambda: [name, file["id"]] in (kept(page, "drafts") or [{"fields": []}])[0]["fields"])
    opened(page, address)  # a reload: the draft knows its photo
    expect(page.locator(".photo-line").first).to_contain_text("sur ce téléphone")
    page.evaluate("() => document.getElementById('capture').requestSubmit()")
    for _page in range(8):
        if page.url != address:
            break
        page.evaluate("() => document.getElementById('capture').requestSubmit()")
        page.wait_for_timeout(300)
    page.wait_for_url(live.url + VISIT)
    live.faults.set("drop_response", only=b"POST /captures/", times=1)  # the photo's first try is lost
    page.evaluate("dispatchEvent(new Event('online'))")
    until(lambda: rows(live, "SELECT state FROM capture") == [("applied",)])
    until_waiting(page, 0)
    until(lambda: live.faults.committed)
    assert kept(page, "receipts")[0]["kind"] == "checklist"
    opened(page, f"{live.url}/outbox")
    until_waiting(page, 0, "files")  # an open page tries again by itself
    assert rows(live, "SELECT count(*) FROM capture_file") == [(1,)]
