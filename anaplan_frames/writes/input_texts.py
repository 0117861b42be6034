"""The caller's rows as texts by column, converted as a whole before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.encode import Encoder
from anaplan_frames.dataframes.sources import open_source
from anaplan_frames.errors import ColumnMismatch
from anaplan_frames.writes.arrow_arrays import TEXT
from anaplan_frames.writes.column_mapping import check_mapping
from anaplan_frames.writes.columns import match_columns, warn_of_unused_columns
from anaplan_frames.writes.input_rows import InputRows

_BATCH_ROWS = 65_536


@dataclass(frozen=True, slots=True)
class InputTexts:
    """Rows that the caller wants written.

    Attributes
    ----------
    table : pa.Table
        By Anaplan's name of the column: the values as they are sent, of large_string, null if
        missing.
    rows : InputRows
        The rows as the caller has them.
    """

    table: pa.Table
    rows: InputRows


def read_texts(
    data: Any,
    takes: Sequence[str],
    *,
    needs: Sequence[str],
    mapping: Mapping[str, str] | None,
    label: str,
    index: bool = False,
    warn_unused: bool = True,
) -> InputTexts:
    """Match the caller's columns by name, and convert those that are written.

    Parameters
    ----------
    data
        What `anaplan_frames.to_anaplan` takes as one table.
    takes : sequence of str
        Columns that can be written; the data need not have all.
    needs : sequence of str
        Columns that it must have.
    mapping : mapping of str to str, optional
        The caller's column -> the column that is written.
    label : str
        The target in words, for messages.
    index : bool
        Whether the index of a DataFrame counts as columns.
    warn_unused : bool
        Whether to warn of columns that are left out.

    Raises
    ------
    ColumnMismatch
        If a needed column is missing, or the mapping names a column that does not exist.
    EncodingError
        If a value has no counterpart in Anaplan; names column and row.
    """
    source = open_source(data, index=index)
    mapping = mapping or {}
    check_mapping(mapping, takes, label)
    fed = {mapping.get(name, name) for name in source.columns}
    headers = [name for name in takes if name in fed or name in needs]
    missing = [name for name in needs if name not in takes]
    if not headers and not missing:
        raise ColumnMismatch(
            f"The data has none of the columns of {label} that can be written: "
            f"{', '.join(map(repr, takes))}. Where only the names differ, say so with "
            "mapping={'your column': 'its name'}."
        )
    matching = match_columns(source.columns, [*headers, *missing], mapping, label)
    if warn_unused:
        warn_of_unused_columns(label, matching.unused, [name for name in takes if name not in fed])
    encoder = Encoder(Dialect(), matching)
    rows = InputRows(source, encoder.layout.needed)
    schema = pa.schema([(name, TEXT) for name in encoder.layout.headers])
    batches = list(_encoded(rows, encoder, schema))
    return InputTexts(pa.Table.from_batches(batches, schema), rows)


def _encoded(rows: InputRows, encoder: Encoder, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for first_row, batch in rows.batches(_BATCH_ROWS):
        texts = encoder.texts(batch, first_row)
        yield pa.RecordBatch.from_arrays(texts, schema=schema)
