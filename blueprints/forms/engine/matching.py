"""Patterns whose repetitions lie within each other (twin: static/js/engine/matching.js).

A usual engine may try them for years. Here every part of a pattern turns the places that are reached in a text into
those that are reached after it; each place counts once, so that it ends.
"""

import re
from collections.abc import Callable
from itertools import count

Places = set[int]
Part = Callable[[Places], Places]
TIMES = re.compile(r"(?:([*+?])|\{(\d+)(,?)(\d*)\})\??", re.ASCII)
TOKEN = re.compile(r"\[\^?(?:\\.|[^\]\\])*\]|\\.|.", re.DOTALL)


def matches(pattern: str, text: str) -> bool:
    """Whether all of a text fits a pattern that ``patterns.trouble_with`` can read."""
    return len(text) in _Reader(pattern, text).either()({0})


class _Reader:
    """Reads a pattern for one text."""

    def __init__(self, pattern: str, text: str) -> None:
        self.pattern = pattern
        self.text = text
        self.at = 0

    def either(self) -> Part:
        ways = [self.sequence()]
        while self.pattern[self.at : self.at + 1] == "|":
            self.at += 1
            ways.append(self.sequence())
        return lambda places: set().union(*(way(places) for way in ways))

    def sequence(self) -> Part:
        parts = []
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            parts.append(self.repeated())

        def run(places: Places) -> Places:
            for part in parts:
                places = part(places)
            return places

        return run

    def repeated(self) -> Part:
        one = self.one()
        found = TIMES.match(self.pattern, self.at)
        if not found:
            return one
        self.at = found.end()
        sign, low, comma, high = found.groups()
        least = int(low) if low else int(sign == "+")
        most = 1 if sign == "?" else int(high or (0 if comma else low)) if low else 0  # 0: without end

        def run(places: Places) -> Places:
            reached = set() if least else set(places)
            for times in count(1):
                if not places or (most and times > most):
                    break
                places = one(places)
                if times >= least:
                    places = places - reached
                    reached |= places
            return reached

        return run

    def one(self) -> Part:
        found = TOKEN.match(self.pattern, self.at)
        assert found
        part, length = found[0], len(self.text)
        self.at = found.end()
        if part == "(":
            if self.pattern.startswith("?:", self.at):
                self.at += 2
            inner = self.either()
            self.at += 1
            return inner
        if part in "^$":
            place = 0 if part == "^" else length
            return lambda places: places & {place}
        letter = re.compile(part, re.ASCII | re.DOTALL)
        fitting = [bool(letter.fullmatch(each)) for each in self.text]
        return lambda places: {place + 1 for place in places if place < length and fitting[place]}
