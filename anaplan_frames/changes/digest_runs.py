"""The digests of all rows of some data, sorted in runs on disk, read back range by range."""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import numpy as np
import numpy.typing as npt

from anaplan_frames.changes.digest_files import FIELDS, KEYS, META, RANGES, range_of
from anaplan_frames.changes.row_digests import RowDigests
from anaplan_frames.writes.text_digests import Words

_RUN_ROWS = 1_000_000
_RECORD = FIELDS * 8  # bytes


class DigestRuns:
    """Digests of rows, of which about a million are in memory at once.

    Parameters
    ----------
    folder : Path
        Where the others are, in a file without a name that goes away with this object.
    run_rows : int
        How many rows make a run.
    """

    def __init__(self, folder: Path, run_rows: int = _RUN_ROWS) -> None:
        self.rows: int = 0
        self.sizes: npt.NDArray[np.int64] = np.zeros(RANGES, dtype=np.int64)
        self._folder = folder
        self._run_rows = run_rows
        self._waiting: list[Words] = []
        self._waiting_rows = 0
        self._starts: list[npt.NDArray[np.int64]] = []
        self._file: IO[bytes] | None = None
        self._last: Words = np.empty((0, FIELDS), dtype=np.uint64)

    def add(self, digests: RowDigests) -> None:
        """Add the next rows."""
        count = len(digests.rows)
        records = np.empty((count, FIELDS), dtype=np.uint64)
        records[:, KEYS] = digests.keys
        records[:, 2:4] = digests.rows
        records[:, META] = np.arange(self.rows, self.rows + count, dtype=np.uint64)
        self.rows += count
        self._waiting.append(records)
        self._waiting_rows += count
        if self._waiting_rows >= self._run_rows:
            self._spill()

    def finish(self) -> None:
        """Sort the last run, which stays in memory."""
        self._last = self._sorted()
        self._note(self._last)

    def read(self, first: int, end: int) -> Words:
        """Return the records of some ranges, sorted by key; those of one key in the rows' order.

        The last field of each is the row's position.
        """
        parts = []
        for number, starts in enumerate(self._starts):
            start, stop = int(starts[first]), int(starts[end])
            if number == len(self._starts) - 1:
                parts.append(self._last[start:stop])
            else:
                parts.append(self._read_run(number, start, stop))
        records = parts[0] if len(parts) == 1 else np.concatenate(parts)
        if len(parts) > 1:
            records = records[np.argsort(records[:, 0], kind="stable")]
        return _without_mixed_keys(records)

    def close(self) -> None:
        """Give the file up."""
        if self._file is not None:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _sorted(self) -> Words:
        records = np.concatenate([np.empty((0, FIELDS), dtype=np.uint64), *self._waiting])
        self._waiting, self._waiting_rows = [], 0
        found: Words = records[np.argsort(records[:, 0], kind="stable")]
        return found

    def _note(self, records: Words) -> None:
        counts = np.bincount(range_of(records[:, 0]), minlength=RANGES)
        self.sizes += counts
        self._starts.append(np.concatenate([[0], np.cumsum(counts)]))

    def _spill(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115
        records = self._sorted()
        self._note(records)
        self._file.seek(0, 2)
        self._file.write(np.ascontiguousarray(records).data)

    def _read_run(self, number: int, start: int, stop: int) -> Words:
        before = sum(int(starts[-1]) for starts in self._starts[:number])
        file: Any = self._file
        file.seek((before + start) * _RECORD)
        content = file.read((stop - start) * _RECORD)
        return np.frombuffer(content, dtype=np.uint64).reshape(-1, FIELDS)


def _without_mixed_keys(records: Words) -> Words:
    """Put rows of one key together, if keys share the first half of their digests."""
    same = records[1:, 0] == records[:-1, 0]
    if not (same & (records[1:, 1] != records[:-1, 1])).any():
        return records
    return records[np.lexsort((records[:, META], records[:, 1], records[:, 0]))]
