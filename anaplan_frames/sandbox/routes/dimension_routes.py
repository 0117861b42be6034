"""Endpoints for the items of dimensions, of the model, a line item or a view."""

from __future__ import annotations

from collections.abc import Iterator

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from anaplan_frames.sandbox.http.response_envelope import (
    ApiError,
    answer,
    array,
    collection,
    not_found,
)
from anaplan_frames.sandbox.planning.exports import view_data
from anaplan_frames.sandbox.planning.exports.rendering import Rendering
from anaplan_frames.sandbox.planning.metadata import dimension_items
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema import object_ids
from anaplan_frames.sandbox.planning.schema.definitions import (
    LINE_ITEMS,
    Dimension,
)
from anaplan_frames.sandbox.planning.schema.dimension_parsing import Dimensions
from anaplan_frames.sandbox.planning.store.cell_tables import TIME_MEMBERS
from anaplan_frames.sandbox.routes.request_context import (
    access_of,
    both_forms,
    json_body,
    tenant_of,
    working_model,
)
from anaplan_frames.sandbox.routes.view_routes import readable_view

MAX_ITEMS = 1_000_000


def items(request: Request) -> Response:
    """Send all items of a list, a subset or the users; Time and Versions are refused here."""
    model, dimension = working_model(request), request.path_params["dimension"]
    if dimension in (object_ids.TIME, object_ids.VERSIONS):
        raise ApiError(400, "This dimension is served for line items and views only")
    return _answer(request, model, _model_items(request, model, dimension))


async def look_up(request: Request) -> Response:
    """Send the items with these names or codes, ignoring case."""
    model, dimension = working_model(request), request.path_params["dimension"]
    query = _model_items(request, model, dimension)
    body = await json_body(request)
    names, codes = _texts(body.get("names"), "names"), _texts(body.get("codes"), "codes")
    if not names and not codes:
        raise ApiError(400, "names or codes must hold something to look for")
    if codes and dimension == object_ids.TIME:
        raise ApiError(400, "The dimension does not support codes")

    def work() -> list[bytes]:
        with model.store.reading() as con:
            condition = dimension_items.matching(con, names, codes)
            return list(dimension_items.json_blocks(con, query, condition))

    return array(request, "dimension", "items", await run_in_threadpool(work))


def line_item_dimensions(request: Request) -> Response:
    """List the dimensions of a line item."""
    dimensions = _line_item_dimensions(request)
    shown = [{"id": dimension.id, "name": dimension.name} for dimension in dimensions]
    maximum = tenant_of(request).page_size
    return collection(request, "dimension", "dimensions", shown, maximum=maximum)


def line_item_items(request: Request) -> Response:
    """Send the items of a dimension of a line item."""
    dimension = _dimension_of(request, _line_item_dimensions(request))
    query = dimension_items.of_dimension(dimension)
    return _answer(request, working_model(request), query)


def view_items(request: Request) -> Response:
    """Send the items of a dimension of a view, or of a line item whose id is given instead."""
    view, items = readable_view(request, _number(request.path_params["view"]))
    dimension = _dimension_of(request, (*view.module.dimensions, LINE_ITEMS))
    if dimension == LINE_ITEMS:
        query = dimension_items.of_dimension(dimension, items or view.line_items)
        return _answer(request, working_model(request), query)
    rendering = Rendering(view, line_items=items, access=access_of(request))
    with working_model(request).store.snapshot() as con:
        query = view_data.items_query(con, rendering, dimension)
        total = dimension_items.count(con, query)
        if total > MAX_ITEMS:
            raise ApiError(400, f"The dimension has more than {MAX_ITEMS} items")
        blocks = list(dimension_items.json_blocks(con, query))
    return array(request, "dimension", "items", blocks) if total else answer(request, "dimension")


def _model_items(request: Request, model: Model, dimension: str) -> str:
    """Return a query for the items of a dimension of the model."""
    if dimension == object_ids.TIME:
        return TIME_MEMBERS
    if dimension == object_ids.VERSIONS:
        return "SELECT * FROM version_members"
    if dimension == object_ids.USERS:
        users = tenant_of(request).users.all()
        return dimension_items.of_values(
            (f"{object_ids.USER}{number:09d}", user.email, f"{user.first_name} {user.last_name}")
            for number, user in enumerate(users, start=1)
        )
    if dimension in model.line_item_subsets:
        of_lines = model.line_item_subsets[dimension].line_items
        return dimension_items.of_dimension(LINE_ITEMS, of_lines)
    for lst in model.lists.values():
        if lst.id == dimension:
            return dimension_items.of_list(lst)
        for name, subset in lst.subsets.items():
            if subset == dimension:
                return dimension_items.of_subset(lst, name)
    raise not_found()


def _dimension_of(request: Request, dimensions: tuple[Dimension, ...]) -> Dimension:
    """Return the dimension in the path, which must be one of these; 404 if it is not."""
    asked = _number(request.path_params["dimension"])
    for dimension in dimensions:
        if dimension.id == asked:
            return dimension
    raise not_found()


def _line_item_dimensions(request: Request) -> Dimensions:
    """Return the dimensions of the line item in the path: those of its view."""
    view, items = readable_view(request, _number(request.path_params["item"]))
    if items is None:
        raise not_found()
    return view.module.dimensions


def _number(asked: str) -> str:
    """Answer 400 if a text is not an id; an unknown id is 404."""
    if not (asked.isascii() and asked.isdigit()):
        raise ApiError(400, f"{asked} is not an id")
    return asked


def _texts(given: object, key: str) -> list[str]:
    if given is None:
        return []
    if not isinstance(given, list) or not all(isinstance(text, str) for text in given):
        raise ApiError(400, f"{key} must be an array of strings")
    return given


def _answer(request: Request, model: Model, query: str) -> Response:
    """Send the items of a query; if there are none, the key is left out."""
    with model.store.reading() as con:
        total = dimension_items.count(con, query)
    if total > MAX_ITEMS:
        raise ApiError(400, f"The dimension has more than {MAX_ITEMS} items")
    if not total:
        return answer(request, "dimension")

    def blocks() -> Iterator[bytes]:
        with model.store.reading() as con:
            yield from dimension_items.json_blocks(con, query)

    return array(request, "dimension", "items", blocks())


routes: list[Route] = [
    *both_forms("/dimensions/{dimension}/items", items),
    *both_forms("/dimensions/{dimension}/items", look_up, ["POST"]),
    *both_forms("/lineItems/{item}/dimensions", line_item_dimensions),
    *both_forms("/lineItems/{item}/dimensions/{dimension}/items", line_item_items),
    *both_forms("/views/{view}/dimensions/{dimension}/items", view_items),
]
