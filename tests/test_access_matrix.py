"""Who may what, walked: every route as a page, as a fragment and as a replay, from every point of view.

Four passes at once: the status (and 404 with the same bytes as for what does not exist), the content (a canary that
is not theirs to read), the effect (a refused call leaves every table as it was, one let through touches only its own)
and the fields (what another role may set is posted along and changes nothing).
"""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select, true
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from blueprints.captures.models import Capture
from blueprints.clients.models import Client
from blueprints.people import access
from blueprints.people.models import Team
from blueprints.shared.db import db
from tests.data.access_matrix import AUDIT, COLUMNS, DELIVERY, TOUCHES, Row, fields, rows
from tests.support.client import deliver
from tests.support.engines import Engines, SQLite
from tests.support.matrix import CANARIES, NOBODYS, POINTS_OF_VIEW, Stage, allowed_words, mutate_everywhere, picture
from tests.support.world import id_of

ROWS = rows()
# What no role sets by these forms. Each is posted along everywhere; TOUCHES says that nothing else may change.
FOREIGN = {
    "role": "administrator",
    "is_admin": "1",
    "team_id": str(id_of("south")),
    "person_id": str(id_of("charlie")),
    "author_id": str(id_of("charlie")),
    "made_by": str(id_of("charlie")),
    "coordinator_id": str(id_of("charlie")),
    "disabled_at": "",
    "weekly_minutes": "9999",
    "a[]": "1",
    "a[b]": "1",
}
CACHEABLE = {"static", "offline.worker", "offline.manifest", "forms.definition"}
BY_ID = ("404", "hidden")
WAITS = "captures.take_file"  # a photo whose capture is not here yet must wait (425), not be told that it is lost


@pytest.fixture(scope="module")
def stages(engines: Engines) -> dict[str, Stage]:
    """One furnished world an engine, made when it is first asked for."""

    class Made(dict[str, Stage]):
        def __missing__(self, name: str) -> Stage:
            self[name] = Stage(engines.get(name))
            return self[name]

    return Made()


@pytest.fixture
def stage(request: pytest.FixtureRequest, stages: dict[str, Stage]) -> Iterator[Stage]:
    """The furnished world, as it was, at its own moment."""
    found = stages[request.param]
    found.restore()
    with found.frozen():
        yield found
    with found.engine.app.app_context():
        db.session.remove()
        db.engine.dispose()


on_both = pytest.mark.parametrize("stage", ["sqlite", "postgres"], indirect=True)
on_sqlite = pytest.mark.parametrize("stage", ["sqlite"], indirect=True)


def routes(app: Flask) -> dict[tuple[str, str], Rule]:
    """Every (endpoint, method) that the app answers, but for HEAD and OPTIONS, which come by themselves."""
    found = {}
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            found[rule.endpoint, method] = rule
    return found


def test_every_route_has_a_row_and_every_row_a_route(app: Flask) -> None:
    declared = [(row.endpoint, row.method) for row in ROWS]
    assert len(declared) == len(set(declared)), "a row twice"
    assert set(routes(app)) - set(declared) == set(), "a route that is not in the table"
    assert set(declared) - set(routes(app)) == set(), "a row whose route is gone"
    assert set(TOUCHES) <= {row.endpoint for row in ROWS}


def test_a_new_route_would_be_seen(app: Flask) -> None:
    other = Flask(__name__)
    other.add_url_rule("/new", "new", lambda: "", methods=["GET", "POST"])
    assert {("new", "GET"), ("new", "POST")} <= set(routes(other)) - {(row.endpoint, row.method) for row in ROWS}
    assert COLUMNS == POINTS_OF_VIEW


