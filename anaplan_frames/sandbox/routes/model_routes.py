"""Endpoints that list and describe models."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from anaplan_frames.sandbox.http.listing_parameters import flag, search, sort_strictly
from anaplan_frames.sandbox.http.response_envelope import (
    ApiError,
    answer,
    base_url,
    collection,
    not_found,
)
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.routes.request_context import (
    both_forms,
    caller,
    known_model,
    tenant_of,
    visible_model,
)
from anaplan_frames.sandbox.tenant.api_times import iso_time


def tenant_models(request: Request) -> Response:
    """List the models that the user may use, in all workspaces."""
    user = caller(request)
    models = [one for one in tenant_of(request).models.values() if user.may_use(one.id)]
    return _list(request, [one for one in models if user.may_enter(one.workspace.id)])


def workspace_models(request: Request) -> Response:
    """List all models of a workspace; as in the service, the user may have no access to some."""
    workspace = tenant_of(request).workspaces.get(request.path_params["workspace"])
    if workspace is None:
        raise not_found()
    return _list(request, workspace.models.values())


def model(request: Request) -> Response:
    """Show a model, also to users without a role in it, as documented."""
    return answer(request, "model", model=_model(request, known_model(request)))


def model_in_workspace(request: Request) -> Response:
    """Answer 405: a single model is only served without its workspace in the path."""
    raise ApiError(405, headers={"Allow": "DELETE"})


def dashboards(request: Request) -> Response:
    """List the dashboards."""
    shown = [
        {"id": one.id, "name": one.name} | ({"code": one.code} if one.code else {})
        for one in visible_model(request).dashboards.values()
    ]
    maximum = tenant_of(request).page_size
    return collection(request, "dashboard", "dashboards", shown, maximum=maximum)


def _list(request: Request, models: Iterable[Model]) -> Response:
    query = request.query_params
    shown = search([_model(request, model) for model in models], query.get("s"), ["name"])
    items = sort_strictly(shown, query.get("sort"), ["name", "activeState"])
    maximum = tenant_of(request).page_size
    return collection(request, "model", "models", items, maximum=maximum)


def _model(request: Request, model: Model) -> dict[str, Any]:
    tenant = tenant_of(request)
    shown: dict[str, Any] = {
        "id": model.id,
        "name": model.name,
        "activeState": model.state,
        "currentWorkspaceId": model.workspace.id,
        "currentWorkspaceName": model.workspace.name,
        "modelUrl": f"{base_url(request)}/core/workspaces/{model.workspace.id}/models/{model.id}",
        "categoryValues": [],
    }
    if flag(request, "modelDetails"):
        shown |= {
            "isoCreationDate": iso_time(tenant.created),
            "lastModified": iso_time(tenant.created),
            "lastModifiedByUserGuid": tenant.users.all()[0].id,
            "lastSavedSerialNumber": "1",
            "memoryUsage": model.memory_usage,
        }
        if "/workspaces/" not in request.url.path and "model" in request.path_params:
            shown["modelTransactionRunning"] = tenant.tasks.running(model.id) is not None
    return shown


routes: list[Route] = [
    Route("/2/0/models", tenant_models),
    Route("/2/0/models/{model}", model),
    Route("/2/0/workspaces/{workspace}/models", workspace_models),
    Route("/2/0/workspaces/{workspace}/models/{model}", model_in_workspace),
    *both_forms("/dashboards", dashboards),
]
