"""The result of rows that were written to a list."""

from __future__ import annotations

import numpy as np
import pandas as pd

from anaplan_frames.lists.item_planner import ItemPlan
from anaplan_frames.lists.item_writer import Written
from anaplan_frames.results import WriteResult
from anaplan_frames.writes.input_rows import InputRows
from anaplan_frames.writes.result_builder import Rejects, build_result


def list_result(
    name: str, plan: ItemPlan, rows: InputRows, written: Written, note: str = ""
) -> WriteResult:
    """Count the rows, and for items that no row is about, the items."""
    errors = {**plan.refused, **written.errors}
    planned = plan.changes.to_pandas()
    of_no_row = planned["row"].eq(-1)
    failed = planned["row"].isin(list(errors)) | (
        of_no_row & planned["id"].isin(list(written.items))
    )
    done = planned[~failed]
    per_action = done["action"].value_counts()
    inserted, updated, deleted = (
        int(per_action.get(action, 0)) - written.short[action]
        for action in ("insert", "update", "delete")
    )
    unmatched = planned[failed & of_no_row].drop(columns=["row", "action", "change"])
    unmatched = unmatched.assign(error=[written.items[item] for item in unmatched["id"]])
    total = rows.texts.num_rows + int(np.sum(of_no_row))
    rejected = len(errors) + len(unmatched) + len(written.unplaced)
    succeeded = inserted + updated + deleted
    return build_result(
        name,
        {
            "rows_sent": total,
            "rows_loaded": succeeded,
            "rows_created": inserted,
            "rows_updated": updated,
            "rows_deleted": deleted,
            "rows_ignored": total - succeeded - rejected,
            "rows_rejected": rejected,
        },
        rejects=Rejects(
            rows.rejected(errors),
            unmatched.reset_index(drop=True) if len(unmatched) else pd.DataFrame(),
            note,
        ),
        unplaced=written.unplaced,
        changes=done.drop(columns="row").reset_index(drop=True),
    )
