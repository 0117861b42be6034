"""The caller's rows -> the cells to write: which ones, and with which values; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from anaplan_frames.cells.cell_values import Names, cell_values, value_texts
from anaplan_frames.cells.coordinates import By, Coordinates, DimensionItems, Positions
from anaplan_frames.codec.field_texts import unwrapped
from anaplan_frames.codec.value_location import ValueLocation

_TEXT = pa.large_string()
_LONGEST_RUN = 1 << 20  # cells


@dataclass(slots=True)
class Axis:
    """A dimension, and where its items come from.

    Attributes
    ----------
    items : DimensionItems
    position : int or None
        The caller's column; None where all rows are of one item.
    fixed : int
        The position of that item.
    ways : tuple of By
        By what the column's texts are looked up; empty until its first rows tell.
    scale : str or None
        Of Time, the time scale of the line items: dates become periods of it.
    """

    items: DimensionItems
    position: int | None
    fixed: int = 0
    ways: tuple[By, ...] = ()
    scale: str | None = None


@dataclass(frozen=True, slots=True)
class WrittenItem:
    """A line item that is written; `scale` is that of its values, where these are periods."""

    id: str
    name: str
    format: str
    position: int
    scale: str | None = None


@dataclass(frozen=True, slots=True)
class CellBatch:
    """Cells to write.

    Attributes
    ----------
    rows : array of int64
        The caller's row of each, counted from 0.
    cells : array of int64
        Where each is, as `Coordinates` numbers them.
    values : pa.Array of large_string
        Their values as JSON.
    """

    rows: Positions
    cells: Positions
    values: pa.Array

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, positions: Positions) -> CellBatch:
        """Return some of the cells."""
        at = pa.array(positions)
        return CellBatch(self.rows[positions], self.cells[positions], self.values.take(at))

    def slice(self, start: int, stop: int) -> CellBatch:
        """Return the cells from `start` on, up to `stop`."""
        values = self.values.slice(start, stop - start)
        return CellBatch(self.rows[start:stop], self.cells[start:stop], values)

    @classmethod
    def together(cls, batches: Sequence[CellBatch]) -> CellBatch:
        """Join batches; none at all are one without cells."""
        if len(batches) == 1:
            return batches[0]
        nothing = np.empty(0, dtype=np.int64)
        return cls(
            np.concatenate([nothing, *(batch.rows for batch in batches)]),
            np.concatenate([nothing, *(batch.cells for batch in batches)]),
            pa.concat_arrays([pa.array([], _TEXT), *(batch.values for batch in batches)]),
        )


@dataclass(frozen=True, slots=True)
class Block:
    """What some rows of the caller come to.

    Attributes
    ----------
    cells : CellBatch
    refused : dict of int to str
        Rows that name no cell of the module, and why.
    rows : int
        All its rows.
    with_cells : int
        Its rows of which something is written.
    """

    cells: CellBatch
    refused: dict[int, str]
    rows: int
    with_cells: int


@dataclass(frozen=True)
class CellPlan:
    """How the caller's columns become cells.

    Attributes
    ----------
    axes : tuple of Axis
        All dimensions of the module.
    line_items : tuple of WrittenItem
    blank : bool
        Whether missing values blank their cells.
    names : callable
        Makes what knows the model's periods.
    """

    axes: tuple[Axis, ...]
    line_items: tuple[WrittenItem, ...]
    blank: bool
    names: Names
    coordinates: Coordinates = field(init=False)

    def __post_init__(self) -> None:
        ids = [item.id for item in self.line_items]
        coordinates = Coordinates([axis.items for axis in self.axes], ids)
        object.__setattr__(self, "coordinates", coordinates)

    def block(self, batch: pa.RecordBatch, first_row: int) -> Block:
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
        for axis in self.axes:
            locations.append(self._places(axis, batch, first_row, refused))
        known = np.ones(count, dtype=bool)
        for found in locations:
            known &= found >= 0
        keys = self.coordinates.keys(locations, count)
        written = np.zeros(count, dtype=bool)
        parts = []
        for number, item in enumerate(self.line_items):
            values = self._values(item, batch, first_row)
            present = known & pc.is_valid(values).to_numpy(zero_copy_only=False)
            written |= present
            at = np.flatnonzero(present)
            if len(at) < count:
                values = values.take(pa.array(at))
            parts.append(CellBatch(at + first_row, self.coordinates.cell(keys[at], number), values))
        return Block(CellBatch.together(parts), refused, count, int(written.sum()))

    def words(self, cell: int) -> str:
        """Say which cell a number is."""
        return self.coordinates.words(cell, [item.name for item in self.line_items])

    def _places(
        self, axis: Axis, batch: pa.RecordBatch, first_row: int, refused: dict[int, str]
    ) -> Positions:
        """Find the rows' items of one dimension, and note the rows that have none."""
        if axis.position is None:
            return np.full(batch.num_rows, axis.fixed, dtype=np.int64)
        location = ValueLocation(batch.schema.names[axis.position], first_row)
        column = unwrapped(batch.column(axis.position))
        ways = axis.ways
        if axis.items.dimension.is_time and pt.is_temporal(column.type):
            column, ways = self.names().names(column, axis.scale, location), ("name",)
        texts = value_texts(column, location)
        if not ways:
            ways = axis.ways = axis.items.ways(texts)
        found = axis.items.find(texts, ways)
        for at in np.flatnonzero(found < 0).tolist():
            said = axis.items.objection(texts[at].as_py(), int(found[at]), ways)
            row = first_row + at
            refused[row] = f"{refused[row]}\n{said}" if row in refused else said
        return found

    def _values(self, item: WrittenItem, batch: pa.RecordBatch, first_row: int) -> pa.Array:
        return cell_values(
            batch.column(item.position),
            item.format,
            ValueLocation(batch.schema.names[item.position], first_row),
            blank=self.blank,
            names=self.names,
            scale=item.scale,
        )


