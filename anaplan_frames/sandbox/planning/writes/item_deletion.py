"""Deletion of list items, with their cells and references to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import duckdb

from anaplan_frames.sandbox.planning.action_outcome import Outcome, Watch
from anaplan_frames.sandbox.planning.schema.action_definitions import DeleteDefinition
from anaplan_frames.sandbox.planning.schema.definitions import (
    Format,
    ListDefinition,
    ModuleDefinition,
)
from anaplan_frames.sandbox.planning.store import cell_tables, list_tables
from anaplan_frames.sandbox.planning.store.database import Store
from anaplan_frames.sandbox.planning.store.row_blocks import count


def run_delete(
    store: Store,
    action: DeleteDefinition,
    every_list: Iterable[ListDefinition],
    every_module: Iterable[ModuleDefinition],
    watch: Watch,
) -> Outcome:
    """Run a delete action, which deletes all items of a list or those that are selected."""
    lst, every_module = action.of, list(every_module)
    with store.transaction() as con:
        watch.step("Deleting items", 0.2)
        chosen = _selection(action, every_module)
        deleted = count(con, f"({chosen})")
        delete_items(con, lst, chosen, every_list, every_module)
        watch.step("Finishing", 0.9)
    return Outcome(
        successful=True,
        details=[
            {
                "type": "deleteFromSelectionSucceeded",
                "localMessageText": f"{lst.name}: {deleted} items deleted",
                "occurrences": 0,
                "values": ["hierarchyName", lst.name, "deletedCount", str(deleted)],
            }
        ],
    )


def _selection(action: DeleteDefinition, modules: Iterable[ModuleDefinition]) -> str:
    """Return a query for the ids of the items that are deleted."""
    lst, where = action.of, action.where
    query = f"SELECT id FROM {list_tables.table_of(lst)}"
    if where is None:
        return query
    if isinstance(where, str):
        return f"{query} WHERE {list_tables.column_of(lst, where)[0]}"
    owner = next(each for each in modules if where in each.line_items and each.has_cells_of(where))
    chosen = f"{cell_tables.cells_of(owner)} WHERE {cell_tables.value_column(owner, where)}"
    return f"{query} WHERE id IN (SELECT d0 FROM {chosen})"


def delete_items(
    con: duckdb.DuckDBPyConnection,
    lst: ListDefinition,
    chosen: str,
    every_list: Iterable[ListDefinition],
    every_module: Iterable[ModuleDefinition],
) -> None:
    """Delete the items whose ids the query `chosen` returns, their cells and references to them."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE gone AS {chosen}")
    con.execute(f"DELETE FROM {list_tables.table_of(lst)} WHERE id IN (SELECT id FROM gone)")
    for other in every_list:
        for column in _references(other, lst):
            con.execute(_clear(list_tables.table_of(other), column))
    for module in every_module:
        for statement in _for_cells(module, lst):
            con.execute(statement)
    con.execute("DROP TABLE gone")


def _references(other: ListDefinition, lst: ListDefinition) -> Iterator[str]:
    """Yield the columns of a list that may hold items of `lst`."""
    for name, form in other.properties.items():
        if _holds(form, lst):
            yield list_tables.property_column(other, name)
    if (other.parent or other) is lst:
        yield "parent"


def _for_cells(module: ModuleDefinition, lst: ListDefinition) -> Iterator[str]:
    cells = cell_tables.cells_of(module)
    places = zip(module.dimensions, cell_tables.dimension_columns(module), strict=True)
    for dimension, column in places:
        if dimension.list is lst:
            yield f"DELETE FROM {cells} WHERE {column} IN (SELECT id FROM gone)"
    for item in module.line_items:
        if _holds(item.format, lst):
            yield _clear(cells, cell_tables.value_column(module, item))


def _clear(table: str, column: str) -> str:
    return f"UPDATE {table} SET {column} = NULL WHERE {column} IN (SELECT id FROM gone)"


def _holds(form: Format, lst: ListDefinition) -> bool:
    """Return whether values of this format can be items of `lst` (a list or one above it)."""
    return form.list is not None and lst in form.list.lineage
