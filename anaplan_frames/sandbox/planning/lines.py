"""Writes the lines that queries give, in a given dialect, without holding them all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

import duckdb
import pyarrow as pa

from anaplan_frames.sandbox.planning.outcome import Watch
from anaplan_frames.sandbox.planning.rendering import FORMULA_SIGNS, Rendering

_LINES_PER_BATCH = 100_000


def header_line(names: Sequence[str], rendering: Rendering) -> str:
    """Join headers (or any texts) to one line, each between delimiters where it needs them."""
    mark = rendering.delimiter

    def field(text: str) -> str:
        needed = mark and (
            any(part in text for part in (rendering.separator, mark, "\n", "\r"))
            or (rendering.escaped and text.startswith(FORMULA_SIGNS))
        )
        return f"{mark}{text.replace(mark, mark * 2)}{mark}" if needed else text

    return rendering.separator.join(field(name) for name in names) + "\n"


def write_lines(
    con: duckdb.DuckDBPyConnection,
    first: str,
    queries: Iterable[str],
    out: BinaryIO,
    codec: str,
    watch: Watch,
    progress: float,
) -> int:
    """Write the text `first`, then each line of the queries; return how many lines they gave.

    The task's progress goes from `progress` on towards 1.
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
    """Give the lines of the queries, each with its line end, in order and some at a time."""
    for query in queries:
        result = con.sql(f"SELECT line || chr(10) FROM ({query})")
        for batch in result.to_arrow_reader(_LINES_PER_BATCH):
            yield batch.column(0).cast(pa.large_string())


def line_ends(lines: pa.LargeStringArray) -> memoryview:
    """Return where each line ends among the bytes of its buffer; first, where the first begins."""
    return memoryview(lines.buffers()[1]).cast("q")[lines.offset : lines.offset + len(lines) + 1]


def joined(texts: pa.Array, codec: str) -> bytes:
    """Return the texts one after the other, in the encoding; "?" for what it cannot carry."""
    column = texts.cast(pa.large_string())
    if not len(column):
        return b""
    # They lie one after the other already; making Python strings of them would cost most.
    ends = line_ends(column)
    text: bytes = column.buffers()[2][ends[0] : ends[-1]].to_pybytes()
    return text if codec == "utf-8" else text.decode().encode(codec, "replace")
