"""The caller's rows for what is written directly: as texts by column, and back as they were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.encode import Encoder
from anaplan_frames.dataframes.sources import Source, open_source
from anaplan_frames.errors import ColumnMismatch
from anaplan_frames.messages import near_names
from anaplan_frames.writes.columns import match_columns, warn_of_unused_columns
from anaplan_frames.writes.row_messages import with_messages

_BATCH_ROWS = 65_536


@dataclass(frozen=True, slots=True)
class InputRows:
    """Rows that the caller wants written.

    Attributes
    ----------
    texts : pa.Table
        By Anaplan's name of the column: the values as they are sent, of large_string, null where
        missing.
    """

    texts: pa.Table
    _parts: Sequence[Source]

    def rejected(self, messages: Mapping[int, str]) -> pd.DataFrame:
        """Return rows as the caller has them, with a last column ``error``.

        Parameters
        ----------
        messages : mapping of int to str
            By the row's position, counted from 0: why it was rejected.
        """
        positions = np.array(sorted(messages), dtype=np.int64)
        frame = self._take(positions)
        return with_messages(frame, [messages[int(position)] for position in positions])

    def _take(self, positions: Any) -> pd.DataFrame:
        if len(self._parts) == 1 and not self._parts[0].one_shot:
            return self._parts[0].take(positions)
        frames: list[pd.DataFrame] = []
        start = 0
        for part in self._parts:
            stop = start + (part.rows or 0)
            here = positions[(positions >= start) & (positions < stop)]
            if len(here) or not frames:
                frames.append(part.take(here - start).set_axis(here))
            start = stop
        return pd.concat(frames)


def input_rows(
    data: Any,
    takes: Sequence[str],
    *,
    needs: Sequence[str],
    mapping: Mapping[str, str] | None,
    label: str,
    index: bool = False,
    warn_unused: bool = True,
) -> InputRows:
    """Match the caller's columns by name, and convert those that count.

    Parameters
    ----------
    data
        Whatever `anaplan_frames.to_anaplan` takes as one table.
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
        If a needed column is missing, or the mapping names what there is not.
    EncodingError
        If a value has no counterpart in Anaplan; names column and row.
    """
    source = open_source(data, index=index)
    check_mapping(mapping or {}, takes, label)
    fed = {(mapping or {}).get(name, name) for name in source.columns}
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
    parts: list[Source] = []
    encoder = Encoder(Dialect(), matching)
    batches = list(_texts(source, encoder, parts))
    schema = pa.schema([(name, pa.large_string()) for name in matching.headers])
    return InputRows(pa.Table.from_batches(batches, schema), parts or [source])


def _texts(source: Source, encoder: Encoder, parts: list[Source]) -> Iterator[pa.RecordBatch]:
    """Encode the rows; those of a stream, which would be gone, are kept beside."""
    first_row = 0
    needed = None if source.one_shot else encoder.layout.needed
    for batch in source.batches(_BATCH_ROWS, needed):
        texts = encoder.texts(batch, first_row)
        yield pa.RecordBatch.from_arrays(texts, list(encoder.layout.headers))
        first_row += batch.num_rows
        if source.one_shot:
            parts.append(open_source(batch))


def check_mapping(mapping: Mapping[str, str], takes: Sequence[str], label: str) -> None:
    """Refuse a mapping to what is none of the columns that can be written."""
    for column, header in mapping.items():
        if header not in takes:
            raise ColumnMismatch(
                f"The mapping sends {column!r} to {header!r}, which is no column of {label} that "
                f"can be written.{near_names(str(header), takes)} These can: "
                f"{', '.join(map(repr, takes))}."
            )
