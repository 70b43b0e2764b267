"""What can be asked about forms. Definitions hold no personal data: everybody who works here may read them."""

from collections.abc import Container, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask_babel import force_locale, format_date, get_locale
from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.exceptions import NotFound

from blueprints.checklists.models import Checklist
from blueprints.forms import engine, register, telling
from blueprints.forms.comparison import Change, compare
from blueprints.forms.importing.report import told
from blueprints.forms.languages import code, spoken
from blueprints.forms.models import Form, FormUpload, FormVersion
from blueprints.forms.written import plain
from blueprints.people.models import Person
from blueprints.shared.db import db, local, zone
from blueprints.shared.refusal import Refused
from blueprints.surveys.models import Feedback
from blueprints.visits.models import Visit


def current(use: str) -> list[FormVersion]:
    """The current version of every form of a use ("checklist", "survey"), by its id."""
    query = (
        select(FormVersion)
        .join(Form, (Form.id == FormVersion.form_id) & (Form.current == FormVersion.version))
        .where(Form.use == use)
        .order_by(Form.id)
    )
    return list(db.session.scalars(query))


def asked_after_a_visit() -> FormVersion | None:
    """The survey that a coordinator asks: the first of one screen (a kiosk's has several)."""
    return next((v for v in current("survey") if not definition_of(v.form_id, v.version).pages), None)


def current_of(form_id: str) -> FormVersion | None:
    """The version of a form that new pages ask; None where there is no such form."""
    form = db.session.get(Form, form_id)
    return db.session.get(FormVersion, (form.id, form.current)) if form and form.current else None


def version_of(form_id: str, version: str) -> FormVersion | None:
    """One version, however old; None where it was never published."""
    return db.session.get(FormVersion, (form_id, version))


@lru_cache(maxsize=64)
def definition_of(form_id: str, version: str) -> engine.Definition:
    """A version's definition, ready to judge by. It never changes, so it is read once. Raises NotFound (404)."""
    found = version_of(form_id, version)
    if found is None:
        raise NotFound
    return engine.load(found.definition)


def language() -> str:
    """The language in which this page is read: a form shows itself in it where it speaks it."""
    return str(get_locale() or "fr")


def title_of(form_id: str, version: str) -> str:
    """A form's title in the reader's language. Raises NotFound (404)."""
    definition = definition_of(form_id, version)
    return definition.title[language_in(definition)]


def language_in(definition: engine.Definition, wanted: str = "") -> str:
    """The language of a form in which a reader reads it: theirs where the form speaks it, by whatever name."""
    return spoken(definition.languages, wanted or language(), definition.default_language)


def spoken_in(languages: Iterable[str]) -> str:
    """Among languages of forms that of the reader, else the first; "" where there is none."""
    known = list(languages)
    return spoken(known, language(), known[0]) if known else ""


def code_of(name: str) -> str:
    """The reader's language that a form means by a name; "" for any other."""
    return code(name)


def words_of(definition: engine.Definition, text: Mapping[str, list[Any]], wanted: str) -> str:
    """The words of a text in a language, or in the form's own; what it would quote from answers is left out."""
    segments = text.get(language_in(definition, wanted)) or text.get(definition.default_language) or []
    return plain("".join(part for part in segments if isinstance(part, str)))


def plain_label(question: engine.Question, language: str) -> str:
    """What a question is called, on one line and without marks: its label, or its name where it has none."""
    segments = question.label.get(language) or next(iter(question.label.values()), [])
    text = plain("".join(part if isinstance(part, str) else "…" for part in segments))
    return text if text not in ("", "-", "NO_LABEL") else question.name


def clock_of(moment: datetime, zone_name: str | None) -> engine.Clock:
    """The clock of the phone that filled a form: its moment, in the zone it named (else in the service's)."""
    try:
        named = ZoneInfo(zone_name) if zone_name else zone()
    except (ValueError, OSError, LookupError):
        named = zone()
    return engine.Clock(moment.astimezone(named))


def with_given(definition: engine.Definition, text: str) -> engine.Definition:
    """The form as it is with what came back with its answers (`_given`); as it is where that is "" or of no use."""
    return register.informed(definition, register.read(definition, text)) if text else definition


def as_filled(form_id: str, version: str, given: register.Given) -> engine.Definition:
    """A version's definition with what the register had told it when it was filled. Raises NotFound (404)."""
    return register.informed(definition_of(form_id, version), given)


def filled_again(person: Person, form_id: str, version: str, given: register.Given) -> engine.Definition:
    """The same, to be filled once more by this person: beside what was chosen it offers their clients of today."""
    definition = as_filled(form_id, version, given)
    return register.informed(definition, telling.offered_again(person, definition)) if given else definition


def worth_keeping(verdict: engine.Verdict) -> register.Given:
    """What the register had told a form that was filled, as it is kept with the answers."""
    return register.kept(verdict.filled.definition.given, verdict.values.values())


def at_visit(
    person: Person, visit: Visit, form_id: str, version: str, posted: Iterable[tuple[str, str]]
) -> dict[str, Any]:
    """A form as its page at a visit shows it: definition and verdict; what our register told it (``facts``), and what
    stands below its questions (``beside``). posted: as of `opened`. Raises NotFound (404)."""
    definition = definition_of(form_id, version)
    last = telling.last_time(person, visit, form_id) if definition.use == "checklist" else None
    told = register.informed(definition, telling.given(person, definition, visit, last))
    verdict = opened(told, visit.starts_at, posted)
    earlier = definition_of(form_id, last.version) if last else None
    beside = telling.beside(verdict, last, visit, earlier)
    return {"definition": definition, "verdict": verdict, "facts": telling.panel(told), "beside": beside}


