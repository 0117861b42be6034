"""Endpoints for modules: line items, views, and writes of single cells."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from anaplan_frames.sandbox.http.listing_parameters import flag
from anaplan_frames.sandbox.http.request_bodies import receive_file
from anaplan_frames.sandbox.http.response_envelope import ApiError, collection, not_found
from anaplan_frames.sandbox.planning.metadata.line_item_metadata import line_item_metadata
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.definitions import ModuleDefinition, ViewDefinition
from anaplan_frames.sandbox.planning.writes.single_cell_writes import RefusedCells, write_cells
from anaplan_frames.sandbox.routes.model_listings import listing
from anaplan_frames.sandbox.routes.request_context import (
    access_of,
    both_forms,
    tenant_of,
    visible_model,
    working_model,
)

# Documented as "100,000 cells or 15 MB of data (whichever is lower)".
MAX_BODY_BYTES = 15_000_000


def modules(request: Request) -> Response:
    """List the modules."""
    shown = [{"id": one.id, "name": one.name} for one in _readable(request, visible_model(request))]
    return listing(request, "module", "modules", shown)


def model_line_items(request: Request) -> Response:
    """List the line items of all modules, with metadata if `includeAll` is true."""
    model = working_model(request)
    return _line_items(request, _readable(request, model))


def module_line_items(request: Request) -> Response:
    """List the line items of one module."""
    return _line_items(request, [_module(request)])


def model_views(request: Request) -> Response:
    """List the default and saved views of all modules; names of saved views begin with the module.

    With `includesubsidiaryviews`, so are those of line items with dimensions of their own.
    """
    views = _views(request)
    return listing(request, "view", "views", [_view(view, _full_name(view)) for view in views])


def module_views(request: Request) -> Response:
    """List the views of a module; the default view is called "default"."""
    module = _module(request)
    views = [view for view in _views(request) if _module_of(view) is module]
    shown = [_view(view, "default" if _is_default(view) else view.name) for view in views]
    return listing(request, "view", "views", shown)


async def write(request: Request) -> Response:
    """Write single cells; this answer has no envelope."""
    module, tenant, access = _module(request), tenant_of(request), access_of(request)
    if access.module_level(module.id) != "write":
        raise ApiError(403)
    store, path = working_model(request).store, tenant.contents.new_path()
    too_large = ApiError(413, f"Too many cells: a request may have {MAX_BODY_BYTES} bytes")
    try:
        await receive_file(request, path, MAX_BODY_BYTES, too_large)
        limit = tenant.cell_write_limit
        written = await run_in_threadpool(write_cells, store, module, path, limit, access.managing)
    except RefusedCells as refused:
        raise ApiError(400, str(refused)) from None
    finally:
        path.unlink(missing_ok=True)
    failures = [
        {"requestIndex": index, "failureType": kind, "failureMessageDetails": words}
        for index, kind, words in written.failures
    ]
    return JSONResponse({"numberOfCellsChanged": written.changed, "failures": failures})


def _module(request: Request) -> ModuleDefinition:
    module = working_model(request).modules.get(request.path_params["module"])
    if module is None or access_of(request).module_level(module.id) == "none":
        raise not_found()
    return module


def _readable(request: Request, model: Model) -> list[ModuleDefinition]:
    """Return the modules that the user may read."""
    access = access_of(request)
    return [one for one in model.modules.values() if access.module_level(one.id) != "none"]


def _line_items(request: Request, of: list[ModuleDefinition]) -> Response:
    model, maximum = working_model(request), tenant_of(request).page_size
    include_all = flag(request, "includeAll")
    shown = line_item_metadata(model.store, model.calendar, of, include_all=include_all)
    return collection(request, "lineItem", "items", shown, maximum=maximum)


def _views(request: Request) -> list[ViewDefinition]:
    """Return the views of the model that the request asks for, of modules that may be read."""
    model = visible_model(request)
    modules = _readable(request, model)
    every = [*model.views.values()]
    if flag(request, "includesubsidiaryviews"):
        every += model.subsidiary_views.values()
    return [view for view in every if _module_of(view) in modules]


def _module_of(view: ViewDefinition) -> ModuleDefinition:
    return view.module.whole or view.module


def _view(view: ViewDefinition, name: str) -> dict[str, Any]:
    return {"code": "", "id": view.id, "name": name, "moduleId": _module_of(view).id}


def _is_default(view: ViewDefinition) -> bool:
    return view.id == _module_of(view).id


def _full_name(view: ViewDefinition) -> str:
    """Return the name of a view among all views: ``module`` or ``module.saved view``.

    That of a line item is named like a saved view.
    """
    if _is_default(view):
        return view.name
    return f"{_quoted(view.module.name)}.{_quoted(view.name)}"


def _quoted(name: str) -> str:
    """Put a name with special characters between single quotes.

    The documentation does not list them; its examples do not quote letters, digits, spaces and
    "&", and quote names with "/" or "$".
    """
    plain = all(char.isalnum() or char in " _&" for char in name)
    return name if plain else "'" + name.replace("'", "''") + "'"


routes: list[Route] = [
    *both_forms("/modules", modules),
    *both_forms("/lineItems", model_line_items),
    *both_forms("/modules/{module}/lineItems", module_line_items),
    *both_forms("/modules/{module}/views", module_views),
    *both_forms("/views", model_views),
    *both_forms("/modules/{module}/data", write, ["POST"]),
]
