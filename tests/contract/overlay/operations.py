"""Operations that the files leave out.

Those below a model exist as ``/workspaces/{w}/models/{m}/...`` and as ``/models/{m}/...``; if a
file describes one form only, `tests/contract/contract.py` gives the other the same description.
"""

from __future__ import annotations

from typing import Any

from tests.contract.overlay.correction import (
    IN_MODEL,
    INTEGRATION,
    OAUTH,
    Correction,
    envelope,
    example,
    many,
    one,
    page,
)

_NOT_FOUND = {"$ref": "#/components/responses/NotFoundOrNoAccess"}
_DUMP = f"{IN_MODEL}/processes/{{processId}}/tasks/{{taskId}}/dumps/{{objectId}}"
_DUMP_WHY = (
    "an action's dump in a process has the operations of an import's; the file does not have them"
)
_CHUNK = {"id": "0", "name": "Chunk 0"}
_ACTION = {"id": "117000000019", "name": "Clear", "actionType": "DELETE_BY_SELECTION"}


def _get(path: str, answers: dict[str, Any], why: str) -> Correction:
    answers = {**answers, "404": _NOT_FOUND}
    return Correction(INTEGRATION, ("paths", path), {"get": {"responses": answers}}, why)


def _json(schema: dict[str, Any], sample: dict[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema, "example": sample}}}


_POSTED_STATUS = envelope(requestStatus=one("ModelStatus"))
_STATUS = example(
    "dimension",
    requestStatus={
        "peakMemoryUsageEstimate": None,
        "peakMemoryUsageTime": None,
        "progress": -1.0,
        "currentStep": "Open",
        "tooltip": None,
        "exportTaskType": None,
        "creationTime": 1645577591822,
        "taskId": None,
    },
)
_TEXT: dict[str, Any] = {"content": {"text/plain": {}}}
_EMPTY: dict[str, Any] = {}
_OAUTH_ERROR = {"$ref": "#/components/responses/OAuthError"}
_REFUSALS = dict.fromkeys(("400", "401", "403"), _OAUTH_ERROR)

_IN_THE_API = (
    _get(_DUMP, {"200": _TEXT, "204": _EMPTY}, _DUMP_WHY),
    _get(
        f"{_DUMP}/chunks",
        {"200": _json(envelope(chunks=many("Chunk")), page("chunk", chunks=[_CHUNK]))},
        _DUMP_WHY,
    ),
    _get(f"{_DUMP}/chunks/{{chunkId}}", {"200": _TEXT}, _DUMP_WHY),
    _get(
        f"{IN_MODEL}/actions/{{actionId}}",
        {"200": _json(envelope(action=one("Action")), example("action", action=_ACTION))},
        "one action, in the form of an element of the list of actions; the file does not have it",
    ),
    Correction(
        INTEGRATION,
        ("paths", f"{IN_MODEL}/status"),
        {"post": {"responses": {"200": _json(_POSTED_STATUS, _STATUS), "404": _NOT_FOUND}}},
        "Anaplan's own collection of requests has this form, whose answer has an envelope",
    ),
    Correction(
        INTEGRATION,
        ("paths", IN_MODEL),
        {"get": {"responses": {"405": _EMPTY}}},
        "the one operation without this URL form: a model below its workspace answers 405",
    ),
)

_PAGE: dict[str, Any] = {"content": {"text/html": {}}}
_PAGES = (
    Correction(
        OAUTH,
        ("paths", "/auth/prelogin"),
        {
            "get": {"responses": {"200": _PAGE, **_REFUSALS}},
            "post": {"responses": {"302": _EMPTY, "401": _PAGE}},
        },
        "the login page, as the note in the file's /auth/authorize describes it; the form is ours",
    ),
    Correction(
        OAUTH,
        ("paths", "/auth/authorize", "get", "responses", "403"),
        _OAUTH_ERROR,
        "a client of another grant is refused as it is at the file's other paths",
    ),
    Correction(
        OAUTH,
        ("paths", "/activate"),
        {
            "get": {"responses": {"200": _PAGE}},
            "post": {"responses": {"200": _PAGE, "400": _PAGE, "401": _PAGE}},
        },
        "the page behind verification_uri, which is not a part of the API",
    ),
)
OPERATIONS = (*_IN_THE_API, *_PAGES)

# Requests that are not an operation at all: the statuses and why they are right.
NO_OPERATION = {
    "404": "a path that the API does not have",
    "405": "a path that the API has, but not with this method",
    "401": "who is not logged in learns nothing about paths",
}
