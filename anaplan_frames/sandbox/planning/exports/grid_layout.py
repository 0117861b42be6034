"""Grid layouts: a cross table per page.

A page is a line of its page items (left out if no dimension is on pages), a header line per column
dimension, and a line per row, which begins with an item per row dimension. GRID_ALL_PAGES writes
the pages one after the other, GRID_CURRENT_PAGE only the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import duckdb

from anaplan_frames.sandbox.planning.exports.cell_cube import create_cube, create_members
from anaplan_frames.sandbox.planning.exports.rendering import (
    Rendering,
    blank_text,
    delimited,
    is_filled,
    item_join,
    label,
    value_text,
)
from anaplan_frames.sandbox.planning.exports.shown_items import (
    choices_of,
    shown_count,
    shown_members,
)
from anaplan_frames.sandbox.planning.exports.tabular_layout import (
    defined_line_items,
    line_items_of,
    module_of,
)
from anaplan_frames.sandbox.planning.schema.definition_parsing import default_axes
from anaplan_frames.sandbox.planning.schema.definitions import LINE_ITEMS, Dimension, ViewDefinition
from anaplan_frames.sandbox.planning.store.row_blocks import count, ranges
from anaplan_frames.sandbox.planning.store.sql_text import literal

# The number of cells that are sorted and written at a time.
_CELLS_PER_BLOCK = 1_000_000

_Axes = tuple[tuple[Dimension, ...], tuple[Dimension, ...], tuple[Dimension, ...]]


class _Block(NamedTuple):
    """Rows of one or more pages that are written together; all numbers count from 1."""

    first_page: int
    last_page: int
    first_row: int
    last_row: int


def axes_of(rendering: Rendering) -> _Axes:
    """Return the dimensions on rows, columns and pages."""
    if isinstance(rendering.of, ViewDefinition):
        return rendering.of.rows, rendering.of.columns, rendering.of.pages
    return default_axes(module_of(rendering))


def columns(con: duckdb.DuckDBPyConnection, rendering: Rendering) -> list[tuple[str, str, str]]:
    """Return header, data type and list name of every column; headers are joined by " | ".

    The types are only known if the line items are on columns.
    """
    rows, across, _ = axes_of(rendering)
    found = [(part.name, part.data_type, part.name if part.list else "") for part in rows]
    items = defined_line_items(rendering)
    heads: list[tuple[str, str, str]] = [("", "MIXED", "")]
    for dimension in across:
        if dimension == LINE_ITEMS:
            parts = [(item.name, item.format.data_type) for item in items]
        else:
            parts = [(text, "") for text in _labels(con, dimension, rendering)]
        heads = [
            (f"{head} | {text}" if head else text, kind or data_type, "")
            for head, data_type, _ in heads
            for text, kind in parts
        ]
    return found + heads


def row_estimate(con: duckdb.DuckDBPyConnection, rendering: Rendering) -> int:
    """Return the greatest possible number of rows of cells."""
    rows, _, pages = axes_of(rendering)
    shown = (*rows, *(pages if rendering.layout == "GRID_ALL_PAGES" else ()))
    of_items = [dimension for dimension in shown if dimension != LINE_ITEMS]
    items = shown_count(con, of_items, rendering)
    return items * (len(line_items_of(rendering)) if LINE_ITEMS in shown else 1)


def _labels(
    con: duckdb.DuckDBPyConnection, dimension: Dimension, rendering: Rendering
) -> list[str]:
    shown = shown_members(dimension, rendering, as_shown=True)
    found = con.execute(f"SELECT {label(rendering)} FROM ({shown}) ORDER BY ord").fetchall()
    return [str(text) for (text,) in found]


def grid_lines(con: duckdb.DuckDBPyConnection, rendering: Rendering) -> Iterator[str]:
    """Compute the cells; return queries for the lines of the pages, in blocks in order."""
    create_grid(con, rendering)
    line = f"array_to_string(list_concat(texts, cells), {literal(rendering.separator)})"
    return (
        f"WITH body AS MATERIALIZED ({body(rendering, block)})"
        f" SELECT line FROM ({_heading(rendering, block)}"
        f" UNION ALL SELECT page, 1 AS part, number, {line} AS line FROM body)"
        " ORDER BY page, part, number"
        for block in _blocks(con, rendering)
    )


def create_grid(con: duckdb.DuckDBPyConnection, rendering: Rendering) -> None:
    """Create the tables that `body` uses: `cells`, `page_axis`, `row_axis` and `col_axis`."""
    if rendering.layout == "GRID_CURRENT_PAGE":
        rendering = on_one_page(con, rendering)
    module = module_of(rendering)
    create_members(con, module, rendering)
    create_cube(con, module, line_items_of(rendering), rendering)
    _create_line_items(con, rendering)
    _create_long_cells(con, rendering)
    rows, across, pages = axes_of(rendering)
    _create_axis(con, "row", rows, rendering)
    if choices_of(rendering).filters_rows:
        _keep_rows(con, rows, rendering)
    if rendering.max_rows is not None:
        con.execute(f"DELETE FROM row_axis WHERE number > {rendering.max_rows}")
    _create_axis(con, "col", across, rendering)
    _create_axis(con, "page", pages, rendering)


def _keep_rows(
    con: duckdb.DuckDBPyConnection, rows: tuple[Dimension, ...], rendering: Rendering
) -> None:
    """Leave out of `row_axis` what is kept on no page, and number the rest from 1."""
    same = " AND ".join(
        f"kept.{key} = row_axis.{key}" for key in (_key(each, rendering) for each in rows)
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE row_axis AS SELECT * REPLACE"
        " (row_number() OVER (ORDER BY number) AS number)"
        f" FROM (SELECT * FROM row_axis SEMI JOIN kept ON {same})"
    )


def on_one_page(con: duckdb.DuckDBPyConnection, rendering: Rendering) -> Rendering:
    """Select the chosen or first item of every dimension on pages that has no selection."""
    selected, items = dict(rendering.selected), line_items_of(rendering)
    chosen = choices_of(rendering).chosen
    for dimension in axes_of(rendering)[2]:
        if dimension == LINE_ITEMS:
            named = [item for item in items if item.name == chosen.get(dimension.id)]
            items = tuple(named[:1] or items[:1])
        elif dimension.id not in selected:
            text = literal(chosen.get(dimension.id, ""))
            first = con.execute(
                f"SELECT id FROM ({shown_members(dimension, rendering)})"
                f" ORDER BY coalesce({text} IN (name, code), false) DESC, ord LIMIT 1"
            ).fetchone()
            if first is not None:
                selected[dimension.id] = int(first[0])
    return replace(rendering, selected=selected, line_items=items)


def _key(dimension: Dimension, rendering: Rendering) -> str:
    """Return the column of `cells` that holds the dimension's items."""
    if dimension == LINE_ITEMS:
        return "item"
    return f"d{module_of(rendering).dimensions.index(dimension)}"


