"""CloudWorks: examples that the file does not have, and what was seen otherwise than it says."""

from __future__ import annotations

from typing import Any

from tests.contract.overlay.correction import (
    CLOUDWORKS,
    Correction,
    MayOmit,
    Statuses,
    answer_at,
    schema_at,
)

_ANY = ("get", "post", "put", "delete", "patch")
_EVERY_PATH = r".*/integration(s|flows)(/.*)?"
_CONNECTIONS = "/integrations/connections"
_ONE = "/integrations/{integrationId}"
_RUN = "/integrations/run/{runId}"
_NOTIFICATION = "/integrations/notification"
_FLOWS = "/integrationflows"
_FLOW = f"{_FLOWS}/{{integrationFlowId}}"

_STATUS = {"code": 200, "message": "Success"}
_ID = "e5f6a1b2c3d4e5f6a1b2c3d4e5f6a1b2"
_TIME = "2026-08-11T18:07:06.000Z"
_MADE = {
    "creationDate": _TIME,
    "modificationDate": _TIME,
    "createdBy": "Jane Roe",
    "modifiedBy": "Jane Roe",
}
_UNENDED = {
    "triggeredBy": "Jane Roe",
    "startDate": _TIME,
    "success": False,
    "message": "Running",
    "executionErrorCode": None,
    "triggerSource": "manual",
}
_INTEGRATION = {
    "integrationId": _ID,
    "name": "Load flights",
    "workspaceId": _ID,
    "modelId": "E559BFF3B1BD4BBE874B745BEB259711",
    **_MADE,
    "nuxVisible": False,
}
_RUN_IN_HISTORY = {"id": _ID, **_UNENDED, "lastRun": 1781832681, "traceId": _ID}
_STEP = {
    "referrer": _ID,
    "name": "Load flights",
    "type": "Import",
    "createdBy": "Jane Roe",
    "createdDate": "2026-08-11 18:07:06.000000+00:00",
    "modifiedDate": "2026-08-11 18:07:06.000000+00:00",
    "modifiedBy": None,
    "modelId": "E559BFF3B1BD4BBE874B745BEB259711",
    "workspaceId": _ID,
    "dependsOn": [],
    "isSkipped": False,
    "exceptionBehavior": [{"type": "failure", "strategy": "stop"}],
}
_FLOW_SUMMARY = {"id": _ID, "name": "All", **_MADE, "nuxVisible": False, "stepsCount": 2}
_NOT_IN_FILE = "the file has no example; its schema and anaplan-sdk have these keys"


def _answer(kind: str, **content: Any) -> dict[str, Any]:
    schema = f"https://api.cloudworks.anaplan.com/1/0/integrations/objects/{kind}"
    return {"status": _STATUS, **content, "meta": {"schema": schema}}


def _page(kind: str, **content: Any) -> dict[str, Any]:
    answer = _answer(kind, **content)
    answer["meta"]["paging"] = {"currentPageSize": 1, "totalSize": 1, "offset": 0}
    return answer


def _example(method: str, path: str, answer: dict[str, Any]) -> Correction:
    return Correction(CLOUDWORKS, (*answer_at(method, path), "example"), answer, _NOT_IN_FILE)


_CONNECTION = {
    "connectionId": _ID,
    "connectionType": "AmazonS3",
    "body": {"name": "S3", "bucketName": "data"},
    **_MADE,
    "status": 1,
    "integrationErrorCode": None,
    "workspaceId": None,
    "authMethod": None,
}
_AZURE = {
    **_CONNECTION,
    "body": {
        "name": "Azure",
        "storageAccountName": "data",
        "containerName": "raw",
        "authMethod": "SAS-based",
    },
}
_BIGQUERY = {**_CONNECTION, "body": {"name": "BigQuery", "dataset": "data"}}
_HISTORY = {
    **{key: value for key, value in _INTEGRATION.items() if key != "nuxVisible"},
    "integrationType": "Import",
    "version": "2.0",
    "schedule": None,
    "status": 1,
    "runs": [_RUN_IN_HISTORY],
    "totalRuns": 1,
}
_NOTIFIED = {
    "notificationId": _ID,
    "integrationIds": [_ID],
    "channels": ["email"],
    "notifications": {
        "config": [
            {
                "type": "full_failure",
                "users": [{"userGuid": _ID, "firstName": "Jane", "lastName": "Roe"}],
            }
        ]
    },
}
_LATEST = {"endDate": _TIME, **_UNENDED}
_DETAIL = {
    **_INTEGRATION,
    "version": "2.0",
    "processId": "118000000001",
    "notificationId": _ID,
    "latestRun": _LATEST,
    "jobs": [],
    "schedule": {
        "name": "Nightly",
        "type": "daily",
        "time": "02:00",
        "startDate": "2026-08-11",
        "timezone": "Europe/Paris",
        "status": "Active",
    },
}

