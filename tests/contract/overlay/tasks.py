"""Tasks: one form for all four kinds of action, and how one is cancelled."""

from __future__ import annotations

from typing import Any

from tests.contract.overlay.correction import (
    IN_MODEL,
    INTEGRATION,
    Correction,
    answer_at,
    envelope,
    example,
    many,
    one,
    page,
)

_OWNERS = {
    "imports": "{importId}",
    "exports": "{exportId}",
    "actions": "{actionId}",
    "processes": "{processId}",
}
_STARTED = {"taskId": "1B1D84DDD53847BAA621810B593C3FC1"}
_SUMMARY = {**_STARTED, "taskState": "COMPLETE", "creationTime": 1571258347545}
_RESULT = {"failureDumpAvailable": False, "objectId": "112000000009", "successful": True}
_WITH_DETAILS = {
    **_RESULT,
    "details": [
        {
            "type": "hierarchyRowsProcessed",
            "localMessageText": "Employees: 90 (0/90) rows successful, 5 ignored ",
            "occurrences": 0,
            "values": ["successRowCount", "90"],
        }
    ],
}
_RESULTS = {
    "imports": _WITH_DETAILS,
    "exports": _RESULT,
    "actions": _RESULT,
    "processes": {**_RESULT, "nestedResults": [_WITH_DETAILS]},
}

_FORM = (
    "every client reads {meta, status, task} and {meta, status, tasks} with paging;"
    " of the file's examples some are bare and one list is called task"
)
_POLL = (
    "the file's four examples each leave out something that clients read: creationTime and progress"
    " (anaplan-sdk), currentStep and an import's details, in a process too (anaplan-api)"
)
_CANCEL = "DELETE cancels a task; the file leaves it out, so its answer may be empty or the task"


def _task(kind: str) -> dict[str, Any]:
    """Give the schema of a task; what its result holds is required once it is complete."""
    complete = {"required": ["taskState"], "properties": {"taskState": {"const": "COMPLETE"}}}
    result = {"required": sorted(_RESULTS[kind])}
    return {**one("Task"), "if": complete, "then": {"properties": {"result": result}}}


def _corrections(kind: str) -> list[Correction]:
    tasks = f"{IN_MODEL}/{kind}/{_OWNERS[kind]}/tasks"
    poll = {**_SUMMARY, "progress": 1.0, "currentStep": "Complete.", "result": _RESULTS[kind]}
    listed = {
        "schema": envelope(tasks=many("TaskWithUrl")),
        "example": page("task", tasks=[_SUMMARY]),
    }
    started = {
        "schema": envelope(task=one("TaskWithUrl")),
        "example": example("task", task=_STARTED),
    }
    polled = {"schema": envelope(task=_task(kind)), "example": example("task", task=poll)}
    cancelled = {"schema": envelope(task=one("Task")), "example": example("task", task=_STARTED)}
    return [
        Correction(INTEGRATION, answer_at("get", tasks), listed, _FORM),
        Correction(INTEGRATION, answer_at("post", tasks), started, _FORM),
        Correction(INTEGRATION, answer_at("get", f"{tasks}/{{taskId}}"), polled, _POLL),
        Correction(
            INTEGRATION,
            ("paths", f"{tasks}/{{taskId}}", "delete"),
            {"responses": {"200": {"content": {"application/json": cancelled}}, "204": {}}},
            _CANCEL,
        ),
    ]


TASKS = tuple(correction for kind in _OWNERS for correction in _corrections(kind))
