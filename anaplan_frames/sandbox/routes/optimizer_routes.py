"""The endpoint for the log of an optimizer action that a process has run."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from anaplan_frames.sandbox.http.response_envelope import ApiError, not_found
from anaplan_frames.sandbox.planning.schema.action_definitions import OptimizerDefinition
from anaplan_frames.sandbox.routes.request_context import (
    both_forms,
    caller,
    tenant_of,
    visible_model,
)
from anaplan_frames.sandbox.tenant.task_queue import Task


def solution_log(request: Request) -> Response:
    """Send the log of a run, which the task of the process names; 403 before ids are read."""
    model, tenant = visible_model(request), tenant_of(request)
    if not caller(request).administrator:
        raise ApiError(403, "Forbidden")
    action = model.actions.get(request.path_params["action"])
    task_id = request.path_params["correlation"]
    if not isinstance(action, OptimizerDefinition):
        raise not_found()
    for process in model.processes:
        task = tenant.tasks.find("processes", model.id, process, task_id)
        if task is not None and action.id in _ran(task):
            return PlainTextResponse(action.solution_log)
    raise not_found()


def _ran(task: Task) -> list[str]:
    """Return the ids of the actions that a process has run; none before it has ended."""
    return [nested["objectId"] for nested in (task.result or {}).get("nestedResults", ())]


routes: list[Route] = both_forms(
    "/optimizeActions/{action}/tasks/{correlation}/solutionLogs", solution_log
)
