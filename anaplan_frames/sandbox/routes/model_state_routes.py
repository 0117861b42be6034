"""Endpoints that open, close and delete models, and show what a model is doing."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from anaplan_frames.sandbox.http.response_envelope import ApiError, answer, not_found
from anaplan_frames.sandbox.routes.request_context import (
    administered_model,
    both_forms,
    caller,
    json_body,
    tenant_of,
    visible_model,
)


def status(request: Request) -> Response:
    """Show what the model is doing; this answer has no envelope."""
    tenant, model = tenant_of(request), visible_model(request)
    task, now = tenant.tasks.running(model.id), tenant.clock()
    progress, step = -1.0, "Open" if model.is_open else "Closed"
    if task:
        progress, step = task.progress, task.current_step
    elif now < model.changes_until:
        left = (model.changes_until - now) / (tenant.tasks.pause or 1)
        progress, step = max(0.0, 1 - left), "Opening" if model.is_open else "Closing"
    body = {
        "tooltip": None,
        "progress": progress,
        "currentStep": step,
        "exportTaskType": None,
        "creationTime": int(now * 1000),
        "taskId": task.id if task else None,
        "peakMemoryUsageEstimate": None,
        "peakMemoryUsageTime": None,
    }
    return JSONResponse({"requestStatus": body})


def open_model(request: Request) -> Response:
    """Open the model; the answer is sent before it is open."""
    _change(request, is_open=True)
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
    *both_forms("/open", open_model, ["POST"]),
    *both_forms("/close", close_model, ["POST"]),
    Route("/2/0/workspaces/{workspace}/bulkDeleteModels", bulk_delete, methods=["POST"]),
]
