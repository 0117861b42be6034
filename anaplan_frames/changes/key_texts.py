"""The texts of the keys of all rows, in a file: a digest does not show which row is gone."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa

from anaplan_frames.changes.row_mask import RowMask
from anaplan_frames.writes.arrow_arrays import TEXT


class KeyTextWriter:
    """Writes a new file, row by row of the data.

    Parameters
    ----------
    path : Path
    columns : int
        How many columns the key has.
    """

    def __init__(self, path: Path, columns: int) -> None:
        self.path: Path = path
        self._file = path.open("xb")
        self._schema = pa.schema([(str(number), TEXT) for number in range(columns)])
        options = pa.ipc.IpcWriteOptions(compression="lz4")
        self._writer = pa.ipc.new_stream(self._file, self._schema, options=options)

    def write(self, texts: Sequence[pa.Array]) -> None:
        """Add the key of the next rows, one column of large_string each."""
        self._writer.write_batch(pa.RecordBatch.from_arrays(texts, schema=self._schema))

    def finish(self) -> None:
        """Have all on the disk."""
        self._writer.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()


class KeyTexts:
    """Keys of some rows of such files; read as often as needed.

    Parameters
    ----------
    paths : sequence of Path
    masks : sequence of RowMask
        Which rows of each file are meant.
    columns : sequence of str
        What to name the columns.
    """

    def __init__(
        self, paths: Sequence[Path], masks: Sequence[RowMask], columns: Sequence[str]
    ) -> None:
        self._paths = paths
        self._masks = masks
        self._columns = columns
        self.count: int = sum(mask.count for mask in masks)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the keys, file by file, in the order of the rows."""
        for path, mask in zip(self._paths, self._masks, strict=True):
            if not mask.count:
                continue
            first = 0
            with pa.memory_map(str(path)) as file, pa.ipc.open_stream(file) as reader:
                for batch in reader:
                    wanted = mask.part(first, batch.num_rows)
                    first += batch.num_rows
                    if wanted.any():
                        named = pa.RecordBatch.from_arrays(batch.columns, list(self._columns))
                        yield named.filter(pa.array(wanted))

    def table(self, most: int | None = None) -> pa.Table:
        """Return the keys, or the first of them, as a table of large_string."""
        found = []
        left = self.count if most is None else most
        for batch in self.batches():
            found.append(batch.slice(0, left))
            left -= len(found[-1])
            if left <= 0:
                break
        schema = pa.schema([(name, TEXT) for name in self._columns])
        return pa.Table.from_batches(found, schema)
