"""A file's text on its way out: fetched ahead, parsed as it arrives, typed by its metadata."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa

from anaplan_frames.codec.decode import Batches, decode_stream
from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.grid import decode_grid
from anaplan_frames.progress import Progress
from anaplan_frames.tables.outgoing import to_frames, to_pandas, with_dtypes
from anaplan_frames.transfer.download import download
from anaplan_frames.transport import Transport


@dataclass(frozen=True, slots=True)
class TextTable:
    """A file that holds a table as text.

    Attributes
    ----------
    path, what : str
        The file's path below the API's root, and the table in words.
    dialect : Dialect
        How its text is written.
    schema : pyarrow.Schema
        Its columns; empty where Anaplan does not tell them: then the header does, and all is text.
    grid : bool
        Whether it is a cross table.
    """

    path: str
    what: str
    dialect: Dialect
    schema: pa.Schema
    grid: bool = False


def read_arrow(
    transport: Transport,
    table: TextTable,
    *,
    columns: Sequence[str] | None = None,
    dtype: Any = None,
    show_progress: bool | None = None,
) -> pa.RecordBatchReader:
    """Read a table as a stream of Arrow batches, in memory that does not grow."""
    batches = _open(transport, table, columns, dtype, show_progress)
    return pa.RecordBatchReader.from_batches(batches.schema, batches)


def read_frame(
    transport: Transport,
    table: TextTable,
    *,
    columns: Sequence[str] | None = None,
    dtype: Any = None,
    dtype_backend: Any,
    index_col: str | Sequence[str] | None = None,
    chunksize: int | None = None,
    show_progress: bool | None = None,
) -> pd.DataFrame | Iterator[pd.DataFrame]:
    """Read a table as a DataFrame, or as several of `chunksize` rows."""
    batches = _open(transport, table, columns, dtype, show_progress)
    schema = batches.schema
    if isinstance(dtype, Mapping):  # columns that are not read need no dtype
        dtype = {name: kind for name, kind in dtype.items() if name in schema.names}
    options = {"dtype": dtype, "dtype_backend": dtype_backend, "index_col": index_col}
    if chunksize is None:
        return to_pandas(batches, schema, **options)
    return to_frames(batches, schema, chunksize, **options)


def _open(
    transport: Transport,
    table: TextTable,
    columns: Sequence[str] | None,
    dtype: Any,
    show_progress: bool | None,
) -> Batches:
    decode = decode_grid if table.grid else decode_stream
    return decode(
        _chunks(transport, table, show_progress),
        table.dialect,
        table.schema,
        columns,
        retype=lambda schema: with_dtypes(schema, dtype),
    )


def _chunks(transport: Transport, table: TextTable, show_progress: bool | None) -> Iterator[bytes]:
    with Progress(f"Reading {table.what}", unit="B", show=show_progress) as bar:
        yield from download(transport, table.path, what=table.what, progress=bar)
