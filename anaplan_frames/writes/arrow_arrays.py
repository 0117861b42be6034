"""Columns of Arrow tables as whole arrays, as masks and as positions."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.types as pt

Positions = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

TEXT = pa.large_string()


def one_array(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Return a column of a table as one array; texts as large_string, which has no size limit."""
    if pt.is_string(column.type):
        column = column.cast(TEXT)
    if isinstance(column, pa.ChunkedArray):
        return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    return column


def as_texts(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Return a column of any type as one array of large_string."""
    return one_array(column).cast(TEXT)


def as_mask(values: pa.Array) -> Mask:
    """Return booleans without nulls as a new array of numpy."""
    mask: Mask = values.to_numpy(zero_copy_only=False)
    return mask


def mask_of(positions: Positions, count: int) -> Mask:
    """Return a mask of this many values, true at the positions."""
    mask = np.zeros(count, dtype=bool)
    mask[positions] = True
    return mask
