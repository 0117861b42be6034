"""Large reads of lists: the file has only how one begins, that of a view has all of it."""

from __future__ import annotations

from typing import Any

from tests.contract.overlay.correction import (
    IN_MODEL,
    INTEGRATION,
    Correction,
    envelope,
    example,
    one,
)

_NOT_FOUND = {"$ref": "#/components/responses/NotFoundOrNoAccess"}
_REQUEST = f"{IN_MODEL}/lists/{{listId}}/readRequests/{{requestId}}"
_WHY = "the operations of a view's read request, as Anaplan's API guide describes them for lists"
_STOPPED = {
    "requestId": "0A06B0739F0E47BB92E2326C603D86EC",
    "listId": "101000000014",
    "requestState": "CANCELLED",
    "url": "https://api.anaplan.com/2/0/workspaces/w/models/m/lists/101000000014/readRequests/r",
}
_STATUS = {**_STOPPED, "requestState": "COMPLETE", "availablePages": 100, "successful": True}
_STATES = ["NOT_STARTED", "IN_PROGRESS", "COMPLETE", "CANCELLING", "CANCELLED"]


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    content = {
        "schema": envelope(listReadRequest=one("ListReadRequest")),
        "example": example("listReadRequest", listReadRequest=request),
    }
    return {"responses": {"200": {"content": {"application/json": content}}, "404": _NOT_FOUND}}


READ_REQUESTS = (
    Correction(
        INTEGRATION,
        ("components", "schemas", "ListReadRequest", "properties", "requestState", "enum"),
        _STATES,
        "the states are those of a view's read request",
    ),
    Correction(
        INTEGRATION,
        ("paths", _REQUEST),
        {"get": _answer(_STATUS), "delete": _answer(_STOPPED)},
        _WHY,
    ),
    Correction(
        INTEGRATION,
        ("paths", f"{_REQUEST}/pages/{{pageNo}}"),
        {"get": {"responses": {"200": {"content": {"text/csv": {}}}, "404": _NOT_FOUND}}},
        _WHY,
    ),
)
