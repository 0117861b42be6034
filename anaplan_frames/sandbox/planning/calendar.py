"""The calendar of a model: its periods, their names, and which add up to which."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LEVELS = {"month": 1, "quarter": 2, "half": 3, "year": 4}


@dataclass(frozen=True, slots=True)
class Period:
    """A month, quarter, half-year or year.

    Attributes
    ----------
    parent : int or None
        The id of the period that this one adds up to.
    """

    id: int
    name: str
    level: str
    start: datetime.date
    end: datetime.date
    parent: int | None


@dataclass(frozen=True)
class Calendar:
    """Calendar months, with totals by quarter, perhaps by half-year, and by year.

    Parameters
    ----------
    year : int
        The current fiscal year, named after the calendar year in which it ends.
    past_years, future_years : int
        Further fiscal years before and after it.
    start_month : int
        The month (1 to 12) in which fiscal years start.
    quarters, halves : bool
        Which totals there are beside the year's.
    """

    year: int
    past_years: int = 1
    future_years: int = 1
    start_month: int = 1
    quarters: bool = True
    halves: bool = False

    type = "Calendar Months"

    def __post_init__(self) -> None:
        if not 1 <= self.start_month <= 12:
            raise ValueError(f"start_month must be 1 to 12, not {self.start_month}.")
        if self.past_years < 0 or self.future_years < 0:
            raise ValueError("past_years and future_years must not be negative.")

    @classmethod
    def default(cls) -> Calendar:
        """Return last, this and next calendar year."""
        return cls(datetime.date.today().year)

    @cached_property
    def periods(self) -> tuple[Period, ...]:
        """All periods in their order, a total after what it adds up."""
        years = range(self.year - self.past_years, self.year + self.future_years + 1)
        return tuple(period for year in years for period in self._year(year))

    @property
    def start(self) -> datetime.date:
        """The first day of the current fiscal year."""
        return self._first_day(self.year, 0)

    @property
    def end(self) -> datetime.date:
        """The last day of the current fiscal year."""
        return self._first_day(self.year + 1, 0) - datetime.timedelta(days=1)

    def _year(self, year: int) -> Iterator[Period]:
        """Give the periods of one fiscal year."""
        suffix = f"FY{year % 100:02d}"
        year_id = _period_id("year", year)
        for month in range(12):
            quarter, half = month // 3 + 1, month // 6 + 1
            half_id = _period_id("half", year * 10 + half) if self.halves else year_id
            quarter_id = _period_id("quarter", year * 10 + quarter) if self.quarters else half_id
            first = self._first_day(year, month)
            name = f"{_MONTHS[first.month - 1]} {first.year % 100:02d}"
            yield self._period(
                "month", first.year * 100 + first.month, name, year, month, 1, quarter_id
            )
            if self.quarters and month % 3 == 2:
                name = f"Q{quarter} {suffix}"
                yield self._period(
                    "quarter", year * 10 + quarter, name, year, month - 2, 3, half_id
                )
            if self.halves and month % 6 == 5:
                name = f"H{half} {suffix}"
                yield self._period("half", year * 10 + half, name, year, month - 5, 6, year_id)
        yield self._period("year", year, suffix, year, 0, 12, None)

    def _period(
        self, level: str, number: int, name: str, year: int, month: int, months: int, up: int | None
    ) -> Period:
        start = self._first_day(year, month)
        end = self._first_day(year, month + months) - datetime.timedelta(days=1)
        return Period(_period_id(level, number), name, level, start, end, up)

    def _first_day(self, year: int, month: int) -> datetime.date:
        """Return the first day of a fiscal year's month, counted from 0."""
        ends_next_year = self.start_month > 1
        months = (year - ends_next_year) * 12 + self.start_month - 1 + month
        return datetime.date(months // 12, months % 12 + 1, 1)


def _period_id(level: str, number: int) -> int:
    """Return an id of 12 digits that does not depend on the calendar's extent."""
    return int(f"204{_LEVELS[level]}{number:08d}")
