"""Calendars from Anaplan's settings, and the names of their periods as dates."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.calendar.calendar_settings import candidate_calendars
from anaplan_frames.calendar.calendars import Calendar, FiscalCalendar
from anaplan_frames.calendar.period_names import PeriodNames
from anaplan_frames.codec.value_location import ValueLocation
from anaplan_frames.errors import EncodingError

MONTHS = "Calendar Months/Quarters/Years"
GROUPED = "Weeks: 4-4-5, 4-5-4 or 5-4-4"
THIRTEEN = "Weeks: 13 4-week Periods"


def described(type_: str, year: str, start: str, end: str, **more: Any) -> dict[str, Any]:
    fiscal_year = {"year": year, "startDate": start, "endDate": end}
    return {"calendarType": type_, "fiscalYear": fiscal_year, **more}


def the_calendar(described_as: dict[str, Any]) -> Calendar:
    (calendar,) = candidate_calendars(described_as)
    return calendar


def spans(calendar: Calendar, *names: str) -> list[tuple[str, str]]:
    by_name = {period.name: period for period in calendar.periods}
    return [(str(by_name[name].start), str(by_name[name].end)) for name in names]


def names_of(calendar: Calendar, kind: str) -> list[str]:
    return [period.name for period in calendar.periods if period.kind == kind]


def date_list(calendar: Calendar, *names: str | None, at: str = "start") -> list[str | None]:
    days = PeriodNames(calendar).dates(pa.array(names, pa.string()), at=at).to_pylist()
    return [day and day.isoformat() for day in days]


def test_the_documented_answer_alone_is_a_calendar_of_months() -> None:
    calendar = the_calendar(
        {"fiscalYear": {"year": "FY21", "startDate": "2021-01-01", "endDate": "2021-12-31"}}
    )
    assert names_of(calendar, "month")[:2] == ["Jan 21", "Feb 21"]
    assert names_of(calendar, "year") == ["FY21"]
    assert len(calendar.periods) == 13


def test_months_have_the_totals_that_are_chosen_after_what_they_sum() -> None:
    calendar = the_calendar(
        described(
            MONTHS,
            "FY26",
            "2025-07-01",
            "2026-06-30",
            pastYearsCount=1,
            totalsSelection={"isQuarterTotals": True, "halfYearTotals": True},
        )
    )
    names = [period.name for period in calendar.periods]
    assert names[:5] == ["Jul 24", "Aug 24", "Sep 24", "Q1 FY25", "Oct 24"]
    assert names[-6:] == ["Apr 26", "May 26", "Jun 26", "Q4 FY26", "H2 FY26", "FY26"]
    assert spans(calendar, "Q1 FY25", "H2 FY26", "FY25") == [
        ("2024-07-01", "2024-09-30"),
        ("2026-01-01", "2026-06-30"),
        ("2024-07-01", "2025-06-30"),
    ]


def test_a_fiscal_year_may_be_named_after_the_year_in_which_it_starts() -> None:
    calendar = the_calendar(described(MONTHS, "FY25", "2025-04-01", "2026-03-31"))
    assert names_of(calendar, "month")[0::11] == ["Apr 25", "Mar 26"]
    assert date_list(calendar, "Jan 26", "FY26") == ["2026-01-01", "2026-04-01"]


def test_four_digits_and_another_label_are_kept() -> None:
    calendar = the_calendar(
        described(
            MONTHS,
            "CY2026",
            "2026-01-01",
            "2026-12-31",
            totalsSelection={"quarterTotals": True},
        )
    )
    assert names_of(calendar, "month")[0] == "Jan 2026"
    assert names_of(calendar, "quarter")[0] == "Q1 CY2026"
    assert names_of(calendar, "year") == ["CY2026"]


def test_the_documented_year_of_weeks_ends_on_the_last_saturday_of_march() -> None:
    calendar = the_calendar(
        described(GROUPED, "FY21", "2020-03-29", "2021-03-27", weekGrouping="4-5-4")
    )
    assert names_of(calendar, "month")[0::11] == ["Apr 20", "Mar 21"]
    assert spans(calendar, "Week 1 FY21", "Apr 20", "May 20", "Jun 20", "Week 52 FY21") == [
        ("2020-03-29", "2020-04-04"),
        ("2020-03-29", "2020-04-25"),
        ("2020-04-26", "2020-05-30"),
        ("2020-05-31", "2020-06-27"),
        ("2021-03-21", "2021-03-27"),
    ]


def test_the_53rd_week_is_in_the_month_that_is_set() -> None:
    # The last Saturdays of December: 2021-12-25 and 2022-12-31.
    calendar = the_calendar(
        described(GROUPED, "FY22", "2021-12-26", "2022-12-31", extraWeekMonth=2)
    )
    assert len(names_of(calendar, "week")) == 53
    assert spans(calendar, "Jan 22", "Feb 22", "Mar 22", "Week 53 FY22") == [
        ("2021-12-26", "2022-01-22"),
        ("2022-01-23", "2022-02-26"),
        ("2022-02-27", "2022-04-02"),
        ("2022-12-25", "2022-12-31"),
    ]


def test_a_year_that_ends_nearest_to_the_months_end_may_end_in_the_next_month() -> None:
    calendar = the_calendar(
        described(GROUPED, "FY25", "2024-12-29", "2026-01-03", futureYearsCount=1)
    )
    assert names_of(calendar, "month")[0::11] == ["Jan 25", "Dec 25", "Nov 26"]
    assert spans(calendar, "FY25", "FY26") == [
        ("2024-12-29", "2026-01-03"),
        ("2026-01-04", "2027-01-02"),
    ]


def test_two_rules_for_the_ends_of_years_are_two_calendars() -> None:
    last, nearest = candidate_calendars(
        described(GROUPED, "FY24", "2023-12-31", "2024-12-28", futureYearsCount=1)
    )
    assert spans(last, "FY24", "FY25")[1] == ("2024-12-29", "2025-12-27")
    assert spans(nearest, "FY24", "FY25")[1] == ("2024-12-29", "2026-01-03")


def test_thirteen_periods_have_one_quarter_of_four() -> None:
    calendar = candidate_calendars(
        described(
            THIRTEEN,
            "FY22",
            "2021-12-26",
            "2022-12-31",
            extraWeekMonth=13,
            totalsSelection={"quarterTotals": True, "extraMonthQuarter": 2},
        )
    )[0]
    assert names_of(calendar, "period") == [f"P{number} FY22" for number in range(1, 14)]
    by_name = {period.name: period for period in calendar.periods}
    assert by_name["P4 FY22"].parent == by_name["P7 FY22"].parent == "Q2 FY22"
    assert by_name["P8 FY22"].parent == "Q3 FY22"
    assert spans(calendar, "P1 FY22", "P13 FY22") == [
        ("2021-12-26", "2022-01-22"),
        ("2022-11-27", "2022-12-31"),
    ]


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("Numbered", "Week 5 FY23"),
        ("Week Commencing", "W/c 29 Jan 23"),
        ("Week Ending", "W/e 4 Feb 23"),
    ],
)
def test_weeks_are_named_as_is_set_and_known_by_their_other_names(form: str, name: str) -> None:
    calendar = candidate_calendars(
        described(GROUPED, "FY23", "2023-01-01", "2023-12-30", weekFormat=form)
    )[0]
    assert names_of(calendar, "week")[4] == name
    known = ("Week 5 FY23", "W/c 29 Jan 23", "W/e 04 Feb 23")
    assert date_list(calendar, *known) == ["2023-01-29"] * 3


def test_plain_weeks_follow_each_other_from_the_first_day() -> None:
    calendar = candidate_calendars(
        {
            "calendarType": "Weeks: General",
            "startDate": "2026-01-07",
            "weeksCount": 3,
            "weekFormat": "Week Commencing",
        }
    )[0]
    assert names_of(calendar, "week") == ["W/c 7 Jan 26", "W/c 14 Jan 26", "W/c 21 Jan 26"]
    assert calendar.periods[-1].end == dt.date(2026, 1, 27)
    assert calendar.periods[-1].fiscal_year is None


def test_sums_to_date_and_to_go_follow_the_year_of_the_current_period() -> None:
    calendar = the_calendar(
        described(
            MONTHS,
            "FY26",
            "2026-01-01",
            "2026-12-31",
            futureYearsCount=1,
            currentPeriod={"periodText": "Mar 26", "lastDay": "2026-03-31"},
            totalsSelection={
                "yearToDateSummary": True,
                "yearToGoSummary": True,
                "totalOfAllPeriods": True,
            },
        )
    )
    names = [period.name for period in calendar.periods]
    assert names[12:16] == ["FY26", "YTD", "YTG", "Jan 27"]
    assert spans(calendar, "YTD", "YTG", "All Periods") == [
        ("2026-01-01", "2026-03-31"),
        ("2026-04-01", "2026-12-31"),
        ("2026-01-01", "2027-12-31"),
    ]


@pytest.mark.parametrize(
    "settings_",
    [
        {},
        {"fiscalYear": {"year": "FY26", "startDate": "2026-01-02", "endDate": "2026-12-31"}},
        described(GROUPED, "FY26", "2026-01-01", "2026-12-31"),
        described(MONTHS, "soon", "2026-01-01", "2026-12-31"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused(settings_: dict[str, Any]) -> None:
    with pytest.raises(EncodingError, match="calendar"):
        candidate_calendars(settings_)


def test_names_become_the_first_or_last_day() -> None:
    calendar = the_calendar(described(MONTHS, "FY26", "2026-01-01", "2026-12-31"))
    names = [
        "Feb 26",
        "Q1 FY26",
        None,
        "",
        "FY26",
        "23 Jan 26",
        "feb  26",
    ]  # quarters are not chosen
    with pytest.raises(EncodingError) as caught:
        date_list(calendar, *names)
    assert "row 1: 'Q1 FY26' is not a period of the model's calendar." in str(caught.value)
    names.remove("Q1 FY26")
    starts = ["2026-02-01", None, None, "2026-01-01", "2026-01-23", "2026-02-01"]
    ends = ["2026-02-28", None, None, "2026-12-31", "2026-01-23", "2026-02-28"]
    assert date_list(calendar, *names) == starts
    assert date_list(calendar, *names, at="end") == ends


def test_an_unknown_name_is_refused_with_its_column_row_and_near_names() -> None:
    names = PeriodNames(the_calendar(described(MONTHS, "FY26", "2026-01-01", "2026-12-31")))
    with pytest.raises(EncodingError) as caught:
        names.dates(pa.array(["Jan 26", "Sept 26"]), location=ValueLocation("Month", 100))
    assert (caught.value.column, caught.value.row, caught.value.text) == ("Month", 101, "Sept 26")
    assert "Did you mean 'Sep 26'" in str(caught.value)


def test_periods_of_a_time_range_outside_of_the_calendar_are_known() -> None:
    calendar = the_calendar(described(MONTHS, "FY26", "2025-04-01", "2026-03-31"))
    assert date_list(calendar, "Apr 31", "FY19") == ["2031-04-01", "2018-04-01"]


def test_dates_become_names_of_the_time_scale() -> None:
    calendar = candidate_calendars(
        described(
            THIRTEEN,
            "FY23",
            "2023-01-01",
            "2023-12-30",
            totalsSelection={"quarterTotals": True},
        )
    )[0]
    names = PeriodNames(calendar)
    days = pa.array([dt.date(2023, 1, 28), None, dt.date(2023, 1, 29), dt.date(2022, 12, 31)])
    week = ["Week 4 FY23", None, "Week 5 FY23", "Week 53 FY22"]
    assert names.names(days).to_pylist() == week
    assert names.names(days, "Week").to_pylist() == week
    assert names.names(days, "Month").to_pylist() == ["P1 FY23", None, "P2 FY23", "P13 FY22"]
    assert names.names(days, "Quarter").to_pylist()[0] == "Q1 FY23"
    assert names.names(days, "Year").to_pylist()[3] == "FY22"
    assert names.names(days, "Day").to_pylist()[0] == "28 Jan 23"
    with pytest.raises(EncodingError, match="no periods of the scale 'Half-Year', only week"):
        names.names(days, "Half-Year")


def test_a_time_of_day_is_refused() -> None:
    names = PeriodNames(the_calendar(described(MONTHS, "FY26", "2026-01-01", "2026-12-31")))
    noon = pa.array([dt.datetime(2026, 1, 1), dt.datetime(2026, 1, 1, 12)])
    with pytest.raises(EncodingError, match=r"row 1: .* has a time of day"):
        names.names(noon)


@pytest.mark.parametrize("scale", ["Month", "Day", "Year"])
def test_a_day_that_two_digits_cannot_name_is_refused(scale: str) -> None:
    names = PeriodNames(the_calendar(described(MONTHS, "FY26", "2026-01-01", "2026-12-31")))
    days = pa.array([dt.date(2026, 5, 5), dt.date(1926, 5, 5)])
    with pytest.raises(EncodingError, match="row 1: '1926-05-05' is not in any period"):
        names.names(days, scale)
    four_digits = described(MONTHS, "FY2026", "2026-01-01", "2026-12-31")
    assert "1926" in PeriodNames(the_calendar(four_digits)).names(days, scale).to_pylist()[1]


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Make any fiscal calendar, by the days on which its years end."""
    year = draw(st.integers(1990, 2060))
    type_ = draw(st.sampled_from([MONTHS, GROUPED, THIRTEEN]))
    month = draw(st.integers(1, 12))
    if type_ == MONTHS:
        start = dt.date(year - (month > 1), month, 1)
        end = dt.date(year + (month == 1), month, 1) - dt.timedelta(days=1)
    else:
        weekday, slack = draw(st.integers(0, 6)), draw(st.sampled_from([0, 3]))

        def last(in_year: int) -> dt.date:
            after = dt.date(in_year + (month == 12), month % 12 + 1, 1)
            day = after + dt.timedelta(days=slack - 1)
            while day.weekday() != weekday:
                day -= dt.timedelta(days=1)
            return day

        start, end = last(year - 1) + dt.timedelta(days=1), last(year)
    digits = draw(st.sampled_from([f"{year % 100:02d}", str(year)]))
    totals = {
        "quarterTotals": draw(st.booleans()),
        "halfYearTotals": draw(st.booleans()),
        "extraMonthQuarter": draw(st.integers(1, 4)),
    }
    found = candidate_calendars(
        described(
            type_,
            f"FY{digits}",
            start.isoformat(),
            end.isoformat(),
            pastYearsCount=draw(st.integers(0, 3)),
            futureYearsCount=draw(st.integers(0, 3)),
            extraWeekMonth=draw(st.integers(1, 12)),
            weekGrouping=draw(st.sampled_from(["4-4-5", "4-5-4", "5-4-4"]))
            if type_ == GROUPED
            else None,
            weekFormat=draw(st.sampled_from(["Numbered", "Week Commencing", "Week Ending"])),
            totalsSelection=totals,
        )
    )
    return draw(st.sampled_from(found))


