"""`flask prepare`, `flask serve`, `flask backup`, `flask restore`."""

import os
import shutil
import sys
from pathlib import Path

import click
from flask import Flask, current_app
from flask_migrate import upgrade
from sqlalchemy import select
from whitenoise import compress

from blueprints.demo import world
from blueprints.forms.actions import publish_shipped
from blueprints.notes.actions import publish_shipped_formats
from blueprints.ops import backups
from blueprints.ops.lean import lean
from blueprints.people.models import Person
from blueprints.shared.db import db, writing

WORKERS = {"sqlite": (1, 8), "postgresql": (2, 4)}  # processes, threads; SQLite writes one at a time anyway


@click.command("prepare")
def prepare() -> None:
    """Brings the database up to date; a new one gets the forms, surveys and formats of notes that ship."""
    upgrade()
    with writing():
        for form in publish_shipped():
            click.echo(f"  published: {form}")
        for format in publish_shipped_formats():
            click.echo(f"  notes can be written as: {format}")


@click.command("serve")
@click.pass_context
def serve(context: click.Context) -> None:
    """Prepares everything, then serves with the production server until it is stopped."""
    click.echo("Setting up …")
    context.invoke(prepare)
    config = current_app.config
    if config["EMBEDDED"] and db.session.scalar(select(Person.id).limit(1)) is None:
        click.echo("  loading the demo world …")
        with writing():
            world.load()
    _compress()
    scheme = "https" if config["TLS_CERT"] else "http"
    address = config["PUBLIC_URL"] or f"{scheme}://127.0.0.1:{config['PORT']}"
    click.echo(f"\nTournée: {address}")
    if config["EMBEDDED"] and world.is_here():
        click.echo("\nDemo sign-ins:")
        for line in world.sign_ins():
            click.echo(f"  {line}")
    click.echo("\nStop with Ctrl-C.")
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", *gunicorn_options()])  # noqa: S606  # no shell wanted


def gunicorn_options() -> list[str]:
    """How the production server is started, from the settings."""
    config = current_app.config
    memory = Path("/dev/shm")  # noqa: S108  # heartbeats of workers must not wait for a disk
    workers, threads = WORKERS[db.engine.dialect.name]
    options = [
        "--no-control-socket",
        f"--bind={config['BIND']}:{config['PORT']}",
        f"--workers={config['WORKERS'] or workers}",
        f"--threads={config['THREADS'] or threads}",
        "--worker-class=gthread",
        f"--worker-tmp-dir={memory if memory.is_dir() else Path(config['DATA_DIR'])}",
        "--graceful-timeout=20",
        "--keep-alive=15",
        "--log-level=warning",
    ]
    if config["TLS_CERT"]:
        options += [f"--certfile={config['TLS_CERT']}", f"--keyfile={config['TLS_KEY']}"]
    if config["PROXIES"]:
        options.append("--forwarded-allow-ips=*")
    return [*options, "app:create_app()"]


def _compress() -> None:
    """Compressed copies of this edition's static files, made once; those of older editions go."""
    folder = Path(current_app.config["DATA_DIR"]) / "static"
    target = folder / current_app.config["EDITION"]
    if target.is_dir():
        return
    click.echo("  compressing the files of this edition …")
    shutil.rmtree(folder, ignore_errors=True)
    draft = folder / "draft"
    shutil.copytree(str(current_app.static_folder), draft)
    for script in (draft / "js").rglob("*.js"):
        script.write_text(lean(script.read_text(encoding="utf-8")), encoding="utf-8")
    compress.main(["--quiet", str(draft)])
    draft.rename(target)


@click.command("backup")
@click.argument("folder", type=click.Path(path_type=Path))
def backup(folder: Path) -> None:
    """A consistent copy of database and files into a new FOLDER, while the service runs."""
    backups.write(folder)
    click.echo(f"Backed up to {folder}")


@click.command("restore")
@click.argument("folder", type=click.Path(path_type=Path, exists=True))
def restore(folder: Path) -> None:
    """Puts a backup back; refuses where the database has people in it. Stop the service first."""
    backups.read(folder)
    click.echo(f"Restored from {folder}")


def init_app(app: Flask) -> None:
    """Adds the commands."""
    for command in (prepare, serve, backup, restore):
        app.cli.add_command(command)
