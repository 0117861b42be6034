"""Arrow record batches into pandas DataFrames, whole or in pieces of a given number of rows."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
from pandas.api.extensions import no_default

from anaplan_frames.dataframes.column_builders import Column
from anaplan_frames.dataframes.dtypes import frame_schema, pandas_dtypes, with_dtypes
from anaplan_frames.errors import NotFound
from anaplan_frames.messages import near_names

__all__ = ["frame_schema", "to_frames", "to_pandas", "with_dtypes"]

IndexColumns = Hashable | Sequence[Hashable] | None


def to_pandas(
    batches: Iterable[pa.RecordBatch],
    schema: pa.Schema,
    *,
    dtype: Any = None,
    dtype_backend: Any = no_default,
    index_col: IndexColumns = None,
) -> pd.DataFrame:
    """Make one DataFrame of all batches.

    Each batch is taken over while the next is being read and then released, so beyond the frame
    itself there is never more than a batch in memory.

    Parameters
    ----------
    batches : iterable of pyarrow.RecordBatch
        All of `schema`.
    schema : pyarrow.Schema
        Gives zero rows their columns and dtypes. To keep text or integers exact, read with
        ``frame_schema(schema, dtype, dtype_backend)``.
    dtype : dtype or dict, optional
        As in `pandas.read_csv`: one for all columns, or by column name. Unasked, numbers are
        ``float64``, booleans ``boolean``, dates ``datetime64[s]``, text is pandas' own string.
    dtype_backend : {"numpy_nullable", "pyarrow"}, optional
        As in `pandas.read_csv`.
    index_col : name, position, or list of them, optional
        Columns that become the index.

    Raises
    ------
    EncodingError
        If a value does not fit the dtype that was asked for; names column, row and text.
    NotFound
        If `index_col` names no column.
    ColumnMismatch
        If `dtype` names no column.
    """
    frame = _Frame(schema, dtype, dtype_backend, index_col)
    row = 0
    for batch in batches:
        frame.add(batch, row)
        row += batch.num_rows
        del batch
    return frame.finish(0)


def to_frames(
    batches: Iterable[pa.RecordBatch],
    schema: pa.Schema,
    chunksize: int,
    *,
    dtype: Any = None,
    dtype_backend: Any = no_default,
    index_col: IndexColumns = None,
) -> Iterator[pd.DataFrame]:
    """Yield DataFrames of exactly `chunksize` rows each, the last one of what is left.

    The other parameters and the errors are those of `to_pandas`. The index goes on from frame to
    frame, as `pandas.read_csv` has it. No rows at all give one empty frame.

    Raises
    ------
    ValueError
        If `chunksize` is not a positive whole number.
    """
    if isinstance(chunksize, bool) or int(chunksize) != chunksize or chunksize < 1:
        raise ValueError(f"chunksize must be a whole number of rows from 1, not {chunksize!r}")
    return _frames(batches, schema, int(chunksize), dtype, dtype_backend, index_col)


def _frames(
    batches: Iterable[pa.RecordBatch],
    schema: pa.Schema,
    chunksize: int,
    dtype: Any,
    dtype_backend: Any,
    index_col: IndexColumns,
) -> Iterator[pd.DataFrame]:
    frame = _Frame(schema, dtype, dtype_backend, index_col)
    row = start = 0
    for batch in batches:
        taken = 0
        while taken < batch.num_rows:
            part = batch.slice(taken, start + chunksize - row)
            frame.add(part, row)
            taken += part.num_rows
            row += part.num_rows
            if row == start + chunksize:
                yield frame.finish(start)
                start = row
                frame = _Frame(schema, dtype, dtype_backend, index_col)
        del batch
    if row > start or not row:
        yield frame.finish(start)


class _Frame:
    """A DataFrame in the making."""

    def __init__(
        self, schema: pa.Schema, dtype: Any, dtype_backend: Any, index_col: IndexColumns
    ) -> None:
        backend = None if dtype_backend is no_default else dtype_backend
        dtypes = pandas_dtypes(schema, dtype, backend)
        self._names = schema.names
        self._index = index_positions(schema.names, index_col)
        self._columns = [Column(field, dtype) for field, dtype in zip(schema, dtypes, strict=True)]
        self._rows = 0

    def add(self, batch: pa.RecordBatch, first_row: int) -> None:
        for column, array in zip(self._columns, batch.columns, strict=True):
            column.add(array, first_row)
        self._rows += batch.num_rows

    def finish(self, start: int) -> pd.DataFrame:
        """Return the frame; its rows are numbered from `start` if no column is the index."""
        arrays = [column.finish() for column in self._columns]
        index: pd.Index[Any] = pd.RangeIndex(start, start + self._rows)
        if len(self._index) == 1:
            place = self._index[0]
            index = pd.Index(arrays[place], name=self._names[place])
        elif self._index:
            index = pd.MultiIndex.from_arrays(
                [arrays[place] for place in self._index],
                names=[self._names[place] for place in self._index],
            )
        places = [place for place in range(len(arrays)) if place not in self._index]
        # By position, because names may repeat; without a copy, so each column stays where it is.
        frame = pd.DataFrame({place: arrays[place] for place in places}, index=index, copy=False)
        frame.columns = pd.Index([self._names[place] for place in places])
        return frame


def index_positions(names: Sequence[str], index_col: IndexColumns) -> list[int]:
    """Return the positions of the columns that become the index."""
    if index_col is None or index_col is False:
        return []
    asked = list(index_col) if isinstance(index_col, list | tuple) else [index_col]
    positions = []
    for name in asked:
        if name in names:
            positions.append(names.index(str(name)))
        elif isinstance(name, int) and -len(names) <= name < len(names):
            positions.append(name % len(names))
        else:
            raise NotFound(
                f"`index_col` names a column {name!r} that is not there."
                f"{near_names(str(name), names)} Columns are: {', '.join(map(repr, names))}."
            )
    return positions
