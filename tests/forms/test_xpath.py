"""XPath as forms write it, read into trees; what cannot be read is refused in time and in words."""

import json
import time

import pytest

from blueprints.forms.engine.xpath import ExpressionError, parse


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("/data/a", ["p", "/data/a"]),
        ("../a/./b", ["p", "../a/./b"]),
        (".", ["p", "."]),
        ("/", ["p", "/"]),
        ("/*", ["p", "/*"]),
        ("a//b", ["p", "a/descendant-or-self::node()/b"]),
        ("child::a/parent::node()/self::node()/self::*", ["p", "a/.././self::*"]),
        ("../b[1]/c", ["from", ["p", ".."], ["b", 1], "c"]),
        ("(a | b)[2]/c", ["from", ["filter", ["|", ["p", "a"], ["p", "b"]], 2], "c"]),
        ("current()/../x", ["from", ["f", "current"], "../x"]),
        (
            "instance('x')/root/item[name = /data/y]/label",
            ["from", ["f", "instance", ["s", "x"]], "root", ["item", ["=", ["p", "name"], ["p", "/data/y"]]], "label"],
        ),
        ("1 + 2 * 3 - 4", ["-", ["+", 1, ["*", 2, 3]], 4]),
        ("-a * b", ["*", ["neg", ["p", "a"]], ["p", "b"]]),
        ("-5", -5),
        ("- -a", ["neg", ["neg", ["p", "a"]]]),
        ("1.50", 1.5),
        ("12345678901234567890", ["f", "number", ["s", "12345678901234567890"]]),
        ("a-b - c", ["-", ["p", "a-b"], ["p", "c"]]),
        ("div div mod", ["div", ["p", "div"], ["p", "mod"]]),
        ("* * *", ["*", ["p", "*"], ["p", "*"]]),
        (
            "a or b and c = d < e",
            ["or", ["p", "a"], ["and", ["p", "b"], ["=", ["p", "c"], ["<", ["p", "d"], ["p", "e"]]]]],
        ),
        ("a or b or c or d", ["or", ["or", ["p", "a"], ["p", "b"]], ["or", ["p", "c"], ["p", "d"]]]),
        ('selected(., "it\'s")', ["f", "selected", ["p", "."], ["s", "it's"]]),
        ("string-length()", ["f", "string-length", ["p", "."]]),
        ("jr:choice-name(../a,\n '../a')", ["f", "jr:choice-name", ["p", "../a"], ["s", "../a"]]),
        ("été/naïf_1", ["p", "été/naïf_1"]),
    ],
)
def test_an_expression_is_read(text: str, tree: object) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "empty"),
        ("1 +", "not complete"),
        ("a b", "'b' is not expected"),
        ("'open", "has no end"),
        ("a = ‘x’", "no quotation mark"),
        ("$(x) = 1", "stands for nothing"),
        ("${x}", "not understood"),
        ("no-such(1)", "there is no function no-such()"),
        ("if(1, 2)", "if() takes 3 arguments, not 2"),
        ("concat(1", "')' is expected"),
        ("@id", "attributes are not supported"),
        ("following::a", "axis 'following' is not supported"),
        ("text()", "not supported in a path"),
        ("a[1", "']' is expected"),
        ("1 ) 2", "')' is not expected"),
    ],
)
def test_what_is_no_expression_is_refused_in_words(text: str, problem: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        parse(text)
    assert problem in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 9_000 + "1" + ")" * 9_000,
        "if(" * 6_000,
        "a[" * 9_000,
        "1" + "+1" * 9_000,
        "x | " * 4_000 + "x",
        "(" * 30_000,
    ],
)
def test_what_lies_too_deep_is_refused_at_once(text: str) -> None:
    began = time.process_time()
    with pytest.raises(ExpressionError):
        parse(text)
    assert time.process_time() - began < 1


def test_what_is_long_but_flat_is_read_into_a_shallow_tree() -> None:
    tree = parse(" or ".join(f"/data/q{number} = 'yes'" for number in range(700)))

    assert json.dumps(tree).count('"or"') == 699
    depth, level = 0, [tree]
    while level:
        depth, level = depth + 1, [item for each in level if isinstance(each, list) for item in each]
    assert depth < 20
