"""From the caller's rows to the cells to write and their values; pure."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from anaplan_frames.cells.cell_batches import CellBatch
from anaplan_frames.cells.cell_values import Names, cell_values, value_texts
from anaplan_frames.cells.coordinates import Coordinates
from anaplan_frames.cells.item_keys import DimensionItems, ItemKey
from anaplan_frames.codec.field_texts import unwrapped
from anaplan_frames.codec.value_location import ValueLocation
from anaplan_frames.writes.arrow_arrays import Positions, as_mask
from anaplan_frames.writes.row_messages import add_message


@dataclass(slots=True, kw_only=True)
class DimensionColumn:
    """A dimension, and the caller's column that names its items.

    Attributes
    ----------
    items : DimensionItems
    position : int or None
        The position of the column; None if all rows are of one item.
    fixed : int
        The position of that item.
    keys : tuple of {"name", "code", "id"}
        By what the column's texts are found; empty until its first rows show it.
    scale : str or None
        The time scale of the line items, if the dimension is Time: dates become its periods.
    """

    items: DimensionItems
    position: int | None
    fixed: int = 0
    keys: tuple[ItemKey, ...] = ()
    scale: str | None = None


@dataclass(frozen=True, slots=True)
class LineItemColumn:
    """A line item, and the caller's column of its values.

    Attributes
    ----------
    id, name, format : str
        The line item's.
    position : int
        The position of the column.
    scale : str or None
        The time scale of its values, if these are periods.
    """

    id: str
    name: str
    format: str
    position: int
    scale: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedCells:
    """The cells of some of the caller's rows.

    Attributes
    ----------
    cells : CellBatch
    refused : dict of int to str
        Rows that name no cell of the module, and why.
    rows : int
        How many rows these are.
    with_cells : int
        How many of them have a cell to write.
    """

    cells: CellBatch
    refused: dict[int, str]
    rows: int
    with_cells: int


@dataclass(frozen=True, kw_only=True)
class CellPlan:
    """How the caller's columns become cells.

    Attributes
    ----------
    dimensions : tuple of DimensionColumn
        All dimensions of the module.
    line_items : tuple of LineItemColumn
        Those that are written.
    blank : bool
        Whether missing values blank their cells.
    names : callable
        Returns the names of the model's periods.
    """

    dimensions: tuple[DimensionColumn, ...]
    line_items: tuple[LineItemColumn, ...]
    blank: bool
    names: Names
    coordinates: Coordinates = field(init=False)

    def __post_init__(self) -> None:
        ids = [item.id for item in self.line_items]
        coordinates = Coordinates([column.items for column in self.dimensions], ids)
        object.__setattr__(self, "coordinates", coordinates)

    def cells_of(self, batch: pa.RecordBatch, first_row: int) -> PlannedCells:
        """Find the cells of some rows.

        Parameters
        ----------
        batch : pa.RecordBatch
            With all of the caller's columns.
        first_row : int
            The position of its first row in the whole data.

        Raises
        ------
        EncodingError
            If a value has no counterpart in Anaplan; names column and row.
        """
        count = batch.num_rows
        locations, refused = [], dict[int, str]()
        for column in self.dimensions:
            locations.append(self._places(column, batch, first_row, refused))
        known = np.ones(count, dtype=bool)
        for found in locations:
            known &= found >= 0
        combinations = self.coordinates.combinations(locations, count)
        written = np.zeros(count, dtype=bool)
        parts = []
        for number, item in enumerate(self.line_items):
            values = self._values(item, batch, first_row)
            present = known & as_mask(pc.is_valid(values))
            written |= present
            at = np.flatnonzero(present)
            if len(at) < count:
                values = values.take(pa.array(at))
            cells = self.coordinates.cells(combinations[at], number)
            parts.append(CellBatch(at + first_row, cells, values))
        return PlannedCells(CellBatch.join(parts), refused, count, int(written.sum()))

    def describe(self, cell: int) -> str:
        """Name the items of a cell."""
        return self.coordinates.describe(cell, [item.name for item in self.line_items])

    def _places(
        self,
        column: DimensionColumn,
        batch: pa.RecordBatch,
        first_row: int,
        refused: dict[int, str],
    ) -> Positions:
        """Find the rows' items of one dimension, and add the rows without one to `refused`."""
        if column.position is None:
            return np.full(batch.num_rows, column.fixed, dtype=np.int64)
        location = ValueLocation(batch.schema.names[column.position], first_row)
        values = unwrapped(batch.column(column.position))
        keys = column.keys
        if column.items.dimension.is_time and pt.is_temporal(values.type):
            values, keys = self.names().names(values, column.scale, location), ("name",)
        texts = value_texts(values, location)
        if not keys:
            keys = column.keys = column.items.likely_keys(texts)
        found = column.items.find(texts, keys)
        for at in np.flatnonzero(found < 0).tolist():
            reason = column.items.reason(texts[at].as_py(), int(found[at]), keys)
            add_message(refused, first_row + at, reason)
        return found

    def _values(self, item: LineItemColumn, batch: pa.RecordBatch, first_row: int) -> pa.Array:
        return cell_values(
            batch.column(item.position),
            item.format,
            ValueLocation(batch.schema.names[item.position], first_row),
            blank=self.blank,
            names=self.names,
            scale=item.scale,
        )
