"""Endpoints for workspaces and users."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from anaplan_frames.sandbox.http.listing_parameters import flag, search, sort_strictly
from anaplan_frames.sandbox.http.response_envelope import answer, collection, not_found
from anaplan_frames.sandbox.planning.sandbox_workspace import Workspace
from anaplan_frames.sandbox.routes.request_context import caller, tenant_of
from anaplan_frames.sandbox.tenant.api_times import iso_time
from anaplan_frames.sandbox.tenant.tenant_users import CUSTOMER_ID, User

_USER_SORT = ("firstName", "lastName", "email", "active", "lastLoginDate")


def workspaces(request: Request) -> Response:
    """List the workspaces that the user administers or in which the user may use a model."""
    tenant, user = tenant_of(request), caller(request)
    shown = [
        _workspace(request, workspace)
        for workspace in tenant.workspaces.values()
        if user.may_enter(workspace.id)
        and (user.administrator or any(user.may_use(model_id) for model_id in workspace.models))
    ]
    found = search(shown, request.query_params.get("s"), ["name"])
    items = sort_strictly(found, request.query_params.get("sort"), ["name", "sizeAllowance"])
    return collection(request, "workspace", "workspaces", items, maximum=tenant.page_size)


def workspace(request: Request) -> Response:
    """Show one workspace to its administrators."""
    return answer(request, "workspace", workspace=_workspace(request, _administered(request)))


def admins(request: Request) -> Response:
    """List the administrators of a workspace; the sandbox has the same ones in all workspaces."""
    tenant = tenant_of(request)
    workspace = _administered(request)
    others = [one.name for one in tenant.workspaces.values() if one is not workspace]
    shown = [
        {
            "firstName": user.first_name,
            "lastName": user.last_name,
            "email": user.email,
            "active": user.active,
            "otherWorkspaces": others,
        }
        for user in tenant.users.all()
        if user.administrator
    ]
    return collection(request, "admin", "admins", shown, maximum=tenant.page_size)


def visitors(request: Request) -> Response:
    """List visitors from other tenants; the sandbox has none."""
    _administered(request)
    return collection(request, "visitor", "visitors", [], maximum=tenant_of(request).page_size)


def users(request: Request) -> Response:
    """List the users of the tenant."""
    tenant = tenant_of(request)
    shown = [_user(user) for user in tenant.users.all()]
    found = search(shown, request.query_params.get("s"), ["email", "firstName", "lastName"])
    items = sort_strictly(found, request.query_params.get("sort"), _USER_SORT)
    return collection(request, "user", "users", items, maximum=tenant.page_size)


def me(request: Request) -> Response:
    """Show the user whose token it is."""
    return answer(request, "user", user=_user(caller(request)))


def user(request: Request) -> Response:
    """Show one user."""
    found = tenant_of(request).users.by_id(request.path_params["user"])
    if found is None:
        raise not_found()
    return answer(request, "user", user=_user(found))


def _administered(request: Request) -> Workspace:
    """Return the workspace of the path; 404 to users who do not administer it."""
    found = tenant_of(request).workspaces.get(request.path_params["workspace"])
    if found is None or not caller(request).administrator:
        raise not_found()
    return found


def _workspace(request: Request, workspace: Workspace) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": workspace.id, "name": workspace.name, "active": True}
    if flag(request, "tenantDetails"):
        shown["sizeAllowance"] = workspace.definition.size_allowance
        shown["currentSize"] = workspace.current_size
    return shown


def _user(user: User) -> dict[str, Any]:
    shown = {
        "id": user.id,
        "active": user.active,
        "email": user.email,
        "emailOptIn": False,
        "firstName": user.first_name,
        "lastName": user.last_name,
        "customerId": CUSTOMER_ID,
    }
    if user.last_login is not None:
        shown["lastLoginDate"] = iso_time(user.last_login)
    return shown


routes: list[Route] = [
    Route("/2/0/workspaces", workspaces),
    Route("/2/0/workspaces/{workspace}", workspace),
    Route("/2/0/workspaces/{workspace}/admins", admins),
    Route("/2/0/workspaces/{workspace}/visitors", visitors),
    Route("/2/0/users", users),
    Route("/2/0/users/me", me),
    Route("/2/0/users/{user}", user),
]
