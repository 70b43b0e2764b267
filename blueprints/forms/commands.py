"""`flask forms publish FILE.json`."""

import json
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from blueprints.forms import actions
from blueprints.forms.checking import commands as checking
from blueprints.forms.engine import DefinitionError
from blueprints.forms.import_command import import_forms
from blueprints.shared.db import writing

LARGEST = 5_000_000  # bytes of a definition

forms = AppGroup("forms", help="Published form definitions.")


@forms.command("publish")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def publish(files: tuple[Path, ...]) -> None:
    """Publish each FILE (a form.json); a form that is here already gets a new version, which becomes current."""
    with writing():
        for file in files:
            try:
                version = actions.publish(read(file))
            except DefinitionError as error:
                raise click.ClickException(f"{file} is not published:\n  " + "\n  ".join(error.problems)) from error
            click.echo(f"published: {version.form_id} {version.version}")


def read(file: Path) -> dict[str, object]:
    """The JSON of a file. Raises DefinitionError for what is no JSON object, or too large."""
    if file.stat().st_size > LARGEST:
        raise DefinitionError([f"The file is larger than {LARGEST} bytes."])
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise DefinitionError([f"The file is no JSON: {error}"]) from error
    if not isinstance(found, dict):
        raise DefinitionError(["A definition is a JSON object."])
    return found


forms.add_command(import_forms)
checking.add_to(forms)


def init_app(app: Flask) -> None:
    """Adds the commands."""
    app.cli.add_command(forms)
