"""Dates as Anaplan reads them: ISO days."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from anaplan_frames.codec.value_location import ValueLocation

TIME_OF_DAY = (
    "has a time of day, but a date in Anaplan is a day. Drop the time with .dt.normalize(), or "
    "send it as text with .dt.strftime()."
)
_YEARS = "has a year that a date cannot have (0001 to 9999). Correct it, or leave it empty."
_FIRST_DAY, _LAST_DAY = -719_162, 2_932_896  # 0001-01-01 and 9999-12-31, from 1970-01-01


def render_dates(column: pa.Array, location: ValueLocation) -> pa.Array:
    """Return dates and timestamps as ``date32``, whose cast to text is ISO.

    A timestamp with a time zone is the day that its wall clock shows.

    Raises
    ------
    EncodingError
        If a timestamp is not at midnight, or a year does not have four digits.
    """
    days = column
    if pt.is_timestamp(column.type):
        days = _days(pc.local_timestamp(column) if column.type.tz else column, location)
    elif pt.is_date64(column.type):
        days = _days(pc.cast(column, pa.timestamp("ms")), location)
    extremes = pc.min_max(pc.cast(days, pa.int32()))
    first, last = extremes["min"].as_py(), extremes["max"].as_py()
    if first is not None and (first < _FIRST_DAY or last > _LAST_DAY):
        _refuse_years(days, location)
    return days


def _days(moments: pa.Array, location: ValueLocation) -> pa.Array:
    """Return the days of time stamps without a zone, all of which must be midnights."""
    days = pc.cast(moments, pa.date32())
    # Compared as time stamps of seconds or finer, which hold every day that they came from.
    at_midnight = pc.equal(pc.cast(days, moments.type, safe=False), moments)
    if pc.all(at_midnight).as_py() is False:
        position = pc.index(at_midnight, False).as_py()
        raise location.encoding_error(position, _shown(moments, position), TIME_OF_DAY)
    return days


def _refuse_years(days: pa.Array, location: ValueLocation) -> None:
    numbers = pc.cast(days, pa.int32())
    outside = pc.or_(pc.less(numbers, _FIRST_DAY), pc.greater(numbers, _LAST_DAY))
    position = pc.index(outside, True).as_py()
    raise location.encoding_error(position, _shown(days, position), _YEARS)


def _shown(values: pa.Array, position: int) -> str:
    return str(pc.cast(values.slice(position, 1), pa.string())[0].as_py())
