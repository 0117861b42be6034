"""Endpoints of CloudWorks for runs: start, cancel, history, status, errors and dumps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from anaplan_frames.sandbox.routes.cloudworks_answers import (
    answered,
    done,
    made,
    page_of,
    route,
)
from anaplan_frames.sandbox.routes.cloudworks_forms import history, run_errors, run_status
from anaplan_frames.sandbox.routes.request_context import json_body, tenant_of
from anaplan_frames.sandbox.tenant.cloudworks_records import CloudWorksError, Run
from anaplan_frames.sandbox.tenant.cloudworks_state import CloudWorks
from anaplan_frames.sandbox.tenant.stored_dumps import DumpGone
from anaplan_frames.sandbox.tenant.tenant_users import User

_NO_ERRORS = "Your integration run was successful / no errors"


async def start(request: Request, cloudworks: CloudWorks, user: User) -> Response:
    """Start an integration; each request starts another run."""
    run = cloudworks.start(user, request.path_params["integration"])
    return made(run={"id": run.id})


async def cancel(request: Request, cloudworks: CloudWorks, user: User) -> Response:
    """Cancel what runs of an integration."""
    cloudworks.cancel(user, request.path_params["integration"])
    return done()


async def runs(request: Request, cloudworks: CloudWorks, user: User) -> Response:
    """List the runs of an integration, the latest first."""
    held = cloudworks.integration(user, request.path_params["integration"])
    shown, paging = page_of(request, held.runs[::-1])
    about = {"paging": paging}
    return answered(request, "run_history", about, history_of_runs=history(held, shown))


async def status(request: Request, cloudworks: CloudWorks, user: User) -> Response:
    """Show how a run stands."""
    run = cloudworks.run(user, request.path_params["run"])
    return answered(request, "run", run=run_status(run))


async def errors(request: Request, cloudworks: CloudWorks, user: User) -> Response:
    """Show what went wrong in a run; an empty object if nothing did."""
    run = cloudworks.run(user, request.path_params["run"])
    found: Any = run_errors(run) if run.errors else {}
    if run.errors and tenant_of(request).behavior.run_errors == "list":
        found = [found]
    return answered(request, "run_error", runs=found)


async def dump(request: Request, cloudworks: CloudWorks, user: User) -> Response:
    """Send the failure dump of an import."""
    run = cloudworks.run(user, request.path_params["run"])
    return await _dump(request, run, next(iter(run.tasks), ""))


async def dump_of_process(request: Request, cloudworks: CloudWorks, user: User) -> Response:
    """Send the failure dump of an import in a process."""
    run = cloudworks.run(user, request.path_params["run"])
    return await _dump(request, run, request.path_params["action"])


async def _dump(request: Request, run: Run, import_id: str) -> Response:
    with_dump = [each["actionId"] for each in run.errors if each["failureDumpGenerated"]]
    if import_id not in with_dump:
        raise CloudWorksError(404, _NO_ERRORS)
    task = next(iter(run.tasks.values()))
    dumps = tenant_of(request).dumps
    try:
        path: Path | None = dumps.find(task.model_id, import_id, run.user, task.id)
    except DumpGone as gone:
        raise CloudWorksError(404, str(gone)) from None
    if path is None:
        raise CloudWorksError(404, _NO_ERRORS)
    return Response(await run_in_threadpool(path.read_bytes), media_type="text/csv")


async def start_flow(request: Request, cloudworks: CloudWorks, user: User) -> Response:
    """Start a flow, or some of its steps."""
    steps = (await json_body(request)).get("stepsToRun")
    if steps is not None and not isinstance(steps, list):
        raise CloudWorksError(400, "Invalid value for stepsToRun")
    run = cloudworks.start_flow(user, request.path_params["flow"], steps)
    return made(run={"id": run.id})


routes: list[Route] = [
    route("/integrations/{integration}/run", start, "POST"),
    route("/integrations/{integration}/cancel", cancel, "POST"),
    route("/integrations/runs/{integration}", runs),
    route("/integrations/runerror/{run}", errors),
    route("/integrations/run/{run}", status),
    route("/integrations/run/{run}/dumps", dump, entitled=True),
    route("/integrations/run/{run}/process/import/{action}/dumps", dump_of_process, entitled=True),
    route("/integrationflows/{flow}/run", start_flow, "POST"),
]
