"""The caller's data (pandas, Polars, pyarrow, DuckDB, iterators) as a source of Arrow batches."""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from anaplan_frames.codec.text_views import byte_size, usable, usable_table
from anaplan_frames.codec.value_location import ValueLocation
from anaplan_frames.dataframes.batch_sizes import regroup
from anaplan_frames.dataframes.frame_batches import check_labels, frame_batch
from anaplan_frames.dataframes.row_selection import frame_rows, to_pandas
from anaplan_frames.dataframes.unsupported_data import is_polars, is_series, unsupported
from anaplan_frames.errors import AnaplanError, ColumnMismatch

_SAMPLE_ROWS = 1_000
_PART_ROWS = 65_536
_GONE = "A stream of rows can be read once, and this one has been. Open it again."


class Source(ABC):
    """Rows on their way in.

    Attributes
    ----------
    columns : list of str
        Names, in the caller's order; each batch has all of them.
    rows : int or None
        How many there are; None if that is not known before the end.
    nbytes : int or None
        Rough size in memory; None if that is not known.
    one_shot : bool
        Whether the rows can be asked for only once.
    index_names : tuple of str
        Names of a DataFrame's index, if it does not count as columns.
    attrs : mapping
        What a DataFrame, or the first of an iterator, says about itself.
    """

    columns: list[str]
    index_names: tuple[str, ...] = ()
    attrs: Mapping[Any, Any] = MappingProxyType({})
    rows: int | None = None
    nbytes: int | None = None
    one_shot: bool = False

    @abstractmethod
    def batches(
        self, batch_rows: int, needed: Collection[int] | None = None, first_row: int = 0
    ) -> Iterator[pa.RecordBatch]:
        """Yield the rows in order, in batches of at most `batch_rows`.

        Each batch stands for itself: a column of Python objects may be of one Arrow type here and
        of another there.

        Parameters
        ----------
        batch_rows
            The most rows of a batch.
        needed : collection of int, optional
            Positions of the columns that count. The others are not converted, and are nulls.
        first_row
            Position of the first row in the whole data, for errors.

        Raises
        ------
        EncodingError
            If a value has no counterpart in Arrow; names column and row.
        ColumnMismatch
            If a part of an iterator has other columns than the first.
        """

    def parts(self) -> Iterator[Source]:
        """Yield the data in pieces that can be read again, each with all columns in order.

        A stream is read by this; anything else is one piece, itself.
        """
        yield self

    @abstractmethod
    def part(self, positions: Sequence[int]) -> Source:
        """Return these rows as data of their own.

        Raises
        ------
        AnaplanError
            If they are gone, as those of a stream are.
        """

    @abstractmethod
    def take(self, positions: Sequence[int]) -> pd.DataFrame:
        """Return these rows as the caller has them; raises as `part` does."""


def open_source(data: Any, *, index: bool = False) -> Source:
    """Look at the caller's data, without converting or copying them yet.

    Parameters
    ----------
    data
        pandas DataFrame, anything with ``__arrow_c_stream__`` (Polars, pyarrow, DuckDB),
        ``pyarrow.RecordBatch``, or an iterator of these; a `Source` is returned as it is.
    index
        Whether the index of a DataFrame counts as columns, as after ``reset_index()``.

    Raises
    ------
    TypeError
        If it is none of these; says what to do.
    ColumnMismatch
        If the columns are a MultiIndex, the index has the name of a column, or an iterator is
        empty, so that nothing is known of its columns.
    """
    if isinstance(data, Source):
        return data
    if isinstance(data, pd.DataFrame):
        return _Frame(data, index=index)
    if isinstance(data, pa.RecordBatch):
        return _Table(pa.Table.from_batches([data]))
    if isinstance(data, pa.Table):
        return _Table(data)
    if is_polars(data, "DataFrame"):
        return _Polars(data)
    if hasattr(data, "__arrow_c_stream__") and not is_series(data):
        return _Stream(_handed_over(pa.RecordBatchReader.from_stream, data))
    for opening in ("fetch_arrow_reader", "to_reader"):  # DuckDB relations, pyarrow scanners
        if hasattr(data, opening):
            return _Stream(getattr(data, opening)())
    if isinstance(data, list | tuple) or (isinstance(data, Iterator) and not _is_file(data)):
        return _Parts(data, index=index)
    raise TypeError(unsupported(data))


