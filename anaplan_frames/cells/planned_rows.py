"""The caller's rows as cells, batch by batch, and what they amount to before any is sent."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.cells.cell_planner import CellPlan, PlannedCells
from anaplan_frames.cells.duplicate_cells import DuplicateCellCheck
from anaplan_frames.deadline import check_time
from anaplan_frames.errors import ColumnMismatch
from anaplan_frames.transfer.digests import digest, joined
from anaplan_frames.writes.number_spool import NumberSpool, first_repeated
from anaplan_frames.writes.retained_rows import RetainedRows

_BLOCK_CELLS = 1_000_000


@dataclass(frozen=True, slots=True)
class PlannedRows:
    """Rows that become cells; they are read each time that this is iterated over.

    Attributes
    ----------
    plan : CellPlan
        How the rows become cells.
    rows : RetainedRows
    needed : collection of int
        Positions of the columns that are written.
    label : str
        The module in words.
    block_rows : int
        How many rows are taken at once; more take more memory, and look items up less often.
    """

    plan: CellPlan
    rows: RetainedRows
    needed: Collection[int]
    label: str
    block_rows: int = 65_536

    def __iter__(self) -> Iterator[PlannedCells]:
        """Find the cells of all rows.

        Raises
        ------
        ColumnMismatch
            If a cell comes twice.
        EncodingError
            If a value has no counterpart in Anaplan; names column and row.
        """
        seen = DuplicateCellCheck()
        for planned in self.blocks():
            duplicate = seen.add(planned.named)
            if duplicate:
                raise self._duplicate_error(*duplicate)
            yield planned

    def blocks(self) -> Iterator[PlannedCells]:
        """Find the cells of all rows, of which the caller knows that none comes twice.

        Raises
        ------
        EncodingError
            As for the iteration.
        """
        columns = 1 if self.plan.single else len(self.plan.line_items)
        batch_rows = max(1, min(self.block_rows, _BLOCK_CELLS // columns))
        for first_row, batch in self.rows.batches(batch_rows, self.needed):
            check_time(f"Writing {self.label}")
            yield self.plan.cells_of(batch, first_row)

    def repeated_error(self, cell: int) -> ColumnMismatch:
        """Return the error that says which rows write a cell twice; they are read again."""
        found: list[int] = []
        for planned in self.blocks():
            named = planned.named
            found += named.rows[named.cells == cell].tolist()
            if len(found) > 1:
                break
        first, second = sorted(found)[:2]
        return self._duplicate_error(first, second, cell)

    def _duplicate_error(self, row: int, other: int, cell: int) -> ColumnMismatch:
        return ColumnMismatch(
            f"Rows {row} and {other} (counted from 0) both write the same cell of {self.label}: "
            f"{self.plan.describe(cell)}. Keep one of them, for instance with .drop_duplicates(). "
            "If periods are given as dates, periods of different lengths cannot be distinguished: "
            "give their names."
        )


@dataclass(frozen=True, slots=True)
class PlannedTotals:
    """What rows amount to, before any is sent.

    Attributes
    ----------
    rows, with_cells, calculated : int
        How many there are, have a cell to write, and are of line items that Anaplan calculates.
    cells : int
        How many cells are written.
    refused : dict of int to str
        Rows that name no cell of the module, and why.
    digest : str
        Equal if the same rows are refused, and the same values are written to the same items.
    """

    rows: int
    with_cells: int
    calculated: int
    cells: int
    refused: dict[int, str]
    digest: str


def total_of(planned_rows: PlannedRows) -> PlannedTotals:
    """Read all rows and keep none of them; raises as they do. The cells wait in a file."""
    rows = with_cells = calculated = cells = 0
    refused: dict[int, str] = {}
    digests: list[bytes] = []
    with NumberSpool() as spool:
        for planned in planned_rows.blocks():
            rows += planned.rows
            with_cells += planned.with_cells
            calculated += planned.calculated
            cells += len(planned.cells)
            spool.add(planned.named.cells)
            refused.update(planned.refused)
            digests.append(digest(np.array(sorted(planned.refused), dtype=np.int64)))
            for numbers in planned_rows.plan.coordinates.identities(planned.cells.cells):
                digests.append(digest(np.ascontiguousarray(numbers)))
            digests += _text_digests(planned.cells.values)
        repeated = first_repeated(spool)
    if repeated is not None:
        raise planned_rows.repeated_error(repeated)
    return PlannedTotals(rows, with_cells, calculated, cells, refused, joined(digests))


def _text_digests(texts: pa.Array) -> Iterator[bytes]:
    """Yield digests of texts without nulls, whatever array they are a part of."""
    yield digest(pc.binary_length(texts).to_numpy(zero_copy_only=False))
    _, offsets, content = texts.buffers()
    if len(texts) and content is not None:
        ends = np.frombuffer(offsets, dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
        yield digest(memoryview(content)[int(ends[0]) : int(ends[-1])])
