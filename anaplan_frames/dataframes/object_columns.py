"""Columns of Python objects -> Arrow, each value for itself if they are not all text."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.codec.dates import TIME_OF_DAY
from anaplan_frames.codec.mixed_columns import NUMBER, TEXT, mixed_array
from anaplan_frames.codec.numbers import NOT_FINITE, plain_number
from anaplan_frames.codec.value_location import ValueLocation
from anaplan_frames.errors import EncodingError

_TAKEN = (pa.null(), pa.string(), pa.large_string())
# Decimals may have exponents of many millions; a double, and so a number in Anaplan, ends at 308.
_LARGEST_EXPONENT = 400


def objects_to_arrow(values: np.ndarray[Any, Any], location: ValueLocation) -> pa.Array:
    """Return Python objects as strings, if that is what they are, or else as `codec.mixed.MIXED`.

    Parameters
    ----------
    values : numpy.ndarray of object
        str, bool, int, float, Decimal, date and datetime at midnight, numpy's scalars of these
        kinds, and None, NaN, NaT and NA for missing ones.
    place
        Where they stand in the data, for errors.

    Raises
    ------
    EncodingError
        If a value is of another kind, or cannot be written as it is; names column and row.
    """
    try:
        # Arrow's guess is good for text only: it takes a time stamp among dates for a date, and
        # writes a number with as many digits as the others of its batch.
        found = pa.array(values, from_pandas=True)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return _one_by_one(values, location)
    if isinstance(found, pa.ChunkedArray):  # more text than 32-bit offsets reach
        found = pc.cast(found, pa.large_string()).combine_chunks()
    if found.type in _TAKEN:
        return found
    if pa.types.is_date32(found.type) and set(map(type, values)) <= {dt.date, type(None)}:
        return pc.cast(found, pa.large_string())
    return _one_by_one(values, location)


def _one_by_one(values: Iterable[object], location: ValueLocation) -> pa.Array:
    codes, texts, numbers = [], list[str | None](), list[str]()
    for position, value in enumerate(values):
        kind, text = _rendered(value, position, location)
        codes.append(kind)
        if kind == NUMBER:
            numbers.append(str(text))
        else:
            texts.append(text)
    return mixed_array(np.array(codes, np.int8), texts, numbers)


def _rendered(value: Any, position: int, location: ValueLocation) -> tuple[int, str | None]:
    """Return the kind of a value, and its text or None for a missing one."""
    if isinstance(value, str):
        return TEXT, _checked(value, position, location)
    if value is None or value is pd.NA or value is pd.NaT:
        return TEXT, None
    if isinstance(value, bool | np.bool_):
        return TEXT, "true" if value else "false"
    if isinstance(value, int | np.integer) and not isinstance(value, np.timedelta64):
        return NUMBER, str(int(value))
    if isinstance(value, float | np.floating):
        return _float(value, position, location)
    if isinstance(value, Decimal):
        return _decimal(value, position, location)
    if isinstance(value, np.datetime64):
        value = pd.Timestamp(value)
        if value is pd.NaT:
            return TEXT, None
    if isinstance(value, dt.date):
        return TEXT, _date(value, position, location)
    raise _unknown(value, position, location)


def _checked(text: str, position: int, location: ValueLocation) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise location.encoding_error(
            position,
            text,
            "holds half a character (a lone surrogate), which cannot be encoded. Decode it again "
            "from its source, or replace it.",
        ) from None
    return text


def _float(
    value: float | np.floating[Any], position: int, location: ValueLocation
) -> tuple[int, str | None]:
    if math.isnan(value):
        return TEXT, None
    if math.isinf(value):
        raise location.encoding_error(position, str(value), NOT_FINITE)
    return NUMBER, plain_number(value)


def _decimal(value: Decimal, position: int, location: ValueLocation) -> tuple[int, str | None]:
    if value.is_nan():
        return TEXT, None
    if value.is_infinite():
        raise location.encoding_error(position, str(value), NOT_FINITE)
    if abs(value.adjusted()) > _LARGEST_EXPONENT:
        raise location.encoding_error(
            position,
            str(value),
            "is too large or too small for a number in Anaplan. Round it, or send it as text.",
        )
    return NUMBER, plain_number(value)


def _date(value: dt.date, position: int, location: ValueLocation) -> str:
    if not isinstance(value, dt.datetime):
        return value.isoformat()
    midnight = value.time() == dt.time() and not getattr(value, "nanosecond", 0)
    if not midnight:
        raise location.encoding_error(position, str(value), TIME_OF_DAY)
    return value.date().isoformat()


def _unknown(value: object, position: int, location: ValueLocation) -> EncodingError:
    row = location.first_row + position
    return EncodingError(
        f"Column {location.column!r}, row {row}: a {type(value).__name__} has no counterpart in "
        "Anaplan. Make it text, a number, a date or a boolean.",
        column=location.column,
        row=row,
        text=str(value),
    )
