"""What all calendars share: periods, their names and totals, and fiscal years."""

from __future__ import annotations

import datetime
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, Literal, TypeAlias

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAY = datetime.timedelta(days=1)

Level: TypeAlias = Literal["week", "month", "period", "quarter", "half", "year", "all"]
_LEVELS: dict[str, int] = {
    "month": 1,
    "quarter": 2,
    "half": 3,
    "year": 4,
    "week": 5,
    "period": 6,
    "all": 7,
}
# Years of two digits go up to 2078 (documented); the others are taken as the years before that.
_FIRST_YEAR, _LAST_YEAR = 1979, 2078


@dataclass(frozen=True, slots=True)
class Period:
    """A week, month, four-week period, quarter, half-year, year, or the total of all.

    Attributes
    ----------
    id : int
        12 digits, which do not depend on the extent of the calendar.
    level : str
        One of `Level`.
    start, end : date
        The first and the last day.
    parent : int or None
        The id of the period that this one is a part of.
    """

    id: int
    name: str
    level: Level
    start: datetime.date
    end: datetime.date
    parent: int | None


class Timescale(ABC):
    """A calendar: periods, of which the smallest hold the data.

    Attributes
    ----------
    type : str
        ``calendarType`` of the API.
    leaf : str
        The level of the smallest periods.
    """

    type: ClassVar[str]
    leaf: ClassVar[Level]

    @property
    @abstractmethod
    def periods(self) -> tuple[Period, ...]:
        """All periods in their order; a total comes after its parts."""

    @cached_property
    def leaves(self) -> tuple[Period, ...]:
        """The smallest periods, in their order."""
        return tuple(period for period in self.periods if period.level == self.leaf)

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """The levels of its periods, the smallest first."""
        return tuple(dict.fromkeys(period.level for period in self.periods))

    @property
    def first_day(self) -> datetime.date:
        """The first day of the whole timescale."""
        return self.leaves[0].start

    @property
    def last_day(self) -> datetime.date:
        """The last day of the whole timescale."""
        return self.leaves[-1].end

    def at(self, day: datetime.date) -> Period | None:
        """Return the smallest period that contains a day; None outside the timescale."""
        return next((period for period in self.leaves if period.start <= day <= period.end), None)

    @abstractmethod
    def settings(self) -> dict[str, Any]:
        """Return ``modelCalendar`` of the API, without the current period."""


