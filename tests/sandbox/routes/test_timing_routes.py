"""Calendar, current period and versions over HTTP."""

from __future__ import annotations

import datetime
from typing import Any

import pandas as pd
import pytest
import requests

from anaplan_frames.sandbox import Calendar, Sandbox, ThirteenPeriods, WeekCalendar, WeeksGeneral
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.time.timescale import Timescale
from tests.sandbox.http_client import Http, InModel, in_model
from tests.sandbox.planning.model_actions import export_lines, load

MONTHS = "Calendar Months/Quarters/Years"
TOTALS = (
    *("QuarterTotals", "HalfYearTotals"),
    *("YearToDateSummary", "YearToGoSummary", "TotalOfAllPeriods"),
)


def build(sandbox: Sandbox, calendar: Timescale, **options: Any) -> Model:
    return sandbox.workspace("Finance").model("Time", calendar=calendar, **options)


@pytest.fixture
def months(tenant: Sandbox) -> Model:
    versions = ["Actual", "Forecast", {"name": "Variance", "formula": "Forecast - Actual"}]
    return build(tenant, Calendar(2026), versions=versions)


@pytest.fixture
def timing_api(tenant: Sandbox, months: Model, with_workspace: bool) -> InModel:
    return in_model(Http(tenant), months, with_workspace=with_workspace)


def put(http: InModel, path: str, body: Any = None) -> requests.Response:
    return http.http.send("PUT", http.path + path, json=body)


