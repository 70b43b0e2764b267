"""One world for all tests. Everybody in it exists for a reason, said beside the name.

north: alice, bob, diane, karim, hugo     south: charlie, erwan     no team: fanny, gaston
jeanne is alice's, marcel is bob's, odette is charlie's; paul is archived (was alice's)
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from typing import Any
from uuid import NAMESPACE_DNS, UUID, uuid5

from argon2 import PasswordHasher

from blueprints.clients.models import Alert, Assignment, Client, Contact
from blueprints.kiosks.models import Kiosk
from blueprints.notes.actions import publish_shipped_formats
from blueprints.people.models import Device, Membership, Person, PersonRole, SignIn, Team
from blueprints.shared.db import db, now, today, zone
from blueprints.shared.tokens import hashed
from blueprints.shared.words import fold
from blueprints.visits.models import Visit, VisitEvent, VisitForm

PASSWORD = "correct horse battery"
PEOPLE: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "alice": ("Alice Morvan", ("coordinator",), ("north",)),  # does the work: has clients, visits, a phone
    "bob": ("Bob Quéré", ("coordinator",), ("north",)),  # same team: must not see alice's clients
    "charlie": ("Charlie Le Bihan", ("coordinator",), ("south",)),  # other team: must see nothing of the north
    "diane": ("Diane Kervella", ("supervisor",), ("north",)),  # reads, plans, settles for the north
    "erwan": ("Erwan Tanguy", ("supervisor",), ("south",)),  # the other team's supervisor
    "fanny": ("Fanny Roudaut", ("manager",), ()),  # sees scores, no case
    "gaston": ("Gaston Abgrall", ("administrator",), ()),  # people and devices, no case
    "hugo": ("Hugo Cadiou", ("coordinator",), ("north",)),  # disabled: left the service
    "karim": ("Karim Benali", ("coordinator", "supervisor"), ("north",)),  # two roles: nobody signs their own
}
CLIENTS: dict[str, tuple[str, str, str, str]] = {
    "jeanne": ("Jeanne", "Le Goff", "north", "alice"),  # the client of most tests; has alerts and a contact
    "marcel": ("Marcel", "Kerjean", "north", "bob"),  # same team, not alice's
    "odette": ("Odette", "Salaün", "south", "charlie"),  # other team
    "paul": ("Paul", "Archivé", "north", "alice"),  # archived
}
# name: (client, coordinator, days from today, hour, status)
VISITS: dict[str, tuple[str, str, int, int, str]] = {
    "visit": ("jeanne", "alice", 0, 9, "planned"),  # alice's next one
    "afternoon": ("jeanne", "alice", 0, 15, "planned"),  # a second one today: the round has an order
    "done": ("jeanne", "alice", -1, 10, "done"),  # yesterday's, made
    "tomorrow": ("jeanne", "alice", 1, 9, "planned"),  # not today's
    "bobs": ("marcel", "bob", 0, 9, "planned"),  # same team, not alice's
    "charlies": ("odette", "charlie", 0, 9, "planned"),  # other team
    "charlies_done": ("odette", "charlie", -1, 10, "done"),
}
FORMS = ("home-safety",)  # to be filled at each visit
KIOSK_SECRET = "the secret in the tablet's cookie"


def id_of(name: str) -> UUID:
    """The id of anybody and anything in the world, the same in every run."""
    found = uuid5(NAMESPACE_DNS, name)
    return UUID(int=(found.int & ~(0xF << 76)) | 7 << 76)  # looks like the ids that the app makes


def email(name: str) -> str:
    """What this person signs in with."""
    return f"{name}@example.org"


@cache
def password() -> str:
    """The stored form of everybody's password, made cheaply and once."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def build() -> None:
    """Writes the world into an empty database; the caller commits."""
    publish_shipped_formats()
    for name in ("north", "south"):
        db.session.add(Team(id=id_of(name), name={"north": "Nord", "south": "Sud"}[name]))
    db.session.flush()
    for name, (full, roles, teams) in PEOPLE.items():
        person = Person(id=id_of(name), name=full, email=email(name), password=password(), language="fr")
        person.roles = [PersonRole(role=role) for role in roles]
        person.memberships = [Membership(team_id=id_of(team)) for team in teams]
        person.disabled_at = now() if name == "hugo" else None
        db.session.add(person)
    db.session.flush()
    for name in PEOPLE:
        db.session.add(Device(id=id_of(f"{name}'s device"), person_id=id_of(name), label="Chrome, Android"))
    for name, (given, family, team, coordinator) in CLIENTS.items():
        _client(name, given, family, team, coordinator)
    for name, row in VISITS.items():
        _visit(name, *row)
    db.session.add(
        Kiosk(
            id=id_of("kiosk"),
            name="Accueil",
            team_id=id_of("north"),
            form_id="kiosk-hall",
            made_by=id_of("gaston"),
            secret=hashed(KIOSK_SECRET),
            paired_at=now(),
        )
    )
    db.session.flush()


