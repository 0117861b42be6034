"""Tables on their way out: fetched ahead, parsed as they arrive, typed by their metadata."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Protocol, TypedDict, Unpack

import pandas as pd
import pyarrow as pa
from pandas.api.extensions import no_default

from anaplan_frames.codec.decode import SchemaOfHeader, decode_stream
from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.grid_decoder import decode_grid
from anaplan_frames.dataframes.frame_output import frame_schema, to_frames, to_pandas, with_dtypes
from anaplan_frames.progress import Progress
from anaplan_frames.resources.parts import Parts, check_parts
from anaplan_frames.resources.resource import Resource
from anaplan_frames.transfer.download import download
from anaplan_frames.transport import Content

Fetch = Callable[[Progress], Iterator[Content]]
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


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table as text.

    Attributes
    ----------
    fetch : callable
        Yields the text in pieces, in order; tells the bar how many bytes have come.
    dialect : Dialect
        How its text is written.
    schema : pyarrow.Schema or callable
        Its columns; empty where Anaplan does not tell them: then the header does, and all is text.
        Or what makes a schema of the names in the header.
    """

    fetch: Fetch
    dialect: Dialect
    schema: pa.Schema | SchemaOfHeader

    def open(
        self, columns: Sequence[str] | None, retype: Retype, new_bar: Callable[[], Progress]
    ) -> RowBatches:
        """Begin to read, as `TableSource` says."""
        chunks = fetched(self.fetch, new_bar)
        return decode_stream(chunks, self.dialect, self.schema, columns, retype=retype)


@dataclass(frozen=True, slots=True)
class GridTable:
    """A cross table as text; see `TextTable` for its attributes."""

    fetch: Fetch
    dialect: Dialect
    schema: pa.Schema

    def open(
        self, columns: Sequence[str] | None, retype: Retype, new_bar: Callable[[], Progress]
    ) -> RowBatches:
        """Begin to read, as `TableSource` says."""
        chunks = fetched(self.fetch, new_bar)
        return decode_grid(chunks, self.dialect, self.schema, columns, retype=retype)


class ArrowOptions(TypedDict, total=False):
    """What every kind of table can be asked for as a stream; see `anaplan_frames.read_arrow`."""

    columns: Sequence[str] | None
    dtype: Any
    progress: bool | None


class ReadOptions(ArrowOptions, total=False):
    """What every kind of table can be asked for as frames; see `anaplan_frames.read_anaplan`."""

    dtype_backend: Any
    index_col: str | Sequence[str] | None
    chunksize: int | None


class Readable(Resource):
    """A resource that can be read as a table.

    Attributes
    ----------
    takes : frozenset of str
        The options that `read` and `read_arrow` of this kind have and some others do not.
    """

    takes: ClassVar[frozenset[str]] = frozenset()

    @abstractmethod
    def _table(self, *, progress: bool | None) -> TableSource:
        """Say where the table is and how it is written, all options of its kind left alone."""

    def read(self, **options: Unpack[ReadOptions]) -> pd.DataFrame | Iterator[pd.DataFrame]:
        """Return the table; parameters and errors are those of `anaplan_frames.read_anaplan`."""
        return self._read(self._table(progress=options.get("progress")), **options)

    def read_arrow(self, **options: Unpack[ArrowOptions]) -> pa.RecordBatchReader:
        """Stream the table; parameters and errors are those of `anaplan_frames.read_arrow`."""
        return self._read_arrow(self._table(progress=options.get("progress")), **options)

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
        return self._table(progress=False)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Stream the table as it is, for whatever takes Arrow."""
        return self.read_arrow().__arrow_c_stream__(requested_schema)

    def _read(
        self,
        table: TableSource,
        *,
        columns: Sequence[str] | None = None,
        dtype: Any = None,
        dtype_backend: Any = no_default,
        index_col: str | Sequence[str] | None = None,
        chunksize: int | None = None,
        progress: bool | None = None,
    ) -> pd.DataFrame | Iterator[pd.DataFrame]:
        backend = None if dtype_backend is no_default else dtype_backend
        rows = table.open(
            columns,
            lambda schema: frame_schema(schema, dtype, backend),
            self._new_bar(progress=progress),
        )
        schema = rows.schema
        if isinstance(dtype, Mapping):  # columns that are not read need no dtype
            dtype = {name: kind for name, kind in dtype.items() if name in schema.names}
        options = {"dtype": dtype, "dtype_backend": dtype_backend, "index_col": index_col}
        if chunksize is None:
            return to_pandas(rows, schema, **options)
        return to_frames(rows, schema, chunksize, **options)

    def _read_arrow(
        self,
        table: TableSource,
        *,
        columns: Sequence[str] | None = None,
        dtype: Any = None,
        progress: bool | None = None,
    ) -> pa.RecordBatchReader:
        rows = table.open(
            columns, lambda schema: with_dtypes(schema, dtype), self._new_bar(progress=progress)
        )
        return pa.RecordBatchReader.from_batches(rows.schema, rows)

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


def fetched(fetch: Fetch, new_bar: Callable[[], Progress]) -> Iterator[Content]:
    """Fetch, and show a bar from the first piece that is asked for to the last."""
    with new_bar() as bar:
        yield from fetch(bar)