_EXAMPLES = (
    _example(
        "get",
        _CONNECTIONS,
        _page("connections", connections=[_CONNECTION, _AZURE, _BIGQUERY]),
    ),
    _example(
        "post",
        _CONNECTIONS,
        {"status": _STATUS, "connectionId": _ID, "connections": {"connectionId": _ID}},
    ),
    _example("post", "/integrations", {"status": _STATUS, "integration": {"integrationId": _ID}}),
    _example("get", _ONE, _answer("integration", integration=_DETAIL)),
    _example("post", f"{_ONE}/run", {"status": _STATUS, "run": {"id": _ID}}),
    _example(
        "get",
        "/integrations/runs/{integrationId}",
        _page("run_history", history_of_runs=_HISTORY),
    ),
    _example("get", "/integrations/runerror/{runId}", _answer("run_error", runs={})),
    _example(
        "post",
        _NOTIFICATION,
        {"status": _STATUS, "notificationId": _ID, "notification": {"notificationId": _ID}},
    ),
    _example(
        "get",
        f"{_NOTIFICATION}/{{notificationId}}",
        _answer("notification", notifications=_NOTIFIED),
    ),
    _example("get", _FLOWS, _page("integrationflows", integrationFlows=[_FLOW_SUMMARY])),
    _example("post", _FLOWS, {"status": _STATUS, "integrationFlow": {"integrationFlowId": _ID}}),
    _example(
        "get",
        _FLOW,
        _answer(
            "integrationflow",
            integrationFlow={
                **_FLOW_SUMMARY,
                "version": "2.0",
                "latestRun": _LATEST,
                "steps": [{**_STEP, "latestRun": _LATEST}, _STEP],
            },
        ),
    ),
    _example("post", f"{_FLOW}/run", {"status": _STATUS, "run": {"id": _ID}}),
    Correction(
        CLOUDWORKS,
        (*answer_at("get", "/integrations"), "example"),
        _page(
            "integrations",
            integrations=[
                {**_INTEGRATION, "integrationType": "Import", "latestRun": _LATEST},
                {**_INTEGRATION, "integrationType": "Import", "latestRun": _UNENDED},
                {**_INTEGRATION, "integrationType": "Import"},
            ],
        ),
        "the example is of version 1 and without what the schema calls confirmed; an integration"
        " that never ran has no latestRun, and a run that goes on no endDate (anaplan-sdk)",
    ),
)

_TRIGGERS = ["scheduled", "manual", "scheduled_inf", "manual_inf", "nux_dashboard"]
_TRIGGERS_WHY = "runs were seen with all of these, as the schema of integrations has them"
_ERROR = {
    "type": "object",
    "required": ["status", "path", "timestamp"],
    "properties": {
        "status": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {"code": {"type": "integer"}, "message": {"type": "string"}},
        },
        "path": {"type": "string"},
        "timestamp": {"type": "string", "format": "date-time"},
    },
}
_ERROR_EXAMPLE = {
    "status": {"code": 404, "message": "Resource not found"},
    "path": "/cloudworks/2/0/integrations/run/1",
    "timestamp": _TIME,
}
_RUN_ERROR = {
    "id": {"type": "string"},
    "errorMessages": {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["actionId", "actionName", "errorMessage", "failureDumpGenerated"],
        },
    },
    "taskId": {"type": ["string", "null"]},
}
_FULL = {"required": ["errorMessages", "taskId"]}
_HTML: dict[str, Any] = {"404": {"content": {"text/html": {}}}}
_CSV: dict[str, Any] = {"text/csv": {}}
_DUMP_WHY = "the body is a CSV, as the description says; the schema is of JSON"

_TEXT = {"type": "string"}
_STEPS = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            **dict.fromkeys(("referrer", "name", "createdBy", "createdDate"), _TEXT),
            **dict.fromkeys(("modifiedDate", "modelId", "workspaceId"), _TEXT),
            "type": {"enum": ["Process", "Export", "Import"]},
            "modifiedBy": {"type": ["string", "null"]},
            "dependsOn": {"type": "array", "items": _TEXT},
            "isSkipped": {"type": "boolean"},
            "exceptionBehavior": {"type": "array", "items": {"type": "object"}},
            "latestRun": {
                "$ref": "#/components/schemas/IntegrationFlowSummary/properties/latestRun"
            },
        },
    },
}

