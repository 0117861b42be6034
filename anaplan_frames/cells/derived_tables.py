"""Tables made of other tables as their rows pass: some rows of them, or dates for their periods."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.calendar.period_names import PeriodNames
from anaplan_frames.codec.value_location import ValueLocation
from anaplan_frames.errors import ColumnMismatch, TransferError
from anaplan_frames.progress import Progress
from anaplan_frames.resources.table_reader import Retype, RowBatches, TableSource

NewBar = Callable[[], Progress]
Periods = Literal["datetime"] | None


@dataclass(frozen=True, slots=True)
class _Passing:
    """Batches on their way through a function."""

    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        return self.batches


@dataclass(frozen=True, slots=True)
class DatedTable:
    """A table in which the first day of a period stands for its name.

    Attributes
    ----------
    table : Table
        Has the names as text.
    names : PeriodNames
        Of the model's calendar.
    columns : frozenset of str
        Those that hold names of periods, where they are read.
    """

    table: TableSource
    names: PeriodNames
    columns: frozenset[str]

    def open(self, columns: Sequence[str] | None, retype: Retype, new_bar: NewBar) -> RowBatches:
        """Begin to read, as `TableSource` says."""
        wanted: list[pa.Schema] = []

        def as_text(schema: pa.Schema) -> pa.Schema:
            dated = _with_types(schema, dict.fromkeys(self.columns, pa.date32()))
            wanted.append(retype(dated))
            # Whoever asks for a text gets the name.
            temporal = {f.name for f in wanted[0] if pa.types.is_temporal(f.type)}
            return _with_types(wanted[0], dict.fromkeys(self.columns & temporal, pa.string()))

        rows = self.table.open(columns, as_text, new_bar)
        names = rows.schema.names
        schema = pa.schema([wanted[0].field(name) for name in names])
        return _Passing(schema, self._dated(rows, schema))

    def _dated(self, rows: RowBatches, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        row = 0
        for batch in rows:
            arrays = [
                array
                if array.type == field.type
                else self.names.dates(array, location=ValueLocation(field.name, row)).cast(
                    field.type
                )
                for array, field in zip(batch.columns, schema, strict=True)
            ]
            row += batch.num_rows
            del batch
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)


@dataclass(frozen=True, slots=True)
class SelectedTable:
    """The rows of a table that have certain items.

    Anaplan is asked for these alone where it can be; where it gives more, they are left out here.

    Attributes
    ----------
    table : Table
        Has all rows.
    items : mapping of str to collection of str
        By a column's name, what it says in the rows that stay.
    label : str
        The table in words, for messages.
    """

    table: TableSource
    items: Mapping[str, Collection[str]]
    label: str

    def open(self, columns: Sequence[str] | None, retype: Retype, new_bar: NewBar) -> RowBatches:
        """Begin to read, as `TableSource` says."""
        asked = [columns] if isinstance(columns, str) else columns
        every = None if asked is None else list(dict.fromkeys([*asked, *self.items]))
        rows = self.table.open(every, retype, new_bar)
        for name in self.items:
            if name not in rows.schema.names:
                raise ColumnMismatch(
                    f"The text of {self.label} has no column {name!r}, by which its pages could be "
                    "told apart. Read it without pages=."
                )
        names = list(dict.fromkeys(asked)) if asked is not None else rows.schema.names
        schema = pa.schema([rows.schema.field(name) for name in names])
        return _Passing(schema, self._selected(rows, schema))

    def _selected(self, rows: RowBatches, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        came = stayed = 0
        for batch in rows:
            kept = batch.filter(self._mask(batch)).select(schema.names)
            came, stayed = came + batch.num_rows, stayed + kept.num_rows
            del batch
            if kept.num_rows:
                yield kept
            del kept
        if came and not stayed:
            pages = self.items.items()
            told = ", ".join(f"{name} {' or '.join(sorted(items))}" for name, items in pages)
            raise TransferError(
                f"No row of {self.label} is of {told}, though Anaplan knows these items: it names "
                "them otherwise there. Read without pages= and select with pandas."
            )

    def _mask(self, batch: pa.RecordBatch) -> pa.Array:
        mask = pa.scalar(True)
        for name, items in self.items.items():
            texts = batch.column(name).cast(pa.large_string())
            found = pc.is_in(texts, value_set=pa.array(list(items), pa.large_string()))
            mask = pc.and_(mask, found)
        return mask


def dated(
    table: TableSource,
    columns: Collection[str],
    periods: Periods,
    names: Callable[[], PeriodNames],
) -> TableSource:
    """Return the table with periods as ``periods=`` asks for them.

    Raises
    ------
    ValueError
        If it asks for what is not known.
    """
    if periods not in (None, "datetime"):
        raise ValueError(f"periods={periods!r} is not known; use 'datetime', or leave it out.")
    if periods is None or not columns:
        return table
    return DatedTable(table, names(), frozenset(columns))


def _with_types(schema: pa.Schema, types: Mapping[str, pa.DataType]) -> pa.Schema:
    return pa.schema([field.with_type(types.get(field.name, field.type)) for field in schema])
