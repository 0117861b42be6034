"""Calendars: their periods, names and totals."""

from __future__ import annotations

import collections
import datetime
from itertools import pairwise
from typing import Any

import pytest

from anaplan_frames.sandbox import Calendar, ThirteenPeriods, WeekCalendar, WeeksGeneral
from anaplan_frames.sandbox.planning.time.timescale import FiscalYears, Period, Timescale


def test_a_year_of_months_has_quarters_and_a_total_after_their_parts() -> None:
    names = [period.name for period in Calendar(2013, 0, 0).periods]
    assert names == [
        *("Jan 13", "Feb 13", "Mar 13", "Q1 FY13", "Apr 13", "May 13", "Jun 13", "Q2 FY13"),
        *("Jul 13", "Aug 13", "Sep 13", "Q3 FY13", "Oct 13", "Nov 13", "Dec 13", "Q4 FY13"),
        "FY13",
    ]


def test_half_years_are_between_quarters_and_the_year() -> None:
    periods = {period.name: period for period in Calendar(2013, 0, 0, halves=True).periods}
    by_id = {period.id: period.name for period in periods.values()}
    above = {
        name: by_id[period.parent] if period.parent else None for name, period in periods.items()
    }
    assert above["Jul 13"] == "Q3 FY13"
    assert above["Q3 FY13"] == "H2 FY13"
    assert above["H2 FY13"] == "FY13"
    assert above["FY13"] is None


def test_without_quarters_months_add_up_to_the_year() -> None:
    periods = Calendar(2013, 0, 0, quarters=False).periods
    assert len(periods) == 13
    assert {period.parent for period in periods[:12]} == {periods[12].id}


def test_a_fiscal_year_can_start_in_another_month_and_is_named_after_its_end() -> None:
    calendar = Calendar(2013, 0, 0, start_month=4)
    periods = {period.name: period for period in calendar.periods}
    assert next(iter(periods)) == "Apr 12"
    assert periods["Q1 FY13"].start == datetime.date(2012, 4, 1)
    assert periods["Q1 FY13"].end == datetime.date(2012, 6, 30)
    assert periods["Mar 13"].end == datetime.date(2013, 3, 31)
    assert calendar.start == datetime.date(2012, 4, 1)
    assert calendar.end == datetime.date(2013, 3, 31)


def test_february_has_29_days_in_leap_years() -> None:
    periods = {period.name: period for period in Calendar(2012, 0, 0).periods}
    assert periods["Feb 12"].end == datetime.date(2012, 2, 29)


def test_the_default_calendar_has_last_this_and_next_year() -> None:
    year = datetime.date.today().year
    calendar = Calendar.default()
    names = [period.name for period in calendar.periods if period.level == "year"]
    assert names == [f"FY{(year + step) % 100:02d}" for step in (-1, 0, 1)]
    assert calendar.start == datetime.date(year, 1, 1)


def test_ids_of_periods_are_unique_and_do_not_depend_on_the_calendars_extent() -> None:
    long = {period.name: period.id for period in Calendar(2013, 5, 5, halves=True).periods}
    assert len(set(long.values())) == len(long)
    assert all(len(str(id)) == 12 for id in long.values())
    assert all(long[period.name] == period.id for period in Calendar(2013, 0, 0).periods)


def test_the_total_of_all_periods_is_the_parent_of_the_years() -> None:
    periods = Calendar(2013, 1, 0, quarters=False, total=True).periods
    years = [period for period in periods if period.level == "year"]
    assert {year.parent for year in years} == {periods[-1].id}
    last = periods[-1]
    assert (last.name, last.level) == ("All Periods", "all")
    assert (last.start, last.end) == (datetime.date(2012, 1, 1), datetime.date(2013, 12, 31))


def test_years_can_have_four_digits() -> None:
    names = {period.name for period in Calendar(2013, 0, 0, year_digits=4).periods}
    assert {"Jan 2013", "Q1 FY2013", "FY2013"} <= names


