"""Parents of the rows of a list import; rows with an invalid parent are rejected.

`work.parent` becomes the id of the parent, or the negative line of the row that creates it.
"""

from __future__ import annotations

import duckdb

from anaplan_frames.sandbox.planning.imports import row_faults
from anaplan_frames.sandbox.planning.imports.import_plan import ImportPlan
from anaplan_frames.sandbox.planning.schema.definitions import ListDefinition
from anaplan_frames.sandbox.planning.store import list_tables
from anaplan_frames.sandbox.planning.store.typed_columns import message

_AFTER_OTHER_FAULTS = 1000


def set_parents(con: duckdb.DuckDBPyConnection, lst: ListDefinition, plan: ImportPlan) -> None:
    """Fill `work.parent`; reject rows whose parent is unknown, rejected or below them.

    Without a parent list, parents are items of the list itself, which rows of the same file may
    create, earlier or later ones.
    """
    text = message("Invalid parent", plan.header(plan.columns["Parent"]), "s.parent_text")
    if lst.parent is not None:
        find_parents(con, lst)
    else:
        made = _keys("work", "coalesce(item, -line)", "good AND ")
        _look_up(con, f"{_keys(list_tables.table_of(lst), 'id')} UNION ALL {made}")
        _reject_children_of_rejected(con, text)
    _reject(con, "s.parent_text IS NOT NULL AND s.parent IS NULL", "InvalidParent", text)
    if lst.parent is None:
        while _reject(con, "s.good AND -s.parent IN (SELECT line FROM faults)", _DEPENDENCY, text):
            pass
        _reject_cycles(con, lst, text)


def find_parents(con: duckdb.DuckDBPyConnection, lst: ListDefinition) -> None:
    """Fill `work.parent` of rows whose parent is in the parent list."""
    assert lst.parent is not None
    _look_up(con, _keys(list_tables.table_of(lst.parent), "id"))


_DEPENDENCY = "FailedDependency"


def _keys(table: str, node: str, condition: str = "") -> str:
    """Return a query for the keys of items: key, rank (code before name), node."""
    return " UNION ALL ".join(
        f"SELECT {key} AS key, {rank} AS rank, {node} AS node FROM {table}"
        f" WHERE {condition}{key} IS NOT NULL"
        for rank, key in enumerate(("code", "name"))
    )


def _look_up(con: duckdb.DuckDBPyConnection, keys: str) -> None:
    con.execute(
        "UPDATE work SET parent = found.node FROM"
        f" (SELECT key, arg_min(node, (rank, -node)) AS node FROM ({keys}) GROUP BY key) found"
        " WHERE found.key = work.parent_text"
    )
    left = "parent IS NULL AND parent_text IS NOT NULL"
    if con.execute(f"SELECT 1 FROM work WHERE {left} LIMIT 1").fetchone():
        con.execute(
            "UPDATE work SET parent = same.node FROM"
            f" (SELECT folded_key(key) AS key, min(node) AS node FROM ({keys})"
            " GROUP BY folded_key(key) HAVING min(node) = max(node)) same"
            f" WHERE same.key = folded_key(work.parent_text) AND {left}"
        )


def _reject_children_of_rejected(con: duckdb.DuckDBPyConnection, text: str) -> None:
    """Reject rows whose parent would have been created by a rejected row."""
    names = " UNION ".join(
        f"SELECT folded_key({key}) FROM work WHERE NOT good AND {key} IS NOT NULL"
        for key in ("code", "name")
    )
    of_rejected = f"folded_key(s.parent_text) IN ({names})"
    _reject(con, f"s.good AND s.parent IS NULL AND {of_rejected}", _DEPENDENCY, text)


def _reject(con: duckdb.DuckDBPyConnection, condition: str, fault: str, text: str) -> bool:
    """Reject the rows that meet a condition, each once; return whether there were any."""
    before = row_faults.failed_rows(con)
    once = f"s.line NOT IN (SELECT line FROM faults WHERE seq = {_AFTER_OTHER_FAULTS})"
    row_faults.add(
        con,
        f"work s WHERE {condition} AND {once}",
        f"hierarchyImport{fault}",
        text,
        _AFTER_OTHER_FAULTS,
    )
    row_faults.mark_faulty(con)
    return row_faults.failed_rows(con) > before


def _reject_cycles(con: duckdb.DuckDBPyConnection, lst: ListDefinition, text: str) -> None:
    """Reject rows whose chain of parents does not end at an item without a parent."""
    con.execute(
        "CREATE TEMP TABLE tree AS"
        " SELECT coalesce(item, -line) AS node, parent FROM work WHERE good"
        f" UNION ALL SELECT id, parent FROM {list_tables.table_of(lst)}"
        " WHERE id NOT IN (SELECT item FROM work WHERE good AND item IS NOT NULL)"
    )
    con.execute(
        "CREATE TEMP TABLE rooted AS WITH RECURSIVE down(node) AS ("
        "SELECT node FROM tree WHERE parent IS NULL"
        " UNION SELECT tree.node FROM tree JOIN down ON tree.parent = down.node)"
        " SELECT node FROM down"
    )
    _reject(
        con,
        "s.good AND coalesce(s.item, -s.line) NOT IN (SELECT node FROM rooted)",
        "InvalidParent",
        text,
    )