class Walk:
    """All calls of one row."""

    def __init__(self, stage: Stage, row: Row) -> None:
        self.stage, self.row = stage, row
        self.app = stage.engine.app
        self.rule = routes(self.app)[row.endpoint, row.method]
        self.captures = hasattr(self.app.view_functions[row.endpoint], "capture_kind")
        self.args = self._arguments(stage.args)
        self.base = stage.before
        self.found: list[str] = []

    def _arguments(self, args: dict[str, Any]) -> dict[str, Any]:
        named = {name: args[name] for name in self.rule.arguments if name in args}
        if "form_id" in self.rule.arguments:
            form = {"surveys.ask": "after-visit", "surveys.take_at_visit": "after-visit"}.get(self.row.endpoint)
            form = "kiosk-hall" if self.row.endpoint == "surveys.take_at_kiosk" else form or "home-safety"
            named |= {"form_id": form, "version": args["versions"][form]}
        if self.row.endpoint in ("captures.file", "captures.take_file", "captures.show"):
            named["capture_id"] = args["applied_id"]
        if self.row.endpoint == "captures.take_file":
            named["file_id"] = id_of("another photo")
        if self.row.endpoint in ("clients.archive", "clients.restore"):
            named["client_id"] = args["quiet" if self.row.endpoint == "clients.archive" else "paul"]
        if "filename" in self.rule.arguments:
            named["filename"] = "css/tokens.css"
        return named

    def url(self, exists: bool = True) -> str:
        """The address of hers; or of what does not exist."""
        args = dict(self.args)
        if not exists:
            args |= {name: id_of("nothing") for name in args if name.endswith("_id") and name != "form_id"}
        url: str = self.app.url_map.bind("127.0.0.1").build(self.row.endpoint, args, method=self.row.method)
        queries = {"visits.plan": f"?client={self.stage.args['client_id']}"}
        team = f"?team={self.stage.args['team_id']}"
        return url + (queries.get(self.row.endpoint, "") or (team if self.row.endpoint == "visits.cover" else ""))

    @property
    def has_object(self) -> bool:
        return self.url() != self.url(exists=False)

    def walk(self) -> list[str]:
        """Everything that is not as the table says."""
        for who in COLUMNS:
            for way in self._ways():
                want = self._cell(who, way)
                answer = self._call(who, way)
                if way != "foreign":
                    self._judge(who, way, want, answer)
                self._effect(who, way, want)
                if self.has_object and way in ("page", "htmx") and (want in BY_ID or want.isdigit()):
                    self._nothing(who, way, want, answer)
        return self.found

    def _ways(self) -> list[str]:
        """How each cell is called. What another role may set goes along with desk forms; of a capture, apart.

        What differs between databases shows on the plain page and on a delivery.
        """
        posted = ["replay"] if self.row.method == "POST" else []
        if not isinstance(self.stage.engine, SQLite):
            return ["page", *posted]
        return ["page", "htmx", *posted, *(["foreign"] if self.captures else [])]

    def _cell(self, who: str, way: str) -> str:
        page, _, fragment = self.row.cells[who].partition("/")
        return fragment if fragment and way == "htmx" else page

    def _call(self, who: str, way: str, exists: bool = True) -> TestResponse:
        client, url = self.stage.client(who), self.url(exists)
        with self.app.app_context():
            db.session.remove()
            headers = {"HX-Request": "true"} if way == "htmx" else {}
            if self.row.method == "GET":
                return _read(client.get(url, headers=headers))
            if self.row.endpoint == "captures.take_file":
                return client.post(url, data={"file": (picture(), "a.png")}, headers=headers | self._file_id(exists))
            posted = fields(self.row.endpoint, self.stage.args)
            if way == "foreign" or not self.captures:
                posted = FOREIGN | posted
            if way in ("replay", "foreign"):
                return deliver(client, url, _pairs(posted), id=uuid4()).response
            return client.post(url, data=posted, headers=headers)

    def _file_id(self, exists: bool) -> dict[str, str]:
        """A photo's delivery names itself; here a second one of the same capture."""
        return {"Capture-Id": str(self.args["file_id"] if exists else id_of("nothing"))}

    def _say(self, who: str, way: str, words: str) -> None:
        self.found.append(f"{self.row.name} as {who} ({way}): {words}")

    def _judge(self, who: str, way: str, want: str, answer: TestResponse) -> None:
        got = self._outcome(way, answer)
        expected = self._expected(who, way, want)
        if got != expected:
            self._say(who, way, f"{got}, the table says {expected}")
        for word in set(CANARIES) - allowed_words(who):
            if word.encode() in answer.data:
                self._say(who, way, f"can read {word}")
        for name in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"):
            if name not in answer.headers:
                self._say(who, way, f"without {name}")
        if self.row.endpoint not in CACHEABLE and answer.headers.get("Cache-Control") != "no-store":
            self._say(who, way, f"may be stored: {answer.headers.get('Cache-Control')}")

    def _expected(self, who: str, way: str, want: str) -> str:
        if way == "replay" and not self.captures and self.row.endpoint != "captures.take_file":
            in_the_hall = self.rule.rule.startswith("/kiosk/")
            may_deliver = who == "kiosk" if in_the_hall else who not in NOBODYS
            return "hidden" if may_deliver else "401"  # the address takes no captures: it is kept, and held
        if want != "in":
            return want
        return "to sign-in" if self.row.method == "GET" and way == "page" else "401"

    def _outcome(self, way: str, answer: TestResponse) -> str:
        """In the words of the table."""
        if answer.status_code == 302 and (answer.location or "").startswith("/sign-in?next="):
            return "to sign-in"
        id = self._delivered(way, answer)
        if id is None:
            return str(answer.status_code)
        with self.app.app_context():
            capture = db.session.get(Capture, id)
            assert capture is not None
            if capture.state == "applied":
                return "applied"
            return {404: "hidden", 403: "hidden", 405: "hidden"}.get(capture.refusal or 0, "wrong")

    def _delivered(self, way: str, answer: TestResponse) -> Any:
        receipt = answer.headers.get("Capture-Receipt", "").split()
        if way == "replay" and receipt and self.row.endpoint != "captures.take_file":
            return type(id_of("x"))(receipt[0])
        if self.captures and answer.status_code == 303:
            with self.app.app_context():
                newest = select(Capture.id).order_by(Capture.received.desc())
                known = set(db.session.scalars(newest)) - self.stage.known
                return known.pop() if len(known) == 1 else None
        return None

    def _effect(self, who: str, way: str, want: str) -> None:
        if self.row.method == "GET":
            return
        expected = self._expected(who, way, want)
        may: set[str] = set()
        if expected in ("applied", "hidden", "wrong"):
            may |= DELIVERY
        if expected not in ("hidden", "wrong", "401", "403", "404", "425"):
            may |= TOUCHES.get(self.row.endpoint, set())
        changed = self._changed()
        if changed - may:
            self._say(who, way, f"touched {sorted(changed - may)}")
        if changed - DELIVERY and AUDIT in may - changed:
            self._say(who, way, f"touched {sorted(changed)} and told nothing")
        if changed and not (expected == "hidden" and not self.captures):
            self._put_back()  # a delivery that was only kept stands in nobody's way

    def _changed(self) -> set[str]:
        """The tables that are not as they were."""
        before, self.base = self.base, self.stage.snapshot()
        return {name for name, mark in self.base.items() if mark != before[name]}

    def _put_back(self) -> None:
        self.stage.restore()
        self.base = self.stage.before

    def _nothing(self, who: str, way: str, want: str, answer: TestResponse) -> None:
        """What is not theirs to know looks like what does not exist, to the byte."""
        other = self._call(who, way, exists=False)
        if want in ("403", "404", "425"):
            if (other.status_code, other.data) != (answer.status_code, answer.data):
                self._say(who, way, "tells what exists from what does not")
        elif not self.captures and want != "401" and other.status_code != (425 if self.row.endpoint == WAITS else 404):
            self._say(who, way, f"{other.status_code} for what does not exist")
        if self.row.method == "POST" and self._changed():
            self._put_back()


