"""Endpoints for exception users, who may sign in by a password although others may not."""

from __future__ import annotations

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from anaplan_frames.sandbox.http.response_envelope import ApiError
from anaplan_frames.sandbox.planning.sandbox_workspace import Workspace
from anaplan_frames.sandbox.routes.request_context import json_body, require_role, tenant_of
from anaplan_frames.sandbox.tenant.tenant_users import User

_PREFIX = "/admin/1/0/permissions/exception-users"
_ROLE = "Tenant Security Admin"
_BAD = "FAILURE_BAD_REQUEST"
_DENIED = "FAILURE_UNAUTHORIZED_USER_ACTION"
_ID = re.compile("[0-9a-f]{32}")


async def search(request: Request) -> Response:
    """List the exception users of a workspace, or the workspaces of one of them."""
    body = await json_body(request)
    asked = [key for key in ("workspaceGuid", "userGuid") if body.get(key)]
    if len(asked) != 1:
        raise ApiError(400, "Give either workspaceGuid or userGuid", code=_BAD)
    exceptions = tenant_of(request).exception_users
    if asked == ["workspaceGuid"]:
        workspace = _workspace(request, body)
        found = [_shown(workspace, exceptions.of_workspace(workspace))]
    else:
        user = _user(request, body["userGuid"])
        found = [_shown(workspace, [user]) for workspace in exceptions.of_user(user)]
    return JSONResponse({"response": [one for one in found if one["users"]]})


async def change(request: Request) -> Response:
    """Assign or unassign an exception user."""
    denial = ApiError(403, f"The user does not have the role {_ROLE}", code=_DENIED)
    me = require_role(request, _ROLE, denial)
    body = await json_body(request)
    op = body.get("op")
    if op not in ("assign", "unassign"):
        raise ApiError(400, "op must be assign or unassign", code=_BAD)
    user, workspace = _user(request, request.path_params["user"]), _workspace(request, body)
    if user is me:
        raise ApiError(403, "You cannot change your own status", code=_DENIED)
    exceptions = tenant_of(request).exception_users
    try:
        (exceptions.assign if op == "assign" else exceptions.unassign)(user, workspace)
    except ValueError as refusal:
        raise ApiError(400, str(refusal), code=_BAD) from None
    return Response(status_code=204)


def _user(request: Request, id: Any) -> User:
    user = tenant_of(request).users.by_id(_checked_id("userGuid", id))
    if user is None:
        raise ApiError(404, "User not found", code="FAILURE_NOT_FOUND")
    return user


def _workspace(request: Request, body: dict[str, Any]) -> Workspace:
    id = _checked_id("workspaceGuid", body.get("workspaceGuid"))
    workspace = tenant_of(request).workspaces.get(id)
    if workspace is None:
        raise ApiError(404, "Workspace not found", code="FAILURE_NOT_FOUND")
    return workspace


def _checked_id(name: str, id: Any) -> str:
    if not isinstance(id, str) or not _ID.fullmatch(id):
        raise ApiError(400, f"{name} must be 32 hex digits", code=_BAD)
    return id


def _shown(workspace: Workspace, users: list[User]) -> dict[str, Any]:
    return {
        "workspaceGuid": workspace.id,
        "workspaceName": workspace.name,
        "users": [{"userGuid": user.id, "email": user.email} for user in users],
    }


routes: list[Route] = [
    Route(f"{_PREFIX}/search", search, methods=["POST"]),
    Route(f"{_PREFIX}/users/{{user}}", change, methods=["PATCH"]),
]
