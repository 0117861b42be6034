"""The caller's rows on their way, kept as long as some may be given back as rejected."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from anaplan_frames.codec.lenient_parsing import ParseError, to_type
from anaplan_frames.dataframes.sources import Source


@dataclass(slots=True)
class _Span:
    """A run of rows: where it begins, how long it is, and the rows or their types.

    Attributes
    ----------
    first, rows : int
        The position of its first row in the whole data, and how many it has so far.
    schema : pa.Schema
        The types of its columns.
    source : Source or None
        The part that the rows are of, if they are kept.
    origin : int
        The position of that part's first row.
    """

    first: int
    rows: int
    schema: pa.Schema
    source: Source | None
    origin: int


class RetainedRows:
    """Rows in order, some of which may be asked for again.

    Data that can be read again is not copied. Of a stream either the parts are kept until they
    are released, or only the types of its columns, so that memory does not grow.

    Parameters
    ----------
    source : Source
        The data.
    keep : bool, default True
        Whether the parts of a stream are kept.

    Attributes
    ----------
    count : int
        How many rows have been read so far.
    """

    def __init__(self, source: Source, *, keep: bool = True) -> None:
        self.source = source
        self.count = 0
        self._keep = keep
        self._spans: deque[_Span] = deque()
        self._wanted: list[tuple[int, pd.DataFrame]] = []

    @property
    def can_take(self) -> bool:
        """Whether `take` gives rows back; else `from_texts` makes them of what Anaplan has."""
        return self._keep or not self.source.one_shot

    def batches(
        self, batch_rows: int, needed: Collection[int] | None = None
    ) -> Iterator[tuple[int, pa.RecordBatch]]:
        """Yield the rows in batches, each with the position of its first row.

        Parameters
        ----------
        batch_rows : int
            The most rows of a batch.
        needed : collection of int, optional
            Positions of the columns that count; the others are nulls.
        """
        self.count = 0
        for part in self.source.parts():
            origin = self.count
            for batch in part.batches(batch_rows, needed, origin):
                first = self.count
                self.count += batch.num_rows
                # Noted before the batch is used: what is done with it may fail half-way.
                if self.source.one_shot and batch.num_rows:
                    self._note(first, batch, part, origin)
                yield first, batch
                del batch

    def _note(self, first: int, batch: pa.RecordBatch, part: Source, origin: int) -> None:
        source = part if self._keep else None
        last = self._spans[-1] if self._spans else None
        if last is None or last.source is not source:
            goes_on = False
        else:  # parts that are not kept and have equal types need no spans of their own
            goes_on = self._keep or last.schema == batch.schema
        if last is not None and goes_on:
            last.rows += batch.num_rows
        else:
            self._spans.append(_Span(first, batch.num_rows, batch.schema, source, origin))

    def release(self, before: int, wanted: Collection[int] = ()) -> None:
        """Forget the rows before a position, except those that are wanted."""
        while self._keep and self._spans and self._spans[0].first + self._spans[0].rows <= before:
            span = self._spans.popleft()
            rows = _within(wanted, span.first, span.first + span.rows)
            if rows:
                self._wanted.append((span.first, _taken(span, rows)))

    def take(self, positions: Sequence[int]) -> pd.DataFrame:
        """Return rows as the caller has them.

        Parameters
        ----------
        positions : sequence of int
            In ascending order. Of a stream the index is the position, counted from 0.
        """
        if not self.source.one_shot:
            return self.source.take(positions)
        wanted = np.asarray(positions, dtype=np.int64)
        frames = [frame.loc[frame.index.isin(wanted)] for _, frame in self._wanted]
        for span in self._spans:
            here = wanted[(wanted >= span.first) & (wanted < span.first + span.rows)]
            if len(here):
                frames.append(_taken(span, here.tolist()))
        filled = [frame for frame in frames if len(frame)]
        return pd.concat(filled) if filled else pd.DataFrame(columns=self.source.columns)

    def rejected(self, messages: Mapping[int, str]) -> pd.DataFrame:
        """Return rows as the caller has them, with a last column that says why.

        Parameters
        ----------
        messages : mapping of int to str
            By the row's position, counted from 0.

        Returns
        -------
        pandas.DataFrame
            Without rows and columns if there are no messages.
        """
        if not messages:
            return pd.DataFrame()
        positions = sorted(messages)
        return with_messages(self.take(positions), [messages[row] for row in positions])

    def from_texts(
        self,
        positions: Sequence[int],
        texts: Mapping[str, Sequence[str | None]],
        decimal_separator: str = ".",
    ) -> pd.DataFrame:
        """Make rows of a stream that is gone of their texts, with the types that each part had.

        Parameters
        ----------
        positions : sequence of int
            In ascending order.
        texts : mapping of str to sequence of str or None
            By the data's column. A text that is not of the type stays a text.
        decimal_separator : str
            Of numbers.
        """
        wanted = np.asarray(positions, dtype=np.int64)
        frames = []
        for span in self._spans:
            inside = np.flatnonzero((wanted >= span.first) & (wanted < span.first + span.rows))
            if len(inside):
                columns = {
                    name: _typed(
                        [values[int(at)] for at in inside], span.schema, name, decimal_separator
                    )
                    for name, values in texts.items()
                }
                frame = pa.table(columns).to_pandas()
                frames.append(frame.set_axis(pd.Index(wanted[inside], dtype="int64")))
        return pd.concat(frames) if frames else pd.DataFrame(columns=list(texts))


def with_messages(frame: pd.DataFrame, messages: Sequence[str]) -> pd.DataFrame:
    """Add the column ``error``; if the caller's data has one, it is ``anaplan_error``."""
    name = "anaplan_error" if "error" in frame else "error"
    return frame.assign(**{name: list(messages)})


def _within(rows: Collection[int], first: int, end: int) -> list[int]:
    """Return the rows from `first` to before `end`, in order."""
    if len(rows) < end - first:
        return sorted(row for row in rows if first <= row < end)
    return [row for row in range(first, end) if row in rows]


def _taken(span: _Span, positions: Sequence[int]) -> pd.DataFrame:
    """Take rows of a kept span, and label them with their positions in the whole data."""
    assert span.source is not None
    frame = span.source.take([row - span.origin for row in positions])
    return frame.set_axis(pd.Index(list(positions), dtype="int64"))


def _typed(
    texts: Sequence[str | None], schema: pa.Schema, name: str, decimal_separator: str
) -> pa.Array:
    """Read texts as the type that the column had; as text if they are not of it."""
    array = pa.array(texts, pa.string())
    kind = schema.field(name).type if name in schema.names else pa.string()
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_nested(kind) or pa.types.is_union(kind) or pa.types.is_null(kind):
        return array
    try:
        return to_type(array, kind, decimal_separator)
    except (ParseError, pa.ArrowException):
        return array
