"""Which regular expressions may stand in a form: those that mean the same to Python and to a browser, and that end.

Only the server checks: there is no twin in JavaScript.
"""

import re
import warnings

ESCAPES = set("dDwWsStnrfv^$\\.*+?()[]{}|/-@_#%&=:;,<>'\"!~` ")
SPACES = " \\t\\n\\r\\f\\v"  # what \s means: browsers take more for a space than Python does
QUANTIFIER = re.compile(r"[*+?]|\{\d+(?:,\d*)?\}")


NESTED = "a repetition within a repetition may never end"


def is_readable(pattern: str) -> bool:
    """Whether a form that others made may have it: repetitions within each other are matched patiently."""
    return trouble_with(pattern) in ("", NESTED)


def trouble_with(pattern: str) -> str:
    """Why a pattern is refused; '' where it is fine."""
    if len(pattern) > 500:
        return "the pattern is too long"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what may mean something else one day; refused below
            re.compile(pattern, re.ASCII)
    except re.error as error:
        return f"the pattern cannot be read: {error}"
    groups, at, in_class = [False], 0, False
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            follows = pattern[at + 1]
            if follows not in ESCAPES or (in_class and follows == "S"):
                return f"\\{follows} is not supported"
            at += 1
        elif in_class:
            in_class = char != "]"
            if pattern[at : at + 2] in ("--", "&&", "||", "~~"):
                return f"{pattern[at : at + 2]} within brackets is not supported"
            if char == "[":
                return "a [ within brackets must be written \\["
        elif char == "[":
            in_class = True
            if re.match(r"\^?\]", pattern[at + 1 :]):
                return "a ] at the beginning of brackets must be written \\]"
        elif char == "(":
            if pattern[at + 1] == "?" and pattern[at + 1 : at + 3] != "?:":
                return "only (?: may follow an opening parenthesis: no look-around, no names, no flags"
            groups.append(False)
            at += 2 if pattern[at + 1] == "?" else 0
        elif char == ")":
            repeated = groups.pop()
            after = QUANTIFIER.match(pattern, at + 1)
            if repeated and after and after[0] != "?":
                return NESTED
            groups[-1] = groups[-1] or repeated
        elif found := QUANTIFIER.match(pattern, at):
            groups[-1] = True
            at += len(found[0]) - 1
            if pattern[at + 1 : at + 2] in ("+", "*"):
                return "possessive repetitions are not supported"
        elif char in "{}":
            return f"a plain {char} must be written \\{char}"
        at += 1
    return ""


def portable(pattern: str) -> str:
    """The same pattern in words that Python and a browser read alike. Its ``trouble_with`` must be none."""
    whole, in_class, at = "", False, 0
    while at < len(pattern):
        char, follows = pattern[at], pattern[at + 1 : at + 2]
        if char == "\\":
            at += 1
            if follows in "sS":
                char, follows = "", SPACES if in_class else f"[{'^' if follows == 'S' else ''}{SPACES}]"
            elif follows.isalnum() or follows in "^$\\.*+?()[]{}|/" or (in_class and follows == "-"):
                char = "\\"
            else:
                char = ""  # needless, and refused by browsers
            whole += char + follows
        else:
            in_class = char == "[" or (in_class and char != "]")
            whole += char
        at += 1
    return whole