def _client(name: str, given: str, family: str, team: str, coordinator: str) -> None:
    client = Client(
        id=id_of(name),
        team_id=id_of(team),
        given_name=given,
        family_name=family,
        address="4 rue des Lilas, Quimper",
        phone="0298000000",
        search=fold(f"{given} {family} 4 rue des Lilas, Quimper"),
        archived_at=now() if name == "paul" else None,
    )
    if name == "jeanne":
        client.contacts = [Contact(name="Anne Le Goff", relation="fille", phone="0600000000")]
        client.alerts = [Alert(level="danger", words="chien"), Alert(level="access", words="code 41B7")]
    client.assignments = [Assignment(person_id=id_of(coordinator), made_by=id_of("diane"))]
    db.session.add(client)
    db.session.flush()


def _visit(name: str, client: str, coordinator: str, days: int, hour: int, status: str) -> None:
    starts = datetime.combine(today() + timedelta(days=days), time(hour), zone())
    done = status == "done"
    visit = Visit(
        id=id_of(name),
        client_id=id_of(client),
        coordinator_id=id_of(coordinator),
        starts_at=starts,
        minutes=60,
        status=status,
        made_by=id_of("diane"),
        started_at=starts if done else None,
        ended_at=starts + timedelta(minutes=50) if done else None,
    )
    visit.forms = [VisitForm(form_id=form, position=number) for number, form in enumerate(FORMS)]
    db.session.add(visit)
    db.session.flush()
    happened = [("planned", starts - timedelta(days=7), "diane")]
    if done:
        happened += [("in_progress", starts, coordinator), ("done", starts + timedelta(minutes=50), coordinator)]
    for what, at, person in happened:
        db.session.add(VisitEvent(visit_id=visit.id, what=what, at=at, person_id=id_of(person)))


def sign_in(name: str) -> str:
    """A session row for this person on their own device; the reference that the cookie carries."""
    person = db.session.get_one(Person, id_of(name))
    desk = person.has("supervisor", "manager", "administrator")
    reference = f"reference of {name} {now().isoformat()}"
    db.session.add(
        SignIn(
            secret=hashed(reference),
            person_id=person.id,
            device_id=id_of(f"{name}'s device"),
            expires_at=now() + timedelta(days=30),
            idle_minutes=30 if desk else None,
        )
    )
    db.session.commit()
    return reference


@dataclass(frozen=True)
class World:
    """The world by name: `world.alice` is the person, `world.jeanne` the client, `world.visit` the visit.

    Each is read from the database anew, in the test's own session; `world.id("alice")` is the id alone.
    """

    def id(self, name: str) -> UUID:
        return id_of(name)

    def __getattr__(self, name: str) -> Any:
        for table, kind in ((PEOPLE, Person), (CLIENTS, Client), (VISITS, Visit)):
            if name in table:
                return db.session.get_one(kind, id_of(name))
        if name in ("north", "south"):
            return db.session.get_one(Team, id_of(name))
        if name == "kiosk":
            return db.session.get_one(Kiosk, id_of(name))
        raise AttributeError(name)
