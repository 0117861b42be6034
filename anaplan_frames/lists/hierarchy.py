"""Parents within one list: which item a text names, how deep each item is, and cycles; pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.writes.arrow_arrays import TEXT, Mask, Positions

ROOT = -1
"""In place of a parent's position: there is no parent."""


class Cycle(ValueError):
    """Items are among their own ancestors.

    Attributes
    ----------
    nodes : array of int64
        Positions of the items in the cycle, and of those below it.
    """

    def __init__(self, nodes: Positions) -> None:
        super().__init__(f"{len(nodes)} nodes are in or below a cycle")
        self.nodes = nodes


def find_nodes(texts: pa.Array, called: Sequence[pa.Array]) -> Positions:
    """Find the nodes that texts name.

    Parameters
    ----------
    texts : pa.Array
        Names, of large_string.
    called : sequence of pa.Array
        Names of the nodes, one per node in each array. The first array that has a text decides.

    Returns
    -------
    array of int64
        Positions of nodes; -1 if there is none of that name, or no text.
    """
    count = len(called[0])
    known = pa.concat_arrays([pc.cast(names, TEXT) for names in called])
    hits = pc.fill_null(pc.index_in(texts, value_set=known, skip_nulls=True), -1)
    found = hits.to_numpy(zero_copy_only=False).astype(np.int64)
    nodes: Positions = np.where(found < 0, found, found % max(count, 1))
    return nodes


def depths(parents: Positions) -> Positions:
    """Return how many nodes are above each.

    Parameters
    ----------
    parents : array of int64
        For each node the position of its parent, or `ROOT`.

    Raises
    ------
    Cycle
        If nodes are among their own ancestors.
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
