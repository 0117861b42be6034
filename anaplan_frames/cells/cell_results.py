"""Reports of writes to cells: what is going to happen, and what was done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from anaplan_frames.cells.cells_outcome import CellsOutcome
from anaplan_frames.cells.planned_rows import PlannedTotals
from anaplan_frames.errors import TaskUncertain
from anaplan_frames.results import Outcome, Report, WriteResult
from anaplan_frames.writes.result_builder import Detail, Rejects, build_result
from anaplan_frames.writes.retained_rows import RetainedRows


def expected_report(
    name: str,
    totals: PlannedTotals,
    rows: RetainedRows,
    facts: Mapping[str, Any],
    calculated: str,
) -> Report:
    """Say what a write is going to do, as far as it is known before.

    Parameters
    ----------
    name : str
        The module's.
    totals : PlannedTotals
    rows : RetainedRows
    facts : mapping of str to object
        What else `Report` has.
    calculated : str
        The names of line items of which rows are left out, for the note.
    """
    rejects = rejects_of(rows, totals.refused)
    rejected = len(totals.refused)
    return Report(
        target=name,
        rows_sent=totals.rows,
        rows_updated=totals.with_cells,
        rows_ignored=totals.rows - totals.with_cells - rejected,
        rows_rejected=rejected,
        rejected=rejects.rejected,
        note=_notes(rejects.note, totals.calculated, calculated),
        **facts,
    )


def cell_result(
    name: str,
    outcome: CellsOutcome,
    rows: RetainedRows,
    facts: Mapping[str, Any],
    calculated: str,
) -> WriteResult:
    """Count the rows whose cells were written, and return the rejected ones."""
    rejected, unplaced = len(outcome.errors), len(outcome.unplaced)
    succeeded = max(0, outcome.with_cells - (rejected - len(outcome.refused)) - unplaced)
    changed = f"{outcome.changed:,} cells were changed"
    rejects = rejects_of(rows, outcome.errors)
    note = _notes(rejects.note, outcome.calculated, calculated)
    if outcome.uncounted:
        note = f"{note} {uncounted_cells(outcome)}".strip()
    return build_result(
        name,
        {
            "rows_sent": outcome.rows,
            "rows_loaded": succeeded,
            "rows_updated": succeeded,
            "rows_ignored": max(0, outcome.rows - succeeded - rejected - unplaced),
            "rows_rejected": rejected + unplaced,
        },
        verdict=_verdict(outcome),
        details=[
            Detail("cellsChanged", changed, outcome.changed),
            *(Detail("cellsRefused", *counted) for counted in outcome.reasons.most_common()),
        ],
        rejects=Rejects(rejects.rejected, rejects.unmatched, note),
        unplaced=outcome.unplaced,
        **facts,
    )


def uncounted_cells(outcome: CellsOutcome) -> str:
    """Say how many cells were neither counted by Anaplan nor read back."""
    return (
        f"Anaplan does not count {outcome.uncounted:,} of the cells as changed, and they were not "
        "read back. Perhaps they had these values before."
    )


def rejects_of(rows: RetainedRows, messages: Mapping[int, str]) -> Rejects:
    """Return rejected rows as the caller has them, or their positions if that fails."""
    try:
        return Rejects(rows.rejected(messages))
    except Exception as error:  # cells may be written: whatever is wrong must not hide that
        positions = sorted(messages)
        return Rejects(
            unmatched=pd.DataFrame(
                {"row": positions, "error": [messages[row] for row in positions]}
            ),
            note=f"The rejected rows could not be taken from the data ({error}): .unmatched has "
            "their positions, counted from 0.",
        )


def _notes(note: str, calculated: int, names: str) -> str:
    left_out = f"{calculated:,} rows of line items that Anaplan calculates ({names}) are left out."
    return " ".join(filter(None, [note, left_out if calculated else ""]))


def _verdict(outcome: CellsOutcome) -> Outcome | None:
    if outcome.error is None:
        return None
    return "uncertain" if isinstance(outcome.error, TaskUncertain) else "failed"
