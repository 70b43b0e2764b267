"""The French catalogue: read the sources, bring the catalogue up to date, compile it, check it.

    python -m tools.catalogues extract    new and gone messages into translations/fr/…/messages.po
    python -m tools.catalogues compile    messages.mo for the server (not committed)
    python -m tools.catalogues words      static/js/words/fr.js, the part that scripts need
    python -m tools.catalogues check      fails on what is missing, fuzzy, stale or badly written

The msgids are English and are the English interface, so there is no English catalogue. The catalogue is sorted and
names no file and no line, so that two people who both add a message meet in as few lines as possible.
"""

import io
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
CATALOGUE = ROOT / "translations" / "fr" / "LC_MESSAGES" / "messages.po"
COMPILED = CATALOGUE.with_suffix(".mo")
WORDS = ROOT / "static" / "js" / "words" / "fr.js"

PYTHON = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
UNSTABLE = ("POT-Creation-Date", "PO-Revision-Date", "Generated-By", "Last-Translator", "Report-Msgid-Bugs-To")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|%[sd]")
TEXT = r"""\s*("(?:[^"\\\n]|\\.)*")\s*"""
# Calls in scripts, also within calls, which Babel's own reader of JavaScript walks past.
CALL = re.compile(rf"(?<![\w.$])(?:t\({TEXT}[,)]|tn\({TEXT},{TEXT},)")
ANY_CALL = re.compile(r"""(?<![\w.$])tn?\(\s*["'`]""")
ASCII_MARK = re.compile(r"[^\u202f\s\W][?!;](?=\s|$)|[^\u202f] [?!;](?=\s|$)|[^\u00a0]:(?=\s|$)|\w'\w|\"")


def sources() -> Iterator[tuple[Path, str]]:
    """Every file that may hold messages, with the way to read it; sorted, so that a run is repeatable."""
    yield ROOT / "app.py", "python"
    for path in sorted((ROOT / "blueprints").rglob("*.py")):
        yield path, "python"
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in {".html", ".txt", ".js", ".xml", ".webmanifest"}:
            yield path, "jinja2"
    for path in sorted((ROOT / "static" / "js").rglob("*.js")):
        if WORDS.parent not in path.parents:
            yield path, "javascript"


Call = tuple[int, str | tuple[str, ...], str | None]  # line, message (with its plural), context


def gettext_calls(path: Path, method: str) -> Iterator[Call]:
    """The messages of a Python module or a template."""
    reader = "jinja2.ext:babel_extract" if method == "jinja2" else method
    options = {"trimmed": "true", "silent": "false"} if method == "jinja2" else {}
    for line, text, _comments, context in extract_from_file(reader, path, keywords=PYTHON, options=options):
        if text and text != ("", ""):
            yield line, text, context


def calls(path: Path) -> Iterator[Call]:
    """The messages of a script."""
    source = path.read_text()
    for match in CALL.finditer(source):
        found = tuple(json.loads(text) for text in match.groups() if text)
        yield source.count("\n", 0, match.start()) + 1, found if len(found) > 1 else found[0], None


def template() -> Catalog:
    """All messages of the sources as they stand now; the locations are relative to the project's folder."""
    found = Catalog(project="Tournée", charset="utf-8")
    for path, method in sources():
        if not path.exists():
            continue
        for line, text, context in calls(path) if method == "javascript" else gettext_calls(path, method):
            found.add(text, locations=[(path.relative_to(ROOT).as_posix(), line)], context=context)
    return found


def current() -> Catalog:
    """The French catalogue as committed; an empty one where there is none."""
    if not CATALOGUE.exists():
        return Catalog(locale="fr", project="Tournée", charset="utf-8")
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="fr")


def messages(catalogue: Catalog) -> list[Message]:
    """The messages without the header, which gettext keeps under the empty id."""
    return [message for message in catalogue if message.id]


def texts(message: Message) -> list[str]:
    """What stands translated, one text for each plural form; an empty text is a missing one."""
    if isinstance(message.string, (tuple, list)):
        return list(message.string)
    return [message.string or ""] + ([""] if message.pluralizable else [])


