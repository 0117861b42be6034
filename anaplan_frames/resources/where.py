"""``where=``: which rows are asked for, and the values that columns are compared with."""

from __future__ import annotations

import datetime as dt
import math
import numbers
from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa

Value: TypeAlias = str | float | bool | dt.date
Where: TypeAlias = Mapping[str, Value | Collection[Value]]
Asked: TypeAlias = dict[str, tuple[Value, ...]]
"""``where=`` as it is used here: all values of each dimension or column."""


def asked_values(where: Where | None) -> Asked:
    """Return the values that are asked for, each list as a tuple.

    Raises
    ------
    TypeError
        If it is not a mapping of names to values or lists of values.
    """
    if where is None:
        return {}
    if not isinstance(where, Mapping):
        raise TypeError(
            "where= must be a dict such as {'Region': ['West', 'East']}, not "
            f"{type(where).__name__}."
        )
    for name in where:
        if not isinstance(name, str):
            raise TypeError(f"where= must have names of columns as its keys, not {name!r}.")
    return {name: tuple(_values(name, values)) for name, values in where.items()}


def _values(name: str, given: Any) -> Iterable[Value]:
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        given = [given]
    elif isinstance(given, Mapping):
        raise TypeError(f"where= must have a value or a list for {name!r}, not a dict.")
    for each in given:
        yield _value(name, each)


def _value(name: str, given: Any) -> Value:
    value = given.as_py() if isinstance(given, pa.Scalar) else given
    value = value.item() if isinstance(value, np.bool_ | np.number | np.str_) else value
    if isinstance(value, np.datetime64):
        value = pd.Timestamp(value)
    missing = value is pd.NaT or (isinstance(value, float) and math.isnan(value))
    if missing or not isinstance(value, str | bool | numbers.Real | dt.date):
        raise TypeError(
            f"where= of {name!r} has {given!r}: give texts, numbers, booleans or dates."
        )
    return value  # type: ignore[return-value]


def as_json(asked: Asked) -> dict[str, list[Any]] | None:
    """Return the values as JSON has them; None if nothing is asked for."""
    if not asked:
        return None
    return {
        name: [value.isoformat() if isinstance(value, dt.date) else value for value in values]
        for name, values in asked.items()
    }


def as_text(value: Value) -> str:
    """Return a value as Anaplan's texts have it: ``2026``, ``1.5``, ``true``, ``2026-01-31``."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dt.date):
        return value.isoformat()[:10]
    number = float(value)
    return str(int(number)) if number.is_integer() else repr(value)


def value_set(values: Collection[Value], kind: pa.DataType, name: str) -> pa.Array:
    """Return the values as an Arrow array that a column of this type is compared with.

    Raises
    ------
    ValueError
        If a value cannot be one of this column.
    """
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return pa.array([as_text(value) for value in values], kind)
    try:
        if pa.types.is_boolean(kind):
            return pa.array([_boolean(value) for value in values], kind)
        if pa.types.is_temporal(kind):
            return pa.array([as_day(value) for value in values], pa.date32()).cast(kind)
        return pa.array([float(value) for value in values if _fits(value, kind)]).cast(kind)  # type: ignore[arg-type]
    except (TypeError, ValueError, pa.ArrowException) as error:
        shown = ", ".join(map(repr, values))
        raise ValueError(
            f"where= of column {name!r}, which is of type {kind}, has {shown}: {error}."
        ) from None


def _boolean(value: Value) -> bool:
    found = {"true": True, "1": True, "false": False, "0": False}.get(as_text(value).lower())
    if found is None:
        raise ValueError(f"{value!r} is not a boolean")
    return found


def as_day(value: Value) -> dt.date:
    """Return a date, a time at midnight, or an ISO text as a date; raises ValueError."""
    if isinstance(value, dt.datetime):
        if value.time() != dt.time():
            raise ValueError(f"{value!r} is not a day")
        return value.date()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, str):
        return dt.date.fromisoformat(value)
    raise ValueError(f"{value!r} is not a date")


def _fits(value: Value, kind: pa.DataType) -> bool:
    if isinstance(value, dt.date):
        raise ValueError(f"{value!r} is not a number")
    return not pa.types.is_integer(kind) or float(value).is_integer()
