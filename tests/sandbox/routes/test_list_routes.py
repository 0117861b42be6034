"""Lists over HTTP: listing, metadata, and reading of items."""

from __future__ import annotations

import csv
import io
from typing import Any

import pandas as pd
import pytest

from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.definitions import ListDefinition
from tests.sandbox.http_client import Http, InModel, in_model

REGIONS, STAFF, TICKETS = "101000000001", "101000000002", "101000000003"
PROPERTIES = {"Grade": "TEXT", "FTE": "NUMBER", "Manager": "BOOLEAN", "Since": "DATE"}


def build(sandbox: Sandbox) -> Model:
    """Build a parent list, a list with properties of all formats and a subset, a numbered list."""
    model = sandbox.workspace("Finance").model("Staffing")
    regions = model.list(
        "Regions", id=REGIONS, items=pd.DataFrame({"Name": ["West", "East"], "Code": ["W", "E"]})
    )
    model.list(
        "Staff",
        id=STAFF,
        parent=regions,
        properties={**PROPERTIES, "Home": regions, "Joined": "TIME PERIOD"},
        subsets=["Active"],
        items=pd.DataFrame(
            {
                "Name": ["Ada"],
                "Code": ["00123"],
                "Parent": ["West"],
                "Grade": ['a "b", \\ü\n'],
                "FTE": [0.1],
                "Manager": [True],
                "Since": [pd.Timestamp("2020-02-29")],
                "Home": ["E"],
                "Joined": [model.calendar.periods[0].name],
                "Active": [True],
            }
        ),
    )
    model.list(
        "Tickets", id=TICKETS, numbered=True, items=pd.DataFrame({"Code": ["t1", "t2", "t3"]})
    )
    add = f"/lists/{STAFF}/items?action=add"
    assert in_model(Http(sandbox), model).post(add, {"items": [{"name": "Bo"}]}).ok
    return model


@pytest.fixture(scope="module")
def listed(shared_tenant: Sandbox) -> Model:
    return build(shared_tenant)


@pytest.fixture
def list_api(shared_http: Http, listed: Model, with_workspace: bool) -> InModel:
    return in_model(shared_http, listed, with_workspace=with_workspace)


@pytest.fixture
def staffing(tenant: Sandbox) -> Model:
    """A model that the test may change, without lists."""
    return tenant.workspace("Finance").model("Staffing")


def test_lists_are_listed_and_sorted(list_api: InModel) -> None:
    body = list_api.get("/lists").json()
    assert body["lists"] == [
        {"id": REGIONS, "name": "Regions"},
        {"id": STAFF, "name": "Staff"},
        {"id": TICKETS, "name": "Tickets"},
    ]
    assert body["meta"]["paging"]["totalSize"] == 3
    listed = list_api.get("/lists", sort="-name", limit=1).json()["lists"]
    assert listed == [{"id": TICKETS, "name": "Tickets"}]


def test_metadata_of_a_list_with_all_attributes(list_api: InModel) -> None:
    metadata = list_api.get(f"/lists/{STAFF}").json()["metadata"]
    formats = {one["name"]: one["format"] for one in metadata["properties"]}
    assert formats == PROPERTIES | {"Home": "LIST", "Joined": "TIME PERIOD"}
    assert metadata["parent"] == {"id": REGIONS, "name": "Regions"}
    assert [one["name"] for one in metadata["subsets"]] == ["Active"]
    assert metadata["subsets"][0]["id"].startswith("109")
    assert (metadata["itemCount"], metadata["permittedItems"]) == (2, 999_999_997)
    assert metadata["numberedList"] is False
    assert "nextitemIndex" not in metadata


def test_metadata_leaves_out_attributes_that_are_not_set(list_api: InModel) -> None:
    metadata = list_api.get(f"/lists/{REGIONS}").json()["metadata"]
    assert not {"parent", "properties", "subsets", "topLevelItem"} & set(metadata)


