"""The periods of a model's calendar, worked out from its settings.

Anaplan has four calendars: months, weeks in months (4-4-5, 4-5-4, 5-4-4), thirteen periods of four
weeks, and plain weeks. How their years end and how periods are named is from its help pages.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal[
    "week",
    "month",
    "period",
    "quarter",
    "half_year",
    "year",
    "year_to_date",
    "year_to_go",
    "all_periods",
]
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAY = dt.timedelta(days=1)
WEEK = 7 * DAY
_FIRST, _LAST = 2, 9998  # years whose neighbors are dates, too


@dataclass(frozen=True, slots=True)
class Period:
    """One period of a calendar.

    Attributes
    ----------
    start, end : date
        Its first and its last day.
    fiscal_year : str or None
        The name of the fiscal year that it is in.
    parent : str or None
        The name of the next longer period that it adds up to.
    aliases : tuple of str
        Names that it has under other settings of the calendar.
    """

    name: str
    kind: Kind
    start: dt.date
    end: dt.date
    fiscal_year: str | None = None
    parent: str | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Labels:
    """How names are written.

    Attributes
    ----------
    prefix : str
        The text before a fiscal year's digits: ``FY``.
    digits : int
        How many digits a year has, 2 or 4.
    weeks : str
        ``Numbered``, ``Week Commencing`` or ``Week Ending``.
    period : str
        The text before the number of a four-week period: ``P``.
    """

    prefix: str = "FY"
    digits: int = 2
    weeks: str = "Numbered"
    period: str = "P"

    def year(self, number: int) -> str:
        """Return a calendar year as names show it."""
        return f"{number % 100:02d}" if self.digits == 2 else f"{number:04d}"

    def fiscal_year(self, number: int) -> str:
        """Return the name of a fiscal year."""
        return self.prefix + self.year(number)

    def week(self, start: dt.date, number: str) -> tuple[str, ...]:
        """Return the names of a week; the first is the one that this calendar uses."""
        names = {
            "Numbered": f"Week {number}",
            "Week Commencing": f"W/c {self._day(start)}",
            "Week Ending": f"W/e {self._day(start + 6 * DAY)}",
        }
        used = names.pop(self.weeks, None) or names.pop("Numbered")
        return used, *names.values()

    def _day(self, day: dt.date) -> str:
        return f"{day.day} {MONTHS[day.month - 1]} {self.year(day.year)}"


@dataclass(frozen=True, slots=True)
class Totals:
    """Which totals a calendar has in addition to those of its years."""

    quarters: bool = False
    half_years: bool = False
    year_to_date: bool = False
    year_to_go: bool = False
    all_periods: bool = False


class Calendar(ABC):
    """A calendar: its periods, and those of other years."""

    labels: Labels

    @property
    @abstractmethod
    def periods(self) -> tuple[Period, ...]:
        """All periods in Anaplan's order, totals after their periods."""

    @abstractmethod
    def around(self, year: int) -> tuple[Period, ...]:
        """Return all periods that a name with this calendar year may mean, or that hold its days.

        They may be outside of the calendar: a module can have a time range of its own.
        """


@dataclass(frozen=True)
class PlainWeeks(Calendar):
    """Weeks from a first day on ("Weeks: General"), without years and totals."""

    labels: Labels
    first_day: dt.date
    count: int

    @cached_property
    def periods(self) -> tuple[Period, ...]:
        """All weeks, in order."""
        starts = (self.first_day + number * WEEK for number in range(self.count))
        return tuple(_week(self.labels, start, str(i)) for i, start in enumerate(starts, start=1))

    def around(self, year: int) -> tuple[Period, ...]:
        """Return all weeks, because there are no others."""
        return self.periods


