"""The rows that are sent: the keys of those which are gone, then those of groups that changed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from anaplan_frames.changes.key_texts import KeyTexts
from anaplan_frames.changes.row_mask import RowMask
from anaplan_frames.dataframes.batch_sizes import regroup
from anaplan_frames.dataframes.sources import Source, open_source
from anaplan_frames.dataframes.spool import SpooledSource
from anaplan_frames.writes.arrow_arrays import TEXT, Positions

_FEW = 1_000_000  # rows that are taken from the data at once
_PART_ROWS = 65_536


class ChangedRows(Source):
    """Some rows of the caller's data, after rows that have only a key.

    The keys come first: of several rows of one cell the last one counts if its value is not a
    number.

    Parameters
    ----------
    source : Source
        The data, which can be read again.
    mask : RowMask or None
        Which of its rows are sent; None: all.
    gone : KeyTexts or None
        The keys, by the names of the data's columns.
    """

    def __init__(self, source: Source, mask: RowMask | None, gone: KeyTexts | None) -> None:
        self.columns: list[str] = source.columns
        self.index_names: tuple[str, ...] = source.index_names
        self.attrs: Mapping[Any, Any] = source.attrs
        self.gone_rows: int = gone.count if gone else 0
        self.returned: list[int] = []
        """The positions in the data of the rows that were given back as rejected."""
        self.returned_keys: int = 0
        """How many rows that have only a key were given back."""
        self._source = source
        self._mask = mask
        self._gone = gone
        total = source.rows or 0
        self._sent: int = total if mask is None else mask.count
        self.rows: int = self._sent + self.gone_rows
        self.nbytes: int = (source.nbytes or 0) * self.rows // max(total, 1)
        # A table kept on disk is read as a whole in any case.
        few = self._sent <= _FEW and 4 * self._sent < total
        self._takes = few and mask is not None and not isinstance(source, SpooledSource)

    def batches(
        self, batch_rows: int, needed: Collection[int] | None = None, first_row: int = 0
    ) -> Iterator[pa.RecordBatch]:
        """Yield the rows in order."""
        for batch in self._gone_batches():
            for start in range(0, batch.num_rows, batch_rows):
                yield batch.slice(start, batch_rows)
        if self._mask is None:
            yield from self._source.batches(batch_rows, needed)
        elif self._takes:
            yield from self._source.part(self._mask.positions().tolist()).batches(
                batch_rows, needed
            )
        else:
            yield from regroup(self._filtered(batch_rows, needed), batch_rows)

    def part(self, positions: Sequence[int]) -> Source:
        """Return these rows as data of their own."""
        keys, rows = self._split(positions)
        if not len(keys):
            return self._source.part(rows.tolist())
        parts = [self._keys().take(pa.array(keys))]
        batches = [batch for table in parts for batch in table.to_batches()]
        if len(rows):
            batches += self._source.part(rows.tolist()).batches(_PART_ROWS)
        return open_source(iter(batches))

    def take(self, positions: Sequence[int]) -> pd.DataFrame:
        """Return these rows as the caller has them, and note them as given back."""
        keys, rows = self._split(positions)
        self.returned += rows.tolist()
        self.returned_keys += len(keys)
        frames: list[pd.DataFrame] = []
        if len(keys):
            frames.append(self._keys().take(pa.array(keys)).to_pandas())
        if len(rows):
            frames.append(self._source.take(rows.tolist()))
        found: pd.DataFrame = frames[0] if len(frames) == 1 else pd.concat(frames)
        return found

    def _split(self, positions: Sequence[int]) -> tuple[Positions, Positions]:
        """Return the positions among the keys, and those in the data."""
        wanted = np.asarray(positions, dtype=np.int64)
        rows = wanted[wanted >= self.gone_rows] - self.gone_rows
        found = rows if self._mask is None else self._mask.nth(rows)
        return wanted[wanted < self.gone_rows], found

    def _filtered(
        self, batch_rows: int, needed: Collection[int] | None
    ) -> Iterator[pa.RecordBatch]:
        assert self._mask is not None
        first = 0
        for batch in self._source.batches(batch_rows, needed):
            wanted = self._mask.part(first, batch.num_rows)
            first += batch.num_rows
            if wanted.any():
                yield batch if wanted.all() else batch.filter(pa.array(wanted))

    def _gone_batches(self) -> Iterator[pa.RecordBatch]:
        for batch in self._gone.batches() if self._gone else ():
            columns = [
                batch.column(name) if name in batch.schema.names else pa.nulls(batch.num_rows, TEXT)
                for name in self.columns
            ]
            yield pa.RecordBatch.from_arrays(columns, self.columns)

    def _keys(self) -> pa.Table:
        return pa.Table.from_batches(list(self._gone_batches()))
