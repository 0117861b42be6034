"""Cells to write, as arrays, and their requests: cut by number of cells and by size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.writes.arrow_arrays import TEXT, Positions

_PIECE = 32  # the low bits of a position count the cells of a piece, the others the pieces


@dataclass(frozen=True, slots=True)
class CellBatch:
    """Cells to write.

    Attributes
    ----------
    rows : array of int64
        The caller's row of each cell, counted from 0.
    cells : array of int64
        The cells, as `Coordinates` numbers them.
    values : pa.Array of large_string
        Their values as JSON.
    """

    rows: Positions
    cells: Positions
    values: pa.Array

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, positions: Positions) -> CellBatch:
        """Return some of the cells."""
        at = pa.array(positions)
        return CellBatch(self.rows[positions], self.cells[positions], self.values.take(at))

    def slice(self, start: int, stop: int) -> CellBatch:
        """Return the cells from `start` on, up to `stop`."""
        values = self.values.slice(start, stop - start)
        return CellBatch(self.rows[start:stop], self.cells[start:stop], values)

    @classmethod
    def join(cls, batches: Sequence[CellBatch]) -> CellBatch:
        """Join batches; without any, return one without cells."""
        if len(batches) == 1:
            return batches[0]
        nothing = np.empty(0, dtype=np.int64)
        return cls(
            np.concatenate([nothing, *(batch.rows for batch in batches)]),
            np.concatenate([nothing, *(batch.cells for batch in batches)]),
            pa.concat_arrays([pa.array([], TEXT), *(batch.values for batch in batches)]),
        )


def positions_of(number: int, piece: CellBatch) -> Positions:
    """Return the positions of the cells of a piece, which no other piece has."""
    return np.arange(len(piece), dtype=np.int64) + (number << _PIECE)


def piece_number(positions: Positions) -> int:
    """Return the number of the piece that positions are of."""
    return int(positions[0]) >> _PIECE


def within_piece(positions: Positions) -> Positions:
    """Return positions counted within their piece."""
    return positions & ((1 << _PIECE) - 1)


def cut(
    batches: Iterable[CellBatch], *, cells: int, size: int, overhead: int
) -> Iterator[CellBatch]:
    """Cut and join batches of any length to those of single requests.

    Parameters
    ----------
    cells : int
        How many a request has at most.
    size : int
        How many bytes it has at most.
    overhead : int
        How many bytes a cell takes in addition to its value.
    """
    waiting: list[CellBatch] = []
    count = nbytes = 0
    for batch in batches:
        lengths = pc.binary_length(batch.values).to_numpy(zero_copy_only=False)
        ends = np.cumsum(lengths + overhead)
        start = before = 0
        while start < len(batch):
            fits = int(np.searchsorted(ends, before + size - nbytes, side="right"))
            stop = min(fits, start + cells - count)
            if stop <= start and not waiting:
                stop = start + 1  # it is too large alone: Anaplan refuses it
            if stop > start:
                waiting.append(batch.slice(start, stop))
                count += stop - start
                nbytes += int(ends[stop - 1]) - before
                start, before = stop, int(ends[stop - 1])
            if start < len(batch):
                yield CellBatch.join(waiting)
                waiting, count, nbytes = [], 0, 0
    if waiting:
        yield CellBatch.join(waiting)
