"""What a table is before it is fetched, and its rows while it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

import pyarrow as pa

from anaplan_frames.progress import Progress

Retype = Callable[[pa.Schema], pa.Schema]


class RowBatches(Protocol):
    """Record batches, and the schema that all of them have."""

    @property
    def schema(self) -> pa.Schema:
        """The schema of the batches."""

    def __iter__(self) -> Iterator[pa.RecordBatch]: ...


class TableSource(Protocol):
    """A table that is not fetched yet."""

    def open(
        self, columns: Sequence[str] | None, retype: Retype, new_bar: Callable[[], Progress]
    ) -> RowBatches:
        """Begin to read.

        Parameters
        ----------
        columns : sequence of str or None
            Read only these, in this order.
        retype : callable
            Given the schema of the whole table, returns the one to read with: other types, same
            names.
        new_bar : callable
            Makes the bar to show while bytes are fetched; its unit is a byte.
        """


def close_rows(rows: object) -> None:
    """End the requests of rows that are being read, if they can be closed."""
    close = getattr(rows, "close", None)
    if close is not None:
        close()


@contextmanager
def iterating(rows: RowBatches) -> Iterator[Iterator[pa.RecordBatch]]:
    """Iterate over rows, and end their requests when the block is left."""
    batches = iter(rows)
    try:
        yield batches
    finally:
        close_rows(batches)
        close_rows(rows)


class ConvertedRows:
    """Batches that are made of other batches as these arrive."""

    def __init__(
        self, schema: pa.Schema, rows: RowBatches, batches: Iterator[pa.RecordBatch]
    ) -> None:
        self.schema = schema
        self._rows = rows
        self._batches = batches

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        return self._batches

    def close(self) -> None:
        """Stop reading."""
        close_rows(self._batches)
        close_rows(self._rows)
