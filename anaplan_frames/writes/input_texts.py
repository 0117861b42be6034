"""The caller's rows as texts by column, converted as a whole before anything is sent."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa

from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.encode import Encoder
from anaplan_frames.dataframes.record_frames import TEXT_DTYPE
from anaplan_frames.dataframes.sources import Source
from anaplan_frames.dataframes.spool import open_kept
from anaplan_frames.errors import ColumnMismatch
from anaplan_frames.writes.arrow_arrays import TEXT
from anaplan_frames.writes.column_mapping import check_mapping, named_mapping, suggested
from anaplan_frames.writes.columns import (
    Matching,
    columns_frame,
    match_columns,
    warn_of_unused_columns,
)
from anaplan_frames.writes.result_builder import Rejects
from anaplan_frames.writes.retained_rows import RetainedRows, with_messages

_BATCH_ROWS = 65_536


@dataclass(frozen=True, slots=True)
class InputTexts:
    """Rows that the caller wants written.

    Attributes
    ----------
    table : pa.Table
        By Anaplan's name of the column: the values as they are sent, of large_string, null if
        missing.
    rows : RetainedRows
        The rows as the caller has them.
    matching : Matching
        Which of the caller's columns goes where.
    """

    table: pa.Table
    rows: RetainedRows
    matching: Matching

    @property
    def columns(self) -> pd.DataFrame:
        """Which column goes where, as a plan shows it."""
        return columns_frame(self.rows.source.columns, self.matching)

    def rejects(self, messages: Mapping[int, str]) -> Rejects:
        """Return rejected rows as the caller has them, or as texts if that fails.

        Parameters
        ----------
        messages : mapping of int to str
            By the row's position: why it was rejected.
        """
        try:
            return Rejects(self.rows.rejected(messages))
        except Exception as error:  # rows may be written: whatever is wrong must not hide that
            positions = sorted(messages)
            texts = texts_frame(self.table.take(pa.array(positions, pa.int64())))
            texts.index = pd.Index(positions, dtype="int64")
            return Rejects(
                unmatched=with_messages(texts, [messages[row] for row in positions]),
                note=f"The rejected rows could not be taken from the data ({error}): .unmatched "
                "has their texts, and their positions as its index.",
            )


def read_texts(
    data: Any,
    takes: Sequence[str],
    *,
    needs: Sequence[str],
    mapping: Mapping[Hashable, str] | None,
    label: str,
    index: bool = False,
    warn_unused: bool = True,
    keep: bool = False,
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
    keep : bool
        Whether the rows are kept for a plan: a stream is then in a file, not in memory.

    Raises
    ------
    ColumnMismatch
        If a needed column is missing, or the mapping names a column that does not exist.
    EncodingError
        If a value has no counterpart in Anaplan; names column and row.
    """
    names = named_mapping(mapping)
    source = open_kept(data, index=index, keep=keep)
    matching = _matched(source, takes, needs, names, label)
    if warn_unused:
        unfed = [name for name in takes if name not in matching.headers]
        warn_of_unused_columns(label, matching.unused, unfed)
    encoder = Encoder(Dialect(), matching)
    rows = RetainedRows(source)
    schema = pa.schema([(name, TEXT) for name in encoder.layout.headers])
    batches = list(_encoded(rows, encoder, schema))
    return InputTexts(pa.Table.from_batches(batches, schema), rows, matching)


def texts_frame(table: pa.Table) -> pd.DataFrame:
    """Return texts as a frame, all of text; what is missing is missing."""
    columns = {
        name: pd.Series(table[name].to_pylist(), dtype=TEXT_DTYPE) for name in table.column_names
    }
    return pd.DataFrame(columns)


def _matched(
    source: Source,
    takes: Sequence[str],
    needs: Sequence[str],
    mapping: Mapping[str, str],
    label: str,
) -> Matching:
    check_mapping(mapping, takes, label, source.columns, source.index_names)
    fed = {mapping.get(name, name) for name in source.columns}
    headers = [name for name in takes if name in fed or name in needs]
    missing = [name for name in needs if name not in takes]
    unused = [name for name in source.columns if mapping.get(name, name) not in takes]
    if not headers and not missing:
        raise ColumnMismatch(
            f"The data has none of the columns of {label} that can be written: "
            f"{', '.join(map(repr, takes))}.{suggested(unused, takes, source.index_names)}"
        )
    absent = [name for name in needs if name not in fed]
    if absent:
        raise ColumnMismatch(
            f"The data has no column {', '.join(map(repr, absent))}, which {label} needs."
            f"{suggested(unused, absent, source.index_names)}"
        )
    return match_columns(source.columns, [*headers, *missing], mapping, label)


def _encoded(rows: RetainedRows, encoder: Encoder, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    needed = None if rows.source.one_shot else encoder.layout.needed
    for first_row, batch in rows.batches(_BATCH_ROWS, needed):
        texts = encoder.texts(batch, first_row)
        yield pa.RecordBatch.from_arrays(texts, schema=schema)
