"""XPath 1.0 as forms write it, read into trees (expressions.py). Only the server reads it: no twin in JavaScript.

Axes: child, parent, self, descendant-or-self (``//``). No attributes, no variables. Names of functions and the number
of their arguments are checked here; whether a path leads somewhere is checked where the form is known.
"""

import re
from collections.abc import Iterator

from blueprints.forms.engine.expressions import Tree
from blueprints.forms.engine.functions import FUNCTIONS

LONGEST = 20_000  # characters
DEPTH = 100  # of parentheses, predicates and calls: more is a mistake or an attack
CHAIN = 240  # operators in a row
LEVELS = (("or",), ("and",), ("=", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "div", "mod"), ("neg",), ("|",))
STRENGTH = {operator: level for level, operators in enumerate(LEVELS, 1) for operator in operators}
TOKEN = re.compile(
    r"""[\s\u00a0]*(?:
      (?P<number>\d+(?:\.\d*)?|\.\d+)
    | (?P<text>"[^"]*"|'[^']*')
    | (?P<name>[^\W\d][\w.-]*(?::(?!:)[^\W\d][\w.-]*)?)
    | (?P<sign>//|::|\.\.|<=|>=|!=|[-+*/()\[\],.=<>|@$:])
    )""",
    re.VERBOSE,
)
AXES = {"child", "parent", "self", "descendant-or-self"}
TESTS = {"node", "text", "comment", "processing-instruction"}
AT_NODE = {"string", "number", "string-length", "normalize-space"}  # without an argument: of the context node
Token = tuple[str, str, int]  # its kind, its text, where it begins


class ExpressionError(ValueError):
    """The text is no expression that can be evaluated; the message says why, in English."""


def parse(text: str) -> Tree:
    """The tree of an expression, in time proportional to its length. Raises ExpressionError."""
    if len(text) > LONGEST:
        raise ExpressionError(f"the expression is longer than {LONGEST} characters")
    return _Parser(list(_tokens(text))).whole()


def _tokens(text: str) -> Iterator[Token]:
    at, end = 0, len(text.rstrip())
    while at < end:
        found = TOKEN.match(text, at)
        if not found:
            rest = text[at:].lstrip()
            if rest[:1] in "\"'":
                raise ExpressionError(f"the text {rest[:20]} has no end")
            if rest[:1] in "“”‘’«»":
                raise ExpressionError(f"{rest[0]} is no quotation mark here: write ' or \"")
            raise ExpressionError(f"{rest[:1]!r} is not understood")
        kind = str(found.lastgroup)
        yield kind, found[kind], found.start(kind)
        at = found.end()


