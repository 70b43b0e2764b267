"""Scripts as they are sent: without the comments and the indentation that readers need and phones do not."""

import re

COMMENT = re.compile(r"^[ \t]*(?://[^\n]*|/\*\*(?:[^*]|\*(?!/))*\*/)[ \t]*\n", re.MULTILINE)
INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)


def lean(script: str) -> str:
    """A script of ours without whole-line comments and without indentation; what a line says is left as it is.

    Scripts with a text that goes over several lines (a backquote) keep their lines as they are.
    """
    without = COMMENT.sub("", script)
    spans_lines = any(line.count("`") % 2 for line in without.splitlines())
    return without if spans_lines else INDENTATION.sub("", without)
