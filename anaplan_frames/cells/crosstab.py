"""The cross table that a view shows, made of a tidy table of cells."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from anaplan_frames.cells.view_shape import Axes, Dimension

Codes = npt.NDArray[np.intp]
_LINE_ITEMS = Dimension("", "Line items")


def crosstab(frame: pd.DataFrame, axes: Axes, left_out: Collection[str] = ()) -> pd.DataFrame:
    """Put the cells of a tidy table where a view has them.

    Parameters
    ----------
    frame : DataFrame
        One column per dimension of `axes` in their order, then one per line item.
    axes : Axes
        The dimensions on pages, rows and columns, the line items among them.
    left_out : collection of str
        Ids of dimensions that are not shown, because the table has one item of each.

    Returns
    -------
    DataFrame
        The dimensions on pages and rows are the levels of the index, those on columns the levels
        of the columns; a single level is a plain index. Each dimension's items are in the order of
        the table. If the line items are in the columns, each column has the dtype of its line
        item, otherwise one that holds all of them.
    """
    names = dict(zip(axes.dimensions, frame.columns, strict=False))
    items = frame.columns[len(names) :].rename(None)
    down = [d for d in (*axes.pages, *axes.rows) if d.id not in left_out]
    across = [d for d in axes.columns if d.id not in left_out]
    if len(items) > 1 and not any(d.is_line_items for d in (*down, *across)):
        across.append(_LINE_ITEMS)
    rows, columns = _side(frame, down, names), _side(frame, across, names)
    source = np.full((rows.size, columns.size), -1, np.intp)
    source[rows.positions, columns.positions] = np.arange(len(frame))
    values = [frame[item].array for item in items]
    if any(d.is_line_items for d in across):
        heads, order = columns.with_line_items(items)
        parts = [array.take(place, allow_fill=True) for place in source.T for array in values]
        return _framed([parts[n] for n in order], rows.labels(), heads)
    index, order = rows.with_line_items(items)
    stacked = [
        pd.concat([pd.Series(array.take(place, allow_fill=True)) for array in values])
        for place in source.T
    ]
    # Here line item by line item; in the index cell by cell.
    at = order % len(items) * rows.size + order // len(items)
    return _framed([part.array.take(at) for part in stacked], index, columns.labels())


@dataclass(frozen=True, slots=True)
class _Side:
    """The index or the columns of the cross table.

    Attributes
    ----------
    dimensions : sequence of Dimension
        Its levels.
    items : dict
        The items of each level but the line items, in order.
    codes : dict
        For each combination of items its item of each level.
    positions : array of int
        For each row of the table the position of its combination.
    size : int
        How many combinations there are.
    """

    dimensions: Sequence[Dimension]
    items: dict[Dimension, pd.Index[Any]]
    codes: dict[Dimension, Codes]
    positions: Codes
    size: int

    def labels(self) -> pd.Index[Any]:
        """Return the labels if the line items are on the other side."""
        return _labels(self.dimensions, self.items, self.codes, self.size)

    def with_line_items(self, items: pd.Index[Any]) -> tuple[pd.Index[Any], Codes]:
        """Return the labels with line items among them, and which pair each is.

        Pairs of a combination and a line item are counted by combinations first.
        """
        codes = {d: np.repeat(found, len(items)) for d, found in self.codes.items()}
        every = dict(self.items)
        for dimension in self.dimensions:
            if dimension.is_line_items:
                every[dimension] = items
                codes[dimension] = np.tile(np.arange(len(items)), self.size)
        count = self.size * len(items)
        levels = [codes[dimension] for dimension in reversed(self.dimensions)]
        order = np.lexsort(levels) if levels else np.arange(count)
        sorted_codes = {dimension: found[order] for dimension, found in codes.items()}
        return _labels(self.dimensions, every, sorted_codes, count), order


def _side(
    frame: pd.DataFrame, dimensions: Sequence[Dimension], names: dict[Dimension, str]
) -> _Side:
    """Find the combinations of items that the table has, in the order of its items."""
    items, each = {}, {}
    for dimension in dimensions:
        if not dimension.is_line_items:
            each[dimension], items[dimension] = pd.factorize(
                pd.Index(frame[names[dimension]]), use_na_sentinel=False
            )
    if not each:
        return _Side(dimensions, {}, {}, np.zeros(len(frame), np.intp), 1)
    shape = tuple(max(len(found), 1) for found in items.values())
    keys, positions = np.unique(
        np.ravel_multi_index(tuple(each.values()), shape), return_inverse=True
    )
    codes = dict(zip(each, np.unravel_index(keys, shape), strict=True))
    return _Side(dimensions, items, codes, positions, len(keys))


def _labels(
    dimensions: Sequence[Dimension],
    items: dict[Dimension, pd.Index[Any]],
    codes: dict[Dimension, Codes],
    count: int,
) -> pd.Index[Any]:
    if not dimensions:
        return pd.RangeIndex(count)
    if len(dimensions) == 1:
        dimension = dimensions[0]
        return items[dimension].take(codes[dimension]).rename(dimension.name)
    levels: list[Any] = [items[dimension] for dimension in dimensions]
    places: list[Any] = [codes[dimension] for dimension in dimensions]
    return pd.MultiIndex(levels, places, names=[dimension.name for dimension in dimensions])


def _framed(columns: Sequence[Any], index: pd.Index[Any], heads: pd.Index[Any]) -> pd.DataFrame:
    frame = pd.DataFrame(dict(enumerate(columns)), index=index, copy=False)
    frame.columns = heads
    return frame
