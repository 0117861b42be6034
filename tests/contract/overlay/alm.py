"""Application Lifecycle Management: what the file leaves out or has otherwise than clients read it.

The sources are the service's documentation, whose examples the file does not have, and anaplan-sdk,
whose tests run on a tenant: it fails if a task's result does not name both revisions.
"""

from __future__ import annotations

from typing import Any

from tests.contract.overlay.correction import (
    ALM,
    MODEL,
    Correction,
    MayOmit,
    Statuses,
    answer_at,
    envelope,
    example,
    many,
    one,
    schema_at,
)

_ALM = f"{MODEL}/alm"
_REPORTS = ("comparisonReportTasks", "summaryReportTasks")
_HEX = "795731A31D1A47EFB3802EA6355C62C4"
_USER = "c1c46795a04d430ca7b0ac0d993a5796"
_INTEGER = {"type": "integer"}
_TEXT = {"type": "string"}

_REVISION = {
    "id": _HEX,
    "name": "C",
    "createdOn": "2021-03-10T11:31:08Z",
    "createdBy": _USER,
    "creationMethod": "User added revision",
    "appliedOn": "2021-03-10T11:31:08Z",
    "appliedBy": _USER,
}
_APPLIED = {
    "modelId": _HEX,
    "appliedBy": _USER,
    "appliedOn": "2021-04-29T12:22:16Z",
    "appliedMethod": "Revision synchronized",
}
_LISTED = {"taskId": _HEX, "taskState": "COMPLETE", "creationTime": 1618396930895}
_STARTED = {**_LISTED, "taskUrl": f"https://api.anaplan.com/2/0/models/{_HEX}/alm/syncTasks/{_HEX}"}
_SHOWN = {**_LISTED, "currentStep": "Complete."}
_SUMMARY = {
    "targetRevisionId": _HEX,
    "sourceRevisionId": _HEX,
    "totals": {"modified": 1, "deleted": 1, "created": 3},
    "differences": {},
}

_TIME = "the documentation and anaplan-sdk have milliseconds here, the file a date and time"
_RESULT = "anaplan-sdk and the documentation's examples read both revisions from a task's result"
_STEP = "every example of the documentation has it, and anaplan-sdk requires it"
_SHOWN_BY_DOCS = "the documentation shows this example"

_SCHEMAS = (
    Correction(ALM, schema_at("SyncTask", "properties", "creationTime"), _INTEGER, _TIME),
    Correction(ALM, schema_at("SyncTask", "properties", "currentStep"), _TEXT, _STEP),
    *(
        Correction(ALM, schema_at("TaskResult", "properties", key), _TEXT, _RESULT)
        for key in ("sourceRevisionId", "targetRevisionId")
    ),
    Correction(
        ALM,
        schema_at("TaskError", "properties", "subtitle"),
        _TEXT,
        "an example of the documentation has it: a sync that would exceed the workspace's size",
    ),
    *(
        Correction(
            ALM,
            schema_at("ReportTaskResponse", "properties", "task", "properties", key),
            kind,
            why,
        )
        for key, kind, why in (("creationTime", _INTEGER, _TIME), ("currentStep", _TEXT, _STEP))
    ),
    *(
        Correction(
            ALM,
            schema_at("Paging", "properties", key),
            _TEXT,
            "ALM is a part of the Integration API, whose pages have these links",
        )
        for key in ("next", "previous")
    ),
    Correction(
        ALM,
        schema_at(
            *("SummaryReportResponse", "properties", "summaryReport", "properties"),
            *("differences", "additionalProperties"),
        ),
        {"type": "object"},
        "the documentation says that every type of object with changes has a key, as list subsets",
    ),
    *(
        Correction(
            ALM,
            schema_at("SummaryReportResponse", "properties", key),
            one(name),
            "the documentation's example has the usual envelope",
        )
        for key, name in (("meta", "Meta"), ("status", "Status"))
    ),
)


def _shown(method: str, path: str, status: str = "200", **content: Any) -> Correction:
    """Give an operation the example that the documentation has."""
    at = (*answer_at(method, f"{_ALM}/{path}", status), "example")
    return Correction(ALM, at, example("revision", **content), _SHOWN_BY_DOCS)


_REVISIONS = (
    Correction(
        ALM,
        (*answer_at("post", f"{_ALM}/revisions", "201"), "schema"),
        envelope(revision=one("Revision"), revisions=many("Revision")),
        "the documentation and anaplan-sdk have one `revision`, the file has a list: both",
    ),
    _shown("post", "revisions", "201", revision=_REVISION),
    _shown("get", "revisions", revisions=[_REVISION]),
    _shown("get", "latestRevision", revisions=[_REVISION]),
    _shown("get", "syncableRevisions", revisions=[_REVISION]),
    _shown("get", "revisions/{revisionId}/appliedToModels", appliedToModels=[_APPLIED]),
)

_TASKS = (
    _shown("get", "syncTasks", tasks=[_LISTED]),
    _shown("get", "syncTasks/{syncTaskId}", task=_SHOWN),
    *(_shown("post", kind, "201", task=_STARTED) for kind in ("syncTasks", *_REPORTS)),
    *(_shown("get", f"{kind}/{{taskId}}", task=_SHOWN) for kind in _REPORTS),
    _shown("get", "summaryReports/{targetRevisionId}/{sourceRevisionId}", summaryReport=_SUMMARY),
)

ALM_CORRECTIONS = (*_SCHEMAS, *_REVISIONS, *_TASKS)
ALM_STATUSES = (
    Statuses(("406",), ("get",), r".*/alm/comparisonReports/.*", "only octet-stream is offered"),
)
ALM_MAY_OMIT = (
    MayOmit(("get",), r".*/alm/latestRevision", "revisions", "a model without a revision"),
    MayOmit(("get",), r".*/alm/syncTasks", "tasks", "no task in the last 48 hours"),
)