@dataclass(frozen=True)
class FiscalYears(Timescale):
    """A calendar of fiscal years: the current one, some before, some after.

    Parameters
    ----------
    year : int
        The current fiscal year, named after the calendar year in which it ends.
    past_years, future_years : int
        Further fiscal years before and after it.
    quarters, halves, total : bool
        Which totals there are in addition to the year; `total` is the total of all periods.
    year_to_date, year_to_go : bool
        Whether the year of the current period has totals up to this period and after it.
    year_digits : {2, 4}
        Digits of years in names.
    """

    year: int
    past_years: int = 1
    future_years: int = 1
    _: KW_ONLY
    quarters: bool = True
    halves: bool = False
    total: bool = False
    year_to_date: bool = False
    year_to_go: bool = False
    year_digits: Literal[2, 4] = 2

    def __post_init__(self) -> None:
        if self.past_years < 0 or self.future_years < 0:
            raise ValueError("past_years and future_years must not be negative.")
        if self.year_digits not in (2, 4):
            raise ValueError(f"year_digits must be 2 or 4, not {self.year_digits}.")
        first, last = self.year - self.past_years, self.year + self.future_years
        if self.year_digits == 2 and not _FIRST_YEAR <= first <= last <= _LAST_YEAR:
            raise ValueError(f"Years of two digits must be {_FIRST_YEAR} to {_LAST_YEAR}.")

    @abstractmethod
    def year_start(self, year: int) -> datetime.date:
        """Return the first day of a fiscal year."""

    @abstractmethod
    def year_periods(self, year: int) -> Iterator[Period]:
        """Yield the periods of a fiscal year, without the year itself."""

    @cached_property
    def periods(self) -> tuple[Period, ...]:
        """All periods in their order; a total comes after its parts."""
        return tuple(self._periods())

    @property
    def start(self) -> datetime.date:
        """The first day of the current fiscal year."""
        return self.year_start(self.year)

    @property
    def end(self) -> datetime.date:
        """The last day of the current fiscal year."""
        return self.year_start(self.year + 1) - DAY

    def settings(self) -> dict[str, Any]:
        """Return ``modelCalendar`` of the API, without the current period."""
        return {
            "calendarType": self.type,
            "fiscalYear": self.fiscal_year(),
            "pastYearsCount": self.past_years,
            "futureYearsCount": self.future_years,
            "totalsSelection": self.totals(),
        }

    def fiscal_year(self) -> dict[str, str]:
        """Return ``fiscalYear`` of the API: the current fiscal year and its dates."""
        name = self.year_name(self.year)
        dates = {"startDate": self.start.isoformat(), "endDate": self.end.isoformat()}
        return {"year": name, **dates}

    def totals(self) -> dict[str, Any]:
        """Return ``totalsSelection`` of the API.

        A flag is documented as isQuarterTotals, but clients read quarterTotals: both are sent.
        """
        flags = {
            "quarterTotals": self.quarters,
            "halfYearTotals": self.halves,
            "yearToDateSummary": self.year_to_date,
            "yearToGoSummary": self.year_to_go,
            "totalOfAllPeriods": self.total,
        }
        return {**flags, **{f"is{name[0].upper()}{name[1:]}": on for name, on in flags.items()}}

    def moved(self, label: str) -> FiscalYears:
        """Return this calendar with another current fiscal year, such as ``FY21``.

        Raises
        ------
        ValueError
            If it is not a fiscal year, or one out of range.
        """
        found = re.fullmatch(rf"FY(\d{{{self.year_digits}}})", label)
        if found is None:
            raise ValueError(f"{label!r} is not a fiscal year such as {self.year_name(self.year)}.")
        year = int(found[1])
        if self.year_digits == 2:
            year += 2000 if year + 2000 <= _LAST_YEAR else 1900
        return replace(self, year=year)

    def year_name(self, year: int) -> str:
        """Return the name of a fiscal year."""
        return f"FY{self.digits(year)}"

    def digits(self, year: int) -> str:
        """Return a year as names show it."""
        return f"{year % 100:02d}" if self.year_digits == 2 else f"{year:04d}"

    def totals_above(self, year: int, quarter: int) -> tuple[int, int]:
        """Return the ids of the parents of a quarter's smaller periods and of the quarter."""
        year_id = period_id("year", year)
        half = (quarter + 1) // 2
        above_quarter = period_id("half", year * 10 + half) if self.halves else year_id
        return period_id("quarter", year * 10 + quarter) if self.quarters else above_quarter, (
            above_quarter
        )

    def totals_after(
        self,
        year: int,
        quarter: int,
        quarter_start: datetime.date,
        half_start: datetime.date,
        end: datetime.date,
    ) -> Iterator[Period]:
        """Yield the totals that end with a quarter: the quarter and the half-year."""
        suffix = self.year_name(year)
        if self.quarters:
            number = period_id("quarter", year * 10 + quarter)
            above = self.totals_above(year, quarter)[1]
            yield Period(number, f"Q{quarter} {suffix}", "quarter", quarter_start, end, above)
        if self.halves and quarter % 2 == 0:
            half = quarter // 2
            number = period_id("half", year * 10 + half)
            above = period_id("year", year)
            yield Period(number, f"H{half} {suffix}", "half", half_start, end, above)

    def _periods(self) -> Iterator[Period]:
        first, last = self.year - self.past_years, self.year + self.future_years
        total = period_id("all", 0) if self.total else None
        for year in range(first, last + 1):
            yield from self.year_periods(year)
            start, end = self.year_start(year), self.year_start(year + 1) - DAY
            yield Period(period_id("year", year), self.year_name(year), "year", start, end, total)
        if total is not None:
            start, end = self.year_start(first), self.year_start(last + 1) - DAY
            yield Period(total, "All Periods", "all", start, end, None)


def period_id(level: Level, number: int) -> int:
    """Return an id of 12 digits that does not depend on the calendar's extent."""
    return int(f"204{_LEVELS[level]}{number:08d}")


def year_of(year: Period) -> int:
    """Return the number of a fiscal year, which its id holds."""
    return year.id % 10**8
