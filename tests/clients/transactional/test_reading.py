"""What the transactional clients of anaplan-sdk read, from a model that nobody changes."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Callable
from typing import Any

import pytest
from anaplan_sdk.exceptions import InvalidIdentifierException
from pydantic import ValidationError

from anaplan_frames.sandbox import Calendar, Sandbox, ThirteenPeriods, WeekCalendar, WeeksGeneral
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.time.timescale import Timescale
from tests.clients.planned import build_planned
from tests.clients.transactional.conftest import Called
from tests.clients.transactional.ids import (
    BY_CITY,
    CITIES,
    DOUBLE,
    FEBRUARY,
    FORECAST,
    LARGE,
    LINE_ITEMS,
    MEASURES,
    NOTE,
    OSLO,
    REGIONS,
    SALES,
    TICKETS,
    TIME,
    UNITS,
    USERS,
    VERSIONS,
)


@pytest.fixture(scope="module")
def model(sandbox: Sandbox) -> Model:
    return build_planned(sandbox)


def test_it_shows_the_model(tr: Called, model: Model) -> None:
    shown = tr.get_model_details()
    assert (shown.id, shown.name, shown.active_state) == (model.id, "Sales planning", "UNLOCKED")
    assert (shown.workspace_id, shown.workspace_name) == (model.workspace.id, "Planning")
    assert shown.memory_usage == model.memory_usage > 0


def test_it_lists_modules_views_and_lists_and_sorts_them(tr: Called) -> None:
    assert [(one.id, one.name) for one in tr.get_modules()] == [(SALES, "Sales")]
    views = tr.get_views(sort_by="id", descending=True)
    assert [(view.id, view.name, view.moduleId) for view in views] == [
        (BY_CITY, "Sales.By city", SALES),
        (SALES, "Sales", SALES),
    ]
    assert tr.get_views(sort_by="id") == views[::-1] == tr.get_views(sort_by="name")
    assert len(tr.get_views(sort_by="module_id")) == 2
    lists = tr.get_lists(sort_by="name")
    assert [(one.id, one.name) for one in lists] == [
        (CITIES, "City"),
        (REGIONS, "Region"),
        (TICKETS, "Ticket"),
    ]
    assert tr.get_lists(sort_by="name", descending=True) == lists[::-1]


def test_it_shows_the_axes_of_a_view(tr: Called) -> None:
    view = tr.get_view_info(BY_CITY)
    assert (view.view_id, view.view_name) == (BY_CITY, "By city")
    assert [(one.id, one.name) for one in view.rows] == [(CITIES, "City")]
    assert [(one.id, one.name) for one in view.columns] == [(LINE_ITEMS, "Line items")]
    assert [one.id for one in view.pages] == [TIME, VERSIONS]
    assert [one.id for one in tr.get_view_info(SALES).columns] == [TIME]


def test_it_reads_all_that_is_known_of_line_items(tr: Called) -> None:
    items = {item.name: item for item in tr.get_line_items()}
    assert tr.get_line_items(only_module_id=SALES) == list(items.values())
    assert {name: item.format for name, item in items.items()} == {
        "Units": "NUMBER",
        "Double": "NUMBER",
        "Note": "TEXT",
        "Open": "BOOLEAN",
        "Since": "DATE",
        "Supplier": "LIST",
        "Due": "TIME PERIOD",
    }
    units, double = items["Units"], items["Double"]
    assert (units.id, units.module_id, units.module_name) == (UNITS, SALES, "Sales")
    assert (units.code, units.notes, units.formula, units.summary) == ("U", "Sold", None, "Sum")
    assert (units.time_scale, units.version.name) == ("Month", "All")
    assert [one.id for one in units.applies_to] == [CITIES]
    assert [one.id for one in units.referenced_by] == [DOUBLE]
    assert (double.formula, double.referenced_by) == ("Units * 2", [])
    assert units.cell_count == 5 * 17 * 2  # cities and regions, months and totals, versions
    assert units.format_metadata.decimal_separator == "FULL_STOP"
    assert items["Supplier"].format_metadata.hierarchy_entity_id == CITIES
    assert items["Due"].format_metadata.period_type.entity_id == "MONTH"


def test_it_reads_the_cells_of_a_page_of_a_view(tr: Called) -> None:
    data = tr.get_view_data(BY_CITY)
    assert data["pages"] == ["Jan 26", "Actual"]
    assert data["columnCoordinates"][:3] == [["Units"], ["Double"], ["Note"]]
    assert {row["rowCoordinates"][0]: row["cells"][:3] for row in data["rows"]} == {
        "Oslo": ["1", "2", "p,q"],
        "Bonn": ["0", "0", ""],
        "Rome": ["4", "8", "=1+1"],
        "North": ["1", "2", ""],
        "South": ["4", "8", ""],
    }
    data = tr.get_view_data(BY_CITY, pages=[(TIME, FEBRUARY), (VERSIONS, FORECAST)], max_rows=1)
    assert data["pages"] == ["Feb 26", "Forecast"]
    assert [row["cells"][:2] for row in data["rows"]] == [["16", "32"]]


def test_it_reads_cells_as_csv_in_every_layout(tr: Called) -> None:
    def read(view: int, **options: Any) -> list[list[str]]:
        content = tr.get_view_data(view, data_format="text/csv", **options)
        return [row for row in csv.reader(content.decode().splitlines()) if row]

    title, header, first, *_ = read(BY_CITY)
    assert (title, header[:4]) == (["Jan 26", "Actual"], ["", "Units", "Double", "Note"])
    assert first[:4] == ["Oslo", "1", "2", "p,q"]
    assert read(BY_CITY, export_type="GRID_CURRENT_PAGE") == read(BY_CITY)
    pages = [row for row in read(BY_CITY, export_type="GRID_ALL_PAGES") if len(row) == 2]
    assert len(pages) == 17 * 2

    single = {"parent_module_id": SALES, "export_type": "TABULAR_SINGLE_COLUMN"}
    header, *rows = read(SALES, **single)
    assert header == ["City", "Versions", "Time", "Line items", "Value"]
    assert ["Oslo", "Forecast", "Feb 26", "Double", "32"] in rows
    several = {"parent_module_id": SALES, "export_type": "TABULAR_MULTI_COLUMN", "max_rows": 2}
    header, first, _ = read(SALES, **several)
    assert header[:6] == ["City", "Versions", "Time", "Units", "Double", "Note"]
    assert first[:6] == ["Oslo", "Actual", "Jan 26", "1", "2", "p,q"]


def test_it_reads_cells_with_texts_that_a_spreadsheet_must_not_run(tr: Called) -> None:
    assert b'"=1+1"' in tr.get_view_data(BY_CITY, data_format="text/csv;escaped=true")
    assert b'"=1+1"' not in tr.get_view_data(BY_CITY, data_format="text/csv")


def test_it_reads_a_line_item_in_place_of_a_view(tr: Called) -> None:
    data = tr.get_view_data(UNITS, pages=[(CITIES, OSLO), (VERSIONS, FORECAST)])
    assert [row["rowCoordinates"] for row in data["rows"]] == [["Units"]]
    assert data["rows"][0]["cells"][:4] == ["0", "16", "0", "16"]


def test_it_shows_a_list(tr: Called) -> None:
    cities = tr.get_list_metadata(CITIES)
    assert (cities.id, cities.name, cities.item_count) == (CITIES, "City", 3)
    assert [(one["name"], one["format"]) for one in cities.properties] == [
        ("Size", "NUMBER"),
        ("Capital", "BOOLEAN"),
        ("Founded", "DATE"),
        ("Motto", "TEXT"),
    ]
    assert not cities.numbered_list
    assert tr.get_list_metadata(TICKETS).numbered_list


def test_it_reads_list_items_both_ways(tr: Called) -> None:
    items = tr.get_list_items(CITIES)
    assert [(item.name, item.code, item.parent) for item in items] == [
        ("Oslo", "OSL", "North"),
        ("Bonn", "BON", "North"),
        ("Rome", "ROM", "South"),
    ]
    assert items[2].properties == {"Size": "2.8", "Capital": "true", "Founded": "", "Motto": ""}
    assert [item.subsets for item in items] == [{"Large": False}, {"Large": False}, {"Large": True}]
    raw = tr.get_list_items(CITIES, return_raw=True)
    assert [item["id"] for item in raw] == [str(item.id) for item in items]
    assert raw[0]["properties"] == items[0].properties
    assert tr.get_list_items(TICKETS) == []


@pytest.mark.parametrize(
    ("calendar", "settings"),
    [
        (Calendar(2026, 1, 2), {"past_years_count": 1}),
        (WeekCalendar(2026, 1, 2, grouping="4-5-4"), {"week_grouping": "4-5-4"}),
        (ThirteenPeriods(2026, 1, 2), {"future_years_count": 2, "week_format": "Numbered"}),
        (
            WeeksGeneral(datetime.date(2026, 1, 5), 60),
            {"start_date": "2026-01-05", "weeks_count": 60},
        ),
    ],
    ids=lambda given: getattr(given, "type", ""),
)
def test_it_knows_all_four_calendars(
    sandbox: Sandbox,
    of: Callable[[Model], Called],
    calendar: Timescale,
    settings: dict[str, Any],
) -> None:
    tr = of(sandbox.workspace("Planning").model("Timed", calendar=calendar))
    shown = tr.get_model_calendar()
    assert shown.calendar_type == calendar.type
    assert {key: getattr(shown, key) for key in settings} == settings
    if calendar.type != "Weeks: General":
        assert shown.fiscal_year.year == "FY26"
        assert shown.totals_selection.quarter_totals


def test_it_reads_the_items_of_dimensions(tr: Called) -> None:
    cities = tr.get_dimension_items(CITIES)
    assert [(item.code, item.name) for item in cities] == [
        ("OSL", "Oslo"),
        ("BON", "Bonn"),
        ("ROM", "Rome"),
    ]
    assert tr.get_dimension_items(LARGE) == cities[2:]
    assert [item.id for item in tr.get_dimension_items(MEASURES)] == [UNITS, DOUBLE]
    [user] = tr.get_dimension_items(USERS)
    assert user.code == "demo@example.com"
    assert tr.get_dimension_items(TICKETS) == []
    with pytest.raises(InvalidIdentifierException):
        tr.get_dimension_items(109000000099)


def test_it_looks_up_items_by_codes_and_names(tr: Called) -> None:
    found = tr.lookup_dimension_items(CITIES, codes=["osl", "none"], names=["ROME"])
    assert [(item.id, item.name) for item in found] == [(OSLO, "Oslo"), (OSLO + 2, "Rome")]
    [forecast] = tr.lookup_dimension_items(VERSIONS, names=["Forecast"])
    assert (forecast.id, forecast.code) == (FORECAST, "F")
    [user] = tr.lookup_dimension_items(USERS, codes=["demo@example.com"])
    assert user.name == "Demo User"


def test_it_does_not_take_items_without_codes_which_the_documentation_knows(tr: Called) -> None:
    with pytest.raises(ValidationError, match="code"):
        tr.lookup_dimension_items(TIME, names=["Feb 26"])


def test_it_reads_the_items_of_a_view_and_the_dimensions_of_a_line_item(tr: Called) -> None:
    items = tr.get_view_dimension_items(BY_CITY, CITIES)
    assert [item.name for item in items] == ["Oslo", "Bonn", "Rome", "North", "South"]
    assert FEBRUARY in [item.id for item in tr.get_view_dimension_items(BY_CITY, TIME)]
    assert len(tr.get_view_dimension_items(BY_CITY, LINE_ITEMS)) == 7
    dimensions = [(one.id, one.name) for one in tr.get_line_item_dimensions(NOTE)]
    assert dimensions == [(CITIES, "City"), (TIME, "Time"), (VERSIONS, "Versions")]


def test_ids_that_are_not_there_are_refused(tr: Called) -> None:
    for read in (tr.get_view_info, tr.get_list_metadata, tr.get_list_items, tr.get_view_data):
        with pytest.raises(InvalidIdentifierException):
            read(101000000099)
    with pytest.raises(InvalidIdentifierException):
        tr.get_line_item_dimensions(206000000099)
