"""The items of a list that has too many for one answer, by a large read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing

import pyarrow as pa

from anaplan_frames.codec.block_decoder import BlockFault
from anaplan_frames.codec.decode import decode_stream
from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.item_columns import ItemColumn
from anaplan_frames.codec.item_decoder import typed
from anaplan_frames.codec.item_header import fields_in_header
from anaplan_frames.lists.item_reader import ItemSource
from anaplan_frames.progress import Progress
from anaplan_frames.transfer.large_read import large_read


def read_large(
    source: ItemSource, columns: Sequence[ItemColumn], list_name: str, bar: Progress
) -> Iterator[pa.RecordBatch]:
    """Yield all items in batches, while the service still writes the later ones.

    Parameters
    ----------
    columns : sequence of ItemColumn
        What to read of an item. Its id is missing if the large read does not have it.

    Raises
    ------
    UnlikeHeader
        If the large read does not hold all columns, before anything is yielded.
    TransferError, EncodingError
        As for `read_items`.
    """
    places: dict[str, str] = {}

    def schema_of(header: list[str]) -> pa.Schema:
        places.update(fields_in_header(header, columns, list_name))
        kinds = {column.name: _type_in_text(column) for column in columns}
        return pa.schema([(field, kinds[name]) for name, field in places.items()])

    pages = large_read(source.transport, source.path, label=source.label, progress=bar)
    # The read request is deleted when the generator ends, for whatever reason.
    with (
        closing(pages),  # type: ignore[type-var]
        closing(decode_stream(pages, Dialect(), schema_of)) as batches,
    ):
        row = 0
        for batch in batches:
            yield _arranged(batch, columns, places, row)
            row += batch.num_rows
            del batch  # not held while the next is waited for


def _type_in_text(column: ItemColumn) -> pa.DataType:
    return pa.bool_() if column.section == "subsets" else column.type


def _arranged(
    batch: pa.RecordBatch, columns: Sequence[ItemColumn], places: dict[str, str], row: int
) -> pa.RecordBatch:
    """Put the fields in the order of the columns, under their names."""
    try:
        arrays = [
            typed(batch.column(places[column.name]), column)
            if column.name in places
            else pa.nulls(batch.num_rows, column.type)
            for column in columns
        ]
    except BlockFault as fault:
        raise fault.error(row) from None
    return pa.RecordBatch.from_arrays(arrays, [column.name for column in columns])
