"""No entry leads to a page that does not exist: everybody follows every link that their own pages show them."""

from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from flask import Flask
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.test import TestResponse

from blueprints.shared.db import db
from tests.support.client import Client
from tests.support.engines import Engines
from tests.support.matrix import Stage

ROLES = ("alice", "diane", "fanny", "gaston", "karim", "erwan", "kiosk", "nobody")
OF_ONE_KIND = 8  # addresses of one endpoint with the same names in their query: a week after a week after a week
LEADS = ("href", "data-next", "hx-get", "data-url", "action", "hx-post")


class Leads(HTMLParser):
    """Where a page leads: (method, address)."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[tuple[str, str]] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value for name, value in attrs if value}
        for name in LEADS:
            if name in given and tag != "link":
                posts = name == "hx-post" or (name == "action" and given.get("method", "get").lower() == "post")
                self.found.add(("POST" if posts else "GET", given[name]))


@pytest.fixture(scope="module")
def furnished(engines: Engines) -> Stage:
    return Stage(engines.get("sqlite"))


@pytest.fixture
def stage(furnished: Stage) -> Iterator[Stage]:
    """The furnished world, as it was, at its own moment."""
    with furnished.restore().app_context(), furnished.frozen():
        yield furnished
        db.session.remove()
        db.engine.dispose()


def own(base: str, lead: str) -> str | None:
    """The address on our own site; None for a telephone number, a map, somebody else's site."""
    url = urlsplit(urldefrag(urljoin(f"http://localhost{base}", lead)).url)
    if url.scheme not in ("http", "https") or url.netloc != "localhost":
        return None
    return f"{url.path}?{url.query}" if url.query else url.path


def endpoint(app: Flask, address: str, method: str = "GET") -> str:
    """The endpoint behind an address; "" where there is none."""
    try:
        found: str = app.url_map.bind("localhost").match(urlsplit(address).path, method)[0]
    except (NotFound, MethodNotAllowed):
        return ""
    except Exception as redirect:  # a missing slash
        return str(redirect)
    return found


def kind(app: Flask, address: str) -> tuple[str, frozenset[str]]:
    names = frozenset(pair.split("=")[0] for pair in urlsplit(address).query.split("&"))
    return endpoint(app, address), names


def walk(app: Flask, client: Client, start: list[str]) -> tuple[dict[str, TestResponse], list[str]]:
    """Follows what can be followed: the answers by address, and in words what leads nowhere."""
    seen: dict[str, TestResponse] = {}
    kinds: dict[tuple[str, frozenset[str]], int] = {}
    waiting, broken = [(address, "its own") for address in start], []
    while waiting:
        address, from_where = waiting.pop(0)
        if address in seen or kinds.get(kind(app, address), 0) >= OF_ONE_KIND or address.startswith("/static/"):
            continue
        kinds[kind(app, address)] = kinds.get(kind(app, address), 0) + 1
        answer = seen[address] = client.get(address)
        answer.get_data()
        answer.close()  # a file that is handed over stays open until then
        if answer.status_code >= 400:
            broken.append(f"{answer.status_code} {address}, met on {from_where}")
        elif answer.status_code >= 300 and (further := own(address, answer.headers["Location"])):
            waiting.append((further, address))
        elif answer.mimetype == "text/html":
            for method, lead in sorted(Leads(answer.text).found):
                target = own(address, lead)
                if target is None:
                    continue
                if method == "GET":
                    waiting.append((target, address))
                elif not endpoint(app, target, "POST"):
                    broken.append(f"no POST {target}, met on {address}")
    return seen, broken


@pytest.mark.parametrize("who", ROLES)
def test_every_link_leads_somewhere(stage: Stage, who: str) -> None:
    client = stage.client(who)
    start = ["/kiosk/"] if who == "kiosk" else ["/"]
    if who in ("alice", "karim"):
        start += [page["url"] for page in client.get("/pack").get_json()["pages"]]
    seen, broken = walk(stage.engine.app, client, start)
    assert broken == []
    assert len(seen) >= {"kiosk": 2, "nobody": 2, "fanny": 3, "gaston": 10}.get(who, 20)


def test_the_walk_sees_what_leads_nowhere(stage: Stage) -> None:
    """Its own mutant: a supervisor who is sent to a coordinator's page, and to one that is none."""
    broken = walk(stage.engine.app, stage.client("diane"), ["/reviews", "/today", "/nowhere"])[1]
    assert broken == ["403 /today, met on its own", "404 /nowhere, met on its own"]
