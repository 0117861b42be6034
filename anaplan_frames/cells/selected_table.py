"""Tables of which only the rows of certain items are read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.calendar.dated_table import ConvertedRows
from anaplan_frames.errors import ColumnMismatch, TransferError
from anaplan_frames.progress import Progress
from anaplan_frames.resources.table_reader import Retype, RowBatches, TableSource
from anaplan_frames.writes.arrow_arrays import TEXT


@dataclass(frozen=True, slots=True)
class SelectedTable:
    """The rows of a table that have certain items.

    Anaplan is asked for these alone if possible; further rows that it gives are left out here.

    Attributes
    ----------
    table : TableSource
        The table with all rows.
    items : mapping of str to collection of str
        By a column's name, the texts that it has in the rows that are kept.
    label : str
        The table in words, for messages.
    """

    table: TableSource
    items: Mapping[str, Collection[str]]
    label: str

    def open(
        self, columns: Sequence[str] | None, retype: Retype, new_bar: Callable[[], Progress]
    ) -> RowBatches:
        """Begin to read, as `TableSource` says."""
        asked = [columns] if isinstance(columns, str) else columns
        every = None if asked is None else list(dict.fromkeys([*asked, *self.items]))
        rows = self.table.open(every, retype, new_bar)
        for name in self.items:
            if name not in rows.schema.names:
                raise ColumnMismatch(
                    f"The text of {self.label} has no column {name!r}, which shows the page of "
                    "each row. Read it without pages=."
                )
        names = list(dict.fromkeys(asked)) if asked is not None else rows.schema.names
        schema = pa.schema([rows.schema.field(name) for name in names])
        return ConvertedRows(schema, self._selected(rows, schema))

    def _selected(self, rows: RowBatches, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        received = kept = 0
        for batch in rows:
            selected = batch.filter(self._mask(batch)).select(schema.names)
            received, kept = received + batch.num_rows, kept + selected.num_rows
            del batch
            if selected.num_rows:
                yield selected
            del selected
        if received and not kept:
            pages = self.items.items()
            asked = ", ".join(f"{name} {' or '.join(sorted(items))}" for name, items in pages)
            raise TransferError(
                f"No row of {self.label} is of {asked}, though Anaplan knows these items: it has "
                "other names for them there. Read without pages= and select with pandas."
            )

    def _mask(self, batch: pa.RecordBatch) -> pa.Array:
        masks = (
            pc.is_in(batch.column(name).cast(TEXT), value_set=pa.array(list(items), TEXT))
            for name, items in self.items.items()
        )
        return reduce(pc.and_, masks)
