"""What endpoints read from a request: tenant, user, model with access checks, and JSON body."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from starlette.requests import Request
from starlette.routing import Route

from anaplan_frames.sandbox.http.response_envelope import ApiError, not_found
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.access_rights import Access
from anaplan_frames.sandbox.tenant.action_runner import access_to
from anaplan_frames.sandbox.tenant.tenant_state import Tenant
from anaplan_frames.sandbox.tenant.tenant_users import User

Endpoint: TypeAlias = Callable[[Request], Any]

# The states that refuse work. These answers are documented, but not which calls give them. Here
# all calls do except listings, uploads and those about tasks that were started before.
_REFUSALS = {
    "ARCHIVED": (422, "The model is archived"),
    "LOCKED": (423, "The model is locked"),
    "MAINTENANCE": (424, "The model is offline or in maintenance"),
    "PRODUCTION_MAINTENANCE": (424, "The model is offline or in maintenance"),
    "PRODUCTION": (425, "The model is deployed"),
}


def both_forms(path: str, endpoint: Endpoint, methods: Sequence[str] = ("GET",)) -> list[Route]:
    """Return the routes of a path below a model, with and without the workspace before it."""
    prefixes = ("/2/0/workspaces/{workspace}/models/{model}", "/2/0/models/{model}")
    return [Route(prefix + path, endpoint, methods=list(methods)) for prefix in prefixes]


def tenant_of(request: Request) -> Tenant:
    """Return the tenant that the application serves."""
    tenant: Tenant = request.app.state.tenant
    return tenant


def caller(request: Request) -> User:
    """Return the user whose token the request has."""
    user: User = request.state.user
    return user


def require_role(request: Request, role: str, denial: ApiError) -> User:
    """Return the user of the request, who must have this role in the tenant."""
    user = caller(request)
    if role not in user.roles:
        raise denial
    return user


def known_model(request: Request) -> Model:
    """Return the model of the path, whether or not the user has access; 404 if there is none."""
    model = tenant_of(request).models.get(request.path_params["model"])
    workspace = request.path_params.get("workspace")
    if model is None or workspace not in (None, model.workspace.id):
        raise not_found()
    return model


def visible_model(request: Request) -> Model:
    """Return the model of the path; 404, not 403, if the user has no role in it."""
    model, user = known_model(request), caller(request)
    if not (user.may_use(model.id) and user.may_enter(model.workspace.id)):
        raise not_found()
    return model


def overseen_model(request: Request) -> Model:
    """Return the model of the path for pages that show all of it; 404 to limited users."""
    model = visible_model(request)
    if access_of(request).is_limited:
        raise not_found()
    return model


def working_model(request: Request) -> Model:
    """Return the model of the path for work in it; 422 to 425 if its state refuses work.

    Work opens a closed model.
    """
    model = visible_model(request)
    if model.state in _REFUSALS:
        raise ApiError(*_REFUSALS[model.state])
    model.is_open = True
    return model


def access_of(request: Request) -> Access:
    """Return what the user may do in the model of the path."""
    return access_to(known_model(request), caller(request))


def administered_model(request: Request) -> Model:
    """Return the model of the path for work that only administrators may do; 404 to others."""
    model = working_model(request)
    if not caller(request).administrator:
        raise not_found()
    return model


async def json_body(request: Request) -> dict[str, Any]:
    """Read the body as a JSON object; an empty body is an empty object."""
    content = await request.body()
    if not content.strip():
        return {}
    try:
        body = json.loads(content)
        if b"\\ud" in content.lower():
            json.dumps(body, ensure_ascii=False).encode()  # refuses halves of surrogate pairs
    except (ValueError, RecursionError):
        raise ApiError(400, "The body is not JSON") from None
    if not isinstance(body, dict):
        raise ApiError(400, "The body is not a JSON object")
    return body
