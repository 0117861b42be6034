"""The bar of an upload whose rows are counted: its unit is a row, while bytes are sent."""

from __future__ import annotations

import threading
from typing import Any

import pyarrow as pa

from anaplan_frames.codec.encode import Encoder
from anaplan_frames.progress import Progress


class RowProgress(Progress):
    """A bar that shows how many rows have been sent, as far as bytes show.

    Parameters
    ----------
    label : str
        What is being done.
    rows : int, optional
        How many there are. If that is not known, the unit is a byte and there is no percentage.
    show : bool, optional
        As for `Progress`.
    """

    def __init__(self, label: str, *, rows: int | None, show: bool | None) -> None:
        unit = "B" if rows is None else " rows"
        super().__init__(label, unit=unit, total=rows, show=show)
        self._total = rows
        self._rows = self._bytes = self._sent = self._shown = 0
        self._lock = threading.Lock()

    def encode(self, encoder: Encoder, batch: pa.RecordBatch, first_row: int) -> Any:
        """Encode rows, and note how many bytes they are; called by several threads."""
        content = encoder.encode(batch, first_row)
        with self._lock:
            self._rows += batch.num_rows
            self._bytes += memoryview(content).nbytes
        return content

    def advance(self, amount: float) -> None:
        """Note that so many bytes have been sent."""
        if self._total is None:
            super().advance(amount)
            return
        with self._lock:
            self._sent += int(amount)
            share = min(1.0, self._sent / self._bytes) if self._bytes else 1.0
            rows = int(self._rows * share) - self._shown
            self._shown += rows
        super().advance(rows)
