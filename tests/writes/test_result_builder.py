"""The results and errors of rejected rows, whatever Anaplan says of them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.bulk.rejected_rows import collect_rejects
from anaplan_frames.outcomes import Outcome
from anaplan_frames.writes.result_builder import check_result, result_of_task


def outcome(*, dump: bool = False, successful: bool = True, **counts: int) -> Outcome:
    values = [part for name, number in counts.items() for part in (name, str(number))]
    details = ({"type": "hierarchyRowsProcessed", "localMessageText": "x", "values": values},)
    return Outcome("T", "112000000001", "", successful, dump, details, ())


def test_failed_rows_without_a_dump_have_a_note() -> None:
    ended: Any = outcome(totalRowCount=5, failedCount=2)
    rejects = collect_rejects(None, {"id": "1", "name": "Load"}, ended, "", None)
    result = result_of_task(ended, "Load", rejects)
    with pytest.raises(af.RejectedRows) as caught:
        check_result(result, "raise")
    assert str(caught.value) == (
        "2 of 5 rows were rejected by 'Load'.\n"
        "Anaplan wrote no failure dump that would show the 2 rows."
    )
    assert caught.value.result is result


def test_a_failed_task_says_why_and_carries_the_result() -> None:
    with pytest.raises(af.TaskFailed, match=r"'Load' failed \(task T\): x") as caught:
        check_result(result_of_task(outcome(successful=False), "Load"), "ignore")
    assert caught.value.result is not None
    assert caught.value.result.outcome == "failed"


def test_the_callers_own_column_named_error_is_kept(demo_model: af.Model) -> None:
    frame = pd.DataFrame({"carrier": ["AA", "AA"], "name": ["a", "b"], "error": ["mine", "too"]})
    with pytest.warns(UserWarning, match="'error'"), pytest.raises(af.RejectedRows) as caught:
        af.to_anaplan(frame, "Load airlines", demo_model)
    rejected = caught.value.result.rejected
    assert rejected["error"].tolist() == ["too"]
    assert rejected.columns[-1] == "anaplan_error"
    assert "exists already" in str(caught.value)


def test_many_reasons_are_summed_up(demo_model: af.Model) -> None:
    frame = pd.DataFrame({"carrier": list("ABCDEF") * 2, "name": list("abcdef") * 2})
    with pytest.raises(af.RejectedRows) as caught:
        af.to_anaplan(frame, "Load airlines", demo_model)
    lines = str(caught.value).splitlines()
    assert lines[0] == "6 of 12 rows were rejected by 'Load airlines'."
    assert lines[1].startswith("  6 x ")
    assert lines[2:] == [
        "They are in the error's .result.rejected, with the reasons in the last column.",
    ]
