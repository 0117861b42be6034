"""The result of cells that were written."""

from __future__ import annotations

from anaplan_frames.cells.caller_rows import CallerRows
from anaplan_frames.cells.cell_writer import WrittenCells
from anaplan_frames.results import WriteResult
from anaplan_frames.writes.result_builder import Detail, Rejects, build_result


def cell_result(name: str, written: WrittenCells, rows: CallerRows) -> WriteResult:
    """Count the rows whose cells were written, and give the rejected ones back."""
    rejected, unplaced = len(written.errors), len(written.unplaced)
    succeeded = max(0, written.with_cells - (rejected - len(written.refused)) - unplaced)
    changed = f"{written.changed:,} cells were changed"
    return build_result(
        name,
        {
            "rows_sent": written.rows,
            "rows_loaded": succeeded,
            "rows_updated": succeeded,
            "rows_ignored": max(0, written.rows - succeeded - rejected - unplaced),
            "rows_rejected": rejected + unplaced,
        },
        details=[
            Detail("cellsChanged", changed, written.changed),
            *(Detail("cellsRefused", *counted) for counted in written.reasons.most_common()),
        ],
        rejects=Rejects(rows.rejected(written.errors)),
        unplaced=written.unplaced,
    )