def _read(answer: TestResponse) -> TestResponse:
    """The answer with its body read and its file closed."""
    answer.get_data()
    answer.close()
    return answer


def _pairs(posted: dict[str, Any]) -> list[tuple[str, str]]:
    return [(n, v) for n, values in posted.items() for v in (values if isinstance(values, list) else [values])]


@on_both
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_everybody_gets_what_the_table_says(stage: Stage, row: Row) -> None:
    assert Walk(stage, row).walk() == []


def all_clients(person: Any, only: Any = None) -> Any:
    """The mutant: whoever asks sees every client."""
    return select(Client.id)


def all_teams(person: Any) -> Any:
    """The mutant: whoever asks supervises every team."""
    return list(db.session.scalars(select(Team.id)))


def anybody(person: Any, column: Any) -> Any:
    """The mutant: everybody's work is read by everybody."""
    return true()


MUTANTS = [
    (access.clients_of, all_clients, ("GET clients.show", "GET clients.index", "POST notes.take_at_case")),
    (access.supervised_teams, all_teams, ("GET reviews.show", "POST clients.edit", "GET visits.planned")),
    (access.authored_by, anybody, ("GET captures.look", "POST captures.close")),
]


@on_sqlite
@pytest.mark.parametrize(("guard", "mutant", "names"), MUTANTS, ids=lambda one: getattr(one, "__name__", ""))
def test_without_a_guard_the_matrix_goes_red(
    stage: Stage, guard: Any, mutant: Any, names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    by_name = {row.name: row for row in ROWS}
    for name in names:
        assert Walk(stage, by_name[name]).walk() == []
    assert mutate_everywhere(guard, mutant, monkeypatch.setattr) > 1, "nobody asks this guard"
    for name in names:
        stage.restore()
        assert Walk(stage, by_name[name]).walk() != [], f"{name} does not need {guard.__name__}"


@on_sqlite
def test_without_the_decorator_the_matrix_goes_red(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard of the roles, taken away from one view."""
    by_name = {row.name: row for row in ROWS}
    views = stage.engine.app.view_functions
    for endpoint in ("people.index", "kiosks.index", "reviews.missing"):
        monkeypatch.setitem(views, endpoint, views[endpoint].__wrapped__)  # type: ignore[attr-defined]
        assert Walk(stage, by_name[f"GET {endpoint}"]).walk() != []


@on_sqlite
def test_the_canaries_are_read_by_those_who_may(stage: Stage) -> None:
    """The premise of the content pass: a word that nobody ever sees would prove nothing."""
    pages = [
        "/clients",
        "/reviews",
        "/held",
        f"/reviews/{id_of('done')}",
        f"/reviews/{id_of('charlies_done')}",
    ]
    pages += [f"/clients/{id_of(name)}" for name in ("jeanne", "marcel", "odette")]
    for word, readers in CANARIES.items():
        for who in readers:
            client = stage.client(who)
            with stage.engine.app.app_context():
                seen = [page for page in pages if word in client.get(page).text]
            assert seen, f"{who} never sees {word}"


@on_sqlite
def test_b_under_the_id_of_a_learns_nothing(stage: Stage) -> None:
    """Neither A's receipt nor "already received"."""
    with stage.engine.app.app_context():
        db.session.remove()
        url = f"/visits/{id_of('visit')}/notes/free"
        theirs = deliver(stage.client("bob"), url, {"text": "x"}, id=stage.args["applied_id"])
        assert (theirs.status, theirs.receipt) == (404, [])
        assert "CANARY" not in theirs.response.text


@on_sqlite
@pytest.mark.parametrize("row", [row for row in ROWS if row.endpoint != "static"], ids=lambda row: row.name)
def test_other_methods(stage: Stage, row: Row) -> None:
    """HEAD answers as GET does; what an address does not know is 405, or 401 for nobody, and touches nothing."""
    walk = Walk(stage, row)
    url, known = walk.url(), {method for rule in walk.app.url_map.iter_rules() for method in _of(rule, walk.rule)}
    with walk.app.app_context():
        db.session.remove()
        for who in ("nobody", "alice", "diane", "gaston"):
            client = stage.client(who)
            if row.method == "GET":
                got, head = _read(client.get(url)), _read(client.head(url))
                assert (head.status_code, head.data) == (got.status_code, b"")
            for method in {"PUT", "DELETE", "PATCH", "TRACE"} - known:
                answer = client.open(url, method=method)
                assert answer.status_code == 405
                assert b"CANARY" not in answer.data
    assert stage.snapshot() == stage.before


def _of(rule: Rule, other: Rule) -> set[str]:
    return (rule.methods or set()) if rule.rule == other.rule else set()