def message(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["status"]["message"]


def calendar_of(sandbox: Sandbox, calendar: Timescale) -> dict[str, Any]:
    answer = in_model(Http(sandbox), build(sandbox, calendar)).get("/modelCalendar")
    shown: dict[str, Any] = answer.json()["modelCalendar"]
    return shown


def totals(**on: bool) -> dict[str, bool]:
    flags = {name: on.get(name, False) for name in TOTALS}
    lower = {name[0].lower() + name[1:]: flag for name, flag in flags.items()}
    return {**lower, **{f"is{name}": flag for name, flag in flags.items()}}


def test_a_calendar_of_months_shows_its_fiscal_year_and_totals(tenant: Sandbox) -> None:
    assert calendar_of(tenant, Calendar(2026, 1, 2, start_month=4, halves=True, total=True)) == {
        "calendarType": MONTHS,
        "fiscalYear": {"year": "FY26", "startDate": "2025-04-01", "endDate": "2026-03-31"},
        "currentPeriod": {"periodText": "", "lastDay": ""},
        "pastYearsCount": 1,
        "futureYearsCount": 2,
        "totalsSelection": totals(QuarterTotals=True, HalfYearTotals=True, TotalOfAllPeriods=True),
    }


def test_a_calendar_of_weeks_shows_their_grouping(tenant: Sandbox) -> None:
    assert calendar_of(tenant, WeekCalendar(2026, grouping="4-5-4", extra_week=6)) == {
        "calendarType": "Weeks: 4-4-5, 4-5-4 or 5-4-4",
        "fiscalYear": {"year": "FY26", "startDate": "2025-12-28", "endDate": "2026-12-26"},
        "currentPeriod": {"periodText": "", "lastDay": ""},
        "pastYearsCount": 1,
        "futureYearsCount": 1,
        "extraWeekMonth": 6,
        "weekFormat": "Numbered",
        "weekGrouping": "4-5-4",
        "totalsSelection": totals(QuarterTotals=True),
    }


def test_a_calendar_of_thirteen_periods_shows_which_quarter_has_four(tenant: Sandbox) -> None:
    shown = calendar_of(tenant, ThirteenPeriods(2026, extra_period=2, week_format="Week Ending"))
    assert shown["calendarType"] == "Weeks: 13 4-week Periods"
    assert shown["totalsSelection"] == {**totals(QuarterTotals=True), "extraMonthQuarter": 2}
    assert (shown["extraWeekMonth"], shown["weekFormat"]) == (13, "Week Ending")
    assert "weekGrouping" not in shown


def test_a_calendar_of_plain_weeks_has_no_fiscal_year(tenant: Sandbox) -> None:
    assert calendar_of(tenant, WeeksGeneral(datetime.date(2026, 1, 5), 30)) == {
        "calendarType": "Weeks: General",
        "currentPeriod": {"periodText": "", "lastDay": ""},
        "startDate": "2026-01-05",
        "weeksCount": 30,
        "weekFormat": "Numbered",
    }


def test_a_model_without_a_current_period_shows_empty_texts(timing_api: InModel) -> None:
    shown = timing_api.get("/currentPeriod").json()["currentPeriod"]
    assert shown == {"periodText": "", "lastDay": "", "calendarType": MONTHS}


def test_the_current_period_is_the_one_that_contains_the_day(timing_api: InModel) -> None:
    answer = put(timing_api, "/currentPeriod", {"date": "2026-02-10"})
    expected = {"periodText": "Feb 26", "lastDay": "2026-02-28", "calendarType": MONTHS}
    assert answer.json()["currentPeriod"] == expected
    assert timing_api.get("/currentPeriod").json()["currentPeriod"] == expected
    calendar = timing_api.get("/modelCalendar").json()["modelCalendar"]
    assert calendar["currentPeriod"] == {"periodText": "Feb 26", "lastDay": "2026-02-28"}


def test_the_day_of_the_current_period_can_be_in_the_query(timing_api: InModel) -> None:
    answer = put(timing_api, "/currentPeriod?date=2025-01-01")
    assert answer.json()["currentPeriod"]["periodText"] == "Jan 25"


@pytest.mark.parametrize("blank", ["query", "body"])
def test_a_blank_date_resets_the_current_period(timing_api: InModel, blank: str) -> None:
    put(timing_api, "/currentPeriod", {"date": "2026-02-10"})
    if blank == "query":
        answer = put(timing_api, "/currentPeriod?date=")
    else:
        answer = put(timing_api, "/currentPeriod", {"date": ""})
    assert answer.json()["currentPeriod"]["periodText"] == ""
    assert timing_api.get("/currentPeriod").json()["currentPeriod"]["lastDay"] == ""


@pytest.mark.parametrize("date", ["10.02.2026", "2026-2-10", "2026-02-30", "20260210"])
def test_a_date_in_another_format_is_refused_in_the_documented_words(
    timing_api: InModel, date: str
) -> None:
    words = f"Invalid ISO date format '{date}'. Date should match format YYYY-MM-DD"
    assert message(put(timing_api, "/currentPeriod", {"date": date})) == (400, words)
    assert message(put(timing_api, f"/currentPeriod?date={date}")) == (400, words)
    assert message(put(timing_api, "/versions/107000000002/switchover", {"date": date})) == (
        400,
        words,
    )


def test_a_date_beyond_the_timescale_is_refused_in_the_documented_words(
    timing_api: InModel,
) -> None:
    put(timing_api, "/currentPeriod", {"date": "2026-02-10"})
    words = "Specified date '2028-01-01' is out of timescale range 2025-01-01 - 2027-12-31"
    assert message(put(timing_api, "/currentPeriod", {"date": "2028-01-01"})) == (400, words)
    assert timing_api.get("/currentPeriod").json()["currentPeriod"]["periodText"] == "Feb 26"


def test_a_date_in_both_places_or_in_neither_is_refused(timing_api: InModel) -> None:
    both = put(timing_api, "/currentPeriod?date=2026-01-01", {"date": "2026-01-01"})
    assert both.status_code == 400
    assert message(put(timing_api, "/currentPeriod")) == (400, "date is required")
    assert timing_api.get("/currentPeriod").json()["currentPeriod"]["periodText"] == ""


def test_in_a_calendar_of_weeks_the_current_period_is_a_week(tenant: Sandbox) -> None:
    http = in_model(Http(tenant), build(tenant, WeekCalendar(2026)))
    shown = put(http, "/currentPeriod", {"date": "2026-01-01"}).json()["currentPeriod"]
    assert (shown["periodText"], shown["lastDay"]) == ("Week 1 FY26", "2026-01-03")


def test_another_fiscal_year_moves_the_calendar(timing_api: InModel) -> None:
    answer = put(timing_api, "/modelCalendar/fiscalYear", {"year": "FY28"})
    moved = {"year": "FY28", "startDate": "2028-01-01", "endDate": "2028-12-31"}
    assert answer.json()["modelCalendar"] == {"fiscalYear": moved}
    shown = timing_api.get("/modelCalendar").json()["modelCalendar"]
    assert (shown["fiscalYear"], shown["pastYearsCount"]) == (moved, 1)
    assert put(timing_api, "/currentPeriod", {"date": "2029-12-31"}).status_code == 200
    assert put(timing_api, "/currentPeriod", {"date": "2026-12-31"}).status_code == 400


@pytest.mark.parametrize("year", ["2028", "FY2028", "fy28", "FY78", "FY79", "", None, 28])
def test_an_invalid_fiscal_year_is_refused(timing_api: InModel, year: Any) -> None:
    assert put(timing_api, "/modelCalendar/fiscalYear", {"year": year}).status_code == 400
    assert timing_api.get("/modelCalendar").json()["modelCalendar"]["fiscalYear"]["year"] == "FY26"


def test_plain_weeks_have_no_fiscal_year_to_set(tenant: Sandbox) -> None:
    model = build(tenant, WeeksGeneral(datetime.date(2026, 1, 5)))
    answer = put(in_model(Http(tenant), model), "/modelCalendar/fiscalYear", {"year": "FY26"})
    words = "The calendar type Weeks: General has no fiscal year"
    assert message(answer) == (400, words)


def test_moving_the_fiscal_year_deletes_data_of_removed_periods(
    tenant: Sandbox, months: Model
) -> None:
    plan = months.module(
        "Plan", dimensions=["Time"], line_items={"a": "NUMBER", "t": "TIME PERIOD"}
    )
    file = months.file("plan.csv", columns=["Time", "a", "t"])
    content = "Time,a,t\nDec 25,1,Dec 25\nJan 26,2,Dec 25\nFeb 26,3,Mar 26\nDec 27,4,Dec 27\n"
    assert load(months, months.import_("Load", file=file, into=plan), content).counts[1] == 4
    http = in_model(Http(tenant), months)
    put(http, "/currentPeriod", {"date": "2025-12-01"})
    put(http, "/modelCalendar/fiscalYear", {"year": "FY27"})
    put(http, "/modelCalendar/fiscalYear", {"year": "FY26"})
    export = months.export("out", of=plan, leaves_only=True, omit_empty=True)
    assert export_lines(months, export)[1:] == ["Jan 26,2,", "Feb 26,3,Mar 26", "Dec 27,4,Dec 27"]
    assert http.get("/currentPeriod").json()["currentPeriod"]["periodText"] == ""


def test_versions_show_only_attributes_that_are_set(timing_api: InModel) -> None:
    body = timing_api.get("/versions").json()
    always = {"periodText": "Start of Timescale", "date": "1900-01-01"}
    ever = {"periodText": "End of Timescale", "date": "2399-12-31"}
    common = {"editFrom": always, "editTo": ever, "isActual": False, "isCurrent": False}
    assert body["versionMetadata"] == [
        {**common, "id": "107000000001", "name": "Actual", "isActual": True},
        {**common, "id": "107000000002", "name": "Forecast", "isCurrent": True},
        {**common, "id": "107000000003", "name": "Variance", "formula": "Forecast - Actual"},
    ]
    assert body["meta"]["paging"]["totalSize"] == 3


def test_a_version_can_be_editable_for_some_periods_only(tenant: Sandbox) -> None:
    budget = {
        "name": "Budget",
        "id": "107000000009",
        "notes": "Frozen",
        "edit_from": datetime.date(2026, 1, 1),
        "edit_to": datetime.date(2026, 12, 31),
    }
    http = in_model(Http(tenant), build(tenant, Calendar(2026), versions=[budget]))
    [shown] = http.get("/versions").json()["versionMetadata"]
    assert shown["editFrom"] == {"periodText": "Jan 26", "date": "2026-01-01"}
    assert shown["editTo"] == {"periodText": "Dec 26", "date": "2026-12-31"}
    assert (shown["id"], shown["notes"], shown["isCurrent"]) == ("107000000009", "Frozen", True)


def test_the_switchover_date_is_the_first_day_of_the_period(timing_api: InModel) -> None:
    answer = put(timing_api, "/versions/107000000002/switchover", {"date": "2026-06-03"})
    shown = {"periodText": "Jun 26", "date": "2026-06-01"}
    assert answer.json()["versionSwitchover"] == {**shown, "calendarType": MONTHS}
    [_, forecast, variance] = timing_api.get("/versions").json()["versionMetadata"]
    assert forecast["switchover"] == shown
    assert "switchover" not in variance


def test_an_empty_date_resets_the_switchover(timing_api: InModel) -> None:
    put(timing_api, "/versions/107000000002/switchover", {"date": "2026-06-03"})
    answer = put(timing_api, "/versions/107000000002/switchover", {"date": ""})
    assert answer.json()["versionSwitchover"]["date"] == ""
    assert "switchover" not in timing_api.get("/versions").json()["versionMetadata"][1]
    answer = put(timing_api, "/versions/107000000002/switchover", {"date": "2026-01-03"})
    assert answer.status_code == 200


def test_a_switchover_before_the_current_one_or_outside_the_model_year_is_refused(
    timing_api: InModel,
) -> None:
    switchover = "/versions/107000000002/switchover"
    put(timing_api, switchover, {"date": "2026-06-03"})
    assert put(timing_api, switchover, {"date": "2026-06-01"}).status_code == 200
    assert put(timing_api, switchover, {"date": "2026-05-31"}).status_code == 400
    assert put(timing_api, switchover, {"date": "2027-01-01"}).status_code == 400
    assert (
        put(timing_api, "/versions/107000000003/switchover", {"date": "2025-12-31"}).status_code
        == 400
    )
    assert put(timing_api, switchover).status_code == 400
    shown = timing_api.get("/versions").json()["versionMetadata"][1]["switchover"]
    assert shown["periodText"] == "Jun 26"


def test_the_actual_version_has_no_switchover_and_others_are_unknown(timing_api: InModel) -> None:
    assert (
        put(timing_api, "/versions/107000000001/switchover", {"date": "2026-06-03"}).status_code
        == 400
    )
    assert (
        put(timing_api, "/versions/107000000099/switchover", {"date": "2026-06-03"}).status_code
        == 404
    )


@pytest.mark.parametrize("path", ["/modelCalendar", "/currentPeriod", "/versions"])
def test_calendar_and_versions_are_for_administrators(
    tenant: Sandbox, months: Model, path: str
) -> None:
    tenant.add_user("standard@example.com", "pw", administrator=False)
    http = in_model(Http(tenant, "standard@example.com", "pw"), months)
    assert http.get(path).status_code == 404


def test_year_to_date_and_year_to_go_follow_the_current_period(tenant: Sandbox) -> None:
    calendar = Calendar(2026, 0, 0, total=True, year_to_date=True, year_to_go=True)
    model = build(tenant, calendar)
    lst = model.list("Teams", items=pd.DataFrame({"Name": ["A"]}))
    plan = model.module("Plan", dimensions=[lst, "Time"], line_items={"a": "NUMBER"})
    file = model.file("plan.csv", columns=["Teams", "Time", "a"])
    rows = "".join(f"A,{month} 26,1\n" for month in ("Jan", "Feb", "Mar", "Apr", "May"))
    load(model, model.import_("Load", file=file, into=plan), f"Teams,Time,a\n{rows}")
    export = model.export("out", of=plan, omit_empty=True)
    http = in_model(Http(tenant), model)
    assert "A,YTD,3" not in export_lines(model, export)
    put(http, "/currentPeriod", {"date": "2026-03-15"})
    lines = export_lines(model, export)
    assert lines[-4:] == ["A,FY26,5", "A,YTD,3", "A,YTG,2", "A,All Periods,5"]
    put(http, "/currentPeriod", {"date": "2026-04-15"})
    assert export_lines(model, export)[-3:-1] == ["A,YTD,4", "A,YTG,1"]
    put(http, "/currentPeriod", {"date": "2026-12-31"})
    assert export_lines(model, export)[-2:] == ["A,YTD,5", "A,All Periods,5"]


def test_a_data_folder_keeps_the_settings(tmp_path: Any) -> None:
    for round_ in (1, 2):
        with Sandbox(data=tmp_path) as sandbox:
            http = in_model(Http(sandbox), build(sandbox, Calendar(2026)))
            if round_ == 1:
                put(http, "/modelCalendar/fiscalYear", {"year": "FY27"})
                put(http, "/currentPeriod", {"date": "2027-03-01"})
                put(http, "/versions/107000000002/switchover", {"date": "2027-05-01"})
            shown = http.get("/modelCalendar").json()["modelCalendar"]
            assert shown["fiscalYear"]["year"] == "FY27"
            assert shown["currentPeriod"]["periodText"] == "Mar 27"
            forecast = http.get("/versions").json()["versionMetadata"][1]
            assert forecast["switchover"]["periodText"] == "May 27"
