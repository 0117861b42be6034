"""The outcome of a write to cells, row by row."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from anaplan_frames.cells.cell_batches import CellBatch, within_piece
from anaplan_frames.cells.cell_planner import CellPlan, PlannedCells
from anaplan_frames.errors import AnaplanError
from anaplan_frames.writes.batch_outcome import BatchOutcome
from anaplan_frames.writes.row_messages import add_message

CHANGED = "numberOfCellsChanged"


@dataclass(slots=True)
class CellsOutcome:
    """The outcome of all cells.

    Attributes
    ----------
    rows : int
        Rows of the caller that were planned.
    with_cells : int
        Those of them with a cell to write.
    calculated : int
        Those of them that are of a line item that Anaplan calculates, and are left out.
    changed : int
        Cells that Anaplan says it changed.
    uncounted : int
        Cells that Anaplan neither counts nor refuses, and that were not read back.
    errors : dict of int to str
        By row, why it was rejected or not written.
    refused : set of int
        Those rows that name no cell, so that nothing of them was sent.
    reasons : Counter of str
        How many cells were refused for each reason.
    unplaced : list of str
        Why Anaplan refused cells without saying which cells.
    error : AnaplanError or None
        What ended the writing early.
    """

    rows: int = 0
    with_cells: int = 0
    calculated: int = 0
    changed: int = 0
    uncounted: int = 0
    errors: dict[int, str] = field(default_factory=dict)
    refused: set[int] = field(default_factory=set)
    reasons: Counter[str] = field(default_factory=Counter)
    unplaced: list[str] = field(default_factory=list)
    error: AnaplanError | None = None

    def add_planned(self, planned: PlannedCells) -> None:
        """Count rows that are about to be sent, and note those that name no cell."""
        self.rows += planned.rows
        self.with_cells += planned.with_cells
        self.calculated += planned.calculated
        for row, text in planned.refused.items():
            add_message(self.errors, row, text)
        self.refused.update(planned.refused)

    def add_sent(self, plan: CellPlan, piece: CellBatch, outcome: BatchOutcome) -> None:
        """Add the outcome of a piece that was sent."""
        self.error = self.error or outcome.error
        self.changed += outcome.counts[CHANGED]
        self.reasons.update([*outcome.failures.values(), *outcome.unplaced])
        self.unplaced += outcome.unplaced
        at = within_piece(np.array(sorted(outcome.failures), dtype=np.int64))
        line_items = plan.coordinates.line_item_of(piece.cells[at]).tolist()
        failures = sorted(outcome.failures.items())
        for row, item, (_, text) in zip(piece.rows[at].tolist(), line_items, failures, strict=True):
            add_message(self.errors, row, f"{plan.line_items[item].name}: {text}")
        for positions, words in outcome.unwritten():
            for row in np.unique(piece.rows[within_piece(positions)]).tolist():
                add_message(self.errors, row, f"{words}: {self.error}")
