"""Tables that are read to DataFrames or Arrow data, typed by their metadata."""

from __future__ import annotations

import datetime as dt
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, ClassVar, Final, TypeVar, overload

import pandas as pd
import pyarrow as pa
from pandas.api.extensions import no_default

from anaplan_frames.dataframes.frame_chunks import Frames
from anaplan_frames.dataframes.frame_output import frame_schema, to_frames, to_pandas, with_dtypes
from anaplan_frames.deadline import check_time, time_limit
from anaplan_frames.progress import Progress
from anaplan_frames.resources.key_rows import KeyedRowsTable
from anaplan_frames.resources.parts import Parts, check_parts
from anaplan_frames.resources.read_options import Backend, ReadOptions
from anaplan_frames.resources.resource import Resource
from anaplan_frames.resources.row_filters import FilteredTable, FirstRows, column_filters
from anaplan_frames.resources.table_source import Retype, RowBatches, TableSource, close_rows
from anaplan_frames.resources.text_tables import Fetch, fetched
from anaplan_frames.resources.where import Where, as_json
from anaplan_frames.transfer.download import download
from anaplan_frames.transport import Content

Item = TypeVar("Item")
_NO_FACTS: Final[Mapping[str, Any]] = {}


class Table(Resource):
    """A resource that can be read as a table.

    Attributes
    ----------
    takes : frozenset of str
        The options that `read` of this kind has and some others do not.
    """

    takes: ClassVar[frozenset[str]] = frozenset()

    @abstractmethod
    def _table(self, options: ReadOptions) -> TableSource:
        """Return the table with the rows that are asked for, all options of its kind left alone."""

    @overload
    def read(
        self,
        *,
        chunksize: None = None,
        columns: Sequence[str] | None = None,
        where: Where | None = None,
        nrows: int | None = None,
        dtype: Any = None,
        dtype_backend: Backend = ...,
        index_col: str | Sequence[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> pd.DataFrame: ...

    @overload
    def read(
        self,
        *,
        chunksize: int,
        columns: Sequence[str] | None = None,
        where: Where | None = None,
        nrows: int | None = None,
        dtype: Any = None,
        dtype_backend: Backend = ...,
        index_col: str | Sequence[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> Frames: ...

    def read(
        self,
        *,
        chunksize: int | None = None,
        columns: Sequence[str] | None = None,
        where: Where | None = None,
        nrows: int | None = None,
        dtype: Any = None,
        dtype_backend: Any = no_default,
        index_col: str | Sequence[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> pd.DataFrame | Frames:
        """Return it as a DataFrame.

        Parameters
        ----------
        chunksize : int, optional
            Return DataFrames of so many rows, one after the other.
        columns : sequence of str, optional
            Read only these, in this order.
        where : dict of str to value or list of values, optional
            Only the rows in which a column has one of these values, e.g. ``{"Region": ["West",
            "East"]}``; the columns need not be among `columns`.
        nrows : int, optional
            Read so many rows at most, after `where`.
        dtype, dtype_backend, index_col
            As in `pandas.read_csv`.
        timeout : float, optional
            Seconds for the whole call.
        progress : bool, optional
            True shows a bar at once, False never.

        Returns
        -------
        pandas.DataFrame or Frames
            Its ``attrs["anaplan"]`` says what was read, from where and when.

        Raises
        ------
        ColumnMismatch
            If it does not have a column; suggests near names.
        EncodingError
            If a text is not of the type that was asked for; names column and row.
        EmptyContent, NotFound
            If there is no content.
        TransferError, TransferTimeout
            If not all of it arrived, or the time ended before.

        Examples
        --------
        >>> df = model.files["flights.csv"].read(nrows=100)  # doctest: +SKIP
        """
        options = ReadOptions(
            chunksize=chunksize,
            columns=columns,
            where=where,
            nrows=nrows,
            dtype=dtype,
            dtype_backend=dtype_backend,
            index_col=index_col,
            timeout=timeout,
            progress=progress,
        )
        return self._read(options, self._table)

    def read_arrow(
        self,
        *,
        columns: Sequence[str] | None = None,
        where: Where | None = None,
        nrows: int | None = None,
        dtype: Any = None,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> pa.RecordBatchReader:
        """Stream it as Arrow batches, in memory that does not grow.

        The parameters and errors are those of `read`; `dtype` decides the columns' Arrow types.

        Returns
        -------
        pyarrow.RecordBatchReader

        Examples
        --------
        >>> polars.from_arrow(model.files["flights.csv"].read_arrow())  # doctest: +SKIP
        """
        options = ReadOptions(
            columns=columns,
            where=where,
            nrows=nrows,
            dtype=dtype,
            timeout=timeout,
            progress=progress,
        )
        return self._read_arrow(options, self._table)

    def parts(self, n: int) -> Parts:
        """Divide the table into parts, to be read by several processes.

        A part can be pickled. It has ``.read()`` and ``.read_arrow()``, which connect by
        themselves in another process, as `Connection` says. The parts follow one another in the
        table's order, have its columns and types, and are together exactly the table. If the table
        changes meanwhile, reading a part raises.

        Parameters
        ----------
        n : int
            How many parts are wanted. A table that is small, or cannot be divided, has fewer.

        Returns
        -------
        sequence of Part
            Also a context manager: leaving it, or its ``close()``, gives back the room that the
            parts of a view or module take in Anaplan.

        Raises
        ------
        TypeError, ValueError
            If `n` is not a number from 1.

        Notes
        -----
        Files and what exports last wrote are divided between their chunks, which have about 10 MB;
        an export is not run. Views and modules are divided between the pages of a large read, and
        lists between pages of 5,000 items.

        Examples
        --------
        >>> with model.modules["Costs"].parts(8) as parts:  # doctest: +SKIP
        ...     with ProcessPoolExecutor() as pool:
        ...         jobs = [pool.submit(part.read) for part in parts]
        ...         frames = [job.result() for job in jobs]
        """
        check_parts(n)
        return self._split(n)

    def _split(self, n: int) -> Parts:
        """Return the parts; one, if a kind of table is not divided."""
        return Parts.of(self, [])

    def _part_table(self) -> TableSource:
        """Return the table that parts are taken from."""
        return self._table(ReadOptions(progress=False))

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Stream the table as it is, for whatever takes Arrow."""
        return self.read_arrow().__arrow_c_stream__(requested_schema)

    def _read(
        self,
        options: ReadOptions,
        table: Callable[[ReadOptions], TableSource],
        facts: Mapping[str, Any] = _NO_FACTS,
    ) -> pd.DataFrame | Frames:
        """Read the table.

        Parameters
        ----------
        facts : mapping
            What ``attrs["anaplan"]`` also says; read after `table` was called.
        """
        backend = None if options.dtype_backend is no_default else options.dtype_backend
        clock = _TimeLeft(self, options.timeout)

        def retype(schema: pa.Schema) -> pa.Schema:
            return frame_schema(schema, options.dtype, backend)

        with clock.running():
            rows = self._open(options, table, retype)
            schema, dtype = rows.schema, options.dtype
            if isinstance(dtype, Mapping):  # columns that are not read need no dtype
                dtype = {name: kind for name, kind in dtype.items() if name in schema.names}
            given: dict[str, Any] = {
                "dtype": dtype,
                "dtype_backend": options.dtype_backend,
                "index_col": options.index_col,
            }
            attrs = self._attrs(options, facts)
            if options.chunksize is None:
                frame = to_pandas(rows, schema, **given)
                frame.attrs["anaplan"] = attrs
                return frame
        frames = to_frames(rows, schema, options.chunksize, **given)
        return Frames(clock.stepping(_with_attrs(frames, attrs)), partial(close_rows, rows))

    def _read_arrow(
        self, options: ReadOptions, table: Callable[[ReadOptions], TableSource]
    ) -> pa.RecordBatchReader:
        clock = _TimeLeft(self, options.timeout)
        with clock.running():
            rows = self._open(options, table, lambda schema: with_dtypes(schema, options.dtype))
            schema = rows.schema
        batches = iter(rows) if options.timeout is None else clock.stepping(iter(rows))
        return pa.RecordBatchReader.from_batches(schema, batches)

    def _open(
        self, options: ReadOptions, table: Callable[[ReadOptions], TableSource], retype: Retype
    ) -> RowBatches:
        new_bar = self._new_bar(progress=options.progress)
        rows = table(options).open(options.names, retype, new_bar)
        return rows if options.nrows is None else FirstRows(rows, int(options.nrows))

    def _attrs(self, options: ReadOptions, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a frame says about itself, in values of JSON."""
        read_at = dt.datetime.fromtimestamp(self._transport.clock.time(), dt.UTC)
        return {
            "schema": 1,
            "kind": self.kind,
            "name": self.title,
            "id": self.id,
            **self._catalogue.facts,
            "url": self.url,
            "totals": None,
            "where": as_json(options.asked),
            "read_at": read_at.isoformat(timespec="seconds"),
            **facts,
        }

    def _where_columns(
        self, table: TableSource, options: ReadOptions, keys: Sequence[str] = ()
    ) -> TableSource:
        """Return the rows of which columns have the values that are asked for.

        Parameters
        ----------
        keys : sequence of str
            The columns that hold keys, which count as the same whatever their case and so on.
        """
        asked = options.asked
        label = f"{self.label[0].upper()}{self.label[1:]}"
        of_keys = {name: values for name, values in asked.items() if name in keys}
        filters = column_filters({n: values for n, values in asked.items() if n not in of_keys})
        if of_keys:
            table = KeyedRowsTable(table, of_keys, self.label)
        return FilteredTable(table, filters, label) if asked else table

    def _new_bar(self, *, progress: bool | None) -> Callable[[], Progress]:
        return partial(Progress, f"Reading {self.label}", unit="B", show=progress)

    def _chunks(self, fetch: Fetch, *, progress: bool | None) -> Iterator[Content]:
        """Fetch the text as it is."""
        return fetched(fetch, self._new_bar(progress=progress))

    def _file(self, path: str) -> Fetch:
        """Return what fetches the chunks of a file."""

        def fetch(progress: Progress) -> Iterator[Content]:
            return download(self._transport, path, label=self.label, progress=progress)

        return fetch


class _TimeLeft:
    """The time for one read, of which only what the library takes counts."""

    def __init__(self, table: Table, seconds: float | None) -> None:
        self._clock = table._transport.clock
        self._label = table.label
        self._left = seconds

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let what is done here take the time that is left."""
        begun = self._clock.monotonic()
        with time_limit(self._clock, self._left):
            check_time(self._label)
            yield
        if self._left is not None:
            self._left = max(0.0, self._left - (self._clock.monotonic() - begun))

    def stepping(self, items: Iterator[Item]) -> Iterator[Item]:
        """Yield the items, each made in the time that is left."""
        end = object()
        while True:
            with self.running():
                item = next(items, end)
            if item is end:
                return
            yield item  # type: ignore[misc]


def _with_attrs(frames: Iterator[pd.DataFrame], attrs: dict[str, Any]) -> Iterator[pd.DataFrame]:
    for frame in frames:
        frame.attrs["anaplan"] = dict(attrs)
        yield frame
