"""Numbers as Anaplan reads them: every digit, no exponent, no binary noise."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.codec.value_location import ValueLocation

# Arrow writes a double plainly, and shortest, from 1e-6 up to this; beyond it uses exponents.
_SMALLEST_PLAIN, _LARGEST_PLAIN = 1e-6, 1e10
# Up to here every whole double is the one integer that its shortest form names.
_EXACT_INTEGERS = {2: 2**11, 4: 2**24, 8: 2**53}

_FEW = 100  # values that are looked at before all are

NOT_FINITE = "is infinite, and Anaplan has no such number. Replace it, for instance with NaN."


def plain_number(value: float | np.floating[Any] | Decimal) -> str:
    """Return the shortest text without an exponent that reads back as `value`, which is finite."""
    if isinstance(value, Decimal):
        return format(value, "f")
    text = str(value)
    if "e" in text:
        text = format(Decimal(text), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def render_floats(column: pa.Array, location: ValueLocation) -> pa.Array:
    """Return floats so that a cast to text is what Anaplan reads.

    Parameters
    ----------
    column : pa.Array of float16, float32 or float64
        NaN counts as missing, and -0.0 as 0.

    Returns
    -------
    pa.Array
        Of int64 where all are whole, of floats where Arrow writes all of them plainly (then the
        caller casts when it writes the rows, in one go), else of strings.

    Raises
    ------
    EncodingError
        If one is infinite.
    """
    # Adding 0 turns -0.0 into 0.0; nulls have become NaN.
    values = column.to_numpy(zero_copy_only=False) + column.type.to_pandas_dtype()(0)
    size = np.abs(values)
    missing = None
    if not np.isfinite(size.max(initial=0)):
        _refuse_infinite(values, location)
        missing = np.isnan(size)
        size[missing] = 1  # which needs no care
    clean = pa.array(values, mask=missing)
    if size.max(initial=0) < _EXACT_INTEGERS[size.itemsize] and _are_whole(size):
        return pc.cast(clean, pa.int64(), safe=False)
    if size.itemsize == 2:
        exponents = ~np.isnan(values)  # Arrow writes the digits of the wider float
    else:
        exponents = size >= _LARGEST_PLAIN
        if size.min(initial=1) < _SMALLEST_PLAIN:
            exponents |= (size < _SMALLEST_PLAIN) & (size > 0)
    if not exponents.any():
        return clean
    return _replaced(pc.cast(clean, pa.large_string()), exponents, _scalars(values[exponents]))


def _refuse_infinite(values: np.ndarray[Any, Any], location: ValueLocation) -> None:
    infinite = np.isinf(values)
    if infinite.any():
        position = int(infinite.argmax())
        raise location.encoding_error(position, str(values[position]), NOT_FINITE)


def _are_whole(size: np.ndarray[Any, Any]) -> bool:
    """Say whether all are whole numbers; mostly a few show that they are not."""
    few = size[:_FEW]
    return bool((few == np.trunc(few)).all() and (size == np.trunc(size)).all())


def render_decimals(column: pa.Array) -> pa.Array:
    """Return decimals so that a cast to text is plain, with all digits that they have."""
    if 0 <= column.type.scale <= 6:
        return column
    texts = pc.cast(column, pa.large_string())
    exponents = pc.fill_null(pc.match_substring(texts, "E"), False)
    numbers = [Decimal(text) for text in pc.filter(texts, exponents).to_pylist()]
    # Strings in any case, so that how a value is written does not hang on its neighbors.
    return _replaced(texts, exponents.to_numpy(zero_copy_only=False), numbers)


def with_decimal_mark(numbers: pa.Array, mark: str) -> pa.Array:
    """Return the numbers as text, with the file's own mark in place of the full stop."""
    texts = pc.cast(numbers, pa.large_string())
    return texts if mark == "." else pc.replace_substring(texts, ".", mark)


def _scalars(values: np.ndarray[Any, Any]) -> Iterable[Any]:
    """Return values whose ``str`` is shortest: Python's own for doubles, which are faster."""
    return values.tolist() if values.itemsize == 8 else values


def _replaced(texts: pa.Array, where: np.ndarray[Any, Any], numbers: Any) -> pa.Array:
    """Put the plain texts of `numbers` where `where` is true."""
    if not where.any():
        return texts
    plain = pa.array([plain_number(number) for number in numbers], pa.large_string())
    return pc.replace_with_mask(texts, pa.array(where), plain)
