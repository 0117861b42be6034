"""Arrow batches of any size -> batches of the size asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import pyarrow as pa

from anaplan_frames.codec.field_texts import unwrapped


def regroup(
    batches: Iterable[pa.RecordBatch], batch_rows: int, needed: Collection[int] | None = None
) -> Iterator[pa.RecordBatch]:
    """Yield the rows in batches of at most `batch_rows`, gathering those that are much smaller.

    Columns that are not `needed` (positions; None means all are) become nulls.
    """
    waiting: list[pa.RecordBatch] = []
    rows = 0
    for part in _slices(batches, batch_rows, needed):
        if waiting and (rows + part.num_rows > batch_rows or part.schema != waiting[0].schema):
            yield _together(waiting)
            waiting, rows = [], 0
        waiting.append(part)
        rows += part.num_rows
        if rows > batch_rows // 2:  # nothing is gained by copying it to fill it up
            yield _together(waiting)
            waiting, rows = [], 0
    if waiting:
        yield _together(waiting)


def _slices(
    batches: Iterable[pa.RecordBatch], batch_rows: int, needed: Collection[int] | None
) -> Iterator[pa.RecordBatch]:
    wanted = None if needed is None else set(needed)
    for batch in batches:
        columns = [
            column if wanted is None or position in wanted else pa.nulls(batch.num_rows)
            for position, column in enumerate(batch.columns)
        ]
        kept = pa.RecordBatch.from_arrays(columns, batch.schema.names)
        for start in range(0, batch.num_rows, batch_rows):
            yield kept.slice(start, batch_rows)


def _together(parts: list[pa.RecordBatch]) -> pa.RecordBatch:
    if len(parts) == 1:
        return parts[0]
    # Each batch may have a dictionary of its own.
    columns = [
        pa.concat_arrays([unwrapped(part.column(position)) for part in parts])
        for position in range(parts[0].num_columns)
    ]
    return pa.RecordBatch.from_arrays(columns, parts[0].schema.names)