def _create_line_items(con: duckdb.DuckDBPyConnection, rendering: Rendering) -> None:
    """Create `mitem`: the line items as members, with the text of a blank cell."""
    rows = ", ".join(
        f"({number}, {delimited(literal(item.name), rendering)}, {number},"
        f" {literal(blank_text(item.format))})"
        for number, item in enumerate(line_items_of(rendering))
    )
    con.execute(f"CREATE TEMP TABLE mitem AS SELECT * FROM (VALUES {rows}) t(id, text, ord, blank)")


def _create_long_cells(con: duckdb.DuckDBPyConnection, rendering: Rendering) -> None:
    """Create `cells`: one row per cell that is not blank, with its text."""
    module = module_of(rendering)
    keys = "".join(f"d{number}, " for number in range(len(module.dimensions)))
    parts = [
        f"SELECT {keys}{number} AS item,"
        f" {value_text(f'cube.v{number}', item.format, rendering, 'item')} AS text"
        f" FROM cube{item_join(f'cube.v{number}', item.format, rendering, 'item')}"
        f" WHERE {is_filled(f'cube.v{number}', item.format)}"
        for number, item in enumerate(line_items_of(rendering))
    ]
    con.execute(f"CREATE TEMP TABLE cells AS {' UNION ALL '.join(parts)}")


