"""Cuts the text of a large read into pages, between its lines."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

import pyarrow as pa

from anaplan_frames.sandbox.planning.exporting import text_of
from anaplan_frames.sandbox.planning.lines import joined, line_batches, line_ends
from anaplan_frames.sandbox.planning.rendering import Rendering
from anaplan_frames.sandbox.planning.store import Store


def write_pages(
    store: Store, rendering: Rendering, page_bytes: int, keep: Callable[[bytes], None]
) -> None:
    """Write what `rendering` says as pages of UTF-8 CSV and hand each to `keep` when it is full.

    Parameters
    ----------
    page_bytes : int
        What a page holds at most, unless a single line is longer.
    keep : callable
        May raise `Cancelled` to stop.
    """
    with store.reading() as con:
        con.execute("BEGIN")  # all pages show the model as it was at one moment
        first, queries = text_of(con, rendering)
        pages = _Pages(page_bytes, keep, first.encode())
        for lines in line_batches(con, queries):
            pages.add(lines)
        pages.end()


class _Pages:
    """Gathers lines until a page is full; the header is on the first page only."""

    def __init__(self, page_bytes: int, keep: Callable[[bytes], None], header: bytes) -> None:
        self._page_bytes = page_bytes
        self._keep = keep
        self._page = bytearray(header)
        self._lines = 0  # of this page, the header not counted
        self._kept = 0

    def add(self, lines: pa.LargeStringArray) -> None:
        """Take lines in."""
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
        """Hand over the last page; there is one even of nothing."""
        if self._page or not self._kept:
            self._flush()

    def _flush(self) -> None:
        self._keep(bytes(self._page))
        self._page.clear()
        self._lines = 0
        self._kept += 1
