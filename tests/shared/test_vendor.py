"""What others wrote is what was recorded, complete, with its licence; and every icon that is named exists."""

import base64
import hashlib
import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "static"
RECORD = json.loads((STATIC / "vendor" / "vendor.json").read_text())
SYMBOLS = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text()))


def test_every_file_has_the_recorded_sum() -> None:
    files = [entry for package in RECORD for entry in package["files"]]
    assert files, "need recorded files for this to mean anything"
    for entry in files:
        found = hashlib.sha384((STATIC / entry["file"]).read_bytes()).digest()
        assert entry["sha384"] == "sha384-" + base64.b64encode(found).decode(), entry["file"]


def test_nothing_lies_there_unrecorded() -> None:
    recorded = {entry["file"] for package in RECORD for entry in package["files"]}
    lying = {str(path.relative_to(STATIC)) for path in (STATIC / "vendor").rglob("*") if path.is_file()}
    assert lying - {"vendor/vendor.json"} <= recorded


def test_every_package_has_version_licence_and_source() -> None:
    for package in RECORD:
        assert package["version"] in " ".join(entry["file"] for entry in package["files"])
        assert any(entry["file"].endswith("LICENSE") for entry in package["files"])
        assert package["licence"]
        assert package["tarball"].startswith("sha512-")


def sources() -> str:
    """Everything that can name an icon."""
    files = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("blueprints/**/*.py"), *ROOT.glob("static/js/**/*.js")]
    return "\n".join(path.read_text() for path in files if "words" not in path.parts)


def named_outright() -> set[str]:
    """Icons named where a name can be nothing else: ui.icon("x"), icon="x", "icon": "x", mark("x"), icon_after="x"."""
    pattern = r"""\b(?:icon|_icon|mark|icon_after)(?:\(|=|["']:\s*)\s*["']([a-z0-9-]*[a-z0-9])["']"""
    return set(re.findall(pattern, sources()))


def test_every_named_icon_is_in_the_sprite() -> None:
    assert "search" in named_outright(), "need named icons for this to mean anything"
    assert named_outright() <= SYMBOLS


def test_the_sprite_holds_no_icon_that_nobody_names() -> None:
    words = set(re.findall(r"""["'#]([a-z0-9-]+)["']""", sources()))
    faces = {f"face-{n}" for n in range(1, 6)}
    assert SYMBOLS - words - faces - {"logo"} == set()