class _Frame(Source):
    """A pandas DataFrame, converted slice by slice."""

    def __init__(self, frame: pd.DataFrame, *, index: bool) -> None:
        self.frame = frame
        self.index = index
        head = self._slice(0, 0)
        check_labels(head)
        self.columns = [str(name) for name in head.columns]
        if not index:
            self.index_names = tuple(str(name) for name in frame.index.names if name is not None)
        self.attrs = frame.attrs
        self.rows = len(frame)
        self.nbytes = _frame_bytes(frame)

    def batches(
        self, batch_rows: int, needed: Collection[int] | None = None, first_row: int = 0
    ) -> Iterator[pa.RecordBatch]:
        for start in range(0, len(self.frame), batch_rows):
            locations = [ValueLocation(name, first_row + start) for name in self.columns]
            yield frame_batch(self._slice(start, start + batch_rows), locations, needed)

    def part(self, positions: Sequence[int]) -> Source:
        return _Frame(self.take(positions), index=self.index)

    def take(self, positions: Sequence[int]) -> pd.DataFrame:
        return frame_rows(self.frame, positions)

    def _slice(self, start: int, stop: int) -> pd.DataFrame:
        part = self.frame.iloc[start:stop]
        if not self.index:
            return part
        try:
            return part.reset_index()
        except ValueError as error:
            raise ColumnMismatch(
                "The index has the name of a column. Rename one of them, for instance with "
                "df.rename_axis('another name')."
            ) from error


class _Table(Source):
    """Arrow data in memory."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table
        self.columns = list(table.column_names)
        self.rows = table.num_rows
        self.nbytes = byte_size(table)

    def batches(
        self, batch_rows: int, needed: Collection[int] | None = None, first_row: int = 0
    ) -> Iterator[pa.RecordBatch]:
        return regroup(map(usable, self.table.to_batches()), batch_rows, needed)

    def part(self, positions: Sequence[int]) -> Source:
        return _Table(self._rows(positions))

    def take(self, positions: Sequence[int]) -> pd.DataFrame:
        return _at(positions, to_pandas(self._rows(positions)))

    def _rows(self, positions: Sequence[int]) -> pa.Table:
        try:
            return usable_table(self.table.take(pa.array(positions, pa.int64())))
        except pa.ArrowNotImplementedError:  # string views
            rows = [self.table.slice(0, 0), *(self.table.slice(row, 1) for row in positions)]
            return usable_table(pa.concat_tables(rows))


class _Polars(_Table):
    """A Polars DataFrame, which Arrow shares."""

    def __init__(self, frame: Any) -> None:
        super().__init__(_handed_over(pa.table, frame))
        self.frame = frame

    def part(self, positions: Sequence[int]) -> Source:
        return _Polars(self.frame[list(positions)])

    def take(self, positions: Sequence[int]) -> pd.DataFrame:
        return _at(positions, self.frame[list(positions)].to_pandas())


class _Once(Source):
    """Rows that are gone when they have been read."""

    one_shot = True
    _asked = False

    def part(self, positions: Sequence[int]) -> Source:
        raise AnaplanError(_GONE)

    def take(self, positions: Sequence[int]) -> pd.DataFrame:
        raise AnaplanError(_GONE)

    def _ask(self) -> None:
        if self._asked:
            raise AnaplanError(_GONE)
        self._asked = True


class _Stream(_Once):
    """A stream of Arrow batches."""

    def __init__(self, reader: pa.RecordBatchReader) -> None:
        self.reader = reader
        self.columns = list(reader.schema.names)

    def batches(
        self, batch_rows: int, needed: Collection[int] | None = None, first_row: int = 0
    ) -> Iterator[pa.RecordBatch]:
        self._ask()
        return regroup(map(usable, self.reader), batch_rows, needed)

    def parts(self) -> Iterator[Source]:
        self._ask()
        for batch in regroup(map(usable, self.reader), _PART_ROWS):
            yield _Table(pa.Table.from_batches([batch]))


class _Parts(_Once):
    """An iterator of DataFrames or Arrow data."""

    def __init__(self, parts: Iterable[Any], *, index: bool) -> None:
        self.index = index
        remaining = iter(parts)
        try:
            first = next(remaining)
        except StopIteration:
            raise ColumnMismatch(
                "The iterator gave nothing, so its columns are not known. Give at least one part, "
                "which may have no rows."
            ) from None
        opened = self._opened(first, 0)
        self.columns = opened.columns
        self.index_names = opened.index_names
        self.attrs = opened.attrs
        self._remaining = chain([opened], remaining)

    def batches(
        self, batch_rows: int, needed: Collection[int] | None = None, first_row: int = 0
    ) -> Iterator[pa.RecordBatch]:
        self._ask()
        return self._batches(batch_rows, needed, first_row)

    def parts(self) -> Iterator[Source]:
        self._ask()
        return self._ordered()

    def _batches(
        self, batch_rows: int, needed: Collection[int] | None, first_row: int
    ) -> Iterator[pa.RecordBatch]:
        for part in self._ordered():
            for batch in part.batches(batch_rows, needed, first_row):
                first_row += batch.num_rows
                yield batch

    def _ordered(self) -> Iterator[Source]:
        """Yield the parts, each with its columns in the order of the first part's."""
        for number, part in enumerate(self._remaining):
            opened = part if isinstance(part, Source) else self._opened(part, number)
            order = self._order(opened.columns, number)
            in_order = order == range(len(self.columns))
            for piece in opened.parts():
                yield piece if in_order else _Reordered(piece, order, self.columns)

    def _opened(self, part: Any, number: int) -> Source:
        if not _is_table(part):
            raise TypeError(f"Part {number} of the iterator is not a table. {unsupported(part)}")
        return open_source(part, index=self.index)

    def _order(self, columns: Sequence[str], number: int) -> Sequence[int]:
        """Say where this part has the first part's columns: by name, as everywhere."""
        if list(columns) == self.columns:
            return range(len(columns))
        if len(set(columns)) < len(columns) or set(columns) != set(self.columns):
            missing = [name for name in self.columns if name not in columns]
            strange = [name for name in columns if name not in self.columns]
            raise ColumnMismatch(
                f"Part {number} of the iterator has other columns than the first: "
                f"missing {missing}, not seen before {strange}."
            )
        return [columns.index(name) for name in self.columns]


