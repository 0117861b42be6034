"""Which columns the items of a list have as a table, by the list's metadata."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import pyarrow as pa

from anaplan_frames.codec.column_types import arrow_type, unique_names

Section = Literal["", "properties", "subsets"]

ITEM_KEYS = ("id", "code", "name", "parent")
"""What every item may have; these columns come first, under these names."""


@dataclass(frozen=True, slots=True)
class ItemColumn:
    """One column of a list's items.

    Attributes
    ----------
    name : str
        In the table. A property that is named like an earlier column gets ``".1"`` behind it.
    section : {"", "properties", "subsets"}
        The object within the item that holds the value; ``""`` is the item itself.
    key : str
        The value's name there: the property's or subset's own name.
    type : pyarrow.DataType
        ``string`` for the item's own and for text, list and period properties; ``float64``,
        ``bool`` and ``date32`` for the others, ``bool`` for subsets.
    calculated : bool
        Whether it is a property with a formula, which cannot be written.
    format : str
        Anaplan's word for a property's type, such as ``"TEXT"`` or ``"ENTITY"``; else empty.
    """

    name: str
    section: Section
    key: str
    type: pa.DataType
    calculated: bool = False
    format: str = ""


def item_columns(metadata: Mapping[str, Any]) -> tuple[ItemColumn, ...]:
    """Return the columns of a list: ``id, code, name, parent``, its properties, its subsets.

    Parameters
    ----------
    metadata : mapping
        ``metadata`` of ``GET lists/{listId}``. If it names no properties or no subsets, the
        list has none.
    """
    columns = [ItemColumn(key, "", key, pa.string()) for key in ITEM_KEYS]
    columns += [
        ItemColumn(
            name=str(each["name"]),
            section="properties",
            key=str(each["name"]),
            type=arrow_type(each.get("format")),
            calculated=bool(each.get("formula")),
            format=str(each.get("format") or "").strip().upper(),
        )
        for each in metadata.get("properties") or ()
    ]
    columns += [
        ItemColumn(str(each["name"]), "subsets", str(each["name"]), pa.bool_())
        for each in metadata.get("subsets") or ()
    ]
    names = unique_names(column.name for column in columns)
    return tuple(replace(column, name=name) for name, column in zip(names, columns, strict=True))
