"""Which pandas dtype each column gets, and as which Arrow type it must be read for that."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pandas.api.types import is_bool_dtype, is_float_dtype, is_integer_dtype

from anaplan_frames.errors import ColumnMismatch
from anaplan_frames.messages import near_names

# A day needs no finer unit, and with seconds no date that Anaplan has is out of range.
DATE_DTYPE = np.dtype("datetime64[s]")
_BACKENDS = ("numpy", "numpy_nullable", "pyarrow")


def text_dtype() -> Any:
    """Return the dtype of text: pandas 3's own ``str``, and on pandas 2 its equivalent.

    It holds Arrow memory, is equal to ``"string"`` and shows a missing value as NaN.
    """
    try:
        return pd.StringDtype("pyarrow", na_value=np.nan)
    except TypeError:  # pandas 2.2
        return pd.api.types.pandas_dtype("string[pyarrow_numpy]")


def pandas_dtypes(schema: pa.Schema, dtype: Any = None, dtype_backend: Any = None) -> list[Any]:
    """Return the pandas dtype of each column.

    Parameters
    ----------
    schema : pyarrow.Schema
        The columns as they are in Arrow.
    dtype : dtype or dict, optional
        As in `pandas.read_csv`: one for all columns, or by column name.
    dtype_backend : {"numpy_nullable", "pyarrow"}, optional
        As in `pandas.read_csv`, for the columns that `dtype` does not name.

    Raises
    ------
    ColumnMismatch
        If `dtype` names a column that is not there.
    ValueError
        If the backend is none of pandas'.
    """
    backend = dtype_backend if isinstance(dtype_backend, str) else "numpy"
    if backend not in _BACKENDS:
        raise ValueError(
            f"dtype_backend {backend!r} is invalid, only 'numpy_nullable' and 'pyarrow' are allowed"
        )
    asked = _asked(schema, dtype)
    return [
        asked[field.name] if field.name in asked else _default(field.type, backend)
        for field in schema
    ]


def with_dtypes(schema: pa.Schema, dtype: Any = None) -> pa.Schema:
    """Return the schema with which a text must be read so that the asked dtypes come out exactly.

    A number that is asked for as text is read as text, so nothing of it is lost; one asked for as
    integer is read as integer, so it keeps all its digits. Columns not asked for stay as they are.

    Raises
    ------
    ColumnMismatch
        If `dtype` names a column that is not there.
    """
    asked = _asked(schema, dtype)
    return pa.schema(
        [
            field.with_type(arrow_for(asked[field.name], field.type))
            if field.name in asked
            else field
            for field in schema
        ]
    )


def frame_schema(schema: pa.Schema, dtype: Any = None, dtype_backend: Any = None) -> pa.Schema:
    """Return the schema with which a text must be read for a DataFrame of these dtypes.

    Like `with_dtypes`, and columns that nothing was asked for are of the type from which their
    dtype is made. Parameters and errors are those of `pandas_dtypes`.
    """
    kinds = zip(schema, pandas_dtypes(schema, dtype, dtype_backend), strict=True)
    return pa.schema([field.with_type(arrow_for(kind, field.type)) for field, kind in kinds])


def arrow_for(dtype: Any, given: pa.DataType) -> pa.DataType:
    """Return the Arrow type from which a pandas dtype is made without loss."""
    if isinstance(dtype, pd.CategoricalDtype):
        # Like pandas' own readers: categories are text unless they are given.
        return pa.string() if dtype.categories is None else arrow_for(dtype.categories.dtype, given)
    if isinstance(dtype, pd.ArrowDtype):
        wanted = dtype.pyarrow_dtype
        nested = pa.types.is_nested(wanted) or pa.types.is_dictionary(wanted)
        return pa.string() if nested else wanted
    if isinstance(dtype, pd.StringDtype) or dtype == np.dtype(object):
        return pa.string()
    if is_bool_dtype(dtype):
        return pa.bool_()
    if is_integer_dtype(dtype):
        return pa.from_numpy_dtype(getattr(dtype, "numpy_dtype", dtype))
    if is_float_dtype(dtype):
        return pa.float64()
    if isinstance(dtype, np.dtype) and dtype.kind == "M":
        unit = np.datetime_data(dtype)[0]
        return given if pa.types.is_date32(given) else pa.timestamp(unit)
    return given


def _asked(schema: pa.Schema, dtype: Any) -> dict[str, Any]:
    """Return the dtypes asked for by column name."""
    if dtype is None:
        return {}
    if not isinstance(dtype, Mapping):
        return dict.fromkeys(schema.names, _pandas_dtype(dtype))
    for name in dtype:
        if name not in schema.names:
            raise ColumnMismatch(
                f"`dtype` names a column {name!r} that is not there."
                f"{near_names(str(name), schema.names)} Columns are: "
                f"{', '.join(map(repr, schema.names))}."
            )
    if isinstance(dtype, defaultdict):
        return {name: _pandas_dtype(dtype[name]) for name in schema.names}
    return {name: _pandas_dtype(kind) for name, kind in dtype.items()}


def _pandas_dtype(dtype: Any) -> Any:
    resolved = pd.api.types.pandas_dtype(dtype)
    if dtype is str or dtype == "str" or getattr(resolved, "kind", "") == "U":
        return text_dtype()
    if resolved == np.dtype("datetime64"):
        return DATE_DTYPE
    return resolved


def _default(kind: pa.DataType, backend: str) -> Any:
    """Return the dtype of a column that nothing was asked for."""
    if backend == "pyarrow":
        return pd.ArrowDtype(kind)
    nullable = backend == "numpy_nullable"
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return pd.StringDtype("pyarrow") if nullable else text_dtype()
    if pa.types.is_floating(kind):
        return pd.Float64Dtype() if nullable else np.dtype("float64")
    if pa.types.is_boolean(kind):
        return pd.BooleanDtype()
    if pa.types.is_integer(kind):
        return pd.api.types.pandas_dtype(str(kind).replace("i", "I").replace("u", "U"))
    if pa.types.is_date32(kind):
        return DATE_DTYPE
    if pa.types.is_timestamp(kind) and kind.tz is None:
        return np.dtype(f"datetime64[{kind.unit}]")
    return pd.ArrowDtype(kind)
