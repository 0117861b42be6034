"""The levels of a hierarchy as columns: for each item its ancestors' names, the highest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.lists.hierarchy import ROOT, depths

_Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Above:
    """One list that stands above others, or the only one.

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
    """Knows the items that others stand below, and tells the levels of those.

    Only the highest list may have parents within itself. It then makes as many levels as it is
    deep, ``"Accounts level 1"``, ``"Accounts level 2"`` and so on; every other list is one level.

    Parameters
    ----------
    above : sequence of Above
        Root list first.
    below : str, optional
        Name of the list whose items are told, if it is not itself the last of `above`.

    Raises
    ------
    Circle
        If items are among their own ancestors.
    """

    def __init__(self, above: Sequence[Above], below: str | None = None) -> None:
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
        self.names = [f"{root} level {n}" for n in range(1, deep + 1)] if deep > 1 else [root]
        self.names += [each.name for each in above[1:]]
        self._below = below
        if below is not None:
            self.names.append(below)

    @property
    def key(self) -> str:
        """What of an item leads to its ancestors: ``"id"`` or ``"parentId"``."""
        return "id" if self._below is None else "parentId"

    def of(self, keys: pa.Array, names: pa.Array) -> list[pa.Array]:
        """Return one array of names per level, missing where an item has nothing there.

        Parameters
        ----------
        keys, names : pyarrow.Array
            `key` and name of the items to tell of.
        """
        found = self._find(_numbers(keys))
        # The last of the labels is the missing one, and so is that of position -1.
        columns = [self._labels.take(pa.array(level[found])) for level in self._ancestors]
        return columns if self._below is None else [*columns, names]

    def _find(self, ids: _Numbers) -> _Numbers:
        """Return the positions of ids, `ROOT` for those that are not known."""
        if not len(self._ids):
            return np.full(len(ids), ROOT)
        places = np.searchsorted(self._ids, ids).clip(max=len(self._ids) - 1)
        return np.where(self._ids[places] == ids, self._order[places], ROOT)


def _ancestors(parents: _Numbers, level: _Numbers, count: int) -> _Numbers:
    """Return for each level the position of everybody's ancestor there, or of themselves.

    There is one more position than items, for nobody: it stands for what is missing.
    """
    nobody = len(parents)
    found = np.full((count, nobody + 1), nobody)
    item = above = np.arange(nobody)
    while len(item):
        found[level[above], item] = above
        above = parents[above]
        item, above = item[above != ROOT], above[above != ROOT]
    return found


def _numbers(ids: pa.Array | pa.ChunkedArray) -> _Numbers:
    """Return ids as numbers, -1 where there is none."""
    numbers = pc.fill_null(pc.cast(ids, pa.int64()), -1)
    return np.asarray(numbers.to_numpy(zero_copy_only=False))
