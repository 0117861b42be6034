"""Grid layouts: a cross table per page.

A page is a line of its page items (left out where no dimension is on pages), a header line per
column dimension, and a line per row, which begins with an item per row dimension. GRID_ALL_PAGES
puts one page after the other, GRID_CURRENT_PAGE has the first one only.
"""

from __future__ import annotations

import duckdb

from anaplan_frames.sandbox.planning.building import default_axes
from anaplan_frames.sandbox.planning.cube import create_cube, create_members
from anaplan_frames.sandbox.planning.definitions import (
    LINE_ITEMS,
    Dimension,
    ExportDefinition,
    ViewDefinition,
)
from anaplan_frames.sandbox.planning.modules import member_count, members
from anaplan_frames.sandbox.planning.rendering import (
    blank_text,
    delimited,
    is_filled,
    label,
    value_text,
)
from anaplan_frames.sandbox.planning.sql import literal
from anaplan_frames.sandbox.planning.tabular import module_of

_Axes = tuple[tuple[Dimension, ...], tuple[Dimension, ...], tuple[Dimension, ...]]


def axes_of(export: ExportDefinition) -> _Axes:
    """Return the dimensions on rows, columns and pages."""
    if isinstance(export.of, ViewDefinition):
        return export.of.rows, export.of.columns, export.of.pages
    return default_axes(module_of(export))


def columns(con: duckdb.DuckDBPyConnection, export: ExportDefinition) -> list[tuple[str, str, str]]:
    """Return header, data type and list name of every column; several headers are joined by " | ".

    The types are known only where the line items are on the columns.
    """
    rows, across, _ = axes_of(export)
    found = [(part.name, part.data_type, part.name if part.list else "") for part in rows]
    items = module_of(export).line_items
    heads: list[tuple[str, str, str]] = [("", "MIXED", "")]
    for dimension in across:
        if dimension == LINE_ITEMS:
            parts = [(item.name, item.format.data_type) for item in items]
        else:
            parts = [(text, "") for text in _labels(con, dimension, export)]
        heads = [
            (f"{head} | {text}" if head else text, kind or data_type, "")
            for head, data_type, _ in heads
            for text, kind in parts
        ]
    return found + heads


def row_estimate(con: duckdb.DuckDBPyConnection, export: ExportDefinition) -> int:
    """Return how many rows of cells there are at most."""
    rows, _, pages = axes_of(export)
    total = 1
    for dimension in (*rows, *(pages if export.layout == "GRID_ALL_PAGES" else ())):
        if dimension == LINE_ITEMS:
            total *= len(module_of(export).line_items)
        else:
            total *= member_count(con, dimension, export.leaves_only)
    return total


def _labels(
    con: duckdb.DuckDBPyConnection, dimension: Dimension, export: ExportDefinition
) -> list[str]:
    only = " WHERE leaf" if export.leaves_only else ""
    found = con.execute(
        f"SELECT {label(export)} FROM ({members(dimension)}){only} ORDER BY ord"
    ).fetchall()
    return [str(text) for (text,) in found]


def grid_lines(con: duckdb.DuckDBPyConnection, export: ExportDefinition) -> str:
    """Return a query for the lines of a grid, in order, in one column `line`."""
    module = module_of(export)
    create_members(con, module, export)
    create_cube(con, module, module.line_items, export)
    _create_line_items(con, export)
    _create_long_cells(con, export)
    rows, across, pages = axes_of(export)
    _create_axis(con, "row", rows, export)
    _create_axis(con, "col", across, export)
    _create_axis(con, "page", pages, export)
    if export.layout == "GRID_CURRENT_PAGE":
        con.execute("DELETE FROM page_axis WHERE number > 1")
    _create_body(con, export)
    return (
        "SELECT line FROM ("
        f"{_heading(export)}"
        " UNION ALL SELECT page, 1 AS part, number, line FROM body)"
        " ORDER BY page, part, number"
    )


def _key(dimension: Dimension, export: ExportDefinition) -> str:
    """Return the column of `cells` that holds the dimension's items."""
    if dimension == LINE_ITEMS:
        return "item"
    return f"d{module_of(export).dimensions.index(dimension)}"


