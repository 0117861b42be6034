"""Modules, their line items and their views over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from anaplan_frames.sandbox import Calendar, Sandbox, WeekCalendar
from anaplan_frames.sandbox.planning.sandbox_model import Model
from tests.sandbox.http_client import Http, InModel, in_model
from tests.sandbox.planning.model_actions import names


@pytest.fixture(scope="module")
def plan(shared_tenant: Sandbox) -> Model:
    model = shared_tenant.workspace("Finance").model("Headcount", calendar=Calendar(2026, 0, 0))
    people = model.list("People", id="101000000001", items=names("Ada", "Bo"))
    grades = model.list("Grades", id="101000000002", items=names("A"))
    costs = model.module(
        "Costs",
        id="102000000001",
        dimensions=[people, "Time", "Versions"],
        line_items={
            "Salary": {
                "format": "NUMBER",
                "id": "206000000001",
                "code": "SAL",
                "notes": "per year",
                "style": "Heading1",
            },
            "Active": "BOOLEAN",
            "Note": "TEXT",
            "Joined": "DATE",
            "Grade": grades,
            "Paid in": "TIME PERIOD",
            "Double": {
                "format": "NUMBER",
                "formula": "Salary * 2",
                "id": "206000000007",
                "summary": "Formula",
            },
        },
    )
    model.module("Settings", id="102000000002", line_items={"Rate": "NUMBER"})
    model.view(costs, "By person", rows=[people], columns=["Line items"], id="207000000001")
    model.view(costs, "In US$", rows=[people], columns=["Time"], id="207000000002")
    return model


@pytest.fixture
def module_api(shared_http: Http, plan: Model, with_workspace: bool) -> InModel:
    return in_model(shared_http, plan, with_workspace=with_workspace)


def line_items(api: InModel, path: str = "/modules/102000000001") -> dict[str, dict[str, Any]]:
    answer = api.get(f"{path}/lineItems", includeAll="true")
    assert answer.status_code == 200
    return {item["name"]: item for item in answer.json()["items"]}


def test_modules_are_listed_in_pages(module_api: InModel) -> None:
    assert module_api.get("/modules").json()["modules"] == [
        {"id": "102000000001", "name": "Costs"},
        {"id": "102000000002", "name": "Settings"},
    ]
    second = module_api.get("/modules", limit=1, offset=1).json()
    assert second["modules"] == [{"id": "102000000002", "name": "Settings"}]
    assert second["meta"]["paging"]["totalSize"] == 2


def test_line_items_have_only_ids_and_names_without_include_all(module_api: InModel) -> None:
    assert module_api.get("/modules/102000000002/lineItems").json()["items"] == [
        {
            "moduleId": "102000000002",
            "moduleName": "Settings",
            "id": "206000000008",
            "name": "Rate",
        }
    ]


def test_all_line_items_of_the_model_are_listed_by_module(module_api: InModel) -> None:
    items = module_api.get("/lineItems").json()["items"]
    assert [(item["moduleName"], item["name"]) for item in items] == [
        *(("Costs", name) for name in line_items(module_api)),
        ("Settings", "Rate"),
    ]
    assert set(items[0]) == {"moduleId", "moduleName", "id", "name"}
    assert line_items(module_api, "")["Salary"] == line_items(module_api)["Salary"]


def test_the_metadata_of_a_line_item_has_all_documented_keys(module_api: InModel) -> None:
    assert line_items(module_api)["Salary"] == {
        "moduleId": "102000000001",
        "moduleName": "Costs",
        "id": "206000000001",
        "name": "Salary",
        "isSummary": False,
        "startOfSection": False,
        "broughtForward": False,
        "useSwitchover": True,
        "breakback": False,
        "cellCount": 2 * (12 + 4 + 1) * 2,
        "version": {"name": "All", "id": "16000000000"},
        "appliesTo": [{"name": "People", "id": "101000000001"}],
        "dataTags": [],
        "referencedBy": [{"name": "Double", "id": "206000000007"}],
        "format": "NUMBER",
        "formatMetadata": {
            "dataType": "NUMBER",
            "minimumSignificantDigits": 4,
            "decimalPlaces": -1,
            "negativeNumberNotation": "MINUS_SIGN",
            "unitsType": "NONE",
            "unitsDisplayType": "NONE",
            "zeroFormat": "ZERO",
            "comparisonIncrease": "GOOD",
            "groupingSeparator": "COMMA",
            "decimalSeparator": "FULL_STOP",
        },
        "summary": "Sum",
        "timeScale": "Month",
        "timeRange": "Model Calendar",
        "formulaScope": "All Versions",
        "style": "Heading1",
        "code": "SAL",
        "notes": "per year",
    }


def test_a_calculated_line_item_shows_its_formula_and_summary(module_api: InModel) -> None:
    double = line_items(module_api)["Double"]
    assert (double["formula"], double["summary"]) == ("Salary * 2", "Formula")
    assert double["isSummary"] is True
    assert "code" not in double


def test_a_line_item_without_dimensions_is_one_cell(module_api: InModel) -> None:
    rate = line_items(module_api, "/modules/102000000002")["Rate"]
    assert (rate["cellCount"], rate["appliesTo"]) == (1, [])
    assert rate["timeScale"] == rate["timeRange"] == rate["version"]["name"] == "Not Applicable"
    assert rate["useSwitchover"] is False


@pytest.mark.parametrize(
    ("name", "form", "metadata", "summary"),
    [
        ("Active", "BOOLEAN", {"dataType": "BOOLEAN"}, "None"),
        ("Note", "TEXT", {"dataType": "TEXT", "textType": "GENERAL"}, "None"),
        ("Joined", "DATE", {"dataType": "DATE"}, "None"),
        (
            "Grade",
            "LIST",
            {
                "dataType": "ENTITY",
                "hierarchyEntityLongId": 101000000002,
                "selectiveAccessApplied": False,
                "showAll": False,
            },
            "None",
        ),
        (
            "Paid in",
            "TIME PERIOD",
            {
                "dataType": "TIME_ENTITY",
                "periodType": {"entityId": "MONTH", "entityLabel": "Month", "entityIndex": 0},
            },
            "None",
        ),
    ],
)
def test_every_format_is_described(
    module_api: InModel, name: str, form: str, metadata: dict, summary: str
) -> None:
    item = line_items(module_api)[name]
    assert (item["format"], item["formatMetadata"]) == (form, metadata)
    assert item["summary"] == summary


def test_line_items_come_in_pages(module_api: InModel) -> None:
    page = module_api.get("/modules/102000000001/lineItems", limit=3, offset=5).json()
    assert [item["name"] for item in page["items"]] == ["Paid in", "Double"]
    assert page["meta"]["paging"]["totalSize"] == 7


def test_all_views_are_listed_and_saved_ones_are_prefixed_by_their_module(
    module_api: InModel,
) -> None:
    assert module_api.get("/views", includesubsidiaryviews="true").json()["views"] == [
        {"code": "", "id": "102000000001", "name": "Costs", "moduleId": "102000000001"},
        {"code": "", "id": "102000000002", "name": "Settings", "moduleId": "102000000002"},
        {"code": "", "id": "207000000001", "name": "Costs.By person", "moduleId": "102000000001"},
        {"code": "", "id": "207000000002", "name": "Costs.'In US$'", "moduleId": "102000000001"},
    ]


def test_the_views_of_a_module_are_listed_by_their_own_names(module_api: InModel) -> None:
    assert module_api.get("/modules/102000000001/views").json()["views"] == [
        {"code": "", "id": "102000000001", "name": "default", "moduleId": "102000000001"},
        {"code": "", "id": "207000000001", "name": "By person", "moduleId": "102000000001"},
        {"code": "", "id": "207000000002", "name": "In US$", "moduleId": "102000000001"},
    ]


@pytest.mark.parametrize("path", ["lineItems", "views"])
def test_an_unknown_module_is_not_found(module_api: InModel, path: str) -> None:
    assert module_api.get(f"/modules/102000000099/{path}").status_code == 404


def test_the_time_scale_follows_the_calendar(tenant: Sandbox) -> None:
    calendar = WeekCalendar(2026, past_years=0, future_years=0)
    model = tenant.workspace("Finance").model("Weekly", calendar=calendar)
    module = model.module("Plan", dimensions=["Time"], line_items={"Paid in": "TIME PERIOD"})
    item = line_items(in_model(Http(tenant), model), f"/modules/{module.id}")["Paid in"]
    assert item["timeScale"] == "Week"
    assert item["formatMetadata"]["periodType"]["entityId"] == "WEEK"


def test_settings_that_are_only_shown_are_in_the_metadata(tenant: Sandbox) -> None:
    model = tenant.workspace("Finance").model("Shown")
    module = model.module(
        "Costs",
        line_items={
            "Costs": {"format": "NUMBER", "data_tags": ["PII", "Pay"]},
            "May read": "BOOLEAN",
            "Salary": {
                "format": "NUMBER",
                "parent": "Costs",
                "read_access_driver": "May read",
                "write_access_driver": "May read",
                "data_tags": ["Pay"],
            },
        },
    )
    api = in_model(Http(tenant), model)
    costs, may_read, salary = line_items(api, f"/modules/{module.id}").values()
    assert salary["parent"] == {"name": "Costs", "id": costs["id"]}
    driver = {"name": "May read", "id": may_read["id"]}
    assert salary["readAccessDriver"] == salary["writeAccessDriver"] == driver
    assert [tag["name"] for tag in costs["dataTags"]] == ["PII", "Pay"]
    assert salary["dataTags"] == costs["dataTags"][1:]
    assert {tag["id"][:3] for tag in costs["dataTags"]} == {"127"}
    assert not {"parent", "readAccessDriver", "writeAccessDriver"} & may_read.keys()


def test_a_line_item_can_only_name_others_of_its_module(tenant: Sandbox) -> None:
    model = tenant.workspace("Finance").model("Shown")
    items = {"Salary": {"format": "NUMBER", "parent": "Nothing"}}
    with pytest.raises(ValueError, match="'Nothing', which is not in its module"):
        model.module("Costs", line_items=items)
