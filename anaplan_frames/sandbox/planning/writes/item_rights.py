"""Which items of a list a user may change, for writes of single items.

The words are those of the service's failures of imports; its type for single items is not
documented.
"""

from __future__ import annotations

import duckdb

from anaplan_frames.sandbox.planning.schema.access_rights import Access, ItemLevel
from anaplan_frames.sandbox.planning.schema.definitions import ListDefinition
from anaplan_frames.sandbox.planning.store.item_access import granted_items
from anaplan_frames.sandbox.planning.writes.item_index import Item
from anaplan_frames.sandbox.planning.writes.property_values import Refused

_DENIED = "NOT_AUTHORIZED"


class ItemRights:
    """The items of a list, and of those above it, that a user may read and write."""

    def __init__(self, con: duckdb.DuckDBPyConnection, lst: ListDefinition, access: Access) -> None:
        self._readable = _ids(con, lst, access, "read")
        self._writable = _ids(con, lst, access, "write")

    def sees(self, id: int | None) -> bool:
        """Return whether an item may be read; None stands for no item."""
        return id is None or self._readable is None or id in self._readable

    def check_item(self, item: Item, verb: str) -> None:
        """Raise `Refused` if an item may not be updated or deleted."""
        if not self._may_write(item.id):
            key = f"name:{item.name}" if item.code is None else f"code:{item.code}"
            raise Refused(_DENIED, f"Not authorized to {verb} entity -- {key}")

    def check_parent(self, parent: int | None, text: object) -> None:
        """Raise `Refused` if an item may not be put below a parent."""
        if not self._may_write(parent):
            raise Refused(_DENIED, f"Not authorized to move entity -- parent:{text}")

    def _may_write(self, id: int | None) -> bool:
        return id is None or self._writable is None or id in self._writable


def _ids(
    con: duckdb.DuckDBPyConnection, lst: ListDefinition, access: Access, level: ItemLevel
) -> set[int] | None:
    query = granted_items(lst, access, level)
    return None if query is None else {int(id) for (id,) in con.execute(query).fetchall()}
