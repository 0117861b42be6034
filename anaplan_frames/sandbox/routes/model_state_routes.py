"""Endpoints that open, close and delete models, and show what a model is doing."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from anaplan_frames.sandbox.behavior import Closing
from anaplan_frames.sandbox.http.response_envelope import ApiError, answer, not_found
from anaplan_frames.sandbox.routes.request_context import (
    administered_model,
    both_forms,
    caller,
    json_body,
    tenant_of,
    visible_model,
)

_IDLE = -1.0
_BEGINS = 0.3  # the part of the time during which the status is still that of before


def status(request: Request) -> Response:
    """Show what the model is doing; this answer has no envelope."""
    return JSONResponse({"requestStatus": _status(request)})


def posted_status(request: Request) -> Response:
    """Show the same in an envelope, as Anaplan's own collection of requests asks for it."""
    return answer(request, "dimension", requestStatus=_status(request))


def _status(request: Request) -> dict[str, Any]:
    tenant, model = tenant_of(request), visible_model(request)
    task, now = tenant.tasks.running(model.id), tenant.clock()
    progress, step = _IDLE, "Open" if model.is_open else "Closed"
    if task:
        progress, step = task.progress, task.current_step
    elif now < model.changes_until:
        done = max(0.0, 1 - (model.changes_until - now) / (tenant.tasks.pause or 1))
        step, progress = _changing(done, tenant.behavior.closing, to_open=model.is_open)
    return {
        "tooltip": None,
        "progress": progress,
        "currentStep": step,
        "exportTaskType": None,
        "creationTime": int(now * 1000),
        "taskId": task.id if task else None,
        "peakMemoryUsageEstimate": None,
        "peakMemoryUsageTime": None,
    }


def _changing(done: float, closing: Closing, *, to_open: bool) -> tuple[str, float]:
    """Return step and progress of a model that changes; `done` goes from 0 to 1."""
    changing = "Opening" if to_open else "Closing"
    if closing == "by progress":
        return changing, done
    # The answer to the request was sent before the model begins to change.
    return ("Closed" if to_open else "Open") if done < _BEGINS else changing, _IDLE


def open_model(request: Request) -> Response:
    """Open the model; the answer is sent before it is open."""
    _change(request, is_open=True)
    tenant, model = tenant_of(request), visible_model(request)
    attributes = {"workspaceId": model.workspace.id, "modelId": model.id, "name": model.name}
    tenant.audit.note("USR-13", caller(request), model.id.lower(), attributes=attributes)
    return Response(status_code=202)


def close_model(request: Request) -> Response:
    """Close the model, even if others use it; the answer is sent before it is closed."""
    _change(request, is_open=False)
    return Response(status_code=204)


async def bulk_delete(request: Request) -> Response:
    """Delete models of a workspace; the answer lists each one that cannot be deleted."""
    tenant, user = tenant_of(request), caller(request)
    workspace = tenant.workspaces.get(request.path_params["workspace"])
    if workspace is None:
        raise not_found()
    model_ids = (await json_body(request)).get("modelIdsToDelete")
    if not isinstance(model_ids, list) or not all(isinstance(one, str) for one in model_ids):
        raise ApiError(400, "modelIdsToDelete must be a list of ids")
    deleted, failures = 0, []
    for model_id in model_ids:
        model = workspace.models.get(model_id)
        if model is None or not user.may_use(model_id):
            message = "The model does not exist in this workspace"
        elif not user.administrator:
            message = "Only an administrator of the workspace may delete the model"
        elif tenant.tasks.running(model_id):
            message = "The model is busy"
        elif model.is_open or tenant.clock() < model.changes_until:
            message = "The model is open: close it before it is deleted"
        else:
            await run_in_threadpool(workspace.delete, model)
            deleted += 1
            continue
        failures.append({"modelId": model_id, "message": message})
    shown = {"bulkDeleteModelsFailures": failures} if failures else {}
    return answer(request, "bulkDeleteModels", modelsDeleted=deleted, **shown)


def _change(request: Request, *, is_open: bool) -> None:
    """Begin to open or close the model, unless it already is open or closed."""
    tenant = tenant_of(request)
    was_open = visible_model(request).is_open
    model = administered_model(request)  # opens the model, as all work does
    model.is_open = is_open
    if was_open != is_open:
        model.changes_until = tenant.clock() + tenant.tasks.pause


routes: list[Route] = [
    *both_forms("/status", status),
    *both_forms("/status", posted_status, ["POST"]),
    *both_forms("/open", open_model, ["POST"]),
    *both_forms("/close", close_model, ["POST"]),
    Route("/2/0/workspaces/{workspace}/bulkDeleteModels", bulk_delete, methods=["POST"]),
]
