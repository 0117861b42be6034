"""Which of many rows are meant: one bit for each, so that 100 million rows take 12.5 MB."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from anaplan_frames.writes.arrow_arrays import Mask, Positions

_BLOCK = 8_192  # bytes
_ONES = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).sum(axis=1, dtype=np.uint8)


class RowMask:
    """A mask of rows, of which none is meant at first.

    Parameters
    ----------
    rows : int
        How many there are.
    """

    def __init__(self, rows: int) -> None:
        self.rows: int = rows
        self._bits: npt.NDArray[np.uint8] = np.zeros(-(-rows // 8), dtype=np.uint8)

    def add(self, positions: Positions) -> None:
        """Mean these rows, too."""
        if not len(positions):
            return
        ordered = np.sort(positions)
        places = ordered >> 3
        bits = np.right_shift(np.uint8(128), (ordered & 7).astype(np.uint8))
        starts = np.flatnonzero(np.diff(places, prepend=-1))
        self._bits[places[starts]] |= np.bitwise_or.reduceat(bits, starts)

    def part(self, first: int, rows: int) -> Mask:
        """Return which of some rows in a row are meant."""
        bits = np.unpackbits(self._bits[first >> 3 : (first + rows + 7) >> 3])
        return bits[first & 7 : (first & 7) + rows].astype(np.bool_)

    @property
    def count(self) -> int:
        """How many rows are meant."""
        return int(self._counts().sum())

    def positions(self) -> Positions:
        """Return all rows that are meant, in order."""
        return np.flatnonzero(self.part(0, self.rows)).astype(np.int64)

    def nth(self, numbers: Positions) -> Positions:
        """Return the positions of the rows with these numbers, counted among those meant.

        Parameters
        ----------
        numbers : array of int64
        """
        ends = np.cumsum(self._counts())
        blocks = np.searchsorted(ends, numbers, side="right")
        found = np.empty(len(numbers), dtype=np.int64)
        for block in np.unique(blocks):
            here = blocks == block
            first = int(block) * _BLOCK * 8
            inside = np.flatnonzero(self.part(first, min(_BLOCK * 8, self.rows - first)))
            before = ends[block - 1] if block else 0
            found[here] = first + inside[numbers[here] - before]
        return found

    def _counts(self) -> npt.NDArray[np.int64]:
        """Return how many are meant in each block of bits."""
        ones = _ONES[self._bits].astype(np.int64)
        return np.add.reduceat(ones, np.arange(0, len(ones), _BLOCK)) if len(ones) else ones
