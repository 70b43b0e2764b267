"""`flask --app app demo`."""

import click
from flask import Flask

from blueprints.demo import world
from blueprints.shared.db import writing
from blueprints.shared.refusal import Refused


@click.command("demo")
def demo() -> None:
    """Load the demo world: an invented service around today. Refuses a database that has people in it."""
    try:
        with writing():
            world.load()
    except Refused as refused:
        raise click.ClickException(refused.reason) from refused
    for line in world.sign_ins():
        click.echo(line)


def init_app(app: Flask) -> None:
    """Adds the command."""
    app.cli.add_command(demo)