def _create_line_items(con: duckdb.DuckDBPyConnection, export: ExportDefinition) -> None:
    """Make `mitem`: the line items as members, with the text of a blank cell."""
    rows = ", ".join(
        f"({number}, {delimited(literal(item.name), export)}, {number},"
        f" {literal(blank_text(item.format))})"
        for number, item in enumerate(module_of(export).line_items)
    )
    con.execute(f"CREATE TEMP TABLE mitem AS SELECT * FROM (VALUES {rows}) t(id, text, ord, blank)")


def _create_long_cells(con: duckdb.DuckDBPyConnection, export: ExportDefinition) -> None:
    """Make `cells`: one row per cell that is not blank, with its text."""
    module = module_of(export)
    keys = "".join(f"d{number}, " for number in range(len(module.dimensions)))
    parts = [
        f"SELECT {keys}{number} AS item,"
        f" {value_text(f'cube.v{number}', item.format, export)} AS text"
        f" FROM cube WHERE {is_filled(f'cube.v{number}', item.format)}"
        for number, item in enumerate(module.line_items)
    ]
    con.execute(f"CREATE TEMP TABLE cells AS {' UNION ALL '.join(parts)}")


def _create_axis(
    con: duckdb.DuckDBPyConnection,
    axis: str,
    dimensions: tuple[Dimension, ...],
    export: ExportDefinition,
) -> None:
    """Make `<axis>_axis`: combinations of items in order: number, texts (a list), the item ids."""
    tables = [f"m{_key(dimension, export).removeprefix('d')}" for dimension in dimensions]
    if not dimensions:
        con.execute(f"CREATE TEMP TABLE {axis}_axis AS SELECT 1 AS number, []::VARCHAR[] AS texts")
        return
    ids = "".join(
        f", {table}.id AS {_key(dimension, export)}"
        for table, dimension in zip(tables, dimensions, strict=True)
    )
    blank = ", mitem.blank" if LINE_ITEMS in dimensions else ""
    order = ", ".join(f"{table}.ord" for table in tables)
    texts = ", ".join(f"{table}.text" for table in tables)
    con.execute(
        f"CREATE TEMP TABLE {axis}_axis AS SELECT row_number() OVER (ORDER BY {order}) AS number,"
        f" [{texts}] AS texts{ids}{blank} FROM {' CROSS JOIN '.join(tables)}"
    )


def _create_body(con: duckdb.DuckDBPyConnection, export: ExportDefinition) -> None:
    """Make `body`: the lines of the rows by page."""
    rows, across, pages = axes_of(export)
    same = [
        f"cells.{_key(dimension, export)} = {axis}_axis.{_key(dimension, export)}"
        for axis, dimensions in (("row", rows), ("col", across), ("page", pages))
        for dimension in dimensions
    ]
    separator = literal(export.separator)
    omitted = " HAVING count(cells.text) > 0" if export.omit_empty else ""
    con.execute(
        "CREATE TEMP TABLE body AS SELECT page_axis.number AS page, row_axis.number AS number,"
        f" array_to_string(any_value(row_axis.texts), {separator}) || {separator} ||"
        f" string_agg(coalesce(cells.text, blank), {separator} ORDER BY col_axis.number) AS line"
        " FROM page_axis CROSS JOIN row_axis CROSS JOIN col_axis"
        f" LEFT JOIN cells ON {' AND '.join(same)}"
        f" GROUP BY page_axis.number, row_axis.number{omitted}"
    )


def _heading(export: ExportDefinition) -> str:
    """Return a query for the lines above the rows of each page."""
    rows, across, pages = axes_of(export)
    separator = literal(export.separator)
    shown = "WHERE number IN (SELECT page FROM body)" if export.omit_empty else ""
    lines = []
    if pages:
        lines.append((f"array_to_string(texts, {separator})", ""))
    indent = literal(export.separator * len(rows))
    for place in range(1, len(across) + 1):
        heads = f"SELECT string_agg(texts[{place}], {separator} ORDER BY number) FROM col_axis"
        lines.append((f"{indent} || ({heads})", ""))
    return " UNION ALL ".join(
        f"SELECT number AS page, 0 AS part, {number} AS number, {line} AS line"
        f" FROM page_axis {shown}"
        for number, (line, _) in enumerate(lines)
    )
