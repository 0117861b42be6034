"""Runs delete actions."""

from __future__ import annotations

from collections.abc import Iterable

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
    """Delete all items of a list, their cells, and what refers to them."""
    with store.transaction() as con:
        watch.step("Deleting items", 0.2)
        deleted = lists.item_count(con, lst)
        for statement in _statements(lst, every_list, every_module):
            con.execute(statement)
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


def _statements(
    lst: ListDefinition,
    every_list: Iterable[ListDefinition],
    every_module: Iterable[ModuleDefinition],
) -> list[str]:
    statements = [f"DELETE FROM {lists.table_of(lst)}"]
    for other in every_list:
        cleared = [
            lists.property_column(other, name)
            for name, form in other.properties.items()
            if _holds(form, lst)
        ]
        if other.parent is lst:
            cleared.append("parent")
        statements += [f"UPDATE {lists.table_of(other)} SET {column} = NULL" for column in cleared]
    for module in every_module:
        cells = modules.cells_of(module)
        if any(dimension.list is lst for dimension in module.dimensions):
            statements.append(f"DELETE FROM {cells}")
            continue
        statements += [
            f"UPDATE {cells} SET {modules.value_column(module, item)} = NULL"
            for item in module.line_items
            if _holds(item.format, lst)
        ]
    return statements


def _holds(form: Format, lst: ListDefinition) -> bool:
    return form.type == "LIST" and form.list is lst
