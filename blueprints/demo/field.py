"""What the demo's coordinators and the tablet in the hall have sent: every capture goes the way of every capture."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from blueprints.captures import envelope, intake
from blueprints.captures.models import Capture
from blueprints.clients.models import Client
from blueprints.demo import answers, texts
from blueprints.demo.rounds import TITLES
from blueprints.demo.story import Phone, Story, at, day_of, in_turn, weekdays
from blueprints.kiosks.models import Kiosk
from blueprints.shared.db import db, local, then, zone
from blueprints.shared.happened import by
from blueprints.visits import actions as visits
from blueprints.visits.models import Visit

RECENT = timedelta(days=7)
SECTIONS = ("subjective", "objective", "assessment", "plan")
UNTIL = 11  # o'clock: so far Léa has come today, however late it is
Pairs = list[tuple[str, str]]


class Turns:
    """Which text comes next: all of them, before any comes again."""

    def __init__(self, story: Story) -> None:
        self.free = in_turn(story.chance, len(texts.FREE))
        self.soap = in_turn(story.chance, len(texts.SOAP))
        self.feedback = in_turn(story.chance, len(texts.FEEDBACK))


def work(story: Story, key: str) -> None:
    """The days that are over, and today so far. Of Tom's last visit of yesterday nothing has come but its end."""
    phone, turns = story.phone[key], Turns(story)
    past = sorted((visit for visit in story.planned[key] if _is_over(story, key, visit)), key=lambda v: v.starts_at)
    quiet = [visit for visit in past if key == "tom" and day_of(visit) == story.yesterday][-1:]
    for n, visit in enumerate(past):
        if n % 13 == 7 and visit not in quiet:
            status = story.chance.choice(("no_show", "attempted", "cancelled_by_client"))
            reason = story.say(story.chance.choice(texts.REASONS[status]), visit.client)
            _status(story, phone, visit, status, visit.starts_at + timedelta(minutes=12), reason)
            continue
        begun = visit.starts_at + timedelta(minutes=story.chance.randint(-4, 9))
        ended = min(begun + timedelta(minutes=visit.minutes + story.chance.randint(-5, 8)), story.moment)
        _status(story, phone, visit, "in_progress", begun)
        _status(story, phone, visit, "done", ended)
        if visit in quiet:
            phone.number += 1  # written, counted, and never sent
        else:
            _checklists(story, key, phone, visit, ended)
            _notes(story, key, phone, visit, ended, turns, n)
            _feedback(story, key, phone, visit, ended, turns, n)


def _is_over(story: Story, key: str, visit: Visit) -> bool:
    starts = local(visit.starts_at)
    if starts + timedelta(minutes=visit.minutes + 15) > story.moment:
        return False
    return starts.date() < story.today or key != "lea" or starts.hour < UNTIL


def _status(story: Story, phone: Phone, visit: Visit, status: str, when: datetime, reason: str = "") -> None:
    if story.moment - when > RECENT:  # long ago: told by the visit's own record alone, which is quicker
        with then(when), by(phone.owner.id, device_id=phone.device.id):
            visits.set_status(visit, status, phone.owner, id=story.id(), at=when, received=when, reason=reason)
        return
    fields = [("status", status)] + ([("reason", reason)] if reason else [])
    send(story, phone, "status", f"/visits/{visit.id}/status", fields, when, visit.client.name, visit.id)


def _checklists(story: Story, key: str, phone: Phone, visit: Visit, ended: datetime) -> None:
    for row in visit.forms:
        held = key == "tom" and story.held is None and day_of(visit) == story.yesterday
        if held:
            pairs = answers.home_safety(story.chance, day_of(visit), ("rail",), water=72)
        else:
            pairs = answers.FILLED[row.form_id](story.chance, day_of(visit))
        version = story.version[row.form_id]
        url = f"/visits/{visit.id}/checklists/{row.form_id}/{version}"
        label = f"{visit.client.name} · {TITLES[row.form_id]}"
        state = "held" if held else "applied"
        sent = send(
            story, phone, "checklist", url, pairs, ended + timedelta(minutes=2), label, visit.id, version, state
        )
        story.held = sent if held else story.held


