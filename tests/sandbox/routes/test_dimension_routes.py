"""The items of dimensions over HTTP: of the model, of line items and of views."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
import requests

from anaplan_frames.sandbox import Calendar, Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model
from tests.sandbox.http_client import Http, InModel, in_model

TIME, VERSIONS, LINE_ITEMS, USERS = "20000000003", "20000000020", "20000000012", "101999999999"
REGIONS, CITIES, MODULE, VIEW = "101000000001", "101000000002", "102000000001", "207000000001"
SALES, COSTS = "206000000001", "206000000002"


def build(sandbox: Sandbox) -> Model:
    model = sandbox.workspace("Finance").model("Sales", calendar=Calendar(2026, 0, 0))
    regions = model.list(
        "Regions",
        id=REGIONS,
        items=pd.DataFrame({"Name": ["North", "Süd"], "Code": ["N", "S"]}),
    )
    cities = model.list(
        "Cities",
        id=CITIES,
        parent=regions,
        subsets=["Large", "None"],
        items=pd.DataFrame(
            {
                "Name": ["Oslo", "Rome", "Bari"],
                "Parent": ["North", "Süd", "Süd"],
                "Large": [True, True, False],
            }
        ),
    )
    module = model.module(
        "Sales",
        id=MODULE,
        dimensions=[cities, "Time", "Versions"],
        line_items={
            "Sales": {"format": "NUMBER", "id": SALES},
            "Costs": {"format": "NUMBER", "id": COSTS},
        },
    )
    model.view(module, "By city", rows=[cities], columns=["Line items"], id=VIEW)
    return model


@pytest.fixture(scope="module")
def sales(shared_tenant: Sandbox) -> Model:
    return build(shared_tenant)


@pytest.fixture
def dimension_api(shared_http: Http, sales: Model, with_workspace: bool) -> InModel:
    return in_model(shared_http, sales, with_workspace=with_workspace)


@pytest.fixture
def built(tenant: Sandbox) -> Model:
    """A model that the test may change."""
    return build(tenant)


@pytest.fixture
def own_api(tenant: Sandbox, built: Model, with_workspace: bool) -> InModel:
    return in_model(Http(tenant), built, with_workspace=with_workspace)


def names(answer: requests.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


def test_the_items_of_a_list_have_id_name_and_a_code_if_there_is_one(
    dimension_api: InModel,
) -> None:
    listed = dimension_api.get(f"/lists/{REGIONS}/items").json()["listItems"]
    regions = dimension_api.get(f"/dimensions/{REGIONS}/items").json()["items"]
    assert regions == listed
    assert [item["code"] for item in regions] == ["N", "S"]
    cities = dimension_api.get(f"/dimensions/{CITIES}/items").json()["items"]
    assert [sorted(item) for item in cities] == [["id", "name"]] * 3
    assert [item["name"] for item in cities] == ["Oslo", "Rome", "Bari"]


def test_the_items_of_a_subset(dimension_api: InModel, sales: Model) -> None:
    subsets = sales.lists[CITIES].subsets
    assert names(dimension_api.get(f"/dimensions/{subsets['Large']}/items")) == ["Oslo", "Rome"]
    assert "items" not in dimension_api.get(f"/dimensions/{subsets['None']}/items").json()


def test_the_line_items_of_a_line_item_subset(own_api: InModel, built: Model) -> None:
    subset = built.line_item_subset("Money", built.modules[MODULE].line_items[1:])
    assert subset.id.startswith("114")
    items = own_api.get(f"/dimensions/{subset.id}/items").json()["items"]
    assert items == [{"id": COSTS, "name": "Costs"}]
    assert look_up(own_api, subset.id, names=["sales", "costs"]) == ["Costs"]


def test_a_line_item_subset_only_accepts_line_items_of_its_model(
    tenant: Sandbox, built: Model
) -> None:
    other = (
        tenant.workspace(built.workspace.name)
        .model("Other")
        .module("M", line_items={"X": "NUMBER"})
    )
    with pytest.raises(ValueError, match="'X' is not in model 'Sales'"):
        built.line_item_subset("Money", [*built.modules[MODULE].line_items, other.line_items[0]])


def test_a_top_level_item_is_the_last_of_its_dimension(tenant: Sandbox, built: Model) -> None:
    items = pd.DataFrame({"Name": ["a", "b"]})
    lst = built.list("Products", items=items, top_level_item="All Products")
    module = built.module("Stock", dimensions=[lst], line_items={"v": "NUMBER"})
    model = in_model(Http(tenant), built)
    shown = model.get(f"/dimensions/{lst.id}/items").json()["items"]
    assert [item["name"] for item in shown] == ["a", "b", "All Products"]
    assert "code" not in shown[-1]
    path = f"/views/{module.id}/dimensions/{lst.id}/items"
    assert model.get(path).json()["items"] == shown


def test_the_users_of_the_tenant_are_a_dimension(tenant: Sandbox, own_api: InModel) -> None:
    tenant.add_user("ada.lovelace@example.com", "pw")
    users = own_api.get(f"/dimensions/{USERS}/items").json()["items"]
    assert [(user["name"], user["code"]) for user in users] == [
        ("Demo User", "demo@example.com"),
        ("Ada Lovelace", "ada.lovelace@example.com"),
    ]
    assert all(len(user["id"]) == 12 for user in users)


@pytest.mark.parametrize("dimension", [TIME, VERSIONS])
def test_time_and_versions_of_the_model_are_400(dimension_api: InModel, dimension: str) -> None:
    assert dimension_api.get(f"/dimensions/{dimension}/items").status_code == 400


def look_up(model: InModel, dimension: str, **body: Any) -> list[str]:
    return names(model.post(f"/dimensions/{dimension}/items", body))


def test_items_are_looked_up_by_name_and_code_ignoring_case(dimension_api: InModel) -> None:
    assert look_up(dimension_api, REGIONS, names=["nORTH"]) == ["North"]
    assert look_up(dimension_api, REGIONS, names=["SÜD", "unknown"]) == ["Süd"]
    assert look_up(dimension_api, REGIONS, codes=["n"], names=["süd"]) == ["North", "Süd"]
    assert look_up(dimension_api, REGIONS, codes=["n"], names=None) == ["North"]
    assert look_up(dimension_api, REGIONS, codes=["North"]) == []


def test_periods_versions_users_and_subsets_are_looked_up_too(
    dimension_api: InModel, sales: Model
) -> None:
    assert look_up(dimension_api, TIME, names=["jan 26", "FY26"]) == ["Jan 26", "FY26"]
    assert look_up(dimension_api, VERSIONS, names=["forecast"]) == ["Forecast"]
    assert look_up(dimension_api, USERS, codes=["demo@example.com"]) == ["Demo User"]
    large = sales.lists[CITIES].subsets["Large"]
    assert look_up(dimension_api, large, names=["Oslo", "Bari"]) == ["Oslo"]


@pytest.mark.parametrize(
    "body",
    [{}, {"names": []}, {"names": [], "codes": []}, {"names": "North"}, {"codes": [1]}],
    ids=str,
)
def test_a_look_up_for_nothing_is_400(dimension_api: InModel, body: dict[str, Any]) -> None:
    assert dimension_api.post(f"/dimensions/{REGIONS}/items", body).status_code == 400


def test_a_look_up_by_code_in_time_is_400(dimension_api: InModel) -> None:
    body = {"codes": ["Jan 26"], "names": ["Jan 26"]}
    assert dimension_api.post(f"/dimensions/{TIME}/items", body).status_code == 400


@pytest.mark.parametrize("dimension", ["101999999998", MODULE, LINE_ITEMS])
def test_a_dimension_that_the_model_does_not_have_is_404(
    dimension_api: InModel, dimension: str
) -> None:
    assert dimension_api.get(f"/dimensions/{dimension}/items").status_code == 404
    assert dimension_api.post(f"/dimensions/{dimension}/items", {"names": ["x"]}).status_code == 404


def test_the_dimensions_of_a_line_item(dimension_api: InModel) -> None:
    assert dimension_api.get(f"/lineItems/{COSTS}/dimensions").json()["dimensions"] == [
        {"id": CITIES, "name": "Cities"},
        {"id": TIME, "name": "Time"},
        {"id": VERSIONS, "name": "Versions"},
    ]
    page = dimension_api.get(f"/lineItems/{COSTS}/dimensions", limit=1, offset=1).json()
    assert [one["name"] for one in page["dimensions"]] == ["Time"]


def test_the_items_of_a_line_items_dimensions_of_all_kinds(dimension_api: InModel) -> None:
    path = f"/lineItems/{SALES}/dimensions"
    cities = ["Oslo", "Rome", "Bari", "North", "Süd"]
    assert names(dimension_api.get(f"{path}/{CITIES}/items")) == cities
    periods = names(dimension_api.get(f"{path}/{TIME}/items"))
    assert (periods[:4], periods[-1]) == (["Jan 26", "Feb 26", "Mar 26", "Q1 FY26"], "FY26")
    assert names(dimension_api.get(f"{path}/{VERSIONS}/items")) == ["Actual", "Forecast"]


def test_the_items_of_a_views_dimensions_and_its_line_items(dimension_api: InModel) -> None:
    for view in (VIEW, MODULE):
        path = f"/views/{view}/dimensions"
        assert names(dimension_api.get(f"{path}/{LINE_ITEMS}/items")) == ["Sales", "Costs"]
        assert names(dimension_api.get(f"{path}/{VERSIONS}/items")) == ["Actual", "Forecast"]
        assert len(names(dimension_api.get(f"{path}/{CITIES}/items"))) == 5


def test_a_line_item_instead_of_a_view_is_its_only_line_item(dimension_api: InModel) -> None:
    path = f"/views/{COSTS}/dimensions"
    assert dimension_api.get(f"{path}/{LINE_ITEMS}/items").json()["items"] == [
        {"id": COSTS, "name": "Costs"}
    ]
    assert names(dimension_api.get(f"{path}/{VERSIONS}/items")) == ["Actual", "Forecast"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/lineItems/{SALES}/dimensions/{REGIONS}/items", 404),
        (f"/lineItems/{SALES}/dimensions/{LINE_ITEMS}/items", 404),
        (f"/lineItems/206000000099/dimensions/{TIME}/items", 404),
        (f"/lineItems/{MODULE}/dimensions", 404),
        ("/lineItems/206000000099/dimensions", 404),
        (f"/lineItems/Sales/dimensions/{TIME}/items", 400),
        (f"/lineItems/{SALES}/dimensions/Time/items", 400),
        (f"/views/{VIEW}/dimensions/{REGIONS}/items", 404),
        (f"/views/207000000099/dimensions/{TIME}/items", 404),
    ],
)
def test_an_unknown_id_is_404_and_an_invalid_id_400(
    dimension_api: InModel, path: str, status: int
) -> None:
    assert dimension_api.get(path).status_code == status


def test_an_empty_dimension_has_no_items(tenant: Sandbox, built: Model) -> None:
    empty = built.list("Empty")
    model = in_model(Http(tenant), built)
    assert "items" not in model.get(f"/dimensions/{empty.id}/items").json()
    assert look_up(model, empty.id, names=["x"]) == []


def test_more_than_a_million_items_of_a_dimension_are_400(tenant: Sandbox, built: Model) -> None:
    lst, model = built.list("Vast"), in_model(Http(tenant), built)
    module = built.module("Vast", dimensions=[lst], line_items={"v": "NUMBER"})
    with built.store.transaction() as con:
        con.execute(f"INSERT INTO list_{lst.id} (id, name) SELECT i, i FROM range(1_000_001) r(i)")
    line_item = module.line_items[0].id
    for path in ("", f"/lineItems/{line_item}", f"/views/{module.id}"):
        assert model.get(f"{path}/dimensions/{lst.id}/items").status_code == 400
