"""A list as it is and what it should become, and which of the caller's rows is of which item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from anaplan_frames.lists.hierarchy import find_nodes
from anaplan_frames.lists.item_matching import NEW, KeyedTable
from anaplan_frames.writes.arrow_arrays import Mask, Positions, as_texts, mask_of


@dataclass(frozen=True, kw_only=True)
class DesiredState:
    """What a list should become.

    The items that exist and those that are added are its nodes, in this order.

    Attributes
    ----------
    state : KeyedTable
        The items as they are: ``id``, ``code``, ``name``, ``parent``.
    items : array of int64
        For each row the position of its item, or `NEW`.
    values : dict of str to pa.Array
        By column, what a row changes: texts, null if nothing.
    wanted : dict of str to pa.Array
        By ``name`` and ``code``, those of the values, folded.
    parents : pa.Array or None
        The parents that the rows name, if these are items of the same list.
    gone : array of bool
        Which items are to be deleted.
    blank : bool
        Whether a missing parent means none; otherwise the item stays below its parent.
    numbered : bool
        Whether the list makes the names.
    label : str
        The list in words.
    """

    state: KeyedTable
    items: Positions
    values: Mapping[str, pa.Array]
    wanted: Mapping[str, pa.Array]
    parents: pa.Array | None
    gone: Mask
    blank: bool
    numbered: bool
    label: str

    @property
    def count(self) -> int:
        """How many items there are."""
        return int(self.state.table.num_rows)

    @cached_property
    def is_new(self) -> Mask:
        """Which rows are new items."""
        found: Mask = self.items == NEW
        return found

    @cached_property
    def new_count(self) -> int:
        """How many items are added."""
        return int(self.is_new.sum())

    @cached_property
    def nodes(self) -> Positions:
        """The node of each row."""
        nodes = self.items.copy()
        nodes[self.is_new] = self.count + np.arange(self.new_count)
        return nodes

    @cached_property
    def above(self) -> Positions:
        """For each item the position of its parent now, or `hierarchy.ROOT`."""
        return find_nodes(self.texts("parent"), [self.texts("name")])

    def texts(self, key: str) -> pa.Array:
        """Return a column of the items as they are."""
        return as_texts(self.state.table[key])

    def items_of(self, rows: Mask) -> Mask:
        """Return which items are those of some rows."""
        return mask_of(self.items[rows], self.count)

    def rows_of(self, items: Mask) -> Mask:
        """Return which rows are of some items."""
        found: Mask = ~self.is_new & np.append(items, False)[self.items]
        return found

    def row_of_items(self, items: Mask) -> Positions:
        """Return the row of each of some items, -1 if it has none."""
        rows = np.full(self.count, -1, dtype=np.int64)
        rows[self.items[~self.is_new]] = np.flatnonzero(~self.is_new)
        return rows[items]
