"""Scripts as they are sent say the same as those that we read, in fewer bytes."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import brotli
import pytest

from blueprints.ops.lean import lean

JS = Path(__file__).parents[2] / "static/js"
ENGINE_LIMIT = 13 * 1024  # bytes of the form engine, compressed as one


def test_comments_and_indentation_go_and_nothing_else() -> None:
    script = '// What it is.\n\n/**\n * Why.\n */\nexport const a = () => {\n  // how\n  return "// kept";\n};\n'

    assert lean(script) == '\nexport const a = () => {\nreturn "// kept";\n};\n'


def test_a_text_over_several_lines_keeps_them() -> None:
    script = "const a = `\n  two\n`;\n"

    assert lean(script) == script


@pytest.mark.parametrize("path", sorted(JS.rglob("*.js")), ids=lambda path: path.name)
def test_every_script_of_ours_is_still_one(path: Path, tmp_path: Path) -> None:
    node = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")
    assert node
    script = lean(path.read_text(encoding="utf-8"))
    (tmp_path / "script.mjs").write_text(script, encoding="utf-8")

    subprocess.run([node, "--check", str(tmp_path / "script.mjs")], check=True)

    assert not re.search(r"^\s*//", script, re.MULTILINE)


def test_the_form_engine_is_small() -> None:
    files = sorted((JS / "engine").glob("*.js"))
    whole = "".join(lean(path.read_text(encoding="utf-8")) for path in files)

    assert len(brotli.compress(whole.encode())) <= ENGINE_LIMIT
