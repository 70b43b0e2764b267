"""`flask forms check-vectors FILE…` and `flask forms check-walks FILE --forms DIR`."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from blueprints.forms.checking import vectors, walks
from blueprints.forms.importing.converting import run
from blueprints.forms.twin import NoNode, Twin

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
COUNTS = ("total", "compared", "match", "engines_differ", "unsupported", "skipped")


def add_to(group: AppGroup) -> None:
    """Adds the two commands to `flask forms`."""
    group.add_command(check_vectors)
    group.add_command(check_walks)


@click.command("check-vectors")
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Say it as one JSON object.")
def check_vectors(files: tuple[Path, ...], as_json: bool) -> None:
    """Evaluate the expressions of each FILE in both engines and compare them with what is expected."""
    sources = [_read(file, "vectors") for file in files]
    _say(asdict(_with_twin(lambda twin: vectors.check(sources, twin))), as_json)


@click.command("check-walks")
@click.argument("file", type=FILE)
@click.option("--forms", "folder", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Say it as one JSON object.")
def check_walks(file: Path, folder: Path, as_json: bool) -> None:
    """Play the answer walks of FILE through both engines, in the forms that lie in a folder."""
    source = _read(file, "forms")
    _say(asdict(_with_twin(lambda twin: walks.check(source, lambda name: _form(folder / name), twin))), as_json)


def _form(file: Path) -> dict[str, Any]:
    found = run(file.read_bytes(), file.name)
    if not found["ok"]:
        raise ValueError("; ".join(str(error["what"]) for error in found["errors"]))
    form: dict[str, Any] = found["form"]
    return form


def _read(file: Path, key: str) -> dict[str, Any]:
    try:
        source = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise click.ClickException(f"{file} is no JSON: {error}") from error
    if not isinstance(source, dict) or not isinstance(source.get(key), list):
        raise click.ClickException(f"{file} has no list {key!r}")
    return source


def _with_twin(work: Callable[[Twin], Any]) -> Any:
    try:
        with Twin() as twin:
            return work(twin)
    except NoNode as error:
        raise click.ClickException(str(error)) from error
    except (KeyError, TypeError) as error:
        raise click.ClickException(f"the file is not as it should be: {error!r}") from error


def _say(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    click.echo(", ".join(f"{key.replace('_', ' ')} {found[key]}" for key in COUNTS))
    for key in ("values", "relevant", "missing", "invalid"):
        if key in found:
            click.echo(f"{key}: {found[key][0]} of {found[key][1]}")
    for miss in found["misses"]:
        shown = f" {miss['expr']}" if "expr" in miss else ""
        click.echo(f"{miss['id']}{shown}: {miss['why']}")
