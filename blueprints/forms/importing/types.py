"""Which type of question a binding and its control make, and what of their looks has no meaning here."""

import re
from collections.abc import Callable
from typing import Any

from blueprints.forms.importing.report import _
from blueprints.forms.importing.xform import Spot

INPUTS = {
    "int": "integer",
    "integer": "integer",
    "long": "integer",
    "decimal": "decimal",
    "double": "decimal",
    "float": "decimal",
    "date": "date",
    "time": "time",
    "dateTime": "dateTime",
    "geopoint": "geopoint",
    "geotrace": "geotrace",
    "geoshape": "geoshape",
    "barcode": "barcode",
}
CONTROLS = {
    "select1": "select_one",
    "select": "select_multiple",
    "odk:rank": "rank",
    "rank": "rank",
    "trigger": "acknowledge",
}
PRELOADS = {
    ("timestamp", "start"): "start",
    ("timestamp", "end"): "end",
    ("date", "today"): "today",
    ("property", "deviceid"): "deviceid",
    ("property", "username"): "username",
    ("property", "phonenumber"): "phonenumber",
    ("property", "email"): "email",
}
IGNORED_LOOKS = (
    (r"annotate", _("“{name}”: drawing on a picture is not supported here; a photo is taken.")),
    (r"image-map", _("“{name}”: choosing on a picture is not supported here; the choices are listed.")),
    (r"ex:\S+", _("“{name}”: another app ({look}) cannot be opened from here; the answer is typed.")),
    (r"printer\S*", _("“{name}”: printing from a form ({look}) is not supported here.")),
    (r"bearing", _("“{name}”: the compass cannot be read here; the number is typed.")),
    (r"counter", _("“{name}”: counting by buttons is not supported here; the number is typed.")),
    (r"month-year|year", _("“{name}”: a date by month or year ({look}) is not supported here; a full day is asked.")),
    (
        r"ethiopian|coptic|islamic|bikram-sambat|myanmar|persian|buddhist",
        _("“{name}”: the {look} calendar is not supported here; the day is asked by the Gregorian one."),
    ),
    (
        r"map|maps|placement-map|streets|satellite",
        _("“{name}”: a map ({look}) is not supported here; places are given by coordinates or names."),
    ),
    (
        r"search\s*\(.*",
        _("“{name}”: choices from a file by search() are not supported here; those of the form are offered."),
    ),
    (r"distress|rating", _("“{name}”: the look {look} is not supported here; a plain scale is shown.")),
    (r"masked|hide-input", _("“{name}”: hiding what is typed is not supported here; it can be read.")),
    (r"url", _("“{name}”: opening its address from the form is not supported here; it is shown as text.")),
    (r"bluetooth|nfc\S*", _("“{name}”: the device cannot read this here ({look}); the answer is typed.")),
)
LEFT_OUT = {
    "odk:setgeopoint": _("“{name}”: where the phone is is not recorded unasked; it stays empty."),
    "odk:recordaudio": _("“{name}”: nothing is recorded unasked; it stays empty."),
}


def kind_of(spot: Spot, miss: Callable[[str], None]) -> tuple[str, dict[str, Any]]:
    """The type of a row and its parameters; ``miss`` is told of what is asked otherwise here."""
    if spot.repeat is not None:
        return "repeat", {}
    control = spot.control
    if spot.children or (control is not None and control.name == "group"):
        return "group", {}
    bound = spot.bound("type").rpartition(":")[2]
    if control is None:
        return ("calculate" if spot.bound("calculate") else "hidden"), {}
    if control.name in CONTROLS:
        return CONTROLS[control.name], {}
    if control.name == "range":
        return "range", _range(control.attributes, miss)
    if control.name == "upload":
        return _upload(spot, miss)
    if control.get("query"):
        return "select_one", {}
    kind = INPUTS.get(bound, "text")
    if kind == "text":
        given = spot.bound("calculate") or spot.default
        if re.match(r"true|yes|1$", spot.bound("readonly"), re.IGNORECASE) and not given:
            return "note", {}
        rows = control.get("rows")
        return "text", {"rows": int(rows)} if rows.isdigit() else {}
    parameters = {}
    for name in ("accuracyThreshold", "unacceptableAccuracyThreshold"):
        if value := control.get(name) or spot.bound(name):
            parameters[name] = value
    return kind, parameters


def _upload(spot: Spot, miss: Callable[[str], None]) -> tuple[str, dict[str, Any]]:
    assert spot.control is not None
    medium = spot.control.get("mediatype").partition("/")[0]
    look = spot.control.get("appearance").split()
    pixels = spot.bound("orx:max-pixels")
    parameters: dict[str, Any] = {"max-pixels": int(pixels)} if pixels.isdigit() else {}
    if quality := spot.bound("odk:quality"):
        parameters["quality"] = quality
    if medium == "osm":
        miss(_("“{name}”: features of OpenStreetMap are not supported here; a file is asked."))
    if medium == "image" and "signature" in look:
        return "signature", parameters
    return (medium if medium in ("image", "audio", "video") else "file"), parameters


def _range(attributes: dict[str, str], miss: Callable[[str], None]) -> dict[str, Any]:
    """start, end and step as numbers. A scale that runs downwards is turned."""
    found: dict[str, Any] = {}
    for name, usual in (("start", 0), ("end", 10), ("step", 1)):
        try:
            number = float(attributes.get(name, ""))
        except ValueError:
            number = usual
        found[name] = int(number) if number == int(number) else number
    found["step"] = abs(found["step"]) or 1
    if found["start"] > found["end"]:
        miss(_("“{name}”: a scale that runs downwards is shown upwards here."))
        found["start"], found["end"] = found["end"], found["start"]
    elif found["start"] == found["end"]:
        found["end"] = found["start"] + found["step"]
    for name in ("tick_interval", "placeholder"):
        if attributes.get(name):
            found[name] = attributes[name]
    return found
