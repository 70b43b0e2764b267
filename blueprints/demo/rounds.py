"""The demo's rounds: three weeks behind, today, three weeks ahead; what next week holds."""

from datetime import date, timedelta
from itertools import chain

from blueprints.clients.models import Client
from blueprints.demo.service import FORMS, OF_LEA
from blueprints.demo.story import Story, at, day_of, weekdays
from blueprints.shared.db import local, then
from blueprints.shared.happened import by
from blueprints.visits import actions as visits
from blueprints.visits.models import Visit

WEEKDAYS = 15  # on each side of today
SLOTS = [(8, 30), (9, 45), (11, 15), (14, 0), (15, 30), (16, 45)]
LENGTHS = (30, 35, 40, 45, 50)  # minutes
DUE = 4  # of each coordinator's clients have no visit ahead, so that one is due to them
TITLES = {
    "home-safety": "Sécurité du logement",
    "first-assessment": "Première évaluation",
    "monthly-follow-up": "Suivi mensuel",
}
# Léa's round of today: (place in texts.NORTH, hour, minute, length, form)
TODAY = (
    (0, 8, 30, 35, None),
    (1, 9, 45, 50, "first-assessment"),
    (2, 11, 15, 45, "home-safety"),
    (3, 14, 0, 30, "monthly-follow-up"),
    (4, 15, 30, 60, "first-assessment"),
)


def plan(story: Story, key: str) -> None:
    """A coordinator's rounds, of four to six visits a day."""
    own, rest = story.client[key], list(story.client[key])
    story.planned[key] = []
    before, after = weekdays(story.today, -1)[:WEEKDAYS][::-1], weekdays(story.today, 1)[:WEEKDAYS]
    for day in chain(before, [story.today], after):
        if key == "lea" and day == story.today:
            _plan_today(story)
            continue
        possible = own if day <= story.today else own[:-DUE]
        for hour, minute in _slots(story, key, day):
            while not (rest and rest[0] in possible):
                rest = rest[1:] or story.chance.sample(own, len(own))
            client, rest = rest[0], rest[1:]
            if any(visit.client is client and day_of(visit) == day for visit in story.planned[key]):
                continue
            risky = key == "tom" and day == story.yesterday
            _plan_one(story, key, client, day, hour, minute, "home-safety" if risky else _form(story, key, client))


def _slots(story: Story, key: str, day: date) -> list[tuple[int, int]]:
    """When somebody visits on a day. While Léa stands in for Tom, her own visits leave room for his."""
    if day not in covered(story):
        return sorted(story.chance.sample(SLOTS, story.chance.choice((4, 5, 5, 6))))
    if key == "tom":
        taken = {(local(v.starts_at).hour, local(v.starts_at).minute) for v in story.planned["lea"] if day_of(v) == day}
        return [slot for slot in SLOTS if slot not in taken]
    return sorted(story.chance.sample(SLOTS, 4))


def covered(story: Story) -> tuple[date, date]:
    """Next week's Thursday and Friday, on which Tom is away."""
    monday = story.today + timedelta(days=7 - story.today.weekday())
    return monday + timedelta(days=3), monday + timedelta(days=4)


def _form(story: Story, key: str, client: Client) -> str | None:
    """The form of the client's service at their first visit, the monthly follow-up at every third."""
    made = sum(1 for visit in story.planned[key] if visit.client is client)
    form = FORMS.get(client.service)
    return (form if made == 0 else "monthly-follow-up") if form and made % 3 == 0 else None


def _plan_today(story: Story) -> None:
    for place, hour, minute, minutes, form in TODAY:
        client = story.client["lea"][OF_LEA.index(place)]
        _plan_one(story, "lea", client, story.today, hour, minute, form, minutes)


def _plan_one(
    story: Story, key: str, client: Client, day: date, hour: int, minute: int, form: str | None, minutes: int = 0
) -> Visit:
    starts = at(day, hour, minute)
    planner = story.person["marc" if key == "ines" else "nadia"]
    when = min(starts - timedelta(days=day.weekday() + 4), story.moment - timedelta(days=1))
    with then(when), by(planner.id):
        visit = visits.plan(
            client,
            story.person[key],
            starts,
            minutes or story.chance.choice(LENGTHS),
            planner,
            purpose=TITLES[form] if form else client.service,
            forms=[form] if form else [],
            confirmed=True,
        )
    story.planned[key].append(visit)
    return visit


def look_ahead(story: Story) -> None:
    """Next week Tom is away for two days and Léa stands in; two visits of Léa's overlap on the Wednesday."""
    thursday, friday = covered(story)
    person, wednesday = story.person, thursday - timedelta(days=1)
    with then(story.moment - timedelta(hours=4)), by(person["nadia"].id):
        visits.cover(person["tom"], person["lea"], thursday, friday, person["nadia"])
    that_day = [visit for visit in story.planned["lea"] if day_of(visit) == wednesday]
    busy = {visit.client_id for visit in that_day}
    other = next(client for client in story.client["lea"] if client.id not in busy)
    clash = local(min(visit.starts_at for visit in that_day)) + timedelta(minutes=15)
    _plan_one(story, "lea", other, wednesday, clash.hour, clash.minute, None, 30)