class _Parser:
    """Reads tokens from the first to the last; each method reads what its name says."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0

    def whole(self) -> Tree:
        if not self.tokens:
            raise ExpressionError("the expression is empty")
        tree = self.expression()
        if self.at < len(self.tokens):
            raise ExpressionError(f"{self.tokens[self.at][1]!r} is not expected here")
        return tree

    def sees(self, *signs: str, ahead: int = 0) -> bool:
        """Whether the next token is one of these signs (or names that are operators)."""
        at = self.at + ahead
        return at < len(self.tokens) and self.tokens[at][0] != "text" and self.tokens[at][1] in signs

    def kind(self, ahead: int = 0) -> str:
        return self.tokens[self.at + ahead][0] if self.at + ahead < len(self.tokens) else ""

    def take(self) -> str:
        if self.at >= len(self.tokens):
            raise ExpressionError("the expression is not complete")
        self.at += 1
        return self.tokens[self.at - 1][1]

    def expect(self, sign: str) -> None:
        if not self.sees(sign):
            there = repr(self.tokens[self.at][1]) if self.at < len(self.tokens) else "the end"
            raise ExpressionError(f"{sign!r} is expected, not {there}")
        self.at += 1

    def expression(self) -> Tree:
        """Operands and the operators between them, the stronger ones first."""
        self.depth += 1
        if self.depth > DEPTH:
            raise ExpressionError(f"parentheses and calls lie more than {DEPTH} deep")
        operands: list[Tree] = []
        operators: list[str] = []
        count = 0
        while True:
            while self.sees("-"):
                self.take()
                operators.append("neg")
                count += 1
            operands.append(self.path())
            sign = self.tokens[self.at][1] if self.at < len(self.tokens) and self.kind() != "text" else ""
            strength = STRENGTH.get(sign, 0)
            while operators and STRENGTH[operators[-1]] >= strength:
                _reduce(operands, operators.pop())
            if not strength:
                break
            operators.append(self.take())
            count = 0 if sign in ("or", "and") else count + 1
            if count > CHAIN:
                raise ExpressionError(f"more than {CHAIN} operators follow each other")
        self.depth -= 1
        return _settled(operands[0])

    def path(self) -> Tree:
        """A path, or something else with predicates and a path from there."""
        if self.sees("/", "//"):
            absolute = not self.sees("//")
            if absolute:
                self.take()
                if not self.begins_step():
                    return ["p", "/"]
            return self.steps(["p", "/"])
        if not self.begins_step():
            tree = self.primary()
            predicates = self.predicates()
            if predicates:
                tree = ["filter", tree, *predicates]
            if self.sees("/"):
                self.take()
                return self.steps(tree)
            return self.steps(tree) if self.sees("//") else tree
        return self.steps(["p", "."])

    def begins_step(self) -> bool:
        if self.sees(".", "..", "*", "@"):
            return True
        return self.kind() == "name" and (not self.sees("(", ahead=1) or self.tokens[self.at][1] in TESTS)

    def steps(self, start: Tree) -> Tree:
        """Steps from a start. Without predicates they are one path."""
        tree, plain = start, list[str]()
        while True:
            if self.sees("//"):
                self.take()
                plain.append("descendant-or-self::node()")
            plain.append(self.step())
            if predicates := self.predicates():
                last = plain.pop()
                tree = _extended(tree, plain)
                tree = [*(tree if tree[0] == "from" else ["from", tree]), [last, *predicates]]
                plain = []
            if self.sees("/"):
                self.take()
            elif not self.sees("//"):
                return _extended(tree, plain)

    def step(self) -> str:
        if self.sees(".", ".."):
            return self.take()
        axis = "child"
        if self.sees("@"):
            raise ExpressionError("attributes are not supported")
        if self.sees("::", ahead=1):
            axis = self.take()
            self.take()
            if axis not in AXES:
                raise ExpressionError(f"the axis {axis!r} is not supported")
        if not self.sees("*") and self.kind() != "name":
            there = repr(self.tokens[self.at][1]) if self.at < len(self.tokens) else "the end"
            raise ExpressionError(f"a name is expected, not {there}")
        test = self.take()
        if self.sees("("):
            if test != "node" or not self.sees(")", ahead=1):
                raise ExpressionError(f"{test}() is not supported in a path")
            self.at += 2
            test = "node()"
            short = {"self": ".", "parent": ".."}.get(axis)
            if short:
                return short
        return test if axis == "child" and test != "node()" else f"{axis}::{test}"

    def predicates(self) -> list[Tree]:
        found = []
        while self.sees("["):
            self.take()
            found.append(self.expression())
            self.expect("]")
        return found

    def primary(self) -> Tree:
        kind = self.kind()
        if kind == "number":
            return _number(self.take())
        if kind == "text":
            return ["s", self.take()[1:-1]]
        if self.sees("("):
            self.take()
            tree = self.expression()
            self.expect(")")
            return tree
        if kind == "name":
            return self.call()
        if self.sees("$"):
            following = self.tokens[self.at + 1][1] if self.at + 1 < len(self.tokens) else ""
            raise ExpressionError(f"${following} stands for nothing: a question is written ${{name}}")
        raise ExpressionError(f"{self.take()!r} is not expected here")

    def call(self) -> Tree:
        name = self.take()
        self.expect("(")
        arguments = []
        if not self.sees(")"):
            arguments.append(self.expression())
            while self.sees(","):
                self.take()
                arguments.append(self.expression())
        self.expect(")")
        if name in AT_NODE and not arguments:
            arguments = [["p", "."]]
        function = FUNCTIONS.get(name)
        if function is None:
            raise ExpressionError(f"there is no function {name}()")
        if not function.takes(len(arguments)):
            raise ExpressionError(f"{name}() takes {function.counts}, not {len(arguments)}")
        return ["f", name, *arguments]


def _reduce(operands: list[Tree], operator: str) -> None:
    """Put an operator over its operands, the last ones read."""
    last = operands.pop()
    if operator == "neg":
        last = _settled(last)
        operands.append(-last if isinstance(last, int | float) and last else ["neg", last])
    elif operator in ("or", "and"):
        first = operands.pop()
        chain = (
            first if isinstance(first, _Chain) and first.operator == operator else _Chain(operator, [_settled(first)])
        )
        chain.operands.append(_settled(last))
        operands.append(chain)
    else:
        operands.append([operator, _settled(operands.pop()), _settled(last)])


class _Chain:
    """`a or b or c …`, of which a shallow tree is made: its value and the order in which it is read are the same."""

    def __init__(self, operator: str, operands: list[Tree]) -> None:
        self.operator = operator
        self.operands = operands

    def tree(self, start: int, end: int) -> Tree:
        if end - start == 1:
            return self.operands[start]
        half = (start + end) // 2
        return [self.operator, self.tree(start, half), self.tree(half, end)]


def _settled(tree: Tree) -> Tree:
    return tree.tree(0, len(tree.operands)) if isinstance(tree, _Chain) else tree


def _number(text: str) -> Tree:
    number = float(text)
    if number >= 1e15:
        return ["f", "number", ["s", text]]
    return int(number) if number.is_integer() else number


def _extended(tree: Tree, steps: list[str]) -> Tree:
    """A path of plain steps after what is there already."""
    if not steps:
        return tree
    path = "/".join(steps)
    if tree == ["p", "."]:
        return ["p", path]
    if tree == ["p", "/"]:
        return ["p", f"/{path}"]
    return [*tree, path] if tree[0] == "from" else ["from", tree, path]
