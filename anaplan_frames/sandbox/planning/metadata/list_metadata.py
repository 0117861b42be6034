"""The metadata of a list, and the reset of its item index."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import duckdb

from anaplan_frames.sandbox.planning.schema.definitions import ListDefinition
from anaplan_frames.sandbox.planning.store import list_tables

_MAX_INDEX = 999_999_999


def describe(con: duckdb.DuckDBPyConnection, lst: ListDefinition) -> dict[str, Any]:
    """Return the ``metadata`` of a list; attributes that are not set are left out."""
    count = list_tables.item_count(con, lst) + (lst.top_level_item is not None)
    described: dict[str, Any] = {
        "id": lst.id,
        "name": lst.name,
        "hasSelectiveAccess": lst.selective_access,
        "managedBy": "",
        "numberedList": lst.numbered,
        "useTopLevelAsPageDefault": False,
        "itemCount": count,
        "permittedItems": _MAX_INDEX - count,
        "workflowEnabled": False,
        "productionData": lst.production,
    }
    if lst.properties:
        described["properties"] = [
            {"name": name, "format": form.type, "notes": "", "referencedBy": ""}
            for name, form in lst.properties.items()
        ]
    if lst.parent is not None:
        described["parent"] = {"id": lst.parent.id, "name": lst.parent.name}
    if lst.top_level_item is not None:
        row = con.execute(f"SELECT id, name FROM ({list_tables.top_level(lst)})").fetchone()
        assert row is not None
        described["topLevelItem"] = {"id": str(row[0]), "name": row[1]}
    if lst.subsets:
        described["subsets"] = [{"id": id, "name": name} for name, id in lst.subsets.items()]
    if lst.data_tags:
        described["dataTags"] = list(lst.data_tags)
    if lst.numbered:
        index = list_tables.last_id(con, lst) % list_tables.ITEMS_PER_PREFIX + 1
        # The documentation has the first form, clients read the second.
        described |= {"nextitemIndex": index, "nextItemIndex": index}
    return described


def reset_index(
    con: duckdb.DuckDBPyConnection, lst: ListDefinition, every_list: Iterable[ListDefinition]
) -> bool:
    """Restart the numbers of new items at 1; return whether that was possible.

    It is not if a list of the hierarchy, above or below, has an item.
    """
    hierarchy = [other for other in every_list if lst in other.lineage or other in lst.lineage]
    if any(list_tables.item_count(con, other) for other in hierarchy):
        return False
    con.execute(f"UPDATE known_lists SET last_number = 0 WHERE list_id = {lst.id}")
    return True
