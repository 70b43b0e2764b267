"""The pages of rounds and visits, and what phones and supervisors send."""

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from blueprints.captures.models import Capture
from blueprints.clients.models import Assignment, Client
from blueprints.people.models import Cover
from blueprints.shared.db import db, now, today, zone
from blueprints.visits.models import Visit, VisitEvent, VisitForm
from tests.support.counting import counted
from tests.support.papers import ALL_WELL, publish
from tests.support.world import World

ClientAs = Callable[[str | None], Any]


def status_url(world: World, visit: str = "visit") -> str:
    return f"/visits/{world.id(visit)}/status"


def local_day(days: int) -> str:
    return str(today() + timedelta(days=days))


# the round


def test_the_round_says_what_is_next(client_as: ClientAs, world: World) -> None:
    page = client_as("alice").get("/today")
    assert page.status_code == 200
    assert page.headers["Tournee-Page"]
    next_ = page.text.index('data-tone="next"')
    assert next_ < page.text.index("Jeanne Le Goff", next_) < page.text.index("15:00", next_)
    assert "geo:0,0?q=4%20rue%20des%20Lilas%2C%20Quimper" in page.text
    assert "tel:0298000000" in page.text
    assert "chien" in page.text
    assert "Marcel" not in page.text
    assert "<b>0</b> visites faites sur 2" in page.text.replace("visite faite", "visites faites")


def test_pages_of_the_pack_carry_no_htmx_and_no_token(client_as: ClientAs, world: World) -> None:
    alice = client_as("alice")
    for url in ("/today", f"/visits/{world.id('visit')}", f"/clients/{world.id('jeanne')}", "/visits/new"):
        page = alice.get(url)
        assert page.status_code == 200
        assert "htmx" not in page.text
        assert page.text == alice.get(url).text  # nothing in it is new each time
        assert not re.search(r"style=|onclick=|<script>", page.text)


def test_only_the_round_of_today_names_today(client_as: ClientAs, world: World) -> None:
    alice = client_as("alice")
    for url in (f"/visits/{world.id('visit')}", f"/clients/{world.id('jeanne')}"):
        main = alice.get(url).text.split("<main", 1)[1].split("</main>")[0]
        assert "ujourd" not in main


def test_other_days_have_addresses(client_as: ClientAs, world: World) -> None:
    alice = client_as("alice")
    page = alice.get(f"/rounds/{local_day(1)}")
    assert "Jeanne Le Goff" in page.text
    assert f"/rounds/{local_day(2)}" in page.text
    assert 'data-tone="next"' in page.text
    empty = alice.get(f"/rounds/{local_day(9)}")
    assert 'class="empty"' in empty.text


@pytest.mark.parametrize(
    "day",
    ["2027-04-31", "0000-01-01", "9999-12-31", "20261124", "2026-W48", "demain", "2026-11-24x", "%2e%2e", "1%20or%201"],
)
def test_a_day_that_is_none_is_not_there(client_as: ClientAs, day: str) -> None:
    assert client_as("alice").get(f"/rounds/{day}").status_code == 404


def test_who_is_covered_is_told_and_who_covers_sees_for_whom(client_as: ClientAs, world: World) -> None:
    db.session.add(Cover(away_id=world.id("alice"), stand_in_id=world.id("bob"), first_day=today(), last_day=today(),
                         made_by=world.id("diane")))  # fmt: skip
    assert "Bob Quéré" in client_as("alice").get("/today").text
    page = client_as("bob").get("/today").text
    assert "Jeanne Le Goff" in page
    assert "Alice Morvan" in page


def _more(world: World, n: int, client: Client | None = None) -> None:
    for i in range(n):
        one = client or Client(team_id=world.id("north"), given_name="Z", family_name=f"Z{i}", search=f"z{i}")
        db.session.add(one)
        db.session.flush()
        start = datetime.combine(today(), time(8 + i % 9, i % 60), zone())
        visit = Visit(
            client_id=one.id, coordinator_id=world.id("alice"), starts_at=start, minutes=30, made_by=world.id("diane")
        )
        visit.forms = [VisitForm(form_id="home-safety")]
        visit.events = [VisitEvent(what="planned", at=start, person_id=world.id("diane"))]
        db.session.add(visit)
    db.session.flush()


@pytest.mark.parametrize(
    ("who", "url"),
    [
        ("alice", "/today"),
        ("alice", "/visits/{visit}"),
        ("alice", "/visits/new"),
        ("diane", "/planning"),
        ("diane", "/planning/visits/{visit}"),
        ("diane", "/planning/visits/new"),
    ],
)
def test_as_many_queries_with_few_as_with_many(client_as: ClientAs, world: World, who: str, url: str) -> None:
    publish()
    url = url.format(visit=world.id("visit"))
    client = client_as(who)
    assert client.get(url).status_code == 200
    with counted() as few:
        client.get(url)
    _more(world, 60)
    db.session.commit()
    with counted() as many:
        assert client.get(url).status_code == 200
    assert len(many) == len(few), set(many) - set(few)
    assert len(few) <= 25


