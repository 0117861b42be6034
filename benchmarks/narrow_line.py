"""A line on which each connection has a width of its own, as one over a long way has.

So what two connections carry takes half the time. Round trips are those of `delay_proxy`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from benchmarks.delay_proxy import DelayProxy, Line, _serve

ROOT = Path(__file__).resolve().parent.parent


class _Upwards:
    """What a client sends, as fast as the line carries it."""

    def __init__(self, reader: asyncio.StreamReader, rate: float) -> None:
        self._reader = reader
        self._rate = rate

    async def read(self, size: int) -> bytes:
        piece = await self._reader.read(size)
        await asyncio.sleep(len(piece) / self._rate)
        return piece


class _Downwards:
    """What a server answers, as fast as the line carries it."""

    def __init__(self, writer: asyncio.StreamWriter, rate: float) -> None:
        self._writer = writer
        self._rate = rate
        self._written = 0

    def write(self, piece: bytes) -> None:
        self._written += len(piece)
        self._writer.write(piece)

    async def drain(self) -> None:
        written, self._written = self._written, 0
        await self._writer.drain()
        await asyncio.sleep(written / self._rate)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._writer, name)


class NarrowLine(Line):
    """The line.

    Attributes
    ----------
    rate : float
        Bytes a second in either direction, of one connection.
    """

    rate: float = 1e9

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection."""
        up = cast("asyncio.StreamReader", _Upwards(reader, self.rate))
        down = cast("asyncio.StreamWriter", _Downwards(writer, self.rate))
        await super().serve(up, down)


@contextmanager
def narrow_line(server: str, round_trip: float, megabits: float) -> Iterator[DelayProxy]:
    """Run a line before a server as long as the block lasts.

    Parameters
    ----------
    server : str
        The URL of the server.
    round_trip : float
        Seconds.
    megabits : float
        A second, in either direction, of one connection.
    """
    words = ["-m", "benchmarks.narrow_line", server, str(round_trip), str(megabits)]
    process = subprocess.Popen(
        [sys.executable, *words],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        assert process.stdout is not None
        yield DelayProxy(process.stdout.readline().strip())
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    """Serve, after the address has been printed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.narrow_line", description=__doc__)
    parser.add_argument("server", help="URL of the server")
    parser.add_argument("round_trip", type=float, help="seconds")
    parser.add_argument("megabits", type=float, help="a second, of one connection")
    options = parser.parse_args()
    there = urlsplit(options.server)
    line = NarrowLine(str(there.hostname), int(there.port or 80), options.round_trip)
    line.rate = options.megabits * 125_000
    asyncio.run(_serve(line, 0))


if __name__ == "__main__":
    main()
