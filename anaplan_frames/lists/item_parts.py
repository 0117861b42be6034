"""Parts of a list: its items page by page."""

from __future__ import annotations

from dataclasses import dataclass, replace

from anaplan_frames.lists.item_reader import item_count
from anaplan_frames.lists.item_table import ItemTable
from anaplan_frames.resources.parts import Parts, innermost
from anaplan_frames.resources.table_reader import Table
from anaplan_frames.transport.pagination import PAGE_SIZE


@dataclass(frozen=True, slots=True)
class _ItemPiece:
    """Takes some items out of a list."""

    items: range
    total: int

    def __call__(self, table: ItemTable) -> ItemTable:
        # With few items expected, their ids are read, too.
        source = replace(table.source, expected=0, part=(self.items, self.total))
        return replace(table, source=source)


def item_parts(owner: Table, parts: int) -> Parts:
    """Divide the items of a list into ranges of whole pages."""
    total = None
    if parts > 1:
        total = item_count(innermost(owner._part_table()).source)
    pages = -(-(total or 0) // PAGE_SIZE)
    parts = min(parts, pages)
    if total is None or parts < 2:
        return Parts.of(owner, [])
    starts = [part * pages // parts * PAGE_SIZE for part in range(parts)]
    ends = [*starts[1:], total]
    ranges = [range(start, end) for start, end in zip(starts, ends, strict=True)]
    return Parts.of(owner, [_ItemPiece(items, total) for items in ranges])