def _create_axis(
    con: duckdb.DuckDBPyConnection,
    axis: str,
    dimensions: tuple[Dimension, ...],
    rendering: Rendering,
) -> None:
    """Create `<axis>_axis`: combinations of items in order: number, texts (a list), item ids."""
    tables = [f"m{_key(dimension, rendering).removeprefix('d')}" for dimension in dimensions]
    if not dimensions:
        con.execute(f"CREATE TEMP TABLE {axis}_axis AS SELECT 1 AS number, []::VARCHAR[] AS texts")
        return
    ids = "".join(
        f", {table}.id AS {_key(dimension, rendering)}"
        for table, dimension in zip(tables, dimensions, strict=True)
    )
    blank = ", mitem.blank" if LINE_ITEMS in dimensions else ""
    order = ", ".join(f"{table}.ord" for table in tables)
    texts = ", ".join(f"{table}.text" for table in tables)
    con.execute(
        f"CREATE TEMP TABLE {axis}_axis AS SELECT row_number() OVER (ORDER BY {order}) AS number,"
        f" [{texts}] AS texts{ids}{blank} FROM {' CROSS JOIN '.join(tables)}"
    )


def _blocks(con: duckdb.DuckDBPyConnection, rendering: Rendering) -> list[_Block]:
    """Split a grid into blocks of whole pages, or large pages into blocks of rows."""
    rows, across = count(con, "row_axis"), count(con, "col_axis")
    pages = "SELECT number AS n FROM page_axis"
    per_page = rows * across
    if per_page <= _CELLS_PER_BLOCK or rendering.omit_empty:
        # Which rows of a page are left out is only known once the whole page is computed.
        found = ranges(con, pages, _CELLS_PER_BLOCK // max(1, per_page))
        return [_Block(*of_pages, 1, rows) for of_pages in found]
    parts = ranges(con, "SELECT number AS n FROM row_axis", _CELLS_PER_BLOCK // across)
    return [_Block(*page, *part) for page in ranges(con, pages, 1) for part in parts]


def body(rendering: Rendering, block: _Block | None = None) -> str:
    """Return a query for rows of the grid: page, number, texts of items, texts of cells."""
    rows, across, pages = axes_of(rendering)
    same = [
        f"cells.{_key(dimension, rendering)} = {axis}_axis.{_key(dimension, rendering)}"
        for axis, dimensions in (("row", rows), ("col", across), ("page", pages))
        for dimension in dimensions
    ]
    kept = ""
    if choices_of(rendering).filters_rows:
        keys = [
            f"kept.{_key(each, rendering)} = {axis}_axis.{_key(each, rendering)}"
            for axis, dimensions in (("row", rows), ("page", pages))
            for each in dimensions
        ]
        kept = f" JOIN kept ON {' AND '.join(keys)}"
    only = (
        f" WHERE page_axis.number BETWEEN {block.first_page} AND {block.last_page}"
        f" AND row_axis.number BETWEEN {block.first_row} AND {block.last_row}"
        if block
        else ""
    )
    omitted = " HAVING count(cells.text) > 0" if rendering.omit_empty else ""
    return (
        "SELECT page_axis.number AS page, row_axis.number AS number,"
        " any_value(row_axis.texts) AS texts,"
        " list(coalesce(cells.text, blank) ORDER BY col_axis.number) AS cells"
        f" FROM page_axis CROSS JOIN row_axis{kept} CROSS JOIN col_axis"
        f" LEFT JOIN cells ON {' AND '.join(same)}{only}"
        f" GROUP BY page_axis.number, row_axis.number{omitted}"
    )


def _heading(rendering: Rendering, block: _Block) -> str:
    """Return a query for the lines above the rows of each page that begins in the block."""
    rows, across, pages = axes_of(rendering)
    separator = literal(rendering.separator)
    shown = f"WHERE number BETWEEN {block.first_page} AND {block.last_page}"
    if block.first_row > 1:
        shown = "WHERE false"
    filtered = choices_of(rendering).filters_rows and rendering.layout != "GRID_CURRENT_PAGE"
    if rendering.omit_empty or filtered:
        shown += " AND number IN (SELECT page FROM body)"
    lines = [f"array_to_string(texts, {separator})"] if pages else []
    indent = literal(rendering.separator * len(rows))
    for place in range(1, len(across) + 1):
        heads = f"SELECT string_agg(texts[{place}], {separator} ORDER BY number) FROM col_axis"
        lines.append(f"{indent} || ({heads})")
    return " UNION ALL ".join(
        f"SELECT number AS page, 0 AS part, {number} AS number, {line} AS line"
        f" FROM page_axis {shown}"
        for number, line in enumerate(lines)
    )
