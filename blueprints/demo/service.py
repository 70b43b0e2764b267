"""Who works in the demo's service, and for whom."""

import secrets
from datetime import date, timedelta

from sqlalchemy import select

from blueprints.clients import actions as clients
from blueprints.clients.models import Client
from blueprints.demo import texts
from blueprints.demo.story import Phone, Story, number_like
from blueprints.kiosks import actions as kiosks
from blueprints.people import actions as people
from blueprints.people.models import Device, Invitation, Person, SignIn
from blueprints.shared.db import db, now
from blueprints.shared.happened import by
from blueprints.shared.tokens import hashed

PASSWORD = "quatre visites ce matin"  # noqa: S105  # printed where the demo runs, and meant to be known
TEAMS = {"north": "Équipe Nord", "south": "Équipe Sud"}
# key: (name, role, team)
PEOPLE = {
    "lea": ("Léa Martin", "coordinator", "north"),
    "tom": ("Tom Royer", "coordinator", "north"),
    "nadia": ("Nadia Ferrand", "supervisor", "north"),
    "ines": ("Inès Haddad", "coordinator", "south"),
    "marc": ("Marc Olivier", "supervisor", "south"),
    "claire": ("Claire Besson", "manager", None),
    "yves": ("Yves Kerdoncuff", "administrator", None),
}
PHONES = {"lea": "Chrome, Android", "tom": "Safari, iPhone", "ines": "Chrome, Android"}
WEEK = 25 * 60  # minutes that a coordinator has for visits
OF_LEA = (0, 1, 2, 3, 4, 5, 6, *range(10, 23))  # places in texts.NORTH; Tom has the others
FORMS = {
    "Prévention des chutes": "home-safety",
    "Retour d’hospitalisation": "first-assessment",
    "Maintien à domicile": "monthly-follow-up",
}


def email(key: str) -> str:
    """What this person signs in with."""
    return f"{key}@demo.tournee"


def hire(story: Story) -> None:
    """An administrator makes the teams, invites everybody and pairs the kiosk; everybody accepts."""
    admin = people.create_administrator(PEOPLE["yves"][0], email("yves"), PASSWORD)
    story.person["yves"] = admin
    with by(admin.id):
        _hire_all(story, admin)


def _hire_all(story: Story, admin: Person) -> None:
    story.team = {key: people.make_team(name) for key, name in TEAMS.items()}
    for key, (name, role, team) in PEOPLE.items():
        if key != "yves":
            ids = [story.team[team].id] if team else []
            details = people.Details(name, email(key), [role], ids, WEEK if role == "coordinator" else None)
            story.person[key], _link = people.invite(admin, details)
            mine = select(Invitation).where(Invitation.person_id == story.person[key].id)
            people.accept(db.session.scalars(mine).one(), PASSWORD)
    for key, label in PHONES.items():
        story.phone[key] = Phone(story.person[key], _device(story, key, label))
    _leave_in_a_drawer(story, _device(story, "tom", "Firefox, Android"))
    story.kiosk, _code = kiosks.set_up(admin, "Hall d’accueil", story.team["north"].id, "kiosk-hall")
    kiosks.pair(story.kiosk)


def _device(story: Story, key: str, label: str) -> Device:
    device = Device(person_id=story.person[key].id, label=label, created_at=now(), last_heard=now())
    db.session.add(device)
    db.session.flush()
    return device


def _leave_in_a_drawer(story: Story, device: Device) -> None:
    """A phone whose session still is, not heard from for five days. Nobody knows the reference of the session."""
    device.last_heard = story.moment - timedelta(days=5)
    times = {"created_at": story.moment - timedelta(days=12), "expires_at": story.moment + timedelta(days=18)}
    reference = hashed(secrets.token_urlsafe(32))
    db.session.add(
        SignIn(secret=reference, person_id=device.person_id, device_id=device.id, last_seen=device.last_heard, **times)
    )
    db.session.flush()


def meet(story: Story) -> None:
    """The sixty cases, and who looks after them."""
    lea = [texts.NORTH[n] for n in OF_LEA]
    tom = [row for n, row in enumerate(texts.NORTH) if n not in OF_LEA]
    for key, rows, team, town, supervisor in (
        ("lea", lea, "north", "Kerlann", "nadia"),
        ("tom", tom, "north", "Kerlann", "nadia"),
        ("ines", texts.SOUTH, "south", "Port-Béval", "marc"),
    ):
        with by(story.person[supervisor].id):
            story.client[key] = [_open(story, row, team, town) for row in rows]
            for client in story.client[key]:
                clients.assign(client, story.person[key], story.person[supervisor])


def _open(story: Story, row: texts.Row, team: str, town: str) -> Client:
    given, family, gender, year, street, service, every = row
    chance = story.chance
    details = clients.Details(
        given,
        family,
        born=date(year, chance.randint(1, 12), chance.randint(1, 28)),
        address=f"{street}, {town}",
        phone=number_like(chance, "02 61 91"),
        service=service,
        needs=chance.choice(texts.NEEDS[service]),
        visit_every=every,
        next_form=FORMS.get(service),
        contacts=[_contact(story, family) for _n in range(chance.choice((0, 1, 1, 2)))],
        alerts=_alerts(story),
    )
    if family == "Le Goff":
        details.contacts = [clients.ContactWords("Anne Le Goff", "fille", "06 39 98 14 22")]
        details.alerts = [
            clients.AlertWords("Chute récente", "danger", story.today - timedelta(days=6)),
            clients.AlertWords("Chien", "warning"),
            clients.AlertWords("Code porte 41B7", "access"),
        ]
    client = clients.create(story.team[team], details)
    story.gender[client.id] = gender
    return client


def _contact(story: Story, family: str) -> clients.ContactWords:
    name = f"{story.chance.choice(texts.GIVEN_NAMES)} {family}"
    return clients.ContactWords(name, story.chance.choice(texts.RELATIONS), number_like(story.chance, "06 39 98"))


def _alerts(story: Story) -> list[clients.AlertWords]:
    chosen = story.chance.sample(texts.ALERTS, story.chance.choice((0, 0, 1, 1, 2)))
    return [clients.AlertWords(words, level) for level, words in chosen]
