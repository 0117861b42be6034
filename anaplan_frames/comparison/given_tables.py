"""The tables that are compared, as DataFrames."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

import pandas as pd
import pyarrow as pa

from anaplan_frames.codec.field_texts import unwrapped
from anaplan_frames.comparison.plain_columns import of_arrow
from anaplan_frames.dataframes.frame_batches import check_labels
from anaplan_frames.dataframes.frame_output import to_pandas
from anaplan_frames.dataframes.sources import open_source
from anaplan_frames.errors import ColumnMismatch
from anaplan_frames.messages import listed
from anaplan_frames.resources.protocols import Readable

_ROWS = 65_536


def table_of(data: Any) -> pd.DataFrame:
    """Return data as one DataFrame, whose columns are called by texts.

    Parameters
    ----------
    data
        As `to_anaplan` takes it; a DataFrame keeps its dtypes and its index. An export is run.

    Raises
    ------
    TypeError
        If it is not a table; says what to do.
    ColumnMismatch
        If the columns have several levels, or parts of an iterator have other columns than the
        first.
    """
    if isinstance(data, pd.DataFrame):
        check_labels(data)
        return data.rename(columns=str)
    if isinstance(data, Readable):  # an export is run, so that it shows what is there now
        data = data.read_arrow()
    if isinstance(data, Iterator | list | tuple) and not hasattr(data, "__arrow_c_stream__"):
        return _together([_of_part(part, number) for number, part in enumerate(data)])
    source = open_source(data)
    batches = map(_unwrapped, source.batches(_ROWS))
    first = next(batches, None)
    if first is None:  # without rows, any dtype will do
        return pd.DataFrame(columns=source.columns)
    if any(pa.types.is_nested(kind) for kind in first.schema.types):
        table = pa.Table.from_batches(chain([first], batches))
        columns = {place: of_arrow(column) for place, column in enumerate(table.columns)}
        return pd.DataFrame(columns).set_axis(source.columns, axis=1)
    return to_pandas(chain([first], batches), first.schema)


def _of_part(part: Any, number: int) -> pd.DataFrame:
    try:
        return table_of(part)
    except TypeError as error:
        raise TypeError(f"Part {number} of the data is not a table. {error}") from None


def _together(parts: list[pd.DataFrame]) -> pd.DataFrame:
    if not parts:
        raise ColumnMismatch(
            "The data has no parts, so its columns are not known. Give at least one part, which "
            "may have no rows."
        )
    names = list(parts[0].columns)
    for number, part in enumerate(parts):
        if sorted(part.columns) != sorted(names):
            raise ColumnMismatch(
                f"Part {number} of the data has the columns {listed(list(part.columns))}, but the "
                f"first part has {listed(names)}. Give all parts the same columns."
            )
    with_rows = [part for part in parts if len(part)] or parts[:1]
    return pd.concat(with_rows, ignore_index=True)[names]


def _unwrapped(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Take dictionaries, views and the like off, which pandas does not have."""
    columns = [unwrapped(column) for column in batch.columns]
    return pa.RecordBatch.from_arrays(columns, batch.schema.names)
