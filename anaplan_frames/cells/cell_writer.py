"""Sends cells in batches, and reads them back if an answer is lost."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.cells.cell_batches import (
    CellBatch,
    cut,
    piece_number,
    positions_of,
    within_piece,
)
from anaplan_frames.cells.cell_planner import CellPlan, PlannedCells
from anaplan_frames.cells.cells_outcome import CHANGED, CellsOutcome
from anaplan_frames.codec.json_records import json_array
from anaplan_frames.errors import AnaplanError, RequestRefused
from anaplan_frames.progress import Progress
from anaplan_frames.transport import Transport
from anaplan_frames.writes.arrow_arrays import Mask, Positions, as_mask
from anaplan_frames.writes.batch_outcome import BatchOutcome, Reconciled
from anaplan_frames.writes.batches import Batches, Look
from anaplan_frames.writes.retained_rows import RetainedRows

MOST_CELLS = 100_000  # in one request, as Anaplan documents; an older page says 1,000
MOST_BYTES = 15_000_000

_LONGEST_ANSWER = 900.0  # seconds; Anaplan answers when all that depends on the cells is calculated
_MOST_AUDITS = 3  # requests of one write that are read back because their counts do not add up
_UNEXPLAINED = "Anaplan did not write this, and gives no reason"


class CellWriter:
    """Writes the cells of the caller's rows.

    Parameters
    ----------
    transport : Transport
        The connection's.
    path : str
        The module's.
    label : str
        The module in words.
    plan : CellPlan
        How the rows become cells.
    rows : RetainedRows
        The rows, which are released as soon as it is known whether they were rejected.
    read_back : callable
        Yields the cells that are written, as they are now.
    """

    def __init__(
        self,
        transport: Transport,
        path: str,
        label: str,
        *,
        plan: CellPlan,
        rows: RetainedRows,
        read_back: Callable[[], Iterator[CellBatch]],
    ) -> None:
        self._transport = transport
        self._path = f"{path}/data"
        self._label = label
        self._plan = plan
        self._rows = rows
        self._read_back = read_back
        self._pieces: dict[int, CellBatch] = {}
        self._result = CellsOutcome()
        self._auditing = threading.Lock()
        self._audits = 0

    def send(
        self, planned: Iterable[PlannedCells], *, total: int | None, progress: bool | None
    ) -> CellsOutcome:
        """Write all cells; an error that ends it early is in the outcome.

        Parameters
        ----------
        planned : iterable of PlannedCells
        total : int or None
            How many cells there are, if that is known.
        progress : bool or None
        """
        label = f"Writing {self._label}"
        with Progress(label, unit=" cells", total=total, show=progress) as bar:
            batches = Batches(
                self._request,
                self._reconcile,
                most=MOST_CELLS,
                label=self._label,
                progress=bar,
                audit=self._audit,
            )
            for number, outcome in enumerate(batches.deliver(self._pieces_of(planned))):
                piece = self._pieces.pop(number)
                self._result.add_sent(self._plan, piece, outcome)
                if len(piece):
                    self._rows.release(int(piece.rows.min()), self._result.errors)
        return self._result

    def _pieces_of(self, planned: Iterable[PlannedCells]) -> Iterator[Positions]:
        """Cut cells into requests, and number the cells of each by positions."""
        overhead = self._plan.coordinates.longest
        pieces = cut(self._counted(planned), cells=MOST_CELLS, size=MOST_BYTES, overhead=overhead)
        for number, piece in enumerate(pieces):
            self._pieces[number] = piece
            yield positions_of(number, piece)

    def _counted(self, planned: Iterable[PlannedCells]) -> Iterator[CellBatch]:
        """Count rows as they pass; an error in a stream ends it, as if it were its end."""
        try:
            for each in planned:
                self._result.add_planned(each)
                yield each.cells
                if self._result.error is not None and self._rows.source.one_shot:
                    return
        except AnaplanError as error:
            self._result.error = self._result.error or error

    def _request(self, positions: Positions, look: Look) -> Mapping[str, Any]:
        part = self._part(positions)
        body = json_array(self._plan.coordinates.requests(part.cells, part.values))
        if len(body) > MOST_BYTES and len(part) > 1:
            raise RequestRefused(f"{self._label}: a request of {len(body):,} bytes", 413)
        return self._transport.write_json(
            "POST",
            self._path,
            body,
            label=self._label,
            look=look,
            timeout=self._transport.patient(_LONGEST_ANSWER),
        )

    def _reconcile(self, positions: Positions) -> Reconciled:
        """Read the cells back, and say which of them were not written."""
        part = self._part(positions)
        order = np.argsort(part.cells)
        cells = part.cells[order]
        values = part.values.take(pa.array(order))
        # Cells that are not read, since the user may not see them, may not be written either.
        done = np.zeros(len(cells), dtype=bool)
        for now in self._read_back():
            at = np.minimum(np.searchsorted(cells, now.cells), len(cells) - 1)
            here = np.flatnonzero(cells[at] == now.cells)
            at = at[here]
            done[at] = _equal(values.take(pa.array(at)), now.values.take(pa.array(here)))
        left = positions[np.sort(order[~done])]
        return Reconciled(Counter({CHANGED: int(done.sum())}), left)

    def _audit(self, positions: Positions, outcome: BatchOutcome) -> None:
        """Read back cells that Anaplan neither counts nor refuses, and correct the outcome.

        Perhaps Anaplan does not count cells that had their value before. To read a large module for
        each request would take too long, so that only the first ones that do not add up are read.
        """
        left = np.setdiff1d(positions, np.array(sorted(outcome.failures), dtype=np.int64))
        counted = outcome.counts[CHANGED]
        if counted >= len(left) or outcome.unplaced:
            return
        with self._auditing:
            self._audits += 1
            if self._audits > _MOST_AUDITS:
                self._result.uncounted += len(left) - counted
                return
            try:
                missing = self._reconcile(left).again
            except AnaplanError as error:
                outcome.unplaced.append(
                    f"Anaplan counts {counted:,} of {len(left):,} cells, and the module cannot be "
                    f"read back: {error}"
                )
                return
        if len(missing) <= len(left) - counted:
            outcome.failures.update(dict.fromkeys(missing.tolist(), _UNEXPLAINED))
        else:  # more than are missing differ: the values read back may be written another way
            why = f"Anaplan counts {counted:,} of {len(left):,} cells, without a reason"
            outcome.unplaced += [why] * (len(left) - counted)

    def _part(self, positions: Positions) -> CellBatch:
        piece = self._pieces[piece_number(positions)]
        local = within_piece(positions)
        if local[-1] - local[0] == len(local) - 1:
            return piece.slice(int(local[0]), int(local[-1]) + 1)
        return piece.take(local)


def _equal(values: pa.Array, others: pa.Array | pa.Scalar) -> Mask:
    """Compare, row by row; a missing value equals none."""
    return as_mask(pc.fill_null(pc.equal(values, others), fill_value=False))
