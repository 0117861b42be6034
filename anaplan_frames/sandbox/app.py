"""The application: all routes behind the gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from anaplan_frames.sandbox.envelope import ApiError, error_response
from anaplan_frames.sandbox.gate import Gate, Net
from anaplan_frames.sandbox.routes import (
    authentication,
    definitions,
    dimensions,
    dumps,
    files,
    lists,
    models,
    modules,
    opening,
    read_requests,
    tasks,
    tenant,
    timing,
    views,
)

if TYPE_CHECKING:
    from anaplan_frames.sandbox.sandbox import Sandbox


def build_app(sandbox: Sandbox) -> ASGIApp:
    """Build the ASGI application that serves `sandbox`."""
    app = Starlette(
        routes=[
            *authentication.routes,
            *tenant.routes,
            *models.routes,
            *definitions.routes,
            *files.routes,
            *tasks.routes,
            *dumps.routes,
            *timing.routes,
            *opening.routes,
            *lists.routes,
            *dimensions.routes,
            *modules.routes,
            *views.routes,
            *read_requests.routes,
        ],
        middleware=[Middleware(Net), Middleware(Gate, sandbox=sandbox)],
        exception_handlers={ApiError: _api_error, HTTPException: _http_error},
    )
    # The service knows each path in one form only, but for those that have routes for both.
    app.router.redirect_slashes = False
    app.state.sandbox = sandbox
    return app


async def _api_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    return error_response(request, error)


async def _http_error(request: Request, error: Exception) -> Response:
    """Answer for a path or a method that no route takes."""
    assert isinstance(error, HTTPException)
    return error_response(request, ApiError(error.status_code, headers=error.headers))
