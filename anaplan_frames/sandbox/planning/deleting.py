"""Deletes items of lists, with their cells and whatever else refers to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import duckdb

from anaplan_frames.sandbox.planning import lists, modules
from anaplan_frames.sandbox.planning.definitions import Format, ListDefinition, ModuleDefinition
from anaplan_frames.sandbox.planning.outcome import Outcome, Watch
from anaplan_frames.sandbox.planning.store import Store


def run_delete(
    store: Store,
    lst: ListDefinition,
    every_list: Iterable[ListDefinition],
    every_module: Iterable[ModuleDefinition],
    watch: Watch,
) -> Outcome:
    """Run a delete action: all items of a list go."""
    with store.transaction() as con:
        watch.step("Deleting items", 0.2)
        deleted = lists.item_count(con, lst)
        every_item = f"SELECT id FROM {lists.table_of(lst)}"
        delete_items(con, lst, every_item, every_list, every_module)
        watch.step("Finishing", 0.9)
    return Outcome(
        True,
        [
            {
                "type": "deleteFromSelectionSucceeded",
                "localMessageText": f"{lst.name}: {deleted} items deleted",
                "occurrences": 0,
                "values": ["hierarchyName", lst.name, "deletedCount", str(deleted)],
            }
        ],
    )


def delete_items(
    con: duckdb.DuckDBPyConnection,
    lst: ListDefinition,
    chosen: str,
    every_list: Iterable[ListDefinition],
    every_module: Iterable[ModuleDefinition],
) -> None:
    """Delete the items whose ids the query `chosen` gives, their cells, and what refers to them."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE gone AS {chosen}")
    con.execute(f"DELETE FROM {lists.table_of(lst)} WHERE id IN (SELECT id FROM gone)")
    for other in every_list:
        for column in _references(other, lst):
            con.execute(_clear(lists.table_of(other), column))
    for module in every_module:
        for statement in _for_cells(module, lst):
            con.execute(statement)
    con.execute("DROP TABLE gone")


def _references(other: ListDefinition, lst: ListDefinition) -> Iterator[str]:
    """Give the columns of a list that may hold items of `lst`."""
    for name, form in other.properties.items():
        if _holds(form, lst):
            yield lists.property_column(other, name)
    if (other.parent or other) is lst:
        yield "parent"


def _for_cells(module: ModuleDefinition, lst: ListDefinition) -> Iterator[str]:
    cells = modules.cells_of(module)
    places = zip(module.dimensions, modules.dimension_columns(module), strict=True)
    for dimension, column in places:
        if dimension.list is lst:
            yield f"DELETE FROM {cells} WHERE {column} IN (SELECT id FROM gone)"
    for item in module.line_items:
        if _holds(item.format, lst):
            yield _clear(cells, modules.value_column(module, item))


def _clear(table: str, column: str) -> str:
    return f"UPDATE {table} SET {column} = NULL WHERE {column} IN (SELECT id FROM gone)"


def _holds(form: Format, lst: ListDefinition) -> bool:
    """Tell whether values of this format may be items of the list (a list's own, or above it)."""
    return form.list is not None and lst in form.list.lineage
