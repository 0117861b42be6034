"""Endpoints for large reads of views and lists: begin, status, pages, delete."""

from __future__ import annotations

from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from anaplan_frames.sandbox.http.response_envelope import ApiError, answer, base_url, not_found
from anaplan_frames.sandbox.planning.exports.large_read_pages import write_pages
from anaplan_frames.sandbox.planning.exports.rendering import Rendering
from anaplan_frames.sandbox.routes.request_context import (
    access_of,
    both_forms,
    caller,
    json_body,
    tenant_of,
    visible_model,
    working_model,
)
from anaplan_frames.sandbox.routes.view_routes import view_of
from anaplan_frames.sandbox.tenant.read_requests import LargeRead

_LAYOUTS = {
    "GRID_ALL_PAGES": "GRID_ALL_PAGES",
    "TABULAR_MULTI_COLUMN": "TABULAR_MULTI_COLUMN",
    "TABULAR_SINGLE_COLUMN": "TABULAR_SINGLE_COLUMN",
    "TABULAR_SINGLE_ITEMS": "TABULAR_SINGLE_COLUMN",  # the name in this endpoint's documentation
}


async def read_view(request: Request) -> Response:
    """Begin to read all cells of a view."""
    view, items = view_of(request)
    layout = (await json_body(request)).get("exportType")
    if not isinstance(layout, str) or layout not in _LAYOUTS:
        raise ApiError(400, f"exportType must be one of {', '.join(_LAYOUTS)}")
    access = access_of(request)
    rendering = Rendering(view, _LAYOUTS[layout], line_items=items, access=access)
    return _begin(request, "views", rendering)


def read_list(request: Request) -> Response:
    """Begin to read all items of a list."""
    lst, access = working_model(request).lists.get(request.path_params["list"]), access_of(request)
    if lst is None or access.list_level(lst.id) == "none":
        raise not_found()
    return _begin(request, "lists", Rendering(lst, access=access.managing))


def status(request: Request) -> Response:
    """Show how many pages are available, and whether the read is complete."""
    read = _read(request)
    return _show(request, read, read.status())


def page(request: Request) -> Response:
    """Send a page, if it is available; only the first has a header."""
    number = request.path_params["page"]
    content = _read(request).page(int(number)) if number.isascii() and number.isdigit() else None
    if content is None:
        raise not_found()
    return Response(content, media_type="text/csv")


def delete(request: Request) -> Response:
    """Stop the read and drop its pages."""
    read = _read(request)
    read.remove()
    return _show(request, read, {"requestId": read.id, "requestState": read.state})


def _begin(request: Request, kind: str, rendering: Rendering) -> Response:
    tenant, model = tenant_of(request), working_model(request)
    read = tenant.large_reads.start(
        kind,
        model.id,
        _source(request),
        caller(request),
        partial(write_pages, model.store, rendering),
    )
    return _show(request, read, {"requestId": read.id, "requestState": read.state})


def _read(request: Request) -> LargeRead:
    """Return the user's own read request; 404 if there is none, or no longer."""
    model, user = visible_model(request), caller(request)
    read = tenant_of(request).large_reads.find(
        _kind(request), model.id, _source(request), user, request.path_params["request"]
    )
    if read is None:
        raise not_found()
    return read


def _kind(request: Request) -> str:
    return "views" if "view" in request.path_params else "lists"


def _source(request: Request) -> str:
    found: str = request.path_params["view" if _kind(request) == "views" else "list"]
    return found


def _show(request: Request, read: LargeRead, state: dict[str, Any]) -> Response:
    model = visible_model(request)
    where = f"workspaces/{model.workspace.id}/models/{model.id}/{read.kind}/{read.source_id}"
    shown = {
        **state,
        f"{read.kind[:-1]}Id": read.source_id,
        "url": f"{base_url(request)}/2/0/{where}/readRequests/{read.id}",
    }
    key = f"{read.kind[:-1]}ReadRequest"
    return answer(request, key, **{key: shown})


routes: list[Route] = [
    *both_forms("/views/{view}/readRequests", read_view, ["POST"]),
    *both_forms("/lists/{list}/readRequests", read_list, ["POST"]),
    *(
        route
        for source in ("/views/{view}", "/lists/{list}")
        for path, endpoint, method in (
            ("", status, "GET"),
            ("", delete, "DELETE"),
            ("/pages/{page}", page, "GET"),
        )
        for route in both_forms(f"{source}/readRequests/{{request}}{path}", endpoint, [method])
    ),
]
