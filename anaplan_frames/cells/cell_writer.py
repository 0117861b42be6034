"""Sends cells in batches, and knows of every row of the caller what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.cells.caller_rows import CallerRows
from anaplan_frames.cells.cell_planner import Block, CellBatch, CellPlan, DuplicateCellCheck, cut
from anaplan_frames.codec.json_records import json_array
from anaplan_frames.errors import AnaplanError, ColumnMismatch, RequestRefused
from anaplan_frames.progress import Progress
from anaplan_frames.transport import Transport
from anaplan_frames.writes.batches import Batches, BatchOutcome, Positions, Reconciled

MOST_CELLS = 100_000  # in one request, as Anaplan documents; an older page says 1,000
MOST_BYTES = 15_000_000
CHANGED = "numberOfCellsChanged"

_BLOCK_ROWS, _BLOCK_CELLS = 65_536, 1_000_000
_TIMEOUT = (10, 900)  # Anaplan answers when all that depends on the cells is calculated
_PIECE = 32  # the bits of a position that count the cells of a piece; those above are the piece's
_BLANK = '""'


@dataclass(slots=True)
class WrittenCells:
    """What became of the cells.

    Attributes
    ----------
    rows : int
        Rows of the caller that were looked at.
    with_cells : int
        Those of which there was something to write.
    changed : int
        Cells that Anaplan says it changed.
    sent : int
        Cells that were sent, or were to be sent.
    errors : dict of int to str
        By row, why it was rejected or not written.
    refused : set of int
        Those of them that name no cell, so that nothing of them was sent.
    reasons : Counter of str
        How many cells were refused for which reason.
    unplaced : list of str
        Why Anaplan refused cells that it does not say which they are.
    error : AnaplanError or None
        What ended the writing early.
    """

    rows: int = 0
    with_cells: int = 0
    changed: int = 0
    sent: int = 0
    errors: dict[int, str] = field(default_factory=dict)
    refused: set[int] = field(default_factory=set)
    reasons: Counter[str] = field(default_factory=Counter)
    unplaced: list[str] = field(default_factory=list)
    error: AnaplanError | None = None

    def say(self, row: int, text: str) -> None:
        """Note what is wrong with a row, beside what was said of it before."""
        known = self.errors.get(row)
        self.errors[row] = f"{known}\n{text}" if known else text


class CellSender:
    """Writes the cells of the caller's rows.

    Parameters
    ----------
    transport : Transport
    path : str
        The module's.
    label : str
        The module in words.
    plan : CellPlan
        Which cells these are.
    rows : CallersRows
    one_shot : bool
        Whether they are gone once read. Otherwise all is checked before anything is sent.
    read_back : callable
        Yields the cells that are written, as they are now.
    """

    def __init__(
        self,
        transport: Transport,
        path: str,
        label: str,
        plan: CellPlan,
        rows: CallerRows,
        one_shot: bool,
        read_back: Callable[[], Iterator[CellBatch]],
    ) -> None:
        self._transport = transport
        self._path = f"{path}/data"
        self._label = label
        self._plan = plan
        self._rows = rows
        self._one_shot = one_shot
        self._read_back = read_back
        self._once = DuplicateCellCheck()
        self._pieces: dict[int, CellBatch] = {}
        self._written = WrittenCells()

    def send(self, progress: bool | None) -> WrittenCells:
        """Write all cells; what ends it early is in the result.

        Raises
        ------
        ColumnMismatch, EncodingError
            If two rows write one cell, or a value has no counterpart; nothing is sent then.
        """
        blocks: Iterator[Block] = self._blocks()
        total = None
        if not self._one_shot:
            known = list(blocks)
            total, blocks = sum(len(block.cells) for block in known), iter(known)
        label = f"Writing {self._label}"
        with Progress(label, unit=" cells", total=total, show=progress) as bar:
            batches = Batches(
                self._request, self._reconcile, most=MOST_CELLS, label=self._label, progress=bar
            )
            for number, outcome in enumerate(batches.deliver(self._cut(blocks))):
                self._note(number, outcome)
        return self._written

    def _blocks(self) -> Iterator[Block]:
        """Find the cells of all rows; each may come once."""
        rows = max(1, min(_BLOCK_ROWS, _BLOCK_CELLS // len(self._plan.line_items)))
        for first_row, batch in self._rows.batches(rows):
            block = self._plan.block(batch, first_row)
            twice = self._once.add(block.cells)
            if twice:
                raise self._twice(*twice)
            yield block

    def _cut(self, blocks: Iterator[Block]) -> Iterator[Positions]:
        """Make requests of blocks, and name their cells by positions."""
        overhead = self._plan.coordinates.longest
        pieces = cut(self._told(blocks), cells=MOST_CELLS, size=MOST_BYTES, overhead=overhead)
        for number, piece in enumerate(pieces):
            self._pieces[number] = piece
            yield np.arange(len(piece), dtype=np.int64) + (number << _PIECE)

    def _told(self, blocks: Iterator[Block]) -> Iterator[CellBatch]:
        """Take note of blocks as they pass; an error in a stream ends it, as if it were its end."""
        written = self._written
        try:
            for block in blocks:
                written.rows += block.rows
                written.with_cells += block.with_cells
                written.sent += len(block.cells)
                for row, text in block.refused.items():
                    written.say(row, text)
                written.refused.update(block.refused)
                yield block.cells
                if written.error is not None and self._one_shot:
                    return
        except AnaplanError as error:
            written.error = written.error or error

    def _request(self, positions: Positions) -> Mapping[str, Any]:
        part = self._part(positions)
        body = json_array(self._plan.coordinates.requests(part.cells, part.values))
        if len(body) > MOST_BYTES and len(part) > 1:
            raise RequestRefused(f"{self._label}: a request of {len(body):,} bytes", 413)
        return self._transport.write_json(
            "POST", self._path, body, label=self._label, timeout=_TIMEOUT
        )

    def _reconcile(self, positions: Positions) -> Reconciled:
        """Read the cells, and tell which of them are as they were to be."""
        part = self._part(positions)
        order = np.argsort(part.cells)
        cells = part.cells[order]
        values = part.values.take(pa.array(order))
        # What is blank is not among the cells that are read.
        done = _mask(pc.equal(values, _BLANK))
        for now in self._read_back():
            at = np.minimum(np.searchsorted(cells, now.cells), len(cells) - 1)
            here = np.flatnonzero(cells[at] == now.cells)
            at = at[here]
            same = pc.equal(values.take(pa.array(at)), now.values.take(pa.array(here)))
            done[at] = _mask(same)
        left = positions[np.sort(order[~done])]
        return Reconciled(Counter({CHANGED: int(done.sum())}), left)

    def _note(self, number: int, outcome: BatchOutcome) -> None:
        """Take note of what became of a piece, row by row."""
        written, piece = self._written, self._pieces.pop(number)
        written.error = written.error or outcome.error
        written.changed += outcome.counts[CHANGED]
        written.reasons.update([*outcome.failures.values(), *outcome.unplaced])
        written.unplaced += outcome.unplaced
        items = self._plan.coordinates.item_of(piece.cells)
        for position, text in sorted(outcome.failures.items()):
            at = position & ((1 << _PIECE) - 1)
            name = self._plan.line_items[int(items[at])].name
            written.say(int(piece.rows[at]), f"{name}: {text}")
        for parts, words in (
            (outcome.unsent, "not written"),
            (outcome.uncertain, "it is not known whether this was written"),
        ):
            for positions in parts:
                rows = piece.rows[positions & ((1 << _PIECE) - 1)]
                for row in np.unique(rows).tolist():
                    written.say(row, f"{words}: {written.error}")
        if len(piece):
            self._rows.reconciled(int(piece.rows.min()), written.errors)

    def _part(self, positions: Positions) -> CellBatch:
        piece = self._pieces[int(positions[0]) >> _PIECE]
        local = positions & ((1 << _PIECE) - 1)
        if local[-1] - local[0] == len(local) - 1:
            return piece.slice(int(local[0]), int(local[-1]) + 1)
        return piece.take(local)

    def _twice(self, row: int, other: int, cell: int) -> ColumnMismatch:
        return ColumnMismatch(
            f"Rows {row} and {other} (counted from 0) both write one cell of {self._label}: "
            f"{self._plan.words(cell)}. Keep one of them, for instance with .drop_duplicates(). "
            "Where periods are given as dates, those of different lengths cannot be told apart: "
            "give their names."
        )


def _mask(values: pa.Array) -> Any:
    return np.array(pc.fill_null(values, False).to_numpy(zero_copy_only=False), dtype=bool)
