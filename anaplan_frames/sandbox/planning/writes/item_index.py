"""An index of the list items that a request may change, by id, code and name.

Only the items that the request mentions are read, even from a list of a million items.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from anaplan_frames.sandbox.planning.schema.definitions import ListDefinition
from anaplan_frames.sandbox.planning.store import list_tables
from anaplan_frames.sandbox.planning.writes.property_values import as_text, ids_by_text, incorrect


@dataclass(slots=True)
class Item:
    """An item in its state during a request."""

    id: int
    code: str | None
    name: str | None
    parent: int | None


class _Keys:
    """Items by their names or by their codes.

    Parameters
    ----------
    folded : mapping of str to str
        The texts that a request mentions or an item has, as `folded_key` returns them.
    """

    def __init__(self, folded: Mapping[str, str]) -> None:
        self._folded = folded
        self._items: dict[str, dict[str, Item]] = {}

    def add(self, text: str, item: Item) -> None:
        self._same(text)[text] = item

    def remove(self, text: str) -> None:
        del self._same(text)[text]

    def find(self, text: str | None) -> Item | None:
        """Find the item whose key equals a text, else the only one of the same key."""
        if text is None:
            return None
        same = self._same(text)
        if text in same:
            return same[text]
        return next(iter(same.values())) if len(same) == 1 else None

    def taken(self, text: str | None, by_other_than: Item | None = None) -> bool:
        """Return whether an item, other than the one given, has the same key."""
        same = {} if text is None else self._same(text)
        return any(item is not by_other_than for item in same.values())

    def _same(self, text: str) -> dict[str, Item]:
        return self._items.setdefault(self._folded.get(text, text), {})


class ItemIndex:
    """All items whose id, code or name the request mentions, and their ancestors."""

    def __init__(
        self, con: duckdb.DuckDBPyConnection, lst: ListDefinition, items: list[Mapping[str, Any]]
    ) -> None:
        self._own_parents = lst.parent is None
        parents = _mentioned(items, "parent")
        texts = _mentioned(items, "code", "name") | (parents if self._own_parents else set())
        ids = {int(text) for text in _mentioned(items, "id") if _is_id(text)}
        found, folded = _read(con, lst, texts, ids)
        self.by_id: dict[int, Item] = {}
        self.by_code: _Keys = _Keys(folded)
        self.by_name: _Keys = _Keys(folded)
        for item in found:
            self.add(item)
        self._parents = {} if self._own_parents else _parent_list(con, lst, parents)
        self._above = _ancestors(con, lst, self.by_id) if parents and self._own_parents else {}

    def add(self, item: Item) -> None:
        """Add an item."""
        self.by_id[item.id] = item
        if item.code is not None:
            self.by_code.add(item.code, item)
        if item.name is not None:
            self.by_name.add(item.name, item)

    def remove(self, item: Item) -> None:
        """Remove an item."""
        del self.by_id[item.id]
        if item.code is not None:
            self.by_code.remove(item.code)
        if item.name is not None:
            self.by_name.remove(item.name)

    def rename(self, item: Item, code: str | None, name: str | None) -> None:
        """Change code and name of an item; the earlier ones can be used again."""
        if (code, name) != (item.code, item.name):
            self.remove(item)
            item.code, item.name = code, name
            self.add(item)

    def find(self, item_id: Any) -> Item | None:
        """Find an item by the id in a request."""
        text = str(item_id)
        return self.by_id.get(int(text)) if _is_id(text) else None

    def parent(self, text: str | None, child: Item | None = None) -> int | None:
        """Return the id of the parent with this name or code, None for a blank text.

        Raises
        ------
        Refused
            If there is no such item, or it is `child` or below it.
        """
        if text is None:
            return None
        if not self._own_parents:
            found = self._parents.get(text)
        else:
            item = self.by_name.find(text) or self.by_code.find(text)
            found = item.id if item and not (child and self._is_below(item, child)) else None
        if found is None:
            raise incorrect("parent", text)
        return found

    def _is_below(self, item: Item, child: Item) -> bool:
        """Return whether `item` is `child` or below it."""
        node: int | None = item.id
        while node is not None:
            if node == child.id:
                return True
            known = self.by_id.get(node)
            node = known.parent if known else self._above.get(node)
        return False


def _mentioned(items: list[Mapping[str, Any]], *keys: str) -> set[str]:
    """Return the texts of the items under these keys."""
    texts = {as_text(item.get(key)) for item in items for key in keys}
    return {text for text in texts if text is not None}


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


def _read(
    con: duckdb.DuckDBPyConnection, lst: ListDefinition, texts: set[str], ids: set[int]
) -> tuple[list[Item], dict[str, str]]:
    """Return the items with these ids or keys, and the folded form of every text."""
    con.register("asked_texts", pa.table({"text": pa.array(sorted(texts), pa.string())}))
    con.register("asked_ids", pa.table({"id": pa.array(sorted(ids), pa.int64())}))
    folded = dict(con.execute("SELECT text, folded_key(text) FROM asked_texts").fetchall())
    same = pa.array(sorted(set(folded.values())), pa.string())
    con.register("asked_keys", pa.table({"key": same}))
    rows = con.execute(
        "SELECT id, code, name, parent, folded_key(code), folded_key(name)"
        f" FROM {list_tables.table_of(lst)}"
        " WHERE folded_key(code) IN (SELECT key FROM asked_keys)"
        " OR folded_key(name) IN (SELECT key FROM asked_keys)"
        " OR id IN (SELECT id FROM asked_ids)"
    ).fetchall()
    for name in ("asked_texts", "asked_ids", "asked_keys"):
        con.unregister(name)
    for _, code, name, _, same_code, same_name in rows:
        folded |= {text: same for text, same in ((code, same_code), (name, same_name)) if text}
    return [Item(*row[:4]) for row in rows], folded


def _parent_list(
    con: duckdb.DuckDBPyConnection, lst: ListDefinition, texts: set[str]
) -> dict[str, int]:
    assert lst.parent is not None
    table = list_tables.table_of(lst.parent)
    return ids_by_text(con, f"SELECT id, code, name, id AS ord FROM {table}", texts)


def _ancestors(
    con: duckdb.DuckDBPyConnection, lst: ListDefinition, known: Iterable[int]
) -> dict[int, int | None]:
    """Return the parent of each item that is above a known item."""
    table = list_tables.table_of(lst)
    con.register("below", pa.table({"id": pa.array(sorted(known), pa.int64())}))
    found = con.execute(
        f"WITH RECURSIVE up(id, parent) AS (SELECT id, parent FROM {table}"
        " WHERE id IN (SELECT id FROM below) UNION"
        f" SELECT item.id, item.parent FROM {table} item JOIN up ON item.id = up.parent)"
        " FROM up"
    ).fetchall()
    con.unregister("below")
    return dict(found)
