"""Tables on their way out: fetched ahead, parsed as they arrive, typed by their metadata."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa
from pandas.api.extensions import no_default

from anaplan_frames.codec.decode import Batches, decode_stream
from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.grid import decode_grid
from anaplan_frames.progress import Progress
from anaplan_frames.resources.resource import Resource
from anaplan_frames.tables.outgoing import frame_schema, to_frames, to_pandas, with_dtypes
from anaplan_frames.transfer.download import download
from anaplan_frames.transport import Content

Fetch = Callable[[Progress], Iterator[Content]]


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table as text, not fetched yet.

    Attributes
    ----------
    fetch : callable
        Yields the text in pieces, in order; tells the bar how many bytes have come.
    dialect : Dialect
        How its text is written.
    schema : pyarrow.Schema
        Its columns; empty where Anaplan does not tell them: then the header does, and all is text.
    grid : bool
        Whether it is a cross table.
    """

    fetch: Fetch
    dialect: Dialect
    schema: pa.Schema
    grid: bool = False


class Readable(Resource):
    """A resource that can be read as a table."""

    @abstractmethod
    def _table(self, run: bool, progress: bool | None) -> TextTable:
        """Have the table made, if asked to, and say where and how it is written."""

    def read(
        self,
        *,
        run: bool = True,
        columns: Sequence[str] | None = None,
        dtype: Any = None,
        dtype_backend: Any = no_default,
        index_col: str | Sequence[str] | None = None,
        chunksize: int | None = None,
        progress: bool | None = None,
    ) -> pd.DataFrame | Iterator[pd.DataFrame]:
        """Return the table; parameters and errors are those of `anaplan_frames.read_anaplan`."""
        backend = None if dtype_backend is no_default else dtype_backend
        batches = self._batches(
            run, columns, lambda schema: frame_schema(schema, dtype, backend), progress
        )
        schema = batches.schema
        if isinstance(dtype, Mapping):  # columns that are not read need no dtype
            dtype = {name: kind for name, kind in dtype.items() if name in schema.names}
        options = {"dtype": dtype, "dtype_backend": dtype_backend, "index_col": index_col}
        if chunksize is None:
            return to_pandas(batches, schema, **options)
        return to_frames(batches, schema, chunksize, **options)

    def read_arrow(
        self,
        *,
        run: bool = True,
        columns: Sequence[str] | None = None,
        dtype: Any = None,
        progress: bool | None = None,
    ) -> pa.RecordBatchReader:
        """Stream the table; parameters and errors are those of `anaplan_frames.read_arrow`."""
        batches = self._batches(run, columns, lambda schema: with_dtypes(schema, dtype), progress)
        return batches.reader()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Stream the table as it is, for whatever takes Arrow: an export is not run."""
        return self.read_arrow(run=False).__arrow_c_stream__(requested_schema)

    def _batches(
        self,
        run: bool,
        columns: Sequence[str] | None,
        retype: Callable[[pa.Schema], pa.Schema],
        progress: bool | None,
    ) -> Batches:
        table = self._table(run, progress)
        decode = decode_grid if table.grid else decode_stream
        return decode(
            self._chunks(table.fetch, progress),
            table.dialect,
            table.schema,
            columns,
            retype=retype,
        )

    def _chunks(self, fetch: Fetch, progress: bool | None) -> Iterator[Content]:
        """Fetch the text, while there is something to show with a bar."""
        with Progress(f"Reading {self.what}", unit="B", show=progress) as bar:
            yield from fetch(bar)

    def _file(self, path: str) -> Fetch:
        """Return what fetches the chunks of a file."""

        def fetch(progress: Progress) -> Iterator[Content]:
            return download(self._transport, path, what=self.what, progress=progress)

        return fetch
