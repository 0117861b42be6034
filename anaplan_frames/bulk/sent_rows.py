"""The rows that are sent to a file: their texts, and which of them a failure dump is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.bulk.dump_matching import match_rows
from anaplan_frames.bulk.failure_dump import DumpRow
from anaplan_frames.codec.encode import Encoder
from anaplan_frames.dataframes.sources import Source
from anaplan_frames.writes.arrow_arrays import as_mask
from anaplan_frames.writes.retained_rows import RetainedRows, with_messages

Texts = list[tuple[str, ...]]
_SCAN_ROWS = 65_536
_HEAD_ROWS = 10_000


class SentRows:
    """Data that is sent to a file; what a failure dump is matched to.

    Data that can be read again is looked up by position. A stream is gone once it is sent: its
    rejected rows are made of the dump's texts. Its first rows are remembered; if one of them is
    rejected, its values show from which line the dump counts. Else the dump is taken to count the
    lines of the file.

    Parameters
    ----------
    source : Source
        The caller's data.
    encoder : Encoder
        Turns it into the file's text.
    """

    def __init__(self, source: Source, encoder: Encoder) -> None:
        self.source = source
        self.encoder = encoder
        self._retained = RetainedRows(source, keep=False)
        self._head: Texts = []

    @property
    def count(self) -> int:
        """How many rows there are; of a stream, how many have been sent so far."""
        return self._retained.count if self.source.rows is None else self.source.rows

    @property
    def rows(self) -> int:
        """How many rows can be looked up: of a stream only the first ones."""
        return len(self._head) if self.source.one_shot else self.count

    def batches(self, batch_rows: int) -> Iterator[pa.RecordBatch]:
        """Yield the data in order, to be encoded and sent."""
        self._head = []
        needed = self.encoder.layout.needed
        for _, batch in self._retained.batches(batch_rows, needed):
            if self.source.one_shot and len(self._head) < _HEAD_ROWS:
                self._head += self._texts(batch.slice(0, _HEAD_ROWS - len(self._head)))
            yield batch

    def take(self, positions: Sequence[int]) -> Texts:
        """Return the texts of these rows, one per header, ``""`` if missing."""
        if self.source.one_shot:
            return [self._head[position] for position in positions]
        batches = self.source.part(positions).batches(_SCAN_ROWS, self.encoder.layout.needed)
        return [row for batch in batches for row in self._texts(batch)]

    def scan(self) -> Iterator[Texts]:
        """Yield the texts of all rows that can be looked up, some thousands at a time."""
        if self.source.one_shot:
            yield self._head
            return
        for batch in self.source.batches(_SCAN_ROWS, self.encoder.layout.needed):
            yield self._texts(batch)

    def blank_rows(self) -> int:
        """Count the rows without any value, as far as the rows can be looked up."""
        if self.source.one_shot:
            return sum(not any(row) for row in self._head)
        count = 0
        for batch in self.source.batches(_SCAN_ROWS, self.encoder.layout.needed):
            filled = np.zeros(batch.num_rows, dtype=bool)
            for column in self.encoder.texts(batch, 0):
                filled |= as_mask(pc.is_valid(column))
            count += batch.num_rows - int(filled.sum())
        return count

    def with_reasons(self, reasons: Mapping[int, str]) -> pd.DataFrame:
        """Return rows as the caller has them, and why they are going to be rejected."""
        return self._retained.rejected(reasons)

    def rejected(self, dump: Sequence[DumpRow]) -> tuple[pd.DataFrame, list[DumpRow]]:
        """Match the rows of a failure dump to the data.

        Returns
        -------
        rejected : pandas.DataFrame
            The caller's rows in their order, with a last column that says why.
        unmatched : list of DumpRow
            What matches no row.
        """
        if self._retained.can_take:
            return self._by_values(dump)
        return self._by_lines(dump)

    def _by_values(self, dump: Sequence[DumpRow]) -> tuple[pd.DataFrame, list[DumpRow]]:
        """Match by line and by values, and take the rows from the data itself."""
        matches = list(zip(match_rows(dump, self, self.encoder.dialect), dump, strict=True))
        messages = {position: _reasons(row) for position, row in matches if position is not None}
        lost = [row for position, row in matches if position is None]
        return self._retained.rejected(messages), lost

    def _by_lines(self, dump: Sequence[DumpRow]) -> tuple[pd.DataFrame, list[DumpRow]]:
        """Match by line, and read the rows from the dump."""
        base = self._first_line(dump)
        placed = sorted(
            ((row.line - base, row) for row in dump if row.line is not None),
            key=lambda match: match[0],
        )
        found = [(position, row) for position, row in placed if 0 <= position < self.count]
        lost = [row for position, row in placed if not 0 <= position < self.count]
        lost += [row for row in dump if row.line is None]
        if not found:
            return pd.DataFrame(), lost
        frame = self._retained.from_texts(
            [position for position, _ in found],
            self._columns([row for _, row in found]),
            self.encoder.dialect.decimal_separator,
        )
        return with_messages(frame, [_reasons(row) for _, row in found]), lost

    def _first_line(self, dump: Sequence[DumpRow]) -> int:
        """Return the number by which the dump calls the first row."""
        first = self.encoder.dialect.first_data_row
        near = [row for row in dump if row.line is not None and row.line < first + self.rows]
        positions = match_rows(near, self, self.encoder.dialect)
        bases = Counter(
            row.line - position
            for row, position in zip(near, positions, strict=True)
            if position is not None and row.line is not None
        )
        return bases.most_common(1)[0][0] if bases else first

    def _columns(self, rows: Sequence[DumpRow]) -> dict[str, list[str | None]]:
        """Return the dump's texts by the caller's columns."""
        return {
            self.source.columns[position]: [row.values[header] or None for row in rows]
            for header, position in enumerate(self.encoder.layout.positions)
            if position is not None
        }

    def _texts(self, batch: pa.RecordBatch) -> Texts:
        columns = [
            [text or "" for text in column.to_pylist()] for column in self.encoder.texts(batch, 0)
        ]
        return list(zip(*columns, strict=True))


@dataclass(frozen=True, slots=True)
class SentCount:
    """How many rows another process has sent; it has the rows."""

    count: int

    def blank_rows(self) -> int:
        """Return 0: how many rows are blank is not known here.

        So a blank row that Anaplan does not count is reported as missing, never hidden.
        """
        return 0


Sent: TypeAlias = SentRows | SentCount


def _reasons(row: DumpRow) -> str:
    return "\n".join(row.messages)
