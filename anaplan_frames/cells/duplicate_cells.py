"""A check that no cell is written twice; pure."""

from __future__ import annotations

import numpy as np

from anaplan_frames.cells.cell_batches import CellBatch
from anaplan_frames.writes.arrow_arrays import Positions

_LONGEST_RUN = 1 << 20  # cells


class DuplicateCellCheck:
    """Finds cells that come twice; it keeps 16 bytes for each cell."""

    def __init__(self) -> None:
        self._runs: list[tuple[Positions, Positions]] = []  # cells in order, and their rows

    def add(self, batch: CellBatch) -> tuple[int, int, int] | None:
        """Add cells; return two rows and their cell, if one was added before."""
        order = np.argsort(batch.cells, kind="stable")
        cells, rows = batch.cells[order], batch.rows[order]
        twice = np.flatnonzero(cells[1:] == cells[:-1])
        if len(twice):
            at = int(twice[0])
            return int(rows[at]), int(rows[at + 1]), int(cells[at])
        for seen, seen_rows in self._runs:
            locations = np.minimum(np.searchsorted(seen, cells), len(seen) - 1)
            again = np.flatnonzero(seen[locations] == cells)
            if len(again):
                at = int(again[0])
                return int(seen_rows[locations[at]]), int(rows[at]), int(cells[at])
        if len(cells):
            self._runs.append((cells, rows))
        while self._should_join_last():
            self._join_last()
        return None

    def _should_join_last(self) -> bool:
        """Keep runs few and of falling size, but none so long that joining it takes much memory."""
        if len(self._runs) < 2:
            return False
        before, last = (len(cells) for cells, _ in self._runs[-2:])
        return last * 2 > before and before + last <= _LONGEST_RUN

    def _join_last(self) -> None:
        (a, a_rows), (b, b_rows) = self._runs.pop(), self._runs.pop()
        cells = np.concatenate([a, b])
        order = np.argsort(cells, kind="stable")
        self._runs.append((cells[order], np.concatenate([a_rows, b_rows])[order]))
