"""The tables of list items, one per list, and the ids of items, which are never reused."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from anaplan_frames.sandbox.planning.schema.definitions import Format, ListDefinition
from anaplan_frames.sandbox.planning.store.sql_text import literal, stored_type

# Ids of items start with three digits, their list's prefix; 200 to 209 are used for other objects.
_FIRST_PREFIX = 210
ITEMS_PER_PREFIX = 1_000_000_000


def table_of(lst: ListDefinition) -> str:
    """Return the name of the list's table: id, code, name, parent, properties, subsets."""
    return f"list_{lst.id}"


def create_table(con: duckdb.DuckDBPyConnection, lst: ListDefinition) -> bool:
    """Create the list's table; return False if a data folder already holds it."""
    con.execute(
        "CREATE TABLE IF NOT EXISTS known_lists"
        " (list_id BIGINT, prefix INTEGER, last_number BIGINT)"
    )
    if con.execute(f"SELECT 1 FROM known_lists WHERE list_id = {lst.id}").fetchone():
        return False
    con.execute(
        f"INSERT INTO known_lists SELECT {lst.id}, coalesce(max(prefix) + 1, {_FIRST_PREFIX}), 0"
        " FROM known_lists"
    )
    columns = ["id BIGINT", "code VARCHAR", "name VARCHAR", "parent BIGINT"]
    columns += [f"{column} {kind}" for column, kind in extra_columns(lst)]
    con.execute(f"CREATE TABLE {table_of(lst)} ({', '.join(columns)})")
    return True


def extra_columns(lst: ListDefinition) -> list[tuple[str, str]]:
    """Return the columns of properties and subsets with their SQL types."""
    properties = [
        (property_column(lst, name), stored_type(form)) for name, form in lst.properties.items()
    ]
    return properties + [(subset_column(lst, name), "BOOLEAN") for name in lst.subsets]


def property_column(lst: ListDefinition, name: str) -> str:
    """Return the column that holds a property."""
    return f"p{list(lst.properties).index(name)}"


def subset_column(lst: ListDefinition, name: str) -> str:
    """Return the column that holds whether an item is in a subset."""
    return f"s{list(lst.subsets).index(name)}"


def column_of(lst: ListDefinition, target: str) -> tuple[str, Format]:
    """Return column and format of a property or subset."""
    if target in lst.properties:
        return property_column(lst, target), lst.properties[target]
    return subset_column(lst, target), Format("BOOLEAN")


def last_id(con: duckdb.DuckDBPyConnection, lst: ListDefinition) -> int:
    """Return the last id that was used; its digits after the prefix are the item's index."""
    row = con.execute(
        f"SELECT prefix, last_number FROM known_lists WHERE list_id = {lst.id}"
    ).fetchone()
    assert row is not None
    return int(row[0]) * ITEMS_PER_PREFIX + int(row[1])


def reserve_ids(con: duckdb.DuckDBPyConnection, lst: ListDefinition, count: int) -> int:
    """Reserve `count` new ids; return the id before the first of them."""
    row = con.execute(
        f"UPDATE known_lists SET last_number = last_number + {count} WHERE list_id = {lst.id}"
        " RETURNING prefix, last_number"
    ).fetchone()
    assert row is not None
    return int(row[0]) * ITEMS_PER_PREFIX + int(row[1]) - count


def top_level_id(lst: ListDefinition) -> str:
    """Return SQL of the id of the top level item: by default the id before the first item's."""
    if lst.top_level_id is not None:
        return f"{lst.top_level_id}::BIGINT"
    return f"(SELECT prefix::BIGINT * {ITEMS_PER_PREFIX} FROM known_lists WHERE list_id = {lst.id})"


def top_level(lst: ListDefinition) -> str:
    """Return a query for id, code, name and ord of the top level item, which comes last."""
    name = literal(lst.top_level_item)
    return f"SELECT {top_level_id(lst)} AS id, NULL AS code, {name} AS name, {2**62} AS ord"


def all_items(con: duckdb.DuckDBPyConnection, lst: ListDefinition) -> pa.Table:
    """Return all items with their properties and subsets, in the order of their ids."""
    columns = ["id", "code", "name", "parent", *(name for name, _ in extra_columns(lst))]
    query = f"SELECT {', '.join(columns)} FROM {table_of(lst)} ORDER BY id"
    return con.sql(query).to_arrow_table()


def counter(con: duckdb.DuckDBPyConnection, lst: ListDefinition) -> tuple[int, int]:
    """Return the prefix of its items' ids, and the last number that was used."""
    [(prefix, number)] = con.execute(
        f"SELECT prefix, last_number FROM known_lists WHERE list_id = {lst.id}"
    ).fetchall()
    return int(prefix), int(number)


def set_counter(con: duckdb.DuckDBPyConnection, lst: ListDefinition, kept: tuple[int, int]) -> None:
    """Set what `counter` returns."""
    prefix, number = kept
    con.execute(
        f"UPDATE known_lists SET prefix = {prefix}, last_number = {number} WHERE list_id = {lst.id}"
    )


def add_property_column(con: duckdb.DuckDBPyConnection, lst: ListDefinition, name: str) -> None:
    """Add the column of a property that the list has got."""
    kind = stored_type(lst.properties[name])
    con.execute(
        f"ALTER TABLE {table_of(lst)} ADD COLUMN IF NOT EXISTS {property_column(lst, name)} {kind}"
    )


def drop_table(con: duckdb.DuckDBPyConnection, lst: ListDefinition) -> None:
    """Drop the list's table."""
    con.execute(f"DELETE FROM known_lists WHERE list_id = {lst.id}")
    con.execute(f"DROP TABLE {table_of(lst)}")


def item_count(con: duckdb.DuckDBPyConnection, lst: ListDefinition) -> int:
    """Return how many items the list has."""
    row = con.execute(f"SELECT count(*) FROM {table_of(lst)}").fetchone()
    return int(row[0]) if row else 0


def labels(chosen: Sequence[ListDefinition]) -> str:
    """Return a query for id and label (the name, else the code) of all items of these lists."""
    return " UNION ALL ".join(
        f"SELECT id, coalesce(name, code) AS label FROM {table_of(lst)}" for lst in chosen
    )
