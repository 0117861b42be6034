"""What became of the cells that were written, as the caller is told it."""

from __future__ import annotations

import pandas as pd

from anaplan_frames.cells.caller_rows import CallerRows
from anaplan_frames.cells.cell_writer import WrittenCells
from anaplan_frames.errors import TaskFailed, TaskUncertain
from anaplan_frames.writes.results import ImportResult


def result_of(name: str, written: WrittenCells, rows: CallerRows) -> ImportResult:
    """Sum up what became of the rows."""
    rejected, unplaced = len(written.errors), len(written.unplaced)
    succeeded = max(0, written.with_cells - (rejected - len(written.refused)) - unplaced)
    note = ""
    if unplaced:
        reasons = "; ".join(dict.fromkeys(written.unplaced))
        note = f"Anaplan does not say which rows it rejected for this: {reasons}."
    details = [(name, "cellsChanged", f"{written.changed:,} cells were changed", written.changed)]
    details += [(name, "cellsRefused", reason, n) for reason, n in written.reasons.most_common()]
    return ImportResult(
        name=name,
        task_id="",
        successful=True,
        total=written.rows,
        succeeded=succeeded,
        created=0,
        updated=succeeded,
        ignored=max(0, written.rows - succeeded - rejected - unplaced),
        failed=rejected + unplaced,
        details=pd.DataFrame(
            [(*detail, {}) for detail in details],
            columns=["action", "type", "message", "occurrences", "values"],
        ),
        rejected=rows.rejected(written.errors),
        note=note,
    )


def early_end(written: WrittenCells, result: ImportResult, label: str) -> Exception:
    """Word the error that ended the writing; with what was done, if anything was."""
    assert written.error is not None
    if isinstance(written.error, TaskUncertain):
        return TaskUncertain(str(written.error), result)
    if not written.changed:
        return written.error
    return TaskFailed(
        f"Writing {label} ended half-way: {written.error} {written.changed:,} cells were changed; "
        "the rows that were not written are in the error's .result.rejected. To write the same "
        "cells again does no harm.",
        result,
    )
