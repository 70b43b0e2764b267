"""Brings what others wrote into static/vendor/, with a record of where it came from: `python -m tools.vendor`.

Needs npm. Takes each package by name and version with `npm pack`, refuses a tarball whose SHA-512 is not the recorded
one, and writes static/vendor/vendor.json: name, version, licence, sha512 of the tarball, and sha384 of each file.
tests/shared/test_vendor.py computes the sums of the files again.
"""

import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools import icons

STATIC = Path(__file__).parent.parent / "static"
RECORD = STATIC / "vendor" / "vendor.json"


@dataclass(frozen=True)
class Package:
    """A package of the npm registry and the files of it that we serve (path in the tarball: path under static/)."""

    name: str
    version: str
    licence: str
    files: dict[str, str]


PACKAGES = (
    Package(
        "htmx.org",
        "2.0.11",
        "0BSD",
        {
            "dist/htmx.min.js": "vendor/htmx-2.0.11/htmx.min.js",
            "LICENSE": "vendor/htmx-2.0.11/LICENSE",
        },
    ),
    Package("lucide-static", "1.62.0", "ISC", {"LICENSE": "vendor/lucide-1.62.0/LICENSE"}),
)


@contextmanager
def unpacked(package: Package) -> Iterator[tuple[Path, str]]:
    """The package's folder, and the integrity of its tarball as npm computed it ("sha512-…")."""
    with tempfile.TemporaryDirectory() as folder:
        order = ["npm", "pack", "--json", "--pack-destination", folder, f"{package.name}@{package.version}"]
        (told,) = json.loads(subprocess.run(order, check=True, capture_output=True, text=True).stdout)
        tarball = Path(folder) / told["filename"]
        integrity = "sha512-" + base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
        if integrity != told["integrity"]:
            raise SystemExit(f"{package.name}: the tarball is not what npm announced")
        with tarfile.open(tarball) as archive:
            archive.extractall(folder, filter="data")
        yield Path(folder) / "package", integrity


def sum_of(file: Path) -> str:
    """sha384 of a file, written as browsers write it."""
    return "sha384-" + base64.b64encode(hashlib.sha384(file.read_bytes()).digest()).decode()


def recorded() -> dict[str, str]:
    """Tarball sums of the last run, by name and version."""
    if not RECORD.exists():
        return {}
    return {f"{entry['name']}@{entry['version']}": entry["tarball"] for entry in json.loads(RECORD.read_text())}


def bring(package: Package, known: dict[str, str]) -> dict[str, Any]:
    """Copies the files of one package and returns its entry for the record."""
    with unpacked(package) as (folder, integrity):
        before = known.get(f"{package.name}@{package.version}", integrity)
        if before != integrity:
            raise SystemExit(f"{package.name} {package.version} has changed since it was recorded: {before}")
        files = dict(package.files)
        for source, target in files.items():
            (STATIC / target).parent.mkdir(parents=True, exist_ok=True)
            (STATIC / target).write_bytes((folder / source).read_bytes())
        made = list(files.values())
        if package.name == "lucide-static":
            (STATIC / "icons.svg").write_text(icons.sprite(folder / "icons"))
            made.append("icons.svg")
    return {
        "name": package.name,
        "version": package.version,
        "licence": package.licence,
        "tarball": integrity,
        "files": [{"file": file, "sha384": sum_of(STATIC / file)} for file in made],
    }


def main() -> None:
    """Brings every package and writes the record."""
    known = recorded()
    entries = [bring(package, known) for package in PACKAGES]
    RECORD.write_text(json.dumps(entries, indent=2) + "\n")
    sys.stdout.write("".join(f"{entry['name']} {entry['version']}\n" for entry in entries))


if __name__ == "__main__":
    main()
