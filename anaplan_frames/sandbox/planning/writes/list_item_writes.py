"""Adding, updating and deleting list items, by the rules that the API documents.

The items of a request are processed one after the other: a name that an item gives up, or a parent
that it creates, can be used by the items after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import duckdb
import pyarrow as pa

from anaplan_frames.sandbox.planning.schema.access_rights import FULL, Access
from anaplan_frames.sandbox.planning.schema.definitions import ListDefinition, ModuleDefinition
from anaplan_frames.sandbox.planning.store import list_tables
from anaplan_frames.sandbox.planning.store.same_keys import MAX_LENGTH
from anaplan_frames.sandbox.planning.writes.item_deletion import delete_items
from anaplan_frames.sandbox.planning.writes.item_index import Item, ItemIndex
from anaplan_frames.sandbox.planning.writes.item_rights import ItemRights
from anaplan_frames.sandbox.planning.writes.property_values import (
    Refused,
    Values,
    as_text,
    incorrect,
)

_TYPES = {
    "BIGINT": pa.int64(),
    "VARCHAR": pa.string(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
}

# Anaplan Connect updates the items that were refused for this reason.
_DUPLICATE = "DUPLICATE"


class CodeMissing(Exception):
    """An update does not repeat the code of an item, and the behavior asks for it."""


@dataclass(slots=True)
class Written:
    """The outcome of a request for several items.

    Attributes
    ----------
    failures : list of dict
        In the form of the API: ``requestIndex``, ``failureType``, ``failureMessageDetails``.
    """

    done: int = 0
    failures: list[dict[str, Any]] = field(default_factory=list)

    def each(
        self, items: list[Mapping[str, Any]], act: Callable[[Mapping[str, Any]], None]
    ) -> None:
        """Call `act` for every item, and add a failure for each item that is refused."""
        for index, item in enumerate(items):
            try:
                act(item)
                self.done += 1
            except Refused as refused:
                self.failures.append(
                    {
                        "requestIndex": index,
                        "failureType": refused.kind,
                        "failureMessageDetails": str(refused),
                    }
                )


def add(
    con: duckdb.DuckDBPyConnection,
    lst: ListDefinition,
    items: list[Mapping[str, Any]],
    access: Access = FULL,
) -> Written:
    """Add items; an item with the name or code of another item is refused."""
    known, values = ItemIndex(con, lst, items), Values(con, lst, items)
    rights = ItemRights(con, lst, access)
    last = list_tables.last_id(con, lst)
    rows: list[dict[str, Any]] = []

    def act(given: Mapping[str, Any]) -> None:
        code, name = as_text(given.get("code")), as_text(given.get("name"))
        _check_new(lst, known, code, name)
        row = values.read(given)
        parent = _parent(known, rights, given)
        number = last + len(rows) + 1
        if lst.numbered:
            name = f"#{number % list_tables.ITEMS_PER_PREFIX}"
        known.add(Item(number, code, name, parent))
        rows.append({"id": number, "code": code, "name": name, "parent": parent, **row})

    written = Written()
    written.each(items, act)
    list_tables.reserve_ids(con, lst, len(rows))
    if rows:
        con.register("added", _table(lst, rows))
        con.execute(
            f"INSERT INTO {list_tables.table_of(lst)} BY NAME SELECT * FROM added ORDER BY id"
        )
        con.unregister("added")
        if lst.selective_access:
            access.note_added(lst.id, (row["id"] for row in rows))
    return written


def _parent(
    known: ItemIndex, rights: ItemRights, given: Mapping[str, Any], child: Item | None = None
) -> int | None:
    """Return the id of the parent that is given; `Refused` if there is none for the user."""
    text = as_text(given.get("parent"))
    parent = known.parent(text, child)
    if not rights.sees(parent):
        raise incorrect("parent", text)
    if child is None or parent != child.parent:
        rights.check_parent(parent, text)
    return parent


def _check_new(lst: ListDefinition, known: ItemIndex, code: str | None, name: str | None) -> None:
    if lst.numbered and name is not None:
        raise _incomplete(f"a numbered list makes its names itself -- name:{name}")
    if not lst.numbered and name is None:
        raise _incomplete("the name is missing")
    _check_length(code, name)
    if known.by_name.taken(name):
        raise Refused(_DUPLICATE, f"the name is already used -- name:{name}")
    if known.by_code.taken(code):
        raise Refused(_DUPLICATE, f"the code is already used -- code:{code}")


def update(
    con: duckdb.DuckDBPyConnection,
    lst: ListDefinition,
    items: list[Mapping[str, Any]],
    access: Access = FULL,
    *,
    needs_code: bool = False,
) -> Written:
    """Update items, found by id, else by code, else by the name of an item without a code.

    Raises
    ------
    CodeMissing
        With `needs_code`, if an item has a code that the request does not repeat.
    """
    known, values = ItemIndex(con, lst, items), Values(con, lst, items)
    rights = ItemRights(con, lst, access)
    changed: dict[int, dict[str, Any]] = {}

    def act(given: Mapping[str, Any]) -> None:
        item, by_key = _identified(lst, known, given)
        if not rights.sees(item.id):
            raise _incomplete(f"there is no such item -- {by_key}:{given[by_key]}")
        rights.check_item(item, "update")
        if needs_code and item.code is not None and "code" not in given:
            raise CodeMissing
        # The key that identifies the item stays as it is, although it may be of another case.
        code = item.code if by_key == "code" else as_text(given.get("code")) or item.code
        kept = lst.numbered or by_key == "name"
        name = item.name if kept else as_text(given.get("name")) or item.name
        _check_changed(known, item, code, name)
        row = values.read(given)
        parent = item.parent
        if "parent" in given:
            parent = _parent(known, rights, given, item)
        known.rename(item, code, name)
        item.parent = parent
        changed.setdefault(item.id, {}).update(row, code=code, name=name, parent=parent)

    written = Written()
    written.each(items, act)
    if changed:
        _write_changes(con, lst, changed)
    return written


def _identified(
    lst: ListDefinition, known: ItemIndex, given: Mapping[str, Any]
) -> tuple[Item, Literal["id", "code", "name"]]:
    """Find the item to update, by the documented table of updates, and say by which key."""
    code, name = as_text(given.get("code")), as_text(given.get("name"))
    if lst.numbered and name is not None:
        raise _incomplete(f"a numbered list makes its names itself -- name:{name}")
    if as_text(given.get("id")) is not None:
        item = known.find(given["id"])
        if item is None:
            raise _incomplete(f"there is no such item -- id:{given['id']}")
        if item.code is not None and "code" in given and code is None:
            raise _incomplete(f"a code cannot be removed -- code:{item.code}")
        return item, "id"
    if (item := known.by_code.find(code)) is not None:
        return item, "code"
    item = known.by_name.find(name)
    if item is None:
        raise _incomplete(f"there is no such item -- code:{code}, name:{name}")
    if item.code is not None and code is None:
        raise _incomplete(f"the code is required to identify the item -- name:{name}")
    if item.code is not None:
        raise _incomplete(f"the name is already used -- name:{name}")
    return item, "name"


def _check_changed(known: ItemIndex, item: Item, code: str | None, name: str | None) -> None:
    _check_length(code if code != item.code else None, name if name != item.name else None)
    if known.by_name.taken(name, item):
        raise _incomplete(f"the name is already used -- name:{name}")
    if known.by_code.taken(code, item):
        raise _incomplete(f"the code is already used -- code:{code}")


def _check_length(code: str | None, name: str | None) -> None:
    for column, text in (("name", name), ("code", code)):
        if text is not None and len(text) > MAX_LENGTH:
            raise incorrect(column, text)


def delete(
    con: duckdb.DuckDBPyConnection,
    lst: ListDefinition,
    items: list[Mapping[str, Any]],
    every_list: Iterable[ListDefinition],
    every_module: Iterable[ModuleDefinition],
    access: Access = FULL,
) -> Written:
    """Delete items, found by id or code (by name if an item has no code), and their cells."""
    known, rights = ItemIndex(con, lst, items), ItemRights(con, lst, access)
    gone: list[int] = []

    def act(given: Mapping[str, Any]) -> None:
        item = _found(known, rights, given)
        rights.check_item(item, "delete")
        known.remove(item)
        gone.append(item.id)

    written = Written()
    written.each(items, act)
    if gone:
        con.register("deleted", pa.table({"id": pa.array(gone, pa.int64())}))
        delete_items(con, lst, "SELECT id FROM deleted", every_list, every_module)
        con.unregister("deleted")
    return written


def _found(known: ItemIndex, rights: ItemRights, given: Mapping[str, Any]) -> Item:
    """Find the item to delete; failures use the words of Anaplan's help."""
    item_id, code, name = (as_text(given.get(key)) for key in ("id", "code", "name"))
    if item_id is not None and code is not None:
        text = f"Specifying both ID and code not supported ({item_id}:{code})"
        raise Refused("Ambiguous criteria", text)
    if item_id is not None:
        label, item = f"ID '{item_id}'", known.find(item_id)
    elif code is not None:
        label, item = f"Code '{code}'", known.by_code.find(code)
    else:
        label, item = f"Name '{name}'", known.by_name.find(name)
        item = item if item and item.code is None else None
    if item is None or not rights.sees(item.id):
        raise Refused("Not found", f"{label} not found")
    return item


