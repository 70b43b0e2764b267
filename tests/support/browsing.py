"""A real browser on a real server, with a network that fails on demand.

One browser a worker, one fresh profile (context) a test; where a cold start with the same profile matters, a browser of
its own (`phone`), which can be closed, killed and opened again.
"""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright, sync_playwright

from tests.support.faults import Faults, until
from tests.support.server import ROOT, Server, free_port
from tests.support.world import PASSWORD, email

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
DESK = {"viewport": {"width": 1360, "height": 900}}
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class Live:
    """The running app of one test: the server, the network in front of it, and the address that browsers use."""

    def __init__(self, server: Server, faults: Faults) -> None:
        self.server, self.faults, self.url = server, faults, faults.url

    def sign_in(self, page: Page, person: str) -> None:
        """Sign in as a person of the world through the page itself."""
        page.goto(f"{self.url}/sign-in")
        page.fill("input[name=email]", email(person))
        page.fill("input[name=password]", PASSWORD)
        with page.expect_navigation(url=lambda url: "/sign-in" not in url):
            page.press("input[name=password]", "Enter")


class Phone:
    """A browser with a profile on disk: what survives its end is what a person's phone would keep."""

    def __init__(self, playwright: Playwright, profile: Path, options: dict[str, Any]) -> None:
        self._playwright, self.profile, self._options = playwright, profile, options
        self.context: BrowserContext | None = None

    def open(self) -> Page:
        """A cold start; the first page of it."""
        self.context = self._playwright.chromium.launch_persistent_context(
            str(self.profile), executable_path=CHROMIUM, args=FLAGS, **self._options
        )
        return self.context.pages[0] if self.context.pages else self.context.new_page()

    def close(self) -> None:
        """The orderly end."""
        if self.context is not None:
            self.context.close()
            self.context = None

    def kill(self) -> None:
        """The battery dies: SIGKILL to every process of this profile."""
        mark = f"--user-data-dir={self.profile}"
        mains = [p for p in psutil.process_iter(["cmdline"]) if mark in (p.info["cmdline"] or [])]
        family = [*mains, *(child for p in mains for child in _children(p))]
        for process in family:
            _signal(process, signal.SIGKILL)
        psutil.wait_procs(family, timeout=10)
        context, self.context = self.context, None
        if context is not None:
            _forget(context)
        for lock in self.profile.glob("Singleton*"):
            lock.unlink(missing_ok=True)

    def freeze(self, page: Page) -> Callable[[], None]:
        """SIGSTOP the renderer of a page, as a phone does with a tab in the background; the answer thaws it."""
        found = _renderer(self, page)
        _signal(found, signal.SIGSTOP)
        return lambda: _signal(found, signal.SIGCONT)


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return list(process.children(recursive=True))
    except psutil.NoSuchProcess:
        return []


def _signal(process: psutil.Process, which: signal.Signals) -> None:
    try:
        process.send_signal(which)
    except psutil.NoSuchProcess:
        return


def _forget(context: BrowserContext) -> None:
    """Lets Playwright notice that the browser is gone; closing it is an error by then, and that is as wanted."""
    try:
        context.close()
    except Exception:
        return


def _renderer(phone: Phone, page: Page) -> psutil.Process:
    """The renderer process of a page, told apart by the processor time that it takes while the page spins."""
    assert phone.context is not None
    mark = f"--user-data-dir={phone.profile}"
    mains = [p for p in psutil.process_iter(["cmdline"]) if mark in (p.info["cmdline"] or [])]
    renderers = [c for p in mains for c in _children(p) if "--type=renderer" in c.cmdline()]
    before = {p.pid: sum(p.cpu_times()[:2]) for p in renderers}
    page.evaluate("() => { const end = performance.now() + 400; while (performance.now() < end); }")
    return max(renderers, key=lambda p: sum(p.cpu_times()[:2]) - before[p.pid])


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """The worker's browser; its contexts are as good as new profiles."""
    running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield running
    running.close()


@pytest.fixture
def live(world_folder: Callable[[Path], Path], tmp_path: Path) -> Iterator[Live]:
    """A server of its own over a copy of the world, behind a proxy that can fail."""
    data = world_folder(tmp_path / "data")
    port = free_port()
    server = Server(data, {"PUBLIC_URL": f"http://127.0.0.1:{port}", "SECRET_KEY": "a key for tests only"})
    server.start()
    faults = Faults(port, server.port)
    yield Live(server, faults)
    faults.close()
    server.stop()


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes fresh profiles: `new_context(**DESK)`; a phone where nothing is said. All are closed after the test."""
    made: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        context = browser.new_context(**{"locale": "fr-FR", "timezone_id": "Europe/Paris", **(options or PHONE)})
        context.set_default_timeout(10_000)
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    """One page of a fresh phone."""
    return new_context().new_page()


@pytest.fixture
def phone(playwright: Playwright, tmp_path: Path) -> Iterator[Phone]:
    """A phone whose browser can be closed, killed and opened again with the same profile."""
    options = {"locale": "fr-FR", "timezone_id": "Europe/Paris", **PHONE}
    made = Phone(playwright, tmp_path / "profile", options)
    yield made
    if made.context is not None:
        made.kill()
    shutil.rmtree(made.profile, ignore_errors=True)


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """Runs axe on a page (made with bypass_csp=True) and answers the faults, one line each; best is none."""

    def run(page: Page) -> list[str]:
        page.evaluate(AXE.read_text())
        result = page.evaluate(
            "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})", RULES
        )
        return [
            f"{fault['id']}: {node['target']} {node['failureSummary'].splitlines()[-1].strip()}"
            for fault in result["violations"]
            for node in fault["nodes"]
        ]

    return run


def ready(page: Page) -> None:
    """Waits until the page's scripts have bound its forms. (The policy forbids Playwright's wait_for_function.)"""
    page.wait_for_selector("html[data-ready]", state="attached")


def waiting(page: Page, store: str = "captures") -> int:
    """How many rows a store of the page's IndexedDB holds; 0 where there is no database yet."""
    script = """async store => {
        const found = await indexedDB.databases();
        if (!found.some(one => one.name === "tournee")) return 0;
        const db = await new Promise((done, failed) => {
            const asked = indexedDB.open("tournee");
            asked.onsuccess = () => done(asked.result);
            asked.onerror = () => failed(asked.error);
        });
        try {
            if (!db.objectStoreNames.contains(store)) return 0;
            const count = db.transaction(store).objectStore(store).count();
            return await new Promise(done => { count.onsuccess = () => done(count.result); });
        } finally { db.close(); }
    }"""
    count: int = page.evaluate(script, store)
    return count


def until_waiting(page: Page, count: int, store: str = "captures", seconds: float = 15) -> None:
    """Waits until a store holds so many rows; the page may be on its way to the next one meanwhile."""

    def there() -> bool:
        try:
            return waiting(page, store) == count
        except Error as error:
            if "context was destroyed" in str(error):
                return False
            raise

    until(there, seconds)
