"""The lock files: made from pyproject.toml and package.json, and checked to be of them and to name no host.

python -m tools.locks          check
python -m tools.locks write    make them anew, with the newest versions that pyproject.toml admits
"""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
RUN, DEV, NODE = ROOT / "requirements.lock", ROOT / "requirements-dev.lock", ROOT / "package-lock.json"
PIN = re.compile(r"^([a-z0-9.-]+)==(\S+)", re.MULTILINE)
COMPILE = (
    "uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes "
    "--no-emit-index-url --no-emit-find-links --no-annotate --no-header --extra pg"
)


def pins(lock: Path) -> dict[str, str]:
    """Name and version of every package in a lock file."""
    return dict(PIN.findall(lock.read_text()))


def unmet(wanted: list[str], lock: Path) -> Iterator[str]:
    """Requirements that the lock file does not fulfil, in words."""
    locked = pins(lock)
    for text in wanted:
        need = Requirement(text)
        version = locked.get(canonicalize_name(need.name))
        if version is None or not need.specifier.contains(version):
            yield f"{lock.name}: {text} is wanted, {version or 'nothing'} is locked: run `make lock`"


def faults() -> Iterator[str]:
    """Everything that is wrong with the lock files, in words."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    run = project["project"]["dependencies"] + project["project"]["optional-dependencies"]["pg"]
    groups = project["dependency-groups"]
    yield from unmet(run, RUN)
    yield from unmet(run + groups["dev"] + groups["e2e"], DEV)
    shipped, tested = pins(RUN), pins(DEV)
    for name, version in shipped.items():
        if tested.get(name) != version:
            yield f"{DEV.name}: tests {name} {tested.get(name)}, but {version} is shipped"
    locked = json.loads(NODE.read_text())["packages"]
    for name, version in json.loads((ROOT / "package.json").read_text())["devDependencies"].items():
        if locked.get(f"node_modules/{name}", {}).get("version") != version:
            yield f"{NODE.name}: {name} {version} is wanted: run `make lock`"
    for lock in (RUN, DEV, NODE):
        if "://" in lock.read_text():
            yield f"{lock.name}: names a host"


def write() -> None:
    """Make the lock files anew."""
    tools = ROOT / ".venv" / "bin"
    run = [str(tools / "uv"), *COMPILE.split()[1:]]
    subprocess.run([*run, "--upgrade", "-o", RUN.name], cwd=ROOT, check=True)
    groups = ["--group", "dev", "--group", "e2e", "--constraint", RUN.name]
    subprocess.run([*run, *groups, "--upgrade", "-o", DEV.name], cwd=ROOT, check=True)
    subprocess.run([str(tools / "npm"), "install", "--package-lock-only"], cwd=ROOT, check=True)
    lock = json.loads(NODE.read_text())
    for package in lock["packages"].values():
        package.pop("funding", None)  # addresses of other people's pages
    NODE.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["write"]:
        write()
    found = list(faults())
    print(*found, f"locks: {len(found)} to mend", sep="\n")
    sys.exit(bool(found))
