"""Items of lists added, updated and deleted over HTTP: each row of the documented tables."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
import requests

from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.model import Model
from tests.sandbox.http_client import Http, InModel, in_model

GENERAL, NUMBERED, REGIONS, CITIES = (f"10100000000{number}" for number in range(1, 5))
INCOMPLETE, INCORRECT = "INCOMPLETE_DATA", "INCORRECT_FORMAT"
JSON = dict[str, Any]


@pytest.fixture
def built(tenant: Sandbox) -> Model:
    model = tenant.workspace("Finance").model("Lists")
    model.list(
        "General",
        id=GENERAL,
        properties={"p1": "NUMBER", "text": "TEXT", "when": "DATE", "yes": "BOOLEAN"},
        subsets=["s1"],
    )
    model.list("Numbered", id=NUMBERED, numbered=True, properties={"p1": "NUMBER"})
    regions = model.list(
        "Regions", id=REGIONS, items=pd.DataFrame({"Name": ["west", "east"], "Code": ["W", "E"]})
    )
    model.list(
        "Cities", id=CITIES, parent=regions, properties={"of": regions, "from": "TIME PERIOD"}
    )
    return model


@pytest.fixture
def model(tenant: Sandbox, built: Model) -> InModel:
    return in_model(Http(tenant), built)


def send(model: InModel, verb: str, lst: str, items: list[JSON]) -> requests.Response:
    """Send items with `action`; those of an update go by PUT."""
    path = f"{model.path}/lists/{lst}/items"
    method = "PUT" if verb == "update" else "POST"
    return model.http.send(method, path, params={"action": verb}, json={"items": items})


def result(model: InModel, verb: str, lst: str, *items: JSON) -> JSON:
    """Send items; returns the answer without its envelope."""
    answer = send(model, verb, lst, list(items))
    assert answer.status_code == 200, answer.text
    return {key: value for key, value in answer.json().items() if key not in ("meta", "status")}


def add(model: InModel, *items: JSON, lst: str = GENERAL) -> None:
    written = result(model, "add", lst, *items)
    assert written == {"added": len(items), "ignored": 0, "total": len(items)}


def kinds(written: JSON) -> list[tuple[int, str]]:
    """What failed: index and type."""
    return [(one["requestIndex"], one["failureType"]) for one in written.get("failures", [])]


def items(model: InModel, lst: str = GENERAL) -> list[JSON]:
    found: list[JSON] = model.get(f"/lists/{lst}/items", includeAll="true").json()["listItems"]
    return found


def keys(model: InModel, lst: str = GENERAL) -> list[tuple[str, str | None]]:
    """Name and code of each item."""
    return [(item["name"], item.get("code")) for item in items(model, lst)]


# Add items to a general list.


def test_a_new_item_is_added(model: InModel) -> None:
    written = result(model, "add", GENERAL, {"name": "n1", "code": "c1"})
    assert written == {"added": 1, "ignored": 0, "total": 1}
    assert keys(model) == [("n1", "c1")]


def test_an_item_whose_name_is_in_use_is_not_added(model: InModel) -> None:
    add(model, {"name": "n1", "code": "c1"})
    written = result(model, "add", GENERAL, {"name": "n1", "code": "c2"})
    assert (written["added"], written["ignored"], written["total"]) == (0, 1, 1)
    assert kinds(written) == [(0, INCOMPLETE)]
    assert keys(model) == [("n1", "c1")]


def test_an_item_whose_code_is_in_use_is_not_added(model: InModel) -> None:
    add(model, {"name": "n1", "code": "c1"})
    written = result(model, "add", GENERAL, {"name": "n2", "code": "c1"})
    assert kinds(written) == [(0, INCOMPLETE)]
    assert keys(model) == [("n1", "c1")]


@pytest.mark.parametrize("name", [{}, {"name": None}, {"name": ""}, {"name": "  "}])
def test_an_item_without_a_name_is_not_added(model: InModel, name: JSON) -> None:
    written = result(model, "add", GENERAL, {"code": "c1", **name})
    assert kinds(written) == [(0, INCOMPLETE)]
    assert keys(model) == []


# Add items to a numbered list.


def test_a_numbered_list_takes_no_name(model: InModel) -> None:
    written = result(model, "add", NUMBERED, {"name": "n1", "code": "c1"})
    assert kinds(written) == [(0, INCOMPLETE)]
    assert keys(model, NUMBERED) == []


def test_a_numbered_list_makes_the_names_of_new_items(model: InModel) -> None:
    add(model, {"code": "c1"}, {"code": "c2"}, lst=NUMBERED)
    assert keys(model, NUMBERED) == [("#1", "c1"), ("#2", "c2")]


def test_a_numbered_list_does_not_add_a_code_again(model: InModel) -> None:
    add(model, {"code": "c1"}, lst=NUMBERED)
    assert kinds(result(model, "add", NUMBERED, {"code": "c1"})) == [(0, INCOMPLETE)]
    assert keys(model, NUMBERED) == [("#1", "c1")]


# What else holds for items that are added.


def test_items_are_written_without_the_workspace_in_the_url_too(
    tenant: Sandbox, built: Model
) -> None:
    model = in_model(Http(tenant), built, with_workspace=False)
    add(model, {"name": "n1", "code": "c1"})
    update(model, {"name": "n2", "code": "c1"})
    assert keys(model) == [("n2", "c1")]
    assert result(model, "delete", GENERAL, {"code": "c1"}) == {"deleted": 1}
    assert model.post(f"/lists/{GENERAL}/resetIndex").status_code == 200


def test_add_is_the_action_where_none_is_named(model: InModel) -> None:
    answer = model.post(f"/lists/{GENERAL}/items", {"items": [{"name": "n1"}]})
    assert answer.json()["added"] == 1


def test_of_two_items_with_one_key_in_a_request_the_first_is_added(model: InModel) -> None:
    given = [{"name": "n1", "code": "c1"}, {"name": "n1"}, {"name": "n2", "code": "c1"}]
    assert kinds(result(model, "add", GENERAL, *given)) == [(1, INCOMPLETE), (2, INCOMPLETE)]
    assert keys(model) == [("n1", "c1")]


def test_an_item_that_was_refused_blocks_no_later_one(model: InModel) -> None:
    refused = {"name": "n1", "code": "c1", "properties": {"p1": "wrong"}}
    written = result(model, "add", GENERAL, refused, {"name": "n1", "code": "c1"})
    assert written["added"] == 1
    assert written["failures"] == [
        {
            "requestIndex": 0,
            "failureType": INCORRECT,
            "failureMessageDetails": "incorrect format -- column name:p1, value:wrong",
        }
    ]


def test_items_are_added_with_properties_and_subsets(model: InModel) -> None:
    properties = {"p1": "1.5", "text": "hé\n", "when": "2024-02-29", "yes": "true"}
    add(model, {"name": "n1", "properties": properties, "subsets": {"s1": True}})
    [item] = items(model)
    assert (item["properties"], item["subsets"]) == (properties, {"s1": True})


@pytest.mark.parametrize(
    "given",
    [
        {"properties": {"p1": "1_000"}},
        {"properties": {"p1": "nan"}},
        {"properties": {"p1": "1e999"}},
        {"properties": {"when": "2023-02-29"}},
        {"properties": {"when": "20230228"}},
        {"properties": {"yes": "maybe"}},
        {"properties": {"nothing": "1"}},
        {"properties": "p1"},
        {"subsets": {"s1": "maybe"}},
        {"subsets": {"s2": True}},
        {"parent": "nobody"},
    ],
    ids=str,
)
def test_an_item_with_a_value_that_does_not_fit_is_not_added(model: InModel, given: JSON) -> None:
    assert kinds(result(model, "add", GENERAL, {"name": "n1", **given})) == [(0, INCORRECT)]
    assert keys(model) == []


def test_values_of_list_and_time_formats_are_found_by_name_or_code(
    model: InModel, built: Model
) -> None:
    month = built.calendar.periods[0].name
    add(model, {"name": "a", "properties": {"of": "west", "from": month}}, lst=CITIES)
    add(model, {"name": "b", "properties": {"of": "E"}}, lst=CITIES)
    for wrong in ({"of": "north"}, {"from": "Jan 1806"}):
        written = result(model, "add", CITIES, {"name": "c", "properties": wrong})
        assert kinds(written) == [(0, INCORRECT)]
    assert [item["properties"]["of"] for item in items(model, CITIES)] == ["west", "east"]
    assert items(model, CITIES)[0]["properties"]["from"] == month


def test_a_parent_is_an_item_of_the_parent_list(model: InModel) -> None:
    add(model, {"name": "a", "parent": "west"}, {"name": "b", "parent": "E"}, lst=CITIES)
    written = result(model, "add", CITIES, {"name": "c", "parent": "a"})
    assert kinds(written) == [(0, INCORRECT)]
    assert [item["parent"] for item in items(model, CITIES)] == ["west", "east"]


def test_a_parent_in_the_list_itself_may_be_added_by_an_earlier_item(model: InModel) -> None:
    chain = [
        {"name": "top"},
        {"name": "middle", "parent": "top"},
        {"name": "low", "parent": "middle"},
    ]
    add(model, *chain)
    written = result(model, "add", GENERAL, {"name": "x", "parent": "y"}, {"name": "y"})
    assert kinds(written) == [(0, INCORRECT)]
    assert [item.get("parent") for item in items(model)] == [None, "top", "middle", None]


def test_names_and_codes_that_are_numbers_are_taken_as_texts(model: InModel) -> None:
    add(model, {"name": 7, "code": 12, "properties": {"p1": 1.5, "yes": True}})
    [item] = items(model)
    assert (item["name"], item["code"]) == ("7", "12")
    assert (item["properties"]["p1"], item["properties"]["yes"]) == ("1.5", "true")


# Update list items.


@pytest.fixture
def n1(model: InModel) -> str:
    """An item with name n1 and code c1; gives its id."""
    add(model, {"name": "n1", "code": "c1", "properties": {"p1": "1234"}})
    return str(items(model)[0]["id"])


@pytest.fixture
def uncoded(model: InModel) -> str:
    """An item with name n1 and no code; gives its id."""
    add(model, {"name": "n1", "properties": {"p1": "1234"}})
    return str(items(model)[0]["id"])


def update(model: InModel, *given: JSON, lst: str = GENERAL) -> None:
    written = result(model, "update", lst, *given)
    assert written == {"updated": len(given), "ignored": 0, "total": len(given)}


def refused_update(model: InModel, given: JSON, lst: str = GENERAL) -> None:
    before = items(model, lst)
    written = result(model, "update", lst, given)
    assert (written["updated"], written["ignored"], written["total"]) == (0, 1, 1)
    assert kinds(written) == [(0, INCOMPLETE)]
    assert items(model, lst) == before


def test_an_update_to_what_is_there_succeeds(model: InModel, n1: str) -> None:
    update(model, {"name": "n1", "code": "c1"})
    assert keys(model) == [("n1", "c1")]


def test_a_name_is_updated_by_code(model: InModel, n1: str) -> None:
    update(model, {"name": "n2", "code": "c1"})
    assert keys(model) == [("n2", "c1")]


def test_a_code_is_updated_by_id(model: InModel, n1: str) -> None:
    update(model, {"id": n1, "name": "n1", "code": "c2"})
    assert keys(model) == [("n1", "c2")]


def test_a_code_is_given_by_id_to_an_item_without_one(model: InModel, uncoded: str) -> None:
    update(model, {"id": uncoded, "name": "n1", "code": "c2"})
    assert keys(model) == [("n1", "c2")]


def test_a_code_cannot_be_removed(model: InModel, n1: str) -> None:
    refused_update(model, {"id": n1, "name": "n1", "code": ""})


def test_a_code_is_given_by_name_to_an_item_without_one(model: InModel, uncoded: str) -> None:
    update(model, {"name": "n1", "code": "c1"})
    assert keys(model) == [("n1", "c1")]


def test_a_code_cannot_be_changed_by_name(model: InModel, n1: str) -> None:
    refused_update(model, {"name": "n1", "code": "c2"})


def test_a_value_is_updated_by_code(model: InModel, n1: str) -> None:
    update(model, {"code": "c1", "properties": {"p1": "4321"}})
    assert keys(model) == [("n1", "c1")]
    assert items(model)[0]["properties"]["p1"] == "4321.0"


def test_a_value_cannot_be_updated_by_the_name_of_an_item_with_a_code(
    model: InModel, n1: str
) -> None:
    refused_update(model, {"name": "n1", "properties": {"p1": "4321"}})


def test_a_value_is_updated_by_the_name_of_an_item_without_a_code(
    model: InModel, uncoded: str
) -> None:
    update(model, {"name": "n1", "properties": {"p1": "4321"}})
    assert items(model)[0]["properties"]["p1"] == "4321.0"


# What else holds for items that are updated.


def test_what_an_update_does_not_name_stays_as_it_is(model: InModel) -> None:
    properties = {"p1": "1.5", "text": "t", "when": "2024-02-29", "yes": "true"}
    add(model, {"name": "root"})
    add(model, {"name": "n", "code": "c", "parent": "root", "properties": properties})
    add(model, {"name": "m", "code": "d", "properties": properties, "subsets": {"s1": True}})
    before = items(model)
    update(
        model, {"code": "c", "subsets": {"s1": True}}, {"code": "d", "properties": {"text": "new"}}
    )
    before[1]["subsets"]["s1"] = True
    before[2]["properties"]["text"] = "new"
    assert items(model) == before


def test_a_blank_text_empties_a_property_and_takes_a_parent_away(model: InModel) -> None:
    add(model, {"name": "root"}, {"name": "n", "code": "c", "parent": "root"})
    update(model, {"code": "c", "properties": {"text": "t", "p1": "2"}})
    update(model, {"code": "c", "parent": "", "properties": {"text": "", "p1": ""}})
    item = items(model)[1]
    assert "parent" not in item
    assert (item["properties"]["text"], item["properties"]["p1"]) == ("", "0.0")


@pytest.mark.parametrize(
    "unknown", [{"id": "210000000099"}, {"id": "x"}, {"code": "c9"}, {"name": "n9"}, {}], ids=str
)
def test_what_is_not_there_is_not_updated(model: InModel, n1: str, unknown: JSON) -> None:
    refused_update(model, {**unknown, "properties": {"p1": "1"}})


def test_an_update_to_a_name_or_code_of_another_item_is_refused(model: InModel, n1: str) -> None:
    add(model, {"name": "n2", "code": "c2"})
    refused_update(model, {"code": "c2", "name": "n1"})
    refused_update(model, {"id": n1, "code": "c2"})


def test_a_name_that_an_earlier_item_gave_up_is_free(model: InModel, n1: str) -> None:
    add(model, {"name": "n2", "code": "c2"})
    update(model, {"code": "c1", "name": "n3"}, {"code": "c2", "name": "n1"})
    assert keys(model) == [("n3", "c1"), ("n1", "c2")]


def test_an_item_that_is_updated_twice_keeps_both_changes(model: InModel, n1: str) -> None:
    update(
        model,
        {"code": "c1", "properties": {"text": "t"}},
        {"id": n1, "code": "c2", "properties": {"p1": "1"}},
        {"code": "c2", "properties": {"p1": "2"}},
    )
    [item] = items(model)
    assert (item["code"], item["properties"]["p1"], item["properties"]["text"]) == (
        "c2",
        "2.0",
        "t",
    )


def test_a_value_that_does_not_fit_leaves_the_whole_item_as_it_is(model: InModel, n1: str) -> None:
    before = items(model)
    given = {"code": "c1", "name": "n2", "properties": {"text": "t", "p1": "x"}}
    assert kinds(result(model, "update", GENERAL, given)) == [(0, INCORRECT)]
    assert items(model) == before


def test_an_item_of_a_numbered_list_is_updated_by_code_or_id_but_not_by_name(
    model: InModel,
) -> None:
    add(model, {"code": "c1"}, {"code": "c2"}, lst=NUMBERED)
    first, _ = items(model, NUMBERED)
    update(model, {"code": "c2", "properties": {"p1": "2"}}, lst=NUMBERED)
    update(model, {"id": first["id"], "code": "c3"}, lst=NUMBERED)
    refused_update(model, {"name": "#1", "properties": {"p1": "1"}}, NUMBERED)
    refused_update(model, {"code": "c2", "name": "#2"}, NUMBERED)
    assert keys(model, NUMBERED) == [("#1", "c3"), ("#2", "c2")]
    assert [item["properties"]["p1"] for item in items(model, NUMBERED)] == ["0.0", "2.0"]


def test_an_item_cannot_be_put_below_itself(model: InModel) -> None:
    add(model, {"name": "a"}, {"name": "b", "parent": "a"}, {"name": "c", "parent": "b"})
    for parent in ("a", "c"):
        written = result(model, "update", GENERAL, {"name": "a", "parent": parent})
        assert kinds(written) == [(0, INCORRECT)]
    update(model, {"name": "c", "parent": ""}, {"name": "a", "parent": "c"})
    assert [item.get("parent") for item in items(model)] == ["c", "a", None]


def test_ancestors_that_the_request_does_not_name_count_too(model: InModel) -> None:
    chain = [{"name": f"n{i}", "parent": f"n{i - 1}" if i else ""} for i in range(5)]
    add(model, *chain)
    assert kinds(result(model, "update", GENERAL, {"name": "n0", "parent": "n4"})) == [
        (0, INCORRECT)
    ]


# Delete list items.


def test_items_are_deleted_by_id_or_by_code(model: InModel, n1: str) -> None:
    add(model, {"name": "n2", "code": "c2"}, {"name": "n3", "code": "c3"})
    assert result(model, "delete", GENERAL, {"id": n1}, {"code": "c3"}) == {"deleted": 2}
    assert keys(model) == [("n2", "c2")]


def test_an_item_without_a_code_is_deleted_by_name(model: InModel, uncoded: str) -> None:
    add(model, {"name": "n2", "code": "c2"})
    written = result(model, "delete", GENERAL, {"name": "n1"}, {"name": "n2"})
    assert (written["deleted"], kinds(written)) == (1, [(1, "Not found")])
    assert keys(model) == [("n2", "c2")]


def test_what_cannot_be_deleted_is_told_in_the_words_of_the_service(
    model: InModel, n1: str
) -> None:
    written = result(
        model, "delete", GENERAL, {"code": "c1"}, {"code": "Region 1"}, {"id": n1, "code": "i1"}
    )
    assert written == {
        "deleted": 1,
        "failures": [
            {
                "requestIndex": 1,
                "failureType": "Not found",
                "failureMessageDetails": "Code 'Region 1' not found",
            },
            {
                "requestIndex": 2,
                "failureType": "Ambiguous criteria",
                "failureMessageDetails": f"Specifying both ID and code not supported ({n1}:i1)",
            },
        ],
    }


def test_an_item_is_deleted_once(model: InModel, n1: str) -> None:
    written = result(model, "delete", GENERAL, {"code": "c1"}, {"id": n1})
    assert (written["deleted"], kinds(written)) == (1, [(1, "Not found")])


def test_what_refers_to_a_deleted_item_is_emptied(model: InModel) -> None:
    add(model, {"name": "a", "parent": "west", "properties": {"of": "west"}}, lst=CITIES)
    add(model, {"name": "b", "parent": "east", "properties": {"of": "east"}}, lst=CITIES)
    add(model, {"name": "root"}, {"name": "child", "parent": "root"})
    assert result(model, "delete", REGIONS, {"code": "W"}) == {"deleted": 1}
    assert result(model, "delete", GENERAL, {"name": "root"}) == {"deleted": 1}
    a, b = items(model, CITIES)
    assert ("parent" in a, a["properties"]["of"]) == (False, "")
    assert (b["parent"], b["properties"]["of"]) == ("east", "east")
    assert "parent" not in items(model)[0]


def test_the_cells_of_a_deleted_item_are_deleted(tenant: Sandbox, built: Model) -> None:
    model = in_model(Http(tenant), built)
    add(model, {"name": "a", "code": "a"}, {"name": "b", "code": "b"})
    lst, regions = built.lists[GENERAL], built.lists[REGIONS]
    module = built.module("M", dimensions=[lst], line_items={"v": "NUMBER", "r": regions})
    of = [item["id"] for item in items(model)]
    west, _ = (item["id"] for item in items(model, REGIONS))
    with built.store.transaction() as con:
        con.execute(
            f"INSERT INTO cells_{module.id} VALUES ({of[0]}, 1, NULL), ({of[1]}, 2, {west})"
        )
    result(model, "delete", GENERAL, {"code": "a"})
    result(model, "delete", REGIONS, {"code": "W"})
    with built.store.reading() as con:
        cells = con.execute(f"FROM cells_{module.id}").fetchall()
    assert cells == [(int(of[1]), 2.0, None)]


# Requests that are refused as a whole.


@pytest.mark.parametrize("verb", ["add", "update", "delete"])
def test_a_hundred_thousand_items_are_taken_and_no_more(model: InModel, verb: str) -> None:
    given = [{"name": "n", "code": "c"}] * 100_000
    assert send(model, verb, GENERAL, given).status_code == 200
    answer = send(model, verb, GENERAL, [*given, {"name": "n"}])
    assert (answer.status_code, "100000" in answer.json()["status"]["message"]) == (400, True)


@pytest.mark.parametrize("body", [{}, {"items": "x"}, {"items": ["x"]}, {"items": None}], ids=str)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_body_without_items_is_400(model: InModel, method: str, body: JSON) -> None:
    answer = model.http.send(method, f"{model.path}/lists/{GENERAL}/items", json=body)
    assert answer.status_code == 400


def test_an_action_that_does_not_exist_is_400(model: InModel) -> None:
    assert send(model, "move", GENERAL, [{"name": "n"}]).status_code == 400


def test_a_list_that_is_not_there_is_404(model: InModel) -> None:
    for verb in ("add", "update", "delete"):
        assert send(model, verb, "101999999998", [{"name": "n"}]).status_code == 404
    assert model.post("/lists/101999999998/resetIndex").status_code == 404


# Reset the list index.


def test_the_index_starts_again_after_a_reset_of_an_empty_list(model: InModel) -> None:
    add(model, {"code": "c1"}, {"code": "c2"}, lst=NUMBERED)
    answer = model.post(f"/lists/{NUMBERED}/resetIndex")
    assert (answer.status_code, answer.json()["status"]["message"]) == (
        400,
        "We can't reset the list item index of a list that contains data."
        " Select an empty list that doesn't contain any list items.",
    )
    result(model, "delete", NUMBERED, {"code": "c1"}, {"code": "c2"})
    answer = model.post(f"/lists/{NUMBERED}/resetIndex")
    assert (answer.status_code, answer.content) == (200, b"")
    assert model.get(f"/lists/{NUMBERED}").json()["metadata"]["nextitemIndex"] == 1
    add(model, {"code": "c9"}, lst=NUMBERED)
    assert keys(model, NUMBERED) == [("#1", "c9")]


def test_the_whole_hierarchy_must_be_empty_for_a_reset(model: InModel) -> None:
    assert model.post(f"/lists/{CITIES}/resetIndex").status_code == 400
    result(model, "delete", REGIONS, {"code": "W"}, {"code": "E"})
    assert model.post(f"/lists/{CITIES}/resetIndex").status_code == 200


def test_a_top_level_item_does_not_stand_in_the_way_of_a_reset(
    tenant: Sandbox, built: Model
) -> None:
    lst = built.list("Products", top_level_item="All Products")
    model = in_model(Http(tenant), built)
    assert model.get(f"/lists/{lst.id}").json()["metadata"]["itemCount"] == 1
    assert model.post(f"/lists/{lst.id}/resetIndex").status_code == 200


def test_in_a_deployed_model_only_a_production_list_is_reset(tenant: Sandbox, built: Model) -> None:
    production = built.list("Orders", production=True)
    model = in_model(Http(tenant), built)
    built.state = "PRODUCTION"
    answer = model.post(f"/lists/{GENERAL}/resetIndex")
    assert (answer.status_code, answer.json()["status"]["message"]) == (
        400,
        "We cannot reset a list if the list is not production data"
        " and the model is in deployed mode.",
    )
    assert model.post(f"/lists/{production.id}/resetIndex").status_code == 200
    assert send(model, "add", GENERAL, [{"name": "n"}]).status_code == 425


def test_only_an_administrator_resets_the_index(tenant: Sandbox, built: Model) -> None:
    tenant.add_user("planner@example.com", "pw", administrator=False)
    model = in_model(Http(tenant, "planner@example.com", "pw"), built)
    assert model.post(f"/lists/{GENERAL}/resetIndex").status_code == 404
