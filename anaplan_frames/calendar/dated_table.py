"""Tables in which the first days of periods are in place of their names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from anaplan_frames.calendar.period_names import PeriodNames
from anaplan_frames.codec.value_location import ValueLocation
from anaplan_frames.progress import Progress
from anaplan_frames.resources.table_reader import Retype, RowBatches, TableSource

Periods = Literal["datetime"] | None


@dataclass(frozen=True, slots=True)
class ConvertedRows:
    """Batches that are made of other batches as these arrive."""

    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        return self.batches


@dataclass(frozen=True, slots=True)
class DatedTable:
    """A table in which the first day of a period is in place of its name.

    Attributes
    ----------
    table : TableSource
        The table with the names, as text.
    names : PeriodNames
        The names of the model's periods.
    columns : frozenset of str
        The columns that hold names of periods.
    """

    table: TableSource
    names: PeriodNames
    columns: frozenset[str]

    def open(
        self, columns: Sequence[str] | None, retype: Retype, new_bar: Callable[[], Progress]
    ) -> RowBatches:
        """Begin to read, as `TableSource` says."""
        asked: list[pa.Schema] = []

        def as_text(schema: pa.Schema) -> pa.Schema:
            dated = _with_types(schema, dict.fromkeys(self.columns, pa.date32()))
            asked.append(retype(dated))
            # A column that is asked for as text keeps the names.
            temporal = {f.name for f in asked[0] if pa.types.is_temporal(f.type)}
            return _with_types(asked[0], dict.fromkeys(self.columns & temporal, pa.string()))

        rows = self.table.open(columns, as_text, new_bar)
        names = rows.schema.names
        schema = pa.schema([asked[0].field(name) for name in names])
        return ConvertedRows(schema, self._dated(rows, schema))

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
        If `periods` is neither None nor ``"datetime"``.
    """
    if periods not in (None, "datetime"):
        raise ValueError(f"periods={periods!r} is not known; use 'datetime', or leave it out.")
    if periods is None or not columns:
        return table
    return DatedTable(table, names(), frozenset(columns))


def _with_types(schema: pa.Schema, types: Mapping[str, pa.DataType]) -> pa.Schema:
    return pa.schema([field.with_type(types.get(field.name, field.type)) for field in schema])