def test_a_calendar_moves_to_another_fiscal_year_with_its_settings() -> None:
    calendar = Calendar(2013, 0, 2, start_month=4, halves=True)
    assert calendar.moved("FY21") == Calendar(2021, 0, 2, start_month=4, halves=True)
    assert WeekCalendar(2013, grouping="5-4-4").moved("FY98") == WeekCalendar(
        1998, grouping="5-4-4"
    )


def weeks_by_block(calendar: Timescale, level: str) -> list[int]:
    """How many weeks each month or four-week period has."""
    blocks = [period.id for period in calendar.periods if period.level == level]
    counts = collections.Counter(week.parent for week in calendar.leaves)
    return [counts[block] for block in blocks]


@pytest.mark.parametrize(
    ("grouping", "quarter"), [("4-4-5", [4, 4, 5]), ("4-5-4", [4, 5, 4]), ("5-4-4", [5, 4, 4])]
)
def test_weeks_are_grouped_into_months(grouping: Any, quarter: list[int]) -> None:
    calendar = WeekCalendar(2026, 0, 0, grouping=grouping)
    assert weeks_by_block(calendar, "month") == quarter * 4
    assert [week.name for week in calendar.leaves[:2]] == ["Week 1 FY26", "Week 2 FY26"]
    months = [period.name for period in calendar.periods if period.level == "month"]
    assert (months[0], months[11]) == ("Jan 26", "Dec 26")


def test_years_that_end_on_the_last_saturday_of_december_sometimes_have_53_weeks() -> None:
    years = [WeekCalendar(year, 0, 0) for year in range(2014, 2025)]
    # Users of the service report 53 weeks in FY16 and FY22.
    long = [calendar.year for calendar in years if len(calendar.leaves) == 53]
    assert long == [2016, 2022]
    assert years[2].leaves[-1].name == "Week 53 FY16"
    assert all(calendar.end.weekday() == 5 for calendar in years)


def test_the_53rd_week_is_in_the_given_month() -> None:
    calendar = WeekCalendar(2022, 0, 0, extra_week=2)
    assert weeks_by_block(calendar, "month") == [4, 5, 5, *[4, 4, 5] * 3]


def test_years_can_end_on_the_day_nearest_to_the_months_end() -> None:
    for year in range(2000, 2079):
        calendar = WeekCalendar(year, 0, 0, year_end="nearest", end_weekday=6, end_month=1)
        assert calendar.end.weekday() == 6
        assert abs((calendar.end - datetime.date(year, 1, 31)).days) <= 3
        assert len(calendar.leaves) in (52, 53)


def test_a_year_of_weeks_that_ends_in_march_names_its_months_after_the_calendar() -> None:
    calendar = WeekCalendar(2026, 0, 0, end_month=3)
    months = [period.name for period in calendar.periods if period.level == "month"]
    assert (months[0], months[8], months[9], months[11]) == ("Apr 25", "Dec 25", "Jan 26", "Mar 26")


@pytest.mark.parametrize("quarter", [1, 2, 3, 4])
def test_one_quarter_of_thirteen_periods_has_four_of_them(quarter: Any) -> None:
    calendar = ThirteenPeriods(2026, 0, 0, extra_period=quarter)
    assert weeks_by_block(calendar, "period") == [4] * 13
    quarters = [period for period in calendar.periods if period.level == "quarter"]
    counts = collections.Counter(
        period.parent for period in calendar.periods if period.level == "period"
    )
    expected = [4 if number == quarter else 3 for number in (1, 2, 3, 4)]
    assert [counts[one.id] for one in quarters] == expected
    periods = [period.name for period in calendar.periods if period.level == "period"]
    assert (periods[0], periods[12]) == ("P1 FY26", "P13 FY26")


