"""What the transactional clients of anaplan-sdk change, each time in a model of its own."""

from __future__ import annotations

from typing import Any

import pytest
from anaplan_sdk.exceptions import AnaplanException, InvalidIdentifierException

from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model
from tests.clients.planned import build_planned
from tests.clients.transactional.conftest import Called
from tests.clients.transactional.ids import (
    BY_CITY,
    CITIES,
    FEBRUARY,
    FORECAST,
    SALES,
    TICKETS,
    TIME,
    VERSIONS,
)


@pytest.fixture
def model(sandbox: Sandbox) -> Model:
    return build_planned(sandbox)  # ids of models of one name are distinguished by a number


def test_it_closes_and_wakes_the_model(tr: Called) -> None:
    assert tr.get_model_status().current_step == "Open"
    assert tr.close_model() is None
    status = tr.get_model_status()
    assert (status.current_step, status.progress, status.task_id) == ("Closed", -1, None)
    assert tr.wake_model() is None
    assert tr.get_model_status().current_step == "Open"
    tr.close_model()
    assert len(tr.get_lists()) == 3
    tr.get_list_items(CITIES)  # which opens it
    assert tr.get_model_status().current_step == "Open"


def test_it_inserts_updates_and_deletes_list_items(tr: Called) -> None:
    done = tr.insert_list_items(
        CITIES,
        [
            {"name": "Kiel", "code": "KIE", "parent": "North", "properties": {"Size": 0.25}},
            {"name": "Oslo", "code": "OS2"},
            {"name": "Pisa", "code": "PIS", "parent": "South", "subsets": {"Large": True}},
        ],
    )
    assert (done.added, done.ignored, done.total) == (2, 1, 3)
    [failure] = done.failures
    assert (failure.index, failure.reason) == (1, "DUPLICATE")
    assert "Oslo" in failure.details

    founded = {"code": "KIE", "properties": {"Founded": "1233-01-01"}}
    done = tr.update_list_items(CITIES, [founded, {"code": "none", "name": "None"}])
    assert (done.updated, done.ignored, done.total) == (1, 1, 2)
    assert [failure.index for failure in done.failures] == [1]
    *_, kiel, pisa = tr.get_list_items(CITIES)
    assert kiel.properties == {
        "Size": "0.25",
        "Capital": "false",
        "Founded": "1233-01-01",
        "Motto": "",
    }
    assert (pisa.parent, pisa.subsets) == ("South", {"Large": True})

    done = tr.delete_list_items(CITIES, [{"code": "KIE"}, {"id": pisa.id}, {"code": "none"}])
    assert (done.deleted, [failure.index for failure in done.failures]) == (2, [2])
    assert len(tr.get_list_items(CITIES)) == 3


def test_it_writes_nothing_without_a_request(tr: Called) -> None:
    assert tr.insert_list_items(CITIES, []).total == 0
    assert tr.update_list_items(CITIES, []).total == 0
    assert tr.delete_list_items(CITIES, []).deleted == 0


@pytest.mark.long
@pytest.mark.parametrize("of", ["blocking"], indirect=True)
def test_it_writes_more_items_than_one_request_takes(tr: Called) -> None:
    codes = [f"T{number}" for number in range(100_002)]
    done = tr.insert_list_items(TICKETS, [{"code": code} for code in codes])
    assert (done.added, done.total, done.failures) == (100_002, 100_002, [])
    titled = [{"code": code, "properties": {"Title": f"of {code}"}} for code in codes]
    done = tr.update_list_items(TICKETS, titled)
    assert (done.updated, done.total, done.failures) == (100_002, 100_002, [])
    done = tr.delete_list_items(TICKETS, [{"code": code} for code in codes[:-1]])
    assert (done.deleted, done.failures) == (100_001, [])
    [last] = tr.get_list_items(TICKETS, return_raw=True)
    assert (last["code"], last["properties"]) == ("T100001", {"Title": "of T100001"})


def test_it_resets_the_index_of_an_empty_list_only(tr: Called) -> None:
    with pytest.raises(AnaplanException, match="contains data"):
        tr.reset_list_index(CITIES)
    tr.insert_list_items(TICKETS, [{"code": "A"}, {"code": "B"}])
    assert [item.name for item in tr.get_list_items(TICKETS)] == ["#1", "#2"]
    tr.delete_list_items(TICKETS, [{"code": "A"}, {"code": "B"}])
    assert tr.reset_list_index(TICKETS) is None
    tr.insert_list_items(TICKETS, [{"code": "C"}])
    assert [item.name for item in tr.get_list_items(TICKETS)] == ["#1"]


def _cell(value: Any, line_item: str = "Units") -> dict[str, Any]:
    items = {"City": "Bonn", "Time": "Feb 26", "Versions": "Forecast"}
    dimensions = [{"dimensionName": one, "itemName": item} for one, item in items.items()]
    return {"lineItemName": line_item, "dimensions": dimensions, "value": value}


def test_it_writes_cells(tr: Called) -> None:
    # The number alone only if the answer has no failures, which is documented to have them.
    done = tr.update_module_data(SALES, [_cell(5), _cell("x", "Note")])
    assert done == {"numberOfCellsChanged": 2, "failures": []}
    done = tr.update_module_data(SALES, [_cell(6), _cell(7, "Double")])
    assert (done["numberOfCellsChanged"], done["failures"][0]["requestIndex"]) == (1, 1)
    data = tr.get_view_data(BY_CITY, pages=[(TIME, FEBRUARY), (VERSIONS, FORECAST)])
    assert [row["cells"][:3] for row in data["rows"]][1] == ["6", "12", "x"]
    with pytest.raises(InvalidIdentifierException):
        tr.update_module_data(102000000099, [_cell(1)])


def test_it_sets_the_current_period_and_the_fiscal_year(tr: Called) -> None:
    assert tr.get_current_period().period_text == ""
    period = tr.set_current_period("2026-02-03")
    assert (period.period_text, period.last_day) == ("Feb 26", "2026-02-28")
    assert period.calendar_type == "Calendar Months/Quarters/Years"
    assert tr.get_current_period() == period
    with pytest.raises(AnaplanException, match="2031-01-01"):
        tr.set_current_period("2031-01-01")
    year = tr.set_current_fiscal_year("FY27")
    assert (year.year, year.start_date, year.end_date) == ("FY27", "2027-01-01", "2027-12-31")
    assert tr.get_model_calendar().fiscal_year == year
