"""An export's output of any length, kept as one file of some rows that is given out repeatedly."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

from benchmarks.link import Link


class Replay:
    """The text that the sink's export "wrote".

    Parameters
    ----------
    text : Path or None
        A file with a header line and rows; None for an export without output.
    repeat : int
        How often its rows follow each other.
    chunk_bytes : int
        Size of a chunk; the last one is smaller.
    """

    def __init__(self, text: Path | None, repeat: int, chunk_bytes: int) -> None:
        self._file = text.open("rb") if text else None
        size = text.stat().st_size if text else 0
        self._header = len(self._file.readline()) if self._file else 0
        self._rows = size - self._header
        self._chunk_bytes = chunk_bytes
        self.size = self._header + self._rows * repeat
        self.chunks = -(-self.size // chunk_bytes)

    def span(self, chunk: int | None) -> tuple[int, int]:
        """Return where a chunk starts and ends; None is the whole."""
        if chunk is None:
            return 0, self.size
        start = chunk * self._chunk_bytes
        return start, min(start + self._chunk_bytes, self.size)

    def send(self, to: socket.socket, start: int, end: int, link: Link) -> None:
        """Send a part, from the page cache to the socket without a copy if the system can."""
        if self._file is None:
            return
        for offset, count in self._segments(start, end):
            step = link.PIECE if link.limited else count
            for begin in range(offset, offset + count, step):
                length = min(step, offset + count - begin)
                link.carry(length)
                to.sendfile(self._file, begin, length)

    def _segments(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Translate a part of the whole to pieces of the file."""
        while start < end:
            offset = start
            if start >= self._header:
                offset = self._header + (start - self._header) % self._rows
            count = min(end - start, self._header + self._rows - offset)
            yield offset, count
            start += count
