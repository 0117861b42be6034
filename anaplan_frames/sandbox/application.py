"""The ASGI application: all routes and the middleware around them."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from anaplan_frames.sandbox.console import console_routes
from anaplan_frames.sandbox.http.middleware import (
    AccessMiddleware,
    ErrorMiddleware,
    SlashMiddleware,
)
from anaplan_frames.sandbox.http.response_envelope import ApiError, error_response
from anaplan_frames.sandbox.routes import (
    action_routes,
    administration_routes,
    alm_routes,
    audit_routes,
    authentication_routes,
    cloudworks_connection_routes,
    cloudworks_integration_routes,
    cloudworks_run_routes,
    dimension_routes,
    dump_routes,
    exception_user_routes,
    file_routes,
    list_routes,
    model_routes,
    model_state_routes,
    module_routes,
    oauth_routes,
    optimizer_routes,
    read_request_routes,
    scim_routes,
    task_routes,
    tenant_routes,
    timing_routes,
    view_routes,
)
from anaplan_frames.sandbox.tenant.tenant_state import Tenant


def build_app(tenant: Tenant) -> ASGIApp:
    """Build the ASGI application that serves a tenant."""
    app = Starlette(
        routes=[
            *authentication_routes.routes,
            *oauth_routes.routes,
            *audit_routes.routes,
            *tenant_routes.routes,
            *model_routes.routes,
            *action_routes.routes,
            *file_routes.routes,
            *task_routes.routes,
            *dump_routes.routes,
            *optimizer_routes.routes,
            *timing_routes.routes,
            *model_state_routes.routes,
            *alm_routes.routes,
            *list_routes.routes,
            *dimension_routes.routes,
            *module_routes.routes,
            *view_routes.routes,
            *read_request_routes.routes,
            *cloudworks_connection_routes.routes,
            *cloudworks_run_routes.routes,
            *cloudworks_integration_routes.routes,
            *scim_routes.routes,
            *administration_routes.routes,
            *exception_user_routes.routes,
            *console_routes.routes,
        ],
        middleware=[
            Middleware(ErrorMiddleware),
            Middleware(SlashMiddleware),
            Middleware(AccessMiddleware, tenant=tenant),
        ],
        exception_handlers={ApiError: _api_error, HTTPException: _http_error},
    )
    app.router.redirect_slashes = False  # `SlashMiddleware` serves both forms
    app.state.tenant = tenant
    return app


async def _api_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    return error_response(request, error)


async def _http_error(request: Request, error: Exception) -> Response:
    """Answer a request with an unknown path or method."""
    assert isinstance(error, HTTPException)
    return error_response(request, ApiError(error.status_code, headers=error.headers))
