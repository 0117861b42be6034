"""`compare`: which rows of two tables differ, found by key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from anaplan_frames.comparison.comparable_columns import comparable, comparable_keys
from anaplan_frames.comparison.compared_columns import (
    ComparedColumns,
    check_mapping_types,
    compared_columns,
)
from anaplan_frames.comparison.comparison_result import Comparison, names_of
from anaplan_frames.comparison.given_tables import table_of
from anaplan_frames.comparison.key_places import KeyPlaces, key_places
from anaplan_frames.comparison.plain_columns import Values, plain
from anaplan_frames.comparison.value_differences import Mask, differs

_SIDES = ("old", "new")


def compare(
    old: Any,
    new: Any,
    *,
    key: str | Sequence[str],
    columns: str | Sequence[str] | None = None,
    mapping: Mapping[str, str] | None = None,
    rtol: float = 0.0,
    atol: float = 0.0,
) -> Comparison:
    """Compare two tables row by row, by key.

    A missing value equals a missing value and an empty text, which Anaplan does not distinguish. A
    text that is compared with a number, a date or a boolean is read as one if every text of the
    column can be, so that a CSV file can be compared with a typed table. Dates are read as ISO
    writes them, and a time without a zone is UTC. In a key, numbers that meet texts are texts.
    Names are compared exactly, also if only their case differs. Both tables are held in memory.

    Parameters
    ----------
    old, new : DataFrame, Arrow data, table or iterator
        As `to_anaplan` takes data; a table such as ``model.exports["Flights export"]``, too. An
        export is run; ``export.read_arrow(run=False)`` is what it last wrote.
    key : str or sequence of str
        The columns by which a row of one table is found in the other. Each key occurs once.
    columns : str or sequence of str, optional
        The columns to compare; by default all others, which both tables must have.
    mapping : dict, optional
        Columns of `old` that are called otherwise in `new`: ``{"Airport code": "code"}``. `key` and
        `columns` take the names of `new`.
    rtol, atol : float, default 0.0
        Numbers are the same if ``abs(old - new) <= atol + rtol * abs(old)``.

    Returns
    -------
    Comparison

    Raises
    ------
    ColumnMismatch
        If a table does not have a column, or two columns of `old` would be one of `new`; suggests
        near names.
    DataError
        If a key occurs twice in a table.
    TypeError
        If a table is not one, or `mapping` is not a dict of names.
    ValueError
        If a tolerance is negative, or there is no key.

    Examples
    --------
    >>> af.compare(yesterday, today, key=["Code", "Month"]).changed  # doctest: +SKIP
    >>> af.compare(df, model.exports["Flights export"], key=["Airports", "Time"],  # doctest: +SKIP
    ...     mapping={"dest": "Airports", "month": "Time"}).totals("Time")
    """
    _check_tolerances(rtol, atol)
    keys = list(dict.fromkeys(names_of(key)))
    if not keys:
        raise ValueError("key must name at least one column.")
    renamed = check_mapping_types(mapping)
    tables = table_of(old), table_of(new)
    chosen = compared_columns(
        list(tables[0].columns),
        list(tables[1].columns),
        keys,
        None if columns is None else names_of(columns),
        renamed,
        [[str(name) for name in table.index.names if name is not None] for table in tables],
    )
    before, after = _brought_together(tables, chosen, as_numbers=bool(rtol or atol))
    places = key_places([before[k] for k in keys], [after[k] for k in keys], keys)
    return Comparison(
        key=tuple(keys),
        columns=tuple(chosen.compared),
        rows_old=len(tables[0]),
        rows_new=len(tables[1]),
        added=tables[1].iloc[places.added],
        removed=tables[0].iloc[places.removed],
        changed=_changed(before, after, places, chosen, rtol, atol),
        _tables=(pd.DataFrame(before, copy=False), pd.DataFrame(after, copy=False)),
    )


def _check_tolerances(*tolerances: float) -> None:
    for given in tolerances:
        if not isinstance(given, Real) or isinstance(given, bool):
            raise TypeError(f"rtol and atol must be numbers, not {given!r}.")
        if not given >= 0:
            raise ValueError("rtol and atol must not be negative.")


def _brought_together(
    tables: tuple[pd.DataFrame, pd.DataFrame], chosen: ComparedColumns, *, as_numbers: bool
) -> tuple[dict[str, Values], dict[str, Values]]:
    """Return the columns of both tables by name, each pair as values of one kind."""
    before, after = {}, {}
    for name in (*chosen.keys, *chosen.compared):
        old = plain(tables[0][chosen.names_old[name]].reset_index(drop=True))
        new = plain(tables[1][name].reset_index(drop=True))
        if name in chosen.keys:
            before[name], after[name] = comparable_keys(old, new)
        else:
            before[name], after[name] = comparable(old, new, as_numbers=as_numbers)
    return before, after


def _changed(
    old: Mapping[str, Values],
    new: Mapping[str, Values],
    places: KeyPlaces,
    chosen: ComparedColumns,
    rtol: float,
    atol: float,
) -> pd.DataFrame:
    """Return the rows that differ, old and new side by side."""
    rows: Mask = np.zeros(len(places.old), bool)
    with_change = []
    for name in chosen.compared:
        found = differs(_at(old[name], places.old), _at(new[name], places.new), rtol, atol)
        if found.any():
            with_change.append(name)
            rows |= found
    taken = {"old": (old, places.old[rows]), "new": (new, places.new[rows])}
    order = [(name, side) for name in with_change for side in _SIDES]
    values = {(name, side): taken[side][0][name].iloc[taken[side][1]].array for name, side in order}
    keys = {name: old[name].iloc[places.old[rows]].array for name in chosen.keys}
    frame = pd.DataFrame(values, index=_index(keys))
    frame.columns = pd.MultiIndex.from_tuples(order) if order else pd.MultiIndex([[], []], [[], []])
    return frame


def _at(values: Values, rows: Any) -> Values:
    """Return values at rows, without a copy if these are all, in order."""
    if len(rows) == len(values) and bool((rows == np.arange(len(rows))).all()):
        return values
    taken: Values = values.iloc[rows].reset_index(drop=True)
    return taken


def _index(keys: Mapping[str, Any]) -> pd.Index[Any]:
    if len(keys) == 1:
        ((name, values),) = keys.items()
        single: pd.Index[Any] = pd.Index(values, name=name)
        return single
    return pd.MultiIndex.from_arrays(list(keys.values()), names=list(keys))
