"""The answer contract: a table of every operation that this library uses.

The statuses, content types and keys are those of Anaplan's OpenAPI files. Keys are listed if the
library uses them. An empty collection may come without its key, so its answer is recognized by
the envelope, too. Task lists and started tasks have two documented forms.
"""

from __future__ import annotations

from collections.abc import Iterator

from anaplan_frames.transport.administration_operations import ADMINISTRATION
from anaplan_frames.transport.alm_operations import ALM
from anaplan_frames.transport.answer_contract import ANY_SUCCESS, Operation, Operations
from anaplan_frames.transport.audit_operations import AUDIT
from anaplan_frames.transport.cloudworks_operations import CLOUDWORKS
from anaplan_frames.transport.scim_operations import SCIM

_GET, _POST, _PUT, _DELETE = "GET", "POST", "PUT", "DELETE"
_NO_CONTENT = frozenset({204})
_TASK_OWNERS = ("imports", "exports", "actions", "processes")
_DUMPS = (
    "{model}/imports/{import}/tasks/{task}/dump",
    "{model}/processes/{process}/tasks/{task}/dumps/{object}",
)


def _listing(path: str, key: str, *records_need: str) -> Operation:
    """Return a page of a listing; `records_need` is what each of its records must have."""
    one_of = {key: list, "meta": dict, "status": dict}
    return Operation(_GET, path, one_of=one_of, records={key: records_need})


def _found_items(method: str, path: str) -> Operation:
    return Operation(
        method,
        path,
        one_of={"items": list, "meta": dict, "status": dict},
        records={"items": ("id",)},
    )


def _tasks(owner: str) -> Iterator[Operation]:
    """Yield the operations on the tasks of one kind of action."""
    tasks = f"{{model}}/{owner}/{{action}}/tasks"
    yield _listing(tasks, "tasks")
    yield Operation(_POST, tasks, one_of={"task.taskId": str, "taskId": str})
    yield Operation(_GET, f"{tasks}/{{task}}", needs={"task.taskState": str})
    # The files do not have it, so its answer may be the task or nothing.
    yield Operation(_DELETE, f"{tasks}/{{task}}", "any", ANY_SUCCESS)


def _dump(path: str) -> Iterator[Operation]:
    """Yield the operations on a failure dump. An empty one may be answered with 204."""
    yield Operation(_GET, path, "text", frozenset({200, 204}), may_be_empty=True)
    yield _listing(f"{path}/chunks", "chunks", "id")
    yield Operation(_GET, f"{path}/chunks/{{chunk}}", "text")


def _large_read(owner: str, key: str) -> Iterator[Operation]:
    """Yield the operations of a large read."""
    requests = f"{{model}}/{owner}/{{id}}/readRequests"
    yield Operation(_POST, requests, needs={f"{key}.requestId": str})
    yield Operation(_GET, f"{requests}/{{request}}", needs={f"{key}.requestState": str})
    yield Operation(_DELETE, f"{requests}/{{request}}", "any", ANY_SUCCESS)
    yield Operation(_GET, f"{requests}/{{request}}/pages/{{page}}", "csv")


_TENANT = (
    _listing("/workspaces", "workspaces", "id"),
    _listing("/models", "models", "id"),
    _listing("/workspaces/{workspace}/models", "models", "id"),
    Operation(_GET, "/models/{m}", needs={"model.id": str}),
    Operation(
        _POST,
        "/workspaces/{workspace}/bulkDeleteModels",
        one_of={"modelsDeleted": int, "bulkDeleteModelsFailures": list},
        records={"bulkDeleteModelsFailures": ("modelId",)},
    ),
    _listing("/users", "users"),
    Operation(_GET, "/users/me", needs={"user.id": str}),
)

_MODEL = (
    Operation(_GET, "{model}/status", needs={"requestStatus": dict}),
    Operation(_POST, "{model}/open", "nothing", frozenset({202})),
    Operation(_POST, "{model}/close", "nothing", _NO_CONTENT),
    Operation(_GET, "{model}/currentPeriod", one_of={"currentPeriod": dict, "meta": dict}),
    Operation(_PUT, "{model}/currentPeriod", needs={"currentPeriod": dict}),
    Operation(_GET, "{model}/modelCalendar", needs={"modelCalendar": dict}),
    Operation(_PUT, "{model}/modelCalendar/fiscalYear", needs={"modelCalendar.fiscalYear": dict}),
    _listing("{model}/versions", "versionMetadata", "id"),
    Operation(_PUT, "{model}/versions/{version}/switchover", needs={"versionSwitchover": dict}),
)

