"""Dates in place of the names of periods, if they are texts: of objects, or of a text file."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.calendar.period_names import PeriodNames
from anaplan_frames.codec.lenient_parsing import read_date
from anaplan_frames.errors import EncodingError
from anaplan_frames.writes.arrow_arrays import TEXT

Names = Callable[[], PeriodNames]
"""Returns the names of the model's periods; called only if there are dates instead of names."""

_ISO_DATE = r"^\d{4}-\d{2}-\d{2}$"


def with_period_names(texts: pa.Array, names: Names, scale: str | None) -> pa.Array:
    """Replace dates by the names of the periods that hold them.

    Parameters
    ----------
    texts : pa.Array of large_string
        Names of periods and ISO dates.
    names : callable
        Returns the names of the model's periods.
    scale : str or None
        The time scale of the periods.

    Returns
    -------
    pa.Array of large_string
        What is not a date, or lies in no period, stays as it is.
    """
    distinct = pc.drop_null(pc.unique(texts))
    days = distinct.filter(pc.match_substring_regex(distinct, _ISO_DATE))
    if not len(days):
        return texts
    known = names()
    found = pa.array([_name(text, known, scale) for text in days.to_pylist()], TEXT)
    return pc.coalesce(found.take(pc.index_in(texts, days)), texts)


def _name(text: str, names: PeriodNames, scale: str | None) -> str | None:
    """Return the name of the period that holds a day, None if there is none."""
    try:
        name: str | None = names.names(pa.array([read_date(text)], pa.date32()), scale)[0].as_py()
    except (EncodingError, ValueError):
        return None
    return name
