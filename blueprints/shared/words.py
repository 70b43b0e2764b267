"""Days, times and lengths in words, in the reader's language and on the service's own clock; filters of templates."""

import re
import unicodedata
from datetime import date, datetime
from urllib.parse import quote

from babel.dates import format_date, format_time
from flask import Flask
from flask_babel import get_locale
from flask_babel import gettext as _

from blueprints.shared.db import local, now, today

LANGUAGES = ("fr", "en")  # of the interface; the first is the default
_PLAIN = str.maketrans({"œ": "oe", "æ": "ae", "ı": "i", "ø": "o", "ł": "l", "đ": "d", "’": " ", "'": " ", "-": " "})


def fold(text: str) -> str:
    """The text as a search compares it: no case, no accents, apostrophes and hyphens as spaces, single spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c)).translate(_PLAIN)
    return " ".join("".join(c for c in plain if c.isprintable() or c.isspace()).split())


def clock(moment: datetime) -> str:
    """11:15"""
    return format_time(local(moment), "HH:mm", locale=get_locale())


def day(value: date | datetime) -> str:
    """mar. 24 nov.; with the year where it is not this one."""
    value = _date(value)
    pattern = "EEE d MMM" if value.year == today().year else "EEE d MMM y"
    return format_date(value, pattern, locale=get_locale())


def short_day(value: date | datetime) -> str:
    """24 nov.; with the year where it is not this one."""
    value = _date(value)
    return format_date(value, "d MMM" if value.year == today().year else "d MMM y", locale=get_locale())


def weekday(value: date | datetime) -> str:
    """mar. 24: the head of a column."""
    return format_date(_date(value), "EEE d", locale=get_locale())


def long_day(value: date | datetime) -> str:
    """Mardi 24 novembre: a heading."""
    words = format_date(_date(value), "EEEE d MMMM", locale=get_locale())
    return words[:1].upper() + words[1:]


def full_day(value: date | datetime) -> str:
    """mardi 24 novembre 2026: on what is printed and kept."""
    return format_date(_date(value), "EEEE d MMMM y", locale=get_locale())


def month(value: date) -> str:
    """Novembre 2026: a heading."""
    words = format_date(value, "LLLL y", locale=get_locale())
    return words[:1].upper() + words[1:]


def when(moment: datetime) -> str:
    """mar. 24 nov., 11:15"""
    return f"{day(moment)}, {clock(moment)}"


def ago(moment: datetime) -> str:
    """just now; 12 min ago; 09:11 today; yesterday; 20 nov.: short enough for a list."""
    minutes = max(0, int((now() - moment).total_seconds() // 60))
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return _("%(n)d min ago", n=minutes)
    days = (today() - _date(moment)).days
    return clock(moment) if days <= 0 else _("yesterday") if days == 1 else day(moment)


def duration(minutes: int) -> str:
    """35 min, 1 h, 1 h 55"""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest}\u00a0min"
    return f"{hours}\u00a0h\u00a0{rest:02d}" if rest else f"{hours}\u00a0h"


def age(born: date) -> str:
    """84 years old, on the service's day."""
    day = today()
    years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return _("%(years)d years old", years=years)


def tel(number: str) -> str:
    """The address that calls this number."""
    plain = number.strip().replace("(0)", "") if number.strip().startswith("+") else number
    return "tel:" + re.sub(r"(?!^\+)[^0-9]", "", plain.strip())


def geo(address: str) -> str:
    """The address that opens a phone's own map there."""
    return f"geo:0,0?q={quote(address)}"


def _date(value: date | datetime) -> date:
    return local(value).date() if isinstance(value, datetime) else value


def init_app(app: Flask) -> None:
    """Makes them filters of every template."""
    for filter in (clock, day, short_day, weekday, long_day, full_day, month, when, ago, duration, age, tel, geo):
        app.add_template_filter(filter)
