"""What a write to a list is going to do, and what it has done: rows and items counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from anaplan_frames.lists.item_planner import ItemPlan
from anaplan_frames.lists.items_outcome import ItemsOutcome
from anaplan_frames.results import Report, WriteResult
from anaplan_frames.writes.input_texts import InputTexts
from anaplan_frames.writes.result_builder import build_result


def expected_report(plan: ItemPlan, texts: InputTexts, facts: Mapping[str, Any]) -> Report:
    """Say what is going to happen.

    Parameters
    ----------
    facts : mapping
        The target: ``target``, ``target_id``, ``mode`` and so on.
    """
    rejects = texts.rejects(plan.refused)
    planned = plan.changes.to_pandas()
    counts: dict[str, Any] = _counts(planned, Counter(), _total(plan, texts), len(plan.refused))
    del counts["rows_loaded"]
    return Report(
        **facts,
        **counts,
        rejected=rejects.rejected if len(rejects.rejected) else rejects.unmatched,
        changes=_shown(planned),
        note=rejects.note,
    )


def list_result(
    plan: ItemPlan, texts: InputTexts, outcome: ItemsOutcome, facts: Mapping[str, Any]
) -> WriteResult:
    """Count the rows, and the items without a row that are deleted."""
    errors = {**plan.refused, **outcome.row_errors}
    planned = plan.changes.to_pandas()
    without_row = planned["row"].eq(-1)
    failed = planned["row"].isin(list(errors)) | (
        without_row & planned["id"].isin(list(outcome.item_errors))
    )
    done = planned[~failed]
    items = planned[failed & without_row].drop(columns=["row", "action", "change"])
    items = items.assign(error=[outcome.item_errors[item] for item in items["id"]])
    rejects = texts.rejects(errors)
    rejected = len(errors) + len(items) + len(outcome.unplaced)
    own = {name: value for name, value in facts.items() if name != "target"}
    return build_result(
        str(facts["target"]),
        _counts(done, outcome.uncounted, _total(plan, texts), rejected),
        rejects=replace(rejects, unmatched=_unmatched(rejects.unmatched, items)),
        unplaced=outcome.unplaced,
        changes=_shown(done),
        **own,
    )


def _unmatched(rows: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """Join rows that are there as texts alone and items without a row."""
    frames = [frame for frame in (rows, items.reset_index(drop=True)) if len(frame)]
    return pd.concat(frames) if frames else pd.DataFrame()


def _total(plan: ItemPlan, texts: InputTexts) -> int:
    """Return how many rows there are, with the items without a row that are deleted."""
    return int(texts.table.num_rows) + plan.deleted_without_row


def _counts(
    done: pd.DataFrame, uncounted: Mapping[str, int], total: int, rejected: int
) -> dict[str, Any]:
    per_action = done["action"].value_counts()
    inserted, updated, deleted = (
        int(per_action.get(action, 0)) - uncounted.get(action, 0)
        for action in ("insert", "update", "delete")
    )
    succeeded = inserted + updated + deleted
    return {
        "rows_sent": total,
        "rows_loaded": succeeded,
        "rows_created": inserted,
        "rows_updated": updated,
        "rows_deleted": deleted,
        "rows_ignored": total - succeeded - rejected,
        "rows_rejected": rejected,
    }


def _shown(changes: pd.DataFrame) -> pd.DataFrame:
    return changes.drop(columns="row").reset_index(drop=True)
