"""Anaplan's JSON records as DataFrames with names and dtypes as pandas users expect them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

TEXT_DTYPE = "str" if pd.__version__ >= "3" else "string"
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def snake_case(name: str) -> str:
    """Turn Anaplan's ``camelCase`` into ``camel_case``."""
    return _CAPITAL.sub("_", name).lower()


def frame_of_records(
    records: Iterable[Mapping[str, Any]],
    *,
    first: Sequence[str] = (),
    columns: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Make one row per record.

    Parameters
    ----------
    records : iterable of mapping
        As Anaplan's JSON has them; a key that a record lacks is missing in its row.
    first : sequence of str
        Keys that come first, and are there even when there is no record at all.
    columns : mapping of str to str, optional
        The keys to take, and their names in the frame. By default all, in snake_case.

    Returns
    -------
    pandas.DataFrame
        Whole numbers are Int64, fractions Float64, booleans boolean, texts pandas' string.
    """
    rows = list(records)
    if columns is None:
        keys = dict.fromkeys([*first, *(key for row in rows for key in row)])
        columns = {key: snake_case(key) for key in keys}
    data = {name: [row.get(key) for row in rows] for key, name in columns.items()}
    return pd.DataFrame({name: _series(values) for name, values in data.items()})


def _series(values: list[Any]) -> pd.Series[Any]:
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return pd.Series(values, dtype="boolean")
    if kinds == {int}:
        return pd.Series(values, dtype="Int64")
    if kinds and kinds <= {int, float}:
        return pd.Series(values, dtype="Float64")
    if kinds <= {str}:
        return pd.Series(values, dtype=TEXT_DTYPE)
    return pd.Series(values, dtype=object)
