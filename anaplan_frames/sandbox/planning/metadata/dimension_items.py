"""The items of a dimension in the form of the API: id, name and, if there is one, code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import duckdb
import pyarrow as pa

from anaplan_frames.sandbox.planning.schema.definitions import (
    LINE_ITEMS,
    Dimension,
    LineItem,
    ListDefinition,
)
from anaplan_frames.sandbox.planning.store.cell_tables import members
from anaplan_frames.sandbox.planning.store.line_batches import joined
from anaplan_frames.sandbox.planning.store.list_tables import subset_column, table_of, top_level
from anaplan_frames.sandbox.planning.store.sql_text import literal

_ROWS = 50_000


def of_dimension(dimension: Dimension, line_items: Sequence[LineItem] = ()) -> str:
    """Return a query for id, code, name and ord of a dimension's items, totals included."""
    if dimension == LINE_ITEMS:
        return of_values((item.id, item.code, item.name) for item in line_items)
    return members(dimension)


def of_list(lst: ListDefinition) -> str:
    """Return a query for the items of a list, without its parent list."""
    query = f"SELECT id, code, name, id AS ord FROM {table_of(lst)}"
    return query if lst.top_level_item is None else f"{query} UNION ALL {top_level(lst)}"


def of_subset(lst: ListDefinition, subset: str) -> str:
    """Return a query for the items of a list's subset."""
    chosen = f"{table_of(lst)} WHERE {subset_column(lst, subset)}"
    return f"SELECT id, code, name, id AS ord FROM {chosen}"


def of_values(items: Iterable[tuple[str, str | None, str]]) -> str:
    """Return a query for items that are not in a table, given as id, code and name."""
    rows = [
        f"({number}, {literal(code)}, {literal(name)}, {place})"
        for place, (number, code, name) in enumerate(items)
    ]
    if not rows:
        return of_values([("0", None, "")]) + " WHERE false"
    return f"SELECT * FROM (VALUES {', '.join(rows)}) item(id, code, name, ord)"


def count(con: duckdb.DuckDBPyConnection, query: str) -> int:
    """Return the number of items of such a query."""
    [(number,)] = con.execute(f"SELECT count(*) FROM ({query})").fetchall()
    return int(number)


def matching(con: duckdb.DuckDBPyConnection, names: list[str], codes: list[str]) -> str:
    """Return a condition for items with one of these names or codes, ignoring case."""
    asked = {"name": names, "code": codes}
    for key, texts in asked.items():
        folded = pa.array(sorted({text.lower() for text in texts}), pa.string())
        con.register(f"asked_{key}", pa.table({"text": folded}))
    return " OR ".join(f"lower({key}) IN (SELECT text FROM asked_{key})" for key in asked)


def json_blocks(
    con: duckdb.DuckDBPyConnection, query: str, condition: str = "true"
) -> Iterator[bytes]:
    """Yield the items, in order, as JSON objects separated by commas."""
    item = (
        'concat(\',{"id":"\', id, \'","name":\', to_json(coalesce(name, code)),'
        " ',\"code\":' || to_json(code), '}')"
    )
    found = con.sql(f"SELECT {item} FROM ({query}) WHERE {condition} ORDER BY ord")
    start = 1
    for batch in found.to_arrow_reader(_ROWS):
        if batch.num_rows:
            yield joined(batch.column(0), "utf-8")[start:]
            start = 0
