"""Endpoints of SCIM: the tenant's users, and what the service says of itself."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from anaplan_frames.sandbox.http.response_envelope import ApiError, base_url, not_found
from anaplan_frames.sandbox.routes.request_context import json_body, require_role, tenant_of
from anaplan_frames.sandbox.routes.scim_discovery import PROVIDER, RESOURCE_TYPES, SCHEMAS
from anaplan_frames.sandbox.tenant import scim_users
from anaplan_frames.sandbox.tenant.scim_filters import BadFilter, compile_filter
from anaplan_frames.sandbox.tenant.scim_users import ScimRefusal
from anaplan_frames.sandbox.tenant.tenant_users import User

_PREFIX = "/scim/1/0/v2"
_ROLE = "User Administrator"
_MEDIA = "application/scim+json"
_LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
_MOST = 100  # users on a page


def users(request: Request) -> Response:
    """List users by a filter, from `startIndex` on, which counts from 1."""
    _check_role(request)
    tenant = tenant_of(request)
    found = tenant.users.all()
    text = request.query_params.get("filter")
    if text:
        try:
            test = compile_filter(text)
        except BadFilter as error:
            raise _refused(ScimRefusal(str(error))) from None
        found = [user for user in found if test(scim_users.attributes(user))]
    start, count = max(1, _number(request, "startIndex", 1)), _number(request, "count", _MOST)
    if count > _MOST:
        raise _refused(ScimRefusal(f"count can be {_MOST} at most"))
    shown = found[start - 1 : start - 1 + max(0, count)]
    return _json(_list([_shown(request, user) for user in shown], len(found), start))


async def create_user(request: Request) -> Response:
    """Make a user."""
    _check_role(request)
    body = await json_body(request)
    try:
        user, status = scim_users.create(tenant_of(request), body)
    except ScimRefusal as refusal:
        raise _refused(refusal) from None
    return _json(_shown(request, user), status)


def user(request: Request) -> Response:
    """Show one user."""
    _check_role(request)
    return _json(_shown(request, _user(request)))


async def replace_user(request: Request) -> Response:
    """Replace a user: what is left out is cleared."""
    _check_role(request)
    body, found = await json_body(request), _user(request)
    try:
        status = scim_users.replace(tenant_of(request), found, body)
    except ScimRefusal as refusal:
        raise _refused(refusal) from None
    return _json(_shown(request, found), status)


async def patch_user(request: Request) -> Response:
    """Change some of a user."""
    _check_role(request)
    body, found = await json_body(request), _user(request)
    try:
        status = scim_users.patch(tenant_of(request), found, body)
    except ScimRefusal as refusal:
        raise _refused(refusal) from None
    return _json(_shown(request, found), status)


def delete_user(request: Request) -> Response:
    """Answer 501, as was measured on live tenants: users are deactivated instead."""
    raise ApiError(501, "Delete is not supported")


def resource_types(request: Request) -> Response:
    """Say which resources there are; this and the next two need no token."""
    return _json(_list(RESOURCE_TYPES, len(RESOURCE_TYPES)))


def schemas(request: Request) -> Response:
    """Describe the attributes of a user."""
    return _json(_list(SCHEMAS, len(SCHEMAS)))


def provider(request: Request) -> Response:
    """Say what the service supports; that patch and filter are not is wrong, as in the service."""
    return _json(PROVIDER)


def _check_role(request: Request) -> None:
    require_role(request, _ROLE, ApiError(403, f"The user does not have the role {_ROLE}"))


def _user(request: Request) -> User:
    found = tenant_of(request).users.by_id(request.path_params["user"])
    if found is None:
        raise not_found()
    return found


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name)
    try:
        return default if not text else int(text)
    except ValueError:
        raise _refused(ScimRefusal(f"{name} must be a whole number")) from None


def _shown(request: Request, user: User) -> dict[str, Any]:
    return scim_users.resource(tenant_of(request), user, f"{base_url(request)}{_PREFIX}/Users")


def _list(resources: list[dict[str, Any]], total: int, start: int = 1) -> dict[str, Any]:
    return {
        "schemas": [_LIST],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": len(resources),
        "Resources": resources,
    }


def _refused(refusal: ScimRefusal) -> ApiError:
    return ApiError(refusal.status, refusal.detail, code=refusal.kind)


def _json(body: dict[str, Any], status: int = 200) -> JSONResponse:
    return JSONResponse(body, status, media_type=_MEDIA)


routes: list[Route] = [
    Route(f"{_PREFIX}/Users", users, methods=["GET"]),
    Route(f"{_PREFIX}/Users", create_user, methods=["POST"]),
    Route(f"{_PREFIX}/Users/{{user}}", user, methods=["GET"]),
    Route(f"{_PREFIX}/Users/{{user}}", replace_user, methods=["PUT"]),
    Route(f"{_PREFIX}/Users/{{user}}", patch_user, methods=["PATCH"]),
    Route(f"{_PREFIX}/Users/{{user}}", delete_user, methods=["DELETE"]),
    Route(f"{_PREFIX}/ResourceTypes", resource_types),
    Route(f"{_PREFIX}/Schemas", schemas),
    Route(f"{_PREFIX}/ServiceProviderConfig", provider),
]
