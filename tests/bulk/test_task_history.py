"""What was run in a model, as one table."""

from __future__ import annotations

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.dataframes.record_frames import TEXT_DTYPE
from anaplan_frames.sandbox import Sandbox
from tests.dataframes.columns import dtypes

DTYPES = {
    "kind": TEXT_DTYPE,
    "name": TEXT_DTYPE,
    "id": TEXT_DTYPE,
    "task_id": TEXT_DTYPE,
    "state": TEXT_DTYPE,
    "created": "datetime64[ms, UTC]",
    "started": "datetime64[ms, UTC]",
    "duration": "timedelta64[ms]",
    "progress": "Float64",
    "step": TEXT_DTYPE,
    "successful": "boolean",
    "dump_available": "boolean",
    "message": TEXT_DTYPE,
}
AIRLINES = pd.DataFrame({"carrier": ["AA", "AA"], "name": ["American", "Again"]})


def test_a_model_in_which_nothing_was_run_has_all_columns(tenant: Sandbox) -> None:
    tenant.workspace("W").model("M")
    tasks = tenant.connect().model("M").tasks()
    assert len(tasks) == 0
    assert dtypes(tasks) == DTYPES


def test_tasks_of_all_kinds_are_listed_with_their_outcomes_the_latest_first(
    demo_model: af.Model,
) -> None:
    loaded = demo_model.imports["Load airlines"].write(AIRLINES, on_rejected="ignore")
    demo_model.exports["Flights export"].run()
    demo_model.actions["Clear airports"].run()
    with pytest.raises(af.TaskFailed):  # it has no airports to load
        demo_model.processes["Load all"].run(on_rejected="ignore")
    tasks = demo_model.tasks()
    assert dtypes(tasks) == DTYPES
    assert tasks["kind"].tolist() == ["process", "action", "export", "import"]
    assert tasks["created"].is_monotonic_decreasing
    assert tasks["state"].eq("COMPLETE").all()
    assert (tasks["started"] >= tasks["created"]).all()
    assert tasks["duration"].between(pd.Timedelta(0), pd.Timedelta(minutes=1)).all()
    assert tasks["successful"].tolist() == [False, True, True, True]
    of_import = tasks.set_index("kind").loc["import"]
    assert (of_import["name"], of_import["id"]) == ("Load airlines", "112000000001")
    assert of_import["task_id"] == loaded.task_id
    assert (of_import["successful"], of_import["dump_available"]) == (True, True)
    assert "Airlines" in of_import["message"]


def test_without_outcomes_only_the_lists_of_tasks_are_asked_for(demo_model: af.Model) -> None:
    demo_model.actions["Clear airports"].run()
    tasks = demo_model.tasks(outcomes=False)
    assert dtypes(tasks) == DTYPES
    assert tasks["name"].tolist() == ["Clear airports"]
    assert tasks[["successful", "message", "duration"]].isna().all(axis=None)


def test_tasks_of_one_action_have_their_columns_before_it_was_run(demo_model: af.Model) -> None:
    tasks = demo_model.actions["Clear airports"].tasks()
    assert dtypes(tasks) == {
        "task_id": TEXT_DTYPE,
        "state": TEXT_DTYPE,
        "created": "datetime64[ms, UTC]",
    }
