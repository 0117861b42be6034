"""Rows given back as pandas has them, also those of columns that pandas or Arrow do not take."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.types as pt

from anaplan_frames.codec.field_texts import unwrapped


def frame_rows(frame: pd.DataFrame, positions: Sequence[int]) -> pd.DataFrame:
    """Return rows of a DataFrame."""
    try:
        return frame.iloc[list(positions)]
    except ValueError:  # pandas cannot take rows of columns of the other byte order
        native = frame.copy(deep=False)
        for number, dtype in enumerate(frame.dtypes):
            if isinstance(dtype, np.dtype) and not dtype.isnative:
                values = frame.iloc[:, number].to_numpy().astype(dtype.newbyteorder("="))
                native.isetitem(number, values)
        return native.iloc[list(positions)]


def to_pandas(table: pa.Table) -> pd.DataFrame:
    """Return a table as pandas has it, without an index that pandas noted in its schema.

    A dictionary with a null among its values becomes plain values: pandas' categories have none.
    """
    for number, field in enumerate(table.schema):
        if pt.is_dictionary(field.type):
            chunks = table.column(number).chunks
            if any(chunk.dictionary.null_count for chunk in chunks):
                plain = pa.chunked_array([unwrapped(chunk) for chunk in chunks])
                table = table.set_column(number, field.name, plain)
    frame: pd.DataFrame = table.to_pandas(ignore_metadata=True)
    return frame
