"""`/workspaces` and `/users`."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from anaplan_frames.sandbox.envelope import answer, collection, not_found
from anaplan_frames.sandbox.routes.access import caller, sandbox_of
from anaplan_frames.sandbox.selection import search, sort_strictly
from anaplan_frames.sandbox.users import CUSTOMER_ID, User

if TYPE_CHECKING:
    from anaplan_frames.sandbox.planning.workspace import Workspace

_SIZE_ALLOWANCE = 130 * 2**30  # bytes
_USER_SORT = ("firstName", "lastName", "email", "active", "lastLoginDate")


def workspaces(request: Request) -> Response:
    """List the workspaces in which the user may use a model or which they administer."""
    sandbox, user = sandbox_of(request), caller(request)
    shown = [
        _workspace(request, workspace)
        for workspace in sandbox.workspaces.values()
        if user.administrator or any(user.may_use(model_id) for model_id in workspace.models)
    ]
    found = search(shown, request.query_params.get("s"), ["name"])
    items = sort_strictly(found, request.query_params.get("sort"), ["name", "sizeAllowance"])
    return collection(request, "workspace", "workspaces", items, maximum=sandbox.page_size)


def workspace(request: Request) -> Response:
    """Show one workspace to its administrators."""
    found = sandbox_of(request).workspaces.get(request.path_params["workspace"])
    if found is None or not caller(request).administrator:
        raise not_found()
    return answer(request, "workspace", workspace=_workspace(request, found))


def users(request: Request) -> Response:
    """List the users of the tenant."""
    sandbox = sandbox_of(request)
    shown = [_user(user) for user in sandbox.users.all()]
    found = search(shown, request.query_params.get("s"), ["email", "firstName", "lastName"])
    items = sort_strictly(found, request.query_params.get("sort"), _USER_SORT)
    return collection(request, "user", "users", items, maximum=sandbox.page_size)


def me(request: Request) -> Response:
    """Show the user whose token it is."""
    return answer(request, "user", user=_user(caller(request)))


def user(request: Request) -> Response:
    """Show one user."""
    found = sandbox_of(request).users.by_id(request.path_params["user"])
    if found is None:
        raise not_found()
    return answer(request, "user", user=_user(found))


def _workspace(request: Request, workspace: Workspace) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": workspace.id, "name": workspace.name, "active": True}
    if request.query_params.get("tenantDetails") == "true":
        shown["sizeAllowance"] = _SIZE_ALLOWANCE
        shown["currentSize"] = 0
    return shown


def _user(user: User) -> dict[str, Any]:
    shown = {
        "id": user.id,
        "active": True,
        "email": user.email,
        "emailOptIn": False,
        "firstName": user.first_name,
        "lastName": user.last_name,
        "customerId": CUSTOMER_ID,
    }
    if user.last_login is not None:
        shown["lastLoginDate"] = iso_time(user.last_login)
    return shown


def iso_time(seconds: float) -> str:
    """Write a time as the API does: ISO 8601 with milliseconds, UTC."""
    moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "+0000")


routes = [
    Route("/2/0/workspaces", workspaces),
    Route("/2/0/workspaces/{workspace}", workspace),
    Route("/2/0/users", users),
    Route("/2/0/users/me", me),
    Route("/2/0/users/{user}", user),
]
