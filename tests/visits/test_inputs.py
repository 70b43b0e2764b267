"""Bad input: a clear message, what was typed stays, nothing is let through."""

from datetime import date, time
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from blueprints.shared.db import today
from blueprints.shared.inputs import moment_of, one_line
from blueprints.shared.refusal import Refused
from blueprints.visits import inputs


def time_form(app: Any, **typed: str) -> inputs.TimeForm:
    form = inputs.TimeForm(MultiDict({"day": str(today()), "time": "09:30", "minutes": "45", **typed}))
    form.validate()
    return form


NO_DAYS = [
    "2027-04-31",
    "2027-02-29",
    "0000-01-01",
    "9999-12-31",
    "10000-01-01",
    "2027-13-01",
    "demain",
    "2027-W48",
    "2019-01-01",
    "-1",
    "<script>",
    "../x",
]


@pytest.mark.parametrize("typed", [*NO_DAYS, "1 or 1"])
def test_a_day_that_is_none(app: Any, typed: str) -> None:
    form = time_form(app, day=typed)
    assert list(form.errors) == ["day"]
    assert form.day._value() == typed


@pytest.mark.parametrize("typed", ["25:00", "9", "09:60", "09:30:00+14:00", "midi", "1e3", "-1:00", ""])
def test_a_time_that_is_none(app: Any, typed: str) -> None:
    form = time_form(app, time=typed)
    assert list(form.errors) == ["time"]
    assert form.time._value() == typed


@pytest.mark.parametrize(
    "typed", ["-1", "0", "4", "721", "1e309", "NaN", "0x10", "1,5", "1.5", "9" * 20, "+45", "٤٥", "4 5", ""]
)
def test_a_length_that_is_none(app: Any, typed: str) -> None:
    form = time_form(app, minutes=typed)
    assert list(form.errors) == ["minutes"]
    assert form.minutes._value() == typed


def test_both_ways_of_writing_a_day(app: Any) -> None:
    form = inputs.TimeForm(MultiDict({"day": "24/11/2026"}))
    assert form.day.data == date(2026, 11, 24)


@pytest.mark.parametrize(
    "typed", ["2026-W54", "2027-W53", "2026-W00", "2026-W1", "W48", "2026-W48x", "1026-W48", "", "../x", "٢٠٢٦-W48"]
)
def test_a_week_that_is_none(typed: str) -> None:
    assert inputs.monday_of(typed) is None


@pytest.mark.parametrize(("typed", "monday"), [("2026-W48", date(2026, 11, 23)), ("2026-W53", date(2026, 12, 28))])
def test_a_week(typed: str, monday: date) -> None:
    assert inputs.monday_of(typed) == monday


def test_the_hour_that_the_clocks_skip(app: Any) -> None:
    with pytest.raises(Refused) as refused:
        moment_of(date(2027, 3, 28), time(2, 30))
    assert "time" in refused.value.messages
    assert moment_of(date(2027, 3, 28), time(3, 0)).isoformat() == "2027-03-28T01:00:00+00:00"


def test_the_hour_that_comes_twice_is_taken_once(app: Any) -> None:
    assert moment_of(date(2026, 10, 25), time(2, 30)).isoformat() == "2026-10-25T00:30:00+00:00"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "client"),
        ({"client": "1 or 1"}, "client"),
        ({"client": "٤" * 36}, "client"),
        ({"client": "4f7c1c0e-4b0e-4b0e-8b0e-4b0e4b0e4b0e", "kind": "rocket"}, "kind"),
        ({"client": "4f7c1c0e-4b0e-4b0e-8b0e-4b0e4b0e4b0e", "purpose": "x" * 201}, "purpose"),
    ],
)
def test_an_unplanned_visit_that_cannot_be_read(app: Any, fields: dict[str, str], field: str) -> None:
    with pytest.raises(Refused) as refused:
        inputs.unplanned(MultiDict(fields))
    assert field in refused.value.messages


def test_limits_are_exact(app: Any) -> None:
    said = inputs.unplanned(MultiDict({"client": "4f7c1c0e-4b0e-4b0e-8b0e-4b0e4b0e4b0e", "purpose": "x" * 200}))
    assert len(said.purpose) == 200
    assert len(inputs.reason_in(MultiDict({"reason": "x" * 1000}))) == 1000
    with pytest.raises(Refused):
        inputs.reason_in(MultiDict({"reason": "x" * 1001}))


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  Le\tGoff \r\n", "Le Goff"),
        ("Zoe\u0308", "Zoë"),
        ("ab\x00c\x1a", "abc"),
        ("\u202eevil\u2066", "evil"),
        ("\ud800x", "x"),
        ("👩‍👧 O’Neil", "👩‍👧 O’Neil"),
        ("İı Şule", "İı Şule"),
        ("عبد الله", "عبد الله"),
        (None, ""),
    ],
)
def test_text_as_it_is_stored(typed: str | None, stored: str) -> None:
    assert one_line(typed) == stored