# what a phone says


@pytest.mark.parametrize("status", ["in_progress", "done"])
def test_a_status_is_applied_under_its_captures_id(
    client_as: ClientAs, world: World, deliver: Any, status: str
) -> None:
    sent = deliver(client_as("alice"), status_url(world), {"status": status, "_base": str(world.visit.version)})
    assert (sent.status, sent.state) == (201, "applied")
    assert world.visit.status == status
    assert db.session.get_one(VisitEvent, sent.id).person_id == world.id("alice")
    assert db.session.get_one(Capture, sent.id).client_id == world.id("jeanne")


def test_the_phones_clock_and_ours_are_kept(client_as: ClientAs, world: World, deliver: Any) -> None:
    said = (now() - timedelta(days=900)).replace(microsecond=0)
    sent = deliver(
        client_as("alice"), status_url(world), {"status": "in_progress"}, envelope={"_recorded": said.isoformat()}
    )
    assert sent.state == "applied"
    event = db.session.get_one(VisitEvent, sent.id)
    assert event.at == said == world.visit.started_at
    assert now() - event.received < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"status": "no_show"}, "reason"),
        ({"status": "no_show", "reason": " \n "}, "reason"),
        ({"status": "no_show", "reason": "x" * 1001}, "reason"),
        ({"status": "cancelled_by_us", "reason": "x"}, "status"),
        ({"status": ["done", "x"][1]}, "status"),
        ({}, "status"),
    ],
)
def test_what_cannot_be_is_held_with_words(
    client_as: ClientAs, world: World, deliver: Any, fields: dict[str, str], field: str
) -> None:
    sent = deliver(client_as("alice"), status_url(world), fields)
    assert (sent.status, sent.state) == (202, "held")
    assert field in sent.messages
    assert world.visit.status == "planned"
    assert db.session.get(VisitEvent, sent.id) is None


@pytest.mark.parametrize("who", ["bob", "charlie", "fanny", "gaston"])
def test_a_visit_that_is_not_theirs_is_held_and_reveals_nothing(
    client_as: ClientAs, world: World, deliver: Any, who: str
) -> None:
    sent = deliver(client_as(who), status_url(world), {"status": "in_progress"})
    there_is_none = deliver(client_as(who), f"/visits/{uuid4()}/status", {"status": "in_progress"})
    assert sent.state == there_is_none.state == "held"
    assert sent.response.get_json()["reason"] == there_is_none.response.get_json()["reason"]
    assert world.visit.status == "planned"


def test_what_contradicts_is_held_with_the_name_of_who_was_first(
    client_as: ClientAs, world: World, deliver: Any
) -> None:
    version = world.visit.version
    fields = {"version": version, "status": "cancelled_by_us", "reason": "Grève"}
    done = client_as("diane").post(f"/planning/visits/{world.id('visit')}/cancel", data=fields)
    assert done.status_code == 303
    sent = deliver(client_as("alice"), status_url(world), {"status": "in_progress", "_base": str(version)})
    assert sent.state == "held"
    assert "Diane Kervella" in sent.response.get_json()["reason"]


def test_times_are_set_right_with_a_reason(client_as: ClientAs, world: World, deliver: Any) -> None:
    alice, url = client_as("alice"), status_url(world, "done")
    bad = deliver(alice, url, {"status": "corrected", "started": "25:00", "ended": "10:30", "reason": "x"})
    assert (bad.state, list(bad.messages)) == ("held", ["started"])
    sent = deliver(alice, url, {"status": "corrected", "started": "10:05", "ended": "10:45", "reason": "Oubli"})
    assert sent.state == "applied"
    day = world.done.starts_at.astimezone(zone()).date()
    assert world.done.started_at == datetime.combine(day, time(10, 5), zone())
    page = alice.get(f"/visits/{world.id('done')}").text
    assert "10:05" in page
    assert "10:00" in page  # what was noted first
    assert "Oubli" in page


def test_an_unplanned_visit_is_there_under_its_captures_id(client_as: ClientAs, world: World, deliver: Any) -> None:
    alice = client_as("alice")
    sent = deliver(alice, "/visits", {"client": str(world.id("jeanne")), "kind": "home", "purpose": "Chute",
                                      "coordinator_id": str(world.id("bob")), "status": "done"})  # fmt: skip
    assert sent.state == "applied"
    visit = db.session.get_one(Visit, sent.id)
    assert (visit.coordinator_id, visit.status, visit.planned) == (world.id("alice"), "in_progress", False)
    assert deliver(alice, f"/visits/{sent.id}/status", {"status": "done"}).state == "applied"
    assert "Chute" in alice.get(f"/visits/{sent.id}").text


