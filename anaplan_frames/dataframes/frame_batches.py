"""A slice of a pandas DataFrame -> an Arrow batch, without copying what Arrow can share."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from anaplan_frames.codec.value_location import ValueLocation
from anaplan_frames.dataframes.object_columns import objects_to_arrow
from anaplan_frames.errors import ColumnMismatch


def check_labels(frame: pd.DataFrame) -> None:
    """Refuse column labels that a file's one line of headers cannot hold.

    Raises
    ------
    ColumnMismatch
        If the columns are a MultiIndex (says how to make one level of it), or a name is a text
        that cannot be written.
    """
    if frame.columns.nlevels > 1:
        raise ColumnMismatch(
            f"The columns have {frame.columns.nlevels} levels, a file has one line of headers. "
            "Join them: df.columns = [' '.join(map(str, label)) for label in df.columns]"
        )
    for name in frame.columns:
        try:
            str(name).encode()
        except UnicodeEncodeError:
            raise ColumnMismatch(
                f"The column name {name!r} holds half a character (a lone surrogate), which cannot "
                "be encoded. Rename the column."
            ) from None


def frame_batch(
    part: pd.DataFrame, locations: Sequence[ValueLocation], needed: Collection[int] | None
) -> pa.RecordBatch:
    """Convert a slice of a DataFrame.

    Parameters
    ----------
    part
        The rows.
    places
        For each column its name and the position of the slice's first row, for errors.
    needed
        Positions of the columns to convert; None for all. The others become nulls.

    Raises
    ------
    EncodingError
        If a Python object has no counterpart; names column and row.
    """
    wanted = set(range(len(locations)) if needed is None else needed)
    columns = [
        _column(part.iloc[:, position], location) if position in wanted else pa.nulls(len(part))
        for position, location in enumerate(locations)
    ]
    return pa.RecordBatch.from_arrays(columns, [location.column for location in locations])


def _column(series: pd.Series[Any], location: ValueLocation) -> pa.Array:
    if series.dtype == object:
        return objects_to_arrow(series.to_numpy(), location)
    if isinstance(series.dtype, pd.CategoricalDtype) and len(series.dtype.categories) > len(series):
        # Arrow would convert all categories again for each slice.
        series = series.cat.remove_unused_categories()
    if isinstance(series.dtype, pd.DatetimeTZDtype):
        # The wall clock as pandas shows it: of old local times Arrow may know another.
        series = series.dt.tz_localize(None)
    # Plain numbers are shared as they are; a NaN among them counts as missing further down.
    shared = isinstance(series.dtype, np.dtype) and series.dtype.kind in "iufb"
    values = series.to_numpy() if shared else series
    try:
        found = pa.array(values, from_pandas=not shared)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        # What Arrow has no type for (mixed categories, sparse values) is found value by value.
        return objects_to_arrow(series.astype(object).to_numpy(), location)
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
