"""The demo world: two teams, sixty clients, three weeks behind and three ahead. The same for the same moment.

Everything happens through the actions of those whom it concerns, at the time when it did (`db.then`), and what came from
a phone goes the way of every capture. Rows are made by hand only for what no action makes: a phone, a capture itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from blueprints.captures import envelope, intake
from blueprints.captures.models import Capture
from blueprints.clients import actions as clients
from blueprints.clients.models import Client
from blueprints.demo import answers, texts
from blueprints.forms.actions import publish_shipped
from blueprints.forms.queries import current
from blueprints.kiosks import actions as kiosks
from blueprints.kiosks.models import Kiosk
from blueprints.notes.models import NoteVersion
from blueprints.people import actions as people
from blueprints.people.models import Device, Invitation, Person
from blueprints.reviews import actions as reviews
from blueprints.reviews.models import Return, ReviewText
from blueprints.shared.db import db, local, now, then, zone
from blueprints.shared.refusal import Refused
from blueprints.surveys.models import Feedback
from blueprints.visits import actions as visits
from blueprints.visits.models import Visit

PASSWORD = "quatre visites ce matin"
WEEKDAYS = 15  # on each side of today
# key: (name, roles, team, what they show in a demonstration)
PEOPLE = {
    "lea": ("Léa Martin", ["coordinator"], "north"),
    "tom": ("Tom Royer", ["coordinator"], "north"),
    "nadia": ("Nadia Ferrand", ["supervisor"], "north"),
    "ines": ("Inès Haddad", ["coordinator"], "south"),
    "marc": ("Marc Olivier", ["supervisor"], "south"),
    "claire": ("Claire Besson", ["manager"], None),
    "yves": ("Yves Kerdoncuff", ["administrator"], None),
}
TEAMS = {"north": "Équipe Nord", "south": "Équipe Sud"}
OF_LEA = [0, 1, 2, 3, 4, 5, 6, *range(10, 23)]  # places in texts.NORTH; Tom has the others
# Léa's round of today: (place in texts.NORTH, hour, minute, length, form)
TODAY = [(0, 8, 30, 35, None), (1, 9, 45, 50, "first-assessment"), (2, 11, 15, 45, "home-safety"),
         (3, 14, 0, 30, "monthly-follow-up"), (4, 15, 30, 60, "first-assessment")]  # fmt: skip
SLOTS = [(8, 30), (9, 45), (11, 15), (14, 0), (15, 30), (16, 45)]
DUE = 4  # of each coordinator's clients have no visit ahead
FORMS = {"Prévention des chutes": "home-safety", "Retour d’hospitalisation": "first-assessment",
         "Maintien à domicile": "monthly-follow-up"}  # fmt: skip
TITLES = {"home-safety": "Sécurité du logement", "first-assessment": "Première évaluation",
          "monthly-follow-up": "Suivi mensuel"}  # fmt: skip


def email(key: str) -> str:
    """What this person signs in with."""
    return f"{key}@demo.tournee"


def sign_ins() -> list[str]:
    """A line for each person of the demo, to be printed where it runs."""
    roles = {"coordinator": "coordinator", "supervisor": "supervisor", "manager": "manager",
             "administrator": "administrator"}  # fmt: skip
    lines = []
    for key, (name, has, team) in PEOPLE.items():
        where = f", {TEAMS[team]}" if team else ""
        lines.append(f"{email(key):<22} {name} ({roles[has[0]]}{where})")
    return [*lines, f"password of all: {PASSWORD}"]


def is_here() -> bool:
    """Whether this database holds the demo world, by its first person's password still being theirs to know."""
    return db.session.scalar(select(Person.id).where(Person.email == email("lea"))) is not None


def load() -> None:
    """Tells the whole story into a database without people; the caller commits. Refuses one that has people in it."""
    if db.session.scalar(select(Person.id).limit(1)) is not None:
        raise Refused(_("There are people in this database. The demo world loads only into an empty one."))
    publish_shipped()
    with force_locale("fr"):
        Story(now()).tell()


@dataclass
class Phone:
    """A coordinator's phone: it counts what it sends."""

    owner: Person
    device: Device
    number: int = 0


