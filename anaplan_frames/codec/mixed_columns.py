"""How a column of Python objects of several kinds travels in Arrow: texts and numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

# Numbers are plain texts with a full stop, which only the file's dialect turns into its own mark.
MIXED = pa.dense_union(
    [pa.field("text", pa.large_string()), pa.field("number", pa.large_string())], [0, 1]
)
TEXT, NUMBER = 0, 1


def mixed_array(
    codes: np.ndarray[Any, Any], texts: list[str | None], numbers: list[str]
) -> pa.Array:
    """Build a `MIXED` array; `codes` says of each value whether the next text or number is it."""
    codes = codes.astype(np.int8)
    offsets = np.empty(len(codes), dtype=np.int32)
    for code in (TEXT, NUMBER):
        of_kind = codes == code
        offsets[of_kind] = np.arange(of_kind.sum(), dtype=np.int32)
    children = [pa.array(texts, pa.large_string()), pa.array(numbers, pa.large_string())]
    return pa.UnionArray.from_dense(
        pa.array(codes), pa.array(offsets), children, ["text", "number"], [TEXT, NUMBER]
    )
