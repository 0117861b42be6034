"""The time of a model: calendar, periods, current period, versions, against the sandbox."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pyarrow as pa
import pytest

import anaplan_frames as af
from anaplan_frames.calendar.model_calendar import period_names
from anaplan_frames.dataframes.record_frames import TEXT_DTYPE
from anaplan_frames.errors import ConfirmationRequired, RequestRefused
from anaplan_frames.sandbox import Calendar, Sandbox, ThirteenPeriods, WeekCalendar, WeeksGeneral
from anaplan_frames.sandbox.planning.time.timescale import Timescale
from tests.dataframes.columns import dtypes

CALENDAR_COLUMNS = {
    "type": TEXT_DTYPE,
    "fiscal_year": TEXT_DTYPE,
    "start": "datetime64[s]",
    "end": "datetime64[s]",
    "past_years": "Int64",
    "future_years": "Int64",
    "current_period": TEXT_DTYPE,
    "current_period_end": "datetime64[s]",
    "quarter_totals": "boolean",
    "half_year_totals": "boolean",
    "year_to_date": "boolean",
    "year_to_go": "boolean",
    "total_of_all_periods": "boolean",
    "week_grouping": TEXT_DTYPE,
    "week_format": TEXT_DTYPE,
    "extra_week_month": "Int64",
    "extra_month_quarter": "Int64",
    "first_week": "datetime64[s]",
    "weeks": "Int64",
}


def model_of(tenant: Sandbox, calendar: Timescale) -> af.Model:
    tenant.workspace("W").model("M", calendar=calendar)
    return tenant.connect().model("M")


def test_the_calendar_is_one_row_whose_columns_do_not_depend_on_its_type(tenant: Sandbox) -> None:
    workspace = tenant.workspace("W")
    workspace.model("Months", calendar=Calendar(2026, past_years=2, halves=True))
    workspace.model("Weeks", calendar=WeeksGeneral(dt.date(2026, 1, 7), weeks=8))
    workspace.model("Thirteen", calendar=ThirteenPeriods(2026, extra_period=2, extra_week=7))
    connection = tenant.connect()
    months = connection.model("Months").calendar()
    assert months.index.tolist() == list(CALENDAR_COLUMNS)
    row = months
    assert row["type"] == "Calendar Months/Quarters/Years"
    assert (row["fiscal_year"], row["past_years"], row["future_years"]) == ("FY26", 2, 1)
    assert (row["start"], row["end"]) == (pd.Timestamp("2026-01-01"), pd.Timestamp("2026-12-31"))
    assert (row["quarter_totals"], row["half_year_totals"]) == (True, True)
    assert row[["week_grouping", "weeks", "current_period_end"]].isna().all()
    weeks = connection.model("Weeks").calendar()
    assert weeks.index.tolist() == list(CALENDAR_COLUMNS)
    assert weeks[["weeks", "first_week"]].tolist() == [8, pd.Timestamp("2026-01-07")]
    thirteen = connection.model("Thirteen").calendar()
    assert thirteen.index.tolist() == list(CALENDAR_COLUMNS)
    assert thirteen[["extra_month_quarter", "extra_week_month"]].tolist() == [2, 7]


def test_the_current_period_is_returned_if_the_calendar_has_one(tenant: Sandbox) -> None:
    model = model_of(tenant, Calendar(2026))
    model.set_current_period("2026-03-05")
    assert model.calendar()[["current_period", "current_period_end"]].tolist() == [
        "Mar 26",
        pd.Timestamp("2026-03-31"),
    ]


@pytest.mark.parametrize(
    "calendar",
    [
        Calendar(2026, start_month=4, halves=True, total=True),
        WeekCalendar(2023, grouping="5-4-4", week_format="Week Commencing"),
        ThirteenPeriods(2026, extra_period=1),
        WeeksGeneral(dt.date(2026, 1, 7), weeks=60, week_format="Week Ending"),
        # The settings of 2023 and 2024 fit to both rules for the ends of years.
        WeekCalendar(2023, past_years=3, future_years=4, year_end="last"),
        WeekCalendar(2023, past_years=3, future_years=4, year_end="nearest"),
        ThirteenPeriods(2024, past_years=0, future_years=1, year_end="nearest"),
        WeekCalendar(2024, future_years=1, year_end="nearest", week_format="Week Ending"),
    ],
    ids=lambda calendar: type(calendar).__name__,
)
def test_periods_are_those_that_the_model_has(tenant: Sandbox, calendar: Timescale) -> None:
    periods = model_of(tenant, calendar).periods()
    assert dtypes(periods) == {
        "name": TEXT_DTYPE,
        "kind": TEXT_DTYPE,
        "start": "datetime64[s]",
        "end": "datetime64[s]",
        "fiscal_year": TEXT_DTYPE,
        "parent": TEXT_DTYPE,
    }
    found = [
        (row.name, row.start.date(), row.end.date())
        for row in periods.itertuples(index=False, name="Row")
    ]
    assert found == [(period.name, period.start, period.end) for period in calendar.periods]


def test_sums_around_the_current_period_are_periods_and_items_of_time(tenant: Sandbox) -> None:
    calendar = Calendar(2026, year_to_date=True, year_to_go=True, past_years=0, future_years=0)
    builder = tenant.workspace("W").model("M", calendar=calendar)
    builder.module("Costs", dimensions=["Time"], line_items={"Salary": "NUMBER"})
    model = tenant.connect().model("M")
    model.set_current_period(dt.date(2026, 3, 1))
    periods = model.periods()
    assert set(periods["name"]) == set(model.dimension_items("Time")["name"])
    to_date = periods.set_index("name").loc["YTD"]
    assert (to_date["start"], to_date["end"]) == (
        pd.Timestamp("2026-01-01"),
        pd.Timestamp("2026-03-31"),
    )


def test_names_of_the_models_periods_become_dates(tenant: Sandbox) -> None:
    tenant.workspace("W").model("M", calendar=WeekCalendar(2023, future_years=4, year_end="last"))
    model = tenant.connect().model("M")
    names = period_names(model._catalogue)
    found = names.dates(pa.array(["Week 1 FY23", "Q1 FY23", "Jan 27"]))
    assert found.to_pylist() == [dt.date(2023, 1, 1), dt.date(2023, 1, 1), dt.date(2026, 12, 27)]


@pytest.mark.parametrize("day", ["2026-02-10", dt.date(2026, 2, 10), pd.Timestamp("2026-02-10")])
def test_the_current_period_is_set_by_a_day_in_any_form_and_set_back(
    tenant: Sandbox, day: object
) -> None:
    model = model_of(tenant, Calendar(2026))
    shown = model.set_current_period(day)
    assert shown[["period", "end"]].tolist() == ["Feb 26", pd.Timestamp("2026-02-28")]
    back = model.set_current_period(None)
    assert pd.isna(back["end"])
    assert pd.isna(model.calendar()["current_period_end"])


def test_a_day_outside_of_the_calendar_is_refused_in_anaplans_words(tenant: Sandbox) -> None:
    model = model_of(tenant, Calendar(2026, past_years=0, future_years=0))
    with pytest.raises(RequestRefused, match=r"'2031-01-01' is out of timescale range"):
        model.set_current_period("2031-01-01")


@pytest.mark.parametrize("day", [dt.datetime(2026, 1, 1, 12), pd.NaT, "Mar 26", "", 20260301.5])
def test_what_is_not_a_date_is_refused_before_anything_is_sent(
    demo_model: af.Model, day: object
) -> None:
    with pytest.raises(ValueError, match="is not a date: give a date"):
        demo_model.set_current_period(day)


def test_the_fiscal_year_moves_the_calendar(tenant: Sandbox) -> None:
    model = model_of(tenant, Calendar(2026, past_years=0, future_years=0))
    with pytest.raises(ConfirmationRequired, match=r"would remove 17 periods .* 'FY26'"):
        model.set_fiscal_year("FY27")
    assert model.calendar()["fiscal_year"] == "FY26"
    moved = model.set_fiscal_year("FY27", confirm=True)
    assert moved.tolist() == [
        "FY27",
        pd.Timestamp("2027-01-01"),
        pd.Timestamp("2027-12-31"),
    ]
    assert model.periods()["name"].tolist()[0] == "Jan 27"
    with pytest.raises(RequestRefused):
        model.set_fiscal_year("soon", confirm=True)


def test_versions_have_all_columns_and_their_switchover_can_be_set(tenant: Sandbox) -> None:
    versions = [
        "Actual",
        {"name": "Budget", "notes": "Once a year"},
        {"name": "Forecast", "current": True},
    ]
    tenant.workspace("W").model("M", calendar=Calendar(2026), versions=versions)
    model = tenant.connect().model("M")
    shown = model.set_switchover("Forecast", "2026-05-20")
    assert shown[["version", "switchover", "switchover_period"]].tolist() == [
        "Forecast",
        pd.Timestamp("2026-05-01"),
        "May 26",
    ]
    frame = model.versions()
    assert dtypes(frame) == {
        "id": TEXT_DTYPE,
        "name": TEXT_DTYPE,
        "code": TEXT_DTYPE,
        "is_actual": "boolean",
        "is_current": "boolean",
        "switchover": "datetime64[s]",
        "switchover_period": TEXT_DTYPE,
        "edit_from": "datetime64[s]",
        "edit_from_period": TEXT_DTYPE,
        "edit_to": "datetime64[s]",
        "edit_to_period": TEXT_DTYPE,
        "formula": TEXT_DTYPE,
        "notes": TEXT_DTYPE,
    }
    frame = frame.set_index("name")
    assert frame.index.tolist() == ["Actual", "Budget", "Forecast"]
    assert frame["is_actual"].tolist() == [True, False, False]
    assert frame["is_current"].tolist() == [False, False, True]
    assert frame.loc["Forecast", "switchover"] == pd.Timestamp("2026-05-01")
    assert frame["switchover"].isna().tolist() == [True, True, False]
    assert frame.loc["Budget", "notes"] == "Once a year"
    assert str(frame.loc["Actual", "edit_to"].date()) == "2399-12-31"
    model.set_switchover("Forecast", None)
    assert model.versions()["switchover"].isna().all()


def test_a_version_is_found_by_id_and_a_wrong_name_is_answered_with_the_near_ones(
    tenant: Sandbox,
) -> None:
    model = model_of(tenant, Calendar(2026))
    ids = model.versions().set_index("name")["id"]
    assert model.set_switchover(ids["Forecast"], "2026-02-01")["version"] == "Forecast"
    with pytest.raises(af.NotFound, match="Did you mean 'Forecast'"):
        model.set_switchover("Forcast", "2026-02-01")
    with pytest.raises(RequestRefused, match="Actual"):
        model.set_switchover("Actual", "2026-02-01")