CLOUDWORKS_CORRECTIONS = (
    *_EXAMPLES,
    Correction(
        CLOUDWORKS,
        schema_at("IntegrationFlowDetail", "allOf"),
        [
            {"$ref": "#/components/schemas/IntegrationFlowSummary"},
            {"type": "object", "properties": {"version": _TEXT, "steps": _STEPS}},
        ],
        "as in the file, but the run of a step has the trigger manual_inf, too",
    ),
    *(
        Correction(
            CLOUDWORKS,
            ("components", "responses", name, "content", "application/json", "example"),
            {"status": _STATUS} if name == "SuccessStatus" else _ERROR_EXAMPLE,
            "the file has no example; errors were seen with the path and the time",
        )
        for name in (
            *("SuccessStatus", "BadRequest", "Forbidden", "NotFound", "Conflict"),
            *("InternalServerError", "ServiceUnavailable"),
        )
    ),
    Correction(
        CLOUDWORKS,
        schema_at("ErrorStatus"),
        _ERROR,
        "errors were seen live in the form {status, path, timestamp}",
    ),
    Correction(
        CLOUDWORKS,
        schema_at("Schedule", "required"),
        ["name", "type", "startDate", "timezone"],
        "anaplan-sdk leaves out endDate for a schedule without end",
    ),
    *(
        Correction(CLOUDWORKS, schema_at(*way, "triggerSource", "enum"), _TRIGGERS, _TRIGGERS_WHY)
        for way in (
            ("RunRecord", "properties"),
            ("RunStatus", "properties"),
            ("IntegrationFlowSummary", "properties", "latestRun", "properties"),
        )
    ),
    Correction(
        CLOUDWORKS,
        (*answer_at("post", _CONNECTIONS), "schema", "properties", "connections"),
        {"type": "object", "properties": {"connectionId": {"type": "string"}}},
        "anaplan-sdk reads the id here, and the file has it at the top: both are sent",
    ),
    Correction(
        CLOUDWORKS,
        (*answer_at("post", _NOTIFICATION), "schema", "properties", "notification"),
        {"type": "object", "properties": {"notificationId": {"type": "string"}}},
        "anaplan-sdk reads the id here, and the file has it at the top: both are sent",
    ),
    Correction(
        CLOUDWORKS,
        (*answer_at("get", _ONE), "schema", "properties", "meta"),
        {"type": "object"},
        "the other answers with one object have it",
    ),
    Correction(
        CLOUDWORKS,
        (
            *answer_at("get", "/integrations/runs/{integrationId}"),
            *("schema", "properties", "history_of_runs", "properties", "schedule"),
        ),
        {"type": "object", "nullable": True, "additionalProperties": {}},
        "a schedule has the keys of its type",
    ),
    Correction(
        CLOUDWORKS,
        (
            *answer_at("get", "/integrations/runerror/{runId}"),
            *("schema", "properties", "runs"),
        ),
        {
            "type": ["object", "array"],
            "properties": _RUN_ERROR,
            "additionalProperties": {},
            "items": {
                "type": "object",
                "properties": _RUN_ERROR,
                "additionalProperties": {},
                **_FULL,
            },
            "anyOf": [{"type": "array"}, {"type": "object", "maxProperties": 0}, _FULL],
        },
        "anaplan-sdk reads one object, the file has a list, and an empty object was seen",
    ),
    *(
        Correction(
            CLOUDWORKS,
            ("paths", path, "get", "responses", "200", "content"),
            _CSV,
            _DUMP_WHY,
        )
        for path in (f"{_RUN}/dumps", f"{_RUN}/process/import/{{actionId}}/dumps")
    ),
    Correction(
        CLOUDWORKS,
        ("paths", "/integrations/anaplanModels/{modelId}", "get", "responses"),
        _HTML,
        "the description says that it is not served any more: the web server answers 404",
    ),
    Correction(
        CLOUDWORKS,
        ("paths", f"{_RUN}/dump"),
        {"get": {"responses": _HTML}},
        "a client asked for this path, and the web server answered 404",
    ),
)

CLOUDWORKS_STATUSES = (
    Statuses(("401",), _ANY, _EVERY_PATH, "no token, or one that has expired"),
    Statuses(("429",), _ANY, _EVERY_PATH, "more than 600 requests a minute"),
    Statuses(("452",), _ANY, r".*/(schedule(/.*)?|dumps)", "seen for users without the role"),
    Statuses(("403",), ("get",), r".*/integrations/run/\{runId\}", "a user without the role"),
    Statuses(
        ("409",), ("delete",), r".*/integrations/\{integrationId\}", "seen while a run is under way"
    ),
    Statuses(
        ("409",),
        ("delete",),
        r".*/integrationflows/\{integrationFlowId\}",
        "anaplan-sdk: a flow that runs, or a step of which runs, cannot be deleted",
    ),
)

CLOUDWORKS_MAY_OMIT = (
    *(
        MayOmit(
            ("get",),
            r".*/integrations/\{integrationId\}",
            f"integration.{key}",
            "what an integration does not have is left out, and so is the end of what runs",
        )
        for key in (
            *("processId", "notificationId", "latestRun", "latestRun.endDate", "jobs"),
            *("schedule", "schedule.time", "schedule.status"),
        )
    ),
    *(
        MayOmit(
            ("get",),
            r".*/integrationflows/\{integrationFlowId\}",
            f"integrationFlow.{key}",
            "a flow that never ran has no run, and a run that goes on no end",
        )
        for key in ("latestRun", "latestRun.endDate", "steps[].latestRun.endDate")
    ),
    *(
        MayOmit(
            ("get",),
            path,
            key,
            "a run that goes on has no end",
        )
        for path, key in ((r".*/integrations/run/\{runId\}", "run.endDate"),)
    ),
    MayOmit(
        ("get",),
        r".*/integrations/runs/\{integrationId\}",
        "history_of_runs.notificationId",
        "an integration whose notification was deleted has none",
    ),
)
