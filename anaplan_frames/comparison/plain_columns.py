"""Columns in one plain form for each kind of value, whatever library and dtype they come from."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt
from pandas.api.types import (
    is_bool_dtype,
    is_datetime64_dtype,
    is_float_dtype,
    is_integer_dtype,
)

from anaplan_frames.codec.field_texts import unwrapped
from anaplan_frames.dataframes.dtypes import text_dtype
from anaplan_frames.dataframes.frame_output import to_pandas

Values: TypeAlias = "pd.Series[Any]"
Kind: TypeAlias = Literal["empty", "text", "number", "boolean", "date", "other"]
_NULLABLE: dict[str, Any] = {"i": pd.Int64Dtype(), "u": pd.UInt64Dtype()}
_EXACT_DIGITS = 15  # of a decimal number, which a float keeps
_NOT_ARROW = (pa.ArrowException, OverflowError, TypeError, ValueError)


def plain(values: Values) -> Values:
    """Return a column as numbers, booleans, texts or times, if that is what it holds.

    Categories are the values that they stand for, objects what they are, a `Decimal` that a float
    holds exactly is one, times are without a zone, in UTC, and an empty text is a missing value.
    """
    found = _typed(values)
    if not isinstance(found.dtype, pd.StringDtype):
        return found
    empty = (found == "").to_numpy(dtype=bool, na_value=False)
    return found.mask(empty) if empty.any() else found


def _typed(values: Values) -> Values:
    dtype = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _typed(_without_categories(values))
    if isinstance(dtype, pd.ArrowDtype):
        return of_arrow(pa.array(values, from_pandas=True))
    if isinstance(dtype, pd.DatetimeTZDtype):
        return values.dt.tz_convert("UTC").dt.tz_localize(None)
    if isinstance(dtype, pd.SparseDtype):
        return pd.Series(values.to_numpy(), index=values.index)
    if isinstance(dtype, pd.StringDtype):
        return values if dtype == text_dtype() else values.astype(text_dtype())
    if dtype != np.dtype(object):
        return values
    try:
        return of_arrow(pa.array(values, from_pandas=True))
    except _NOT_ARROW:
        return values


def kind_of(values: Values) -> Kind:
    """Return what a plain column holds; "empty" if nothing says what it could hold."""
    dtype = values.dtype
    if isinstance(dtype, pd.StringDtype):
        return "text"
    if is_bool_dtype(dtype):
        return "boolean"
    if is_integer_dtype(dtype) or is_float_dtype(dtype):
        return "number"
    if is_datetime64_dtype(dtype):
        return "date"
    return "empty" if dtype == np.dtype(object) and values.isna().all() else "other"


def as_texts(values: Values) -> Values:
    """Return a plain column as texts: whole numbers without a point, days without a time."""
    kind = kind_of(values)
    if kind == "text":
        return values
    is_there = values.notna()
    if kind == "date":
        midnight = (values[is_there].dt.normalize() == values[is_there]).all()
        texts = values.dt.strftime("%Y-%m-%d" if midnight else "%Y-%m-%d %H:%M:%S")
        return texts.where(is_there).astype(text_dtype())
    pairs = zip(values, is_there, strict=True)
    words = [_text(value) if there else None for value, there in pairs]
    return pd.Series(words, index=values.index, dtype=text_dtype())


def _text(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return str(value).lower()
    if isinstance(value, float | np.floating):
        return str(int(value)) if value.is_integer() else repr(float(value))
    return str(value)


def numbers_of(texts: Values) -> Values | None:
    """Return texts as numbers, None if one of them is not a number; whole ones keep all digits."""
    found = _parsed(texts, pd.to_numeric)
    return found if found is not None and found.dtype.kind in "iuf" else None


def dates_of(texts: Values) -> Values | None:
    """Return texts as times in UTC, None if one of them is not an ISO date or time."""
    for unit in (pa.timestamp("us"), pa.timestamp("us", "UTC")):
        found = _parsed(texts, lambda values, unit=unit: _times(values, unit))
        if found is not None:
            return found
    return None


def booleans_of(texts: Values) -> Values | None:
    """Return texts as booleans, None if one of them is neither true nor false."""
    words = texts.str.strip().str.lower()
    if not words[_is_there(texts)].isin(["true", "false"]).all():
        return None
    return (words == "true").astype("boolean").where(_is_there(texts))


def _times(values: Any, unit: pa.DataType) -> Any:
    moments = pa.array(values, pa.string()).cast(unit)
    return moments.cast(pa.timestamp("us")).to_numpy(zero_copy_only=False)


def _is_there(texts: Values) -> Values:
    """Return which texts are not missing or empty."""
    return texts.notna() & (texts.str.strip() != "").fillna(value=False)


def _parsed(texts: Values, parse: Any) -> Values | None:
    """Return the texts that are there as `parse` reads them, the others as missing values."""
    is_there = _is_there(texts).to_numpy(bool)
    words = texts[is_there].str.strip().to_numpy(object)
    try:
        found = pd.Series(parse(words), index=texts.index[is_there])
    except (ValueError, TypeError):  # among them those of Arrow
        return None
    if found.dtype.kind in "iu":
        found = found.astype(_NULLABLE[found.dtype.kind])
    return found.reindex(texts.index)


def _without_categories(values: Values) -> Values:
    categories = pd.Series(values.cat.categories)
    if categories.dtype.kind in "iub":
        categories = categories.convert_dtypes()
    taken = categories.array.take(values.cat.codes.to_numpy(), allow_fill=True)
    return pd.Series(taken, index=values.index)


def of_arrow(array: pa.Array | pa.ChunkedArray) -> Values:
    """Return Arrow values as a plain column; other values are objects."""
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    array = unwrapped(array)
    if pt.is_decimal(array.type):
        return _of_decimals(array)
    if pt.is_timestamp(array.type) and array.type.tz is not None:
        array = array.cast(pa.timestamp(array.type.unit))
    if _is_plain(array.type):
        batch = pa.record_batch([array], ["values"])
        return to_pandas([batch], batch.schema)["values"]
    return pd.Series(array.to_pylist(), dtype=object)


def _is_plain(kind: pa.DataType) -> bool:
    is_date = pt.is_date32(kind) or pt.is_timestamp(kind)
    is_number = pt.is_integer(kind) or pt.is_floating(kind)
    return (
        is_date
        or is_number
        or any(check(kind) for check in (pt.is_boolean, pt.is_string, pt.is_large_string))
    )


def _of_decimals(array: pa.Array) -> Values:
    """Return decimals as floats if none loses a digit, else as they are."""
    bounds = pc.min_max(array).as_py()
    largest = max((abs(bound) for bound in bounds.values() if bound is not None), default=Decimal())
    if len(largest.as_tuple().digits) <= _EXACT_DIGITS:
        return pd.Series(array.cast(pa.float64()).to_numpy(zero_copy_only=False))
    return pd.Series(array.to_pylist(), dtype=object)
