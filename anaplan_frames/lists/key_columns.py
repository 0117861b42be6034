"""The columns of a list that a write takes and needs, and those by which it finds items."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from anaplan_frames.errors import ColumnMismatch
from anaplan_frames.lists.item_planner import Mode
from anaplan_frames.lists.list_description import ListDescription

Key = Literal["id", "code", "name"]
_KEYS = ("id", "code", "name")
_ITEM = ("id", "code", "name", "parent")


def check_key(key: str | None, target: ListDescription) -> None:
    """Refuse ``key=`` if it does not name a column by which the list's items can be found."""
    if key not in (None, *_KEYS):
        raise ColumnMismatch(f"key must be 'id', 'code' or 'name', not {key!r}.")
    if target.is_numbered and key == "name":
        raise ColumnMismatch(
            f"{target.label} is numbered: Anaplan makes the names. Use key='code' or key='id'."
        )


def writable_columns(target: ListDescription, mode: Mode) -> list[str]:
    """Return the columns that the data may have."""
    names = [column.name for column in target.columns if not column.calculated]
    if mode == "delete":
        names = list(_KEYS)
    if mode == "insert":
        names.remove("id")
    if target.is_numbered:
        names.remove("name")
    return names


def needed_columns(target: ListDescription, mode: Mode, key: str | None) -> list[str]:
    """Return the columns that the data must have."""
    if mode == "insert":
        return [] if target.is_numbered else ["name"]
    return [] if key is None else [key]


def key_columns(columns: Sequence[str], mode: Mode, key: str | None, label: str) -> tuple[str, ...]:
    """Return by which columns of the data items are found, in order.

    Parameters
    ----------
    columns : sequence of str
        The columns that the data has.
    key : str or None
        The column that the caller asks for.
    label : str
        The list in words.
    """
    from_key = _KEYS[_KEYS.index(key) :] if key else _KEYS
    keys = tuple(name for name in from_key if name in columns)
    if not keys and mode != "insert":
        raise ColumnMismatch(
            f"The data does not say which items of {label} its rows are: it has none of the "
            "columns 'id', 'code' and 'name'. Where only the names differ, say so with "
            "mapping={'your column': 'code'}."
        )
    return keys


def columns_to_read(columns: Sequence[str], mode: Mode) -> list[str]:
    """Return the columns of the items that must be known before a write.

    Parameters
    ----------
    columns : sequence of str
        The columns that are written.
    """
    if mode in ("insert", "delete"):
        return list(_ITEM)
    return [*_ITEM, *(name for name in columns if name not in _ITEM)]
