"""The cells that an export shows: stored ones, formulas, and totals over lists and time.

Totals add up numbers, those of formulas too; other values have none.
"""

from __future__ import annotations

import duckdb

from anaplan_frames.sandbox.planning import modules
from anaplan_frames.sandbox.planning.building import formula_sql
from anaplan_frames.sandbox.planning.definitions import ExportDefinition, LineItem, ModuleDefinition
from anaplan_frames.sandbox.planning.rendering import delimited, is_filled, label


def create_members(
    con: duckdb.DuckDBPyConnection, module: ModuleDefinition, export: ExportDefinition
) -> None:
    """Make m0, m1, ...: the items of each dimension that are shown: id, text, leaf, ord."""
    for number, dimension in enumerate(module.dimensions):
        shown = " WHERE leaf" if export.leaves_only else ""
        con.execute(
            f"CREATE TEMP TABLE m{number} AS SELECT id, {delimited(label(export), export)} AS text,"
            f" leaf, ord FROM ({modules.members(dimension)}){shown}"
        )


def create_cube(
    con: duckdb.DuckDBPyConnection,
    module: ModuleDefinition,
    items: tuple[LineItem, ...],
    export: ExportDefinition,
) -> None:
    """Make `cube`: item ids (d0, ...) and values (v0, ... for `items`) of every row shown."""
    keys = modules.dimension_columns(module)
    values = [f"v{number}" for number in range(len(items))]
    dense = not export.omit_empty or _blank_counts(con, module, items)
    con.execute(f"CREATE TEMP VIEW leaf_cells AS {_leaf_cells(module, items, dense)}")
    query = "FROM leaf_cells"
    if not export.leaves_only:
        for number, dimension in enumerate(module.dimensions):
            con.execute(f"CREATE TEMP TABLE up{number} AS {modules.ancestors(dimension)}")
        query = _totals(keys, items)
    if export.omit_empty:
        filled = " OR ".join(
            is_filled(value, item.format) for value, item in zip(values, items, strict=True)
        )
        query = f"SELECT * FROM ({query}) WHERE {filled}"
    elif not export.leaves_only:
        query = _every_row(keys, values, query)
    con.execute(f"CREATE TEMP TABLE cube AS {query}")


def _blank_counts(
    con: duckdb.DuckDBPyConnection, module: ModuleDefinition, items: tuple[LineItem, ...]
) -> bool:
    """Tell whether a formula gives anything but 0 where all its line items are blank."""
    for item in items:
        if item.formula is not None:
            formula = formula_sql(module.line_items, item, lambda other: "0::DOUBLE")
            row = con.execute(f"SELECT coalesce({formula}, 0) <> 0").fetchone()
            if row and row[0]:
                return True
    return False


def _leaf_cells(module: ModuleDefinition, items: tuple[LineItem, ...], dense: bool) -> str:
    """Return a query for the values at leaf items; `dense` includes those without stored cells."""
    cells, keys = modules.cells_of(module), modules.dimension_columns(module)
    values = [f"{_value(module, item)} AS v{number}" for number, item in enumerate(items)]
    if not keys:
        return f"SELECT {', '.join(values)} FROM (SELECT 1) LEFT JOIN {cells} ON true"
    same = [f"m{number}.id = {cells}.{key}" for number, key in enumerate(keys)]
    if not dense:
        joins = "".join(
            f" JOIN m{number} ON {condition} AND m{number}.leaf"
            for number, condition in enumerate(same)
        )
        selected = [f"{cells}.{key}" for key in keys]
        return f"SELECT {', '.join([*selected, *values])} FROM {cells}{joins}"
    selected = [f"m{number}.id AS {key}" for number, key in enumerate(keys)]
    every = " CROSS JOIN ".join(f"m{number}" for number in range(len(keys)))
    leaves = " AND ".join(f"m{number}.leaf" for number in range(len(keys)))
    return (
        f"SELECT {', '.join([*selected, *values])} FROM {every}"
        f" LEFT JOIN {cells} ON {' AND '.join(same)} WHERE {leaves}"
    )


def _value(module: ModuleDefinition, item: LineItem) -> str:
    cells = modules.cells_of(module)
    if item.formula is None:
        return f"{cells}.{modules.value_column(module, item)}"
    return formula_sql(
        module.line_items,
        item,
        lambda other: f"coalesce({cells}.{modules.value_column(module, other)}, 0)",
    )


def _totals(keys: list[str], items: tuple[LineItem, ...]) -> str:
    """Return a query that adds the leaf cells up to every item above them."""
    nodes = [f"up{number}.node AS {key}" for number, key in enumerate(keys)]
    itself = " AND ".join(f"up{number}.node = up{number}.leaf" for number in range(len(keys)))
    values = [
        f"sum(v{number}) AS v{number}"
        if item.format.type == "NUMBER"
        else f"any_value(v{number}) FILTER ({itself or 'true'}) AS v{number}"
        for number, item in enumerate(items)
    ]
    joins = "".join(
        f" JOIN up{number} ON up{number}.leaf = leaf_cells.{key}" for number, key in enumerate(keys)
    )
    group = ", ".join(f"up{number}.node" for number in range(len(keys)))
    grouped = f" GROUP BY {group}" if group else ""
    return f"SELECT {', '.join([*nodes, *values])} FROM leaf_cells{joins}{grouped}"


def _every_row(keys: list[str], values: list[str], query: str) -> str:
    """Return a query for all combinations of items, with what `query` gives for them."""
    if not keys:
        return query
    selected = [f"m{number}.id AS {key}" for number, key in enumerate(keys)]
    every = " CROSS JOIN ".join(f"m{number}" for number in range(len(keys)))
    same = " AND ".join(f"m{number}.id = total.{key}" for number, key in enumerate(keys))
    return (
        f"SELECT {', '.join([*selected, *(f'total.{value}' for value in values)])}"
        f" FROM {every} LEFT JOIN ({query}) total ON {same}"
    )
