"""One file from bytes to form.json and its report. Pure: it knows no database; it runs in a process of its own."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from blueprints.forms.importing.compiling import Compiler
from blueprints.forms.importing.reading import read
from blueprints.forms.importing.report import ImportRefused, Place, Report, _
from blueprints.forms.importing.shim import repair
from blueprints.forms.importing.xform import XForm
from blueprints.forms.importing.xlsform import convert

DIALECTS = ("odk", "kobo", "cht")
EMPTY = {"questions": 0, "groups": 0, "repeats": 0, "choices": 0, "expressions": 0, "languages": 0}


def run(data: bytes, file: str, dialect: str = "", attached: Mapping[str, bytes] | None = None) -> dict[str, Any]:
    """All that is to be known of a file: "ok", "form_id", "form", "xform", "counts" and the three lists of a report.

    ``form`` (complete) and ``xform`` are None where it is refused; then ``errors`` says why. Remarks are not
    translated yet: see report.told. ``attached``: files that came along, by name; "wanted" names those that did not.
    """
    report = Report()
    form: dict[str, Any] | None = None
    compiler: Compiler | None = None
    xform = b""
    try:
        compiler, xform, form_id = _compiler(data, file, dialect, report)
        compiler.attached = attached or {}
        form = compiler.compile(form_id)
        if not report.errors:
            form = compiler.finish(form, _source(data, file, compiler))
    except ImportRefused as refusal:
        if not report.errors:
            report.refuse(refusal)
    except RecursionError:
        report.error(_("The form lies too deep in itself to be read."))
    ok = form is not None and not report.errors
    return {
        "file": file,
        "ok": ok,
        "form_id": form["form_id"] if form else "",
        "form": form if ok else None,
        "xform": xform.decode() if ok else None,
        "counts": compiler.counts() if compiler else EMPTY,
        "wanted": compiler.wanted if compiler else [],
        **report.as_dict(),
    }


def _compiler(data: bytes, file: str, dialect: str, report: Report) -> tuple[Compiler, bytes, str]:
    """The XForm of a file, ready to be compiled, its bytes, and the id that the form gets."""
    stem = PurePath(file).stem
    found = read(data)
    if isinstance(found, bytes):
        xform = XForm(found)
        return Compiler(xform, report, dialect), _utf8(found), form_id_of(xform.form_id, stem, report, None)
    settings = found.sheet("settings")
    repaired = repair(found, report, dialect)
    made = convert(repaired, report, stem)
    try:
        xform = XForm(made.xform)
    except ImportRefused as refusal:
        raise ImportRefused(refusal.what, Place("survey"), **refusal.values) from refusal
    own = settings.rows[0].cells.get("form_id", "") if settings.rows else ""
    compiler = Compiler(xform, report, repaired.dialect, made.places, made.defaults, repaired.marks)
    for name, items in made.lists.items():
        compiler.choices[name] = [_labelled(item, compiler) for item in items]
    return compiler, made.xform, form_id_of(own, stem, report, Place("settings"))


def _labelled(item: dict[str, Any], compiler: Compiler) -> dict[str, Any]:
    labels = {language or compiler.language: text for language, text in item.pop("labels").items()}
    return {**item, "label": {key: text for key, text in labels.items() if key in compiler.languages}}


def form_id_of(own: str, stem: str, report: Report, place: Place | None) -> str:
    """The form's own id, or one from the name of its file, in the letters that an address can have."""
    wanted = own or stem
    fitting = re.sub(r"[^A-Za-z0-9_.-]+", "_", wanted).strip("_.-")[:60]
    fitting = (
        fitting if re.match(r"[A-Za-z0-9]", fitting) else f"form_{hashlib.sha256(wanted.encode()).hexdigest()[:8]}"
    )
    if own and fitting != own:
        report.warn(_("The form's id “{own}” is written {fitting} here."), place or Place(), own=own, fitting=fitting)
    return fitting


def _utf8(data: bytes) -> bytes:
    """An XForm's bytes as UTF-8, whatever they were."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16").encode()
    return data.decode("utf-8", errors="replace").encode()


def _source(data: bytes, file: str, compiler: Compiler) -> dict[str, Any]:
    row = {path: place.row for path in compiler.rows if (place := compiler.place(path)).row is not None}
    return {"file": PurePath(file).name, "sha256": hashlib.sha256(data).hexdigest(), "row": row}
