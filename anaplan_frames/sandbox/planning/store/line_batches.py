"""Lines of text that queries return, in batches, and written to a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

import duckdb
import pyarrow as pa

from anaplan_frames.sandbox.planning.action_outcome import Watch

_LINES_PER_BATCH = 100_000


def write_lines(
    con: duckdb.DuckDBPyConnection,
    first: str,
    queries: Iterable[str],
    out: BinaryIO,
    codec: str,
    watch: Watch,
    progress: float,
) -> int:
    """Write the text `first`, then all lines of the queries; return the number of lines.

    The task's progress rises from `progress` towards 1.
    """
    out.write(first.encode(codec, "replace"))
    written = 0
    for lines in line_batches(con, queries):
        out.write(joined(lines, codec))
        written += len(lines)
        done = written / (written + 1_000_000)
        watch.step("Writing the rows", progress + (0.99 - progress) * done)
    return written


def line_batches(
    con: duckdb.DuckDBPyConnection, queries: Iterable[str]
) -> Iterator[pa.LargeStringArray]:
    """Yield the lines of the queries with their line ends, in order and in batches."""
    for query in queries:
        result = con.sql(f"SELECT line || chr(10) FROM ({query})")
        for batch in result.to_arrow_reader(_LINES_PER_BATCH):
            yield batch.column(0).cast(pa.large_string())


def line_ends(lines: pa.LargeStringArray) -> memoryview:
    """Return the start of the first line and the end of each line, as offsets in the buffer."""
    return memoryview(lines.buffers()[1]).cast("q")[lines.offset : lines.offset + len(lines) + 1]


def joined(texts: pa.Array, codec: str) -> bytes:
    """Return the texts joined and encoded; characters that cannot be encoded become "?"."""
    column = texts.cast(pa.large_string())
    if not len(column):
        return b""
    # The buffer already holds them joined; making Python strings of them would be slow.
    ends = line_ends(column)
    text: bytes = column.buffers()[2][ends[0] : ends[-1]].to_pybytes()
    return text if codec == "utf-8" else text.decode().encode(codec, "replace")
