"""Who may what: every route × every role × hers, somebody else's, and what does not exist.

One row a route and method, one column a point of view. The object in the address is alice's, in the north; so bob's
column says what a colleague of the same team may do with it, charlie's and erwan's what the other team may.

    in      must sign in: a page leads to sign-in, everything else answers 401
    200 …   this status, for the page and for htmx alike; 303/204 where they differ
    applied the capture takes effect        wrong   it is held, because of what it says
    hidden  the capture is held, because the address does not exist for them

Below: what is posted, and which tables a call that is let through may touch. A refused call touches none.
"""

from dataclasses import dataclass
from typing import Any

COLUMNS = ("nobody", "alice", "bob", "charlie", "diane", "erwan", "fanny", "gaston", "kiosk", "hugo")

TABLE = """
# the house            method   nobody  alice   bob     charlie diane   erwan   fanny   gaston  kiosk   hugo
ops.home               GET      302     302     302     302     302     302     302     302     302     302
ops.healthz            GET      200     200     200     200     200     200     200     200     200     200
ops.readyz             GET      200     200     200     200     200     200     200     200     200     200
ops.csp_report         POST     204     204     204     204     204     204     204     204     204     204
static                 GET      200     200     200     200     200     200     200     200     200     200

# sign-in
people.sign_in         GET      200     302     302     302     302     302     302     302     302     200
people.take_sign_in    POST     303     303     303     303     303     303     303     303     303     303
people.sign_out        POST     303     303     303     303     303     303     303     303     303     303
people.invitation      GET      200     200     200     200     200     200     200     200     200     200
people.invitation      POST     303     303     303     303     303     303     303     303     303     303

# one's own account
people.account         GET      in      200     200     200     200     200     200     200     in      in
people.change_account  POST     in      303     303     303     303     303     303     303     in      in
people.change_language POST     in      303     303     303     303     303     303     303     in      in
people.change_shortcuts POST    in      303/204 303/204 303/204 303/204 303/204 303/204 303/204 in      in
people.change_password POST     in      303     303     303     303     303     303     303     in      in
people.end_session     POST     in      303     404     404     404     404     404     404     in      in
people.end_other_sessions POST  in      303     303     303     303     303     303     303     in      in

# administration
people.index           GET      in      403     403     403     403     403     403     200     in      in
people.new             GET      in      403     403     403     403     403     403     200     in      in
people.new             POST     in      403     403     403     403     403     403     201     in      in
people.show            GET      in      403     403     403     403     403     403     200     in      in
people.change          POST     in      403     403     403     403     403     403     303     in      in
people.disable         POST     in      403     403     403     403     403     403     303     in      in
people.enable          POST     in      403     403     403     403     403     403     303     in      in
people.reset           POST     in      403     403     403     403     403     403     201     in      in
people.end_somebodys_session POST in    403     403     403     403     403     403     303     in      in
people.teams           GET      in      403     403     403     403     403     403     200     in      in
people.new_team        POST     in      403     403     403     403     403     403     303     in      in
people.rename_team     POST     in      403     403     403     403     403     403     303     in      in
people.devices         GET      in      403     403     403     403     403     403     200     in      in
people.revoke_device   POST     in      403     403     403     403     403     403     303     in      in
kiosks.index           GET      in      403     403     403     403     403     403     200     in      in
kiosks.new             POST     in      403     403     403     403     403     403     201     in      in
kiosks.pair_code       POST     in      403     403     403     403     403     403     201     in      in
kiosks.revoke          POST     in      403     403     403     403     403     403     303     in      in
forms.index            GET      in      403     403     403     403     403     403     200     in      in
forms.show             GET      in      403     403     403     403     403     403     200     in      in
forms.source           GET      in      403     403     403     403     403     403     200     in      in
forms.retire           POST     in      403     403     403     403     403     403     303     in      in
forms.bring_back       POST     in      403     403     403     403     403     403     303     in      in
forms.upload           POST     in      403     403     403     403     403     403     422     in      in
forms.report           GET      in      403     403     403     403     403     403     200     in      in
forms.preview          GET      in      403     403     403     403     403     403     200     in      in
forms.preview          POST     in      403     403     403     403     403     403     200     in      in
forms.uploaded_definition GET   in      403     403     403     403     403     403     200     in      in
forms.publish          POST     in      403     403     403     403     403     403     303     in      in
notes.formats          GET      in      403     403     403     403     403     403     200     in      in
notes.add_format       POST     in      403     403     403     403     403     403     303     in      in
notes.retire_format    POST     in      403     403     403     403     403     403     303     in      in
notes.bring_back_format POST    in      403     403     403     403     403     403     409     in      in

# the tablet
kiosks.pair            GET      200     200     200     200     200     200     200     200     200     200
kiosks.take_pair       POST     422     409     409     409     409     409     409     409     422     422
kiosks.show            GET      303     303     303     303     303     303     303     303     200     303
kiosks.thanks          GET      200     200     200     200     200     200     200     200     200     200
kiosks.leave           GET      200     200     200     200     200     200     200     200     200     200
people.leave_kiosk     POST     303     303     303     303     303     303     303     303     303     303
surveys.take_at_kiosk  POST     in      in      in      in      in      in      in      in      applied in

# forms, and the pages of a phone
forms.definition       GET      in      200     200     200     200     200     200     200     200     in
forms.blank            GET      in      200     200     200     403     403     403     403     in      in
notes.blank            GET      in      200     200     200     403     403     403     403     in      in
offline.worker         GET      200     200     200     200     200     200     200     200     200     200
offline.manifest       GET      200     200     200     200     200     200     200     200     200     200
offline.outbox         GET      200     200     200     200     200     200     200     200     200     200
offline.not_here       GET      200     200     200     200     200     200     200     200     200     200
offline.today_pack     GET      401     200     200     200     200     200     200     200     401     401
offline.pack_pages     GET      401     200     200     200     200     200     200     200     401     401
offline.renew          POST     in      200     200     200     200     200     200     200     in      in

# cases
clients.index          GET      in      200     200     200     200     200     403     403     in      in
clients.show           GET      in      200     404     404     200     404     403     403     in      in
clients.new            GET      in      403     403     403     200     200     403     403     in      in
clients.new            POST     in      403     403     403     303     422     403     403     in      in
clients.edit           GET      in      403     403     403     200     404     403     403     in      in
clients.edit           POST     in      403     403     403     303     404     403     403     in      in
clients.archive        POST     in      403     403     403     303     404     403     403     in      in
clients.restore        POST     in      403     403     403     303     404     403     403     in      in
clients.assign         POST     in      403     403     403     303     404     403     403     in      in
clients.end_assignment POST     in      403     403     403     303     404     403     403     in      in
notes.at_case          GET      in      200     404     404     200     404     403     403     in      in
notes.take_at_case     POST     in      applied hidden  hidden  applied hidden  hidden  hidden  in      in
notes.versions         GET      in      200     404     404     200     404     403     403     in      in
notes.enter_in_error   POST     in      303     404     404     303     404     403     403     in      in
notes.take_down_statement POST  in      303     404     404     303     404     403     403     in      in
notes.more             GET      in      200     404     404     404     404     403     403     in      in
notes.take_more        POST     in      applied hidden  hidden  hidden  hidden  hidden  hidden  in      in

# rounds and visits
visits.today           GET      in      200     200     200     403     403     403     403     in      in
visits.round           GET      in      200     200     200     403     403     403     403     in      in
visits.show            GET      in      200     404     404     200     404     403     403     in      in
visits.new             GET      in      200     200     200     403     403     403     403     in      in
visits.create          POST     in      applied hidden  hidden  hidden  hidden  hidden  hidden  in      in
visits.set_status      POST     in      applied hidden  hidden  applied hidden  hidden  hidden  in      in
checklists.fill        GET      in      200     404     404     200     404     403     403     in      in
checklists.take        POST     in      wrong   hidden  hidden  wrong   hidden  hidden  hidden  in      in
notes.at_visit         GET      in      200     404     404     200     404     403     403     in      in
notes.take_at_visit    POST     in      applied hidden  hidden  applied hidden  hidden  hidden  in      in
surveys.ask            GET      in      200     404     404     200     404     403     403     in      in
surveys.take_at_visit  POST     in      applied hidden  hidden  applied hidden  hidden  hidden  in      in

# planning
visits.planning        GET      in      403     403     403     200     200     403     403     in      in
visits.plan            GET      in      403     403     403     200     404     403     403     in      in
visits.plan            POST     in      403     403     403     303     404     403     403     in      in
visits.planned         GET      in      403     403     403     200     404     403     403     in      in
visits.move            POST     in      403     403     403     303     404     403     403     in      in
visits.give            POST     in      403     403     403     303     404     403     403     in      in
visits.cancel          POST     in      403     403     403     303     404     403     403     in      in
visits.cover           POST     in      403     403     403     303     404     403     403     in      in
visits.end_cover       POST     in      403     403     403     303     404     403     403     in      in

# reviews
reviews.index          GET      in      403     403     403     200     200     403     403     in      in
reviews.show           GET      in      403     403     403     200     404     403     403     in      in
reviews.sign           POST     in      403     403     403     303     404     403     403     in      in
reviews.send_back      POST     in      403     403     403     303     404     403     403     in      in
reviews.call_back      POST     in      403     403     403     303     404     403     403     in      in
reviews.answer         GET      in      200     404     404     404     404     403     403     in      in
reviews.missing        GET      in      403     403     403     200     200     403     403     in      in
reviews.explain        POST     in      403     403     403     303     404     403     403     in      in
surveys.answers        GET      in      403     403     403     200     200     200     403     in      in

# answers as files: diane's own
answers.question       GET      in      403     403     403     200     200     403     403     in      in
exports.index          GET      in      403     403     403     200     200     200     200     in      in
exports.ask            POST     in      403     403     403     422     422     422     422     in      in
exports.show           GET      in      403     403     403     200     404     404     404     in      in
exports.file           GET      in      403     403     403     200     404     404     404     in      in

# who changed what
audit.of_client        GET      in      403     403     403     200     404     200     200     in      in
audit.of_person        GET      in      403     403     403     403     403     403     200     in      in

# what was delivered
captures.show          GET      in      200     404     404     404     404     404     404     in      in
captures.take_file     POST     in      201     425     425     425     425     425     425     in      in
captures.file          GET      in      200     404     404     200     404     404     404     in      in
captures.held          GET      in      200     200     200     200     200     200     200     in      in
captures.look          GET      in      200     404     404     200     404     404     404     in      in
captures.correct       GET      in      200     404     404     200     404     404     404     in      in
captures.apply         POST     in      409     404     404     409     404     404     404     in      in
captures.close         POST     in      303     404     404     303     404     404     404     in      in
"""


