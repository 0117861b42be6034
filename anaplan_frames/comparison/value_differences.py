"""Which values of two comparable columns differ."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from pandas.api.types import is_integer_dtype

from anaplan_frames.comparison.comparable_columns import missing
from anaplan_frames.comparison.plain_columns import Values, kind_of

Mask: TypeAlias = npt.NDArray[np.bool_]
_EXACT = 2.0**53  # a float holds every whole number below


def differs(old: Values, new: Values, rtol: float, atol: float) -> Mask:
    """Return which values differ; a missing one equals a missing one, and nothing else."""
    absent = missing(old), missing(new)
    kinds = kind_of(old), kind_of(new)
    if kinds == ("number", "number"):
        same = _same_numbers(old, new, rtol, atol, ~(absent[0] | absent[1]))
    elif kinds[0] == kinds[1] != "other":
        same = (old == new).to_numpy(dtype=bool, na_value=False)
    else:
        same = _same_objects(old, new)
    found: Mask = np.where(absent[0] | absent[1], absent[0] != absent[1], ~same)
    return found


def _same_numbers(old: Values, new: Values, rtol: float, atol: float, both: Mask) -> Mask:
    a, b = (side.to_numpy("float64", na_value=np.nan) for side in (old, new))
    with np.errstate(invalid="ignore", over="ignore"):
        same: Mask = (a == b) | (np.abs(a - b) <= atol + rtol * np.abs(a))
        large = both & ((np.abs(a) >= _EXACT) | (np.abs(b) >= _EXACT))
    if not large.any() or not (is_integer_dtype(old.dtype) or is_integer_dtype(new.dtype)):
        return same
    if old.dtype == new.dtype and not (rtol or atol):
        same[large] = (old[large] == new[large]).to_numpy(bool)
        return same
    for row in np.flatnonzero(large & np.isfinite(a) & np.isfinite(b)).tolist():
        before, after = _fraction(old.iat[row]), _fraction(new.iat[row])
        same[row] = abs(before - after) <= atol + rtol * abs(float(before))
    return same


def _fraction(number: Any) -> Fraction:
    return Fraction(number.item() if isinstance(number, np.generic) else number)


def _same_objects(old: Values, new: Values) -> Mask:
    pairs = zip(old.astype(object), new.astype(object), strict=True)
    return np.fromiter((_same(before, after) for before, after in pairs), bool, len(old))


def _same(before: Any, after: Any) -> bool:
    try:
        return bool(before == after)
    except (TypeError, ValueError):  # such as arrays, or numbers of other libraries
        return repr(before) == repr(after)