def test_weeks_can_be_named_by_their_first_or_last_day() -> None:
    first = WeekCalendar(2026, 0, 0, week_format="Week Commencing").leaves[1]
    assert (first.name, first.start) == ("W/c 4 Jan 26", datetime.date(2026, 1, 4))
    last = ThirteenPeriods(2026, 0, 0, week_format="Week Ending").leaves[1]
    assert (last.name, last.end) == ("W/e 10 Jan 26", datetime.date(2026, 1, 10))


def test_plain_weeks_are_numbered_from_the_first_day() -> None:
    calendar = WeeksGeneral(datetime.date(2026, 1, 5), 60)
    assert len(calendar.periods) == 60
    assert calendar.periods[59].name == "Week 60"
    assert calendar.periods[1].start == datetime.date(2026, 1, 12)
    assert calendar.last_day == datetime.date(2026, 1, 5) + datetime.timedelta(weeks=60, days=-1)


CALENDARS: list[Timescale] = [
    Calendar(2026, 2, 1, start_month=7, halves=True, total=True),
    Calendar(2026, 1, 1, quarters=False, halves=True),
    WeekCalendar(2026, 6, 6, halves=True, total=True),
    WeekCalendar(2026, 6, 6, quarters=False, end_month=6, year_end="nearest", end_weekday=0),
    ThirteenPeriods(2026, 6, 6, halves=True, total=True, extra_period=2, extra_week=3),
    ThirteenPeriods(2026, 1, 1, quarters=False, halves=True),
    WeeksGeneral(datetime.date(2026, 1, 5), 100),
]


@pytest.mark.parametrize("calendar", CALENDARS, ids=lambda calendar: type(calendar).__name__)
def test_every_total_covers_exactly_its_parts(calendar: Timescale) -> None:
    by_id = {period.id: period for period in calendar.periods}
    assert len(by_id) == len(calendar.periods) == len({p.name for p in calendar.periods})
    assert all(len(str(number)) == 12 for number in by_id)
    parts: dict[int, list[Period]] = collections.defaultdict(list)
    for period in calendar.periods:
        if period.parent is not None:
            parts[period.parent].append(period)
    day = datetime.timedelta(days=1)
    for number, period in by_id.items():
        if period.level == calendar.leaf:
            assert number not in parts
            continue
        children = parts[number]
        assert (children[0].start, children[-1].end) == (period.start, period.end)
        assert all(left.end + day == right.start for left, right in pairwise(children))
        place = calendar.periods.index(period)
        assert all(calendar.periods.index(child) < place for child in children)
    assert all(left.end + day == right.start for left, right in pairwise(calendar.leaves))


@pytest.mark.parametrize("calendar", CALENDARS, ids=lambda calendar: type(calendar).__name__)
def test_every_day_of_the_timescale_is_in_one_smallest_period(calendar: Timescale) -> None:
    for leaf in calendar.leaves:
        assert calendar.at(leaf.start) == calendar.at(leaf.end) == leaf
    day = datetime.timedelta(days=1)
    assert calendar.at(calendar.first_day - day) is None
    assert calendar.at(calendar.last_day + day) is None


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (Calendar, {"start_month": 13}),
        (Calendar, {"past_years": -1}),
        (Calendar, {"future_years": 66}),
        (Calendar, {"year_digits": 3}),
        (WeekCalendar, {"grouping": "4-4-4"}),
        (WeekCalendar, {"extra_week": 13}),
        (WeekCalendar, {"end_weekday": 7}),
        (WeekCalendar, {"end_month": 0}),
        (WeekCalendar, {"year_end": "first"}),
        (WeekCalendar, {"week_format": "Named"}),
        (ThirteenPeriods, {"extra_week": 14}),
        (ThirteenPeriods, {"extra_period": 5}),
    ],
)
def test_an_invalid_calendar_is_refused(kind: type[FiscalYears], options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must"):
        kind(2013, **options)


def test_plain_weeks_are_at_least_one() -> None:
    with pytest.raises(ValueError, match="must be at least 1"):
        WeeksGeneral(datetime.date(2026, 1, 5), 0)
