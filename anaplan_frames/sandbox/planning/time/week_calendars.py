"""Calendars of weeks: 4-4-5 and its variants, 13 periods, and plain weeks.

A fiscal year ends on a given weekday near the end of a month, so it has 52 or 53 weeks. The service
calculates which from these settings, according to its help pages.
"""

from __future__ import annotations

import datetime
from abc import abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Literal, TypeAlias

from anaplan_frames.sandbox.planning.time.timescale import (
    DAY,
    MONTHS,
    FiscalYears,
    Level,
    Period,
    Timescale,
    period_id,
)

WeekFormat: TypeAlias = Literal["Numbered", "Week Commencing", "Week Ending"]
WEEK_FORMATS = ("Numbered", "Week Commencing", "Week Ending")
_WEEK = 7 * DAY
_QUARTERS = 4


@dataclass(frozen=True)
class _FiscalWeeks(FiscalYears):
    """Fiscal years of 52 or 53 weeks; weeks form blocks, and blocks form quarters.

    Parameters
    ----------
    week_format : {"Numbered", "Week Commencing", "Week Ending"}
        How weeks are named: by number, or by their first or last day.
    end_weekday : int
        The last day of weeks and of fiscal years; Monday is 0.
    end_month : int
        The month (1 to 12) at whose end fiscal years end.
    year_end : {"last", "nearest"}
        Whether that is the last such day in the month, or the one nearest to the month's end.
    extra_week : int
        The block (month or period, counted from 1) with one more week in a year of 53 weeks.

    See Also
    --------
    FiscalYears : the other parameters.
    """

    week_format: WeekFormat = "Numbered"
    end_weekday: int = 5
    end_month: int = 12
    year_end: Literal["last", "nearest"] = "last"
    extra_week: int = 12

    leaf: ClassVar[Level] = "week"

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_week_format(self.week_format)
        if not (0 <= self.end_weekday <= 6 and 1 <= self.end_month <= 12):
            raise ValueError("end_weekday must be 0 to 6, and end_month 1 to 12.")
        if self.year_end not in ("last", "nearest"):
            raise ValueError(f"year_end must be 'last' or 'nearest', not {self.year_end!r}.")
        if not 1 <= self.extra_week <= sum(self.blocks):
            raise ValueError(f"extra_week must be 1 to {sum(self.blocks)}, not {self.extra_week}.")

    @property
    @abstractmethod
    def blocks(self) -> tuple[int, ...]:
        """How many blocks each quarter has."""

    @abstractmethod
    def block_weeks(self, block: int) -> int:
        """Return how many weeks a block (counted from 1) has in a year of 52 weeks."""

    @abstractmethod
    def block(self, year: int, block: int) -> tuple[Level, int, str]:
        """Return level, id and name of a block, counted from 1."""

    def year_start(self, year: int) -> datetime.date:
        """Return the first day of a fiscal year."""
        return self._year_end(year - 1) + DAY

    def settings(self) -> dict[str, Any]:
        """Return ``modelCalendar`` of the API, without the current period."""
        return {
            **super().settings(),
            "extraWeekMonth": self.extra_week,
            "weekFormat": self.week_format,
        }

    def year_periods(self, year: int) -> Iterator[Period]:
        """Yield the periods of a fiscal year, without the year itself."""
        start = quarter_start = half_start = self.year_start(year)
        week = block = 0
        for quarter in range(1, _QUARTERS + 1):
            if quarter % 2:
                half_start = start
            quarter_start = start
            above = self.totals_above(year, quarter)[0]
            for _ in range(self.blocks[quarter - 1]):
                block += 1
                level, number, name = self.block(year, block)
                block_start = start
                for _ in range(self._weeks(year, block)):
                    week += 1
                    yield self._week(year, week, start, number)
                    start += _WEEK
                yield Period(number, name, level, block_start, start - DAY, above)
            yield from self.totals_after(year, quarter, quarter_start, half_start, start - DAY)

    def _week(self, year: int, week: int, start: datetime.date, above: int) -> Period:
        name = f"Week {week} {self.year_name(year)}"
        if self.week_format != "Numbered":
            name = _dated_name(self.week_format, start, self.digits)
        number = period_id("week", year * 100 + week)
        return Period(number, name, "week", start, start + _WEEK - DAY, above)

    def _weeks(self, year: int, block: int) -> int:
        """Return how many weeks a block has in this year."""
        days = (self.year_start(year + 1) - self.year_start(year)).days
        extra = days // 7 - 52 if block == self.extra_week else 0
        return self.block_weeks(block) + extra

    def _year_end(self, year: int) -> datetime.date:
        """Return the last day of a fiscal year."""
        next_month = year * 12 + self.end_month
        month_end = datetime.date(next_month // 12, next_month % 12 + 1, 1) - DAY
        latest = month_end if self.year_end == "last" else month_end + 3 * DAY
        return latest - (latest.weekday() - self.end_weekday) % 7 * DAY


@dataclass(frozen=True)
class WeekCalendar(_FiscalWeeks):
    """Weeks in twelve months of four or five weeks, three months to a quarter.

    Parameters
    ----------
    grouping : {"4-4-5", "4-5-4", "5-4-4"}
        Weeks of the three months of every quarter.

    See Also
    --------
    _FiscalWeeks, FiscalYears : the other parameters.
    """

    grouping: Literal["4-4-5", "4-5-4", "5-4-4"] = "4-4-5"

    type = "Weeks: 4-4-5, 4-5-4 or 5-4-4"

    def __post_init__(self) -> None:
        if self.grouping not in ("4-4-5", "4-5-4", "5-4-4"):
            raise ValueError(f"grouping must be 4-4-5, 4-5-4 or 5-4-4, not {self.grouping!r}.")
        super().__post_init__()

    @property
    def blocks(self) -> tuple[int, ...]:
        """How many months each quarter has."""
        return (3,) * _QUARTERS

    def block_weeks(self, block: int) -> int:
        """Return how many weeks a month (counted from 1) has in a year of 52 weeks."""
        return int(self.grouping.split("-")[(block - 1) % 3])

    def block(self, year: int, block: int) -> tuple[Level, int, str]:
        """Return level, id and name of a month; the last is the one in which the year ends."""
        months = year * 12 + self.end_month - 1 - (12 - block)
        named_year, month = months // 12, months % 12
        name = f"{MONTHS[month]} {self.digits(named_year)}"
        return "month", period_id("month", named_year * 100 + month + 1), name

    def settings(self) -> dict[str, Any]:
        """Return ``modelCalendar`` of the API, without the current period."""
        return {**super().settings(), "weekGrouping": self.grouping}


@dataclass(frozen=True)
class ThirteenPeriods(_FiscalWeeks):
    """Thirteen periods of four weeks; one quarter has four of them, the others three.

    Parameters
    ----------
    extra_period : {4, 1, 2, 3}
        The quarter of four periods.

    See Also
    --------
    _FiscalWeeks, FiscalYears : the other parameters.
    """

    extra_week: int = 13
    extra_period: Literal[1, 2, 3, 4] = 4

    type = "Weeks: 13 4-week Periods"

    def __post_init__(self) -> None:
        if self.extra_period not in (1, 2, 3, 4):
            raise ValueError(f"extra_period must be a quarter, 1 to 4, not {self.extra_period}.")
        super().__post_init__()

    @property
    def blocks(self) -> tuple[int, ...]:
        """How many periods each quarter has."""
        return tuple(3 + (quarter == self.extra_period) for quarter in range(1, _QUARTERS + 1))

    def block_weeks(self, block: int) -> int:
        """Return how many weeks a period has in a year of 52 weeks."""
        return 4

    def block(self, year: int, block: int) -> tuple[Level, int, str]:
        """Return level, id and name of a period."""
        return "period", period_id("period", year * 100 + block), f"P{block} {self.year_name(year)}"

    def totals(self) -> dict[str, Any]:
        """Return ``totalsSelection`` of the API."""
        return {**super().totals(), "extraMonthQuarter": self.extra_period}


@dataclass(frozen=True)
class WeeksGeneral(Timescale):
    """A number of weeks from a first day, without years and totals.

    Parameters
    ----------
    start_date : date
    weeks : int
    week_format : {"Numbered", "Week Commencing", "Week Ending"}
        How weeks are named: by number, or by their first or last day.
    """

    start_date: datetime.date
    weeks: int = 52
    week_format: WeekFormat = "Numbered"

    type = "Weeks: General"
    leaf: ClassVar[Level] = "week"

    def __post_init__(self) -> None:
        _check_week_format(self.week_format)
        if self.weeks < 1:
            raise ValueError(f"weeks must be at least 1, not {self.weeks}.")

    @cached_property
    def periods(self) -> tuple[Period, ...]:
        """All weeks in their order."""
        return tuple(self._week(number) for number in range(1, self.weeks + 1))

    def settings(self) -> dict[str, Any]:
        """Return ``modelCalendar`` of the API, without the current period."""
        return {
            "calendarType": self.type,
            "startDate": self.start_date.isoformat(),
            "weeksCount": self.weeks,
            "weekFormat": self.week_format,
        }

    def _week(self, number: int) -> Period:
        start = self.start_date + (number - 1) * _WEEK
        name = f"Week {number}"
        if self.week_format != "Numbered":
            name = _dated_name(self.week_format, start, lambda year: f"{year % 100:02d}")
        return Period(period_id("week", number), name, "week", start, start + _WEEK - DAY, None)


def _dated_name(week_format: WeekFormat, start: datetime.date, digits: Callable[[int], str]) -> str:
    """Name a week by its first or last day; the format in the service is not documented."""
    commencing = week_format == "Week Commencing"
    day = start if commencing else start + _WEEK - DAY
    words = "W/c" if commencing else "W/e"
    return f"{words} {day.day} {MONTHS[day.month - 1]} {digits(day.year)}"


def _check_week_format(given: str) -> None:
    if given not in WEEK_FORMATS:
        raise ValueError(f"week_format must be one of {', '.join(WEEK_FORMATS)}, not {given!r}.")
