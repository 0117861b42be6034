"""The lists above a list, read to find the levels of its hierarchy."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pyarrow as pa

from anaplan_frames.codec.item_columns import ItemColumn
from anaplan_frames.errors import AnaplanError
from anaplan_frames.lists.hierarchy import Cycle
from anaplan_frames.lists.hierarchy_levels import HierarchyList, Levels
from anaplan_frames.lists.item_reader import ItemSource, read_items
from anaplan_frames.lists.list_description import ListDescription
from anaplan_frames.progress import Progress

_COLUMNS = tuple(ItemColumn(key, "", key, pa.string()) for key in ("id", "name", "parentId"))


def read_levels(lowest: ListDescription, new_bar: Callable[[], Progress]) -> Levels:
    """Read the items above those of a list, which may be in the list itself.

    Raises
    ------
    AnaplanError
        If items are among their own ancestors.
    """
    above = list(_lists_above(lowest))
    lists = [
        HierarchyList(each.name, _read(each.items, new_bar)) for each in reversed(above or [lowest])
    ]
    try:
        return Levels(lists, lowest.name if above else None)
    except Cycle as cycle:
        raise AnaplanError(
            f"{lowest.label}: {len(cycle.nodes)} items of its hierarchy are among their own "
            "ancestors, so they have no level. Read it without hierarchy=True."
        ) from None


def _lists_above(lowest: ListDescription) -> Iterator[ListDescription]:
    """Yield the lists above, the nearest first."""
    seen = {lowest.id}
    parent = lowest.parent
    while parent is not None and str(parent["id"]) not in seen:
        seen.add(str(parent["id"]))
        described = ListDescription.fetch(lowest.catalogue, parent)
        yield described
        parent = described.parent


def _read(source: ItemSource, new_bar: Callable[[], Progress]) -> pa.Table:
    with new_bar() as bar:
        batches = list(read_items(source, _COLUMNS, bar))
    return pa.Table.from_batches(batches, pa.schema([(c.name, c.type) for c in _COLUMNS]))
