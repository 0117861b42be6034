"""What differs between two structures: what a synchronization would create, change and delete."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from anaplan_frames.sandbox.planning.structure.structure_records import (
    KINDS,
    LIST_ITEMS,
    Record,
    Structure,
)

Change: TypeAlias = Literal["created", "modified", "deleted"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs.

    Attributes
    ----------
    kind : str
        One of `KINDS`, or "listItems".
    change : {"created", "modified", "deleted"}
    id : str
    record : dict
        As it will be; for what is deleted, as it is.
    changed : tuple of str
        For what is modified, the keys of the record that differ.
    """

    kind: str
    change: Change
    id: str
    record: Record
    changed: tuple[str, ...] = ()


def differences(target: Structure, source: Structure) -> list[Difference]:
    """Return what must happen to the target so that it is as the source."""
    found = [
        one for kind in KINDS for one in _compared(kind, target.records[kind], source.records[kind])
    ]
    for list_id, table in source.items.items():
        before = target.items.get(list_id)
        if before is None or not before.equals(table):
            name = source.records["lists"][list_id]["name"]
            old = {} if before is None else _items(before.to_pylist(), name)
            found += _compared(LIST_ITEMS, old, _items(table.to_pylist(), name))
    return found


def _items(rows: list[dict[str, Any]], list_name: str) -> dict[str, Record]:
    return {str(row["id"]): {**row, "list": list_name} for row in rows}


def _compared(kind: str, target: Any, source: Any) -> Iterator[Difference]:
    for id_, record in source.items():
        before = target.get(id_)
        if before is None:
            yield Difference(kind, "created", id_, record)
        elif before != record:
            changed = [key for key in record if before.get(key) != record[key]]
            yield Difference(kind, "modified", id_, record, tuple(changed))
    for id_, record in target.items():
        if id_ not in source:
            yield Difference(kind, "deleted", id_, record)
