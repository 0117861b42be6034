"""Adding list items over HTTP: each row of the documented tables."""

from __future__ import annotations

import pytest

from tests.sandbox.http_client import Http, InModel, in_model
from tests.sandbox.kept_rows import KeptRows
from tests.sandbox.list_client import (
    CITIES,
    DUPLICATE,
    GENERAL,
    INCOMPLETE,
    INCORRECT,
    JSON,
    NUMBERED,
    add,
    items,
    keys,
    kinds,
    result,
    update,
)

# Add items to a general list.


def test_a_new_item_is_added(lists_api: InModel) -> None:
    written = result(lists_api, "add", GENERAL, {"name": "n1", "code": "c1"})
    assert written == {"added": 1, "ignored": 0, "total": 1}
    assert keys(lists_api) == [("n1", "c1")]


def test_an_item_whose_name_is_in_use_is_not_added(lists_api: InModel) -> None:
    add(lists_api, {"name": "n1", "code": "c1"})
    written = result(lists_api, "add", GENERAL, {"name": "n1", "code": "c2"})
    assert (written["added"], written["ignored"], written["total"]) == (0, 1, 1)
    assert kinds(written) == [(0, DUPLICATE)]
    assert keys(lists_api) == [("n1", "c1")]


def test_an_item_whose_code_is_in_use_is_not_added(lists_api: InModel) -> None:
    add(lists_api, {"name": "n1", "code": "c1"})
    written = result(lists_api, "add", GENERAL, {"name": "n2", "code": "c1"})
    assert kinds(written) == [(0, DUPLICATE)]
    assert keys(lists_api) == [("n1", "c1")]


@pytest.mark.parametrize("name", [{}, {"name": None}, {"name": ""}, {"name": "  "}])
def test_an_item_without_a_name_is_not_added(lists_api: InModel, name: JSON) -> None:
    written = result(lists_api, "add", GENERAL, {"code": "c1", **name})
    assert kinds(written) == [(0, INCOMPLETE)]
    assert keys(lists_api) == []


# Add items to a numbered list.


def test_a_numbered_list_refuses_names(lists_api: InModel) -> None:
    written = result(lists_api, "add", NUMBERED, {"name": "n1", "code": "c1"})
    assert kinds(written) == [(0, INCOMPLETE)]
    assert keys(lists_api, NUMBERED) == []


def test_a_numbered_list_makes_the_names_of_new_items(lists_api: InModel) -> None:
    add(lists_api, {"code": "c1"}, {"code": "c2"}, lst=NUMBERED)
    assert keys(lists_api, NUMBERED) == [("#1", "c1"), ("#2", "c2")]


def test_a_numbered_list_does_not_add_a_code_again(lists_api: InModel) -> None:
    add(lists_api, {"code": "c1"}, lst=NUMBERED)
    assert kinds(result(lists_api, "add", NUMBERED, {"code": "c1"})) == [(0, DUPLICATE)]
    assert keys(lists_api, NUMBERED) == [("#1", "c1")]


# Other rules for added items.


def test_items_are_written_without_the_workspace_in_the_url_too(
    shared_http: Http, kept_lists: KeptRows
) -> None:
    model = in_model(shared_http, kept_lists.put_back(), with_workspace=False)
    add(model, {"name": "n1", "code": "c1"})
    update(model, {"name": "n2", "code": "c1"})
    assert keys(model) == [("n2", "c1")]
    written = result(model, "delete", GENERAL, {"code": "c1"})
    assert written == {"deleted": 1, "ignored": 0, "total": 1}
    assert model.post(f"/lists/{GENERAL}/resetIndex").status_code == 200


def test_add_is_the_default_action(lists_api: InModel) -> None:
    answer = lists_api.post(f"/lists/{GENERAL}/items", {"items": [{"name": "n1"}]})
    assert answer.json()["added"] == 1


def test_the_first_of_two_items_with_the_same_key_is_added(lists_api: InModel) -> None:
    given = [{"name": "n1", "code": "c1"}, {"name": "n1"}, {"name": "n2", "code": "c1"}]
    assert kinds(result(lists_api, "add", GENERAL, *given)) == [(1, DUPLICATE), (2, DUPLICATE)]
    assert keys(lists_api) == [("n1", "c1")]


def test_a_refused_item_does_not_block_a_later_one(lists_api: InModel) -> None:
    refused = {"name": "n1", "code": "c1", "properties": {"p1": "wrong"}}
    written = result(lists_api, "add", GENERAL, refused, {"name": "n1", "code": "c1"})
    assert written["added"] == 1
    assert written["failures"] == [
        {
            "requestIndex": 0,
            "failureType": INCORRECT,
            "failureMessageDetails": "incorrect format -- column name:p1, value:wrong",
        }
    ]


def test_items_are_added_with_properties_and_subsets(lists_api: InModel) -> None:
    properties = {"p1": "1.5", "text": "hé\n", "when": "2024-02-29", "yes": "true"}
    add(lists_api, {"name": "n1", "properties": properties, "subsets": {"s1": True}})
    [item] = items(lists_api)
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
def test_an_item_with_an_invalid_value_is_not_added(lists_api: InModel, given: JSON) -> None:
    assert kinds(result(lists_api, "add", GENERAL, {"name": "n1", **given})) == [(0, INCORRECT)]
    assert keys(lists_api) == []


def test_values_of_list_and_time_formats_are_found_by_name_or_code(
    lists_api: InModel, kept_lists: KeptRows
) -> None:
    month = kept_lists.model.calendar.periods[0].name
    add(lists_api, {"name": "a", "properties": {"of": "west", "from": month}}, lst=CITIES)
    add(lists_api, {"name": "b", "properties": {"of": "E"}}, lst=CITIES)
    for wrong in ({"of": "north"}, {"from": "Jan 1806"}):
        written = result(lists_api, "add", CITIES, {"name": "c", "properties": wrong})
        assert kinds(written) == [(0, INCORRECT)]
    assert [item["properties"]["of"] for item in items(lists_api, CITIES)] == ["west", "east"]
    assert items(lists_api, CITIES)[0]["properties"]["from"] == month


def test_a_parent_is_an_item_of_the_parent_list(lists_api: InModel) -> None:
    add(lists_api, {"name": "a", "parent": "west"}, {"name": "b", "parent": "E"}, lst=CITIES)
    written = result(lists_api, "add", CITIES, {"name": "c", "parent": "a"})
    assert kinds(written) == [(0, INCORRECT)]
    assert [item["parent"] for item in items(lists_api, CITIES)] == ["west", "east"]


def test_a_parent_in_the_list_itself_can_be_an_earlier_item_of_the_request(
    lists_api: InModel,
) -> None:
    chain = [
        {"name": "top"},
        {"name": "middle", "parent": "top"},
        {"name": "low", "parent": "middle"},
    ]
    add(lists_api, *chain)
    written = result(lists_api, "add", GENERAL, {"name": "x", "parent": "y"}, {"name": "y"})
    assert kinds(written) == [(0, INCORRECT)]
    assert [item.get("parent") for item in items(lists_api)] == [None, "top", "middle", None]


def test_names_and_codes_that_are_numbers_are_read_as_texts(lists_api: InModel) -> None:
    add(lists_api, {"name": 7, "code": 12, "properties": {"p1": 1.5, "yes": True}})
    [item] = items(lists_api)
    assert (item["name"], item["code"]) == ("7", "12")
    assert (item["properties"]["p1"], item["properties"]["yes"]) == ("1.5", "true")
