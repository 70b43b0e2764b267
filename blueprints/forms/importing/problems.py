"""What the engine says of an expression or a pattern, in sentences that the catalogue knows.

The engine is pure: it speaks English and knows no reader. Here its sentences are taken apart into a sentence of the
catalogue and what stands in it.
"""

import re
from collections.abc import Callable
from typing import Any

from blueprints.forms.engine.functions import FUNCTIONS
from blueprints.forms.importing.report import _

SAYINGS: tuple[tuple[str, str], ...] = (
    (r"there is no function '?(?P<function>[\w:.-]+)(?:\(\))?'?", _("there is no function {function}()")),
    (
        r"(?P<function>[\w:.-]+)\(\) (?:takes .*, not (?P<given>\d+)|does not take (?P<given_>\d+) arguments)",
        _("{function}() is called with too many or too few values ({given})"),
    ),
    (r"the text (?P<text>.*) has no end", _("the text {text} has no end: a quotation mark is missing")),
    (r"(?P<mark>.) is no quotation mark here.*", _("{mark} is no quotation mark here; write ' or \"")),
    (r"the expression is empty", _("the expression is empty")),
    (r"the expression is not complete", _("the expression is not complete")),
    (r"the expression is longer than (?P<most>\d+) characters", _("the expression is longer than {most} characters")),
    (r"'(?P<text>.*)' is expected, not (?P<there>.*)", _("“{text}” is expected, not {there}")),
    (r"a name is expected, not (?P<there>.*)", _("a name is expected, not {there}")),
    (r"['\"](?P<text>.*)['\"] is not expected here", _("“{text}” is not expected there")),
    (r"['\"](?P<text>.*)['\"] is not understood", _("“{text}” is not understood")),
    (
        r"parentheses and calls lie more than (?P<most>\d+) deep",
        _("parentheses lie more than {most} deep in each other"),
    ),
    (r"more than (?P<most>\d+) operators follow each other", _("more than {most} operators follow each other")),
    (r"\$(?P<text>.*) stands for nothing.*", _("${text} stands for nothing: a question is written with braces")),
    (r"attributes are not supported", _("attributes are not supported")),
    (r"the axis '(?P<axis>.*)' is not supported", _("the axis {axis} is not supported")),
    (r"there is no '(?P<path>.*)'", _("there is no {path} in the form")),
    (r"lies too deep", _("it lies too deep in itself")),
    (
        r"regex\(\): a repetition within a repetition may never end",
        _("regex(): a repetition within a repetition may never end"),
    ),
    (r"regex\(\): the pattern is too long", _("regex(): the pattern is too long")),
    (r"regex\(\): the pattern cannot be read: (?P<why>.*)", _("regex(): the pattern cannot be read: {why}")),
    (r"regex\(\): only \(\?: may follow.*", _("regex(): looking ahead or back, names and flags are not supported")),
    (r"regex\(\): possessive repetitions are not supported", _("regex(): possessive repetitions are not supported")),
    (r"regex\(\): (?P<what>.*) (?:within brackets )?is not supported", _("regex(): {what} is not supported")),
    (
        r"regex\(\): a plain (?P<what>.) must be written .*",
        _("regex(): a plain {what} must be written with a \\ before it"),
    ),
    (
        r"regex\(\): a (?P<what>.) (?:within|at the beginning of) brackets.*",
        _("regex(): a {what} within brackets must be written with a \\ before it"),
    ),
    (r"regex\(\): the pattern must be a text that is written out", _("regex(): the pattern is not written out")),
    (r"type '(?P<type>.*)' is not supported", _("the type {type} is not supported")),
    (r"stands twice", _("it stands twice")),
    (r"groups lie too deep", _("groups lie too deep in each other")),
    (r"a question needs a name.*not '(?P<name>.*)'", _("“{name}” cannot be the name of a question")),
)


CALLED: dict[str, str] = {name.lower(): name for name in FUNCTIONS}
MENDINGS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"≤|=<"), "<="),
    (re.compile(r"≥|=>"), ">="),
    (re.compile(r"≠|<>"), "!="),
    (re.compile(r"(?<![<>!=])==(?!=)"), "="),
    (re.compile(r"\s*&&\s*"), " and "),
    (re.compile(r"\s*\|\|\s*"), " or "),
    (re.compile(r"(?<=[\s)\]'\"])(AND|And|OR|Or|DIV|Div|MOD|Mod)(?=[\s(\['\"])"), lambda found: found[0].lower()),
    (re.compile(r"(?<![\w.:-])([A-Za-z][A-Za-z-]*)(?=\s*\()"), lambda found: CALLED.get(found[0].lower(), found[0])),
    (re.compile("[–—−]"), "-"),
    (re.compile("[`´‘’′]"), "'"),
    (re.compile("[“”„″]"), '"'),
)
QUOTED = re.compile(r"('[^']*'|\"[^\"]*\")")


def mended(text: str) -> str:
    """An expression with what is plainly meant in place of what no XPath has: ≥ for >=, AND for and, IF( for if(."""
    parts = QUOTED.split(text)
    for pattern, better in MENDINGS:
        parts[::2] = [pattern.sub(better, part) for part in parts[::2]]
    return "".join(parts)


def understood(problem: str) -> Any:
    """A sentence of the engine as {"what", "values"}, or as it is where nobody foresaw it."""
    plain = problem.strip().rstrip(".")
    for pattern, what in SAYINGS:
        if found := re.fullmatch(pattern, plain, re.DOTALL):
            values = {key.rstrip("_"): text for key, text in found.groupdict().items() if text is not None}
            return {"what": what, "values": values}
    return plain