@dataclass(frozen=True)
class FiscalCalendar(Calendar):
    """Fiscal years of months or four-week periods, which make up quarters and half-years.

    Attributes
    ----------
    current : int
        The current fiscal year, by the number in its name.
    past, future : int
        How many years there are before and after it.
    start : callable
        Gives the first day of the fiscal year of a number.
    current_end : date or None
        Last day of the current period, if one is set.
    """

    labels: Labels
    totals: Totals
    current: int
    past: int
    future: int
    start: Callable[[int], dt.date]
    current_end: dt.date | None

    @cached_property
    def periods(self) -> tuple[Period, ...]:
        """All periods in Anaplan's order, totals after their periods."""
        first, last = self.current - self.past, self.current + self.future
        periods = [p for year in range(first, last + 1) for p in self._year(year)]
        if not self.totals.all_periods:
            return tuple(periods)
        whole = Period("All Periods", "all_periods", self.start(first), self.start(last + 1) - DAY)
        return (*(replace(p, parent=p.parent or _parent_of_all(p)) for p in periods), whole)

    def around(self, year: int) -> tuple[Period, ...]:
        """Return the periods of the three fiscal years about a calendar year."""
        if not _FIRST <= year <= _LAST:
            return ()
        return tuple(p for number in (year - 1, year, year + 1) for p in self._plain_year(number))

    def _year(self, number: int) -> Iterator[Period]:
        """Yield a year's periods, with the totals up to and after the current period."""
        yield from self._plain_year(number)
        name, start, end = self.labels.fiscal_year(number), *self._span(number)
        if self.current_end is None or not start <= self.current_end <= end:
            return
        if self.totals.year_to_date:
            yield Period("YTD", "year_to_date", start, self.current_end, name)
        if self.totals.year_to_go and self.current_end < end:
            yield Period("YTG", "year_to_go", self.current_end + DAY, end, name)

    def _plain_year(self, number: int) -> Iterator[Period]:
        year = self.labels.fiscal_year(number)
        start, end = self._span(number)
        quarters = self._quarters(number)
        for quarter, blocks in enumerate(quarters, start=1):
            half = (quarter + 1) // 2
            above_half = f"H{half} {year}" if self.totals.half_years else year
            above = f"Q{quarter} {year}" if self.totals.quarters else above_half
            for block in blocks:
                for week in self._weeks_of(number, block):
                    yield replace(week, fiscal_year=year, parent=block.name)
                yield replace(block, fiscal_year=year, parent=above)
            first, last = blocks[0].start, blocks[-1].end
            if self.totals.quarters:
                yield Period(f"Q{quarter} {year}", "quarter", first, last, year, above_half)
            if self.totals.half_years and quarter % 2 == 0:
                half_start = quarters[quarter - 2][0].start
                yield Period(f"H{half} {year}", "half_year", half_start, last, year, year)
        yield Period(year, "year", start, end, year)

    def _span(self, number: int) -> tuple[dt.date, dt.date]:
        return self.start(number), self.start(number + 1) - DAY

    @abstractmethod
    def _quarters(self, number: int) -> list[list[Period]]:
        """Return the months or four-week periods of a fiscal year, by quarter."""

    def _weeks_of(self, number: int, block: Period) -> Iterable[Period]:
        """Return the weeks of a month or four-week period, if the calendar has weeks."""
        return ()


@dataclass(frozen=True)
class Months(FiscalCalendar):
    """Calendar months."""

    def _quarters(self, number: int) -> list[list[Period]]:
        first = self.start(number)
        starts = [month_start(first, months) for months in range(13)]
        blocks = [
            Period(f"{MONTHS[s.month - 1]} {self.labels.year(s.year)}", "month", s, e - DAY)
            for s, e in pairwise(starts)
        ]
        return [blocks[i : i + 3] for i in range(0, 12, 3)]


@dataclass(frozen=True)
class FiscalWeeks(FiscalCalendar):
    """Weeks, grouped in months of four or five, or in thirteen periods of four.

    Attributes
    ----------
    lengths : tuple of tuple of int
        Weeks of each month or period, by quarter, in a year of 52 weeks.
    extra : int
        The month or period, counted from 1, that has the 53rd week.
    """

    lengths: tuple[tuple[int, ...], ...]
    extra: int

    def _quarters(self, number: int) -> list[list[Period]]:
        start, end = self._span(number)
        extra = ((end - start).days + 1) // 7 - 52
        quarters: list[list[Period]] = []
        place = 0
        for lengths in self.lengths:
            quarters.append([])
            for length in lengths:
                place += 1
                after = start + (length + (extra if place == self.extra else 0)) * WEEK
                name, kind = self._block(number, place)
                quarters[-1].append(Period(name, kind, start, after - DAY))
                start = after
        return quarters

    def _block(self, number: int, place: int) -> tuple[str, Kind]:
        """Name a month or period; the last month is the one at whose end the year ends."""
        count = sum(map(len, self.lengths))
        if count != 12:
            return f"{self.labels.period}{place} {self.labels.fiscal_year(number)}", "period"
        month = month_start(end_month(self._span(number)[1]), place - count)
        return f"{MONTHS[month.month - 1]} {self.labels.year(month.year)}", "month"

    def _weeks_of(self, number: int, block: Period) -> Iterable[Period]:
        year, first = self.labels.fiscal_year(number), self.start(number)
        start = block.start
        while start < block.end:
            yield _week(self.labels, start, f"{(start - first).days // 7 + 1} {year}")
            start += WEEK


def month_start(day: dt.date, months: int = 0) -> dt.date:
    """Return the first day of the month so many months after that of `day`."""
    count = day.year * 12 + day.month - 1 + months
    return dt.date(count // 12, count % 12 + 1, 1)


def end_month(year_end: dt.date) -> dt.date:
    """Return the first day of the month at whose end a fiscal year of weeks ends.

    The year ends in the month's last seven days, or at most three days after it.
    """
    return month_start(year_end - 3 * DAY)


def _week(labels: Labels, start: dt.date, number: str) -> Period:
    name, *aliases = labels.week(start, number)
    return Period(name, "week", start, start + WEEK - DAY, aliases=tuple(aliases))


def _parent_of_all(period: Period) -> str | None:
    return "All Periods" if period.kind == "year" else None
