"""The cells that are shown: stored cells, formulas, and totals over lists and time.

Totals follow the line items' summary methods (see `summary_methods`). A missing total is shown like
a blank cell. If a page is selected, only its own parts are computed.
"""

from __future__ import annotations

import duckdb

from anaplan_frames.sandbox.planning.exports import row_filter
from anaplan_frames.sandbox.planning.exports.rendering import Rendering, delimited, is_filled, label
from anaplan_frames.sandbox.planning.exports.shown_items import choices_of, shown_members
from anaplan_frames.sandbox.planning.schema.definitions import Dimension, LineItem, ModuleDefinition
from anaplan_frames.sandbox.planning.schema.formulas import formula_sql
from anaplan_frames.sandbox.planning.schema.summary_methods import (
    has_formula_summary,
    summary_method,
    summed_items,
)
from anaplan_frames.sandbox.planning.store import cell_tables


def create_members(
    con: duckdb.DuckDBPyConnection, module: ModuleDefinition, rendering: Rendering
) -> None:
    """Create m0, m1, ...: the items of each dimension that are shown: id, text, leaf, ord."""
    text = delimited(label(rendering), rendering)
    for number, dimension in enumerate(module.dimensions):
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE m{number} AS SELECT id, {text} AS text, leaf, ord"
            f" FROM ({shown_members(dimension, rendering, as_shown=True)})"
        )


def create_cube(
    con: duckdb.DuckDBPyConnection,
    module: ModuleDefinition,
    items: tuple[LineItem, ...],
    rendering: Rendering,
) -> None:
    """Create `cube`: item ids (d0, ...) and values (v0, ... for `items`) of the rows shown.

    If the view filters its rows, `kept` is created, too: see `row_filter`.
    """
    shown, compared = items, row_filter.compared_items(module, items, rendering)
    items = (*shown, *compared)
    keys = cell_tables.dimension_columns(module)
    values = [f"v{number}" for number in range(len(items))]
    totals = [
        _create_ancestor_pairs(con, number, dimension, rendering)
        for number, dimension in enumerate(module.dimensions)
    ]
    parts = summed_items(module, items)
    dense = any(_blank_counts(con, module, item) for item in (*items, *parts))
    cells = _leaf_cells(module, parts, dense=dense)
    con.execute(f"CREATE OR REPLACE TEMP VIEW leaf_cells AS {cells}")
    query = _shown(keys, parts, totals=any(totals))
    if parts != items:
        selected = [*keys, *(_of_parts(module, item, parts) for item in items)]
        query = f"SELECT {_named(selected, [*keys, *values])} FROM ({query})"
    if cell_tables.has_given_totals(module):
        query = _with_given_totals(module, items, query)
    if rendering.omit_empty:
        filled = " OR ".join(
            is_filled(value, item.format) for value, item in zip(values, shown, strict=False)
        )
        query = f"SELECT * FROM ({query}) WHERE {filled}"
    else:
        query = _every_row(keys, values, query)
    con.execute(f"CREATE OR REPLACE TEMP TABLE cube AS {query}")
    if choices_of(rendering).filters_rows:
        row_filter.keep_rows(con, module, shown, compared, rendering)


def _create_ancestor_pairs(
    con: duckdb.DuckDBPyConnection, number: int, dimension: Dimension, rendering: Rendering
) -> bool:
    """Create up0, up1, ...: pairs of a leaf item and an item shown of which it is a part.

    Return whether there may be pairs other than each leaf with itself.
    """
    totals = not rendering.leaves_only and _may_have_totals(con, dimension)
    if totals:
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE up{number} AS SELECT leaf, node"
            f" FROM ({cell_tables.ancestors(dimension)}) SEMI JOIN m{number} ON id = node"
        )
    else:
        con.execute(
            f"CREATE OR REPLACE TEMP VIEW up{number} AS SELECT id AS leaf, id AS node"
            f" FROM m{number} WHERE leaf"
        )
    return totals


def _may_have_totals(con: duckdb.DuckDBPyConnection, dimension: Dimension) -> bool:
    """Return whether an item may have a parent; only asks if that depends on the items."""
    if dimension.kind == "versions":
        return False
    if dimension.list is not None and (dimension.list.parent or dimension.list.top_level_item):
        return True
    items = cell_tables.members(dimension)
    query = f"SELECT 1 FROM ({items}) WHERE parent IS NOT NULL LIMIT 1"
    return con.execute(query).fetchone() is not None


def _blank_counts(con: duckdb.DuckDBPyConnection, module: ModuleDefinition, item: LineItem) -> bool:
    """Return whether a formula is not 0 if all its line items are blank."""
    if not item.is_calculated:
        return False
    formula = formula_sql(module.line_items, item, lambda other: "0::DOUBLE")
    if formula not in _COUNTING:
        row = con.execute(f"SELECT coalesce({formula}, 0) <> 0").fetchone()
        _COUNTING[formula] = row is not None and bool(row[0])
    return _COUNTING[formula]


