"""Sums of two tables by groups, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from pandas.api.types import is_integer_dtype

_SIDES = ("old", "new")
_ALL = "all"
_LARGEST = 2**62


def both_totals(
    old: pd.DataFrame, new: pd.DataFrame, groups: Sequence[str], measures: Sequence[str]
) -> pd.DataFrame:
    """Return sums of the measures; a group that a table does not have counts as 0.

    Parameters
    ----------
    old, new : DataFrame
        With the groups and the measures, which are numbers.
    groups : sequence of str
        None: one row for all.

    Returns
    -------
    DataFrame
        The groups as index, sorted; two levels of columns: the measure, then ``"old"``, ``"new"``
        and ``"difference"``.
    """
    sums = [_sums(table, groups, measures) for table in (old, new)]
    keys = [_stacked(sums[0][name], sums[1][name]) for name in groups]
    parts = {}
    for measure in measures:
        before, after = (side[measure] for side in sums)
        parts[measure, "old"] = _stacked(before, _zeros(before, after))
        parts[measure, "new"] = _stacked(_zeros(after, before), after)
    values = pd.DataFrame(parts)
    if groups:
        found = values.groupby(keys, dropna=False, observed=True).sum()
    else:
        found = _one_row(values, pd.Index([_ALL]))
    for measure in measures:
        found[measure, "difference"] = found[measure, "new"] - found[measure, "old"]
    return found[[(measure, part) for measure in measures for part in (*_SIDES, "difference")]]


def _sums(table: pd.DataFrame, groups: Sequence[str], measures: Sequence[str]) -> pd.DataFrame:
    values = table[[*groups, *measures]].copy(deep=False)
    for name in measures:
        if is_integer_dtype(values[name].dtype) and _is_too_large(values[name]):
            values[name] = values[name].astype(object).where(values[name].notna(), 0)
    if not groups:
        return _one_row(values, pd.RangeIndex(1))
    return values.groupby(list(groups), dropna=False, observed=True).sum().reset_index()


def _one_row(values: pd.DataFrame, index: pd.Index[Any]) -> pd.DataFrame:
    """Return the sum of each column, whose dtype it keeps."""
    sums = {name: pd.Series([values[name].sum()], index, values[name].dtype) for name in values}
    return pd.DataFrame(sums)


def _is_too_large(numbers: pd.Series[Any]) -> bool:
    """Return whether the sum of whole numbers may be more than 64 bits hold."""
    bounds = (each for each in (numbers.max(), numbers.min()) if pd.notna(each))
    largest = max((abs(int(each)) for each in bounds), default=0)
    return largest * len(numbers) >= _LARGEST


def _stacked(first: pd.Series[Any], second: pd.Series[Any]) -> pd.Series[Any]:
    """Return one below the other; no rows have no say in the dtype."""
    with_rows = [side for side in (first, second) if len(side)] or [first]
    return pd.concat(with_rows, ignore_index=True)


def _zeros(like: pd.Series[Any], rows: pd.Series[Any]) -> pd.Series[Any]:
    return pd.Series(0, index=rows.index).astype(like.dtype)
