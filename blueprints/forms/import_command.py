"""`flask forms import FILE…`: any XLSForm or XForm becomes a checklist, or is refused with the cause."""

import json
from pathlib import Path
from typing import Any

import click

from blueprints.forms import actions
from blueprints.forms.importing.converting import DIALECTS
from blueprints.forms.importing.reading import LARGEST
from blueprints.forms.importing.report import _, told
from blueprints.forms.importing.sandbox import Sandbox, refusal, sandbox
from blueprints.shared.db import writing


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Read and report only; publish nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON list, with an object for each file.")
@click.option("--dialect", type=click.Choice(DIALECTS), help="Whose forms these are; guessed where it is not given.")
@click.option("--use", type=click.Choice(("checklist", "survey")), default="checklist", show_default=True)
def import_forms(files: tuple[Path, ...], dry_run: bool, as_json: bool, dialect: str | None, use: str) -> None:
    """Read each FILE (.xlsx, .xls, .csv, XForm .xml), report on it and publish it, unless it is refused.

    A list that a form reads from a file (x.csv) is taken from the folder of the form, where it is there. A file whose
    content is published already makes no new version. Ends with 1 if any file is refused.
    """
    results = []
    with sandbox() as reader:
        for file in files:
            result = _read(reader, file, dialect or "", use, publish=not dry_run)
            results.append(result)
            if not as_json:
                _tell(result)
    if as_json:
        click.echo(json.dumps(results, ensure_ascii=False, indent=1))
    if not all(result["ok"] for result in results):
        raise click.exceptions.Exit(1)


def _read(reader: Sandbox, file: Path, dialect: str, use: str, publish: bool) -> dict[str, Any]:
    """What is said of one file, in English; it is published where it can be and is to be."""
    data = b""
    try:
        data = file.read_bytes()
    except OSError:
        found = refusal(str(file), _("There is no such file, or it cannot be read."))
    else:
        found = reader.read(data, str(file), dialect)
        beside = {path.name: path.read_bytes() for name in found["wanted"] if _is_list(path := file.parent / name)}
        if beside:
            found = reader.read(data, str(file), dialect, beside)
    version = None
    if found["ok"] and publish:
        with writing():
            version = actions.publish_imported(found, data, use).version
    elif found["ok"]:
        form = found["form"]
        version = actions.fingerprint({**form, "settings": {**form["settings"], "use": use}})
    return {
        "file": str(file),
        "ok": found["ok"],
        "form_id": found["form_id"] or None,
        "version": version,
        "counts": found["counts"],
        **{key: told(found[key], str) for key in ("errors", "warnings", "unsupported")},
    }


def _is_list(path: Path) -> bool:
    return path.is_file() and path.stat().st_size <= LARGEST


def _tell(result: dict[str, Any]) -> None:
    """One file in lines of words."""
    if result["ok"]:
        counts = ", ".join(f"{number} {what}" for what, number in result["counts"].items())
        click.echo(f"{result['file']}: {result['form_id']} {result['version']} ({counts})")
    else:
        click.echo(f"{result['file']}: refused")
    for kind, word in (("errors", "error"), ("warnings", "warning"), ("unsupported", "not supported")):
        for remark in result[kind]:
            place = " ".join(str(part) for part in (remark["sheet"], remark["row"]) if part is not None)
            click.echo(f"  {word}{f' ({place})' if place else ''}: {remark['what']}")
