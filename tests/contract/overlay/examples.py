"""Examples for answers that have none in the files, or one without what clients read."""

from __future__ import annotations

from typing import Any

from tests.contract.overlay.correction import (
    AUTHENTICATION,
    IN_MODEL,
    INTEGRATION,
    MODEL,
    WORKSPACE,
    Correction,
    answer_at,
    example,
    page,
)

_USER = {
    "id": "a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4",
    "active": True,
    "email": "a.user@example.com",
    "emailOptIn": False,
    "firstName": "A",
    "lastName": "User",
    "customerId": "b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4e5",
    "lastLoginDate": "2026-01-31T12:00:00.000+0000",
}
_MODEL = {
    "id": "A1B2C3D4E5F6A1B2C3D4E5F6A1B2C3D4",
    "name": "Planning",
    "activeState": "UNLOCKED",
    "currentWorkspaceId": "8a8b8c8d8e8f1a2b3c4d5e6f78901234",
    "currentWorkspaceName": "Finance",
    "modelUrl": "https://us1a.app.anaplan.com/core3/anaplan/framework.jsp",
    "categoryValues": [],
}
_WORKSPACE = {
    "id": "8a8b8c8d8e8f1a2b3c4d5e6f78901234",
    "name": "Finance",
    "active": True,
    "sizeAllowance": 1073741824,
    "currentSize": 873741824,
}
_EXPORT = {
    "id": "116000000000",
    "name": "Sales.csv",
    "exportType": "TABULAR_MULTI_COLUMN",
    "exportFormat": "text/csv",
    "layout": "TABULAR_MULTI_COLUMN",
}
_UUID = "9aa99999-1111-11a2-b333-abc11223ab12"
_TOKEN = {
    "expiresAt": 1493036651173,
    "tokenId": _UUID,
    "tokenValue": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.example.token",
    "refreshTokenId": _UUID,
}


def _token_answer(message: str, **content: Any) -> dict[str, Any]:
    return {
        "meta": {"validationUrl": "https://auth.anaplan.com/token/validate"},
        "status": "SUCCESS",
        "statusMessage": message,
        **content,
    }


def _refusal(method: str, verb: str, status: str) -> tuple[str, tuple[str, ...], Any, str]:
    return (
        AUTHENTICATION,
        answer_at(method, f"/token/{verb}", status),
        {"status": "FAILURE_BAD_HEADER", "statusMessage": "Invalid header. Verify the header."},
        "the file has no example; both keys are what clients read when a login fails",
    )


_READ = "the file has no example; anaplan-sdk and anaplan-api read these keys"
_DUMP_CHUNKS = f"{IN_MODEL}/imports/{{importId}}/tasks/{{taskId}}/dump/chunks"

_ANSWERS: list[tuple[str, tuple[str, ...], Any, str]] = [
    (INTEGRATION, answer_at("get", "/users"), page("user", users=[_USER]), _READ),
    (INTEGRATION, answer_at("get", "/users/me"), example("user", user=_USER), _READ),
    (INTEGRATION, answer_at("get", "/users/{userId}"), example("user", user=_USER), _READ),
    (INTEGRATION, answer_at("get", "/models"), page("model", models=[_MODEL]), _READ),
    (INTEGRATION, answer_at("get", f"{WORKSPACE}/models"), page("model", models=[_MODEL]), _READ),
    (INTEGRATION, answer_at("get", MODEL), example("model", model=_MODEL), _READ),
    (
        INTEGRATION,
        answer_at("get", WORKSPACE),
        example("workspace", workspace=_WORKSPACE),
        "the file has no example; this is an element of its example of the whole list",
    ),
    (
        INTEGRATION,
        answer_at("get", _DUMP_CHUNKS),
        page("chunk", chunks=[{"id": "0", "name": "Chunk 0"}]),
        "the file has no example; the chunks of a file have this form",
    ),
    (
        INTEGRATION,
        answer_at("get", f"{IN_MODEL}/exports"),
        page("export", exports=[_EXPORT]),
        "anaplan-sdk reads exportFormat and layout, which only the example of the other URL has",
    ),
    (
        AUTHENTICATION,
        answer_at("post", "/token/authenticate", "201"),
        _token_answer("Login successful", tokenInfo=_TOKEN),
        "the file has no example; every client reads the token and the time it expires",
    ),
    (
        AUTHENTICATION,
        answer_at("post", "/token/refresh"),
        _token_answer("Token refreshed", tokenInfo=_TOKEN),
        "the file has no example; every client reads the token and the time it expires",
    ),
    (
        AUTHENTICATION,
        answer_at("get", "/token/validate"),
        _token_answer(
            "Token validated",
            tokenInfo={key: _TOKEN[key] for key in ("expiresAt", "tokenId")},
            userInfo={
                "userGuid": "a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4",
                "userId": "a.user@example.com",
                "customerGuid": "b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4e5",
            },
        ),
        "the file has no example; its schema's own example values say what is sent",
    ),
    _refusal("post", "authenticate", "401"),
    _refusal("post", "refresh", "400"),
    _refusal("post", "refresh", "401"),
    _refusal("get", "validate", "400"),
    _refusal("get", "validate", "401"),
    _refusal("post", "logout", "401"),
]

_READ_REQUEST = f"{IN_MODEL}/views/{{viewId}}/readRequests/{{requestId}}"

EXAMPLES = (
    *(Correction(file, (*at, "example"), value, why) for file, at, value, why in _ANSWERS),
    *(
        Correction(
            INTEGRATION,
            (*answer_at(method, _READ_REQUEST), "example", "viewReadRequest", "viewId"),
            "102000001443",
            "an id is a string here as everywhere",
        )
        for method in ("get", "delete")
    ),
)
