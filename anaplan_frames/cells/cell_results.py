"""The result of cells that were written."""

from __future__ import annotations

from anaplan_frames.cells.caller_rows import CallerRows
from anaplan_frames.cells.cell_writer import WrittenCells
from anaplan_frames.results import ImportResult
from anaplan_frames.writes.result_builder import Detail, Rejects, build_result


def cell_result(name: str, written: WrittenCells, rows: CallerRows) -> ImportResult:
    """Count the rows whose cells were written, and give the rejected ones back."""
    rejected, unplaced = len(written.errors), len(written.unplaced)
    succeeded = max(0, written.with_cells - (rejected - len(written.refused)) - unplaced)
    changed = f"{written.changed:,} cells were changed"
    return build_result(
        name,
        {
            "total": written.rows,
            "succeeded": succeeded,
            "updated": succeeded,
            "ignored": max(0, written.rows - succeeded - rejected - unplaced),
            "failed": rejected + unplaced,
        },
        details=[
            Detail("cellsChanged", changed, written.changed),
            *(Detail("cellsRefused", *counted) for counted in written.reasons.most_common()),
        ],
        rejects=Rejects(rows.rejected(written.errors)),
        unplaced=written.unplaced,
    )
