"""Endpoints of Application Lifecycle Management: revisions, synchronizations, reports, status.

By alm-openapi.json. From the documentation and from anaplan-sdk, which was tested on a tenant: a
new revision is under ``revision``, times of tasks are milliseconds, a task has a ``currentStep``,
and its result names both revisions. A missing role is 403, and for reports 424 without a text.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from anaplan_frames.sandbox.http.listing_parameters import sort_leniently
from anaplan_frames.sandbox.http.response_envelope import (
    ApiError,
    answer,
    base_url,
    collection,
    created,
    not_found,
)
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.routes.request_context import (
    caller,
    json_body,
    tenant_of,
    visible_model,
)
from anaplan_frames.sandbox.tenant.alm_tasks import COMPARISON, SUMMARY, SYNC, Pair, ReportKind
from anaplan_frames.sandbox.tenant.api_times import iso_seconds
from anaplan_frames.sandbox.tenant.model_revisions import BY_API, Applied, RevisionRefused
from anaplan_frames.sandbox.tenant.task_queue import COMPLETE, IN_PROGRESS, Task

_FIELDS = ("sourceRevisionId", "sourceModelId", "targetRevisionId")
_SORT = ("id", "name", "description", "createdOn", "createdBy", "appliedOn", "appliedBy")
_OFFLINE = {"UNLOCKED": "MAINTENANCE", "PRODUCTION": "PRODUCTION_MAINTENANCE"}
_ONLINE = {offline: online for online, offline in _OFFLINE.items()}
_BYTES = ("application/octet-stream", "application/*", "*/*")


async def online_status(request: Request) -> Response:
    """Bring a model online or offline; it can be in standard or deployed mode."""
    model = _model(request)
    status = (await json_body(request)).get("status")
    if status not in ("online", "offline"):
        raise ApiError(400, "Invalid value for `status`, must be one of `[online, offline]`")
    if model.state == "LOCKED":
        raise ApiError(400, "Cannot change status when model is in Locked or Archived mode")
    states = _ONLINE if status == "online" else _OFFLINE
    model.state = states.get(model.state, model.state)
    return Response(status_code=204)


def latest_revision(request: Request) -> Response:
    """Show the last revision; without one, the answer does not have the key."""
    latest = tenant_of(request).revisions.latest(_model(request).id)
    return answer(request, "revision", **({"revisions": [_revision(latest)]} if latest else {}))


def revisions(request: Request) -> Response:
    """List the revisions of a model, by the days on which they were applied."""
    tenant, model = tenant_of(request), _model(request)
    after, before = _day(request, "appliedAfter"), _day(request, "appliedBefore")
    if after and before and after > before:
        raise ApiError(400, "`appliedAfter` must be an earlier date than `appliedBefore`")
    shown = [
        _revision(one)
        for one in tenant.revisions.of(model.id)
        if (after is None or _day_of(one) >= after) and (before is None or _day_of(one) <= before)
    ]
    order = request.query_params.get("sort")
    items = sort_leniently(shown, order, {name: name for name in _SORT})
    return collection(request, "revision", "revisions", items, maximum=tenant.page_size)


async def create_revision(request: Request) -> Response:
    """Make a revision of a model with structural changes."""
    tenant, model = tenant_of(request), _changeable_model(request)
    body = await json_body(request)
    name, description = body.get("name"), body.get("description") or ""
    if not isinstance(name, str) or not isinstance(description, str):
        raise ApiError(400, "`name` and `description` must be texts")
    make = tenant.revisions.create
    try:
        made = await run_in_threadpool(make, model, name, description, caller(request).id, BY_API)
    except RevisionRefused as refusal:
        raise ApiError(400, str(refusal)) from None
    shown = _revision(made)
    # The file has a list, and the documentation and clients one revision.
    return created(request, "revision", revision=shown, revisions=[shown])


def applied_to_models(request: Request) -> Response:
    """List the models that have a revision, deleted ones included."""
    tenant, model = tenant_of(request), _model(request)
    revision_id = request.path_params["revision"]
    if tenant.revisions.find(model.id, revision_id) is None:
        raise not_found()
    shown = [
        _applied(one, tenant.models.get(one.model_id))
        for one in tenant.revisions.everywhere(revision_id)
    ]
    return answer(request, "revision", appliedToModels=shown)


def syncable_revisions(request: Request) -> Response:
    """List the revisions of a source model that may be applied here, the newest first."""
    tenant, model = tenant_of(request), _model(request)
    source_id = request.query_params.get("sourceModelId")
    if not source_id:
        raise ApiError(400, "Missing `sourceModelId` request parameter")
    if source_id not in tenant.models or not caller(request).may_use(source_id):
        raise not_found()
    found = reversed(tenant.revisions.syncable(model, source_id))
    return answer(request, "revision", revisions=[_revision(one) for one in found])


async def start_sync(request: Request) -> Response:
    """Start to apply a revision of a source model; each call starts another task."""
    model = _changeable_model(request)
    pair = await _pair(request, model)
    latest = tenant_of(request).revisions.latest(model.id)
    if latest is None or latest.revision is not pair.target:
        raise ApiError(400, "`targetRevisionId` is not the latest revision of the target model")
    task = tenant_of(request).alm.start_sync(model, pair, caller(request))
    return _started(request, task)


def sync_tasks(request: Request) -> Response:
    """List the tasks of the last 48 hours; without one, the answer does not have the key."""
    tasks = [_listed(task) for task in tenant_of(request).alm.syncs(_model(request).id)]
    return answer(request, "task", **({"tasks": tasks} if tasks else {}))


def sync_task(request: Request) -> Response:
    """Show a task, and its result once it has ended."""
    model = _model(request)
    return answer(request, "task", task=_task(_found_task(request, model, SYNC)))


async def start_report(request: Request) -> Response:
    """Start to write a report; each call starts another task."""
    model = _changeable_model(request, of_reports=True)
    pair = await _pair(request, model)
    kind = _report_kind(request)
    return _started(
        request, tenant_of(request).alm.start_report(kind, model, pair, caller(request))
    )


def report_task(request: Request) -> Response:
    """Show a task, with the URL of the report once it is written."""
    model = _model(request, of_reports=True)
    kind = _report_kind(request)
    task = _found_task(request, model, kind)
    shown = _task(task)
    result = shown.get("result", {})
    if result.get("successful"):
        path = kind.removesuffix("Tasks") + "s"
        ids = f"{result['targetRevisionId']}/{result['sourceRevisionId']}"
        result["reportFileUrl"] = f"{base_url(request)}/2/0/models/{model.id}/alm/{path}/{ids}"
    return answer(request, "syncTask", task=shown)


def comparison(request: Request) -> Response:
    """Send a full report, as bytes only; what the client accepts is looked at before the role."""
    accepted = [part.partition(";")[0].strip() for part in _accept(request).split(",")]
    if not any(one in _BYTES for one in accepted):
        raise ApiError(406)
    text: str = _report(request, COMPARISON)
    return Response(text.encode(), media_type="application/octet-stream")


def summary(request: Request) -> Response:
    """Show a summary report."""
    found = _report(request, SUMMARY)
    ids = {
        "targetRevisionId": request.path_params["target"],
        "sourceRevisionId": request.path_params["source"],
    }
    return answer(request, "summaryReport", summaryReport={**ids, **found})


def _model(request: Request, *, of_reports: bool = False) -> Model:
    """Return the model of the path, which the user must administer, in any mode but archived."""
    model = visible_model(request)
    if model.state == "ARCHIVED":
        raise ApiError(422, "Model is Archived")
    if not caller(request).administrator:
        if not of_reports:
            raise ApiError(403, "Forbidden")
        denial = ApiError(424)
        denial.message = ""
        raise denial
    return model


def _changeable_model(request: Request, *, of_reports: bool = False) -> Model:
    """Return the model of the path for a task; it must not be locked, but may be offline."""
    model = _model(request, of_reports=of_reports)
    if model.state == "LOCKED":
        raise ApiError(423, "The model is locked")
    return model


async def _pair(request: Request, model: Model) -> Pair:
    """Read which revisions a task is about."""
    body = await json_body(request)
    if not all(isinstance(body.get(name), str) and body[name] for name in _FIELDS):
        names = "`sourceRevisionId`, `sourceModelId` and `targetRevisionId`"
        raise ApiError(400, f"Expected mandatory fields {names}")
    source_revision, source_model, target_revision = (body[name] for name in _FIELDS)
    known = tenant_of(request).revisions
    source = known.find(source_model, source_revision)
    if source is None or not caller(request).may_use(source_model):
        raise ApiError(400, "`sourceRevisionId` is not a revision of the source model")
    target = known.find(model.id, target_revision)
    if target is None:
        raise ApiError(400, "`targetRevisionId` is not a revision of the target model")
    return Pair(target.revision, source.revision, source_model)


def _report_kind(request: Request) -> ReportKind:
    return COMPARISON if f"/{COMPARISON}" in request.url.path else SUMMARY


def _report(request: Request, kind: ReportKind) -> Any:
    model, ids = _model(request, of_reports=True), request.path_params
    found = tenant_of(request).alm.report(kind, model.id, ids["target"], ids["source"])
    if found is None:
        raise not_found()
    return found


def _accept(request: Request) -> str:
    return request.headers.get("accept", "*/*")


def _found_task(request: Request, model: Model, kind: str) -> Task:
    found = tenant_of(request).alm.find(kind, model.id, request.path_params["task"])
    if found is None:
        raise not_found()
    return found


def _started(request: Request, task: Task) -> JSONResponse:
    url = f"{base_url(request)}{request.url.path}/{task.id}"
    made = created(request, "taskWithUrl", task={**_listed(task), "taskUrl": url})
    made.headers["Location"] = url
    return made


def _listed(task: Task) -> dict[str, Any]:
    """Return a task as a list has it: these tasks are in progress as soon as they exist."""
    return {
        "taskId": task.id,
        "taskState": COMPLETE if task.ended else IN_PROGRESS,
        "creationTime": int(task.created * 1000),
    }


def _task(task: Task) -> dict[str, Any]:
    shown = _listed(task)
    result = task.result if task.ended else None
    if result is None:
        return {**shown, "currentStep": task.current_step}
    kept = ("successful", "sourceRevisionId", "targetRevisionId", "error")
    step = "Complete." if result["successful"] else "Failed."
    result = {name: result[name] for name in kept if name in result}
    return {**shown, "currentStep": step, "result": result}


def _revision(one: Applied) -> dict[str, Any]:
    revision = one.revision
    shown = {
        "id": revision.id,
        "name": revision.name,
        "createdOn": iso_seconds(revision.created),
        "createdBy": revision.created_by,
        "creationMethod": revision.method,
        "appliedOn": iso_seconds(one.applied),
        "appliedBy": one.applied_by,
    }
    return shown | ({"description": revision.description} if revision.description else {})


def _applied(one: Applied, model: Model | None) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "modelId": one.model_id,
        "appliedBy": one.applied_by,
        "appliedOn": iso_seconds(one.applied),
        "appliedMethod": one.method,
    }
    if model is None:
        return {**shown, "modelDeleted": True}
    return {**shown, "modelName": model.name, "workspaceId": model.workspace.id}


def _day(request: Request, name: str) -> datetime.date | None:
    text = request.query_params.get(name)
    if not text:
        return None
    try:
        return datetime.datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise ApiError(400, "Date query parameter must be of the format `YYYY-MM-DD`") from None


def _day_of(one: Applied) -> datetime.date:
    return datetime.datetime.fromtimestamp(one.applied, datetime.UTC).date()


def _routes() -> Iterable[Route]:
    model, alm = "/2/0/models/{model}", "/2/0/models/{model}/alm"
    yield Route(f"{model}/onlineStatus", online_status, methods=["POST", "PUT"])
    yield Route(f"{alm}/latestRevision", latest_revision)
    yield Route(f"{alm}/revisions", revisions)
    yield Route(f"{alm}/revisions", create_revision, methods=["POST"])
    yield Route(f"{alm}/revisions/{{revision}}/appliedToModels", applied_to_models)
    yield Route(f"{alm}/syncableRevisions", syncable_revisions)
    yield Route(f"{alm}/syncTasks", sync_tasks)
    yield Route(f"{alm}/syncTasks", start_sync, methods=["POST"])
    yield Route(f"{alm}/syncTasks/{{task}}", sync_task)
    for kind in (COMPARISON, SUMMARY):
        yield Route(f"{alm}/{kind}", start_report, methods=["POST"])
        yield Route(f"{alm}/{kind}/{{task}}", report_task)
    for path, endpoint in (("comparisonReports", comparison), ("summaryReports", summary)):
        yield Route(f"{alm}/{path}/{{target}}/{{source}}", endpoint)


routes: list[Route] = list(_routes())
