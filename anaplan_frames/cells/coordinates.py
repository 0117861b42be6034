"""One number for each cell of a module, made of the positions of its items; pure, in Arrow."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.cells.item_keys import DimensionItems, joined
from anaplan_frames.writes.arrow_arrays import TEXT, Positions


class Coordinates:
    """Numbers the cells of a module: one for each combination of items and line item.

    Parameters
    ----------
    dimensions : sequence of DimensionItems
        The items of all dimensions of the module.
    line_items : sequence of str
        Ids of the line items that are written.
    """

    def __init__(self, dimensions: Sequence[DimensionItems], line_items: Sequence[str]) -> None:
        self.dimensions = tuple(dimensions)
        self._items = len(line_items)
        self._line_item_ids = list(line_items)
        starts = [f'{{"lineItemId":{json.dumps(id_)},"dimensions":[' for id_ in line_items]
        self._starts = pa.array(starts, TEXT)
        self._json = [items.json() for items in self.dimensions]

    @cached_property
    def _hashes(self) -> list[npt.NDArray[np.uint64]]:
        texts = [*(items.ids for items in self.dimensions), self._line_item_ids]
        return [pd.util.hash_array(np.array(each, dtype=object)) for each in texts]

    @property
    def longest(self) -> int:
        """The most bytes that the request for a cell has, without its value."""
        parts = [self._starts, *self._json]
        lengths = (pc.max(pc.binary_length(part)).as_py() or 0 for part in parts)
        return sum(lengths) + len(parts) + len('],"value":},')

    def combinations(self, places: Sequence[Positions], rows: int) -> Positions:
        """Return a number for the combination of items of each row.

        Anaplan itself has no more cells in a line item than 64 bits can count.
        """
        numbers = np.zeros(rows, dtype=np.int64)
        for items, found in zip(self.dimensions, places, strict=True):
            numbers = numbers * len(items) + found
        return numbers

    def cells(self, combinations: Positions, line_item: int) -> Positions:
        """Return the numbers of the cells that a line item has for combinations of items."""
        return combinations * self._items + line_item

    def requests(self, cells: Positions, values: pa.Array) -> pa.Array:
        """Return the JSON object that writes each cell.

        Parameters
        ----------
        values : pa.Array of large_string
            Their values as JSON.
        """
        places, items = self._split(cells)
        parts = [self._starts.take(pa.array(items))]
        for number, (texts, at) in enumerate(zip(self._json, places, strict=True)):
            parts += [","] * bool(number) + [texts.take(pa.array(at))]
        return joined(*parts, '],"value":', values, "}")

    def describe(self, cell: int, line_items: Sequence[str]) -> str:
        """Name the items of a cell, given the names of the line items."""
        places, numbers = self._split(np.array([cell], dtype=np.int64))
        named = [
            f"{items.dimension.name} {items.name(int(at[0]))!r}"
            for items, at in zip(self.dimensions, places, strict=True)
        ]
        return ", ".join([*named, f"line item {line_items[int(numbers[0])]!r}"])

    def identities(self, cells: Positions) -> Iterator[npt.NDArray[np.uint64]]:
        """Yield, for each dimension and the line items, numbers made of the cells' ids alone.

        They stay the same if other items are added, unlike the positions of items.
        """
        places, line_items = self._split(cells)
        for hashes, at in zip(self._hashes, (*places, line_items), strict=True):
            yield hashes[at]

    def line_item_of(self, cells: Positions) -> Positions:
        """Return the position of each cell's line item."""
        return cells % self._items

    def _split(self, cells: Positions) -> tuple[list[Positions], Positions]:
        """Return the positions of each dimension's items, and of the line items."""
        combinations, line_items = np.divmod(cells, self._items)
        places = []
        for items in reversed(self.dimensions):
            combinations, at = np.divmod(combinations, len(items))
            places.append(at)
        return places[::-1], line_items
