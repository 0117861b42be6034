"""What was run in a model: the tasks of all its actions, with their outcomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from anaplan_frames.dataframes.record_frames import Field, frame_of_fields
from anaplan_frames.errors import NotFound
from anaplan_frames.outcomes import outcome_of
from anaplan_frames.progress import Progress
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.threads import in_order

_KINDS = {"imports": "import", "exports": "export", "processes": "process", "actions": "action"}
_THREADS = 8

TASKS = {
    "kind": Field("kind"),
    "name": Field("name"),
    "id": Field("id"),
    "task_id": Field("taskId"),
    "state": Field("taskState"),
    "created": Field("creationTime", "time"),
    "started": Field("result.startTime", "time"),
    "duration": Field("result.duration", "duration"),
    "progress": Field("progress", "number"),
    "step": Field("currentStep"),
    "successful": Field("result.successful", "boolean"),
    "dump_available": Field("result.failureDumpAvailable", "boolean"),
    "message": Field("message"),
}


def tasks_frame(catalogue: Catalogue, *, outcomes: bool, progress: bool | None) -> pd.DataFrame:
    """Return one row per task, the latest first; see `Model.tasks`."""
    runnable = [
        {
            "kind": kind,
            "name": record["name"],
            "id": id_,
            "path": f"{catalogue.path}/{plural}/{id_}",
        }
        for plural, kind in _KINDS.items()
        for id_, record in catalogue.records(plural).items()
    ]

    def listed(thing: Mapping[str, str]) -> list[dict[str, Any]]:
        pages = catalogue.transport.pages(
            f"{thing['path']}/tasks", "tasks", label=f"tasks of {thing['kind']} {thing['name']!r}"
        )
        return [{**thing, **task} for task in pages]

    def detailed(task: dict[str, Any]) -> dict[str, Any]:
        return {**task, **_outcome(catalogue, task)}

    with Progress(f"Reading the tasks of {catalogue.label}", unit="request", show=progress) as bar:
        tasks = [task for part in _each(listed, runnable, bar) for task in part]
        if outcomes:
            tasks = list(_each(detailed, tasks, bar))
    frame = frame_of_fields(tasks, TASKS)
    return frame.sort_values("created", ascending=False, kind="stable", ignore_index=True)


def _each(work: Any, things: list[Any], bar: Progress) -> Iterator[Any]:
    for result in in_order(work, things, threads=_THREADS, name="anaplan-tasks"):
        bar.advance(1)
        yield result


def _outcome(catalogue: Catalogue, task: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the task itself says; nothing if Anaplan has forgotten it meanwhile."""
    label = f"task {task['taskId']} of {task['kind']} {task['name']!r}"
    try:
        answer = catalogue.transport.get(f"{task['path']}/tasks/{task['taskId']}", label=label)
    except NotFound:
        return {}
    found: dict[str, Any] = answer["task"]
    outcome = outcome_of(task["taskId"], found.get("result") or {})
    return {**found, "message": "\n".join(outcome.messages) or None}
