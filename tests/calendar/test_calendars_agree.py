"""The client's periods and the sandbox's, which were written apart, are the same."""

from __future__ import annotations

import datetime as dt
from itertools import product

import pytest

from anaplan_frames.calendar.calendar_settings import candidate_calendars
from anaplan_frames.calendar.calendars import Period
from anaplan_frames.sandbox import Calendar, ThirteenPeriods, WeekCalendar, WeeksGeneral
from anaplan_frames.sandbox.planning.time.timescale import Timescale

KINDS = {"half": "half_year", "all": "all_periods"}
TOTALS = {"quarters": True, "halves": True, "total": True}
FORMATS = ("Numbered", "Week Commencing", "Week Ending")

CALENDARS: list[Timescale] = [
    Calendar(2026),
    Calendar(2026, start_month=7, **TOTALS),
    Calendar(2026, past_years=20, future_years=50, quarters=False, year_digits=4),
    *(
        WeekCalendar(
            2023, past_years=3, future_years=6, grouping=grouping, week_format=form, **TOTALS
        )
        for grouping, form in product(("4-4-5", "4-5-4", "5-4-4"), FORMATS)
    ),
    *(
        WeekCalendar(
            2024,
            past_years=12,
            future_years=12,
            end_weekday=weekday,
            end_month=month,
            year_end=rule,
            extra_week=extra,
        )
        for weekday, month, rule, extra in product(
            (0, 5, 6), (1, 3, 12), ("last", "nearest"), (1, 12)
        )
    ),
    *(
        ThirteenPeriods(2026, past_years=5, future_years=5, extra_period=quarter, **TOTALS)
        for quarter in (1, 2, 3, 4)
    ),
    ThirteenPeriods(2026, extra_week=3, year_digits=4, week_format="Week Ending"),
    *(WeeksGeneral(dt.date(2026, 1, 7), weeks=60, week_format=form) for form in FORMATS),
]


def rows_of(periods: tuple[Period, ...]) -> list[tuple[object, ...]]:
    return [(p.name, p.kind, p.start, p.end, p.parent) for p in periods]


@pytest.mark.sampled(20)
@pytest.mark.parametrize("calendar", CALENDARS, ids=lambda calendar: type(calendar).__name__)
def test_the_settings_lead_to_the_same_periods(calendar: Timescale) -> None:
    names = {period.id: period.name for period in calendar.periods}
    expected = [
        (
            period.name,
            KINDS.get(period.level, period.level),
            period.start,
            period.end,
            period.parent and names[period.parent],
        )
        for period in calendar.periods
    ]
    found = [rows_of(reading.periods) for reading in candidate_calendars(calendar.settings())]
    assert expected in found
