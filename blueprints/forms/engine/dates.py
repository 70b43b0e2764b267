"""Dates as local wall-clock days (twin: static/js/engine/dates.js).

A date or a moment in an expression is text, as XForms has it. As a number it is days since 1970-01-01 on the wall of
the clock's place; a moment that names its offset is brought to the clock's offset first.
"""

import math
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

DAY = 86_400_000
EPOCH = date(1970, 1, 1).toordinal()
MOMENT = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3})\d*)?)?(Z|[+-][01]\d:?[0-5]\d)?)?", re.ASCII
)
DAYS_SHORT = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
MONTHS_SHORT = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock of whoever fills the form: an aware moment in their own zone. Never the server's own."""

    now: datetime

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise ValueError("a clock needs an aware moment")

    @property
    def text(self) -> str:
        """The moment as XForms writes it: 2026-11-24T10:15:30.000+01:00."""
        return self.now.isoformat(timespec="milliseconds")

    @property
    def offset(self) -> int:
        """Minutes east of Greenwich."""
        return int((self.now.utcoffset() or timedelta()).total_seconds() // 60)

    @property
    def zone(self) -> str:
        """Where it hangs, as the phone named it: Europe/Paris, or an offset."""
        return str(self.now.tzinfo)[:60]

    @classmethod
    def at(cls, text: str) -> "Clock":
        """A clock from ISO text with an offset."""
        return cls(datetime.fromisoformat(text))


def is_day(year: int, month: int, day: int) -> bool:
    """Whether the calendar has that day."""
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    length = (29 if leap else 28) if month == 2 else 30 if month in (4, 6, 9, 11) else 31
    return year > 0 and 1 <= month <= 12 and 1 <= day <= length


def milliseconds(text: str, clock: Clock) -> float:
    """Wall-clock milliseconds since 1970-01-01T00:00 where the clock hangs; NaN for what is no date."""
    found = MOMENT.fullmatch(text.strip(" \t\r\n"))
    if not found:
        return math.nan
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    if not is_day(year, month, day) or hour > 23 or minute > 59 or second > 59:
        return math.nan
    total = (date(year, month, day).toordinal() - EPOCH) * DAY
    total += ((hour * 60 + minute) * 60 + second) * 1000 + int((found[7] or "0").ljust(3, "0"))
    if found[8]:
        total += (clock.offset - _offset(found[8])) * 60_000
    return total


def days(text: str, clock: Clock) -> float:
    """The date or moment as a number of days, with its fraction; NaN for what is no date."""
    return milliseconds(text, clock) / DAY


def day_text(number: float) -> str:
    """The date of a number of days; '' for what no calendar has."""
    if not math.isfinite(number):
        return ""
    ordinal = math.floor(number) + EPOCH
    return date.fromordinal(ordinal).isoformat() if 1 <= ordinal <= date.max.toordinal() else ""


def moment_text(number: float, clock: Clock) -> str:
    """The moment of a number of days, on the wall of the clock's place: at midnight the day alone; '' for what no
    calendar has."""
    total = number * DAY
    if not math.isfinite(total) or not 1 <= total // DAY + EPOCH <= date.max.toordinal():
        return ""
    total = math.floor(total + 0.5)
    if total % DAY == 0:
        return day_text(total / DAY)
    at = datetime(1970, 1, 1) + timedelta(milliseconds=total)  # noqa: DTZ001
    return at.isoformat(timespec="milliseconds") + clock.text[23:]


def added(start: float, steps: list[float], clock: Clock) -> str:
    """Milliseconds and years, months, days, hours, minutes more; a month that is too short takes the day over."""
    years, months, plus, hours, minutes = [math.trunc(step) if math.isfinite(step) else 0 for step in steps] + [0] * (
        5 - len(steps)
    )
    if math.isnan(start) or max(map(abs, (years, months, plus))) > 1e6:
        return ""
    first = date.fromordinal(int(start // DAY) + EPOCH) if 1 <= start // DAY + EPOCH <= date.max.toordinal() else None
    if first is None:
        return ""
    count = (first.year + years) * 12 + first.month - 1 + months
    if not 12 <= count < 120_000:
        return ""
    total = (date(count // 12, count % 12 + 1, 1).toordinal() - EPOCH + first.day - 1 + plus) * DAY + start % DAY
    return moment_text((total + (hours * 60 + minutes) * 60_000) / DAY, clock)


def formatted(text: str, pattern: str, clock: Clock) -> str:
    """The date or moment written by a pattern such as %d/%m/%Y; '' for what is no date."""
    total = milliseconds(text, clock)
    if math.isnan(total) or not 1 <= total // DAY + EPOCH <= date.max.toordinal():
        return ""
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=total)
    parts = {
        "Y": f"{at.year:04}",
        "y": f"{at.year % 100:02}",
        "m": f"{at.month:02}",
        "n": str(at.month),
        "b": MONTHS_SHORT[at.month - 1],
        "d": f"{at.day:02}",
        "e": str(at.day),
        "a": DAYS_SHORT[at.isoweekday() % 7],
        "H": f"{at.hour:02}",
        "h": str(at.hour),
        "M": f"{at.minute:02}",
        "S": f"{at.second:02}",
        "W": str(at.isocalendar().week),
        "3": f"{at.microsecond // 1000:03}",
    }
    return re.sub("%(.)", lambda found: parts.get(found[1], found[0]), pattern)


def months_between(first: str, second: str, clock: Clock) -> float:
    """Whole calendar months from the first date to the second; NaN where one is no date."""
    a, b = day_text(days(first, clock)), day_text(days(second, clock))
    if not a or not b:
        return math.nan
    (year, month, day), (year2, month2, day2) = (map(int, text.split("-")) for text in (a, b))
    return (year2 - year) * 12 + month2 - month - (day2 < day)


def _offset(text: str) -> int:
    if text == "Z":
        return 0
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return -minutes if text[0] == "-" else minutes
