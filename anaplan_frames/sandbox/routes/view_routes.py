"""Endpoints for views: their axes, and their cells as CSV or JSON."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from anaplan_frames.sandbox.http.response_envelope import ApiError, answer, not_found
from anaplan_frames.sandbox.planning.exports import view_data
from anaplan_frames.sandbox.planning.exports.rendering import Rendering
from anaplan_frames.sandbox.planning.schema.definitions import Dimension, LineItem, ViewDefinition
from anaplan_frames.sandbox.routes.request_context import (
    access_of,
    both_forms,
    tenant_of,
    working_model,
)

_LAYOUTS = (
    "GRID_CURRENT_PAGE",
    "GRID_ALL_PAGES",
    "TABULAR_SINGLE_COLUMN",
    "TABULAR_MULTI_COLUMN",
)


def view_of(request: Request) -> tuple[ViewDefinition, tuple[LineItem, ...] | None]:
    """Return the view of the path and the line items shown (None: all); 404 if there is none."""
    return readable_view(request, request.path_params["view"])


def readable_view(request: Request, id: str) -> tuple[ViewDefinition, tuple[LineItem, ...] | None]:
    """Return a view of a module that the user may read, by its id or that of a line item."""
    found = working_model(request).find_view(id)
    if found is None:
        raise not_found()
    module = found[0].module.whole or found[0].module
    if access_of(request).module_level(module.id) == "none":
        raise not_found()
    return found


def metadata(request: Request) -> Response:
    """Show the dimensions of each axis; an empty axis is left out."""
    view, _ = view_of(request)
    axes = {"rows": view.rows, "columns": view.columns, "pages": view.pages}
    shown = {axis: _dimensions(dimensions) for axis, dimensions in axes.items() if dimensions}
    return answer(request, "view", viewName=view.name, viewId=view.id, **shown)


def data(request: Request) -> Response:
    """Send the cells of one page, or of all pages in a tabular layout; 400 for too many cells."""
    model, (view, items) = working_model(request), view_of(request)
    accept = request.headers.get("accept", "").lower().replace(" ", "")
    as_json = "application/json" in accept and request.query_params.get("format") == "v1"
    rendering = Rendering(
        view,
        "GRID_CURRENT_PAGE" if as_json else _layout(request, view),
        line_items=items,
        escaped="escaped=true" in accept,
        max_rows=_max_rows(request),
        access=access_of(request),
    )
    with model.store.reading() as con:
        con.execute("BEGIN")  # a consistent state for all queries
        try:
            rendering = view_data.select_pages(con, rendering, _pages(request))
        except view_data.BadPage as error:
            raise ApiError(400, str(error)) from None
        limit = tenant_of(request).cell_read_limit
        count = view_data.cell_count(con, rendering, limit)
        if count > limit:
            raise ApiError(400, f"The view has {count} cells; at most {limit} can be read at once")
        if as_json:
            return Response(view_data.as_json(con, rendering), media_type="application/json")
        return Response(view_data.as_csv(con, rendering), media_type="text/csv")


def _dimensions(dimensions: tuple[Dimension, ...]) -> list[dict[str, str]]:
    return [{"id": dimension.id, "name": dimension.name} for dimension in dimensions]


def _layout(request: Request, view: ViewDefinition) -> str:
    """Read ``exportType``; its tabular layouts require ``moduleId``."""
    layout = request.query_params.get("exportType", "GRID_CURRENT_PAGE")
    if layout not in _LAYOUTS:
        raise ApiError(400, f"exportType must be one of {', '.join(_LAYOUTS)}")
    module = request.query_params.get("moduleId")
    if layout.startswith("TABULAR_") and module is None:
        raise ApiError(400, "exportType requires moduleId")
    if module not in (None, (view.module.whole or view.module).id):
        raise ApiError(400, f"moduleId: the view is not of a module {module}")
    return layout


def _pages(request: Request) -> list[tuple[str, str]]:
    """Read ``pages``: ``dimension:item`` pairs, separated by commas or in several parameters."""
    given = ",".join(request.query_params.getlist("pages"))
    pairs = [part.strip().partition(":") for part in given.split(",") if part.strip()]
    if wrong := next((dimension for dimension, colon, item in pairs if not (colon and item)), None):
        raise ApiError(400, f"pages: {wrong} is not of the form dimensionId:itemId")
    return [(dimension, item) for dimension, _, item in pairs]


def _max_rows(request: Request) -> int | None:
    text = request.query_params.get("maxRows")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise ApiError(400, "maxRows must be a whole number")
    return int(text)


routes: list[Route] = [
    *both_forms("/views/{view}", metadata),
    *both_forms("/views/{view}/data", data),
]
