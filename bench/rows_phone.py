"""What a phone has to fetch, how long until a person can work, and that one visit is enough to work offline."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page, sync_playwright

from bench.browser import PHONE_OPTIONS, USABLE, chromium, faults, fresh, packed, pages_of, ready, signed_in, throttled
from bench.place import Place, place
from bench.table import RUNS, Row, medians, row
from blueprints.offline.pack import MOST
from tests.support.browsing import Phone
from tests.support.faults import Faults, until
from tests.support.server import free_port

FIRST = {"Document", "Script", "Stylesheet", "Image", "Font", "Manifest"}
SAVED = """
document.addEventListener("submit", () => { window.begun = performance.now(); }, true);
document.addEventListener("tournee:kept", () => sessionStorage.setItem("took", performance.now() - window.begun));
"""


def rows() -> Iterator[Row]:
    """Bytes first, then times."""
    port = free_port()
    with place(port, lambda at: None) as at, faults(port, at) as network:
        at.twelve_visits()
        cookie, _person, _device = at.sign_in("lea")
        yield from _bytes(at, network, cookie)
        with chromium() as browser:
            yield _first_bytes(browser, network, cookie)
            yield _empty_cache(browser, at, network, cookie)
            yield from _offline(browser, at, network, cookie)
        yield _visits_until_offline(at, network)


def _bytes(at: Place, network: Faults, cookie: str) -> Iterator[Row]:
    listed = pages_of(at, cookie)
    weights = {url: _weight(at, url, cookie) for url in {page["url"] for page in listed} | {"/outbox", "/clients"}}
    pages = {url: sum(weight) for url, weight in weights.items() if not url.endswith(".json")}
    url = max(pages, key=lambda one: pages[one])
    kind = next((page["kind"] for page in listed if page["url"] == url), url)
    beside = f"the heaviest of {len(pages)}, a {kind}"
    yield row("bytes of each further page, with headers", [pages[url] / 1000], "kB", 8, beside=beside)
    groups = [urlencode([("url", page["url"]) for page in listed[n : n + MOST]]) for n in range(0, len(listed), MOST)]
    answers = [_weight(at, url, cookie) for url in ("/pack", *(f"/pack/pages?{group}" for group in groups))]
    everything = sum(map(sum, answers)) / 1000
    visits = len({page["visit"] for page in listed if page["kind"] == "visit"})
    beside = f"{len(answers)} answers, with headers"
    yield row(f"a pack of {visits} visits, {len(listed)} pages, everything", [everything], "kB", 200, beside=beside)


def _weight(at: Place, url: str, cookie: str) -> tuple[int, int]:
    """Bytes that travel for one address: the compressed body, and status line with headers."""
    status, body, head = at.ask(url, cookie)
    if status != 200:
        raise SystemExit(f"GET {url}: {status}")
    return len(body), head


def _first_bytes(browser: Browser, network: Faults, cookie: str) -> Row:
    counts: list[int] = []

    def once() -> float:
        with fresh(browser, network.url, cookie) as context:
            page = context.new_page()
            session = context.new_cdp_session(page)
            session.send("Network.enable")
            kinds: dict[str, str] = {}
            sizes: dict[str, float] = {}
            session.on("Network.responseReceived", lambda e: kinds.update({e["requestId"]: e["type"]}))
            session.on("Network.loadingFinished", lambda e: sizes.update({e["requestId"]: e["encodedDataLength"]}))
            packed(page, network.url)
            counted = [size for id, size in sizes.items() if kinds.get(id) in FIRST]
            counts.append(len(counted))
            return sum(counted) / 1000

    figures = medians(once)
    return row(
        "bytes of a first visit to the round, without the pack", figures, "kB", 60, beside=f"{counts[0]} requests"
    )


def _checklist(at: Place, cookie: str) -> str:
    """The address of a home safety checklist (18 points)."""
    for page in pages_of(at, cookie):
        if page["kind"] == "checklist" and str(page["form"]).startswith("home-safety "):
            return str(page["url"])
    raise SystemExit("no home safety checklist in the pack")


def _usable(page: Page, url: str) -> float:
    page.goto(url)
    until(lambda: page.evaluate("window.usable"), 30)
    seconds: float = page.evaluate("window.usable") / 1000
    return seconds


def _empty_cache(browser: Browser, at: Place, network: Faults, cookie: str) -> Row:
    url = network.url + _checklist(at, cookie)

    def once() -> float:
        with fresh(browser, network.url, cookie) as context:
            page = context.new_page()
            page.add_init_script(USABLE)
            throttled(page)
            return _usable(page, url)

    return row("checklist of 18 points usable, slow 4G, 4× CPU, empty cache", medians(once), "s", 1.2)


def _offline(browser: Browser, at: Place, network: Faults, cookie: str) -> Iterator[Row]:
    url = network.url + _checklist(at, cookie)
    notes = [network.url + page["url"] for page in pages_of(at, cookie) if page["kind"] == "note"]
    with fresh(browser, network.url, cookie) as context:
        packed(context.new_page(), network.url)
        network.set("refuse")

        def opened() -> float:
            page = context.new_page()
            page.add_init_script(USABLE)
            session = throttled(page)
            session.send("ServiceWorker.enable")
            session.send("ServiceWorker.stopAllWorkers")
            seconds = _usable(page, url)
            page.close()
            return seconds

        yield row("the same offline, from the pack, worker stopped before", medians(opened), "s", 0.5)

        left = iter(notes)

        def saved() -> float:
            page = context.new_page()
            page.add_init_script(SAVED)
            page.goto(next(left))
            ready(page)
            throttled(page)
            page.fill("form[data-capture] textarea", "Tout va bien, le frigo est plein. " * 40)
            with page.expect_navigation():  # kept, and so the page goes on to the visit
                page.evaluate("document.querySelector('form[data-capture]').requestSubmit()")
            took = float(page.evaluate("sessionStorage.getItem('took')"))
            page.close()
            return took

        yield row("saving a capture offline, 4× CPU", medians(saved), "ms", 50)
        network.set("pass")


def _visits_until_offline(at: Place, network: Faults) -> Row:
    """How many visits to the app it takes until a cold browser opens every page of the pack with no network."""
    figures = []
    for _ in range(RUNS):
        cookie, _person, _device = at.sign_in("lea")
        urls = [page["url"] for page in pages_of(at, cookie) if not page["url"].endswith(".json")]
        figures.append(float(_count(network, cookie, urls)))
    return row(f"visits until every page ({len(urls)}) opens offline, from a cold start", figures, "visits", 1)


def _count(network: Faults, cookie: str, urls: list[str]) -> int:
    with sync_playwright() as playwright, tempfile.TemporaryDirectory(prefix="bench-") as folder:
        phone = Phone(playwright, Path(folder) / "profile", PHONE_OPTIONS)
        for visits in range(1, 4):
            page = phone.open()
            signed_in(page.context, network.url, cookie)
            packed(page, network.url)
            phone.close()
            network.set("refuse")
            page = phone.open()
            missing = [url for url in urls if not _opens(page, network.url + url)]
            phone.close()
            network.set("pass")
            if not missing:
                return visits
        return 99


def _opens(page: Page, url: str) -> bool:
    """Whether the page itself comes, and not the one that says it is not on this phone."""
    answer = page.goto(url)
    return answer is not None and answer.ok and page.locator("[data-offline-page]").count() == 0