@pytest.mark.parametrize("client", ["marcel", "odette", "nobody"])
def test_no_visit_to_somebody_elses_client(client_as: ClientAs, world: World, deliver: Any, client: str) -> None:
    sent = deliver(client_as("alice"), "/visits", {"client": str(world.id(client))})
    assert sent.state == "held"
    assert db.session.get(Visit, sent.id) is None


def test_what_came_before_its_visit_is_applied_with_it(client_as: ClientAs, world: World, deliver: Any) -> None:
    alice, id = client_as("alice"), uuid4()
    early = deliver(alice, f"/visits/{id}/status", {"status": "done"})
    assert early.state == "held"
    deliver(alice, "/visits", {"client": str(world.id("jeanne"))}, id=id)
    assert db.session.get_one(Capture, early.id).state == "applied"
    assert db.session.get_one(Visit, id).status == "done"


def test_without_scripts_the_round_still_starts_a_visit_once(client_as: ClientAs, world: World) -> None:
    alice = client_as("alice")
    for _time in range(2):
        answer = alice.post(status_url(world), data={"status": "in_progress", "_base": "1"})
        assert answer.status_code == 303
    assert world.visit.status == "in_progress"
    assert db.session.scalar(select(func.count(Capture.id))) == 1


def test_what_was_sent_can_be_read_on_the_visit(client_as: ClientAs, world: World, deliver: Any) -> None:
    version = publish()["home-safety"]
    alice, visit = client_as("alice"), world.id("visit")
    fill = f"/visits/{visit}/checklists/home-safety/{version}"
    assert f'href="{fill}"' in alice.get(f"/visits/{visit}").text
    assert deliver(alice, fill, {**ALL_WELL, "_form": version}).state == "applied"
    assert deliver(alice, f"/visits/{visit}/notes/free", {"text": "Moral <b>meilleur</b>."}).state == "applied"
    page = alice.get(f"/visits/{visit}").text
    assert f'href="{fill}"' not in page  # it is there: not to be filled again by mistake
    assert "Moral &lt;b&gt;meilleur&lt;/b&gt;." in page
    assert page.count("<dd") > 15
    assert f"/reviews/{visit}" not in page
    assert f"/reviews/{visit}" in client_as("diane").get(f"/visits/{visit}").text


def test_a_colleagues_visit_is_read_not_filled(client_as: ClientAs, world: World) -> None:
    publish()
    db.session.add(Assignment(client_id=world.id("jeanne"), person_id=world.id("bob")))
    page = client_as("bob").get(f"/visits/{world.id('visit')}")
    assert page.status_code == 200
    assert "/checklists/" not in page.text
    assert "data-capture" not in page.text


def test_a_supervisor_alone_makes_no_visits(client_as: ClientAs, world: World, deliver: Any) -> None:
    sent = deliver(client_as("diane"), "/visits", {"client": str(world.id("jeanne"))})
    assert sent.state == "held"
    assert client_as("diane").get("/visits/new").status_code == 403


# the planning


def plan_fields(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "client": str(world.id("jeanne")),
        "coordinator": str(world.id("alice")),
        "day": local_day(3),
        "time": "10:00",
        "minutes": "45",
        "kind": "home",
        "purpose": "Chute",
        "forms": ["home-safety"],
        **changes,
    }


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"day": "2027-04-31"}, "2027-04-31"),
        ({"day": "9999-01-01"}, "9999-01-01"),
        ({"time": "25:10"}, "25:10"),
        ({"minutes": "1,5"}, "1,5"),
        ({"minutes": "-1"}, "-1"),
        ({"purpose": "x" * 201}, "x" * 201),
        ({"purpose": "{{7*7}} <b>", "minutes": ""}, "{{7*7}} &lt;b&gt;"),
        ({"kind": "rocket", "purpose": "gardé"}, "gardé"),
        ({"coordinator": "charlie", "purpose": "gardé"}, "gardé"),
        ({"forms": ["../../etc"], "purpose": "gardé"}, "gardé"),
    ],
)
def test_what_cannot_be_planned_comes_back_as_typed(
    client_as: ClientAs, world: World, changes: dict[str, Any], kept: str
) -> None:
    publish()
    if changes.get("coordinator") == "charlie":
        changes = {**changes, "coordinator": str(world.id("charlie"))}
    before = db.session.scalar(select(func.count(Visit.id)))
    answer = client_as("diane").post("/planning/visits/new", data=plan_fields(world, **changes))
    assert answer.status_code == 422
    assert kept in answer.text
    assert 'role="alert"' in answer.text
    assert db.session.scalar(select(func.count(Visit.id))) == before