def test_metadata_of_a_numbered_list_shows_its_next_index(list_api: InModel) -> None:
    metadata = list_api.get(f"/lists/{TICKETS}").json()["metadata"]
    assert (metadata["numberedList"], metadata["nextitemIndex"]) == (True, 4)
    assert metadata["nextItemIndex"] == 4


def test_metadata_counts_and_shows_a_top_level_item(tenant: Sandbox, staffing: Model) -> None:
    items = pd.DataFrame({"Name": ["a", "b"]})
    lst = staffing.list("Products", items=items, top_level_item="All Products", production=True)
    model = in_model(Http(tenant), staffing)
    metadata = model.get(f"/lists/{lst.id}").json()["metadata"]
    assert (metadata["itemCount"], metadata["productionData"]) == (3, True)
    top = metadata["topLevelItem"]
    assert top["name"] == "All Products"
    assert top["id"] not in [item["id"] for item in read(model, lst.id)]
    assert [item["name"] for item in read(model, lst.id)] == ["a", "b"]


def test_a_list_with_a_parent_list_refuses_a_top_level_item(staffing: Model) -> None:
    high = staffing.list("High")
    with pytest.raises(ValueError, match="give the top level item to that list"):
        staffing.list("Low", parent=high, top_level_item="All")


def test_items_show_id_name_code_and_parent(list_api: InModel) -> None:
    ada, bo = list_api.get(f"/lists/{STAFF}/items").json()["listItems"]
    west = list_api.get(f"/lists/{REGIONS}/items").json()["listItems"][0]
    assert ada.pop("id") < bo.pop("id")
    assert ada == {
        "name": "Ada",
        "code": "00123",
        "parent": "West",
        "parentId": west["id"],
        "listId": REGIONS,
        "listName": "Regions",
    }
    assert bo == {"name": "Bo"}


def test_include_all_shows_properties_as_texts_and_subsets(
    list_api: InModel, listed: Model
) -> None:
    ada, bo = list_api.get(f"/lists/{STAFF}/items", includeAll="true").json()["listItems"]
    assert ada["properties"] == {
        "Grade": 'a "b", \\ü\n',
        "FTE": "0.1",
        "Manager": "true",
        "Since": "2020-02-29",
        "Home": "East",
        "Joined": listed.calendar.periods[0].name,
    }
    assert ada["subsets"] == {"Active": True}
    assert bo["properties"] == {
        "Grade": "",
        "FTE": "0.0",
        "Manager": "false",
        "Since": "",
        "Home": "",
        "Joined": "",
    }
    assert bo["subsets"] == {"Active": False}


def test_parents_within_a_list_are_shown_without_their_list(tenant: Sandbox) -> None:
    tree = tenant.workspace("W").model("M")
    lst = tree.list("Tree", items=pd.DataFrame({"Name": ["root", "leaf"], "Parent": ["", "root"]}))
    root, leaf = read(in_model(Http(tenant), tree), lst.id)
    assert (leaf["parent"], leaf["parentId"]) == ("root", root["id"])
    assert not {"listId", "listName"} & set(leaf)