_COUNTING: dict[str, bool] = {}
"""For formulas of blank cells as SQL: whether the result is not 0."""


def _leaf_cells(module: ModuleDefinition, items: tuple[LineItem, ...], *, dense: bool) -> str:
    """Return a query for the values of leaf items; `dense` includes items without stored cells."""
    cells, keys = cell_tables.cells_of(module), cell_tables.dimension_columns(module)
    values = [f"{_value(module, item)} AS v{number}" for number, item in enumerate(items)]
    if not keys:
        return f"SELECT {', '.join(values)} FROM (SELECT 1) LEFT JOIN {cells} ON true"
    if not dense:
        return f"SELECT {', '.join([*keys, *values])} FROM {cells}"
    leaves = [f"(SELECT DISTINCT leaf FROM up{number}) l{number}" for number in range(len(keys))]
    selected = [f"l{number}.leaf AS {key}" for number, key in enumerate(keys)]
    same = [f"l{number}.leaf = {cells}.{key}" for number, key in enumerate(keys)]
    return (
        f"SELECT {', '.join([*selected, *values])} FROM {' CROSS JOIN '.join(leaves)}"
        f" LEFT JOIN {cells} ON {' AND '.join(same)}"
    )


def _value(module: ModuleDefinition, item: LineItem) -> str:
    def stored(used: LineItem) -> str:
        return f"{cell_tables.cells_of(module)}.{cell_tables.value_column(module, used)}"

    return formula_sql(module.line_items, item, stored)


def _shown(keys: list[str], items: tuple[LineItem, ...], *, totals: bool) -> str:
    """Return a query for the leaf cells of the items shown, added up if there are totals."""
    nodes = [f"up{number}.node AS {key}" for number, key in enumerate(keys)]
    joins = "".join(
        f" JOIN up{number} ON up{number}.leaf = leaf_cells.{key}" for number, key in enumerate(keys)
    )
    if not totals:
        values = [f"v{number}" for number in range(len(items))]
        return f"SELECT {', '.join([*nodes, *values])} FROM leaf_cells{joins}"
    itself = " AND ".join(f"up{number}.node = up{number}.leaf" for number in range(len(keys)))
    values = [
        f"sum(v{number}) AS v{number}"
        if summary_method(item) == "Sum"
        else f"any_value(v{number}) FILTER ({itself}) AS v{number}"
        for number, item in enumerate(items)
    ]
    group = ", ".join(f"up{number}.node" for number in range(len(keys)))
    return f"SELECT {', '.join([*nodes, *values])} FROM leaf_cells{joins} GROUP BY {group}"


def _of_parts(module: ModuleDefinition, item: LineItem, parts: tuple[LineItem, ...]) -> str:
    """Return SQL of a line item over the columns of `parts`, for leaf items and totals."""
    if item in parts:
        return f"v{parts.index(item)}"
    return formula_sql(
        module.line_items,
        item,
        lambda used: f"v{parts.index(used)}",
        given=lambda used: not has_formula_summary(used),
    )


def _with_given_totals(module: ModuleDefinition, items: tuple[LineItem, ...], query: str) -> str:
    """Return a query in which the totals that the sandbox does not calculate are as given."""
    keys = cell_tables.dimension_columns(module)
    if not keys:
        return query
    given = cell_tables.totals_of(module)
    total = " OR ".join(f"NOT m{number}.leaf" for number in range(len(keys)))
    values = [
        f"CASE WHEN {total} THEN given.{cell_tables.value_column(module, item)}"
        f" ELSE shown.v{number} END AS v{number}"
        if item.given != "none"
        else f"shown.v{number}"
        for number, item in enumerate(items)
    ]
    members = "".join(f" JOIN m{number} ON m{number}.id = {key}" for number, key in enumerate(keys))
    return (
        f"SELECT {', '.join([*keys, *values])} FROM ({query}) shown"
        f" FULL JOIN {given} given USING ({', '.join(keys)}){members}"
    )


def _named(selected: list[str], names: list[str]) -> str:
    pairs = zip(selected, names, strict=True)
    return ", ".join(f"{expression} AS {name}" for expression, name in pairs)


def _every_row(keys: list[str], values: list[str], query: str) -> str:
    """Return a query for all combinations of items, with the values of `query` for them."""
    if not keys:
        return query
    selected = [f"m{number}.id AS {key}" for number, key in enumerate(keys)]
    every = " CROSS JOIN ".join(f"m{number}" for number in range(len(keys)))
    same = " AND ".join(f"m{number}.id = shown.{key}" for number, key in enumerate(keys))
    return (
        f"SELECT {', '.join([*selected, *(f'shown.{value}' for value in values)])}"
        f" FROM {every} LEFT JOIN ({query}) shown ON {same}"
    )
