"""The calendar of months, with totals by quarter, half-year and year."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from anaplan_frames.sandbox.planning.time.timescale import (
    DAY,
    MONTHS,
    FiscalYears,
    Level,
    Period,
    period_id,
)


@dataclass(frozen=True)
class Calendar(FiscalYears):
    """Calendar months, with totals by year and, as chosen, by quarter and half-year.

    Parameters
    ----------
    start_month : int
        The month (1 to 12) in which fiscal years start.

    See Also
    --------
    FiscalYears : the other parameters.
    """

    start_month: int = 1

    type = "Calendar Months/Quarters/Years"
    leaf: ClassVar[Level] = "month"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= self.start_month <= 12:
            raise ValueError(f"start_month must be 1 to 12, not {self.start_month}.")

    @classmethod
    def default(cls) -> Calendar:
        """Return a calendar of last, this and next calendar year."""
        return cls(datetime.date.today().year)

    def year_start(self, year: int) -> datetime.date:
        """Return the first day of a fiscal year."""
        return self._first_day(year, 0)

    def year_periods(self, year: int) -> Iterator[Period]:
        """Yield the periods of a fiscal year, without the year itself."""
        for month in range(12):
            quarter = month // 3 + 1
            first, end = self._first_day(year, month), self._first_day(year, month + 1) - DAY
            name = f"{MONTHS[first.month - 1]} {self.digits(first.year)}"
            number = period_id("month", first.year * 100 + first.month)
            yield Period(number, name, "month", first, end, self.totals_above(year, quarter)[0])
            if month % 3 == 2:
                quarter_start = self._first_day(year, month - 2)
                half_start = self._first_day(year, max(0, month - 5))
                yield from self.totals_after(year, quarter, quarter_start, half_start, end)

    def _first_day(self, year: int, month: int) -> datetime.date:
        """Return the first day of a fiscal year's month, counted from 0."""
        ends_next_year = self.start_month > 1
        months = (year - ends_next_year) * 12 + self.start_month - 1 + month
        return datetime.date(months // 12, months % 12 + 1, 1)