def read(model: InModel, lst: str, **params: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = model.get(f"/lists/{lst}/items", **params).json()["listItems"]
    return items


@pytest.fixture
def many(tenant: Sandbox, staffing: Model) -> ListDefinition:
    """A list whose items take three blocks of JSON; every seventh item is deleted."""
    lst = staffing.list("Many", properties={"Text": "TEXT"})
    with staffing.store.transaction() as con:
        con.execute(
            f"INSERT INTO list_{lst.id} (id, name, p0)"
            " SELECT 500 + i, 'item ' || i, 'text ' || i FROM range(140_000) r(i) WHERE i % 7 > 0"
        )
    return lst


@pytest.mark.long
def test_without_a_limit_all_items_come_in_order(
    tenant: Sandbox, staffing: Model, many: ListDefinition
) -> None:
    body = in_model(Http(tenant), staffing).get(f"/lists/{many.id}/items").json()
    assert "paging" not in body["meta"]
    names = [item["name"] for item in body["listItems"]]
    assert names == [f"item {i}" for i in range(140_000) if i % 7]


@pytest.mark.long
def test_with_a_limit_items_come_in_pages_of_the_page_size_at_most(
    tenant: Sandbox, staffing: Model, many: ListDefinition
) -> None:
    model = in_model(Http(tenant), staffing)
    for limit, offset in ((10, 0), (5000, 4995), (9000, 110_000), (5, 119_998), (5, 200_000)):
        body = model.get(f"/lists/{many.id}/items", limit=limit, offset=offset).json()
        numbers = [i for i in range(140_000) if i % 7][offset : offset + min(limit, 5000)]
        assert [item["name"] for item in body["listItems"]] == [f"item {i}" for i in numbers]
        paging = body["meta"]["paging"]
        assert (paging["currentPageSize"], paging["totalSize"]) == (len(numbers), 120_000)
    assert model.get(f"/lists/{many.id}/items", offset=3).json()["meta"]["paging"]["offset"] == 3


def test_a_list_without_items_keeps_the_key(tenant: Sandbox, staffing: Model) -> None:
    empty = staffing.list("Empty", properties={"Text": "TEXT"})
    model = in_model(Http(tenant), staffing)
    assert read(model, empty.id, includeAll="true") == []
    assert read(model, empty.id, limit=10) == []


def test_more_than_a_million_items_are_refused_at_once_but_not_by_page(
    tenant: Sandbox, staffing: Model
) -> None:
    lst = staffing.list("Vast")
    with staffing.store.transaction() as con:
        con.execute(
            f"INSERT INTO list_{lst.id} (id, name) SELECT i, 'v' || i FROM range(1_000_001) r(i)"
        )
    model = in_model(Http(tenant), staffing)
    assert model.get(f"/lists/{lst.id}/items").status_code == 400
    assert [item["name"] for item in read(model, lst.id, limit=1, offset=1_000_000)] == ["v1000000"]


def test_an_unknown_list_is_404(list_api: InModel) -> None:
    for path in ("", "/items"):
        assert list_api.get(f"/lists/101999999998{path}").status_code == 404


def csv_of(api: InModel, lst: str, **params: str) -> list[dict[str, str]]:
    """Read the items of a list as CSV."""
    path = f"{api.path}/lists/{lst}/items"
    answer = api.http.send("GET", path, params=params, headers={"Accept": "text/csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.content.decode(), newline="")))


@pytest.mark.parametrize("params", [{}, {"limit": "5", "offset": "0"}])
def test_items_come_as_csv_to_a_client_that_asks_for_it(
    list_api: InModel, params: dict[str, str]
) -> None:
    listed = list_api.get(f"/lists/{STAFF}/items").json()["listItems"]
    rows = csv_of(list_api, STAFF, **params)
    assert [{key: text for key, text in row.items() if text} for row in rows] == listed
    ada = csv_of(list_api, STAFF, includeAll="true", **params)[0]
    assert (ada["Grade"], ada["FTE"], ada["Manager"], ada["Active"]) == (
        'a "b", \\ü\n',
        "0.1",
        "true",
        "true",
    )


def test_the_csv_of_a_list_without_items_has_a_header(tenant: Sandbox, staffing: Model) -> None:
    lst = staffing.list("Empty")
    path = f"/models/{staffing.id}/lists/{lst.id}/items"
    answer = Http(tenant).send("GET", path, headers={"Accept": "text/csv"})
    assert answer.text == "id,name,code,parent,parentId\n"


def test_data_tags_are_shown_in_the_metadata(tenant: Sandbox, staffing: Model) -> None:
    lst = staffing.list("Tagged", data_tags=["PII", "Finance"])
    metadata = in_model(Http(tenant), staffing).get(f"/lists/{lst.id}").json()["metadata"]
    assert metadata["dataTags"] == ["PII", "Finance"]
