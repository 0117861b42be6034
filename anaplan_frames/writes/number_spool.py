"""Rows of whole numbers in a temporary file, to find those that are equal in flat memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Any

import numpy as np

from anaplan_frames.writes.arrow_arrays import Positions

_IN_MEMORY = 1 << 20  # bytes; more go into a file
_PART_ROWS = 1 << 19
_MOST_PARTS = 64  # the file is read once for each
_BLOCK_ROWS = 1 << 18
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # by Knuth's multiplicative hashing


class NumberSpool:
    """Rows of 64-bit numbers; those that are equal in a column come back in one part.

    Parameters
    ----------
    width : int, default 1
        How many numbers a row has.

    Raises
    ------
    OSError
        If the temporary folder has no room.
    """

    def __init__(self, width: int = 1) -> None:
        self._width = width
        self._file: Any = tempfile.SpooledTemporaryFile(  # noqa: SIM115
            max_size=_IN_MEMORY, prefix="anaplan-frames-"
        )
        self.rows: int = 0

    def __enter__(self) -> NumberSpool:
        """Return it; at the end of the block the file is deleted."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Delete the file."""
        self.close()

    def close(self) -> None:
        """Delete the file."""
        self._file.close()

    def add(self, rows: Positions) -> None:
        """Add rows: an array of int64 of shape (n,) or (n, width)."""
        self._file.seek(0, 2)
        self._file.write(np.ascontiguousarray(rows, dtype=np.int64).tobytes())
        self.rows += len(rows)

    def parts(self, column: int = 0) -> Iterator[tuple[Positions, Positions]]:
        """Yield all rows in parts of some hundred thousand rows, with the position of each.

        Parameters
        ----------
        column : int
            Rows that are equal in this column are in the same part, in the order of the rows. The
            part of a number is the same for all columns.

        Yields
        ------
        positions : array of int64
        rows : array of int64 of shape (n, width)
        """
        count = max(1, min(_MOST_PARTS, -(-self.rows // _PART_ROWS)))
        for part in range(count):
            nothing = np.zeros(0, np.int64), np.zeros((0, self._width), np.int64)
            positions, rows = zip(nothing, *self._rows_of(part, count, column), strict=True)
            yield np.concatenate(positions), np.concatenate(rows)

    def _rows_of(self, part: int, count: int, column: int) -> Iterator[tuple[Positions, Positions]]:
        self._file.seek(0)
        for first in range(0, self.rows, _BLOCK_ROWS):
            size = min(_BLOCK_ROWS, self.rows - first)
            content = self._file.read(size * self._width * 8)
            rows = np.frombuffer(content, dtype=np.int64).reshape(size, self._width)
            if count == 1:
                yield np.arange(first, first + size), rows
                continue
            spread = (rows[:, column].view(np.uint64) * _SPREAD) >> np.uint64(32)
            here = np.flatnonzero(spread % np.uint64(count) == part)
            yield first + here, rows[here]


def first_repeated(spool: NumberSpool) -> int | None:
    """Return a number of the first column that two rows have, None if all differ."""
    for _, rows in spool.parts():
        numbers = np.sort(rows[:, 0])
        twice = np.flatnonzero(numbers[1:] == numbers[:-1])
        if len(twice):
            return int(numbers[twice[0]])
    return None
