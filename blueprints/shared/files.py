"""Photos and attachments on disk, named by the sha256 of their contents: put, open, delete."""

import hashlib
import os
import tempfile
from pathlib import Path

from flask import current_app


def folder() -> Path:
    """Where files live, below DATA_DIR."""
    return Path(current_app.config["DATA_DIR"]) / "files"


def path_of(name: str) -> Path:
    """The file of this sha256 (64 hex digits), which need not exist."""
    if len(name) != 64 or not all(c in "0123456789abcdef" for c in name):
        raise ValueError("a stored file is named by its sha256")
    return folder() / name[:2] / name


def name_of(content: bytes) -> str:
    """The name that these bytes are kept under."""
    return hashlib.sha256(content).hexdigest()


def put(content: bytes) -> str:
    """Keeps the bytes durably (written, flushed to disk, then renamed into place) and gives their name."""
    name = name_of(content)
    target = path_of(name)
    if target.exists():
        return name
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as draft:
        draft.write(content)
        draft.flush()
        os.fsync(draft.fileno())
    Path(draft.name).replace(target)
    directory = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(directory)  # else the name may be lost with the power
    finally:
        os.close(directory)
    return name


def delete(name: str) -> None:
    """Removes the file; none there is no error."""
    path_of(name).unlink(missing_ok=True)
