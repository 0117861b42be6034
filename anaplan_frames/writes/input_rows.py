"""The caller's rows on their way, kept as long as some of them may still be rejected."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping

import numpy as np
import pandas as pd
import pyarrow as pa

from anaplan_frames.dataframes.sources import Source, open_source
from anaplan_frames.writes.row_messages import with_messages

_LAST_ROW = np.iinfo(np.int64).max


class InputRows:
    """Rows that are written directly, and those of them that were rejected.

    Data in memory is looked up again by position. The rows of a stream can be read only once, so
    they are kept until it is known whether they were rejected.

    Parameters
    ----------
    source : Source
        The caller's data.
    needed : collection of int
        Positions of the columns that are written.
    """

    def __init__(self, source: Source, needed: Collection[int]) -> None:
        self._source = source
        self._needed = None if source.one_shot else needed
        self._kept: deque[tuple[int, Source]] = deque()
        self._rejected: list[pd.DataFrame] = []

    def batches(self, batch_rows: int) -> Iterator[tuple[int, pa.RecordBatch]]:
        """Yield the rows, with the position of the first one."""
        first_row = 0
        for batch in self._source.batches(batch_rows, self._needed):
            if self._source.one_shot:
                self._kept.append((first_row, open_source(batch)))
            yield first_row, batch
            first_row += batch.num_rows

    def release(self, before: int, messages: Mapping[int, str]) -> None:
        """Keep, of the rows before a position, only the rejected ones.

        Parameters
        ----------
        before : int
            It is known of all rows before this one whether they were rejected.
        messages : mapping of int to str
            By the row's position: why it was rejected.
        """
        while self._kept:
            first, part = self._kept[0]
            end = first + (part.rows or 0)
            if end > before:
                return
            self._kept.popleft()
            rows = _within(messages, first, end)
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
            self.release(_LAST_ROW, messages)
            frames = self._rejected
            frame = pd.concat(frames) if frames else pd.DataFrame(columns=self._source.columns)
        else:
            frame = self._source.take(rows)
        return with_messages(frame, [messages[row] for row in rows])


def _within(messages: Mapping[int, str], first: int, end: int) -> list[int]:
    """Return the positions from `first` to before `end` that have a message, in order."""
    if len(messages) < end - first:
        return sorted(row for row in messages if first <= row < end)
    return [row for row in range(first, end) if row in messages]
