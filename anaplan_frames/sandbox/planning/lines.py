"""Writes the lines that a query gives, in a given dialect, without holding them all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

import duckdb
import pyarrow as pa

from anaplan_frames.sandbox.planning.outcome import Watch
from anaplan_frames.sandbox.planning.rendering import Rendering

_LINES_PER_BATCH = 100_000


def header_line(names: Sequence[str], rendering: Rendering) -> str:
    """Join headers (or any texts) to one line, each between delimiters where it needs them."""
    mark = rendering.delimiter

    def field(text: str) -> str:
        needed = mark and any(part in text for part in (rendering.separator, mark, "\n", "\r"))
        return f"{mark}{text.replace(mark, mark * 2)}{mark}" if needed else text

    return rendering.separator.join(field(name) for name in names) + "\n"


def write_lines(
    con: duckdb.DuckDBPyConnection,
    first: str,
    query: str,
    out: BinaryIO,
    codec: str,
    watch: Watch,
    progress: float,
) -> int:
    """Write the text `first`, then each line of the query; return how many lines it gave.

    The task's progress goes from `progress` on towards 1.
    """
    out.write(first.encode(codec, "replace"))
    written = 0
    result = con.sql(f"SELECT line || chr(10) FROM ({query})")
    for batch in result.to_arrow_reader(_LINES_PER_BATCH):
        out.write(_joined(batch.column(0), codec))
        written += batch.num_rows
        done = written / (written + 1_000_000)
        watch.step("Writing the rows", progress + (0.99 - progress) * done)
    return written


def _joined(texts: pa.Array, codec: str) -> bytes:
    """Return the texts one after the other, in the encoding; "?" for what it cannot carry."""
    column = texts.cast(pa.large_string())
    if not len(column):
        return b""
    _, offsets, data = column.buffers()
    # The texts lie one after the other already; making Python strings of them would cost most.
    places = memoryview(offsets).cast("q")
    start, end = places[column.offset], places[column.offset + len(column)]
    text: bytes = data[start:end].to_pybytes()
    return text if codec == "utf-8" else text.decode().encode(codec, "replace")