class _Reordered(Source):
    """A part of an iterator whose columns stand in another order than the first part's."""

    def __init__(self, source: Source, order: Sequence[int], columns: list[str]) -> None:
        self.source = source
        self.order = order
        self.columns = columns
        self.rows = source.rows
        self.nbytes = source.nbytes
        self.one_shot = source.one_shot

    def batches(
        self, batch_rows: int, needed: Collection[int] | None = None, first_row: int = 0
    ) -> Iterator[pa.RecordBatch]:
        its_needed = None if needed is None else [self.order[position] for position in needed]
        for batch in self.source.batches(batch_rows, its_needed, first_row):
            columns = [batch.column(position) for position in self.order]
            yield pa.RecordBatch.from_arrays(columns, self.columns)

    def part(self, positions: Sequence[int]) -> Source:
        return _Reordered(self.source.part(positions), self.order, self.columns)

    def take(self, positions: Sequence[int]) -> pd.DataFrame:
        return self.source.take(positions)


def _is_file(data: Any) -> bool:
    """Whether data is an open file; pandas' readers can be read and iterated, too."""
    return isinstance(data, io.IOBase) or hasattr(data, "readline")


def _handed_over(how: Callable[[Any], Any], data: Any) -> Any:
    """Take data over through Arrow; not all types that others have are types there."""
    try:
        return how(data)
    except pa.ArrowInvalid as error:
        raise TypeError(
            f"The {type(data).__name__} cannot be converted to Arrow ({error}). Cast columns of "
            "types that Arrow does not have, for instance to text or Decimal."
        ) from error


def _at(positions: Sequence[int], rows: pd.DataFrame) -> pd.DataFrame:
    """Label rows with the positions that they have in the data."""
    rows.index = pd.Index(np.asarray(positions, dtype=np.int64))
    return rows


def _is_table(data: Any) -> bool:
    return isinstance(data, pd.DataFrame | pa.RecordBatch) or hasattr(data, "__arrow_c_stream__")


def _frame_bytes(frame: pd.DataFrame) -> int:
    """Estimate the memory of a frame, the Python objects in it by the first few rows.

    Objects count by the length of their texts, which is always the same: Python remembers the
    UTF-8 of a text with the text, so that its own size grows when it is first written.
    """
    shallow = int(frame.memory_usage(index=False).sum())
    objects = [location for location, kind in enumerate(frame.dtypes) if kind == np.dtype(object)]
    sample = frame.iloc[:_SAMPLE_ROWS, objects]
    if sample.empty:
        return shallow
    texts = sum(len(str(value)) for value in sample.to_numpy().ravel())
    return shallow + texts * len(frame) // len(sample)
