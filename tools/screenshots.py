"""Pictures of the running app: `python -m tools.screenshots` makes those of the README in docs/screenshots/.

    python -m tools.screenshots --all DIR                               every page of every role, in two modes
    python -m tools.screenshots --all DIR --modes 390-light-fr,1360-dark-en,…

Starts the app on a free port with the demo world in a folder of its own. `--all` finds pages by following links: of
addresses that differ only in an id, a date or a hash, one is taken. Needs Chromium (CHROMIUM, else /usr/bin/chromium).
"""

import argparse
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from blueprints.demo import service

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs" / "screenshots"
START_LIMIT = 120  # seconds for migrations and the demo world on a slow machine
ANY = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d{2}-\d{2}|\d{4}-W\d{2}|[0-9a-f]{12,}|(?<==)[^&]+")


@dataclass(frozen=True)
class Mode:
    """How a page is looked at."""

    width: int
    scheme: str
    language: str

    @classmethod
    def named(cls, name: str) -> "Mode":
        """From "390-light-fr"."""
        width, scheme, language = name.split("-")
        return cls(int(width), scheme, language)

    def __str__(self) -> str:
        return f"{self.width}-{self.scheme}-{self.language}"

    @property
    def height(self) -> int:
        """A phone upright, or a desktop's window."""
        return 844 if self.width < 900 else 860


PHONE, DESK = Mode(390, "light", "fr"), Mode(1360, "light", "fr")


