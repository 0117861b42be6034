"""The names of periods converted to dates and back, by a model's calendar."""

from __future__ import annotations

import datetime as dt
import re
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.calendar.calendar_settings import full_year
from anaplan_frames.calendar.calendars import MONTHS, Calendar, Kind, Period
from anaplan_frames.codec.dates import render_dates
from anaplan_frames.codec.value_location import ValueLocation
from anaplan_frames.errors import EncodingError
from anaplan_frames.messages import near_names

_TIME = ValueLocation("Time", 0)
_YEAR = re.compile(r".*?(\d{2}|\d{4})")
_DAY = re.compile(r"(\d{1,2}) ([A-Za-z]{3}) (\d{2}|\d{4})")
_ZEROS = re.compile(r"\b0+(?=\d)")
_SPACES = re.compile(r"\s+")


class PeriodNames:
    """Converts names of periods to dates, and dates to names.

    Periods outside of the calendar are known, too: a module can have a time range of its own.

    Parameters
    ----------
    calendar : Calendar
        The model's.
    """

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._own = {_key(name): p for p in calendar.periods for name in (p.name, *p.aliases)}
        self._years: dict[int, tuple[Period, ...]] = {}
        self._names: dict[int, dict[str, Period]] = {}

    def dates(
        self,
        names: pa.Array,
        at: Literal["start", "end"] = "start",
        location: ValueLocation = _TIME,
    ) -> pa.Array:
        """Return the first or last day of each period.

        Parameters
        ----------
        names : pyarrow.Array of string
            Such as ``Jan 26``, ``Q1 FY26``, ``Week 1 FY26``, ``W/c 23 Jan 26``, ``23 Jan 26``.
        at : {"start", "end"}
            Which day of a period is returned.
        location : ValueLocation, optional
            The column and first row, for messages.

        Returns
        -------
        pyarrow.Array of date32
            Null if the name is null or empty.

        Raises
        ------
        EncodingError
            If a name is not that of a period; names column and row.
        """
        coded = pc.dictionary_encode(pc.cast(names, pa.string()))
        days = [self._day(name, at) for name in coded.dictionary.to_pylist()]
        if None in days:
            unknown = [i for i, day in enumerate(days) if day is None]
            bad = {i for i in unknown if coded.dictionary[i].as_py().strip()}
            for position, index in enumerate(coded.indices.to_pylist() if bad else ()):
                if index in bad:
                    raise self._unknown(coded.dictionary[index].as_py(), position, location)
        return pa.array(days, pa.date32()).take(coded.indices)

    def names(
        self, dates: pa.Array, scale: str | None = None, location: ValueLocation = _TIME
    ) -> pa.Array:
        """Return the names of the periods that hold each day.

        Parameters
        ----------
        dates : pyarrow.Array of date or timestamp
            Time stamps must be at midnight.
        scale : str, optional
            The time scale as line items have it: ``Day``, ``Week``, ``Month``, ``Quarter``,
            ``Half-Year`` or ``Year``. By default the calendar's shortest periods.
        location : ValueLocation, optional
            The column and first row, for messages.

        Returns
        -------
        pyarrow.Array of string
            Null if the date is null.

        Raises
        ------
        EncodingError
            If the calendar has no such scale, or no period holds a day; names column and row.
        """
        coded = pc.dictionary_encode(render_dates(dates, location))
        kind = self._kind(scale)
        found = [self._name(day, kind) for day in coded.dictionary.to_pylist()]
        if None in found:
            position = pc.index(coded.indices, pa.scalar(found.index(None), pa.int32())).as_py()
            day = coded.dictionary[coded.indices[position].as_py()].as_py()
            raise location.encoding_error(
                position,
                day.isoformat(),
                "is not in any period of the model's calendar. Leave such rows out, or extend the "
                "calendar in the model's time settings.",
            )
        return pa.array(found, pa.string()).take(coded.indices)

    def scale_of(self, name: str) -> str | None:
        """Return the kind of a period such as ``month`` or ``year``; None if it is not known."""
        period = self._find(name)
        if period is not None:
            return period.kind
        return None if _named_day(name) is None else "day"

    def kind_of_scale(self, scale: str | None) -> str:
        """Return the kind of the periods of a line item's time scale; see `names`."""
        return self._kind(scale)

    def _day(self, name: str, at: str) -> dt.date | None:
        period = self._find(name)
        if period is None:
            return _named_day(name)
        return period.start if at == "start" else period.end

    def _find(self, name: str) -> Period | None:
        key = _key(name)
        if key in self._own:
            return self._own[key]
        year = _YEAR.fullmatch(key)
        return self._of_year(full_year(year[1])).get(key) if year else None

    def _of_year(self, year: int) -> dict[str, Period]:
        if year not in self._names:
            periods = self._around(year)
            self._names[year] = {_key(n): p for p in periods for n in (p.name, *p.aliases)}
        return self._names[year]

    def _around(self, year: int) -> tuple[Period, ...]:
        if year not in self._years:
            self._years[year] = self._calendar.around(year)
        return self._years[year]

    def _kind(self, scale: str | None) -> Kind | Literal["day"]:
        kinds = dict.fromkeys(p.kind for p in self._calendar.periods)
        if not scale or scale == "Not Applicable":
            return next(iter(kinds))
        asked = scale.strip().lower().replace("-", "_").replace(" ", "_")
        if asked == "day":
            return "day"
        for kind in kinds:
            if kind == asked or (kind == "period" and asked == "month"):
                return kind
        raise EncodingError(
            f"The model's calendar has no periods of the scale {scale!r}, only "
            f"{', '.join(kinds)}. Give the names of the periods instead of dates."
        )

    def _name(self, day: dt.date | None, kind: str) -> str | None:
        """Name the period that holds a day; None if the name would mean another century."""
        if day is None:
            return None
        if kind == "day":
            name = f"{day.day} {MONTHS[day.month - 1]} {self._calendar.labels.year(day.year)}"
            return name if _named_day(name) == day else None
        holds = (p for p in self._around(day.year) if p.kind == kind and p.start <= day <= p.end)
        period = next(holds, None)
        meant = self._find(period.name) if period else None
        return meant.name if meant and meant.start <= day <= meant.end else None

    def _unknown(self, name: str, position: int, location: ValueLocation) -> EncodingError:
        near = near_names(name, [period.name for period in self._calendar.periods])
        return location.encoding_error(
            position, name, f"is not a period of the model's calendar.{near}"
        )


def _key(name: str) -> str:
    """Return a name for comparing: without case, extra spaces and zeros before a number."""
    return _ZEROS.sub("", _SPACES.sub(" ", name.strip()).casefold())


def _named_day(name: str) -> dt.date | None:
    """Return the day of a name such as ``23 Jan 26``, on the time scale of days."""
    found = _DAY.fullmatch(name.strip())
    if found is None or found[2].title() not in MONTHS:
        return None
    try:
        return dt.date(full_year(found[3]), MONTHS.index(found[2].title()) + 1, int(found[1]))
    except ValueError:
        return None
