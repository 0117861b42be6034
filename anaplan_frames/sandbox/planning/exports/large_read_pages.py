"""Pages of a large read: its text, split between lines."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

import pyarrow as pa

from anaplan_frames.sandbox.planning.exports.export_runner import text_of
from anaplan_frames.sandbox.planning.exports.rendering import Rendering
from anaplan_frames.sandbox.planning.store.database import Store
from anaplan_frames.sandbox.planning.store.line_batches import joined, line_batches, line_ends


def write_pages(
    store: Store, rendering: Rendering, page_bytes: int, keep: Callable[[bytes], None]
) -> None:
    """Write a rendering as pages of UTF-8 CSV, and pass each to `keep` when it is full.

    Parameters
    ----------
    page_bytes : int
        The most bytes of a page, unless a single line is longer.
    keep : callable
        Called with each page; may raise `Cancelled` to stop.
    """
    with store.reading() as con:
        con.execute("BEGIN")  # a consistent state for all pages
        first, queries = text_of(con, rendering)
        pages = _Pages(page_bytes, keep, first.encode())
        for lines in line_batches(con, queries):
            pages.add(lines)
        pages.end()


class _Pages:
    """Collects lines until a page is full; only the first page has the header."""

    def __init__(self, page_bytes: int, keep: Callable[[bytes], None], header: bytes) -> None:
        self._page_bytes = page_bytes
        self._keep = keep
        self._page = bytearray(header)
        self._lines = 0  # of this page, the header not counted
        self._kept = 0

    def add(self, lines: pa.LargeStringArray) -> None:
        """Add lines."""
        ends, start = line_ends(lines), 0
        while start < len(lines):
            room = self._page_bytes - len(self._page)
            stop = bisect_right(ends, ends[start] + room, lo=start) - 1
            if stop <= start and self._lines:
                self._flush()
                continue
            stop = max(stop, start + 1)
            self._page += joined(lines.slice(start, stop - start), "utf-8")
            self._lines += stop - start
            start = stop

    def end(self) -> None:
        """Pass on the last page; there is at least one page, even if it is empty."""
        if self._page or not self._kept:
            self._flush()

    def _flush(self) -> None:
        self._keep(bytes(self._page))
        self._page.clear()
        self._lines = 0
        self._kept += 1