@dataclass(frozen=True)
class Row:
    """One route and method, and what each point of view gets."""

    endpoint: str
    method: str
    cells: dict[str, str]

    @property
    def name(self) -> str:
        return f"{self.method} {self.endpoint}"


def rows() -> list[Row]:
    """The table, read. Raises ValueError for a line that does not fit."""
    found = []
    for line in TABLE.splitlines():
        if not line or line.startswith("#"):
            continue
        endpoint, method, *cells = line.split()
        if len(cells) != len(COLUMNS) or method not in ("GET", "POST"):
            raise ValueError(line)
        found.append(Row(endpoint, method, dict(zip(COLUMNS, cells, strict=True))))
    return found


def fields(name: str, args: dict[str, Any]) -> dict[str, Any]:
    """What is posted: enough for whoever may."""
    person = {"name": "Alice Morvan", "email": "alice@example.org", "roles": ["coordinator"], "teams": []}
    moment = {"day": args["day"], "time": "17:00", "minutes": "30", "confirmed": "y"}
    posted: dict[str, dict[str, Any]] = {
        "people.take_sign_in": {"email": "bob@example.org", "password": "correct horse battery"},
        "people.leave_kiosk": {"email": "diane@example.org", "password": "correct horse battery"},
        "people.invitation": {"password": "trois petits chats gris"},
        "people.change_account": {"name": "Another Name"},
        "people.change_language": {"language": "en"},
        "people.change_shortcuts": {"shortcuts": "off"},
        "people.change_password": {
            "current_password": "correct horse battery",
            "password": "trois petits chats gris",
        },
        "people.new": {"name": "New", "email": "new@example.org", "roles": ["coordinator"]},
        "people.change": person | {"name": "Changed"},
        "people.disable": {"reason": "left"},
        "people.new_team": {"name": "West"},
        "people.rename_team": {f"{args['team_id']}-name": "North-west"},
        "kiosks.new": {"name": "Second", "team": str(args["team_id"]), "survey": "kiosk-hall"},
        "kiosks.take_pair": {"code": "0000-0000"},
        "surveys.take_at_kiosk": {"/data/opinion/score": "5"},
        "clients.new": {"team": str(args["team_id"]), "given_name": "Nouvelle", "family_name": "Personne"},
        "clients.edit": {
            "team": str(args["team_id"]),
            "given_name": "Jeanne",
            "family_name": "Changed",
            "version": str(args["client_version"]),
        },
        "clients.assign": {"coordinator": str(args["bob"])},
        "notes.add_format": {
            "label_fr": "Appel",
            "label_en": "Call",
            "sections-0-fr": "Dit",
            "sections-0-en": "Said",
        },
        "notes.take_at_case": {"text": "Vue en ville."},
        "notes.take_at_visit": {"text": "Vue chez elle."},
        "notes.enter_in_error": {"reason": "Somebody else's case."},
        "notes.take_down_statement": {"words": "I do not agree."},
        "notes.take_more": {
            "addendum": "Elle a rappelé.",
            "reason": "Oublié.",
            "_base": str(args["signed_version"]),
        },
        "checklists.take": {"language": "fr"},
        "visits.create": {"client": str(args["client_id"]), "kind": "home"},
        "visits.set_status": {"status": "in_progress"},
        "surveys.take_at_visit": {"/data/score": "5"},
        "visits.plan": moment | {"client": str(args["client_id"]), "coordinator": str(args["bob"]), "kind": "home"},
        "visits.move": moment | {"version": str(args["visit_version"])},
        "visits.give": {"coordinator": str(args["bob"]), "version": str(args["visit_version"]), "confirmed": "y"},
        "visits.cancel": {
            "status": "cancelled_by_us",
            "reason": "snow",
            "version": str(args["visit_version"]),
        },
        "visits.cover": {
            "away": str(args["bob"]),
            "stand_in": str(args["alice"]),
            "first_day": args["day"],
            "last_day": args["day"],
        },
        "reviews.sign": {"version": str(args["note_version"])},
        "reviews.send_back": {"version": str(args["note_version"]), "comment": "Which day?"},
        "reviews.call_back": {"words": "Called."},
        "reviews.explain": {"first": str(args["gap"]), "reason": "Thrown away."},
        "captures.close": {"reason": "A test."},
    }
    return posted.get(name, {})


