"""What became of rows that were written to a list, as the caller is told."""

from __future__ import annotations

import numpy as np
import pandas as pd

from anaplan_frames.errors import TaskFailed, TaskUncertain
from anaplan_frames.lists.item_planner import ItemPlan
from anaplan_frames.lists.item_writer import Written
from anaplan_frames.writes.input_rows import InputRows
from anaplan_frames.writes.results import ImportResult


def result_of(
    name: str, plan: ItemPlan, given: InputRows, written: Written, note: str = ""
) -> ImportResult:
    """Sum up what became of the rows and, for items that no row speaks of, of the items."""
    errors = {**plan.refused, **written.errors}
    told = plan.changes.to_pandas()
    failed = told["row"].isin(list(errors)) | (
        told["row"].eq(-1) & told["id"].isin(list(written.items))
    )
    done = told[~failed]
    counts = done["action"].value_counts()
    numbers = {
        action: int(counts.get(action, 0)) - written.short[action]
        for action in ("insert", "update", "delete")
    }
    unmatched = told[failed & told["row"].eq(-1)].drop(columns=["row", "action", "change"])
    unmatched = unmatched.assign(error=[written.items[item] for item in unmatched["id"]])
    total = given.texts.num_rows + int(np.sum(told["row"].eq(-1)))
    rejected = len(errors) + len(unmatched) + len(written.unplaced)
    if written.unplaced:
        reasons = "; ".join(dict.fromkeys(written.unplaced))
        note = f"Anaplan does not say which rows it rejected for this: {reasons}."
    return ImportResult(
        name=name,
        task_id="",
        successful=True,
        total=total,
        succeeded=sum(numbers.values()),
        created=numbers["insert"],
        updated=numbers["update"],
        deleted=numbers["delete"],
        ignored=total - sum(numbers.values()) - rejected,
        failed=rejected,
        details=pd.DataFrame(columns=["action", "type", "message", "occurrences", "values"]),
        rejected=given.rejected(errors),
        unmatched=unmatched.reset_index(drop=True) if len(unmatched) else pd.DataFrame(),
        note=note,
        changes=done.drop(columns="row").reset_index(drop=True),
    )


def early_end(written: Written, result: ImportResult, label: str) -> Exception:
    """Word the error that ended the sending; with what was done, if anything was."""
    assert written.error is not None
    if isinstance(written.error, TaskUncertain):
        return TaskUncertain(str(written.error), result)
    if not written.done:
        return written.error
    return TaskFailed(
        f"Writing {label} ended half-way: {written.error} {result.succeeded:,} of {result.total:,} "
        "rows were done; the others are in the error's .result.rejected.",
        result,
    )
