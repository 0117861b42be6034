"""Reading a view at once: which one is meant, which page of it, and its cells as CSV or JSON."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import duckdb

from anaplan_frames.sandbox.planning import grid
from anaplan_frames.sandbox.planning.definitions import LINE_ITEMS, LineItem, ViewDefinition
from anaplan_frames.sandbox.planning.exporting import text_of
from anaplan_frames.sandbox.planning.lines import write_lines
from anaplan_frames.sandbox.planning.modules import member_count, members
from anaplan_frames.sandbox.planning.outcome import Unwatched
from anaplan_frames.sandbox.planning.rendering import Rendering, create_macros
from anaplan_frames.sandbox.planning.tabular import line_items_of, module_of

if TYPE_CHECKING:
    from anaplan_frames.sandbox.planning.model import Model


class BadPage(ValueError):
    """A page selection names what is not on the view's pages, or an item that is not there."""


def find_view(model: Model, id: str) -> tuple[ViewDefinition, tuple[LineItem, ...] | None] | None:
    """Find a view by its id, or that of a line item: its module's default view, of it alone.

    Returns
    -------
    tuple or None
        The view, and the line items that are shown of it (None: all).
    """
    if id in model.views:
        return model.views[id], None
    for module in model.modules.values():
        for item in module.line_items:
            if item.id == id:
                return model.views[module.id], (item,)
    return None


def select_pages(
    con: duckdb.DuckDBPyConnection, rendering: Rendering, pages: Iterable[tuple[str, str]]
) -> Rendering:
    """Select items of the dimensions on the pages of a view, by the ids of both.

    Raises
    ------
    BadPage
        The view has no such dimension on its pages, or that has no such item.
    """
    on_pages = {dimension.id: dimension for dimension in grid.axes_of(rendering)[2]}
    selected, items = dict(rendering.selected), line_items_of(rendering)
    for dimension_id, item_id in pages:
        dimension = on_pages.get(dimension_id)
        if dimension is None:
            raise BadPage(f"pages: the view has no dimension {dimension_id} on its pages")
        if dimension == LINE_ITEMS:
            items = tuple(item for item in items if item.id == item_id)
            known = bool(items)
        else:
            known = _has_item(con, members(dimension), item_id)
            selected[dimension_id] = int(item_id) if known else 0
        if not known:
            raise BadPage(f"pages: the dimension {dimension.name} has no item {item_id}")
    return replace(rendering, selected=selected, line_items=items)


def cell_count(con: duckdb.DuckDBPyConnection, rendering: Rendering) -> int:
    """Return how many cells are shown, blank ones included."""
    if rendering.layout == "GRID_CURRENT_PAGE":
        rendering = grid.on_one_page(con, rendering)
    count = len(line_items_of(rendering))
    for dimension in module_of(rendering).dimensions:
        if dimension.id not in rendering.selected:
            count *= member_count(con, dimension, rendering.leaves_only)
    return count


def as_csv(con: duckdb.DuckDBPyConnection, rendering: Rendering) -> bytes:
    """Return the cells as UTF-8 CSV, in the layout of `rendering`."""
    out = io.BytesIO()
    first, queries = text_of(con, rendering)
    write_lines(con, first, queries, out, "utf-8", Unwatched(), 0.0)
    return out.getvalue()


def as_json(con: duckdb.DuckDBPyConnection, rendering: Rendering) -> bytes:
    """Return the cells of one page as ``{"pages": ..., "columnCoordinates": ..., "rows": ...}``."""
    create_macros(con)
    # Without a delimiter, texts are written as they are.
    rendering = replace(rendering, layout="GRID_CURRENT_PAGE", delimiter="")
    grid.create_grid(con, rendering)
    page = con.execute("SELECT texts FROM page_axis").fetchone()
    across = con.execute("SELECT texts FROM col_axis ORDER BY number").fetchall()
    rows = con.execute(
        "SELECT string_agg(to_json({'rowCoordinates': texts, 'cells': cells}), ','"
        f" ORDER BY number) FROM ({grid.body(rendering)})"
    ).fetchone()
    head = {"pages": page[0] if page else [], "columnCoordinates": [texts for (texts,) in across]}
    body = (rows and rows[0]) or ""
    return f'{json.dumps(head, ensure_ascii=False)[:-1]}, "rows": [{body}]}}'.encode()


def _has_item(con: duckdb.DuckDBPyConnection, items: str, id: str) -> bool:
    if not (id.isascii() and id.isdigit() and len(id) <= 18):
        return False
    return (
        con.execute(f"SELECT 1 FROM ({items}) WHERE id = {int(id)} LIMIT 1").fetchone() is not None
    )
