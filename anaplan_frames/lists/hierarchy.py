"""Parents within one list: which item is meant, how deep each stands, circles; pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.lists.item_differences import Mask, Positions

ROOT = -1
_TEXT = pa.large_string()


class Cycle(ValueError):
    """Items stand below themselves.

    Attributes
    ----------
    nodes : array of int64
        Positions of the items in the circle, and of those below it.
    """

    def __init__(self, nodes: Positions) -> None:
        super().__init__(f"{len(nodes)} nodes stand in or below a circle")
        self.nodes = nodes


def find_nodes(texts: pa.Array, called: Sequence[pa.Array]) -> Positions:
    """Find the nodes that texts name.

    Parameters
    ----------
    texts : pa.Array
        Names, of large_string.
    called : sequence of pa.Array
        What nodes may be called, one value per node in each: the first array in which a text is
        found decides.

    Returns
    -------
    array of int64
        Positions of nodes; -1 where there is none of that name, or no text.
    """
    count = len(called[0])
    known = pa.concat_arrays([pc.cast(names, _TEXT) for names in called])
    hits = pc.fill_null(pc.index_in(texts, value_set=known, skip_nulls=True), -1)
    found = hits.to_numpy(zero_copy_only=False).astype(np.int64)
    nodes: Positions = np.where(found < 0, found, found % max(count, 1))
    return nodes


def depths(parents: Positions) -> Positions:
    """Return how many nodes stand above each.

    Parameters
    ----------
    parents : array of int64
        For each node the position of its parent, or `ROOT`.

    Raises
    ------
    Circle
        If no way leads up from some nodes.
    """
    found = np.where(parents == ROOT, 0, -1)
    waiting = np.flatnonzero(found < 0)
    while len(waiting):
        above = found[parents[waiting]]
        ready: Mask = above >= 0
        if not ready.any():
            raise Cycle(waiting)
        found[waiting[ready]] = above[ready] + 1
        waiting = waiting[~ready]
    return found