@given(calendars())
def test_every_kind_of_period_covers_the_whole_time_without_gap_or_overlap(
    calendar: FiscalCalendar,
) -> None:
    years = [period for period in calendar.periods if period.kind == "year"]
    for kind in {period.kind for period in calendar.periods}:
        periods = [period for period in calendar.periods if period.kind == kind]
        assert periods[0].start == years[0].start
        assert periods[-1].end == years[-1].end
        for before, after in pairwise(periods):
            assert after.start == before.end + dt.timedelta(days=1)
    assert len({period.name for period in calendar.periods}) == len(calendar.periods)


@given(calendars())
def test_a_period_is_the_sum_of_its_parts(calendar: FiscalCalendar) -> None:
    for total in calendar.periods:
        parts = [period for period in calendar.periods if period.parent == total.name]
        if parts:
            assert (parts[0].start, parts[-1].end) == (total.start, total.end)


@given(calendars())
def test_names_become_dates_and_the_same_names_again(calendar: FiscalCalendar) -> None:
    names = PeriodNames(calendar)
    scales = {"half_year": "Half-Year", "period": "Month"}
    for kind in {period.kind for period in calendar.periods}:
        given_names = pa.array([p.name for p in calendar.periods if p.kind == kind])
        for at in ("start", "end"):
            days = names.dates(given_names, at=at)
            assert names.names(days, scales.get(kind, kind.title())).equals(given_names)
