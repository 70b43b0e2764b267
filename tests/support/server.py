"""The real server, as production runs it, in a process of its own: to be killed, stopped and started again."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.support.faults import until

ROOT = Path(__file__).parent.parent.parent


def free_port() -> int:
    """A port that nobody has, below those that the system gives to outgoing connections (so it can be had again)."""
    for port in random.sample(range(20_000, 30_000), 50):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no free port")


class Server:
    """gunicorn on a fixed port over one DATA_DIR. `env` adds to the environment that it sees; `root` is the house that
    it runs, which may be another copy after a restart (tests/support/house.py)."""

    def __init__(self, data: Path, env: Mapping[str, str], port: int | None = None, workers: int = 1) -> None:
        self.data, self.port, self.workers, self.root = data, port or free_port(), workers, ROOT
        self.env = {**os.environ, "DATA_DIR": str(data), "PORT": str(self.port), **env}
        self.log = data / "server.log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "Server":
        """Start it and return when it answers; its log is in `log`."""
        command = [
            *(sys.executable, "-m", "gunicorn", "app:create_app()", "--bind", f"127.0.0.1:{self.port}"),
            *("--worker-class", "gthread", "--workers", str(self.workers), "--threads", "8"),
            *("--no-control-socket", "--graceful-timeout", "5"),
        ]
        with self.log.open("ab") as log:
            # A session of its own: a kill takes the worker along, as when a machine loses its power.
            self.process = subprocess.Popen(
                command, cwd=self.root, env=self.env, stdout=log, stderr=log, start_new_session=True
            )
        until(self._answers, 60)
        return self

    def _answers(self) -> bool:
        if self.process is None or self.process.poll() is not None:
            raise AssertionError(f"the server ended: {self.log.read_text()[-2000:]}")
        with socket.socket() as probe:
            probe.settimeout(5)
            try:  # the port may be open before anybody answers behind it
                probe.connect(("127.0.0.1", self.port))
                probe.sendall(b"GET /healthz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
                return b" 200 " in probe.recv(64)
            except OSError:
                return False

    def stop(self) -> None:
        """The orderly end."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """The power fails."""
        self._signal(signal.SIGKILL)

    def restart(self) -> None:
        """Down and up again, on the same port."""
        self.stop()
        self.start()

    def _signal(self, which: signal.Signals) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, which)
            self.process.wait(15)
            self.process = None
