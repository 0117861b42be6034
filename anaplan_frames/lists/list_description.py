"""A list as Anaplan describes it: its columns, its parents, and where its items are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pyarrow as pa

from anaplan_frames.codec.item_columns import ItemColumn, item_columns
from anaplan_frames.lists.early_items import EarlyItems
from anaplan_frames.lists.hierarchy_levels import Levels
from anaplan_frames.lists.item_reader import ItemSource
from anaplan_frames.lists.item_table import ItemTable
from anaplan_frames.progress import Progress
from anaplan_frames.resources.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class ListDescription:
    """A list and its metadata.

    Attributes
    ----------
    catalogue : Catalogue
        The model's.
    id, name : str
        The list's.
    metadata : mapping
        What Anaplan answers of the list.
    early : EarlyItems or None
        The answer with all items, if it is on its way.
    """

    catalogue: Catalogue
    id: str
    name: str
    metadata: Mapping[str, Any]
    early: EarlyItems | None = field(default=None, compare=False)

    @classmethod
    def fetch(cls, catalogue: Catalogue, record: Mapping[str, Any]) -> ListDescription:
        """Fetch the metadata of a list that is given by a record with its id and name."""
        id_, name = str(record["id"]), str(record["name"])
        answer = catalogue.described(f"lists/{id_}", f"list {name!r}")
        return cls(catalogue, id_, name, answer["metadata"])

    @property
    def path(self) -> str:
        """Its path below the API's root."""
        return _path(self.catalogue, self.id)

    @property
    def label(self) -> str:
        """The list in words."""
        return f"list {self.name!r}"

    @property
    def columns(self) -> tuple[ItemColumn, ...]:
        """The columns of its items."""
        return item_columns(self.metadata)

    @property
    def is_numbered(self) -> bool:
        """Whether Anaplan makes the names of its items."""
        return bool(self.metadata.get("numberedList"))

    @property
    def parent(self) -> Mapping[str, Any] | None:
        """The record of the list above this one, None if there is none or it is this list."""
        above: Mapping[str, Any] = self.metadata.get("parent") or {}
        if not above.get("id") or str(above["id"]) == str(self.metadata.get("id")):
            return None
        return above

    @property
    def top_level_item(self) -> str | None:
        """The name of the item to which all without a parent add up, if there is one."""
        top = self.metadata.get("topLevelItem") or {}
        return str(top["name"]) if top.get("name") else None

    @property
    def items(self) -> ItemSource:
        """Where its items are."""
        count = int(self.metadata.get("itemCount") or 0)
        return ItemSource(self.catalogue.transport, self.path, self.label, count, early=self.early)

    def table(self, levels: Levels | None = None) -> ItemTable:
        """Return its items as a table that is not fetched yet."""
        return ItemTable(self.name, self.items, self.columns, levels)

    def read_items(self, columns: Sequence[str], *, progress: bool | None = False) -> pa.Table:
        """Read some columns of all items."""
        new_bar = partial(Progress, f"Reading {self.label}", unit="B", show=progress)
        rows = self.table().open(list(columns), lambda schema: schema, new_bar)
        return pa.Table.from_batches(rows, rows.schema)


def _path(catalogue: Catalogue, id_: str) -> str:
    return f"{catalogue.path}/lists/{id_}"
