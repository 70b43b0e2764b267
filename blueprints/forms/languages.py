"""Forms name their languages in many ways: "fr", "Français (fr)", "French". Readers have one of two."""

import re
from collections.abc import Iterable

NAMES = {
    "fr": {"fr", "fra", "fre", "french", "français", "francais"},
    "en": {"en", "eng", "english", "anglais"},
}


def code(name: str) -> str:
    """The reader's language ("fr", "en") that a form means by a name; '' for any other."""
    plain = name.strip().lower()
    words = {plain, plain.partition("(")[0].strip(), *re.findall(r"\(([a-z]{2,3})(?:[-_][a-z]+)?\)", plain)}
    return next((found for found, names in NAMES.items() if names & words), "")


def spoken(languages: Iterable[str], wanted: str, otherwise: str) -> str:
    """Among a form's languages the one that a reader wants, else another."""
    known = list(languages)
    if wanted in known:
        return wanted
    return next((each for each in known if code(each) == wanted), otherwise)
