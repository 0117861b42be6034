"""The syncs into a model of the last 48 hours, with their outcomes."""

from __future__ import annotations

from typing import Any

import pandas as pd

from anaplan_frames.admin.alm.alm_requests import AlmRequests, Record
from anaplan_frames.admin.alm.revision_reports import error_text
from anaplan_frames.dataframes.record_frames import Field, frame_of_fields
from anaplan_frames.errors import NotFound
from anaplan_frames.threads import in_order

SYNC_TASKS = {
    "task_id": Field("taskId"),
    "state": Field("taskState"),
    "created": Field("creationTime", "time"),
    "successful": Field("result.successful", "boolean"),
    "revision_id": Field("result.sourceRevisionId"),
    "message": Field("message"),
}
_THREADS = 8


def sync_tasks_frame(requests: AlmRequests, *, outcomes: bool) -> pd.DataFrame:
    """Return one row per sync, the latest first; see `Alm.sync_tasks`."""

    def detailed(task: Record) -> dict[str, Any]:
        path = f"{requests.path}/syncTasks/{task['taskId']}"
        label = f"sync task {task['taskId']} of {requests.label}"
        try:
            shown = requests.transport.get(path, label=label)["task"]
        except NotFound:  # Anaplan has forgotten it meanwhile
            shown = {}
        found = {**task, **shown}
        return {**found, "message": error_text(found.get("result")) or None}

    tasks: list[Any] = requests.sync_tasks()
    if outcomes:
        tasks = list(in_order(detailed, tasks, threads=_THREADS, name="anaplan-tasks"))
    frame = frame_of_fields(tasks, SYNC_TASKS)
    return frame.sort_values("created", ascending=False, kind="stable", ignore_index=True)
