"""Endpoints for tasks of imports, exports, actions and processes: start, list, show, cancel."""

from __future__ import annotations

from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from anaplan_frames.sandbox.http.listing_parameters import sort_leniently
from anaplan_frames.sandbox.http.response_envelope import ApiError, answer, collection, not_found
from anaplan_frames.sandbox.planning.action_outcome import Parameter
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.routes.request_context import (
    access_of,
    both_forms,
    caller,
    json_body,
    tenant_of,
    visible_model,
    working_model,
)
from anaplan_frames.sandbox.tenant.task_queue import Task

KINDS = ("imports", "exports", "actions", "processes")
_SORT = {
    "creationDate": "creationTime",
    "creationTime": "creationTime",
    "taskId": "taskId",
    "taskState": "taskState",
}


async def start(request: Request) -> Response:
    """Start a task; this is not idempotent, each call starts another one."""
    kind = _kind(request)
    tenant, model = tenant_of(request), working_model(request)
    definition = definitions_of(model, kind).get(request.path_params["id"])
    if definition is None:
        raise not_found()
    if tenant.behavior.denied_action == "status 403" and not access_of(request).may_run(
        definition.id
    ):
        raise ApiError(403)
    body = await json_body(request)
    if not isinstance(body.get("localeName"), str) or not body["localeName"]:
        raise ApiError(400, "localeName is required")
    task = tenant.tasks.start(
        kind,
        model.id,
        definition.id,
        caller(request),
        _parameters(body),
        partial(tenant.actions.run, model, definition),
    )
    return answer(request, "task", task={"taskId": task.id})


def tasks(request: Request) -> Response:
    """List the tasks of all users; empty, not 404, if the object is unknown or not accessible."""
    kind, tenant = _kind(request), tenant_of(request)
    found: list[Task] = []
    try:
        model_id = visible_model(request).id
    except ApiError:
        pass
    else:
        found = tenant.tasks.of(kind, model_id, request.path_params["id"])
    order = request.query_params.get("sort")
    shown = sort_leniently([task.summary() for task in found], order, _SORT)
    return collection(request, "task", "tasks", shown, maximum=tenant.page_size)


def task(request: Request) -> Response:
    """Show the progress of a task, and its result once it has ended."""
    return answer(request, "task", task=find_task(request, _kind(request)).status())


def cancel(request: Request) -> Response:
    """Cancel a task, whose changes are rolled back; a task that has ended is unchanged."""
    find_task(request, _kind(request)).request_cancel()
    return Response(status_code=204)


def find_task(request: Request, kind: str) -> Task:
    """Return the task of the path; 404 under any object but its own."""
    model = visible_model(request)
    found = tenant_of(request).tasks.find(
        kind, model.id, request.path_params["id"], request.path_params["task"]
    )
    if found is None:
        raise not_found()
    return found


def definitions_of(model: Model, kind: str) -> dict[str, Any]:
    """Return the model's imports, exports, actions or processes by id."""
    definitions: dict[str, Any] = getattr(model, kind)
    return definitions


def _parameters(body: dict[str, Any]) -> tuple[Parameter, ...]:
    """Read `mappingParameters`; `importId` may be missing or null."""
    given = body.get("mappingParameters") or []
    try:
        parameters = tuple(
            Parameter(entry["entityType"], entry["entityName"], entry.get("importId"))
            for entry in given
        )
    except (TypeError, KeyError, AttributeError):
        raise ApiError(400, "mappingParameters must have entityType and entityName") from None
    for one in parameters:
        texts = (one.dimension, one.item, one.import_name or "")
        if not all(isinstance(text, str) for text in texts):
            raise ApiError(400, "entityType, entityName and importId must be texts")
    return parameters


def _kind(request: Request) -> str:
    """Return the kind of object that the tasks run; 404 for an unknown kind."""
    kind: str = request.path_params["kind"]
    if kind not in KINDS:
        raise not_found()
    return kind


routes: list[Route] = [
    *both_forms("/{kind}/{id}/tasks", start, ["POST"]),
    *both_forms("/{kind}/{id}/tasks", tasks),
    *both_forms("/{kind}/{id}/tasks/{task}", task),
    *both_forms("/{kind}/{id}/tasks/{task}", cancel, ["DELETE"]),
]