def updated(found: Catalog) -> Catalog:
    """The committed catalogue with the new messages added, empty, and the gone ones dropped. Nothing is guessed."""
    catalogue = current()
    catalogue.update(found, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    return catalogue


def written(catalogue: Catalog) -> str:
    """The catalogue as text, without dates and tool names, which would change with every run."""
    buffer = io.BytesIO()
    write_po(buffer, catalogue, no_location=True, sort_output=True, ignore_obsolete=True, width=0)
    lines = buffer.getvalue().decode().splitlines(keepends=True)
    lines = [line for line in lines if not line.startswith(tuple(f'"{name}:' for name in UNSTABLE))]
    first = next((number for number, line in enumerate(lines) if line.startswith("msgid")), 0)
    kept = [line for line in lines[:first] if not line.startswith("#")]
    return "".join(["# The French of Tournée.\n", *kept, *lines[first:]])


def words(catalogue: Catalog, found: Catalog) -> str:
    """The module for scripts: English to French, a list of two where there is a plural."""
    entries: dict[str, str | list[str]] = {}
    for message in messages(found):
        if any(name.endswith(".js") and name.startswith("static/") for name, _line in message.locations):
            mine = catalogue.get(message.id, message.context)
            french = texts(mine) if mine else []
            if all(french) and french:
                key = message.id[0] if isinstance(message.id, (tuple, list)) else message.id
                entries[key] = french if len(french) > 1 else french[0]
    body = json.dumps(dict(sorted(entries.items())), ensure_ascii=False, indent=2)
    return f"// Made by `make catalogues` from translations/fr; change it there.\nexport default {body};\n"


def faults(catalogue: Catalog, found: Catalog) -> Iterator[str]:
    """Everything that is wrong with the French of these messages, in words."""
    for message in messages(found):
        place = message.locations[0][0] if message.locations else "?"
        label = f"{place}: {message.id!r}"
        mine = catalogue.get(message.id, message.context)
        french = texts(mine) if mine else []
        if mine is None or not all(french) or len(french) != (2 if message.pluralizable else 1):
            yield f"missing   {label}"
            continue
        if mine.fuzzy:
            yield f"fuzzy     {label}"
        ids = list(message.id) if isinstance(message.id, (tuple, list)) else [message.id]
        names = [set(PLACEHOLDER.findall(text)) for text in ids]
        for english, text in zip(names, french, strict=True):
            if (message.pluralizable and not set(PLACEHOLDER.findall(text)) <= set.union(*names)) or (
                not message.pluralizable and set(PLACEHOLDER.findall(text)) != english
            ):
                yield f"fields    {label} -> {text!r}"
            if mark := ASCII_MARK.search(re.sub(r"<[^>]*>|https?:\S+", "", text)):
                yield f"typing    {label} -> {text!r} at {mark.group()!r}"
    here = {(message.id, message.context) for message in messages(found)}
    for message in messages(catalogue):
        if (message.id, message.context) not in here:
            yield f"stale     {message.id!r} is in the catalogue and in no source"


def unseen() -> Iterator[str]:
    """Calls in scripts that cannot be read: a message is one plain text in double quotes."""
    for path, method in sources():
        if method == "javascript":
            source = path.read_text()
            read = {match.start() for match in CALL.finditer(source)}
            for match in ANY_CALL.finditer(source):
                if match.start() not in read:
                    line = source.count("\n", 0, match.start()) + 1
                    yield f"not read  {path.relative_to(ROOT)}:{line}: a message is one plain text in double quotes"


def extract() -> None:
    """Bring the committed catalogue up to date with the sources."""
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    put(CATALOGUE, written(updated(template())))


def compile_catalogue() -> None:
    """Write messages.mo, which the server reads."""
    buffer = io.BytesIO()
    write_mo(buffer, current())
    COMPILED.write_bytes(buffer.getvalue())


def write_words() -> None:
    """Write the French of the scripts."""
    WORDS.parent.mkdir(parents=True, exist_ok=True)
    put(WORDS, words(current(), template()))


def put(path: Path, text: str) -> None:
    """Write where it differs: an unchanged file keeps its time, and the Makefile its stamps."""
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def check() -> list[str]:
    """What a person must mend, one line each; empty when all is well."""
    found, catalogue = template(), current()
    lines = [*faults(catalogue, found), *unseen()]
    if CATALOGUE.read_text() != written(updated(found)):
        lines.append("stale     translations/fr/LC_MESSAGES/messages.po: run `make catalogues`")
    if not WORDS.exists() or WORDS.read_text() != words(catalogue, found):
        lines.append("stale     static/js/words/fr.js: run `make catalogues`")
    return lines


def main(arguments: Iterable[str]) -> int:
    """Run the named steps in order; 1 where the check found something."""
    for name in arguments:
        if name == "extract":
            extract()
        elif name == "compile":
            compile_catalogue()
        elif name == "words":
            write_words()
        elif name == "check":
            lines = check()
            print(*lines, f"catalogues: {len(lines)} to mend", sep="\n")
            if lines:
                return 1
        else:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["check"]))
