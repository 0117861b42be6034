"""The result of cells that were written."""

from __future__ import annotations

from anaplan_frames.cells.cells_outcome import CellsOutcome
from anaplan_frames.results import ImportResult
from anaplan_frames.writes.input_rows import InputRows
from anaplan_frames.writes.result_builder import Detail, Rejects, build_result


def cell_result(name: str, outcome: CellsOutcome, rows: InputRows) -> ImportResult:
    """Count the rows whose cells were written, and return the rejected ones."""
    rejected, unplaced = len(outcome.errors), len(outcome.unplaced)
    succeeded = max(0, outcome.with_cells - (rejected - len(outcome.refused)) - unplaced)
    changed = f"{outcome.changed:,} cells were changed"
    return build_result(
        name,
        {
            "total": outcome.rows,
            "succeeded": succeeded,
            "updated": succeeded,
            "ignored": max(0, outcome.rows - succeeded - rejected - unplaced),
            "failed": rejected + unplaced,
        },
        details=[
            Detail("cellsChanged", changed, outcome.changed),
            *(Detail("cellsRefused", *counted) for counted in outcome.reasons.most_common()),
        ],
        rejects=Rejects(rows.rejected(outcome.errors)),
        unplaced=outcome.unplaced,
    )