def _notes(story: Story, key: str, phone: Phone, visit: Visit, ended: datetime, turns: Turns, n: int) -> None:
    """After each visit without a form, after most others; one of Tom's is late, one of Léa's will be sent back."""
    bath = key == "lea" and story.bath is None and day_of(visit) == story.yesterday
    if n % 7 == 3 and visit.forms and not bath:
        return
    age = (story.today - day_of(visit)).days
    late = key == "tom" and story.late is None and not visit.first and 3 <= age < 7
    written = min(ended + (timedelta(days=2, hours=3) if late else timedelta(minutes=6)), story.moment)
    if bath or story.chance.random() < 0.45:
        texts_of_it = texts.SOAP[0] if bath else _soap_about(story, visit.client, turns.soap)
        fields = [(name, story.say(text, visit.client)) for name, text in zip(SECTIONS, texts_of_it, strict=True)]
        format, title = "soap", "Note SOAP"
    else:
        fields, format, title = [("text", story.say(texts.FREE[next(turns.free)], visit.client))], "free", "Note libre"
    begun = local(visit.started_at or visit.starts_at)
    fields += [("occurred_day", f"{begun:%Y-%m-%d}"), ("occurred_time", f"{begun:%H:%M}")]
    label = f"{visit.client.name} · {title}"
    sent = send(story, phone, "note", f"/visits/{visit.id}/notes/{format}", fields, written, label, visit.id)
    story.bath = sent if bath else story.bath
    story.late = sent if late else story.late


def _soap_about(story: Story, client: Client, turn: Iterator[int]) -> texts.Soap:
    found = texts.SOAP[next(turn)]
    if "Sa femme" in found[0] and story.gender[client.id] == "F":
        found = texts.SOAP[next(turn)]
    return found


def _feedback(story: Story, key: str, phone: Phone, visit: Visit, ended: datetime, turns: Turns, n: int) -> None:
    """After every third visit. One of Léa's clients waits for a call; one of Tom's was called."""
    age = (story.today - day_of(visit)).days
    wishes = (key == "lea" and day_of(visit) == story.yesterday) or (key == "tom" and 4 <= age < 10)
    wishes = wishes and key not in story.calls
    if n % 3 != 1 and not wishes:
        return
    score, said = texts.FEEDBACK[texts.ANGRY if wishes else next(turns.feedback)]
    pairs = answers.after_visit(score, story.say(said, visit.client), visit.client.phone if wishes else "")
    version = story.version["after-visit"]
    url, label = f"/visits/{visit.id}/feedback/after-visit/{version}", f"{visit.client.name} · Ressenti"
    sent = send(story, phone, "feedback", url, pairs, ended - timedelta(minutes=1), label, visit.id, version)
    if wishes:
        story.calls[key] = sent


def listen(story: Story) -> None:
    """Two or three answers in the hall each weekday for six weeks."""
    version, words = story.version["kiosk-hall"], in_turn(story.chance, len(texts.KIOSK_WORDS))
    for day in [*weekdays(story.today, -1)[:30][::-1], story.today]:
        for hour in sorted(story.chance.sample(range(9, 17), story.chance.choice((2, 2, 3)))):
            when = at(day, hour, story.chance.randint(0, 59))
            said = texts.KIOSK_WORDS[next(words)] if story.chance.random() < 0.4 else ""
            pairs = answers.kiosk_hall(story.chance.choice((5, 5, 4, 4, 4, 3, 2, 1)), said)
            if when < story.moment and story.kiosk is not None:
                send(story, story.kiosk, "answer", f"/kiosk/answers/kiosk-hall/{version}", pairs, when, form=version)


def send(
    story: Story,
    sender: Phone | Kiosk,
    kind: str,
    url: str,
    fields: Pairs,
    recorded: datetime,
    label: str = "",
    visit_id: UUID | None = None,
    form: str = "",
    state: str = "applied",
    corrects: UUID | None = None,
) -> Capture:
    """Delivers a capture as a phone or tablet does, some minutes after it was taken down. Raises RuntimeError where
    the server says something else of it than `state`."""
    author = sender.owner if isinstance(sender, Phone) else sender
    received = min(recorded + timedelta(minutes=story.chance.randint(1, 40)), story.moment)
    capture = Capture(
        id=story.id(), kind=kind, url=url, label=label, visit_ref=visit_id, recorded=recorded, received=received,
        state="held", corrects=str(corrects) if corrects else None,
    )  # fmt: skip
    if isinstance(sender, Phone):
        sender.number += 1
        capture.author_id, capture.device_id, capture.number = author.id, sender.device.id, sender.number
    else:
        capture.kiosk_id = author.id
    sent = {
        "_v": envelope.VERSION, "_author": author.id, "_device": capture.device_id, "_number": capture.number,
        "_recorded": local(recorded).isoformat(), "_zone": zone(), "_form": form, "_label": label,
        "_corrects": corrects,
    }  # fmt: skip
    pairs = [*fields, *((name, str(value)) for name, value in sent.items() if value)]
    capture.digest = envelope.digest(pairs)
    capture.code = envelope.code(capture.id, capture.digest)
    db.session.add(capture)
    db.session.flush()
    with then(received):
        intake.carry_out(capture, pairs, author)
    if capture.state != state:
        raise RuntimeError(f"{url} is {capture.state}: {capture.reason} {capture.messages}")
    return capture
