"""Line items with dimensions of their own over HTTP: metadata, views, large reads, cell writes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model
from tests.restored_models import RestoredModel
from tests.sandbox.full_tenant import build_everything
from tests.sandbox.http_client import Http, InModel, in_model

SALES, QUARTERLY, BY_MEASURE, LOOSE = (f"10200000000{number}" for number in range(1, 5))
LARGE, SOLD = "109000000001", "109000000002"
TIME, VERSIONS = "20000000003", "20000000020"


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[InModel, Model, RestoredModel]]:
    with Sandbox(rate_limit=None, task_pause=0) as tenant:
        model = build_everything(tenant)
        yield in_model(Http(tenant), model), model, RestoredModel(model)


@pytest.fixture
def everything(served: tuple[InModel, Model, RestoredModel]) -> InModel:
    served[2].restore()
    return served[0]


@pytest.fixture
def ids(served: tuple[InModel, Model, RestoredModel]) -> dict[str, str]:
    """Return the ids of all line items by name."""
    every = (item for module in served[1].modules.values() for item in module.line_items)
    return {item.name: item.id for item in every}


def shown(api: InModel) -> dict[str, dict[str, Any]]:
    items = api.get("/lineItems", includeAll="true").json()["items"]
    return {item["name"]: item for item in items}


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("name", "applies", "scale", "version", "cells"),
    [
        ("Units", ["Large", "Products"], "Month", "Not Applicable", 5 * 4 * 20),
        ("Inputs", ["Large", "Products"], "Month", "Not Applicable", 0),
        ("Price", ["Products"], "Not Applicable", "Not Applicable", 4),
        ("Goal", ["Large", "Products"], "Quarter", "Not Applicable", 5 * 4 * 7),
        ("Rate", [], "Not Applicable", "Not Applicable", 1),
        ("Flag", ["Cities"], "Not Applicable", "All", 7 * 2),
        ("Target", ["Sold"], "Quarter", "All", 3 * 2 * 7),
        ("Yearly", ["Sold"], "Year", "All", 3 * 2 * 1),
        ("Weight", ["Measures", "Products"], "Not Applicable", "Not Applicable", 2 * 4),
        ("B", [], "Half-Year", "Not Applicable", 3),
    ],
)
def test_metadata_show_the_dimensions_of_each_line_item(
    everything: InModel, name: str, applies: list[str], scale: str, version: str, cells: int
) -> None:
    item = shown(everything)[name]
    assert [one["name"] for one in item["appliesTo"]] == applies
    assert (item["timeScale"], item["version"]["name"]) == (scale, version)
    assert item["cellCount"] == cells


@pytest.mark.long
def test_a_heading_has_the_format_none(everything: InModel) -> None:
    item = shown(everything)["Outputs"]
    assert (item["format"], item["formatMetadata"], item["summary"]) == (
        "NONE",
        {"dataType": "NONE"},
        "None",
    )


def test_views_of_line_items_are_listed_if_they_are_asked_for(
    everything: InModel, ids: dict[str, str]
) -> None:
    plain = everything.get("/views").json()["views"]
    every = everything.get("/views", includesubsidiaryviews="true").json()["views"]
    added = {one["name"]: one["id"] for one in every if one not in plain}
    assert added["Sales.Goal"] == ids["Goal"]
    assert added["Quarterly.Monthly"] == ids["Monthly"]
    assert len(added) == 10
    of_module = everything.get(f"/modules/{QUARTERLY}/views", includesubsidiaryviews="true").json()[
        "views"
    ]
    assert [one["name"] for one in of_module] == ["default", "Monthly", "Yearly"]
    assert {one["moduleId"] for one in of_module} == {QUARTERLY}


def test_the_id_of_a_line_item_is_that_of_its_view(
    everything: InModel, ids: dict[str, str]
) -> None:
    view = everything.get(f"/views/{ids['Flag']}").json()
    assert (view["viewName"], view["viewId"]) == ("Flag", ids["Flag"])
    assert [one["name"] for one in view["pages"]] == ["Versions"]
    assert [one["name"] for one in view["rows"]] == ["Cities"]
    default = everything.get(f"/views/{ids['Units']}").json()
    assert (default["viewName"], default["viewId"]) == ("Sales", SALES)
    dimensions = everything.get(f"/lineItems/{ids['Flag']}/dimensions").json()["dimensions"]
    assert [one["name"] for one in dimensions] == ["Cities", "Versions"]


def test_data_of_a_line_item_come_in_all_layouts(everything: InModel, ids: dict[str, str]) -> None:
    path = f"/views/{ids['Price']}/data"
    grid = everything.get(path).text
    assert grid.splitlines() == [",Price", "Tools,0", "Hammer,1.5", "Saw,0", "Glue,2"]
    options = {"exportType": "TABULAR_MULTI_COLUMN", "moduleId": SALES}
    assert everything.get(path, **options).text.splitlines()[2] == "Hammer,1.5"
    assert everything.get(path, **options | {"moduleId": ids["Price"]}).status_code == 400
    large = f"/views/{ids['Price']}/readRequests"
    answer = everything.http.post(everything.path + large, {"exportType": "TABULAR_MULTI_COLUMN"})
    request = answer.json()["viewReadRequest"]["requestId"]
    while everything.get(f"{large}/{request}").json()["viewReadRequest"]["requestState"] != (
        "COMPLETE"
    ):
        time.sleep(0.01)
    page = everything.get(f"{large}/{request}/pages/0").text
    assert page.splitlines() == ["Products,Price", "Tools,0", "Hammer,1.5", "Saw,0", "Glue,2"]


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("item", "dimension", "names"),
    [
        ("Units", LARGE, ["Oslo", "Rome", "North", "South", "World"]),
        ("Target", SOLD, ["Tools", "Hammer", "Glue"]),
        ("Yearly", TIME, ["FY26"]),
        ("B", TIME, ["H1 FY26", "H2 FY26", "FY26"]),
    ],
)
def test_items_of_a_dimension_are_those_that_apply_to_a_line_item(
    everything: InModel, ids: dict[str, str], item: str, dimension: str, names: list[str]
) -> None:
    path = f"dimensions/{dimension}/items"
    found = everything.get(f"/lineItems/{ids[item]}/{path}").json()["items"]
    assert [one["name"] for one in found] == names
    view = everything.get(f"/views/{ids[item]}/{path}").json()["items"]
    assert view == found


@pytest.mark.long
def test_a_subset_of_the_model_has_only_items_of_its_list(everything: InModel) -> None:
    found = everything.get(f"/dimensions/{LARGE}/items").json()["items"]
    assert [one["name"] for one in found] == ["Oslo", "Rome"]


def cell(item: str, value: object, **coordinates: str) -> dict[str, Any]:
    dimensions = [{"dimensionName": name, "itemName": text} for name, text in coordinates.items()]
    return {"lineItemName": item, "dimensions": dimensions, "value": value}


def test_cells_are_named_by_the_dimensions_of_their_line_item(everything: InModel) -> None:
    place = {"Large": "Oslo", "Products": "Saw"}
    body = [
        cell("Price", 9, Products="Saw"),
        cell("Price", 9, **place, Time="Jan 26"),
        cell("Units", 4, **place, Time="Feb 26"),
        cell("Units", 4, Large="Nice", Products="Saw", Time="Feb 26"),
        cell("Goal", 4, **place, Time="Feb 26"),
        cell("Goal", 4, **place, Time="Q2 FY26"),
        cell("Goal", 4, **place, Time="FY26"),
        cell("Rate", 4),
        cell("Inputs", 4, **place, Time="Feb 26"),
        cell("Flag", True, Cities="Rome", Versions="Actual"),
        cell("Best", "Glue", Large="Rome", Time="Jun 26"),
        cell("Best", "Nothing", Large="Rome", Time="Jul 26"),
        cell("Nothing", 4),
    ]
    answer = everything.http.post(f"{everything.path}/modules/{SALES}/data", body).json()
    assert answer["numberOfCellsChanged"] == 6
    assert {one["requestIndex"]: one["failureType"] for one in answer["failures"]} == {
        1: "cellIsInvalid",
        3: "cellIsInvalid",
        4: "cellIsInvalid",  # a month, which the line item does not have
        6: "cellIsCalculated",
        8: "cellIsInvalid",
        11: "INCORRECT_FORMAT",
        12: "cellIsInvalid",
    }
    assert [one["requestIndex"] for one in answer["failures"]] == [1, 3, 4, 6, 8, 11, 12]
    quarters = everything.get("/views/206000000008/data", exportType="GRID_ALL_PAGES").text
    assert "Goal,0,4,4,0,0,0,4" in quarters


@pytest.mark.long
def test_a_module_without_cells_of_its_own_takes_cells_of_its_line_items(
    everything: InModel,
) -> None:
    body = [cell("A", 3, Products="Saw"), cell("B", "x", Time="H2 FY26")]
    answer = everything.http.post(f"{everything.path}/modules/{LOOSE}/data", body).json()
    assert answer == {"numberOfCellsChanged": 2, "failures": []}
