"""The tables of cells, one per module or part of one, and queries for the items of dimensions.

A table has a row per combination of leaf items that has a value, with a column of item ids per
dimension (d0, d1, ...) and a typed column per line item (v0, v1, ...); NULL is blank.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import duckdb

from anaplan_frames.sandbox.planning.schema.definitions import (
    Dimension,
    LineItem,
    LineItemSubset,
    ListDefinition,
    ModuleDefinition,
)
from anaplan_frames.sandbox.planning.store.list_tables import (
    property_column,
    subset_column,
    table_of,
    top_level,
    top_level_id,
)
from anaplan_frames.sandbox.planning.store.sql_text import literal, stored_type

TIME_MEMBERS = "SELECT id, code, name, parent, leaf, ord FROM time_members"
"""The query of `members` for Time."""


def cells_of(module: ModuleDefinition) -> str:
    """Return the name of the module's table."""
    return f"cells_{module.id}"


def dimension_columns(module: ModuleDefinition) -> list[str]:
    """Return the columns of item ids, one per dimension."""
    return [f"d{number}" for number in range(len(module.dimensions))]


def value_column(module: ModuleDefinition, item: LineItem) -> str:
    """Return the column of a line item's values."""
    return f"v{[one.id for one in module.line_items].index(item.id)}"


def create_table(con: duckdb.DuckDBPyConnection, module: ModuleDefinition) -> bool:
    """Create the module's table; return False if a data folder already holds it."""
    # DuckDB's own list of tables takes ten times as long, the first time that it is asked for.
    con.execute("CREATE TABLE IF NOT EXISTS known_modules (module_id BIGINT)")
    if con.execute(f"SELECT 1 FROM known_modules WHERE module_id = {module.id}").fetchone():
        return False
    con.execute(f"INSERT INTO known_modules VALUES ({module.id})")
    columns = [f"{column} BIGINT" for column in dimension_columns(module)]
    columns += [
        f"{value_column(module, item)} {stored_type(item.format)}" for item in module.line_items
    ]
    con.execute(f"CREATE TABLE {cells_of(module)} ({', '.join(columns)})")
    if has_given_totals(module):
        con.execute(f"CREATE TABLE {totals_of(module)} ({', '.join(columns)})")
    return True


def has_given_totals(module: ModuleDefinition) -> bool:
    """Return whether totals of the module are not calculated, but as they were given."""
    return any(item.given != "none" for item in module.line_items if module.has_cells_of(item))


def totals_of(module: ModuleDefinition) -> str:
    """Return the name of the table of totals that are not calculated; its columns are the same."""
    return f"totals_{module.id}"


def add_value_columns(con: duckdb.DuckDBPyConnection, module: ModuleDefinition) -> None:
    """Add the columns of line items that the module has got."""
    for item in module.line_items:
        con.execute(
            f"ALTER TABLE {cells_of(module)} ADD COLUMN IF NOT EXISTS"
            f" {value_column(module, item)} {stored_type(item.format)}"
        )
    if has_given_totals(module):
        con.execute(
            f"CREATE TABLE IF NOT EXISTS {totals_of(module)} AS FROM {cells_of(module)} WHERE false"
        )


def drop_table(con: duckdb.DuckDBPyConnection, module: ModuleDefinition) -> None:
    """Drop the module's table."""
    con.execute(f"DELETE FROM known_modules WHERE module_id = {module.id}")
    con.execute(f"DROP TABLE {cells_of(module)}")
    con.execute(f"DROP TABLE IF EXISTS {totals_of(module)}")


def delete_outside_subsets(
    con: duckdb.DuckDBPyConnection, lst: ListDefinition, tables: Iterable[ModuleDefinition]
) -> None:
    """Delete the cells of items that have left a subset of a list that is a dimension."""
    for table in tables:
        for dimension, column in zip(table.dimensions, dimension_columns(table), strict=True):
            if dimension.list is lst and dimension.subset is not None:
                inside = f"{table_of(lst)} WHERE {subset_column(lst, dimension.subset)}"
                con.execute(
                    f"DELETE FROM {cells_of(table)} WHERE {column} NOT IN (SELECT id FROM {inside})"
                )


def members(dimension: Dimension, *, as_shown: bool = False) -> str:
    """Return a query for a dimension's items: id, code, name, parent, leaf, ord (their order).

    The items of a parent list are included, as totals. With `as_shown`, items of a numbered list
    have their display names.
    """
    if dimension.kind == "time":
        return TIME_MEMBERS if dimension.scale is None else _time_members(dimension.scale)
    if dimension.kind == "versions":
        return "SELECT * FROM version_members"
    if dimension.line_items is not None:
        return _line_item_members(dimension.line_items)
    assert dimension.list is not None
    if dimension.subset is not None:
        return _subset_members(dimension.list, dimension.subset, as_shown=as_shown)
    return list_members(dimension.list, as_shown=as_shown)


def _time_members(scale: str) -> str:
    """Return the query of `members` for the periods of a level and their totals."""
    return (
        f"SELECT id, code, name, parent, level = {literal(scale)} AS leaf, ord FROM time_members"
        f" WHERE level IN ({', '.join(map(literal, levels_from(scale)))}) AND first IS NOT NULL"
    )


def levels_from(scale: str) -> tuple[str, ...]:
    """Return a level and those above it. YTD and YTG are totals of the smallest periods only."""
    return _LEVELS[_LEVELS.index(scale) :]