def for_nobody_yet(
    person: Person, form_id: str, version: str, moment: datetime, posted: Iterable[tuple[str, str]] = ()
) -> engine.Verdict:
    """A form for a visit whose client the server does not know yet: it has only lists to choose from."""
    definition = definition_of(form_id, version)
    return opened(register.informed(definition, telling.given(person, definition, None, None)), moment, posted)


def opened(definition: engine.Definition, moment: datetime, posted: Iterable[tuple[str, str]] = ()) -> engine.Verdict:
    """The form as a page shows it: blank, or filled with what was posted to be given back.

    moment: by which clock it is asked; a page of the pack passes that of its visit, so that it reads alike all day.
    posted: also which button was pressed, `_step`: recompute, `add:` and the path of a repeat, or `remove:` and that of
    a row; the language in which the form is to go on; and in `_given` what the register had told the form.
    """
    pairs = list(posted)
    answers = [(name, text) for name, text in pairs if name.startswith("/")]
    said = dict(pairs)
    definition = with_given(definition, said.get("_given", ""))
    clock, language = clock_of(moment, None), language_in(definition, said.get("language", ""))
    if not answers:
        return engine.blank(definition, clock, language)
    with force_locale(code(language) or str(get_locale() or "fr")):
        verdict = engine.judge(definition, answers, clock, language, None, _)
        what, _colon, path = said.get("_step", "").partition(":")
        verdict.filled.opening = True  # a new row begins with what it begins with
        if what == "add":
            engine.add(verdict, path)
        elif what == "remove":
            engine.remove(verdict, path)
        return engine.conclude(verdict, _) if path else verdict


def judged(
    form_id: str,
    version: str,
    use: str,
    pairs: Iterable[tuple[str, str]],
    clock: engine.Clock,
    language: str,
    files: Container[str] | None = (),
    given: str = "",
    client: UUID | None = None,
) -> engine.Verdict:
    """What is to be said of a filled form, by the version that it was filled by: any that was ever published.

    pairs: names and texts as posted, without the envelope; ``language``, where the page says it, is no answer but the
    language in which it asked. files: ids of the photos that belong to the answers (None: any). given: what our
    register had told the form, as it came back: it is judged with that, whatever the register says by now. client: whom
    the answers are about. Messages are in the form's language. Raises Refused for a version that was never published
    here or is for another use, for what was filled after the form was retired, or with the file of another client.
    """
    try:
        definition = definition_of(form_id, version)
        if definition.use != use:
            raise NotFound
    except NotFound:
        raise Refused(_("This version of the form was never published here.")) from None
    retired = retired_at(form_id)
    if retired is not None and clock.now > retired:
        raise Refused(_("This form was retired on %(day)s: it is not asked any more.", day=format_date(local(retired))))
    answers = [(name, text) for name, text in pairs if name != "language"]
    definition, language = with_given(definition, given), language_in(definition, language)
    if definition.given.get("client") and definition.given["client"] != str(client):
        raise Refused(_("This form was filled with the file of another person."))
    with force_locale(code(language) or str(get_locale() or "fr")):
        return engine.judge(definition, answers, clock, language, files, _)


def retired_at(form_id: str) -> datetime | None:
    """When a form was retired; None where it is asked, or where there is none."""
    form = db.session.get(Form, form_id)
    if form is None or form.current is not None:
        return None
    return max((each.at for each in form.decisions if each.version is None), default=None)


def one(form_id: str) -> Form:
    """A form. Raises NotFound (404)."""
    found = db.session.get(Form, form_id)
    if found is None:
        raise NotFound
    return found


def upload_of(person: Person, upload_id: UUID) -> FormUpload:
    """What this person uploaded. Raises NotFound (404) for what is somebody else's, or is not there any more."""
    found = db.session.get(FormUpload, upload_id)
    if found is None or found.by_id != person.id:
        raise NotFound
    return found


def uploaded(upload: FormUpload) -> engine.Definition:
    """The definition of what was uploaded, to be tried with the file of somebody who does not exist.

    Raises NotFound (404) where it was refused.
    """
    form = upload.found["form"]
    if form is None:
        raise NotFound
    return telling.tried_with(engine.load({**form, "settings": {**form["settings"], "use": upload.use}}))


def tried(definition: engine.Definition, posted: Iterable[tuple[str, str]], moment: datetime) -> engine.Verdict:
    """What would be said of these answers, in the reader's language; nothing is kept."""
    answers = [(name, text) for name, text in posted if name.startswith("/")]
    return engine.judge(definition, answers, clock_of(moment, None), language_in(definition), None, _)


def remarks(found: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """What was said of a file, in the reader's language: errors, warnings and what is not supported."""
    return {key: told(found.get(key, []), _) for key in ("errors", "unsupported", "warnings")}


def changes_by(upload: FormUpload) -> list[Change]:
    """What an upload would change in the form that is in use; nothing where there is none."""
    before, form = current_of(upload.found["form_id"]), upload.found["form"]
    return compare(before.definition, form) if before and form else []


def changes_since(form: Form, older: str) -> list[Change]:
    """What the version in use changed since an older one. Raises NotFound (404) for a version that there is not."""
    before, after = version_of(form.id, older), version_of(form.id, form.current or form.versions[0].version)
    if before is None or after is None:
        raise NotFound
    return compare(before.definition, after.definition)


def filled(form_id: str) -> int:
    """How often a form was filled, in any of its versions."""
    checklists = db.session.scalar(select(func.count()).where(Checklist.form_id == form_id)) or 0
    return checklists + (db.session.scalar(select(func.count()).where(Feedback.form_id == form_id)) or 0)


def everything() -> list[Form]:
    """Every form with all its versions, for the administrator's list."""
    return list(db.session.scalars(select(Form).order_by(Form.use, Form.id)))