@dataclass
class Story:
    """One telling; `moment` is the present, and the chance is the same every time."""

    moment: datetime
    chance: Random = field(default_factory=lambda: Random(20261124))
    person: dict[str, Person] = field(default_factory=dict)
    phone: dict[str, Phone] = field(default_factory=dict)
    client: dict[str, list[Client]] = field(default_factory=dict)
    gender: dict[UUID, str] = field(default_factory=dict)
    planned: dict[str, list[Visit]] = field(default_factory=dict)
    calls: dict[str, Capture] = field(default_factory=dict)  # who wants to be called back, by their coordinator
    held: Capture | None = None
    late: Visit | None = None
    bath: Capture | None = None  # the note that is sent back and answered

    def tell(self) -> None:
        """Everything, in the order in which it must be told."""
        today = local(self.moment).date()
        before = _weekdays(today, -1)[:WEEKDAYS][::-1]
        after = _weekdays(today, 1)[:WEEKDAYS]
        self.today, self.yesterday = today, before[-1]
        self.versions = {row.form_id: row.version for use in ("checklist", "survey") for row in current(use)}
        with then(self.moment - timedelta(days=90)):
            self._hire()
        with then(self.moment - timedelta(days=60)):
            self._meet()
        for key in ("lea", "tom", "ines"):
            self._plan(key, [*before, today], after)
        for key in ("lea", "tom", "ines"):
            self._work(key)
        self._read()
        self._answer_returns()
        self._hear_kiosk()
        self._look_ahead(after)

    # who works here, and for whom

    def _hire(self) -> None:
        admin = people.create_administrator(PEOPLE["yves"][0], email("yves"), PASSWORD)
        teams = {key: people.make_team(name) for key, name in TEAMS.items()}
        self.person["yves"] = admin
        for key, (name, roles, team) in PEOPLE.items():
            if key == "yves":
                continue
            ids = [teams[team].id] if team else []
            hours = 25 * 60 if roles == ["coordinator"] else None
            person, _link = people.invite(admin, people.Details(name, email(key), roles, ids, hours))
            invitation = db.session.scalars(select(Invitation).where(Invitation.person_id == person.id)).one()
            people.accept(invitation, PASSWORD)
            self.person[key] = person
        for key, label in (("lea", "Chrome, Android"), ("tom", "Safari, iPhone"), ("ines", "Chrome, Android")):
            self.phone[key] = Phone(self.person[key], self._device(key, label))
        old = self._device("tom", "Firefox, Android")
        old.last_heard = self.moment - timedelta(days=5)
        kiosk, _code = kiosks.set_up(admin, "Hall d’accueil", teams["north"].id, "kiosk-hall")
        kiosks.pair(kiosk)
        self.kiosk, self.team = kiosk, teams

    def _device(self, key: str, label: str) -> Device:
        device = Device(person_id=self.person[key].id, label=label, created_at=now(), last_heard=now())
        db.session.add(device)
        db.session.flush()
        return device

    def _meet(self) -> None:
        lea = [texts.NORTH[n] for n in OF_LEA]
        tom = [row for n, row in enumerate(texts.NORTH) if n not in OF_LEA]
        for key, rows, team, town in (("lea", lea, "north", "Kerlann"), ("tom", tom, "north", "Kerlann"),
                                      ("ines", texts.SOUTH, "south", "Port-Béval")):  # fmt: skip
            supervisor = self.person["nadia" if team == "north" else "marc"]
            self.client[key] = [self._open_case(row, team, town) for row in rows]
            for client in self.client[key]:
                clients.assign(client, self.person[key], supervisor)

    def _open_case(self, row: tuple[str, str, str, int, str, str, int | None], team: str, town: str) -> Client:
        given, family, gender, year, street, service, every = row
        chance = self.chance
        details = clients.Details(
            given, family,
            born=date(year, chance.randint(1, 12), chance.randint(1, 28)),
            address=f"{street}, {town}",
            phone=_phone(chance, "02 61 91"),
            service=service,
            needs=chance.choice(texts.NEEDS[service]),
            visit_every=every,
            next_form=FORMS.get(service),
            contacts=self._contacts(family),
            alerts=self._alerts(),
        )  # fmt: skip
        if family == "Le Goff":
            details.contacts = [clients.ContactWords("Anne Le Goff", "fille", "06 39 98 14 22")]
            details.alerts = [
                clients.AlertWords("Chute récente", "danger", self.today - timedelta(days=6)),
                clients.AlertWords("Chien", "warning"),
                clients.AlertWords("Code porte 41B7", "access"),
            ]
        client = clients.create(self.team[team], details)
        self.gender[client.id] = gender
        return client

    def _contacts(self, family: str) -> list[clients.ContactWords]:
        return [
            clients.ContactWords(
                f"{self.chance.choice(texts.GIVEN_NAMES)} {family}", self.chance.choice(texts.RELATIONS),
                _phone(self.chance, "06 39 98"),
            )
            for _n in range(self.chance.choice((0, 1, 1, 2)))
        ]  # fmt: skip

    def _alerts(self) -> list[clients.AlertWords]:
        chosen = self.chance.sample(texts.ALERTS, self.chance.choice((0, 0, 1, 1, 2)))
        return [clients.AlertWords(words, level) for level, words in chosen]

    # rounds

    def _plan(self, key: str, before: Sequence[date], after: Sequence[date]) -> None:
        """Rounds of four to six visits; the last clients of the list have none ahead, so that they are due."""
        own, by = self.client[key], self.person["marc" if key == "ines" else "nadia"]
        rest, self.planned[key] = list(own), []
        for day in (*before, *after):
            possible = own if day <= self.today else own[:-DUE]
            if key == "lea" and day == self.today:
                self._plan_today(by)
                continue
            for hour, minute in sorted(self.chance.sample(SLOTS, self.chance.choice((4, 5, 5, 6)))):
                while not (rest and rest[0] in possible):
                    rest = rest[1:] or self.chance.sample(own, len(own))
                client, rest = rest[0], rest[1:]
                if any(v.client is client and local(v.starts_at).date() == day for v in self.planned[key]):
                    continue
                form = "home-safety" if key == "tom" and day == self.yesterday else self._form(key, client)
                self._plan_one(key, client, day, hour, minute, form, by)

    def _form(self, key: str, client: Client) -> str | None:
        """The form of the client's service at their first visit and every third."""
        made = sum(1 for visit in self.planned[key] if visit.client is client)
        form = FORMS.get(client.service)
        return (form if made == 0 else "monthly-follow-up") if form and made % 3 == 0 else None

    def _plan_today(self, by: Person) -> None:
        for place, hour, minute, length, form in TODAY:
            client = self.client["lea"][OF_LEA.index(place)]
            self._plan_one("lea", client, self.today, hour, minute, form, by, length)

    def _plan_one(
        self, key: str, client: Client, day: date, hour: int, minute: int, form: str | None, by: Person,
        length: int | None = None, sure: bool = True,
    ) -> Visit:  # fmt: skip
        starts = datetime.combine(day, time(hour, minute), zone())
        made = min(starts - timedelta(days=day.weekday() + 4), self.moment - timedelta(days=1))
        with then(made):
            visit = visits.plan(
                client, self.person[key], starts, length or self.chance.choice((30, 35, 40, 45, 50)), by,
                purpose=TITLES[form] if form else client.service, forms=[form] if form else [], confirmed=sure,
            )  # fmt: skip
        self.planned[key].append(visit)
        return visit

    # the days that are over, and today so far

    def _work(self, key: str) -> None:
        phone, past = self.phone[key], [v for v in self.planned[key] if self._over(v)]
        words = _in_turn(self.chance, len(texts.FREE)), _in_turn(self.chance, len(texts.SOAP))
        feedback = _in_turn(self.chance, len(texts.FEEDBACK))
        last = {local(v.starts_at).date(): v for v in past}
        for n, visit in enumerate(sorted(past, key=lambda v: v.starts_at)):
            day = local(visit.starts_at).date()
            age = (self.today - day).days
            if n % 13 == 7 and age > 1:
                self._did_not_happen(phone, visit)
                continue
            begun = visit.starts_at + timedelta(minutes=self.chance.randint(-4, 9))
            ended = min(begun + timedelta(minutes=visit.minutes + self.chance.randint(-5, 8)), self.moment)
            self._status(phone, visit, "in_progress", begun)
            self._status(phone, visit, "done", ended)
            if key == "tom" and ((age == 0 and n == len(past) - 1) or (age > 0 and day == max(last) and visit is last[day])):
                phone.number += 1  # something of this visit is still on its way
                continue
            self._write(key, phone, visit, ended, words, feedback, n)

    def _over(self, visit: Visit) -> bool:
        """Made by now: all of the days before; of today what ended, for Léa as far as the second visit."""
        ends = visit.starts_at + timedelta(minutes=visit.minutes + 15)
        if ends > self.moment:
            return False
        at = local(visit.starts_at)
        return at.date() < self.today or visit.coordinator is not self.person["lea"] or at.hour < 11

    def _did_not_happen(self, phone: Phone, visit: Visit) -> None:
        status = self.chance.choice(("no_show", "attempted", "cancelled_by_client"))
        reason = self._say(self.chance.choice(texts.REASONS[status]), visit.client)
        self._status(phone, visit, status, visit.starts_at + timedelta(minutes=12), reason)

    def _status(self, phone: Phone, visit: Visit, status: str, at: datetime, reason: str = "") -> None:
        if self.moment - at > timedelta(days=7):  # long ago: what a phone said then is told by the visit's own record
            with then(at):
                id = UUID(int=self.chance.getrandbits(128), version=4)
                visits.set_status(visit, status, phone.owner, id=id, at=at, received=at, reason=reason)
            return
        fields = [("status", status)] + ([("reason", reason)] if reason else [])
        self._send(phone, "status", f"/visits/{visit.id}/status", fields, at, visit.client.name, visit.id)

    def _write(
        self, key: str, phone: Phone, visit: Visit, ended: datetime, words: tuple[Iterator[int], Iterator[int]],
        feedback: Iterator[int], n: int,
    ) -> None:  # fmt: skip
        """What a coordinator sends of a visit: its checklists, mostly a note, sometimes what the client thinks of it."""
        place, name, day = f"/visits/{visit.id}", visit.client.name, local(visit.starts_at).date()
        for row in visit.forms:
            version = self.versions[row.form_id]
            held = key == "tom" and self.held is None and day == self.yesterday
            pairs = (answers.home_safety(self.chance, day, ("rail",), 72) if held
                     else answers.FILLED[row.form_id](self.chance, day))  # fmt: skip
            sent = self._send(
                phone, "checklist", f"{place}/checklists/{row.form_id}/{version}", pairs,
                ended + timedelta(minutes=2), f"{name} · {TITLES[row.form_id]}", visit.id, version,
                state="held" if held else "applied",
            )  # fmt: skip
            self.held = sent if held else self.held
        if n % 7 != 3 or (key == "lea" and self.bath is None and day == self.yesterday):
            late = key == "tom" and self.late is None and not visit.first and 3 <= (self.today - day).days < 7
            at = min(ended + (timedelta(days=2, hours=3) if late else timedelta(minutes=6)), self.moment)
            slipped = key == "lea" and self.bath is None and day == self.yesterday
            sent = self._note(phone, visit, words, at, texts.SOAP[0] if slipped else None)
            self.bath = sent if slipped else self.bath
            self.late = visit if late else self.late
        wishes = (key == "lea" and day == self.yesterday) or (key == "tom" and 4 <= (self.today - day).days < 10)
        wishes = wishes and key not in self.calls
        if n % 3 == 1 or wishes:
            score, said = texts.FEEDBACK[texts.ANGRY if wishes else next(feedback)]
            fields = answers.after_visit(score, self._say(said, visit.client), visit.client.phone if wishes else "")
            sent = self._send(
                phone, "feedback", f"{place}/feedback/after-visit/{self.versions['after-visit']}", fields,
                ended - timedelta(minutes=1), f"{name} · Ressenti", visit.id, self.versions["after-visit"],
            )  # fmt: skip
            if wishes:
                self.calls[key] = sent

    def _note(
        self, phone: Phone, visit: Visit, words: tuple[Iterator[int], Iterator[int]], at: datetime,
        given: texts.Soap | None = None,
    ) -> Capture:  # fmt: skip
        soap = given is not None or self.chance.random() < 0.45
        fields: list[tuple[str, str]]
        if soap:
            sections = [self._say(text, visit.client) for text in given or self._soap_for(visit.client, words[1])]
            fields = list(zip(("subjective", "objective", "assessment", "plan"), sections, strict=True))
        else:
            fields = [("text", self._say(texts.FREE[next(words[0])], visit.client))]
        begun = local(visit.started_at or visit.starts_at)
        fields += [("occurred_day", f"{begun:%Y-%m-%d}"), ("occurred_time", f"{begun:%H:%M}")]
        format, title = ("soap", "Note SOAP") if soap else ("free", "Note libre")
        label = f"{visit.client.name} · {title}"
        return self._send(phone, "note", f"/visits/{visit.id}/notes/{format}", fields, at, label, visit.id)

    def _soap_for(self, client: Client, turn: Iterator[int]) -> texts.Soap:
        sections = texts.SOAP[next(turn)]
        if "Sa femme" in sections[0] and self.gender[client.id] == "F":
            sections = texts.SOAP[next(turn)]
        return sections

    def _say(self, text: str, client: Client) -> str:
        she = self.gender[client.id] == "F"
        return text.format(
            name=f"{'Mme' if she else 'M.'} {client.family_name}", they="elle" if she else "il",
            They="Elle" if she else "Il", them="elle" if she else "lui", e="e" if she else "",
        )  # fmt: skip

    def _send(
        self, phone: Phone | Kiosk, kind: str, url: str, fields: list[tuple[str, str]], recorded: datetime, label: str,
        visit_id: UUID | None = None, form: str = "", state: str = "applied", corrects: UUID | None = None,
    ) -> Capture:  # fmt: skip
        """Delivers a capture as the phone or tablet would have, some minutes after it was taken down."""
        author = phone.owner if isinstance(phone, Phone) else phone
        received = min(recorded + timedelta(minutes=self.chance.randint(1, 40)), self.moment)
        id = UUID(int=self.chance.getrandbits(128), version=4)
        if isinstance(phone, Phone):
            phone.number += 1
        sent = {
            "_v": str(envelope.VERSION), "_author": str(author.id), "_recorded": local(recorded).isoformat(),
            "_zone": str(zone()), "_form": form, "_label": label, "_corrects": str(corrects or ""),
            "_device": str(phone.device.id) if isinstance(phone, Phone) else "",
            "_number": str(phone.number) if isinstance(phone, Phone) else "",
        }  # fmt: skip
        pairs = [*fields, *((name, value) for name, value in sent.items() if value)]
        digest = envelope.digest(pairs)
        capture = Capture(
            id=id, kind=kind, url=url, label=label, visit_ref=visit_id,
            author_id=author.id if isinstance(phone, Phone) else None,
            kiosk_id=None if isinstance(phone, Phone) else author.id,
            device_id=phone.device.id if isinstance(phone, Phone) else None,
            number=phone.number if isinstance(phone, Phone) else None,
            recorded=recorded, received=received, digest=digest, code=envelope.code(id, digest), state="held",
            corrects=str(corrects) if corrects else None,
        )  # fmt: skip
        db.session.add(capture)
        db.session.flush()
        with then(received):
            intake.carry_out(capture, pairs, author)
        if capture.state != state:
            raise RuntimeError(f"{url} is {capture.state}: {capture.reason} {capture.messages}")
        return capture

    # the supervisors' desks

    def _read(self) -> None:
        """What is older than two days is signed, but for a late entry; the newest of each author is sent back."""
        for key, team in (("nadia", "north"), ("marc", "south")):
            query = select(ReviewText).where(ReviewText.team_id == self.team[team].id)
            units: dict[UUID, list[ReviewText]] = {}
            for text in db.session.scalars(query.order_by(ReviewText.since.desc(), ReviewText.id)):
                units.setdefault(text.visit_id or text.id, []).append(text)
            comments, authors = iter(texts.COMMENTS), set()
            for unit, found in units.items():
                since = max(text.since for text in found)
                shown = [text.version_id for text in found if text.kind == "note"]
                with then(self._at_the_desk(since)):
                    if self.bath is not None and self.bath.id in shown:
                        reviews.send_back(self.person[key], unit, [self.bath.id], texts.ABOUT_THE_BATH[0])
                    elif since > self.moment - timedelta(days=2) or any(text.late for text in found):
                        continue
                    elif shown and (found[0].author_id not in authors or (key == "marc" and len(authors) < 2)):
                        authors.add(found[0].author_id if found[0].author_id not in authors else unit)
                        reviews.send_back(self.person[key], unit, shown, next(comments))
                    else:
                        reviews.sign(self.person[key], unit, [text.version_id for text in found])

    def _at_the_desk(self, since: datetime) -> datetime:
        """When a supervisor gets to what came in then: the morning after, or lately."""
        morning = datetime.combine(local(since).date() + timedelta(days=1), time(9, 10), zone())
        return min(morning + timedelta(minutes=self.chance.randint(0, 90)), self.moment - timedelta(hours=3))

    def _answer_returns(self) -> None:
        """Two of what was sent back are answered already: a second version, to be read again."""
        rows = db.session.scalars(select(Return).order_by(Return.at, Return.id)).all()
        bath = next((row for row in rows if self.bath is not None and row.version_id == self.bath.id), None)
        south = next((row for row in rows if row.author_id == self.person["ines"].id), None)
        for row, (name, more), key in ((bath, texts.ABOUT_THE_BATH[1], "lea"), (south, ("", texts.ANSWER), "ines")):
            if row is None:
                continue
            first = db.session.get_one(Capture, row.version_id)
            fields = dict(self._body(row))
            name = name or next(iter(fields))
            fields[name] = f"{fields[name]} {more}"
            self._send(self.phone[key], "note", first.url, list(fields.items()), self.moment - timedelta(hours=2),
                       first.label, row.visit_id, corrects=row.version_id)  # fmt: skip

    def _body(self, row: Return) -> list[tuple[str, str]]:
        version = db.session.get_one(NoteVersion, row.version_id)
        begun = local(version.occurred)
        return [*version.body.items(), ("occurred_day", f"{begun:%Y-%m-%d}"), ("occurred_time", f"{begun:%H:%M}")]

    # the hall

    def _hear_kiosk(self) -> None:
        """Two or three answers each weekday for six weeks."""
        version, words = self.versions["kiosk-hall"], _in_turn(self.chance, len(texts.KIOSK_WORDS))
        for day in [*_weekdays(self.today, -1)[:30][::-1], self.today]:
            for hour in sorted(self.chance.sample(range(9, 17), self.chance.choice((2, 2, 3)))):
                at = datetime.combine(day, time(hour, self.chance.randint(0, 59)), zone())
                if at >= self.moment:
                    continue
                said = texts.KIOSK_WORDS[next(words)] if self.chance.random() < 0.4 else ""
                fields = answers.kiosk_hall(self.chance.choice((5, 5, 4, 4, 4, 3, 2, 1)), said)
                self._send(self.kiosk, "answer", f"/kiosk/answers/kiosk-hall/{version}", fields, at, "", form=version)

    # what is to come

    def _look_ahead(self, after: Sequence[date]) -> None:
        """Next week: Tom is away for two days and Léa stands in; two visits of Léa's overlap on the Wednesday."""
        monday = self.today + timedelta(days=7 - self.today.weekday())
        with then(self.moment - timedelta(hours=4)):
            visits.cover(self.person["tom"], self.person["lea"], monday + timedelta(days=3), monday + timedelta(days=4),
                         self.person["nadia"])  # fmt: skip
        wednesday = monday + timedelta(days=2)
        busy = {v.client_id for v in self.planned["lea"] if local(v.starts_at).date() == wednesday}
        first = min((v for v in self.planned["lea"] if local(v.starts_at).date() == wednesday), key=lambda v: v.starts_at)
        other = next(client for client in self.client["lea"] if client.id not in busy)
        at = local(first.starts_at) + timedelta(minutes=15)
        self._plan_one("lea", other, wednesday, at.hour, at.minute, None, self.person["nadia"], 30)
        if called := self.calls.get("tom"):
            evening = datetime.combine(local(called.received).date() + timedelta(days=1), time(17, 40), zone())
            with then(min(evening, self.moment)):
                feedback = db.session.get_one(Feedback, called.id)
                reviews.call_back(self.person["nadia"], feedback, self._say(texts.CALLED_BACK, feedback.client), now())


def _weekdays(day: date, step: int) -> list[date]:
    """The 60 weekdays before (-1) or after (1) a day, the nearest first."""
    days = (day + timedelta(days=step * n) for n in range(1, 90))
    return [found for found in days if found.weekday() < 5][:60]


def _in_turn(chance: Random, n: int) -> Iterator[int]:
    """The numbers below n in a random order, again and again."""
    while True:
        yield from chance.sample(range(n), n)


def _phone(chance: Random, prefix: str) -> str:
    digits = chance.randint(0, 9999)
    return f"{prefix} {digits // 100:02d} {digits % 100:02d}"
