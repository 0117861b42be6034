"""Rows of imports that the user may not load, by selective access to items."""

from __future__ import annotations

from dataclasses import replace

import duckdb

from anaplan_frames.sandbox.planning.imports import identified_items, row_faults
from anaplan_frames.sandbox.planning.imports.import_plan import ImportFailure, ImportPlan
from anaplan_frames.sandbox.planning.schema.definitions import Dimension, ListDefinition
from anaplan_frames.sandbox.planning.store import list_tables
from anaplan_frames.sandbox.planning.store.item_access import granted, granted_items
from anaplan_frames.sandbox.planning.store.typed_columns import Reading, message

_AFTER_OTHER_FAULTS = 1001


def reject_updates(con: duckdb.DuckDBPyConnection, lst: ListDefinition, plan: ImportPlan) -> None:
    """Reject rows that update an item without write access, or move one to such a parent."""
    allowed = granted_items(lst, plan.access, "write")
    if allowed is None:
        return
    key = identified_items.keys_of(plan)[0]
    shown = "code" if key == "identity" else key
    row_faults.add(
        con,
        f"work s WHERE s.good AND s.item IS NOT NULL AND s.item NOT IN ({allowed})",
        "hierarchyImportAccessNoUpdate",
        message(
            "Not authorized to update entity",
            identified_items.key_header(plan, key),
            f"coalesce(s.{shown}, s.name)",
        ),
        _AFTER_OTHER_FAULTS,
    )
    if "Parent" in plan.columns:
        row_faults.add(
            con,
            f"work s LEFT JOIN {list_tables.table_of(lst)} own ON own.id = s.item"
            " WHERE s.good AND s.parent > 0 AND own.parent IS DISTINCT FROM s.parent"
            f" AND s.parent NOT IN ({allowed})",
            "hierarchyImportAccessNoMove",
            message(
                "Not authorized to move entity",
                plan.header(plan.columns["Parent"]),
                "s.parent_text",
            ),
            _AFTER_OTHER_FAULTS,
        )
    row_faults.mark_faulty(con)


def write_guard(
    dimension: Dimension, column: str, plan: ImportPlan, items: Reading
) -> list[Reading]:
    """Return what rejects rows whose item of a dimension may not be written, if there is such."""
    allowed = granted(dimension, plan.access, "write")
    if allowed is None:
        return []
    guard = replace(
        items,
        fault=f"coalesce({items.value} NOT IN ({allowed}), false)",
        fault_type="moduleImportNoWriteAccess",
        message=message(f"No write access to {dimension.name}", plan.header(column), f"s.{column}"),
        search=None,
    )
    return [guard]


def check_fixed(
    con: duckdb.DuckDBPyConnection, dimension: Dimension, plan: ImportPlan, item: int
) -> None:
    """Raise `ImportFailure` if the item of a dimension without a column may not be written."""
    allowed = granted(dimension, plan.access, "write")
    if allowed is None:
        return
    if con.execute(f"SELECT 1 WHERE {item} IN ({allowed})").fetchone() is None:
        raise ImportFailure("moduleImportNoWriteAccess", f"No write access to {dimension.name}")
