"""The levels of a hierarchy as columns: for each item its ancestors' names, the highest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.lists.hierarchy import ROOT, depths
from anaplan_frames.writes.arrow_arrays import Positions


@dataclass(frozen=True, slots=True)
class HierarchyList:
    """A list of a hierarchy that has others below it, or the only one.

    Attributes
    ----------
    name : str
        The list's.
    items : pyarrow.Table
        ``id``, ``name`` and ``parentId`` of its items, all text; a parent may be missing.
    """

    name: str
    items: pa.Table


class Levels:
    """Finds the ancestors of items at each level.

    Only the highest list may have parents within itself. It then has as many levels as it is
    deep, ``"Accounts level 1"``, ``"Accounts level 2"`` and so on; every other list is one level.

    Parameters
    ----------
    above : sequence of HierarchyList
        Highest list first.
    below : str, optional
        Name of the list that is read, if it is not itself the last of `above`.

    Raises
    ------
    Cycle
        If items are among their own ancestors.
    """

    def __init__(self, above: Sequence[HierarchyList], below: str | None = None) -> None:
        tables = [each.items.combine_chunks() for each in above]
        items = pa.concat_tables(tables).combine_chunks()
        ids = _numbers(items["id"])
        self._order = np.argsort(ids)
        self._ids = ids[self._order]
        self._labels = pa.concat_arrays([*items["name"].chunks, pa.nulls(1, items["name"].type)])
        parents = self._find(_numbers(items["parentId"]))
        depth = depths(parents)
        first = depth[: len(tables[0])]
        deep = int(first.max(initial=0)) + 1
        numbers = [np.full(len(table), deep + n) for n, table in enumerate(tables[1:])]
        level = np.concatenate([first, *numbers])
        self._ancestors = _ancestors(parents, level, deep + len(above) - 1)
        root = above[0].name
        own = [f"{root} level {n}" for n in range(1, deep + 1)] if deep > 1 else [root]
        self.names: list[str] = [*own, *(each.name for each in above[1:])]
        self._below = below
        if below is not None:
            self.names.append(below)

    @property
    def key(self) -> str:
        """The field of an item by which its ancestors are found: ``"id"`` or ``"parentId"``."""
        return "id" if self._below is None else "parentId"

    def of(self, keys: pa.Array, names: pa.Array) -> list[pa.Array]:
        """Return one array of names per level, missing if an item has no ancestor there.

        Parameters
        ----------
        keys, names : pyarrow.Array
            `key` and name of the items.
        """
        found = self._find(_numbers(keys))
        # The last label is missing, and position -1 is the last one.
        columns = [self._labels.take(pa.array(level[found])) for level in self._ancestors]
        return columns if self._below is None else [*columns, names]

    def _find(self, ids: Positions) -> Positions:
        """Return the positions of ids, `ROOT` for unknown ones."""
        if not len(self._ids):
            return np.full(len(ids), ROOT)
        places = np.searchsorted(self._ids, ids).clip(max=len(self._ids) - 1)
        return np.where(self._ids[places] == ids, self._order[places], ROOT)


def _ancestors(parents: Positions, level: Positions, count: int) -> Positions:
    """Return for each level the position of each item's ancestor there, or of the item itself.

    There is one more position than items, which stands for a missing ancestor.
    """
    missing = len(parents)
    found = np.full((count, missing + 1), missing)
    item = above = np.arange(missing)
    while len(item):
        found[level[above], item] = above
        above = parents[above]
        item, above = item[above != ROOT], above[above != ROOT]
    return found


def _numbers(ids: pa.Array | pa.ChunkedArray) -> Positions:
    """Return ids as numbers, -1 for a missing one."""
    numbers = pc.fill_null(pc.cast(ids, pa.int64()), -1)
    return np.asarray(numbers.to_numpy(zero_copy_only=False))
