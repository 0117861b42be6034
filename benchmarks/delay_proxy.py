"""A line of a given round trip and width, as a process between a client and a server.

What either side sends arrives half a round trip later, and not faster than the line is wide. A new
connection costs two more round trips, as TCP and TLS do: what is sent on it before waits so long.
Requests are noted with the time at which the client has sent them and that at which their answer
has arrived.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

_ROUND_TRIPS = 2  # that a new connection costs
_PIECE = 65_536  # bytes
_LONGEST_QUEUE = 0.05  # seconds that may wait for a line of limited width before more is taken
_REQUEST = re.compile(rb"(GET|POST|PUT|PATCH|DELETE|HEAD) (\S+) HTTP/1\.1\r\n")
_OWN = b"/delay-proxy/"


@dataclass(slots=True)
class Line:
    """The line, and what has been sent over it.

    Attributes
    ----------
    host, port : str, int
        Of the server.
    round_trip : float
        Seconds.
    mbit : float or None
        Megabits a second, over all connections and both directions together; None for no limit.
    """

    host: str
    port: int
    round_trip: float
    mbit: float | None = None
    seen: list[dict[str, Any]] = field(default_factory=list)
    opened: int = 0
    bytes_up: int = 0
    _free_at: float = 0.0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection."""
        ready = asyncio.get_running_loop().time() + _ROUND_TRIPS * self.round_trip
        first = await reader.read(_PIECE)
        if _OWN in first[:100]:
            await self._answer(first, writer)
            return
        self.opened += 1
        with suppress(OSError):
            there, here = await asyncio.open_connection(self.host, self.port)
            under_way: list[dict[str, Any]] = []
            up = self._carry(reader, here, ready, under_way, first)
            down = self._carry(there, writer, ready, under_way, None)
            await asyncio.gather(up, down)

    async def _carry(
        self,
        source: asyncio.StreamReader,
        target: asyncio.StreamWriter,
        ready: float,
        under_way: list[dict[str, Any]],
        first: bytes | None,
    ) -> None:
        """Carry one direction; `first` is what has come already, None if it is the way back."""
        loop = asyncio.get_running_loop()
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def deliver() -> None:
            with suppress(OSError):
                while True:
                    due, piece = await waiting.get()
                    await asyncio.sleep(max(0.0, due - loop.time()))
                    if not piece:
                        break
                    if first is None:
                        self._note_answer(under_way, loop.time())
                    target.write(piece)
                    await target.drain()
            target.close()

        delivering = asyncio.ensure_future(deliver())
        piece = first
        while piece != b"":
            now = loop.time()
            if piece:
                if first is not None:
                    self._note_request(under_way, piece, now)
                    self.bytes_up += len(piece)
                through = self._through(len(piece), now)
                waiting.put_nowait((max(through, ready) + self.round_trip / 2, piece))
                await asyncio.sleep(max(0.0, through - now - _LONGEST_QUEUE))
            try:
                piece = await source.read(_PIECE)
            except OSError:
                break
        waiting.put_nowait((loop.time() + self.round_trip / 2, b""))
        await delivering

    def _through(self, count: int, now: float) -> float:
        """Return when so many bytes have gone through."""
        if self.mbit is None:
            return now
        self._free_at = max(self._free_at, now) + count * 8 / (self.mbit * 1e6)
        return self._free_at

    def _note_request(self, under_way: list[dict[str, Any]], piece: bytes, now: float) -> None:
        found = _REQUEST.match(piece)
        if found is None:
            return
        method, path = (part.decode() for part in found.groups())
        under_way[:] = [{"method": method, "path": path, "sent": now, "answered": None}]
        self.seen += under_way

    def _note_answer(self, under_way: list[dict[str, Any]], now: float) -> None:
        """Note the latest piece of the answer to the last request."""
        for request in under_way:
            request["answered"] = now

    async def _answer(self, first: bytes, writer: asyncio.StreamWriter) -> None:
        """Report what was seen since the last reset, or reset."""
        if b"/reset " in first[:100]:
            self.seen, self.opened, self.bytes_up = [], 0, 0
        seen = {"requests": self.seen, "connections": self.opened, "bytes_up": self.bytes_up}
        body = json.dumps(seen).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()


class DelayProxy:
    """A line that runs in a process of its own."""

    def __init__(self, url: str) -> None:
        self.url = url

    def seen(self) -> dict[str, Any]:
        """Return the requests since the last reset, in order, the connections and ``bytes_up``.

        Each request has ``method``, ``path``, ``sent`` and ``answered``, both in seconds.
        """
        return self._get("seen")

    def reset(self) -> None:
        """Forget what was seen."""
        self._get("reset")

    def _get(self, what: str) -> dict[str, Any]:
        with urlopen(f"{self.url}{_OWN.decode()}{what}") as answer:
            seen: dict[str, Any] = json.load(answer)
        return seen


@contextmanager
def running(server: str, round_trip: float, mbit: float | None = None) -> Iterator[DelayProxy]:
    """Run a proxy before a server as long as the block lasts.

    Parameters
    ----------
    server : str
        The URL of the server.
    round_trip : float
        Seconds.
    mbit : float, optional
        Megabits a second.
    """
    options = [] if mbit is None else ["--mbit", str(mbit)]
    root = Path(__file__).resolve().parent.parent
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.delay_proxy", server, str(round_trip), *options],
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    try:
        assert process.stdout is not None
        yield DelayProxy(process.stdout.readline().strip())
    finally:
        process.terminate()
        process.wait()


async def _serve(line: Line, port: int) -> None:
    server = await asyncio.start_server(line.serve, "127.0.0.1", port)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    async with server:
        await server.serve_forever()


def main() -> None:
    """Serve, after the address has been printed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.delay_proxy", description=__doc__)
    parser.add_argument("server", help="URL of the server")
    parser.add_argument("round_trip", type=float, help="seconds")
    parser.add_argument("--mbit", type=float, help="megabits a second")
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    there = urlsplit(options.server)
    line = Line(str(there.hostname), int(there.port or 80), options.round_trip, options.mbit)
    asyncio.run(_serve(line, options.port))


if __name__ == "__main__":
    main()
