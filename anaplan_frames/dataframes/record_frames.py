"""Tables of JSON records whose columns and dtypes are known, even if there is no record."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd

TEXT_DTYPE = "str" if pd.__version__ >= "3" else "string"
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

FieldKind: TypeAlias = Literal["text", "boolean", "integer", "number", "date", "time", "duration"]
_ISO_DURATION = re.compile(r"P(?:([\d.]+)D)?(?:T(?:([\d.]+)H)?(?:([\d.]+)M)?(?:([\d.]+)S)?)?")
_CLOCK = re.compile(r"(\d+):(\d{2}):(\d{2}(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Field:
    """Where a column's values are in the records, and what they are.

    Attributes
    ----------
    path : str
        The key in the record; a dot leads into an object: ``switchover.date``.
    kind : str
        ``text``, ``boolean``, ``integer`` (Int64), ``number`` (Float64), ``date``
        (datetime64[s]), ``time`` (datetime64[ms, UTC]) or ``duration`` (timedelta64[ms]).
    """

    path: str
    kind: FieldKind = "text"


def frame_of_fields(
    records: Iterable[Mapping[str, Any]], fields: Mapping[str, Field], *, more: bool = False
) -> pd.DataFrame:
    """Make one row per record, with just these columns, missing values if it has none.

    A text that is not a value of its column's kind is missing, too. With `more`, the keys of the
    records that no field names become columns after them, with dtypes by their values.
    """
    rows = list(records)
    known = pd.DataFrame(
        {
            name: _series([_at(row, field.path) for row in rows], field.kind)
            for name, field in fields.items()
        }
    )
    paths = {field.path for field in fields.values()}
    others = {key: key for row in rows for key in row if key not in paths} if more else {}
    return pd.concat([known, frame_of_records(rows, columns=others)], axis=1) if others else known


def series_of_fields(record: Mapping[str, Any], fields: Mapping[str, Field]) -> pd.Series[Any]:
    """Make one row of a record, as `frame_of_fields` does, and return it as a Series of objects."""
    return frame_of_fields([record], fields).astype(object).iloc[0].rename(None)


def flat(record: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return a record without objects in it, under keys in snake_case.

    What has an id and a name becomes two columns, ``parent`` and ``parent_id``; a list of such
    ``applies_to`` and ``applies_to_ids``, joined with commas; any other object one column for
    each of its keys, after its own: ``format_metadata_data_type``.
    """
    found: dict[str, Any] = {}
    for key, value in record.items():
        name = prefix + snake_case(key)
        if isinstance(value, Mapping) and "name" in value:
            found[name], found[f"{name}_id"] = value["name"], value.get("id")
        elif isinstance(value, Mapping):
            found |= flat(value, f"{name}_")
        elif isinstance(value, list) and value and all(isinstance(v, Mapping) for v in value):
            found[name] = ", ".join(str(each.get("name", each.get("id"))) for each in value)
            found[f"{name}_ids"] = ", ".join(str(each.get("id")) for each in value)
        elif isinstance(value, list):
            found[name] = ", ".join(map(str, value)) if value else None
        else:
            found[name] = value
    return found


def _at(record: Mapping[str, Any], path: str) -> Any:
    value: Any = record
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _series(values: list[Any], kind: FieldKind) -> pd.Series[Any]:
    read, dtype = _KINDS[kind]
    found = [None if value is None else read(value) for value in values]
    if kind not in ("date", "time", "duration"):
        return pd.Series(found, dtype=dtype)
    missing = np.timedelta64("NaT", "ms") if kind == "duration" else np.datetime64("NaT", "ms")
    series = pd.Series(np.array([missing if v is None else v for v in found], dtype))
    return series.dt.tz_localize("UTC") if kind == "time" else series


def _boolean(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(str(value).strip().lower())


def _integer(value: Any) -> int | None:
    number = _number(value)
    return None if number is None or number % 1 else int(value if type(value) is int else number)


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _date(value: Any) -> np.datetime64 | None:
    try:
        return np.datetime64(dt.date.fromisoformat(str(value)[:10]), "s")
    except ValueError:
        return None


def _time(value: Any) -> np.datetime64 | None:
    """Read milliseconds since the epoch, or an ISO time; one without a zone is UTC."""
    if _number(value) is not None:
        return np.datetime64(int(float(value)), "ms")
    moment = pd.to_datetime(str(value), utc=True, errors="coerce")
    return None if moment is pd.NaT else moment.tz_localize(None).to_datetime64()


def _duration(value: Any) -> np.timedelta64 | None:
    """Read milliseconds, ``PT1M2.5S`` or ``0:01:02.5``: the service does not document which."""
    if _number(value) is not None:
        return np.timedelta64(int(float(value)), "ms")
    found = _ISO_DURATION.fullmatch(str(value)) or _CLOCK.fullmatch(str(value))
    if found is None:
        return None
    parts = [float(part or 0) for part in found.groups()]
    seconds = 0.0
    for part, size in zip(reversed(parts), (1, 60, 3600, 86400), strict=False):
        seconds += part * size
    return np.timedelta64(round(seconds * 1000), "ms")


_KINDS: dict[FieldKind, tuple[Callable[[Any], Any], str]] = {
    "text": (str, TEXT_DTYPE),
    "boolean": (_boolean, "boolean"),
    "integer": (_integer, "Int64"),
    "number": (_number, "Float64"),
    "date": (_date, "datetime64[s]"),
    "time": (_time, "datetime64[ms]"),
    "duration": (_duration, "timedelta64[ms]"),
}


def snake_case(name: str) -> str:
    """Turn Anaplan's ``camelCase`` into ``camel_case``."""
    return _CAPITAL.sub("_", name).lower()


def frame_of_records(
    records: Iterable[Mapping[str, Any]],
    *,
    first: Sequence[str] = (),
    columns: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Make one row per record.

    Parameters
    ----------
    records : iterable of mapping
        As Anaplan's JSON has them; a key that a record does not have is missing in its row.
    first : sequence of str
        Keys that come first, and are there even when there is no record at all.
    columns : mapping of str to str, optional
        The keys to take, and their names in the frame. By default all, in snake_case.

    Returns
    -------
    pandas.DataFrame
        Whole numbers are Int64, fractions Float64, booleans boolean, texts pandas' string.
    """
    rows = list(records)
    if columns is None:
        keys = dict.fromkeys([*first, *(key for row in rows for key in row)])
        columns = {key: snake_case(key) for key in keys}
    data = {name: [row.get(key) for row in rows] for key, name in columns.items()}
    return pd.DataFrame({name: _inferred_series(values) for name, values in data.items()})


def _inferred_series(values: list[Any]) -> pd.Series[Any]:
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return pd.Series(values, dtype="boolean")
    if kinds == {int}:
        return pd.Series(values, dtype="Int64")
    if kinds and kinds <= {int, float}:
        return pd.Series(values, dtype="Float64")
    if kinds <= {str}:
        return pd.Series(values, dtype=TEXT_DTYPE)
    return pd.Series(values, dtype=object)
