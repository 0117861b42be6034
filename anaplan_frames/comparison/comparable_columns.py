"""Two plain columns brought to one kind, so that their values can be compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

import numpy as np
import pandas as pd

from anaplan_frames.comparison.plain_columns import (
    Kind,
    Values,
    as_texts,
    booleans_of,
    dates_of,
    kind_of,
    numbers_of,
)

_LARGEST = 2**63  # the first whole number that is too large for Int64
_PARSERS: Mapping[Kind, Callable[[Values], Values | None]] = {
    "number": numbers_of,
    "date": dates_of,
    "boolean": booleans_of,
}


def comparable(old: Values, new: Values, *, as_numbers: bool) -> tuple[Values, Values]:
    """Return two columns as values of one kind, if they can be.

    Texts are read as what the other column holds. If one of them is not that, both are texts.

    Parameters
    ----------
    as_numbers : bool
        Whether two columns of texts are read as numbers, if they are.
    """
    kinds = kind_of(old), kind_of(new)
    if kinds == ("text", "text") and as_numbers:
        found = numbers_of(old), numbers_of(new)
        return (old, new) if found[0] is None or found[1] is None else (found[0], found[1])
    if "empty" in kinds:
        return _like_other(old, new)
    if set(kinds) == {"number", "boolean"}:
        return _as_number(old), _as_number(new)
    if set(kinds) == {"number", "other"}:
        return _decimals_as_floats(old), _decimals_as_floats(new)
    if kinds[0] == kinds[1] or "text" not in kinds:
        return old, new
    parse = _PARSERS.get(kinds[kinds[0] == "text"], _not_read)
    if kinds[0] == "text":
        read = parse(old)
        return (as_texts(old), as_texts(new)) if read is None else (read, new)
    read = parse(new)
    return (as_texts(old), as_texts(new)) if read is None else (old, read)


def comparable_keys(old: Values, new: Values) -> tuple[Values, Values]:
    """Return two columns of a key as values of one kind and dtype.

    Texts and numbers are compared as texts, because ``"007"`` and ``"7"`` are different keys.
    """
    kinds = kind_of(old), kind_of(new)
    if set(kinds) == {"text", "number"}:
        return as_texts(old), as_texts(new)
    old, new = comparable(old, new, as_numbers=False)
    if kind_of(old) == kind_of(new) == "number":
        old, new = _whole(old), _whole(new)
    if old.dtype == new.dtype or kind_of(old) == kind_of(new) != "other":
        return old, new
    return old.astype(object), new.astype(object)


def _like_other(old: Values, new: Values) -> tuple[Values, Values]:
    """Give a column in which all is missing the dtype of the other."""
    if kind_of(old) == "empty":
        return new.iloc[:0].reindex(old.index), new
    return old, old.iloc[:0].reindex(new.index)


def _as_number(values: Values) -> Values:
    return values.astype("Int64") if kind_of(values) == "boolean" else values


def _decimals_as_floats(values: Values) -> Values:
    is_decimal = (isinstance(value, Decimal) for value in values.dropna())
    if kind_of(values) == "other" and all(is_decimal):
        return values.astype("float64")
    return values


def _whole(numbers: Values) -> Values:
    """Return numbers as Int64 if all are whole and fit, so that no digit is lost."""
    if numbers.dtype.kind == "i":
        return numbers.astype("Int64")
    there = numbers.dropna()
    if (there.abs() < _LARGEST).all() and (there == there.round()).all():
        return numbers.astype("Int64")
    return numbers.astype(object if numbers.dtype.kind == "u" else "float64")


def _not_read(texts: Values) -> None:
    """Texts are not read as values of other kinds."""


def missing(values: Values) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return which values are missing; "not a number" is, too."""
    found = values.isna().to_numpy(bool)
    if isinstance(values.dtype, pd.Float64Dtype | pd.Float32Dtype):
        found = found | np.isnan(values.to_numpy("float64", na_value=np.nan))
    return np.asarray(found)