_BULK = (
    *(_listing(f"{{model}}/{kind}", kind, "id") for kind in (*_TASK_OWNERS, "files")),
    Operation(
        _GET,
        "{model}/imports/{import}",
        needs={"importMetadata": dict},
        texts=("importMetadata.source.headerNames",),
    ),
    Operation(
        _GET,
        "{model}/exports/{export}",
        needs={"exportMetadata": dict},
        texts=tuple(f"exportMetadata.{key}" for key in ("headerNames", "dataTypes", "listNames")),
    ),
    Operation(
        _GET,
        "{model}/processes/{process}",
        needs={"processMetadata": dict},
        records={"processMetadata.actions": ("id",)},
    ),
    # Not in the files, so that its answer may have another form.
    Operation(_GET, "{model}/actions/{action}", one_of={"action": dict, "meta": dict}),
    *(operation for owner in _TASK_OWNERS for operation in _tasks(owner)),
    *(operation for path in _DUMPS for operation in _dump(path)),
    Operation(
        _GET,
        "{model}/optimizeActions/{action}/tasks/{task}/solutionLogs",
        "text",
        may_be_empty=True,
        role="Workspace Administrator",
    ),
    Operation(_POST, "{model}/files/{file}", needs={"file": dict}),
    Operation(_PUT, "{model}/files/{file}", "nothing", _NO_CONTENT),
    Operation(_DELETE, "{model}/files/{file}", "nothing", _NO_CONTENT),
    Operation(_POST, "{model}/files/{file}/complete", needs={"file": dict}),
    _listing("{model}/files/{file}/chunks", "chunks", "id"),
    Operation(_PUT, "{model}/files/{file}/chunks/{chunk}", "nothing", _NO_CONTENT),
    Operation(_GET, "{model}/files/{file}/chunks/{chunk}", "file"),
)

_LISTS = (
    _listing("{model}/lists", "lists", "id"),
    Operation(
        _GET,
        "{model}/lists/{list}",
        needs={"metadata": dict},
        records={"metadata.properties": ("name",), "metadata.subsets": ("name",)},
    ),
    # Its items are read as text; what stands around them is looked at when all have come.
    Operation(
        _GET,
        "{model}/lists/{list}/items",
        one_of={"listItems": list, "meta": dict, "status": dict},
    ),
    Operation(
        _POST,
        "{model}/lists/{list}/items",
        one_of={"added": int, "deleted": int},
        records={"failures": ()},
    ),
    Operation(_PUT, "{model}/lists/{list}/items", needs={"updated": int}, records={"failures": ()}),
    Operation(_POST, "{model}/lists/{list}/resetIndex", "nothing"),
    *_large_read("lists", "listReadRequest"),
)

_CELLS = (
    _listing("{model}/modules", "modules", "id"),
    _listing("{model}/views", "views", "id"),
    _listing("{model}/lineItems", "items", "id", "name"),
    _listing("{model}/modules/{module}/views", "views", "id"),
    _listing("{model}/modules/{module}/lineItems", "items", "id", "name"),
    Operation(
        _POST,
        "{model}/modules/{module}/data",
        needs={"numberOfCellsChanged": int},
        records={"failures": ()},
    ),
    Operation(
        _GET,
        "{model}/views/{view}",
        one_of={"viewId": str, "rows": list, "columns": list, "pages": list},
        records=dict.fromkeys(("rows", "columns", "pages"), ("id", "name")),
    ),
    Operation(_GET, "{model}/views/{view}/data", "csv"),
    *_large_read("views", "viewReadRequest"),
    _found_items(_GET, "{model}/dimensions/{dimension}/items"),
    _found_items(_POST, "{model}/dimensions/{dimension}/items"),
    _found_items(_GET, "{model}/views/{view}/dimensions/{dimension}/items"),
    _found_items(_GET, "{model}/lineItems/{item}/dimensions/{dimension}/items"),
    _listing("{model}/lineItems/{item}/dimensions", "dimensions", "id"),
)

_LOGIN = (
    # One is 201 and the other 200 in the files; clients have seen both for either.
    *(
        Operation(
            _POST,
            path,
            statuses=frozenset({200, 201}),
            needs={"tokenInfo.tokenValue": str},
            service="auth",
        )
        for path in ("/token/authenticate", "/token/refresh")
    ),
)

# An answer with an error is an answer: it says what the user does next.
_OAUTH = tuple(
    Operation(
        _POST,
        path,
        statuses=frozenset(statuses),
        one_of={key: str, "error": str},
        service="oauth",
    )
    for path, key, statuses in (
        ("/oauth/device/code", "device_code", (200, 400, 403)),
        ("/oauth/token", "access_token", (200, 400, 401, 403)),
    )
)

_INTEGRATION = (*_TENANT, *_MODEL, *_BULK, *_LISTS, *_CELLS, *ALM)
_ADMIN = (*AUDIT, *SCIM, *CLOUDWORKS, *ADMINISTRATION)

OPERATIONS = Operations((*_INTEGRATION, *_LOGIN, *_OAUTH, *_ADMIN))
