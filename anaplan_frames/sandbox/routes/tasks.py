"""Tasks of imports, exports, actions and processes: start, list, watch, cancel."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

from anaplan_frames.sandbox.envelope import ApiError, answer, collection, not_found
from anaplan_frames.sandbox.routes.access import (
    both_forms,
    caller,
    json_body,
    sandbox_of,
    visible_model,
    working_model,
)
from anaplan_frames.sandbox.selection import sort_leniently
from anaplan_frames.sandbox.tasks import Task

if TYPE_CHECKING:
    from anaplan_frames.sandbox.planning.model import Model

KINDS = ("imports", "exports", "actions", "processes")
_SORT = {
    "creationDate": "creationTime",
    "creationTime": "creationTime",
    "taskId": "taskId",
    "taskState": "taskState",
}


async def start(request: Request) -> Response:
    """Queue a task. Not idempotent: each call starts one more."""
    kind = _kind(request)
    sandbox, model = sandbox_of(request), working_model(request)
    definition = definitions_of(model, kind).get(request.path_params["id"])
    if definition is None:
        raise not_found()
    body = await json_body(request)
    if not isinstance(body.get("localeName"), str) or not body["localeName"]:
        raise ApiError(400, "localeName is required")
    task = sandbox.tasks.start(
        kind,
        model.id,
        definition.id,
        caller(request),
        _parameters(body),
        partial(sandbox.actions.run, model, definition),
    )
    return answer(request, "task", task={"taskId": task.id})


def tasks(request: Request) -> Response:
    """List everyone's tasks; empty, not 404, for what does not exist or may not be used."""
    kind, sandbox = _kind(request), sandbox_of(request)
    found: list[Task] = []
    try:
        model_id = visible_model(request).id
    except ApiError:
        pass
    else:
        found = sandbox.tasks.of(kind, model_id, request.path_params["id"])
    order = request.query_params.get("sort")
    shown = sort_leniently([task.summary() for task in found], order, _SORT)
    return collection(request, "task", "tasks", shown, maximum=sandbox.page_size)


def task(request: Request) -> Response:
    """Show how far a task is, and its result once it has ended."""
    return answer(request, "task", task=find_task(request, _kind(request)).status())


def cancel(request: Request) -> Response:
    """Ask a task to stop; what it has done is rolled back. One that has ended stays as it is."""
    find_task(request, _kind(request)).request_cancel()
    return Response(status_code=204)


def find_task(request: Request, kind: str) -> Task:
    """Give the task of the path; 404 under any other parent than its own."""
    model = visible_model(request)
    found = sandbox_of(request).tasks.find(
        kind, model.id, request.path_params["id"], request.path_params["task"]
    )
    if found is None:
        raise not_found()
    return found


def definitions_of(model: Model, kind: str) -> dict[str, Any]:
    """Give the model's imports, exports, actions or processes by id."""
    definitions: dict[str, Any] = getattr(model, kind)
    return definitions


def _parameters(body: dict[str, Any]) -> dict[str, str]:
    """Read `mappingParameters`: what an import asks for at run time, by the name of its kind."""
    given = body.get("mappingParameters") or []
    try:
        parameters = {entry["entityType"]: entry["entityName"] for entry in given}
    except (TypeError, KeyError):
        raise ApiError(400, "mappingParameters must have entityType and entityName") from None
    if not all(isinstance(text, str) for pair in parameters.items() for text in pair):
        raise ApiError(400, "entityType and entityName must be texts")
    return parameters


def _kind(request: Request) -> str:
    """Give the part of the path that says what the tasks belong to."""
    kind: str = request.path_params["kind"]
    if kind not in KINDS:
        raise not_found()
    return kind


routes = [
    *both_forms("/{kind}/{id}/tasks", start, ["POST"]),
    *both_forms("/{kind}/{id}/tasks", tasks),
    *both_forms("/{kind}/{id}/tasks/{task}", task),
    *both_forms("/{kind}/{id}/tasks/{task}", cancel, ["DELETE"]),
]
