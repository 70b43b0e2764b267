"""What the telling of the demo world needs to remember, and a few words for it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from blueprints.captures.models import Capture
from blueprints.clients.models import Client
from blueprints.kiosks.models import Kiosk
from blueprints.people.models import Device, Person, Team
from blueprints.shared.db import local, zone
from blueprints.visits.models import Visit


@dataclass
class Phone:
    """A coordinator's phone: it counts what it sends."""

    owner: Person
    device: Device
    number: int = 0


@dataclass
class Story:
    """One telling. `moment` is the present; the chance is the same every time. People are named by their key."""

    moment: datetime
    chance: Random = field(default_factory=lambda: Random(20261124))
    person: dict[str, Person] = field(default_factory=dict)
    team: dict[str, Team] = field(default_factory=dict)
    phone: dict[str, Phone] = field(default_factory=dict)
    client: dict[str, list[Client]] = field(default_factory=dict)  # by the coordinator who looks after them
    gender: dict[UUID, str] = field(default_factory=dict)  # of each client: F or M
    planned: dict[str, list[Visit]] = field(default_factory=dict)  # by coordinator
    version: dict[str, str] = field(default_factory=dict)  # of each form, by its id
    kiosk: Kiosk | None = None
    # What happens once in the whole story, as soon as it has happened.
    calls: dict[str, Capture] = field(default_factory=dict)  # who wants to be called back, by coordinator
    held: Capture | None = None  # water too hot to be true
    late: Capture | None = None  # a note written two days after the visit
    bath: Capture | None = None  # a note that is sent back and answered

    @property
    def today(self) -> date:
        return local(self.moment).date()

    @property
    def yesterday(self) -> date:
        """The last weekday before today."""
        return weekdays(self.today, -1)[0]

    def say(self, text: str, client: Client) -> str:
        """A text of texts.py about this client."""
        she = self.gender[client.id] == "F"
        return text.format(
            name=f"{'Mme' if she else 'M.'} {client.family_name}",
            they="elle" if she else "il",
            They="Elle" if she else "Il",
            them="elle" if she else "lui",
            e="e" if she else "",
        )

    def id(self) -> UUID:
        """An id as a phone makes it."""
        return UUID(int=self.chance.getrandbits(128), version=4)


def weekdays(day: date, step: int) -> list[date]:
    """The 60 weekdays before (-1) or after (1) a day, the nearest first."""
    days = (day + timedelta(days=step * n) for n in range(1, 90))
    return [found for found in days if found.weekday() < 5][:60]


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """That time of the service's day."""
    return datetime.combine(day, time(hour, minute), zone())


def day_of(visit: Visit) -> date:
    """The service's day on which a visit begins."""
    return local(visit.starts_at).date()


def in_turn(chance: Random, n: int) -> Iterator[int]:
    """The numbers below n in a random order, again and again."""
    while True:
        yield from chance.sample(range(n), n)


def number_like(chance: Random, prefix: str) -> str:
    """A telephone number under a prefix that is kept for fiction."""
    digits = chance.randint(0, 9999)
    return f"{prefix} {digits // 100:02d} {digits % 100:02d}"
