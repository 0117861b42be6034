"""The items of dimensions, fetched with their names, codes and ids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from anaplan_frames.cells.dimensions import line_item_items_path
from anaplan_frames.cells.item_keys import DimensionItems, key_texts
from anaplan_frames.cells.view_shape import Dimension
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.threads import in_order

_THREADS = 4


def read_dimension_items(
    catalogue: Catalogue, dimensions: Sequence[Dimension], line_item_id: str
) -> Iterator[DimensionItems]:
    """Fetch the items of dimensions, by a line item: only this works for Time, too."""

    def fetched(dimension: Dimension) -> DimensionItems:
        path = line_item_items_path(catalogue, line_item_id, dimension.id)
        answer = catalogue.transport.get(path, label=f"items of {dimension.name!r}")
        return DimensionItems(dimension, key_texts(answer.get("items") or []))

    return in_order(fetched, dimensions, threads=_THREADS, name="anaplan-items")
