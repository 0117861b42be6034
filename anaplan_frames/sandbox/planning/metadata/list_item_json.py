"""The items of a list as JSON, in blocks."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from anaplan_frames.sandbox.planning.schema.access_rights import FULL, Access
from anaplan_frames.sandbox.planning.schema.definitions import Format, ListDefinition
from anaplan_frames.sandbox.planning.store import list_tables
from anaplan_frames.sandbox.planning.store.item_access import granted_items
from anaplan_frames.sandbox.planning.store.line_batches import joined
from anaplan_frames.sandbox.planning.store.sql_text import literal

# The number of items that are sorted and written at a time, to bound memory.
_BLOCK = 20_000


def json_blocks(
    con: duckdb.DuckDBPyConnection,
    lst: ListDefinition,
    *,
    include_all: bool,
    offset: int = 0,
    limit: int | None = None,
    access: Access = FULL,
) -> Iterator[bytes]:
    """Yield the items, in order, as JSON objects separated by commas.

    Parameters
    ----------
    con : DuckDBPyConnection
        In a transaction, so that all blocks show the same state.
    include_all : bool
        Whether properties and subsets are shown.
    offset, limit : int
        The range of items; without a limit, all that follow.
    access : Access
        What the user may read.
    """
    query = _query(lst, include_all=include_all) + f" WHERE {_readable(lst, access)}"
    if count(con, lst, access) <= _BLOCK:
        yield from _only_block(con, query, offset, limit)
        return
    separator = b""
    for first, last in _ranges(con, lst, offset, limit, access):
        ordered = f"SELECT ',' || json FROM ({query} AND item.id BETWEEN {first} AND {last})"
        text = b"".join(
            joined(batch.column(0), "utf-8")
            for batch in con.sql(f"{ordered} ORDER BY id").to_arrow_reader(_BLOCK)
        )
        yield separator + text[1:]
        separator = b","


def count(con: duckdb.DuckDBPyConnection, lst: ListDefinition, access: Access) -> int:
    """Return how many items of a list a user may read."""
    if granted_items(lst, access, "read") is None:
        return list_tables.item_count(con, lst)
    query = f"SELECT count(*) FROM {list_tables.table_of(lst)} item WHERE {_readable(lst, access)}"
    [(number,)] = con.execute(query).fetchall()
    return int(number)


def _readable(lst: ListDefinition, access: Access) -> str:
    """Return a condition on `item` that is true if the user may read it."""
    allowed = granted_items(lst, access, "read")
    return "true" if allowed is None else f"item.id IN ({allowed})"


def _only_block(
    con: duckdb.DuckDBPyConnection, query: str, offset: int, limit: int | None
) -> Iterator[bytes]:
    """Yield the requested items of a list that is not split, if there are any."""
    only = f" LIMIT {limit}" if limit is not None else ""
    rows = con.execute(f"SELECT json FROM ({query}) ORDER BY id{only} OFFSET {offset}").fetchall()
    if rows:
        yield ",".join(json for (json,) in rows).encode()


def _ranges(
    con: duckdb.DuckDBPyConnection,
    lst: ListDefinition,
    offset: int,
    limit: int | None,
    access: Access,
) -> list[tuple[int, int]]:
    """Split the requested items into blocks; return the first and last id of each."""
    only = f" LIMIT {limit}" if limit is not None else ""
    return con.execute(
        "SELECT min(id), max(id) FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM"
        f" (SELECT id FROM {list_tables.table_of(lst)} item WHERE {_readable(lst, access)}"
        f" ORDER BY id{only} OFFSET {offset}))"
        f" GROUP BY (place - 1) // {_BLOCK} ORDER BY 1"
    ).fetchall()


def _query(lst: ListDefinition, *, include_all: bool) -> str:
    """Return a query for id and json of the items; a condition on `item` may follow it."""
    parts = [
        "'{\"id\":\"', item.id, '\"'",
        _member("name", "coalesce(item.name, item.code)"),
        _member("code", "item.code"),
        _member("parent", "up.label"),
        _member("parentId", "CAST(up.id AS VARCHAR)"),
    ]
    if lst.parent is not None:
        known = "CASE WHEN up.id IS NOT NULL THEN {} END"
        parts.append(_member("listId", known.format(literal(lst.parent.id))))
        parts.append(_member("listName", known.format(literal(lst.parent.name))))
    above = list_tables.labels((lst.parent,) if lst.parent else (lst,))
    joins = f" LEFT JOIN ({above}) up ON up.id = item.parent"
    if include_all:
        properties, more = _properties(lst)
        joins += more
        subsets = [
            _pair(
                name,
                f"CASE WHEN item.{list_tables.subset_column(lst, name)} THEN true ELSE false END",
            )
            for name in lst.subsets
        ]
        parts += [_object("properties", properties), _object("subsets", subsets)]
    table = list_tables.table_of(lst)
    # concat ignores NULL: a code or a parent that an item does not have.
    return f"SELECT item.id, concat({', '.join(parts)}, '}}') AS json FROM {table} item{joins}"


def _member(key: str, text: str) -> str:
    """Return SQL of a further member of an object; NULL if the text is NULL."""
    return f"',\"{key}\":' || to_json({text})"


def _object(key: str, pairs: list[str]) -> str:
    inside = " || ',' || ".join(pairs) or "''"
    return f"',\"{key}\":{{' || {inside} || '}}'"


def _pair(name: str, value: str) -> str:
    return f"to_json({literal(name)}) || ':' || to_json({value})"


def _properties(lst: ListDefinition) -> tuple[list[str], str]:
    """Return the pairs of the properties, and the joins that they require."""
    pairs, joins = [], ""
    for name, form in lst.properties.items():
        column = list_tables.property_column(lst, name)
        if form.type in ("LIST", "TIME PERIOD"):
            labels = (
                list_tables.labels(form.list.lineage)
                if form.list
                else "SELECT id, name AS label FROM time_members"
            )
            joins += f" LEFT JOIN ({labels}) of_{column} ON of_{column}.id = item.{column}"
            text = f"coalesce(of_{column}.label, '')"
        else:
            text = _value_text(f"item.{column}", form)
        pairs.append(_pair(name, text))
    return pairs, joins


def _value_text(value: str, form: Format) -> str:
    """Return SQL of a property's text, always a string; a blank number is 0.0, as in cells."""
    if form.type == "NUMBER":
        return f"CAST(coalesce({value}, 0) AS VARCHAR)"
    if form.type == "BOOLEAN":
        return f"CASE WHEN {value} THEN 'true' ELSE 'false' END"
    return f"coalesce(CAST({value} AS VARCHAR), '')"