def _write_changes(
    con: duckdb.DuckDBPyConnection, lst: ListDefinition, changed: Mapping[int, dict[str, Any]]
) -> None:
    """Write the columns that are given for each item, and keep the other columns."""
    columns = dict.fromkeys(column for row in changed.values() for column in row)
    table = _table(lst, [{"id": key, **row} for key, row in changed.items()])
    for column in columns:
        given = pa.array([column in row for row in changed.values()])
        table = table.append_column(f"has_{column}", given)
    con.register("changed", table)
    sets = (
        f"{column} = CASE WHEN changed.has_{column} THEN changed.{column} ELSE item.{column} END"
        for column in columns
    )
    con.execute(
        f"UPDATE {list_tables.table_of(lst)} item SET {', '.join(sets)} FROM changed"
        " WHERE changed.id = item.id"
    )
    con.unregister("changed")


def _table(lst: ListDefinition, rows: list[dict[str, Any]]) -> pa.Table:
    """Return a table with the columns that occur in any row."""
    kinds = {"id": "BIGINT", "code": "VARCHAR", "name": "VARCHAR", "parent": "BIGINT"}
    kinds |= dict(list_tables.extra_columns(lst))
    used = set().union(*rows)
    return pa.table(
        {
            column: pa.array([row.get(column) for row in rows], _TYPES[kind])
            for column, kind in kinds.items()
            if column in used
        }
    )


def _incomplete(text: str) -> Refused:
    return Refused("INCOMPLETE_DATA", text)