class DuplicateCellCheck:
    """Sees to it that no cell comes twice; it keeps 16 bytes for each."""

    def __init__(self) -> None:
        self._runs: list[tuple[Positions, Positions]] = []  # cells in order, and their rows

    def add(self, batch: CellBatch) -> tuple[int, int, int] | None:
        """Take note of cells; return two rows and their cell, if one was there before."""
        order = np.argsort(batch.cells, kind="stable")
        cells, rows = batch.cells[order], batch.rows[order]
        twice = np.flatnonzero(cells[1:] == cells[:-1])
        if len(twice):
            at = int(twice[0])
            return int(rows[at]), int(rows[at + 1]), int(cells[at])
        for seen, whose in self._runs:
            locations = np.minimum(np.searchsorted(seen, cells), len(seen) - 1)
            again = np.flatnonzero(seen[locations] == cells)
            if len(again):
                at = int(again[0])
                return int(whose[locations[at]]), int(rows[at]), int(cells[at])
        if len(cells):
            self._runs.append((cells, rows))
        while self._is_last_to_join():
            self._join_last()
        return None

    def _is_last_to_join(self) -> bool:
        """Keep runs few and of falling size, but none so long that to join it takes memory."""
        if len(self._runs) < 2:
            return False
        before, last = (len(cells) for cells, _ in self._runs[-2:])
        return last * 2 > before and before + last <= _LONGEST_RUN

    def _join_last(self) -> None:
        (a, a_rows), (b, b_rows) = self._runs.pop(), self._runs.pop()
        cells = np.concatenate([a, b])
        order = np.argsort(cells, kind="stable")
        self._runs.append((cells[order], np.concatenate([a_rows, b_rows])[order]))


def cut(
    batches: Iterable[CellBatch], *, cells: int, size: int, overhead: int
) -> Iterator[CellBatch]:
    """Cut and join batches of any length to the size of requests.

    Parameters
    ----------
    cells : int
        How many a request has at most.
    size : int
        How many bytes it has at most.
    overhead : int
        How many of these a cell takes beside its value.
    """
    waiting: list[CellBatch] = []
    count = nbytes = 0
    for batch in batches:
        lengths = pc.binary_length(batch.values).to_numpy(zero_copy_only=False)
        ends = np.cumsum(lengths + overhead)
        start = before = 0
        while start < len(batch):
            fits = int(np.searchsorted(ends, before + size - nbytes, side="right"))
            stop = min(fits, start + cells - count)
            if stop <= start and not waiting:
                stop = start + 1  # alone it is too large: let Anaplan say so
            if stop > start:
                waiting.append(batch.slice(start, stop))
                count += stop - start
                nbytes += int(ends[stop - 1]) - before
                start, before = stop, int(ends[stop - 1])
            if start < len(batch):
                yield CellBatch.together(waiting)
                waiting, count, nbytes = [], 0, 0
    if waiting:
        yield CellBatch.together(waiting)
