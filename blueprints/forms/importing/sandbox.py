"""Files are read in a process of their own, with little memory and time: what is hostile ends there, not here.

``python -m blueprints.forms.importing.sandbox`` is that process. It reads one request after the other from its input
and forks for each: the child sets its limits, reads the file and answers; so the modules are loaded once for many
files, and no file sees what another left.
"""

import json
import os
import resource
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from blueprints.forms.importing.report import Report, _

MEMORY = 300 * 2**20  # bytes of address space
CPU = 5  # seconds of processor
WALL = 20  # seconds on the clock, for a machine that is busy with other things
ROOT = Path(__file__).parents[3]
PROGRAM = ["-m", "blueprints.forms.importing.sandbox"]
HEAD = struct.Struct("!II")  # lengths of the request's JSON, and of the file and what came along with it


class Sandbox:
    """The process that reads files; use it in a ``with``. It is started at the first file."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None

    def read(
        self, data: bytes, file: str, dialect: str = "", attached: Mapping[str, bytes] | None = None
    ) -> dict[str, Any]:
        """What converting.run says of a file; a refusal where reading it took too long, too much memory, or crashed."""
        process = self.process = self.process or self._start()
        assert process.stdin is not None and process.stdout is not None
        files = [("", data), *(attached or {}).items()]
        sizes = [[name, len(content)] for name, content in files]
        request = json.dumps({"file": file, "dialect": dialect, "files": sizes}).encode()
        whole = b"".join(content for _name, content in files)
        try:
            process.stdin.write(HEAD.pack(len(request), len(whole)) + request + whole)
            process.stdin.flush()
            answer = _answer(process.stdout)
        except (BrokenPipeError, EOFError, TimeoutError):
            self.close()
            return refusal(file, _("The file could not be read: its reader stopped."))
        return answer

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603  # this very program
            [sys.executable, *PROGRAM],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={
                "PATH": os.environ.get("PATH", ""),
                "PYTHONPATH": str(ROOT),
                "PYTHONHASHSEED": "0",
                "LC_ALL": "C.UTF-8",
            },
        )

    def close(self) -> None:
        if self.process is not None:
            for pipe in (self.process.stdin, self.process.stdout):
                if pipe is not None:
                    pipe.close()
            self.process.kill()
            self.process.wait()
            self.process = None


@contextmanager
def sandbox() -> Iterator[Sandbox]:
    """A sandbox that ends with the block."""
    found = Sandbox()
    try:
        yield found
    finally:
        found.close()


def read_one(data: bytes, file: str, dialect: str = "", attached: Mapping[str, bytes] | None = None) -> dict[str, Any]:
    """One file, in a process that ends with it."""
    with sandbox() as reader:
        return reader.read(data, file, dialect, attached)


def _answer(stream: IO[bytes]) -> dict[str, Any]:
    """The child's answer. Raises TimeoutError, EOFError."""
    deadline = time.monotonic() + WALL + 5
    ready, _w, _x = select.select([stream], [], [], WALL + 5)
    if not ready:
        raise TimeoutError
    size = _exactly(stream, 4, deadline)
    answer: dict[str, Any] = json.loads(_exactly(stream, int.from_bytes(size, "big"), deadline))
    return answer


def _exactly(stream: IO[bytes], size: int, deadline: float) -> bytes:
    found = b""
    while len(found) < size:
        block = os.read(stream.fileno(), size - len(found))
        if not block or time.monotonic() > deadline:
            raise EOFError
        found += block
    return found


def refusal(file: str, what: str) -> dict[str, Any]:
    """The answer for a file that could not be read at all."""
    report = Report()
    report.error(what)
    counts = dict.fromkeys(("questions", "groups", "repeats", "choices", "expressions", "languages"), 0)
    return {
        "file": file,
        "ok": False,
        "form_id": "",
        "form": None,
        "xform": None,
        "counts": counts,
        "wanted": [],
        **report.as_dict(),
    }


# What follows runs in the process of its own.


def serve() -> None:
    """Read requests until the input ends."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    many = 0
    while head := source.read(HEAD.size):
        long, longer = HEAD.unpack(head)
        request = json.loads(source.read(long))
        data = source.read(longer)
        many += 1
        if many == 2:
            import pyxform.xls2xform  # noqa: F401  # from now on for all children at once
        sink.write(_in_child(request, data))
        sink.flush()


def _in_child(request: dict[str, Any], data: bytes) -> bytes:
    """Fork, let the child read the file, and give what it wrote; a refusal where it ended before it was done."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _limit()
        code = 1
        try:
            from blueprints.forms.importing.converting import run

            files, at = {}, 0
            for name, size in request["files"]:
                files[name], at = data[at : at + size], at + size
            form = files.pop("")
            _write(writing, json.dumps(run(form, request["file"], request["dialect"], files)).encode())
            code = 0
        except MemoryError:
            code = 2
        finally:
            os._exit(code)
    os.close(writing)
    answer = _all(reading, time.monotonic() + WALL)
    os.close(reading)
    if answer is None:
        os.kill(child, signal.SIGKILL)
    _pid, status, usage = os.wait4(child, 0)
    what = ""
    if answer is None or os.WIFSIGNALED(status):
        what = _("The file takes too long to be read; it is refused.")
    elif os.waitstatus_to_exitcode(status) == 2:
        what = _("The file needs too much memory to be read; it is refused.")
    elif os.waitstatus_to_exitcode(status):
        what = _("The file could not be read: its reader stopped.")
    if what:
        answer = json.dumps(refusal(request["file"], what)).encode()
    assert answer is not None
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    answer = answer[:-1] + b', "peak": %d}' % peak
    return len(answer).to_bytes(4, "big") + answer


def _limit() -> None:
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, CPU), (resource.RLIMIT_CORE, 0)):
        _soft, hard = resource.getrlimit(what)
        wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with suppress(ValueError, OSError):  # not every system knows each of them
            resource.setrlimit(what, (wanted, wanted))


def _write(pipe: int, data: bytes) -> None:
    while data:
        data = data[os.write(pipe, data) :]


def _all(pipe: int, deadline: float) -> bytes | None:
    """What a pipe gives until it ends; None where that takes too long."""
    found = bytearray()
    while True:
        ready, _w, _x = select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return None
        block = os.read(pipe, 1 << 16)
        if not block:
            return bytes(found)
        found += block


if __name__ == "__main__":
    serve()