SESSION = {"sign_in", "device", "attempt", "person"}
CASE = {"client", "contact", "alert", "assignment"}
VISIT = {"visit", "visit_form", "visit_event"}
TEXTS = {"note", "note_version", "checklist", "checklist_version", "feedback", "review_text", "answer"}
_TOUCHES: dict[str, set[str]] = {
    "people.take_sign_in": SESSION,
    "people.leave_kiosk": SESSION,
    "people.sign_out": {"sign_in"},
    "people.invitation": {"person", "invitation", "sign_in", "device"},
    "people.change_account": {"person"},
    "people.change_language": {"person"},
    "people.change_shortcuts": {"person"},
    "people.change_password": {"attempt", "person", "sign_in"},
    "people.end_session": {"sign_in"},
    "people.end_other_sessions": {"sign_in"},
    "people.new": {"person", "person_role", "membership", "invitation"},
    "people.change": {"person", "person_role", "membership", "sign_in"},
    "people.disable": {"person", "sign_in", "invitation"},
    "people.enable": {"person"},
    "people.reset": {"person", "sign_in", "invitation"},
    "people.end_somebodys_session": {"sign_in"},
    "people.new_team": {"team"},
    "people.rename_team": {"team"},
    "people.revoke_device": {"device", "sign_in"},
    "kiosks.new": {"kiosk"},
    "kiosks.pair_code": {"kiosk"},
    "kiosks.revoke": {"kiosk"},
    "kiosks.take_pair": {"attempt"},  # a wrong code is counted
    "forms.retire": {"form", "form_decision"},
    "forms.bring_back": {"form", "form_decision"},
    "forms.publish": {"form", "form_version", "form_source", "form_decision", "form_upload"},
    "notes.add_format": {"note_format", "note_format_decision"},
    "notes.retire_format": {"note_format", "note_format_decision"},
    "offline.renew": {"device", "sign_in"},
    "clients.new": CASE,
    "clients.edit": CASE,
    "clients.archive": CASE | VISIT,
    "clients.restore": CASE,
    "clients.assign": CASE,
    "clients.end_assignment": CASE,
    "visits.plan": VISIT,
    "visits.move": VISIT,
    "visits.give": VISIT,
    "visits.cancel": VISIT,
    "visits.cover": {"cover"},
    "visits.end_cover": {"cover"},
    "reviews.sign": {"signature", "review_text"},
    "reviews.send_back": {"review_return", "review_text"},
    "reviews.call_back": {"call_back", "feedback"},
    "reviews.explain": {"explanation"},
    "captures.take_file": {"capture_file"},
    "captures.apply": {"capture", "settlement"},
    "captures.close": {"capture", "settlement"},
    "notes.take_at_case": TEXTS,
    "notes.take_at_visit": TEXTS,
    "notes.take_more": TEXTS,
    "notes.enter_in_error": {"note_mistake"},
    "notes.take_down_statement": {"client_statement"},
    "visits.create": VISIT,
    "visits.set_status": VISIT,
    "checklists.take": TEXTS,
    "surveys.take_at_visit": TEXTS,
    "surveys.take_at_kiosk": TEXTS | {"kiosk"},
}
# What is no business of the audit: coming and going, one's own taste, a code that was wrong.
UNTOLD = {"people.take_sign_in", "people.leave_kiosk", "people.sign_out", "people.change_language", "kiosks.take_pair"}
AUDIT = "audit_entry"  # all else that touches a table leaves its row here
TOUCHES = {name: tables if name in UNTOLD else tables | {AUDIT} for name, tables in _TOUCHES.items()}
DELIVERY = {"capture", "capture_file", "device"}  # what a delivery writes, whatever its fate
