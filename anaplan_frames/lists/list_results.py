"""The result of rows that were written to a list."""

from __future__ import annotations

import numpy as np
import pandas as pd

from anaplan_frames.lists.item_planner import ItemPlan
from anaplan_frames.lists.items_outcome import ItemsOutcome
from anaplan_frames.results import ImportResult
from anaplan_frames.writes.input_texts import InputTexts
from anaplan_frames.writes.result_builder import Rejects, build_result


def list_result(
    name: str, plan: ItemPlan, given: InputTexts, outcome: ItemsOutcome, note: str = ""
) -> ImportResult:
    """Count the rows, and the items without a row that are deleted."""
    errors = {**plan.refused, **outcome.row_errors}
    planned = plan.changes.to_pandas()
    without_row = planned["row"].eq(-1)
    failed = planned["row"].isin(list(errors)) | (
        without_row & planned["id"].isin(list(outcome.item_errors))
    )
    done = planned[~failed]
    per_action = done["action"].value_counts()
    inserted, updated, deleted = (
        int(per_action.get(action, 0)) - outcome.uncounted[action]
        for action in ("insert", "update", "delete")
    )
    unmatched = planned[failed & without_row].drop(columns=["row", "action", "change"])
    unmatched = unmatched.assign(error=[outcome.item_errors[item] for item in unmatched["id"]])
    total = given.table.num_rows + int(np.sum(without_row))
    rejected = len(errors) + len(unmatched) + len(outcome.unplaced)
    succeeded = inserted + updated + deleted
    return build_result(
        name,
        {
            "total": total,
            "succeeded": succeeded,
            "created": inserted,
            "updated": updated,
            "deleted": deleted,
            "ignored": total - succeeded - rejected,
            "failed": rejected,
        },
        rejects=Rejects(
            given.rows.rejected(errors),
            unmatched.reset_index(drop=True) if len(unmatched) else pd.DataFrame(),
            note,
        ),
        unplaced=outcome.unplaced,
        changes=done.drop(columns="row").reset_index(drop=True),
    )
