"""What is hostile is refused within five seconds and 300 MB, in a process that ends with it."""

import io
import time
import zipfile
from typing import Any

import pytest

from blueprints.forms.importing import sandbox
from blueprints.forms.importing.report import told
from tests.support.forms import OPEN, SURVEY, survey, workbook

SECONDS, BYTES = 5, 300 * 2**20
ASK = ["text", "a", "A"]


def zip_bomb(part: str, most: int) -> bytes:
    """A workbook of a few kilobytes, of which one part unpacks to ``most`` MB."""
    stream = io.BytesIO()
    source = zipfile.ZipFile(io.BytesIO(survey(ASK)))
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            with archive.open(name, "w", force_zip64=True) as file:
                if name.endswith(part):
                    file.write(b"<sst><si><t>")
                    for _ in range(most):
                        file.write(b"a" * 1_000_000)
                else:
                    file.write(source.read(name))
    return stream.getvalue()


def many_rows(count: int) -> bytes:
    return workbook(survey=[SURVEY, *(["text", f"q{number}", f"Q {number}"] for number in range(count))])


def deep(expression: str) -> bytes:
    return survey(ASK, ["text", "b", "B", expression])


def ring(count: int) -> bytes:
    rows = [["calculate", f"c{number}", None, None, f"${{c{(number + 1) % count}}} + 1"] for number in range(count)]
    return survey(*rows, ASK)


ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><x>&j;</x>"
)
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
HOSTILE: dict[str, tuple[Any, str]] = {
    "zip bomb": (lambda: zip_bomb("sharedStrings.xml", 100), "unpacks to more than"),
    "zip bomb in a part nobody reads": (lambda: zip_bomb("theme1.xml", 100), "unpacks to more than"),
    "100,000 rows": (lambda: many_rows(100_000), "more than 30000 rows"),
    "10,000 nested parentheses": (lambda: deep("(" * 10_000 + "1" + ")" * 10_000), "deep in each other"),
    "10,000 nested calls": (lambda: deep("not(" * 8_000 + "1" + ")" * 8_000), "deep in each other"),
    "a ring of 3,000 calculations": (lambda: ring(3_000), "in a circle"),
    "XML entities": (lambda: ENTITIES, "XML entities"),
    "a file of the server": (lambda: OUTSIDE, "XML entities"),
    "XML without end": (lambda: b"<a>" * 500_000, "deep in each other"),
    "a cell without end": (lambda: survey(ASK, ["note", "b", "x" * 32_000, "1" + "+1" * 15_000]), "cannot be read"),
    "20 MB": (lambda: b"type,name,label\n" + b"text,a,A\n" * 2_200_000, "larger than"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_hostile_is_refused_soon_and_cheaply(name: str) -> None:
    make, words = HOSTILE[name]
    data = make()

    begun = time.monotonic()
    found = sandbox.read_one(data, f"{name}.xlsx")
    took = time.monotonic() - begun

    assert not found["ok"]
    assert words in told(found["errors"], str)[0]["what"]
    assert took < SECONDS
    assert found["peak"] < BYTES


def test_a_large_form_of_real_life_fits_in_the_same_limits() -> None:
    begun = time.monotonic()
    name = "unhcr-americas__surveyDesigner__SurveyDesigner_Referential.xlsx"
    found = sandbox.read_one((OPEN / name).read_bytes(), name)

    assert found["ok"], found["errors"]
    assert found["counts"]["questions"] > 320
    assert time.monotonic() - begun < 6
    assert found["peak"] < BYTES


def test_what_needs_too_long_or_too_much_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "unhcr-americas__surveyDesigner__SurveyDesigner_Referential.xlsx"
    data = (OPEN / name).read_bytes()

    def starved(limit: str, value: int) -> str:
        code = f"import blueprints.forms.importing.sandbox as s; s.{limit} = {value}; s.serve()"
        monkeypatch.setattr(sandbox, "PROGRAM", ["-c", code])
        return str(told(sandbox.read_one(data, name)["errors"], str)[0]["what"])

    assert "takes too long" in starved("WALL", 0)
    assert "too much memory" in starved("MEMORY", 45 * 2**20)


def test_one_process_reads_many_files_and_none_sees_another() -> None:
    with sandbox.sandbox() as reader:
        wrong = reader.read(b"", "a.xlsx")
        right = reader.read(survey(ASK), "b.xlsx")
        again = reader.read(survey(ASK), "c.xlsx")

    assert [found["ok"] for found in (wrong, right, again)] == [False, True, True]
    assert [found["form_id"] for found in (right, again)] == ["b", "c"]


def test_a_reader_that_dies_is_a_refusal_not_a_failure() -> None:
    with sandbox.sandbox() as reader:
        reader.read(survey(ASK), "a.xlsx")
        assert reader.process is not None
        reader.process.kill()
        reader.process.wait()
        assert "its reader stopped" in reader.read(survey(ASK), "b.xlsx")["errors"][0]["what"]
        assert reader.read(survey(ASK), "c.xlsx")["ok"]
