"""The tables of cells, one per module, and queries for the items of dimensions.

A table has a row per combination of leaf items that has a value, with a column of item ids per
dimension (d0, d1, ...) and a typed column per line item (v0, v1, ...); NULL is blank.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from anaplan_frames.sandbox.planning.schema.definitions import (
    Dimension,
    LineItem,
    ListDefinition,
    ModuleDefinition,
)
from anaplan_frames.sandbox.planning.store.list_tables import (
    property_column,
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
    return f"v{module.line_items.index(item)}"


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
    return any(item.given != "none" for item in module.line_items)


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


def members(dimension: Dimension, *, as_shown: bool = False) -> str:
    """Return a query for a dimension's items: id, code, name, parent, leaf, ord (their order).

    The items of a parent list are included, as totals. With `as_shown`, items of a numbered list
    have their display names.
    """
    if dimension.kind == "time":
        return TIME_MEMBERS
    if dimension.kind == "versions":
        return "SELECT * FROM version_members"
    assert dimension.list is not None
    return list_members(dimension.list, as_shown=as_shown)


def list_members(lst: ListDefinition, *, as_shown: bool = False) -> str:
    """Return the query of `members` for a list."""

    def columns(of: ListDefinition) -> str:
        if as_shown and of.display_name is not None:
            shown = property_column(of, of.display_name)
            return f"SELECT id, code, coalesce({shown}, name) AS name, parent"
        return "SELECT id, code, name, parent"

    if lst.parent is None:
        leaf = f"NOT EXISTS (FROM {table_of(lst)} child WHERE child.parent = item.id)"
        query = f"{columns(lst)}, {leaf} AS leaf, id AS ord FROM {table_of(lst)} item"
    else:
        # Totals come after their parts; ids have 12 digits.
        query = " UNION ALL ".join(
            f"{columns(ancestor)}, {depth == 0} AS leaf,"
            f" {depth}00000000000000 + id AS ord FROM {table_of(ancestor)}"
            for depth, ancestor in enumerate(lst.lineage)
        )
    top = lst.lineage[-1]
    if top.top_level_item is None:
        return query
    return (
        f"SELECT * REPLACE (coalesce(parent, {top_level_id(top)}) AS parent) FROM ({query})"
        f" UNION ALL SELECT id, code, name, NULL, false, ord FROM ({top_level(top)})"
    )


def ancestors(dimension: Dimension) -> str:
    """Return a query for pairs (leaf, node): each leaf item with itself and with its totals."""
    if dimension.kind == "time":
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
