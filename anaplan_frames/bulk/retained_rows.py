"""What was sent of the caller's data, remembered to give rejected rows back as the caller's own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Sequence

import pandas as pd
import pyarrow as pa

from anaplan_frames.bulk.dump_matching import match_rows
from anaplan_frames.bulk.failure_dump import DumpRow
from anaplan_frames.codec.encode import Encoder
from anaplan_frames.codec.lenient_parsing import ParseError, to_type
from anaplan_frames.dataframes.sources import Source
from anaplan_frames.writes.row_messages import with_messages

Texts = list[tuple[str, ...]]
_SCAN_ROWS = 65_536
_HEAD_ROWS = 10_000


class RetainedRows(ABC):
    """Data that was sent to a file.

    Parameters
    ----------
    source : Source
        The caller's data.
    encoder : Encoder
        What turns it into the file's text.
    """

    def __init__(self, source: Source, encoder: Encoder) -> None:
        self.source = source
        self.encoder = encoder

    @abstractmethod
    def batches(self, batch_rows: int) -> Iterator[pa.RecordBatch]:
        """Yield the data in order, to be encoded and sent."""

    @abstractmethod
    def rejected(self, dump: Sequence[DumpRow]) -> tuple[pd.DataFrame, list[DumpRow]]:
        """Match the rows of a failure dump to the data.

        Returns
        -------
        rejected : pandas.DataFrame
            The caller's rows in their order, and a column ``error``.
        unmatched : list of DumpRow
            What matches no row.
        """

    def _texts(self, batch: pa.RecordBatch) -> Texts:
        """Return the texts that are sent for each row, one per header, ``""`` for missing."""
        columns = [
            [text or "" for text in column.to_pylist()] for column in self.encoder.texts(batch, 0)
        ]
        return list(zip(*columns, strict=True))


class RereadableRows(RetainedRows):
    """Data in memory, looked up again by position; a `matching.SentRows`."""

    def __init__(self, source: Source, encoder: Encoder) -> None:
        super().__init__(source, encoder)
        self.rows = source.rows or 0

    def batches(self, batch_rows: int) -> Iterator[pa.RecordBatch]:
        """Yield the data; it can be asked for again."""
        return self.source.batches(batch_rows, self.encoder.layout.needed)

    def take(self, positions: Sequence[int]) -> Texts:
        """Return the texts of these rows."""
        batches = self.source.part(positions).batches(_SCAN_ROWS, self.encoder.layout.needed)
        return [row for batch in batches for row in self._texts(batch)]

    def scan(self) -> Iterator[Texts]:
        """Yield the texts of all rows, some thousands at a time."""
        return (self._texts(batch) for batch in self.batches(_SCAN_ROWS))

    def rejected(self, dump: Sequence[DumpRow]) -> tuple[pd.DataFrame, list[DumpRow]]:
        """Match by line and by values, and take the rows from the data itself."""
        matches = list(zip(match_rows(dump, self, self.encoder.dialect), dump, strict=True))
        found = sorted(
            ((position, row) for position, row in matches if position is not None),
            key=lambda match: match[0],
        )
        frame = self.source.take([position for position, _ in found])
        lost = [row for position, row in matches if position is None]
        return with_errors(frame, [row for _, row in found]), lost


class StreamedRows(RetainedRows):
    """Data that is gone once it is sent; rejected rows are read from the dump itself.

    The first rows are remembered: where one of them is rejected, its values show from which line
    the dump counts. Else it is taken to count the lines of the file.
    """

    def __init__(self, source: Source, encoder: Encoder) -> None:
        super().__init__(source, encoder)
        self.rows = 0  # of the head
        self._total = 0
        self._head: Texts = []
        self._schema: pa.Schema | None = None

    def batches(self, batch_rows: int) -> Iterator[pa.RecordBatch]:
        """Yield the data, remembering the first rows and the types."""
        for batch in self.source.batches(batch_rows, self.encoder.layout.needed):
            if self.rows < _HEAD_ROWS:
                self._head += self._texts(batch.slice(0, _HEAD_ROWS - self.rows))
                self.rows = len(self._head)
            self._schema = self._schema or batch.schema
            self._total += batch.num_rows
            yield batch

    def take(self, positions: Sequence[int]) -> Texts:
        """Return the texts of these rows of the head."""
        return [self._head[position] for position in positions]

    def scan(self) -> Iterator[Texts]:
        """Yield the texts of the head."""
        yield self._head

    def rejected(self, dump: Sequence[DumpRow]) -> tuple[pd.DataFrame, list[DumpRow]]:
        """Match by line, and read the rows from the dump."""
        base = self._first_line(dump)
        placed = sorted(
            ((row.line - base, row) for row in dump if row.line is not None),
            key=lambda match: match[0],
        )
        found = [(position, row) for position, row in placed if 0 <= position < self._total]
        lost = [row for position, row in placed if not 0 <= position < self._total]
        frame = self._typed([row for _, row in found])
        frame.index = pd.Index([position for position, _ in found], dtype="int64")
        lost += [row for row in dump if row.line is None]
        return with_errors(frame, [row for _, row in found]), lost

    def _first_line(self, dump: Sequence[DumpRow]) -> int:
        """Say by which number the dump calls the first row."""
        first = self.encoder.dialect.first_data_row
        near = [row for row in dump if row.line is not None and row.line < first + self.rows]
        positions = match_rows(near, self, self.encoder.dialect)
        bases = Counter(
            row.line - position
            for row, position in zip(near, positions, strict=True)
            if position is not None and row.line is not None
        )
        return bases.most_common(1)[0][0] if bases else first

    def _typed(self, rows: Sequence[DumpRow]) -> pd.DataFrame:
        """Turn the dump's texts back into the caller's columns and types."""
        matching = self.encoder.layout
        schema = self._schema or pa.schema([])
        columns = {
            self.source.columns[position]: _as_type(
                [row.values[header] or None for row in rows],
                schema.field(position).type,
                self.encoder.dialect.decimal_separator,
            )
            for header, position in enumerate(matching.positions)
            if position is not None
        }
        frame: pd.DataFrame = pa.table(columns).to_pandas()
        return frame


def with_errors(frame: pd.DataFrame, rows: Sequence[DumpRow]) -> pd.DataFrame:
    """Add the messages of rows of a dump as `with_messages` does."""
    return with_messages(frame, ["\n".join(row.messages) for row in rows])


def _as_type(texts: Sequence[str | None], kind: pa.DataType, decimal_separator: str) -> pa.Array:
    """Read texts as the type that the data had; as text where Anaplan changed them beyond that."""
    array = pa.array(texts, pa.string())
    try:
        return to_type(array, kind, decimal_separator)
    except ParseError:
        return array


def retain(source: Source, encoder: Encoder) -> RetainedRows:
    """Choose how data is remembered while it is sent."""
    return StreamedRows(source, encoder) if source.one_shot else RereadableRows(source, encoder)
