"""What our register tells a form: facts about the client of a visit, and what was answered the last time.

Everything takes the person who asks: what they may not see is not told.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import select

from blueprints.checklists.models import Checklist, ChecklistVersion
from blueprints.clients.queries import everyone, facts_of
from blueprints.forms import engine, register
from blueprints.forms.engine.completion import FILES
from blueprints.forms.engine.conversions import stored
from blueprints.forms.engine.reading import in_words
from blueprints.forms.layout import unseen
from blueprints.people.access import clients_of
from blueprints.people.models import Person
from blueprints.shared.db import db, local, today
from blueprints.shared.words import tel
from blueprints.visits.models import Visit

SOMEBODY = {
    "client_id": "00000000-0000-7000-8000-000000000000",
    "date_of_birth": "1941-03-12",
    "age": "85",
    "phone": "0298000000",
    "opened": "2026-01-05",
    "contact_phone": "0600000000",
}
LONGEST = 80  # characters of an answer that stands below another question


@dataclass(frozen=True)
class Last:
    """What was answered the last time at another visit of the same client: by path, on which day."""

    version: str
    answers: Mapping[str, str]
    day: date


def last_time(person: Person, visit: Visit, form_id: str) -> Last | None:
    """The newest checklist of the client by this form, of a visit before this one; one query."""
    row = db.session.execute(
        select(ChecklistVersion, Visit.starts_at)
        .join(Checklist, Checklist.id == ChecklistVersion.checklist_id)
        .join(Visit, Visit.id == Checklist.visit_id)
        .where(Checklist.client_id.in_(clients_of(person, visit.client_id)), Checklist.form_id == form_id)
        .where(Visit.id != visit.id, Visit.starts_at < visit.starts_at, Visit.status != "entered_in_error")
        .order_by(Visit.starts_at.desc(), Checklist.created_at.desc(), ChecklistVersion.number.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    version, starts_at = row
    return Last(version.form_version, dict(version.answers), local(starts_at).date())


def given(person: Person, definition: engine.Definition, visit: Visit | None, last: Last | None) -> register.Given:
    """What the form reads of our register, and no more; nothing for a form that reads nothing of it.

    visit: whose client it is about (None: nobody yet). Of all the person's clients it holds only those lists that the
    form offers as choices; anything else is about this one client.
    """
    wants = register.wanted(definition)
    if not wants.anything:
        return {}
    day = local(visit.starts_at).date() if visit else today()
    facts = (
        facts_of(person, visit.client_id, day) if visit and wants.facts | set(wants.lists) | set(wants.inputs) else {}
    )
    before = {**last.answers, "day": last.day.isoformat()} if last else {}
    return register.given(wants, facts, before, everyone(person, day) if wants.offered else ())


def reads_a_file(definition: engine.Definition) -> bool:
    """Whether a form reads the file of the client whom it is filled about."""
    wants = register.wanted(definition)
    chosen = {name for name in wants.lists_of("clients") if name in wants.offered}
    return bool(wants.inputs) or any(name not in chosen for name in wants.lists)


def tried_with(definition: engine.Definition) -> engine.Definition:
    """The form as it is for a person who does not exist: an administrator tries it, and sees nobody's file."""
    somebody = {**_names(), **SOMEBODY, "full_name": _("Jane Example"), "given_name": _("Jane")}
    wants = register.wanted(definition)
    return register.informed(definition, register.given(wants, somebody, {}, [somebody]) if wants.anything else {})


def offered_again(person: Person, definition: engine.Definition) -> register.Given:
    """What a form was told when it was filled; its lists of clients with all those whom the person may choose now."""
    before = definition.given
    lists = {
        name: [*rows, *(row for row in now if row["name"] not in {each["name"] for each in rows})]
        for name, now in given(person, definition, None, None).get("lists", {}).items()
        for rows in [before["lists"].get(name, [])]
    }
    return {**before, "lists": {**before["lists"], **lists}}


def beside(
    verdict: engine.Verdict, last: Last | None, visit: Visit, earlier: engine.Definition | None
) -> dict[str, str]:
    """What stands below a question, by its path: what the register says, and what was answered the last time.

    Neither is an answer. earlier: the definition by which it was answered then.
    """
    found = dict(_marks(verdict))
    if last is not None and earlier is not None:
        lines = engine.readable(earlier, last.answers, verdict.filled.language)
        said = {line.path: line.text for section in lines for line in section.lines}
        year = "" if last.day.year == local(visit.starts_at).year else " y"
        day = format_date(last.day, f"d MMM{year}")
        for path, question in verdict.filled.definition.questions.items():
            text = said.get(path, "")
            if text and question.asks and question.type not in FILES and not unseen(question):
                found[path] = _("Last time: %(answer)s (%(day)s)", answer=_short(text), day=day)
    return found


def _marks(verdict: engine.Verdict) -> list[tuple[str, str]]:
    """Questions that begin with what the register says, or are reckoned of it."""
    definition = verdict.filled.definition
    if not definition.given:
        return []
    lists = {name for name, what in register.wanted(definition).lists.items() if what != "last"}
    sources, marks = register.from_register(definition), []
    for path, question in definition.questions.items():
        tree, node = register.asked_for(question), verdict.filled.find(path)
        if tree is None or node is None or unseen(question) or question.path in definition.context:
            continue
        if register.follows(definition, path, tree, sources, lists):
            text = in_words(verdict.filled, question, stored(verdict.filled.evaluate(node, tree)))
            if text:
                marks.append((path, _("From the file: %(answer)s", answer=_short(text))))
    return marks


def panel(definition: engine.Definition) -> list[tuple[str, str]]:
    """What the register told a form, to be read before it is filled: our words for it, and what it says."""
    told, said = definition.given, dict[str, str]()
    if not told:
        return []
    wants = register.wanted(definition)
    for path, text in told["values"].items():
        said.setdefault(wants.inputs.get(path, ""), text)
    for name in (*wants.lists_of("client"), *wants.lists_of("clients")):
        for row in told["lists"].get(name, ()):
            for column in wants.columns[name] if "this" in row else ():
                known = "full_name" if column == "label" else register.fact(column)
                if wants.lists[name] == "client" or column != "name":
                    said.setdefault(known, row.get(column, ""))
    if said.get("full_name"):
        said.update(given_name="", family_name="")  # they stand in it
    return [(word, _shown(name, said[name])) for name, word in _names().items() if said.get(name)]


def _names() -> dict[str, str]:
    """Our words for what is known of a client, by its name, in the order in which they are read."""
    return {
        "full_name": _("Name"),
        "given_name": _("First name"),
        "family_name": _("Last name"),
        "date_of_birth": _("Born on"),
        "age": _("Age"),
        "phone": _("Telephone"),
        "address": _("Address"),
        "alerts": _("Alerts"),
        "needs": _("Needs"),
        "service": _("Service"),
        "team": _("Team"),
        "coordinator": _("Coordinator"),
        "opened": _("Case opened on"),
        "contact_name": _("Contact"),
        "contact_relation": _("Relation"),
        "contact_phone": _("Contact's telephone"),
    }


def _shown(name: str, text: str) -> str:
    if name in ("date_of_birth", "opened"):
        try:
            return str(format_date(date.fromisoformat(text), "medium"))
        except ValueError:
            return text
    return tel(text) if name in ("phone", "contact_phone") else text


def _short(text: str) -> str:
    line = re.sub(r"[ \t\r\n]+", " ", text).strip()
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"
