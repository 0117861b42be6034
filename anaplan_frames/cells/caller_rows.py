"""The caller's rows of which cells are written, kept as long as some may come back rejected."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
import pyarrow as pa

from anaplan_frames.dataframes.sources import Source, open_source
from anaplan_frames.writes.row_messages import with_messages


class CallerRows:
    """Rows on their way, and those that were rejected.

    Those of a stream, which would be gone, are kept until it is known what became of them.

    Parameters
    ----------
    source : Source
    needed : frozenset of int
        The columns that count.
    """

    def __init__(self, source: Source, needed: frozenset[int]) -> None:
        self._source = source
        self._needed = None if source.one_shot else needed
        self._under_way: deque[tuple[int, Source]] = deque()
        self._rejected: list[pd.DataFrame] = []

    def batches(self, batch_rows: int) -> Iterator[tuple[int, pa.RecordBatch]]:
        """Yield the rows, with the position of the first one."""
        first_row = 0
        for batch in self._source.batches(batch_rows, self._needed):
            if self._source.one_shot:
                self._under_way.append((first_row, open_source(batch)))
            yield first_row, batch
            first_row += batch.num_rows

    def reconciled(self, before: int, messages: Mapping[int, str]) -> None:
        """Keep, of the rows before a position, only the rejected ones."""
        while self._under_way:
            first, part = self._under_way[0]
            end = first + (part.rows or 0)
            if end > before:
                return
            self._under_way.popleft()
            rows = [row for row in range(first, end) if row in messages]
            if rows or not self._rejected:
                frame = part.take([row - first for row in rows])
                self._rejected.append(frame.set_axis(pd.Index(rows, dtype="int64")))

    def rejected(self, messages: Mapping[int, str]) -> pd.DataFrame:
        """Return the rows that have a message, as the caller has them, with a column ``error``.

        Parameters
        ----------
        messages : mapping of int to str
            By the row's position: why it was rejected. It must be known of all rows.
        """
        rows = sorted(messages)
        if self._source.one_shot:
            self.reconciled(np.iinfo(np.int64).max, messages)
            frames = self._rejected
            frame = pd.concat(frames) if frames else pd.DataFrame(columns=self._source.columns)
        else:
            frame = self._source.take(rows)
        return with_messages(frame, [messages[row] for row in rows])
