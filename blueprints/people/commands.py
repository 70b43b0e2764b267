"""What an operator does about people on the server itself."""

import sys

import click
from flask import Flask
from flask_babel import force_locale

from blueprints.people import actions
from blueprints.shared.db import writing
from blueprints.shared.refusal import Refused


@click.command("create-admin")
@click.option("--email", prompt=True, help="With which they sign in.")
@click.option("--name", prompt=True, help="As colleagues read it.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking for it.")
def create_admin(email: str, name: str, password_stdin: bool) -> None:
    """Make an administrator, who invites everybody else."""
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    try:
        with force_locale("en"), writing():
            person = actions.create_administrator(name.strip(), email.strip(), password)
            said = f"{person.name} ({person.email}) is an administrator."
    except Refused as refused:
        raise click.ClickException(refused.reason) from refused
    click.echo(said)


def init_app(app: Flask) -> None:
    """Adds `flask create-admin`."""
    app.cli.add_command(create_admin)
