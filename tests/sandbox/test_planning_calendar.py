"""Calendars of months."""

from __future__ import annotations

import datetime

import pytest

from anaplan_frames.sandbox.planning.calendar import Calendar


def test_a_year_of_months_has_quarters_and_a_total_after_what_they_add_up() -> None:
    names = [period.name for period in Calendar(2013, 0, 0).periods]
    assert names == [
        *("Jan 13", "Feb 13", "Mar 13", "Q1 FY13", "Apr 13", "May 13", "Jun 13", "Q2 FY13"),
        *("Jul 13", "Aug 13", "Sep 13", "Q3 FY13", "Oct 13", "Nov 13", "Dec 13", "Q4 FY13"),
        "FY13",
    ]


def test_halves_stand_between_quarters_and_the_year() -> None:
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


def test_a_fiscal_year_may_start_in_another_month_and_is_named_after_its_end() -> None:
    calendar = Calendar(2013, 0, 0, start_month=4)
    periods = {period.name: period for period in calendar.periods}
    assert next(iter(periods)) == "Apr 12"
    assert periods["Q1 FY13"].start == datetime.date(2012, 4, 1)
    assert periods["Q1 FY13"].end == datetime.date(2012, 6, 30)
    assert periods["Mar 13"].end == datetime.date(2013, 3, 31)
    assert calendar.start == datetime.date(2012, 4, 1)
    assert calendar.end == datetime.date(2013, 3, 31)


def test_february_knows_leap_years() -> None:
    periods = {period.name: period for period in Calendar(2012, 0, 0).periods}
    assert periods["Feb 12"].end == datetime.date(2012, 2, 29)


def test_by_default_there_are_last_this_and_next_year() -> None:
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


@pytest.mark.parametrize("options", [{"start_month": 13}, {"past_years": -1}])
def test_a_calendar_that_cannot_be_is_refused(options: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="must"):
        Calendar(2013, **options)
