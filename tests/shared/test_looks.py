"""Markup and sheets fit together: no class without a rule, no rule without a use, nothing inline."""

import re
from pathlib import Path

import brotli

ROOT = Path(__file__).parents[2]
SHEETS = sorted((ROOT / "static" / "css").glob("*.css"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = [path for path in sorted((ROOT / "static" / "js").rglob("*.js")) if "words" not in path.parts]
SHARED = ("tokens.css", "base.css", "ui.css")  # what the first page of a phone loads
LIMIT = 9_000  # bytes


def without_comments(css: str) -> str:
    return re.sub(r"/\*.*?\*/", "", css, flags=re.S)


def with_rules() -> set[str]:
    """Classes that some sheet knows."""
    css = "".join(without_comments(path.read_text()) for path in SHEETS)
    return set(re.findall(r"\.([a-z][\w-]*)", css))


def written_out() -> dict[str, str]:
    """Classes that a template writes outright, and where."""
    found = {}
    for path in TEMPLATES:
        text = path.read_text()
        outright = re.findall(r'class="([^"{}]*)"', text)
        handed_on = re.findall(r'(?:class|width) ?= ?"([a-z][\w -]*)"', text)
        for value in outright + handed_on:
            found.update(dict.fromkeys(value.split(), str(path.relative_to(ROOT))))
    return found


def all_words() -> set[str]:
    """Every word of templates and scripts: a class can be put together from parts."""
    return set(re.findall(r"[a-z][\w-]*", "".join(path.read_text() for path in (*TEMPLATES, *SCRIPTS))))


def test_every_class_has_a_rule() -> None:
    assert "card" in written_out(), "need classes for this to mean anything"
    unknown = {name: where for name, where in written_out().items() if name not in with_rules()}
    assert unknown == {}


def test_every_rule_has_a_use() -> None:
    assert with_rules() - all_words() - {"htmx-request"} == set()  # htmx writes that one


def test_sheets_and_scripts_that_pages_name_exist() -> None:
    for path in TEMPLATES:
        for name in re.findall(r'filename="([\w./-]+\.\w+)"', path.read_text()):
            assert (ROOT / "static" / name).is_file(), f"{path.name} names {name}"


def test_nothing_inline() -> None:
    """The content policy would refuse it, on somebody's phone."""
    for path in TEMPLATES:
        text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.S)
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*\ssrc=)|javascript:", text), path.name


def test_shared_sheets_stay_small() -> None:
    sheets = [(ROOT / "static" / "css" / name).read_bytes() for name in SHARED]
    assert sum(len(brotli.compress(sheet)) for sheet in sheets) <= LIMIT
