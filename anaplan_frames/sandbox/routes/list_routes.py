"""Endpoints for lists and their items: metadata, reading, adding, updating, deleting."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import duckdb
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from anaplan_frames.sandbox.http.listing_parameters import flag
from anaplan_frames.sandbox.http.response_envelope import ApiError, Page, answer, array, not_found
from anaplan_frames.sandbox.planning.metadata import list_item_csv, list_item_json, list_metadata
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.access_rights import Access
from anaplan_frames.sandbox.planning.schema.definitions import ListDefinition
from anaplan_frames.sandbox.planning.store import cell_tables
from anaplan_frames.sandbox.planning.writes import list_item_writes
from anaplan_frames.sandbox.planning.writes.list_item_writes import Written
from anaplan_frames.sandbox.routes.model_listings import listing
from anaplan_frames.sandbox.routes.request_context import (
    access_of,
    both_forms,
    caller,
    json_body,
    tenant_of,
    visible_model,
    working_model,
)

MAX_WRITTEN = 100_000
MAX_READ = 1_000_000


def lists(request: Request) -> Response:
    """List the lists."""
    access = access_of(request)
    every = visible_model(request).lists.values()
    visible = [lst for lst in every if access.list_level(lst.id) != "none"]
    shown = [{"id": lst.id, "name": lst.name} for lst in visible]
    return listing(request, "list", "lists", shown)


def metadata(request: Request) -> Response:
    """Show a list's properties, subsets, parent list and number of items."""
    model, lst = _list(request)
    with model.store.reading() as con:
        return answer(request, "list", metadata=list_metadata.describe(con, lst))


def items(request: Request) -> Response:
    """Send a page of the items if `limit` or `offset` is given, else all items, also as CSV."""
    model, lst = _list(request)
    include_all, access = flag(request, "includeAll"), access_of(request).managing
    if {"limit", "offset"} & set(request.query_params):
        return _page(request, model, lst, include_all=include_all)
    with model.store.reading() as con:
        if list_item_json.count(con, lst, access) > MAX_READ:
            raise ApiError(400, f"The list has more than {MAX_READ} items: use a read request")

    def blocks() -> Iterator[bytes]:
        with model.store.snapshot() as con:
            yield from list_item_json.json_blocks(con, lst, include_all=include_all, access=access)

    if "text/csv" in request.headers.get("accept", ""):
        return _csv(list_item_csv.csv_blocks(lst, blocks(), include_all=include_all))
    return array(request, "list", "listItems", blocks())


def _page(request: Request, model: Model, lst: ListDefinition, *, include_all: bool) -> Response:
    page, access = Page.of(request, tenant_of(request).page_size), access_of(request).managing
    with model.store.snapshot() as con:
        total = list_item_json.count(con, lst, access)
        shown = list_item_json.json_blocks(
            con,
            lst,
            include_all=include_all,
            offset=page.offset,
            limit=page.limit,
            access=access,
        )
        blocks = list(shown)
    if "text/csv" in request.headers.get("accept", ""):
        return _csv(list_item_csv.csv_blocks(lst, blocks, include_all=include_all))
    number = max(0, min(page.limit, total - page.offset))
    return array(request, "list", "listItems", blocks, page.paging(request, number, total))


def _csv(blocks: Iterator[bytes]) -> Response:
    return StreamingResponse(blocks, media_type="text/csv")


async def add_or_delete(request: Request) -> Response:
    """Add or delete items, as `action` says."""
    action = request.query_params.get("action", "add")
    if action not in ("add", "delete"):
        raise ApiError(400, f"action must be add or delete, not {action}")
    return await _change(request, _add if action == "add" else _delete)


async def update(request: Request) -> Response:
    """Update items."""
    needs_code = tenant_of(request).behavior.update_needs_code
    return await _change(request, partial(_update, needs_code=needs_code))


_Change = Callable[
    [Model, duckdb.DuckDBPyConnection, ListDefinition, list[Mapping[str, Any]], Access],
    dict[str, Any],
]


async def _change(request: Request, change: _Change) -> Response:
    """Apply a change to the items of the request, in one transaction."""
    model, lst = _list(request)
    access = access_of(request).managing
    if access.list_level(lst.id) != "write":
        raise ApiError(403)
    given = (await json_body(request)).get("items")
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise ApiError(400, "items must be an array of objects")
    if len(given) > MAX_WRITTEN:
        raise ApiError(400, f"A maximum of {MAX_WRITTEN} list items can be written with one call")

    def work() -> dict[str, Any]:
        with model.store.transaction() as con:
            return change(model, con, lst, given, access)

    try:
        return answer(request, "list", **await run_in_threadpool(work))
    except list_item_writes.CodeMissing:
        raise ApiError(500, "Internal Server Error") from None  # all that one client has seen


def _add(
    model: Model, con: Any, lst: ListDefinition, given: list[Any], access: Access
) -> dict[str, Any]:
    return _counts("added", list_item_writes.add(con, lst, given, access), len(given))


def _update(
    model: Model,
    con: Any,
    lst: ListDefinition,
    given: list[Any],
    access: Access,
    *,
    needs_code: bool,
) -> dict[str, Any]:
    written = list_item_writes.update(con, lst, given, access, needs_code=needs_code)
    cell_tables.delete_outside_subsets(con, lst, model.tables)
    return _counts("updated", written, len(given))


def _delete(
    model: Model, con: Any, lst: ListDefinition, given: list[Any], access: Access
) -> dict[str, Any]:
    every_list, every_module = model.lists.values(), model.tables
    written = list_item_writes.delete(con, lst, given, every_list, every_module, access)
    return _counts("deleted", written, len(given))


def _counts(verb: str, written: Written, total: int) -> dict[str, Any]:
    ignored = len(written.failures)
    return {verb: written.done, "ignored": ignored, "total": total, **_failures(written)}


def _failures(written: Written) -> dict[str, Any]:
    """Return the failures; the key is left out if there are none, as in the service."""
    return {"failures": written.failures} if written.failures else {}


def reset_index(request: Request) -> Response:
    """Restart the numbers of new items at 1; the list and its hierarchy must be empty."""
    deployed = visible_model(request).state == "PRODUCTION"
    model, lst = _list(request, visible_model if deployed else working_model)
    if not caller(request).administrator:
        raise not_found()
    if deployed and not lst.production:
        raise ApiError(
            400,
            "We cannot reset a list if the list is not production data"
            " and the model is in deployed mode.",
        )
    with model.store.transaction() as con:
        if not list_metadata.reset_index(con, lst, model.lists.values()):
            raise ApiError(
                400,
                "We can't reset the list item index of a list that contains data."
                " Select an empty list that doesn't contain any list items.",
            )
    return Response()


def _list(
    request: Request, which: Callable[[Request], Model] = working_model
) -> tuple[Model, ListDefinition]:
    model = which(request)
    lst = model.lists.get(request.path_params["list"])
    if lst is None or access_of(request).list_level(lst.id) == "none":
        raise not_found()
    return model, lst


routes: list[Route] = [
    *both_forms("/lists", lists),
    *both_forms("/lists/{list}", metadata),
    *both_forms("/lists/{list}/items", items),
    *both_forms("/lists/{list}/items", add_or_delete, ["POST"]),
    *both_forms("/lists/{list}/items", update, ["PUT"]),
    *both_forms("/lists/{list}/resetIndex", reset_index, ["POST"]),
]
