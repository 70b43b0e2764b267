"""A network that fails on demand: a proxy between browser and server, for the fault matrix.

It runs in a thread of its own; a test names a fault and the proxy commits it until told otherwise (or `times` times):

    pass            everything goes through
    refuse          nobody listens any more; open connections are cut
    blackhole       connections are taken, nothing is ever answered
    latency         every piece waits `amount` seconds, both ways
    cut_request     `amount` bytes of a request reach the server, then both ends are cut
    half_response   `amount` bytes of the answer reach the browser, then it is cut
    drop_response   the server gets and answers the request, the browser hears nothing
    captive         a hotel's sign-in page answers everything, with 200
    status          something on the way answers with the status `amount` (and Retry-After, where `retry_after` is
                    given); the server never hears of it

A fault other than refuse, blackhole and captive can be kept to requests that begin with `only`, e.g. b"POST ".
"""

import asyncio
import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

LINE = re.compile(rb"^([A-Z]{3,7}) (\S+) HTTP/1\.[01]\r\n")
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
HOTEL = b"<!doctype html><title>Hotel</title><h1>Welcome! Please accept the terms of our network</h1>"
PORTAL = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b"
ANSWER = b"HTTP/1.1 %d No\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: 0\r\n%b\r\n"
CUTTING = ("cut_request", "half_response", "drop_response", "status")


class Faults:
    """A proxy on `port` in front of `upstream`, both on 127.0.0.1."""

    def __init__(self, port: int, upstream: int) -> None:
        self.port, self.upstream = port, upstream
        self.requests: list[str] = []  # "POST /visits/…", in the order in which they came
        self.committed = 0  # how many times a cutting fault struck since it was set
        self._fault, self._amount, self._only, self._times = "pass", 0.0, b"", 0
        self._retry_after = ""
        self._listener: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._call(self._listen())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def set(self, fault: str, amount: float = 0, only: bytes = b"", times: int = 0, retry_after: str = "") -> None:
        """Commit this fault from now on; `times` 0 means until the next call, else back to `pass` after so many."""
        self._retry_after = retry_after
        self._call(self._set(fault, amount, only, times))

    def cut(self) -> None:
        """Cut every open connection once, now."""
        self._call(self._abort())

    def close(self) -> None:
        """Stop listening and end the thread."""
        self._call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _end(self) -> None:
        await self._set("refuse", 0, b"", 0)
        going = asyncio.all_tasks() - {asyncio.current_task()}
        for task in going:
            task.cancel()
        await asyncio.gather(*going, return_exceptions=True)
        for _turn in range(3):  # in which the connections are really closed
            await asyncio.sleep(0)

    def _call(self, work: Any) -> None:
        done: Future[None] = asyncio.run_coroutine_threadsafe(work, self._loop)
        done.result(10)

    async def _listen(self) -> None:
        self._listener = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def _abort(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    async def _set(self, fault: str, amount: float, only: bytes, times: int) -> None:
        self._fault, self._amount, self._only, self._times = fault, amount, only, times
        self.committed = 0
        if self._listener and fault == "refuse":
            self._listener.close()
            self._listener = None
        elif self._listener is None and fault != "refuse":
            await self._listen()
        if fault in ("refuse", "captive"):  # a kept connection would go past the fault
            await self._abort()

    def _struck(self) -> None:
        self.committed += 1
        if self._times and self.committed >= self._times:
            self._fault = "pass"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        up: asyncio.StreamWriter | None = None
        try:
            if self._fault == "captive":
                await self._portal(reader, writer)
                return
            back, up = await asyncio.open_connection("127.0.0.1", self.upstream)
            self._writers.add(up)
            link = Link(self, reader, writer, back, up)
            ways = [asyncio.ensure_future(link.forth()), asyncio.ensure_future(link.back())]
            _over, going = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in going:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)  # one end went away, which is what the other must see
        except (OSError, asyncio.IncompleteReadError):
            pass  # one of the ends went away, which is what the other must see
        finally:
            for end in (writer, up):
                if end is not None:
                    self._writers.discard(end)
                    end.close()

    async def _portal(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.note(head)
        if length := LENGTH.search(head):
            await reader.readexactly(int(length.group(1)))
        writer.write(PORTAL % (len(HOTEL), HOTEL))
        await writer.drain()

    async def answer(self, piece: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Takes the request to its end and answers it with the status of the moment."""
        head, _, body = piece.partition(b"\r\n\r\n")
        if length := LENGTH.search(head):
            await reader.readexactly(max(0, int(length.group(1)) - len(body)))
        more = f"Retry-After: {self._retry_after}\r\n" if self._retry_after else ""
        writer.write(ANSWER % (int(self._amount), more.encode()))
        await writer.drain()

    def note(self, piece: bytes) -> None:
        if line := LINE.match(piece):
            self.requests.append(f"{line.group(1).decode()} {line.group(2).decode()}")


class Link:
    """One connection: what goes forth, what comes back, and the fault that strikes it."""

    def __init__(
        self,
        proxy: Faults,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        answers: asyncio.StreamReader,
        up: asyncio.StreamWriter,
    ) -> None:
        self.proxy, self.reader, self.writer, self.answers, self.up = proxy, reader, writer, answers, up
        self.fault, self.left = "pass", 0

    def _begin(self, piece: bytes) -> None:
        """A new request: does the fault of the moment strike it?"""
        proxy = self.proxy
        proxy.note(piece)
        self.fault, self.left = "pass", int(proxy._amount)
        if proxy._fault in CUTTING and piece.startswith(proxy._only):
            self.fault = proxy._fault
            proxy._struck()

    async def _pace(self) -> None:
        """Waits as long as the fault of the moment says; what fell into a black hole never comes out of it."""
        proxy = self.proxy
        if proxy._fault == "latency":
            await asyncio.sleep(proxy._amount)
        if proxy._fault == "blackhole":
            while proxy._fault == "blackhole":
                await asyncio.sleep(0.02)
            raise ConnectionAbortedError

    async def forth(self) -> None:
        while piece := await self.reader.read(65536):
            if LINE.match(piece):
                self._begin(piece)
            await self._pace()
            if self.fault == "status":
                await self.proxy.answer(piece, self.reader, self.writer)
                return
            if self.fault == "cut_request":
                self.up.write(piece[: self.left])
                self.left -= len(piece)
                if self.left <= 0:
                    await self.up.drain()
                    self.writer.transport.abort()
                    return
            else:
                self.up.write(piece)
                await self.up.drain()

    async def back(self) -> None:
        while piece := await self.answers.read(65536):
            await self._pace()
            if self.fault == "drop_response":
                self.writer.transport.abort()
                return
            if self.fault == "half_response":
                self.writer.write(piece[: self.left])
                self.left -= len(piece)
                if self.left <= 0:
                    await self.writer.drain()
                    self.writer.transport.abort()
                    return
            else:
                self.writer.write(piece)
                await self.writer.drain()


def until(fact: Callable[[], Any], seconds: float = 10) -> Any:
    """Waits for a fact that no event tells of, and returns it; fails when it has not come true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := fact():
            return found
        threading.Event().wait(0.02)
    raise AssertionError(f"not within {seconds} s: {fact}")
