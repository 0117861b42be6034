"""Writes of single cells over HTTP: cells written, cells that fail, requests refused."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from anaplan_frames.sandbox import Calendar, Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model
from tests.sandbox.http_client import Http, InModel, in_model
from tests.sandbox.kept_rows import KeptRows
from tests.sandbox.planning.model_actions import export_lines, names

CALCULATED = {
    "failureType": "cellIsCalculated",
    "failureMessageDetails": "the cell is a calculated/aggregate cell and is not writeable",
}
INVALID = {
    "failureType": "cellIsInvalid",
    "failureMessageDetails": "the cell could not be found or resolved",
}


@pytest.fixture(scope="module")
def kept_costs(shared_tenant: Sandbox) -> KeptRows:
    """A module over a hierarchy, Time and Versions, with a line item of every format."""
    model = shared_tenant.workspace("Finance").model("Headcount", calendar=Calendar(2026, 0, 0))
    regions = model.list("Regions", items=names("North"))
    people = model.list(
        "People",
        parent=regions,
        items=pd.DataFrame(
            {"Name": ["Ada", "Bo"], "Code": ["E1", "E2"], "Parent": ["North", "North"]}
        ),
    )
    grades = model.list("Grades", items=names("A", "B"))
    module = model.module(
        "Costs",
        dimensions=[people, "Time", "Versions"],
        line_items={
            "Salary": "NUMBER",
            "Active": "BOOLEAN",
            "Note": "TEXT",
            "Joined": "DATE",
            "Grade": grades,
            "Paid in": "TIME PERIOD",
            "Double": {"format": "NUMBER", "formula": "Salary * 2"},
        },
    )
    model.export("Out", module, leaves_only=True, omit_empty=True)
    return KeptRows(model)


@pytest.fixture
def costs(kept_costs: KeptRows) -> Model:
    """The same module, without the values that other tests have written."""
    return kept_costs.put_back()


@pytest.fixture
def costs_api(shared_http: Http, costs: Model) -> InModel:
    return in_model(shared_http, costs)


def cell(value: Any, line_item: str = "Salary", *, person: Any = "Ada", **items: str) -> dict:
    chosen = {"People": person, "Time": "Jan 26", "Versions": "Actual", **items}
    return {
        "lineItemName": line_item,
        "dimensions": [
            {"dimensionName": dimension, "itemName": item} for dimension, item in chosen.items()
        ],
        "value": value,
    }


def post(api: InModel, cells: Any, expected: int = 200) -> Any:
    answer = api.post("/modules/102000000001/data", cells)
    assert answer.status_code == expected, answer.text
    return answer.json()


def written(api: InModel, cells: Any) -> None:
    answer = post(api, cells)
    assert answer == {"numberOfCellsChanged": len(cells), "failures": []}


def rows(model: Model) -> list[str]:
    return export_lines(model, next(iter(model.exports.values())))[1:]


def test_a_cell_is_written_by_names(costs_api: InModel, costs: Model) -> None:
    written(costs_api, [cell(1111)])
    assert rows(costs) == ["Ada,Jan 26,Actual,1111,false,,,,,2222"]


def test_a_cell_is_written_by_ids_and_codes(costs_api: InModel, costs: Model) -> None:
    module = next(iter(costs.modules.values()))
    with costs.store.reading() as con:
        january = con.execute("SELECT id FROM time_members WHERE name = 'Jan 26'").fetchone()
    assert january is not None
    dimensions = [
        {"dimensionId": module.dimensions[0].id, "itemCode": "E2"},
        {"dimensionId": "20000000003", "itemId": str(january[0])},
        {"dimensionId": "20000000020", "itemId": "107000000001"},
    ]
    written(
        costs_api, [{"lineItemId": module.line_items[0].id, "dimensions": dimensions, "value": 7}]
    )
    assert rows(costs) == ["Bo,Jan 26,Actual,7,false,,,,,14"]


def test_values_of_every_format_are_accepted_as_documented(
    costs_api: InModel, costs: Model
) -> None:
    values = {
        "Salary": "123.45",
        "Active": True,
        "Note": 'a "b", c',
        "Joined": "2020-12-31",
        "Grade": "B",
        "Paid in": "Q1 FY26",
    }
    written(costs_api, [cell(value, item) for item, value in values.items()])
    assert rows(costs) == ['Ada,Jan 26,Actual,123.45,true,"a ""b"", c",2020-12-31,B,Q1 FY26,246.9']


def test_other_cells_keep_their_values(costs_api: InModel, costs: Model) -> None:
    written(costs_api, [cell(5), cell("old", "Note"), cell(6, person="Bo")])
    written(costs_api, [cell("new", "Note")])
    assert rows(costs) == [
        "Ada,Jan 26,Actual,5,false,new,,,,10",
        "Bo,Jan 26,Actual,6,false,,,,,12",
    ]


def test_the_later_of_two_writes_of_the_same_cell_is_used(costs_api: InModel, costs: Model) -> None:
    written(costs_api, [cell(5), cell(6)])
    assert rows(costs) == ["Ada,Jan 26,Actual,6,false,,,,,12"]


def test_an_empty_string_makes_a_cell_blank(costs_api: InModel, costs: Model) -> None:
    items = {"Note": "x", "Joined": "2020-12-31", "Grade": "A", "Paid in": "Jan 26"}
    written(costs_api, [cell(value, item) for item, value in items.items()])
    written(costs_api, [cell("", item) for item in items])
    assert rows(costs) == []


def test_a_failed_cell_does_not_prevent_writing_the_others(
    costs_api: InModel, costs: Model
) -> None:
    answer = post(costs_api, [cell(1), cell(2, "Double"), cell(3, person="Bo")])
    assert answer == {
        "numberOfCellsChanged": 2,
        "failures": [{"requestIndex": 1, **CALCULATED}],
    }
    assert rows(costs) == [
        "Ada,Jan 26,Actual,1,false,,,,,2",
        "Bo,Jan 26,Actual,3,false,,,,,6",
    ]


@pytest.mark.parametrize(
    "wrong",
    [cell(1, "Double"), cell(1, person="North"), cell(1, Time="Q1 FY26"), cell(1, Time="FY26")],
    ids=["formula", "parent item", "quarter", "year"],
)
def test_calculated_and_aggregate_cells_are_not_writeable(costs_api: InModel, wrong: Any) -> None:
    assert post(costs_api, [wrong]) == {
        "numberOfCellsChanged": 0,
        "failures": [{"requestIndex": 0, **CALCULATED}],
    }


@pytest.mark.parametrize(
    "wrong",
    [
        cell(1, "Salery"),
        cell(1, person="Cy"),
        cell(1, Time="Jan 27"),
        cell(1, Versions="Plan"),
        cell(1, Colour="Red"),
        {**cell(1), "lineItemId": "206999999999"},
        {**cell(1), "dimensions": cell(1)["dimensions"][:2]},
        {**cell(1), "dimensions": [*cell(1)["dimensions"][:2], cell(1)["dimensions"][0]]},
        {"lineItemName": "Salary", "value": 1},
    ],
    ids=[
        "no such line item",
        "no such item",
        "out of the calendar",
        "no such version",
        "a dimension too many",
        "no such line item id",
        "a dimension missing",
        "a dimension twice",
        "no dimensions",
    ],
)
def test_an_unknown_cell_fails_on_its_own(costs_api: InModel, wrong: Any) -> None:
    assert post(costs_api, [cell(1), wrong]) == {
        "numberOfCellsChanged": 1,
        "failures": [{"requestIndex": 1, **INVALID}],
    }


@pytest.mark.parametrize(
    ("line_item", "value"),
    [
        ("Salary", "12x"),
        ("Salary", ""),
        ("Salary", "1,5"),
        ("Salary", "nan"),
        ("Salary", True),
        ("Active", "true"),
        ("Active", 1),
        ("Note", 5),
        ("Joined", "31.12.2020"),
        ("Joined", "2021-02-29"),
        ("Joined", 20201231),
        ("Grade", "C"),
        ("Grade", 1),
        ("Paid in", "Jan 27"),
    ],
)
def test_an_invalid_value_fails_on_its_own(costs_api: InModel, line_item: str, value: Any) -> None:
    answer = post(costs_api, [cell(value, line_item), cell(1, person="Bo")])
    assert answer["numberOfCellsChanged"] == 1
    [failure] = answer["failures"]
    assert (failure["requestIndex"], failure["failureType"]) == (0, "INCORRECT_FORMAT")
    assert f"line item name:{line_item}, value:" in failure["failureMessageDetails"]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"cells": []}, "not a JSON array"),
        ([1], "not a JSON array"),
        ([{**cell(1), "dimensions": "People"}], "not a JSON array"),
        ([cell(1), cell(None)], "requestIndex 1: value"),
        ([{"lineItemName": "Salary", "dimensions": []}], "requestIndex 0: value"),
        ([cell([1])], "requestIndex 0: value"),
        ([cell({"a": 1})], "requestIndex 0: value"),
        ([{"dimensions": [], "value": 1}], "requestIndex 0: lineItemId or lineItemName"),
        (
            [{"lineItemName": "Salary", "dimensions": [{"itemName": "Ada"}], "value": 1}],
            "requestIndex 0: dimensionId or dimensionName",
        ),
        (
            [{"lineItemName": "Salary", "dimensions": [{"dimensionName": "People"}], "value": 1}],
            "requestIndex 0: itemId, itemName or itemCode",
        ),
    ],
)
def test_a_request_without_a_required_field_is_refused_as_a_whole(
    costs_api: InModel, costs: Model, cells: Any, words: str
) -> None:
    assert words in post(costs_api, cells, 400)["status"]["message"]
    assert rows(costs) == []


def test_a_body_that_is_not_json_is_refused(costs_api: InModel) -> None:
    not_utf8 = b'[{"lineItemName": "\xff", "value": 1}]'
    numbers = [
        b'[{"lineItemName": "Salary", "value": %s}]' % word for word in (b"NaN", b"Infinity")
    ]
    for content in (b"", b"\n", b"[", b"[{},]", b"value", b"[]]", not_utf8, *numbers):
        answer = costs_api.http.send(
            "POST", costs_api.path + "/modules/102000000001/data", data=content
        )
        assert answer.status_code == 400, content


def test_an_empty_array_changes_nothing(costs_api: InModel) -> None:
    written(costs_api, [])


def test_an_unknown_module_is_not_found(costs_api: InModel) -> None:
    assert costs_api.post("/modules/102000000099/data", [cell(1)]).status_code == 404


def test_both_forms_of_the_url_accept_cells(shared_http: Http, costs: Model) -> None:
    direct = in_model(shared_http, costs, with_workspace=False)
    written(direct, [cell(4)])
    assert rows(costs) == ["Ada,Jan 26,Actual,4,false,,,,,8"]


def test_a_module_without_dimensions_has_one_cell_per_line_item(
    costs_api: InModel, costs: Model
) -> None:
    module = costs.module("Settings", line_items={"Rate": "NUMBER", "Owner": "TEXT"})
    path = f"/modules/{module.id}/data"
    for rate in (1, 2):
        answer = costs_api.post(path, [{"lineItemName": "Rate", "value": rate}])
        assert answer.json() == {"numberOfCellsChanged": 1, "failures": []}
    costs_api.post(path, [{"lineItemName": "Owner", "dimensions": [], "value": "Ada"}])
    assert export_lines(costs, costs.export("Settings out", module))[1:] == ["2,Ada"]


def test_too_many_cells_are_refused_with_the_limit() -> None:
    with Sandbox(cell_write_limit=2) as tenant:
        model = tenant.workspace("Finance").model("Headcount")
        module = model.module("Settings", line_items={"Rate": "NUMBER"})
        api = in_model(Http(tenant), model)
        one = {"lineItemName": "Rate", "value": 1}
        assert api.post(f"/modules/{module.id}/data", [one] * 2).status_code == 200
        refused = api.post(f"/modules/{module.id}/data", [one] * 3)
        assert refused.status_code == 400
        assert "maximum of 2 cells" in refused.json()["status"]["message"]


def test_more_than_15_megabytes_are_refused(costs_api: InModel) -> None:
    answer = costs_api.post("/modules/102000000001/data", [cell("x" * 15_000_000, "Note")])
    assert answer.status_code == 413
    assert "15000000 bytes" in answer.json()["status"]["message"]


@pytest.mark.parametrize("count", [5_000, pytest.param(50_000, marks=pytest.mark.long)])
def test_a_full_request_is_written_and_its_failures_are_returned(
    tenant: Sandbox, count: int
) -> None:
    model = tenant.workspace("Finance").model("Big")
    codes = [f"i{number}" for number in range(count)]
    lst = model.list("Items", items=names(*codes))
    module = model.module("M", dimensions=[lst], line_items={"a": "NUMBER", "b": "NUMBER"})
    cells = [
        {
            "lineItemName": line_item,
            "dimensions": [{"dimensionName": "Items", "itemCode": code}],
            "value": number,
        }
        for number, code in enumerate(codes)
        for line_item in "ab"
    ]
    wrong = [0, 1, 777, 2 * count - 1]
    for index in wrong:
        cells[index]["value"] = "x"
    answer = in_model(Http(tenant), model).post(f"/modules/{module.id}/data", cells).json()
    assert answer["numberOfCellsChanged"] == 2 * count - len(wrong)
    assert [failure["requestIndex"] for failure in answer["failures"]] == wrong
    with model.store.reading() as con:
        stored = con.execute(
            f"SELECT count(*), count(*) FILTER (v0 = substr(code, 2)::BIGINT),"
            f" count(*) FILTER (v1 = substr(code, 2)::BIGINT)"
            f" FROM cells_{module.id} JOIN list_{lst.id} ON id = d0"
        ).fetchone()
    assert stored == (count - 1, count - 1, count - 3)
