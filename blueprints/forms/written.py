"""Labels as forms write them: bold, italic, line breaks and links; all else is escaped (twin: static/js/written.js)."""

import re

from markupsafe import Markup, escape

MARK = re.compile(
    r"(?P<bold>\*\*(?=\S)(?P<b>.+?)(?<=\S)\*\*|__(?=\S)(?P<b2>.+?)(?<=\S)__"
    r"|<(?P<bt>b|strong)(?: [^<>]*)?>(?P<b3>.*?)</(?P=bt)>)"
    r"|(?P<italic>\*(?=[^\s*])(?P<i>[^*]+?)(?<=\S)\*|(?<![^\W_])_(?=[^\s_])(?P<i2>[^_]+?)(?<=\S)_(?![^\W_])"
    r"|<(?P<it>i|em)(?: [^<>]*)?>(?P<i3>.*?)</(?P=it)>)"
    r"|(?P<link>\[(?P<words>[^\[\]]+)\]\((?P<address>(?:https?://|mailto:|tel:)[^\s()<>]+)\))"
    r"|(?P<line><br ?/?>|\r?\n)",
    re.DOTALL,
)


def written(text: str) -> Markup:
    """The text as safe markup. Addresses of links are http, https, mailto or tel."""
    text = text.replace("****", "")  # what was to be bold is empty
    parts, at = [], 0
    for found in MARK.finditer(text):
        parts += [escape(text[at : found.start()]), _one(found)]
        at = found.end()
    return Markup("").join([*parts, escape(text[at:])])


def _one(found: re.Match[str]) -> Markup:
    part = found.groupdict()
    if part["bold"] is not None:
        return _element("b", part["b"] or part["b2"] or part["b3"] or "")
    if part["italic"] is not None:
        return _element("i", part["i"] or part["i2"] or part["i3"] or "")
    if part["link"] is not None:
        return _element("a", part["words"], href=part["address"], rel="noopener noreferrer", target="_blank")
    return Markup("<br>")


def _element(name: str, text: str, **attributes: str) -> Markup:
    """An element around what a form has written."""
    own = Markup("").join(Markup(' %s="%s"') % pair for pair in attributes.items())
    return Markup("<%s%s>%s</%s>") % (name, own, written(text), name)


def plain(text: str) -> str:
    """The same without marks, for a place that takes words alone."""
    return re.sub(r"\s+", " ", str(written(text).striptags())).strip()