@contextmanager
def served() -> Iterator[tuple[str, dict[str, tuple[str, str]]]]:
    """The app with the demo world: its address, and who can sign in (role: e-mail, password)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        environment = {"PATH": os.environ["PATH"], "DATA_DIR": folder, "PORT": str(port)}
        log = Path(folder) / "serve.log"
        with log.open("w") as out:
            order = [sys.executable, "-m", "flask", "--app", "app", "serve"]
            server = subprocess.Popen(order, cwd=ROOT, env=environment, stdout=out, stderr=out)
        try:
            _wait(f"http://127.0.0.1:{port}/readyz", server, log)
            yield f"http://127.0.0.1:{port}", sign_ins()
        finally:
            server.terminate()
            server.wait()


def sign_ins() -> dict[str, tuple[str, str]]:
    """The first demo person of each role: e-mail and password."""
    people = [(role, service.email(key)) for key, (_name, role, _team) in service.PEOPLE.items()]
    return {role: (email, service.PASSWORD) for role, email in reversed(people)}


def _wait(url: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + START_LIMIT
    while time.monotonic() < until and server.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=2).close()  # noqa: S310  # our own address
            return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.2)
    raise SystemExit(f"the app did not start:\n{log.read_text()}")


def opened(browser: Browser, base: str, mode: Mode, who: tuple[str, str] | None) -> BrowserContext:
    """A browser of somebody who has just signed in."""
    context = browser.new_context(
        base_url=base,
        viewport={"width": mode.width, "height": mode.height},
        device_scale_factor=2,
        color_scheme="dark" if mode.scheme == "dark" else "light",
        locale=mode.language,
        timezone_id="Europe/Paris",
        reduced_motion="reduce",
        has_touch=mode.width < 900,
    )
    if who:
        page = context.new_page()
        page.goto("/sign-in")
        page.fill("input[name=email]", who[0])
        page.fill("input[name=password]", who[1])
        page.click("main form button[type=submit]")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        page.goto("/account")
        with page.expect_navigation():
            page.click(f"main button[name=language][value={mode.language}]")
        page.close()
    return context


def shoot(page: Page, url: str, file: Path, full: bool = False) -> None:
    """One picture of one address, when its scripts have come to rest."""
    page.goto(url, wait_until="networkidle")
    file.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=file, full_page=full)


def kind_of(url: str) -> str:
    """What an address is an example of: ids, dates and values of the query taken out."""
    parts = urlsplit(url)
    return ANY.sub("_", parts.path + ("?" + parts.query if parts.query else ""))


def links(page: Page) -> list[str]:
    """Addresses of our own pages that this page leads to."""
    found: list[str] = page.eval_on_selector_all("a[href]", "links => links.map(a => a.href)")
    own = [url.split("#")[0] for url in found if urlsplit(url).netloc == urlsplit(page.url).netloc]
    return [url for url in own if not re.search(r"\.(json|csv|js|webmanifest|svg|png)$|/files/", url)]


def every_page(page: Page, start: str) -> dict[str, str]:
    """One address of each kind that can be reached from `start` by links."""
    found: dict[str, str] = {}
    waiting = [start]
    while waiting:
        url = waiting.pop(0)
        if kind_of(url) in found:
            continue
        answer = page.goto(url)
        found[kind_of(url)] = url
        if answer and answer.ok:
            waiting += links(page)
    return found


def everything(folder: Path, modes: list[Mode]) -> None:
    """Every page of every demo person, and the sign-in page, into `folder`."""
    with served() as (base, people), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for mode in modes:
            with_nobody = opened(browser, base, mode, None)
            shoot(with_nobody.new_page(), base + "/sign-in", folder / f"nobody-sign-in-{mode}.png")
            with_nobody.close()
            for role, who in people.items():
                context = opened(browser, base, mode, who)
                page = context.new_page()
                for kind, url in every_page(page, base + "/").items():
                    name = re.sub(r"\W+", "-", f"{role} {kind}").strip("-").lower()
                    shoot(page, url, folder / f"{name}-{mode}.png", full=True)
                    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                    print(f"{name} {mode}{'  WIDER THAN THE SCREEN' if wide > 0 else ''}")
                context.close()
        browser.close()


def readme(folder: Path) -> None:
    """The three pictures of the README, into `folder`."""
    with served() as (base, people), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        folder.mkdir(parents=True, exist_ok=True)
        _three(browser, base, people, folder)
        browser.close()
    for file in folder.glob("*.png"):  # flat colours: a palette shows the same in a third of the bytes
        Image.open(file).convert("P", palette=Image.Palette.ADAPTIVE, colors=192).save(file, optimize=True)


def _three(browser: Browser, base: str, people: dict[str, tuple[str, str]], folder: Path) -> None:
    phone = opened(browser, base, PHONE, people["coordinator"])
    page = phone.new_page()
    _round(page, folder / "today.png")
    _checklist(page, folder / "checklist.png")
    phone.close()
    desk = opened(browser, base, DESK, people["supervisor"])
    page = desk.new_page()
    page.goto("/reviews")
    page.wait_for_selector("#item .reading-body")
    page.screenshot(path=folder / "reviews.png")


def _round(page: Page, file: Path) -> None:
    """The round, prepared, without network, with a note that waits."""
    page.goto("/today")
    page.wait_for_selector("[data-prepare-line]:not([hidden])")
    visit = page.get_attribute(".rows [data-visit]:last-of-type", "data-visit")
    page.context.set_offline(True)
    page.goto(f"/visits/{visit}/notes/free")
    page.fill("textarea[name=text]", "Moral meilleur, sort deux fois par semaine.")
    page.click("button[form][type=submit], form[data-capture] button[type=submit]")
    page.wait_for_selector("[data-pill][data-tone=warn]")
    page.goto("/today")
    page.wait_for_selector("[data-waiting] .badge")
    page.screenshot(path=file)
    page.context.set_offline(False)


def _checklist(page: Page, file: Path) -> None:
    """The first checklist of the day, at the section where an answer makes a question appear."""
    page.goto("/today")
    page.click("[data-tone=next] h2 a")
    page.click("a[href*='/checklists/']")
    page.wait_for_selector(".form[data-paged]")
    while not page.locator(".form-page[data-open] .follows").count():
        for answer in page.locator(".form-page[data-open] .segmented > label:first-child:visible").all():
            answer.click()
        page.click("[data-step='1']")
    page.locator(".form-page[data-open] .segmented").first.locator("label[data-tone=bad]").click()
    page.fill(
        ".form-page[data-open] .follows textarea", "Pose d’une barre coudée, demande d’aide à l’adaptation du logement"
    )
    page.wait_for_selector("[data-draft-line]:not([hidden])")
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=file)


def chromium() -> str:
    """Debian's Chromium, or the one that CHROMIUM names."""
    return os.environ.get("CHROMIUM") or "/usr/bin/chromium"


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--all", metavar="DIR", type=Path, help="every page of every role, into this folder")
    parser.add_argument("--modes", default="390-light-fr,1360-dark-en", help="width-scheme-language, with commas")
    given = parser.parse_args()
    if given.all:
        everything(given.all, [Mode.named(name) for name in given.modes.split(",")])
    else:
        readme(DOCS)


if __name__ == "__main__":
    main()
