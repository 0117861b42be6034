"""A stream kept in a temporary Arrow file, so that it can be read again."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from anaplan_frames.codec.mixed_columns import NUMBER
from anaplan_frames.dataframes.row_selection import to_pandas
from anaplan_frames.dataframes.sources import Source, open_source

_BATCH_ROWS = 65_536


@dataclass(frozen=True, slots=True)
class _Run:
    """Batches of one schema: the rows before them, how many they have, and where they are."""

    first: int
    rows: int
    offset: int


class SpooledSource(Source):
    """The rows of a stream in a file that goes away with this object.

    Parameters
    ----------
    source : Source
        The stream, which is read to its end.

    Raises
    ------
    OSError
        If the temporary folder has no room.
    """

    def __init__(self, source: Source) -> None:
        self.columns: list[str] = source.columns
        self.index_names: tuple[str, ...] = source.index_names
        self.attrs: Mapping[Any, Any] = source.attrs
        self._runs: list[_Run] = []
        with tempfile.NamedTemporaryFile(
            prefix="anaplan-frames-", suffix=".arrow", delete=False
        ) as file:
            self._path = Path(file.name)
            self._finalizer = weakref.finalize(self, _remove, self._path)
            self.rows: int = self._write(source, file)
            self.nbytes: int = file.tell()

    def _write(self, source: Source, file: Any) -> int:
        rows = 0
        writer: Any = None
        schema: pa.Schema | None = None
        for batch in source.batches(_BATCH_ROWS):
            if writer is None or batch.schema != schema:
                if writer is not None:
                    writer.close()
                schema = batch.schema
                self._runs.append(_Run(rows, 0, file.tell()))
                writer = pa.ipc.new_stream(file, schema)
            writer.write_batch(batch)
            rows += batch.num_rows
            last = self._runs[-1]
            self._runs[-1] = _Run(last.first, rows - last.first, last.offset)
        if writer is not None:
            writer.close()
        return rows

    def batches(
        self, batch_rows: int, needed: Collection[int] | None = None, first_row: int = 0
    ) -> Iterator[pa.RecordBatch]:
        """Yield the rows from the file, of which one batch at a time is in memory."""
        wanted = None if needed is None else set(needed)
        for run in self._runs:
            for batch in self._read(run):
                columns = [
                    column if wanted is None or position in wanted else pa.nulls(batch.num_rows)
                    for position, column in enumerate(batch.columns)
                ]
                kept = pa.RecordBatch.from_arrays(columns, self.columns)
                for start in range(0, batch.num_rows, batch_rows):
                    yield kept.slice(start, batch_rows)

    def part(self, positions: Sequence[int]) -> Source:
        """Return these rows as data of their own; they must be in ascending order."""
        return open_source(iter([*self._rows(positions), self._nothing()]))

    def take(self, positions: Sequence[int]) -> pd.DataFrame:
        """Return these rows, which must be in ascending order, as pandas has them."""
        frames = [_frame(batch) for batch in self._rows(positions)]
        frame = pd.concat(frames) if frames else pd.DataFrame(columns=self.columns)
        return frame.set_axis(pd.Index(list(positions), dtype="int64"))

    def _rows(self, positions: Sequence[int]) -> Iterator[pa.RecordBatch]:
        wanted = np.asarray(positions, dtype=np.int64)
        for run in self._runs:
            first = run.first
            if not ((wanted >= first) & (wanted < first + run.rows)).any():
                continue
            for batch in self._read(run):
                here = wanted[(wanted >= first) & (wanted < first + batch.num_rows)] - first
                if len(here):
                    columns = [_rows_of(column, here.tolist()) for column in batch.columns]
                    yield pa.RecordBatch.from_arrays(columns, batch.schema.names)
                first += batch.num_rows

    def _nothing(self) -> pa.RecordBatch:
        return pa.RecordBatch.from_arrays([pa.nulls(0) for _ in self.columns], self.columns)

    def _read(self, run: _Run) -> Iterator[pa.RecordBatch]:
        # Not mapped: what was read of a mapping stays in memory until all of it is closed.
        with pa.OSFile(str(self._path)) as file:
            file.seek(run.offset)
            yield from pa.ipc.open_stream(file)


def open_kept(data: Any, *, index: bool, keep: bool) -> Source:
    """Look at the caller's data as `open_source` does.

    Parameters
    ----------
    keep : bool
        Whether the rows are read more than once: a stream is then kept in a file.
    """
    source = open_source(data, index=index)
    return SpooledSource(source) if keep and source.one_shot else source


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


def _rows_of(column: pa.Array, positions: Sequence[int]) -> pa.Array:
    """Take rows of a column of any type, also of those that Arrow cannot take rows of."""
    return pa.concat_arrays([column.slice(row, 1) for row in positions])


def _frame(batch: pa.RecordBatch) -> pd.DataFrame:
    """Make a frame of a batch; columns of several kinds become Python objects."""
    columns = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if pa.types.is_union(column.type):
            columns[name] = pd.Series(_objects(column), dtype=object)
        else:
            columns[name] = to_pandas(pa.table({name: column}))[name]
    return pd.DataFrame(columns)


def _objects(column: pa.UnionArray) -> list[object]:
    """Return the values of a column of `codec.mixed_columns.MIXED` as Python has them."""
    codes = column.type_codes.to_pylist()
    return [
        _number(text) if code == NUMBER and text is not None else text
        for code, text in zip(codes, column.to_pylist(), strict=True)
    ]


def _number(text: str) -> object:
    if text.lstrip("-").isdigit():
        return int(text)
    number = float(text)
    return number if Decimal(repr(number)) == Decimal(text) else Decimal(text)
