"""Where each key of two tables is, in both of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from anaplan_frames.comparison.plain_columns import Values
from anaplan_frames.errors import ColumnMismatch, DataError

Rows: TypeAlias = npt.NDArray[np.int64]
_NOWHERE = -1


@dataclass(frozen=True)
class KeyPlaces:
    """Rows by position.

    Attributes
    ----------
    old, new : array
        The rows of keys that both tables have, in the order of the old one.
    removed, added : array
        The rows of keys that only the old or only the new table has.
    """

    old: Rows
    new: Rows
    removed: Rows
    added: Rows


def key_places(old: Sequence[Values], new: Sequence[Values], names: Sequence[str]) -> KeyPlaces:
    """Find the keys of one table in the other.

    Parameters
    ----------
    old, new : sequence of Series
        The columns of the key, each pair of one kind and dtype.
    names : sequence of str
        What the columns are called.

    Raises
    ------
    DataError
        If a key occurs twice in a table.
    ColumnMismatch
        If a column holds what cannot be a key, such as lists.
    """
    numbers, count = _numbered(old, new, names)
    sides = numbers[: len(old[0])], numbers[len(old[0]) :]
    for side, columns, found in zip(("old", "new"), (old, new), sides, strict=True):
        _check_unique(found, columns, names, side)
    where = [np.full(count, _NOWHERE, np.int64) for _ in sides]
    for found, rows in zip(sides, where, strict=True):
        rows[found] = np.arange(len(found))
    in_new, in_old = where[1][sides[0]], where[0][sides[1]]
    both = in_new != _NOWHERE
    return KeyPlaces(
        old=np.flatnonzero(both),
        new=in_new[both],
        removed=np.flatnonzero(~both),
        added=np.flatnonzero(in_old == _NOWHERE),
    )


def _numbered(
    old: Sequence[Values], new: Sequence[Values], names: Sequence[str]
) -> tuple[Rows, int]:
    """Return a number for each key, those of the old table first, and how many keys there are."""
    numbers, count = np.zeros(len(old[0]) + len(new[0]), np.int64), 1
    for before, after, name in zip(old, new, names, strict=True):
        try:
            codes, found = pd.factorize(
                pd.concat([before, after], ignore_index=True), use_na_sentinel=False
            )
        except TypeError as error:
            raise ColumnMismatch(
                f"Column {name!r} cannot be a key ({error}). Make texts of its values."
            ) from None
        if count > 1:
            numbers, combined = pd.factorize(numbers * len(found) + codes)
            count = len(combined)
        else:
            numbers, count = codes.astype(np.int64), len(found)
    return numbers, count


def _check_unique(found: Rows, columns: Sequence[Values], names: Sequence[str], side: str) -> None:
    twice = pd.Series(found).duplicated().to_numpy()
    if not twice.any():
        return
    row = int(twice.argmax())
    example = {name: _shown(values.iat[row]) for name, values in zip(names, columns, strict=True)}
    count = int(twice.sum())
    rows = f"{count:,} rows of the {side} table have"
    raise DataError(
        f"{rows if count > 1 else f'One row of the {side} table has'} the key of an earlier row, "
        f"for example {example!r}. Name more columns as key, or add up the rows first."
    )


def _shown(value: Any) -> Any:
    """Return a value as it is written in Python, without the words of other libraries."""
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return str(value)
    return value.item() if isinstance(value, np.generic) else value
