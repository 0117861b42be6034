"""Tables of Anaplan in lazy queries of Polars."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Unpack

import pyarrow as pa

from anaplan_frames.errors import MissingExtra
from anaplan_frames.integrations.table_scans import ScanOptions, TableScan, open_table
from anaplan_frames.model import Model
from anaplan_frames.reading import Sources
from anaplan_frames.resources.protocols import Readable

if TYPE_CHECKING:
    import polars as pl

__all__ = ["scan_anaplan"]


def scan_anaplan(
    source: str | Readable,
    model: Model | str | None = None,
    *,
    kind: Sources | None = None,
    run: bool = True,
    **options: Unpack[ScanOptions],
) -> pl.LazyFrame:
    """Return a table of Anaplan as a LazyFrame.

    The table is read when the query is collected, and again for each query. Only the columns
    that the query needs are decoded, and ``head(n)`` ends the request early. Filters of the query
    are applied to each batch as it comes; Anaplan filters by `where` only.

    Parameters
    ----------
    source, model, kind
        As for `anaplan_frames.read_anaplan`.
    run : bool
        Run an export now, once. Queries read what it last wrote.
    **options
        As for `anaplan_frames.read_arrow`: `columns`, `where`, `nrows`, `dtype`, `hierarchy`,
        `periods`, `totals` and `omit_empty`.

    Returns
    -------
    polars.LazyFrame
        NUMBER is Float64, BOOLEAN Boolean, DATE Date, everything else String.

    Raises
    ------
    MissingExtra
        If Polars is not installed, or is older than 1.22.
    AnaplanError
        As for `anaplan_frames.read_arrow`. If the table cannot be read during a query, Polars
        raises ``ComputeError`` with the message.

    Examples
    --------
    >>> flights = scan_anaplan("Flights export", model)  # doctest: +SKIP
    >>> flights.group_by("Airline").agg(pl.col("Flights").sum()).collect()  # doctest: +SKIP
    """
    try:
        from polars.io.plugins import register_io_source
    except ImportError:
        raise MissingExtra("Scanning tables with Polars", "polars") from None
    scan = TableScan(open_table(source, model, kind, run=run), options)
    schema = _frame(scan.schema.empty_table()).schema

    def rows(
        with_columns: list[str] | None,
        predicate: pl.Expr | None,
        n_rows: int | None,
        batch_size: int | None,
    ) -> Iterator[pl.DataFrame]:
        # A query that only counts rows needs no column, but rows have at least one.
        wanted = with_columns or (None if with_columns is None else scan.schema.names[:1])
        with scan.read(wanted, n_rows) as reader:
            yield _frame(reader.schema.empty_table())
            for batch in reader:
                frame = _frame(pa.Table.from_batches([batch]))
                yield frame if predicate is None else frame.filter(predicate)

    return register_io_source(rows, schema=schema)


def _frame(table: pa.Table) -> pl.DataFrame:
    import polars as pl

    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame
