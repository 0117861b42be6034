"""What to say about data that rows cannot be taken from."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from typing import Any

import pandas as pd


def is_polars(data: Any, name: str) -> bool:
    """Say whether data is of that class of Polars, which need not be installed."""
    kind = type(data)
    return kind.__module__.split(".")[0] == "polars" and kind.__name__ == name


def is_series(data: Any) -> bool:
    """Say whether data is a single column, of pandas or Polars."""
    return isinstance(data, pd.Series) or is_polars(data, "Series")


def unsupported(data: Any) -> str:
    """Say what is taken instead, and how to come from here to there."""
    taken = (
        "a pandas DataFrame, a Polars DataFrame, a pyarrow Table, RecordBatch or "
        "RecordBatchReader, a DuckDB relation, or an iterator of these"
    )
    return f"Rows come from {taken}, not from {type(data).__name__}.{_way_out(data)}"


def _way_out(data: Any) -> str:
    if is_polars(data, "LazyFrame"):
        return " Call .collect() first."
    if is_series(data):
        return " Call .to_frame() first."
    if isinstance(data, str | PathLike) or hasattr(data, "read"):
        return (
            " Read it with pandas.read_csv() or the like, or, if it is written in the file's own "
            "dialect, send it as it is with model.files[...].upload()."
        )
    if isinstance(data, Mapping):
        return " Make it a table with pandas.DataFrame(...)."
    if hasattr(data, "__array__") or isinstance(data, list | tuple):
        return " Make it a table with pandas.DataFrame(..., columns=[...])."
    if hasattr(data, "to_table"):
        return " Call .to_table() first, or .scanner() for more than memory holds."
    return ""
