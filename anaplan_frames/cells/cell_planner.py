"""From the caller's rows to the cells to write and their values; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from anaplan_frames.cells.cell_batches import CellBatch
from anaplan_frames.cells.cell_checks import CellChecks
from anaplan_frames.cells.cell_values import (
    cell_texts,
    is_number,
    json_of_texts,
    value_texts,
)
from anaplan_frames.cells.coordinates import Coordinates
from anaplan_frames.cells.item_keys import UNKNOWN, DimensionItems, ItemKey
from anaplan_frames.cells.period_texts import Names, with_period_names
from anaplan_frames.codec.field_texts import unwrapped
from anaplan_frames.codec.null_texts import texts_if, texts_unless
from anaplan_frames.codec.value_location import ValueLocation
from anaplan_frames.writes.arrow_arrays import Mask, Positions, as_mask
from anaplan_frames.writes.folded_keys import FoldedMatches
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

    def find(self, texts: pa.Array, names: Names) -> Positions:
        """Return the positions of the items that texts name; see `DimensionItems.find`."""
        if not self.keys and len(texts):
            self.keys = self.items.likely_keys(texts)
        found = self.items.find(texts, self.keys)
        unknown = found == UNKNOWN
        if self.items.dimension.is_time and unknown.any():
            named = with_period_names(texts, names, self.scale)
            found = np.where(unknown, self.items.find(named, ("name",)), found)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleColumn:
    """The two columns of a table with one value in each row: of which line item, and the value.

    Attributes
    ----------
    items : DimensionColumn
        The column of the line items; its items are all of the module.
    position : int
        The position of the column of the values.
    numbers : array of int64
        For each line item of the module its position among those that are written; -1 if Anaplan
        calculates it.
    refused : mapping of int to str
        Line items of the module that cannot be written in these rows, and why.
    """

    items: DimensionColumn
    position: int
    numbers: Positions
    refused: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LineItemColumn:
    """A line item, and the caller's column of its values.

    Attributes
    ----------
    id, name, format : str
        The line item's.
    position : int
        The position of the column; -1 if the values of all line items are in one column.
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
    calculated : int
        How many of them are of a line item that Anaplan calculates, and are left out.
    checked_out : CellBatch
        The cells that are not written because a check found that Anaplan rejects them.
    """

    cells: CellBatch
    refused: dict[int, str]
    rows: int
    with_cells: int
    calculated: int = 0
    checked_out: CellBatch = field(default_factory=lambda: CellBatch.join([]))

    @property
    def named(self) -> CellBatch:
        """All cells that the rows name: those to write, and those that Anaplan would reject."""
        if not len(self.checked_out):
            return self.cells
        return CellBatch.join([self.cells, self.checked_out])


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
    single : SingleColumn or None
        Where line items and values are, if they are in two columns.
    checks : CellChecks or None
        What is checked of cells whose items exist; None leaves it to Anaplan.
    """

    dimensions: tuple[DimensionColumn, ...]
    line_items: tuple[LineItemColumn, ...]
    blank: bool
    names: Names
    single: SingleColumn | None = None
    checks: CellChecks | None = None
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
        refused: dict[int, str] = {}
        locations = self.places(batch, first_row, refused)
        known = np.ones(count, dtype=bool)
        for found in locations:
            known &= found >= 0
        combinations = self.coordinates.combinations(locations, count)
        written = np.zeros(count, dtype=bool)
        parts: list[CellBatch] = []
        checked_out: list[CellBatch] = []
        line_items = self._numbers(batch, first_row, refused)
        for number, at, texts, kind in self._texts(batch, first_row, known, line_items):
            item = self.line_items[number]
            values = json_of_texts(texts, item.format, is_number=is_number(kind), blank=self.blank)
            present = as_mask(pc.is_valid(values))
            if self.checks is not None:
                texts = texts_if(pa.array(present), texts)
                wrong = self._wrong(item, at, texts, kind, present, locations, first_row, refused)
                if wrong.any():
                    cells = self.coordinates.cells(combinations[at[wrong]], number)
                    its = values.filter(pa.array(wrong))
                    checked_out.append(CellBatch(at[wrong] + first_row, cells, its))
                present &= ~wrong
            if not present.all():
                at, values = at[present], values.filter(pa.array(present))
            written[at] = True
            cells = self.coordinates.cells(combinations[at], number)
            parts.append(CellBatch(at + first_row, cells, values))
        if refused:  # of a row that is refused for one cell, the others are written
            written[np.fromiter(refused, np.int64) - first_row] = False
        calculated = 0 if line_items is None else int((known & (line_items == -1)).sum())
        joined = CellBatch.join(parts)
        return PlannedCells(
            joined, refused, count, int(written.sum()), calculated, CellBatch.join(checked_out)
        )

    def places(
        self, batch: pa.RecordBatch, first_row: int, refused: dict[int, str]
    ) -> list[Positions]:
        """Find the rows' items of each dimension, and add the rows without one to `refused`."""
        return [
            np.full(batch.num_rows, column.fixed, dtype=np.int64)
            if column.position is None
            else self._places(column, column.position, batch, first_row, refused)
            for column in self.dimensions
        ]

    def folded_items(self) -> list[tuple[str, FoldedMatches]]:
        """Return, by dimension, the texts so far whose items were found only by folding."""
        columns = [*self.dimensions, *([self.single.items] if self.single else [])]
        return [(each.items.dimension.name, each.items.folded) for each in columns]

    def describe(self, cell: int) -> str:
        """Name the items of a cell."""
        return self.coordinates.describe(cell, [item.name for item in self.line_items])

    def _places(
        self,
        column: DimensionColumn,
        position: int,
        batch: pa.RecordBatch,
        first_row: int,
        refused: dict[int, str],
    ) -> Positions:
        location = ValueLocation(batch.schema.names[position], first_row)
        values = unwrapped(batch.column(position))
        if column.items.dimension.is_time and pt.is_temporal(values.type):
            keys: tuple[ItemKey, ...] = ("name",)
            texts = value_texts(self.names().names(values, column.scale, location), location)
            found = column.items.find(texts, keys)
        else:
            texts = value_texts(values, location)
            found = column.find(texts, self.names)
            keys = column.keys
        if (found < 0).any():
            _add_reasons(column.items, keys, texts, found, first_row, refused)
        return found

    def line_item_places(
        self, batch: pa.RecordBatch, first_row: int, refused: dict[int, str]
    ) -> Positions:
        """Find the rows' line items in their column, among all of the module."""
        assert self.single is not None
        column = self.single.items
        assert column.position is not None
        return self._places(column, column.position, batch, first_row, refused)

    def _numbers(
        self, batch: pa.RecordBatch, first_row: int, refused: dict[int, str]
    ) -> Positions | None:
        """Find the rows' line items if they are in a column: -1 is calculated, -2 is none."""
        if self.single is None:
            return None
        found = self.line_item_places(batch, first_row, refused)
        numbers: Positions = np.where(found < 0, -2, self.single.numbers[np.maximum(found, 0)])
        for place, reason in self.single.refused.items():
            for row in np.flatnonzero(found == place).tolist():
                add_message(refused, first_row + row, reason)
                numbers[row] = -2
        return numbers

    def _wrong(
        self,
        item: LineItemColumn,
        rows: Positions,
        texts: pa.Array,
        kind: pa.DataType,
        present: Mask,
        locations: list[Positions],
        first_row: int,
        refused: dict[int, str],
    ) -> Mask:
        """Return which cells of a line item are totals or have a wrong value, and add why."""
        checks = self.checks
        assert checks is not None
        totals = checks.on_totals(rows, locations, item.id) & present
        if totals.any():
            items = [column.items for column in self.dimensions]
            checks.add_totals(rows[totals], locations, item.id, items, first_row, refused)
            texts = texts_unless(pa.array(totals), texts)
        return totals | checks.wrong_values(texts, kind, item.id, rows + first_row, refused)

    def _texts(
        self, batch: pa.RecordBatch, first_row: int, known: Mask, line_items: Positions | None
    ) -> Iterator[tuple[int, Positions, pa.Array, pa.DataType]]:
        """Yield, for each line item, its number, rows of the batch, their values, and their type.

        The values are texts, those of a missing value null.
        """
        if line_items is not None:
            yield from self._single_texts(batch, first_row, known, line_items)
            return
        rows = np.flatnonzero(known)
        every = len(rows) == len(known)
        for number, item in enumerate(self.line_items):
            column = unwrapped(batch.column(item.position))
            texts = cell_texts(
                column,
                item.format,
                ValueLocation(batch.schema.names[item.position], first_row),
                names=self.names,
                scale=item.scale,
            )
            yield number, rows, texts if every else texts.take(pa.array(rows)), column.type

    def _single_texts(
        self, batch: pa.RecordBatch, first_row: int, known: Mask, line_items: Positions
    ) -> Iterator[tuple[int, Positions, pa.Array, pa.DataType]]:
        """Yield as `_texts` does, if all values are in one column."""
        assert self.single is not None
        position = self.single.position
        location = ValueLocation(batch.schema.names[position], first_row)
        column = unwrapped(batch.column(position))
        texts = value_texts(column, location)
        rows = np.flatnonzero(known & (line_items >= 0))
        rows = rows[np.argsort(line_items[rows], kind="stable")]
        numbers, starts = np.unique(line_items[rows], return_index=True)
        for number, at in zip(numbers.tolist(), np.split(rows, starts[1:]), strict=False):
            item = self.line_items[number]
            its_texts = texts.take(pa.array(at))
            if item.scale is not None:
                its_texts = with_period_names(its_texts, self.names, item.scale)
            yield number, at, its_texts, column.type


def _add_reasons(
    items: DimensionItems,
    keys: tuple[ItemKey, ...],
    texts: pa.Array,
    found: Positions,
    first_row: int,
    refused: dict[int, str],
) -> None:
    """Say of the rows without an item why, once for each different text."""
    rows = np.flatnonzero(found < 0)
    reasons: dict[str | None, str] = {}
    for at, text in zip(rows.tolist(), texts.take(pa.array(rows)).to_pylist(), strict=True):
        if text not in reasons:
            reasons[text] = items.reason(text, int(found[at]), keys)
        add_message(refused, first_row + at, reasons[text])
