"""A cross table as one with a single line of headers, as files and stdout have it."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from anaplan_frames.codec.column_types import unique_names

_BETWEEN = " / "


def flat_cross_table(frame: pd.DataFrame) -> pa.RecordBatchReader:
    """Return a cross table with the dimensions of its rows as columns, and one header for each.

    A column that stands for several items has all of them in its header: ``Jan 26 / Units``.
    """
    heads = [
        _BETWEEN.join(map(str, head)) if isinstance(head, tuple) else str(head)
        for head in frame.columns
    ]
    plain = frame.set_axis(range(len(heads)), axis=1)
    if isinstance(frame.index, pd.RangeIndex):  # no dimensions are on the rows
        sides: list[str] = []
    else:
        sides = [str(name) for name in frame.index.names]
        plain = plain.reset_index(names=[f"side {number}" for number in range(len(sides))])
    plain.columns = pd.Index(unique_names([*sides, *heads]))
    return pa.Table.from_pandas(plain, preserve_index=False).to_reader()
