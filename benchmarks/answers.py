"""What the sink says: the JSON answers of a tenant with an import, a file, an export and a list."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from typing import Any

from benchmarks import tenant

_IN_MODEL = re.compile(r"/2/0/(?:workspaces/\w+/)?models/\w+/(?P<rest>.*?)/?$")
_SUCCESS = {"code": 200, "message": "Success"}
_TASK_ID = "0123456789ABCDEF0123456789ABCDEF"

_DIALECT = {"separator": ",", "delimiter": '"', "encoding": "UTF-8"}
_FILE = {
    "id": tenant.FILE,
    "name": tenant.FILE_NAME,
    "chunkCount": 0,
    "headerRow": 1,
    "firstDataRow": 2,
    "format": "txt",
    **_DIALECT,
}
_IMPORT = {
    "id": tenant.IMPORT,
    "name": tenant.IMPORT_NAME,
    "importDataSourceId": tenant.FILE,
    "importType": "MODULE_DATA",
}
_EXPORT = {
    "id": tenant.EXPORT,
    "name": tenant.EXPORT_NAME,
    "exportType": "TABULAR_MULTI_COLUMN",
    "exportFormat": "text/csv",
    "encoding": "UTF-8",
    "layout": "TABULAR_MULTI_COLUMN",
}
_WORKSPACE = {
    "id": tenant.WORKSPACE,
    "name": tenant.WORKSPACE_NAME,
    "active": True,
    "sizeAllowance": 2**40,
    "currentSize": 0,
}
_MODEL = {
    "id": tenant.MODEL,
    "name": tenant.MODEL_NAME,
    "activeState": "UNLOCKED",
    "currentWorkspaceId": tenant.WORKSPACE,
    "currentWorkspaceName": tenant.WORKSPACE_NAME,
    "memoryUsage": 0,
}
_IMPORT_METADATA = {
    "name": tenant.IMPORT_NAME,
    "type": "FILE",
    "source": {
        "headerNames": list(tenant.COLUMNS),
        "columnCount": len(tenant.COLUMNS),
        "columnSeparator": ",",
        "textDelimiter": '"',
        "textEncoding": "UTF-8",
        "headerRow": 1,
        "firstDataRow": 2,
        "decimalSeparator": ".",
    },
}
_EXPORT_METADATA = {
    "headerNames": list(tenant.COLUMNS),
    "dataTypes": list(tenant.COLUMNS.values()),
    "columnCount": len(tenant.COLUMNS),
    "exportFormat": "text/csv",
    "layout": "TABULAR_MULTI_COLUMN",
    **_DIALECT,
}


_LIST = {"id": tenant.LIST, "name": tenant.LIST_NAME}
_LIST_METADATA = {
    **_LIST,
    "numberedList": False,
    "properties": [
        {"name": name, "format": word, "notes": "", "referencedBy": ""}
        for name, word in tenant.PROPERTIES.items()
    ],
    "subsets": [{"id": "109000000001", "name": tenant.SUBSET}],
}
_MODULE = {"id": tenant.MODULE, "name": tenant.MODULE_NAME}
_VIEW = {**_MODULE, "code": "", "moduleId": tenant.MODULE}
_VIEW_METADATA = {
    "viewId": tenant.MODULE,
    "viewName": tenant.MODULE_NAME,
    **{
        axis: [{"id": id_, "name": name} for id_, name in dimensions.items()]
        for axis, dimensions in tenant.AXES.items()
    },
}
_LINE_ITEM = {
    "moduleId": tenant.MODULE,
    "moduleName": tenant.MODULE_NAME,
    "id": "206000000001",
    "name": tenant.LINE_ITEM,
    "format": "NUMBER",
    "formatMetadata": {"dataType": "NUMBER"},
    "timeScale": "Month",
}
_DIMENSION_LISTS = [
    {"id": id_, "name": name}
    for axis in ("pages", "rows")
    for id_, name in tenant.AXES[axis].items()
]
_CALENDAR = {
    "calendarType": "Calendar Months/Quarters/Years",
    "currentPeriod": {},
    "fiscalYear": {"year": "FY24", "startDate": "2024-01-01", "endDate": "2024-12-31"},
    "pastYearsCount": 0,
    "futureYearsCount": 1,
    "totalsSelection": {"quarterTotals": True},
}


def json_answer(method: str, path: str, chunks: int) -> tuple[int, bytes]:
    """Return status and body for everything but the contents of files.

    Parameters
    ----------
    method, path : str
        Of the request; the path without its query.
    chunks : int
        How many chunks the export's output has.
    """
    if path.startswith("/token/"):
        return _token_answer(path.removeprefix("/token/"))
    found = _IN_MODEL.match(path)
    if found is None:
        answer = _tenant_answer(path)
    elif method == "POST":
        answer = _posted(found["rest"])
    else:
        answer = _in_model(found["rest"], chunks)
    if answer is None:
        return 404, _bytes({"status": {"code": 404, "message": "Not Found"}})
    code = answer.get("status", _SUCCESS)["code"]
    return code, _bytes({"status": _SUCCESS, **answer})


def _token_answer(call: str) -> tuple[int, bytes]:
    expires = int((time.time() + 35 * 60) * 1000)
    token = {"tokenValue": "benchmark", "tokenId": "1", "refreshTokenId": "2", "expiresAt": expires}
    messages = {"authenticate": "Login successful", "validate": "Token validated"}
    return 201 if call == "authenticate" else 200, _bytes(
        {"status": "SUCCESS", "statusMessage": messages.get(call, "OK"), "tokenInfo": token}
    )


def _tenant_answer(path: str) -> dict[str, Any] | None:
    if path == "/2/0/users/me":
        return {"user": {"id": "1", "email": tenant.EMAIL, "active": True}}
    if path.endswith("/models"):
        return _listed("models", [_MODEL])
    if path.endswith("/workspaces"):
        return _listed("workspaces", [_WORKSPACE])
    return None


def _posted(rest: str) -> dict[str, Any]:
    """Answer to the start of a task or read, or to the begin or completion of an upload."""
    if rest.endswith("/readRequests"):
        return _read_request(0)
    return {"task": {"taskId": _TASK_ID}} if rest.endswith("/tasks") else {"file": _FILE}


def _in_model(rest: str, chunks: int) -> dict[str, Any] | None:
    """Answer to a listing, to metadata, or to the question how far a task is."""
    if rest.endswith("/chunks"):
        return _listed("chunks", [{"id": str(i), "name": f"Chunk {i}"} for i in range(chunks)])
    if rest.endswith("/tasks"):
        return _listed("tasks", [])
    if "/tasks/" in rest:
        return {"task": _task(rest.split("/")[1])}
    if "/readRequests/" in rest:
        return _read_request(chunks)
    return {
        "files": _listed("files", [_FILE, _output(chunks)]),
        "imports": _listed("imports", [_IMPORT]),
        "exports": _listed("exports", [_EXPORT]),
        "actions": _listed("actions", []),
        "processes": _listed("processes", []),
        "views": _listed("views", [_VIEW]),
        "modules": _listed("modules", [_MODULE]),
        f"views/{tenant.MODULE}": _VIEW_METADATA,
        f"views/{tenant.MODULE}/data": {"status": {"code": 400, "message": "Too many cells"}},
        f"modules/{tenant.MODULE}/lineItems": _listed("items", [_LINE_ITEM]),
        "lists": _listed("lists", [_LIST, *_DIMENSION_LISTS]),
        f"lists/{tenant.LIST}": {"metadata": _LIST_METADATA},
        **{f"lists/{each['id']}": {"metadata": each} for each in _DIMENSION_LISTS},
        f"lists/{tenant.FEW}/items": {
            "listItems": [{"id": f"20100000000{i}", "name": f"Region {i}"} for i in range(5)]
        },
        "modelCalendar": {"modelCalendar": _CALENDAR},
        f"imports/{tenant.IMPORT}": {"importMetadata": _IMPORT_METADATA},
        f"exports/{tenant.EXPORT}": {"exportMetadata": _EXPORT_METADATA},
    }.get(rest)


def _read_request(pages: int) -> dict[str, Any]:
    """Return a large read that has written all its pages."""
    state = {"requestId": _TASK_ID, "requestState": "COMPLETE", "successful": True}
    return {"viewReadRequest": {**state, "viewId": int(tenant.MODULE), "availablePages": pages}}


def _output(chunks: int) -> dict[str, Any]:
    """Return the export's output as a file, which has the export's own id."""
    return {**_FILE, "id": tenant.EXPORT, "name": tenant.EXPORT_NAME, "chunkCount": chunks}


def _task(action: str) -> dict[str, Any]:
    """Return a task that has ended: nobody polls a second time."""
    return {
        "taskId": _TASK_ID,
        "taskState": "COMPLETE",
        "creationTime": int(time.time() * 1000),
        "progress": 1.0,
        "currentStep": "Complete.",
        "result": {
            "objectId": action,
            "successful": True,
            "failureDumpAvailable": False,
            "details": [],  # no counts, as the rows were not counted
        },
    }


def _listed(key: str, items: Sequence[dict[str, Any]]) -> dict[str, Any]:
    paging = {"currentPageSize": len(items), "totalSize": len(items), "offset": 0}
    return {"meta": {"paging": paging}, **({key: items} if items else {})}


def _bytes(answer: dict[str, Any]) -> bytes:
    return json.dumps(answer).encode()