_LEVELS = ("week", "month", "period", "quarter", "half", "year", "all")


def _line_item_members(subset: LineItemSubset) -> str:
    """Return the query of `members` for the line items of a subset."""
    rows = ", ".join(
        f"({item.id}, {literal(item.code)}, {literal(item.name)}, NULL::BIGINT, true, {place})"
        for place, item in enumerate(subset.line_items)
    )
    return f"SELECT * FROM (VALUES {rows}) item(id, code, name, parent, leaf, ord)"


def _subset_members(lst: ListDefinition, subset: str, *, as_shown: bool) -> str:
    """Return the query of `members` for a subset.

    Not documented, and chosen here: above the items of a parent list come those that have an item
    of the subset below them; within a list, parents that are not in the subset are left out.
    """
    table, chosen = table_of(lst), subset_column(lst, subset)
    inside = f"SELECT id FROM {table} WHERE {chosen}"
    if lst.parent is None:
        leaf = f"NOT EXISTS (FROM {table} child WHERE child.parent = item.id AND child.{chosen})"
        shown = f"{_shown_columns(lst, as_shown=as_shown)}, CASE WHEN parent IN ({inside})"
        query = f"{shown} THEN parent END AS parent, {leaf} AS leaf, id AS ord FROM {table} item"
        return _with_top_level(lst, f"{query} WHERE {chosen}")
    queries = []
    for depth, each in enumerate(lst.lineage):
        shown = f"{_shown_columns(each, as_shown=as_shown)}, parent, {depth == 0} AS leaf"
        order = f"{depth}00000000000000 + id AS ord"
        queries.append(f"{shown}, {order} FROM {table_of(each)} WHERE id IN ({inside})")
        inside = f"SELECT parent FROM {table_of(each)} WHERE id IN ({inside})"
    return _with_top_level(lst, " UNION ALL ".join(queries))


def list_members(lst: ListDefinition, *, as_shown: bool = False) -> str:
    """Return the query of `members` for a list."""
    if lst.parent is None:
        leaf = f"NOT EXISTS (FROM {table_of(lst)} child WHERE child.parent = item.id)"
        shown = _shown_columns(lst, as_shown=as_shown)
        query = f"{shown}, parent, {leaf} AS leaf, id AS ord FROM {table_of(lst)} item"
    else:
        # Totals come after their parts; ids have 12 digits.
        query = " UNION ALL ".join(
            f"{_shown_columns(ancestor, as_shown=as_shown)}, parent, {depth == 0} AS leaf,"
            f" {depth}00000000000000 + id AS ord FROM {table_of(ancestor)}"
            for depth, ancestor in enumerate(lst.lineage)
        )
    return _with_top_level(lst, query)


def _shown_columns(lst: ListDefinition, *, as_shown: bool) -> str:
    """Return the start of a query for id, code and name, or the display name."""
    if as_shown and lst.display_name is not None:
        shown = property_column(lst, lst.display_name)
        return f"SELECT id, code, coalesce({shown}, name) AS name"
    return "SELECT id, code, name"


def _with_top_level(lst: ListDefinition, query: str) -> str:
    """Add the top level item of the hierarchy, if it has one."""
    top = lst.lineage[-1]
    if top.top_level_item is None:
        return query
    return (
        f"SELECT * REPLACE (coalesce(parent, {top_level_id(top)}) AS parent) FROM ({query})"
        f" UNION ALL SELECT id, code, name, NULL, false, ord FROM ({top_level(top)})"
    )


def ancestors(dimension: Dimension) -> str:
    """Return a query for pairs (leaf, node): each leaf item with itself and with its totals."""
    if dimension.kind == "time" and dimension.scale is None:
        return "SELECT id AS leaf, unnest(nodes) AS node FROM time_members WHERE leaf"
    return (
        f"WITH RECURSIVE item AS ({members(dimension)}),"
        " up(leaf, node) AS ("
        "SELECT id, id FROM item WHERE leaf"
        " UNION SELECT up.leaf, item.parent FROM up JOIN item ON item.id = up.node"
        " WHERE item.parent IS NOT NULL)"
        " SELECT leaf, node FROM up"
    )


def member_id(con: duckdb.DuckDBPyConnection, dimension: Dimension, name: str) -> int | None:
    """Return the id of the item with this name or code, else of the only one of the same key."""
    row = con.execute(
        f"SELECT id FROM ({members(dimension)}) WHERE {literal(name)} IN (name, code)"
        " ORDER BY leaf DESC, ord LIMIT 1"
    ).fetchone()
    if row:
        return int(row[0])
    same = con.execute(
        f"SELECT DISTINCT id FROM ({members(dimension)}) WHERE"
        f" folded_key({literal(name)}) IN (folded_key(name), folded_key(code)) LIMIT 2"
    ).fetchall()
    return int(same[0][0]) if len(same) == 1 else None


def member_counts(
    con: duckdb.DuckDBPyConnection, dimensions: Sequence[Dimension], *, leaves_only: bool
) -> list[int]:
    """Return how many items each of these dimensions has."""
    if not dimensions:
        return []
    only = " WHERE leaf" if leaves_only else ""
    counts = ", ".join(f"(SELECT count(*) FROM ({members(each)}){only})" for each in dimensions)
    [row] = con.execute(f"SELECT {counts}").fetchall()
    return [int(number) for number in row]