def test_a_clash_is_asked_back_and_confirmed(client_as: ClientAs, world: World) -> None:
    publish()
    diane = client_as("diane")
    fields = plan_fields(world, day=local_day(1), time="09:30")
    answer = diane.post("/planning/visits/new", data=fields)
    assert answer.status_code == 409
    assert "Alice Morvan" in answer.text
    assert 'name="confirmed"' in answer.text
    assert diane.post("/planning/visits/new", data={**fields, "confirmed": "y"}).status_code == 303


@pytest.mark.parametrize("client", ["odette", "nobody"])
def test_nothing_is_planned_for_another_team(client_as: ClientAs, world: World, client: str) -> None:
    fields = plan_fields(world, client=str(world.id(client)))
    assert client_as("diane").post("/planning/visits/new", data=fields).status_code == 404


@pytest.mark.parametrize("what", ["move", "give", "cancel"])
def test_a_page_out_of_date_says_so_and_shows_what_is(client_as: ClientAs, world: World, what: str) -> None:
    diane, visit = client_as("diane"), world.id("visit")
    old = world.visit.version
    assert diane.post(f"/planning/visits/{visit}/give", data={"version": old, "coordinator": str(world.id("karim")),
                                                            "confirmed": "y"}).status_code == 303  # fmt: skip
    answer = diane.post(f"/planning/visits/{visit}/{what}", data={
        "version": old, "day": local_day(4), "time": "10:00", "minutes": "30", "coordinator": str(world.id("alice")),
        "status": "cancelled_by_us", "reason": "Parce que",
    })  # fmt: skip
    assert answer.status_code == 409
    assert "Karim Benali" in answer.text
    assert f'name="version" value="{world.visit.version}"' in answer.text
    assert world.visit.coordinator_id == world.id("karim")
    assert world.visit.status == "planned"


def test_a_visit_is_moved_and_given_and_cancelled(client_as: ClientAs, world: World) -> None:
    diane, url = client_as("diane"), f"/planning/visits/{world.id('visit')}"
    moved = diane.post(f"{url}/move", data={"version": 1, "day": local_day(5), "time": "16:00", "minutes": "30"})
    assert moved.status_code == 303
    assert world.visit.starts_at == datetime.combine(today() + timedelta(days=5), time(16), zone())
    given = diane.post(f"{url}/give", data={"version": world.visit.version, "coordinator": str(world.id("bob"))})
    assert given.status_code == 303
    gone = diane.post(f"{url}/cancel", data={"version": world.visit.version, "status": "missed", "reason": "Panne"})
    assert gone.status_code == 303
    assert [event.what for event in world.visit.events] == ["planned", "moved", "given", "missed"]
    assert (
        diane.post(f"{url}/cancel", data={"version": world.visit.version, "status": "missed", "reason": ""}).status_code
        == 422
    )


@pytest.mark.parametrize("week", ["2026-W54", "x", "../..", "2026-W48'--"])
def test_a_week_that_is_none_shows_this_one_and_says_so(client_as: ClientAs, week: str) -> None:
    page = client_as("diane").get("/planning", query_string={"week": week})
    assert page.status_code == 200
    assert "n’existe pas" in page.text


def test_a_cover_is_noted_shown_and_ended(client_as: ClientAs, world: World) -> None:
    diane = client_as("diane")
    fields = {
        "away": str(world.id("alice")),
        "stand_in": str(world.id("bob")),
        "first_day": local_day(0),
        "last_day": local_day(0),
    }
    bad = diane.post("/planning/cover", data={**fields, "last_day": "2027-04-31"})
    assert bad.status_code == 422
    assert "2027-04-31" in bad.text
    assert diane.post("/planning/cover", data={**fields, "stand_in": str(world.id("charlie"))}).status_code == 422
    assert diane.post("/planning/cover", data=fields).status_code == 303
    cover = db.session.scalars(select(Cover)).one()
    assert "Bob Quéré" in diane.get("/planning").text
    assert client_as("erwan").post(f"/planning/cover/{cover.id}/end").status_code == 404
    assert diane.post(f"/planning/cover/{cover.id}/end").status_code == 303
    assert db.session.scalar(select(func.count(Cover.id))) == 0


def test_names_are_text_and_nothing_else(client_as: ClientAs, world: World) -> None:
    world.jeanne.given_name = '"><img src=x onerror=alert(1)>'
    world.visit.purpose = "{{7*7}}</title>"
    alice, diane = client_as("alice"), client_as("diane")
    for page in (alice.get("/today"), alice.get(f"/visits/{world.id('visit')}"), diane.get("/planning")):
        assert "<img" not in page.text
        assert "&gt;&lt;img" in page.text
        assert "{{7*7}}</title>" not in page.text
