"""Where cells are: the items of each dimension, found by name, code or id, as one number per cell.

Pure, and in Arrow: a cell costs no Python object.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.cells.view_shape import Dimension
from anaplan_frames.messages import near_names

By = Literal["name", "code", "id"]
Positions = npt.NDArray[np.int64]

MISSING, UNKNOWN, SEVERAL = -1, -2, -3
"""In place of an item's position: no item is named, none is so called, several are."""

_TEXT = pa.large_string()
_WAYS: tuple[By, ...] = get_args(By)
# Beyond these, comparing names takes longer than the hint is worth.
_MOST_COMPARED, _MOST_HINTS = 20_000, 20


class DimensionItems:
    """The items of one dimension, totals included.

    Parameters
    ----------
    dimension : Dimension
    items : mapping of {"id", "code", "name"} to pa.Array
        One text per item, null where it has none.
    """

    def __init__(self, dimension: Dimension, items: Mapping[By, pa.Array]) -> None:
        self.dimension = dimension
        self._texts = {by: pc.cast(items[by], _TEXT) for by in _WAYS}
        self._repeated = {by: _repeated(self._texts[by]) for by in _WAYS}
        self._hints: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._texts["id"])

    def ways(self, texts: pa.Array) -> tuple[By, ...]:
        """Return by what to look these up: first by what most of them are."""
        distinct = pc.drop_null(pc.unique(texts))
        hits = {by: pc.sum(pc.is_in(distinct, self._texts[by])).as_py() or 0 for by in _WAYS}
        return tuple(sorted(_WAYS, key=lambda by: -hits[by]))

    def find(self, texts: pa.Array, ways: Sequence[By]) -> Positions:
        """Return the position of the item that each text means, or one of the words above.

        Parameters
        ----------
        texts : pa.Array of large_string
        ways : sequence of By
            What a text may be; the first that an item has decides.
        """
        coded = pc.dictionary_encode(texts)
        places = np.full(len(coded.dictionary) + 1, UNKNOWN, dtype=np.int64)
        places[-1] = MISSING  # where the index of a null points
        distinct = places[:-1]
        for by in ways:
            if not (distinct == UNKNOWN).any():
                break
            found = pc.fill_null(pc.index_in(coded.dictionary, self._texts[by]), UNKNOWN)
            at = found.to_numpy(zero_copy_only=False).astype(np.int64)
            if len(self._repeated[by]):
                several = pc.is_in(coded.dictionary, self._repeated[by])
                at[several.to_numpy(zero_copy_only=False)] = SEVERAL
            distinct[:] = np.where(distinct == UNKNOWN, at, distinct)
        indices = pc.fill_null(coded.indices, pa.scalar(-1, coded.indices.type))
        result: Positions = places[indices.to_numpy(zero_copy_only=False)]
        return result

    def objection(self, text: str | None, place: int, ways: Sequence[By]) -> str:
        """Say why a text means no item; `place` is what `find` gave for it."""
        name = self.dimension.name
        if place == MISSING or text is None:
            return f"No item of {name!r} is given."
        if place == SEVERAL:
            return f"Several items of {name!r} are called {text!r}. Use their codes or ids."
        by = "" if len(ways) > 1 else f" by {ways[0]}"
        return f"There is no item {text!r} in {name!r}{by}.{self.hint(text)}"

    def hint(self, text: str) -> str:
        """Say which names are near, where that is quickly known."""
        if len(self) > _MOST_COMPARED:
            return ""
        if text not in self._hints and len(self._hints) < _MOST_HINTS:
            self._hints[text] = near_names(text, filter(None, self._texts["name"].to_pylist()))
        return self._hints.get(text, "")

    def name(self, place: int) -> str:
        """Return the name of an item, else its code."""
        return str(self._texts["name"][place].as_py() or self._texts["code"][place].as_py())

    def json(self) -> pa.Array:
        """Return each item as a cell's request names it, with its dimension, by ids."""
        before = f'{{"dimensionId":{json.dumps(self.dimension.id)},"itemId":"'
        return _joined(before, self._texts["id"], '"}')


class Coordinates:
    """Numbers for the cells of a module: one for each item of each dimension and each line item.

    Parameters
    ----------
    axes : sequence of DimensionItems
        All dimensions of the module.
    line_items : sequence of str
        Ids of the line items that are written.
    """

    def __init__(self, axes: Sequence[DimensionItems], line_items: Sequence[str]) -> None:
        self.axes = tuple(axes)
        self._items = len(line_items)
        starts = [f'{{"lineItemId":{json.dumps(id_)},"dimensions":[' for id_ in line_items]
        self._starts = pa.array(starts, _TEXT)
        self._json = [axis.json() for axis in self.axes]

    @property
    def longest(self) -> int:
        """The most bytes that the request for a cell has, its value apart."""
        parts = [self._starts, *self._json]
        lengths = (pc.max(pc.binary_length(part)).as_py() or 0 for part in parts)
        return sum(lengths) + len(parts) + len('],"value":},')

    def keys(self, places: Sequence[Positions], rows: int) -> Positions:
        """Return a number for the items of each row; `cell` makes those of its cells of it.

        Anaplan itself has no more cells in a line item than 64 bits can count.
        """
        keys = np.zeros(rows, dtype=np.int64)
        for axis, found in zip(self.axes, places, strict=True):
            keys = keys * len(axis) + found
        return keys

    def cell(self, keys: Positions, item: int) -> Positions:
        """Return the numbers of the cells of one line item, for those of their rows' items."""
        return keys * self._items + item

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
        return _joined(*parts, '],"value":', values, "}")

    def words(self, cell: int, line_items: Sequence[str]) -> str:
        """Say which cell a number is."""
        places, items = self._split(np.array([cell], dtype=np.int64))
        told = [
            f"{axis.dimension.name} {axis.name(int(at[0]))!r}"
            for axis, at in zip(self.axes, places, strict=True)
        ]
        return ", ".join([*told, f"line item {line_items[int(items[0])]!r}"])

    def item_of(self, cells: Positions) -> Positions:
        """Return which line item each cell is of."""
        return cells % self._items

    def _split(self, cells: Positions) -> tuple[list[Positions], Positions]:
        keys, items = np.divmod(cells, self._items)
        places = []
        for axis in reversed(self.axes):
            keys, at = np.divmod(keys, len(axis))
            places.append(at)
        return places[::-1], items


def _repeated(texts: pa.Array) -> pa.Array:
    counted = pc.value_counts(pc.drop_null(texts))
    return counted.field("values").filter(pc.greater(counted.field("counts"), 1))


def _joined(*parts: pa.Array | str) -> pa.Array:
    scalars = (pa.scalar(part, _TEXT) if isinstance(part, str) else part for part in parts)
    return pc.binary_join_element_wise(*scalars, pa.scalar("", _TEXT))
