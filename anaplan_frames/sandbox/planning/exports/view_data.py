"""Data of a view in one piece: the selected page, and its cells as CSV or JSON."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from dataclasses import replace

import duckdb

from anaplan_frames.sandbox.planning.action_outcome import Unwatched
from anaplan_frames.sandbox.planning.exports import grid_layout
from anaplan_frames.sandbox.planning.exports.cell_cube import create_cube, create_members
from anaplan_frames.sandbox.planning.exports.export_runner import text_of
from anaplan_frames.sandbox.planning.exports.rendering import Rendering
from anaplan_frames.sandbox.planning.exports.shown_items import (
    choices_of,
    shown_count,
    shown_members,
)
from anaplan_frames.sandbox.planning.exports.tabular_layout import line_items_of, module_of
from anaplan_frames.sandbox.planning.schema.definitions import LINE_ITEMS, Dimension
from anaplan_frames.sandbox.planning.store.line_batches import write_lines
from anaplan_frames.sandbox.planning.store.row_blocks import count


class BadPage(ValueError):
    """A page selection has a dimension that is not on pages, or an unknown item."""


def select_pages(
    con: duckdb.DuckDBPyConnection, rendering: Rendering, pages: Iterable[tuple[str, str]]
) -> Rendering:
    """Select items of the dimensions on a view's pages; both are given by id.

    Raises
    ------
    BadPage
        If the view has no such dimension on pages, or the dimension has no such item.
    """
    on_pages = {dimension.id: dimension for dimension in grid_layout.axes_of(rendering)[2]}
    selected, items = dict(rendering.selected), line_items_of(rendering)
    for dimension_id, item_id in pages:
        dimension = on_pages.get(dimension_id)
        if dimension is None:
            raise BadPage(f"pages: the view has no dimension {dimension_id} on its pages")
        if dimension == LINE_ITEMS:
            items = tuple(item for item in items if item.id == item_id)
            known = bool(items)
        else:
            known = _has_item(con, shown_members(dimension, rendering), item_id)
            selected[dimension_id] = int(item_id) if known else 0
        if not known:
            raise BadPage(f"pages: the dimension {dimension.name} has no item {item_id}")
    return replace(rendering, selected=selected, line_items=items)


def cell_count(con: duckdb.DuckDBPyConnection, rendering: Rendering, limit: int = 0) -> int:
    """Return the number of cells shown, blank ones included.

    If the view filters its rows, and shows no more cells than `limit` without that, these are
    returned, because which rows are shown is only known once all are computed.
    """
    if rendering.layout == "GRID_CURRENT_PAGE":
        rendering = grid_layout.on_one_page(con, rendering)
    items = line_items_of(rendering)
    cells = shown_count(con, module_of(rendering).dimensions, rendering) * len(items)
    if not choices_of(rendering).filters_rows or cells <= limit:
        return cells
    create_members(con, module_of(rendering), rendering)
    create_cube(con, module_of(rendering), items, rendering)
    return count(con, "cube") * len(items)


def items_query(con: duckdb.DuckDBPyConnection, rendering: Rendering, dimension: Dimension) -> str:
    """Return a query for the items of a dimension that a view shows, on any of its pages.

    Items of rows that are left out are not shown; for that, the cells are computed.
    """
    query = shown_members(dimension, rendering)
    if not choices_of(rendering).filters_rows:
        return query
    module = module_of(rendering)
    create_members(con, module, rendering)
    create_cube(con, module, line_items_of(rendering), rendering)
    column = f"d{module.dimensions.index(dimension)}"
    return f"SELECT * FROM ({query}) WHERE id IN (SELECT {column} FROM cube)"


def as_csv(con: duckdb.DuckDBPyConnection, rendering: Rendering) -> bytes:
    """Return the cells as UTF-8 CSV, in the layout of `rendering`."""
    out = io.BytesIO()
    first, queries = text_of(con, rendering)
    write_lines(con, first, queries, out, "utf-8", Unwatched(), 0.0)
    return out.getvalue()


def as_json(con: duckdb.DuckDBPyConnection, rendering: Rendering) -> bytes:
    """Return the cells of one page as ``{"pages": ..., "columnCoordinates": ..., "rows": ...}``."""
    # Without a delimiter, texts are written unchanged.
    rendering = replace(rendering, layout="GRID_CURRENT_PAGE", delimiter="")
    grid_layout.create_grid(con, rendering)
    page = con.execute("SELECT texts FROM page_axis").fetchone()
    across = con.execute("SELECT texts FROM col_axis ORDER BY number").fetchall()
    rows = con.execute(
        "SELECT string_agg(to_json({'rowCoordinates': texts, 'cells': cells}), ','"
        f" ORDER BY number) FROM ({grid_layout.body(rendering)})"
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
