"""Tables that other dataframe libraries read later, and as often as they like."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any, TypedDict

import pyarrow as pa

from anaplan_frames.bulk.exports import Export
from anaplan_frames.calendar.dated_table import Periods
from anaplan_frames.model import Model
from anaplan_frames.reading import Sources, find_source, read_arrow
from anaplan_frames.resources.protocols import Readable
from anaplan_frames.resources.where import Where


class ScanOptions(TypedDict, total=False):
    """Options that all tables have, as `anaplan_frames.read_arrow` describes them."""

    columns: Sequence[str] | None
    where: Where | None
    nrows: int | None
    dtype: Any
    hierarchy: bool
    periods: Periods
    totals: bool | None
    omit_empty: bool


def open_table(
    source: str | Readable, model: Model | str | None, kind: Sources | None, *, run: bool
) -> Readable:
    """Find a table that is read later; run it now if it is an export.

    A connection that is made for it stays open as long as the table is in use.
    """
    with ExitStack() as stack:
        table = find_source(source, model, kind, stack)
        if run and isinstance(table, Export):
            table.run(progress=False)
        stack.pop_all()
    return table


class TableScan:
    """A table whose schema is known, and whose rows are read again for each consumer.

    Parameters
    ----------
    table : Readable
        From `open_table`.
    options : ScanOptions
    """

    def __init__(self, table: Readable, options: ScanOptions) -> None:
        self.table = table
        self._options = options
        with self.read(nrows=0) as reader:
            self.schema: pa.Schema = reader.schema

    def read(
        self, columns: Sequence[str] | None = None, nrows: int | None = None
    ) -> pa.RecordBatchReader:
        """Read some of the columns and the first rows."""
        options: dict[str, Any] = {**self._options, "progress": False}
        if columns is not None:
            options["columns"] = columns
        if nrows is not None:
            limit = options.get("nrows")
            options["nrows"] = nrows if limit is None else min(nrows, limit)
        return read_arrow(self.table, run=False, **options)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Stream the rows; nothing is sent until the first batch is asked for."""
        reader = pa.RecordBatchReader.from_batches(self.schema, self._batches())
        return reader.__arrow_c_stream__(requested_schema)

    def _batches(self) -> Iterator[pa.RecordBatch]:
        with self.read() as reader:
            yield from reader
