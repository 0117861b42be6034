"""Updating list items over HTTP: each row of the documented table."""

from __future__ import annotations

import pytest

from tests.sandbox.http_client import InModel
from tests.sandbox.list_client import (
    GENERAL,
    INCORRECT,
    JSON,
    NUMBERED,
    add,
    items,
    keys,
    kinds,
    refused_update,
    result,
    update,
)


@pytest.fixture
def n1(lists_api: InModel) -> str:
    """An item with name n1 and code c1; return its id."""
    add(lists_api, {"name": "n1", "code": "c1", "properties": {"p1": "1234"}})
    return str(items(lists_api)[0]["id"])


@pytest.fixture
def uncoded(lists_api: InModel) -> str:
    """An item with name n1 and no code; return its id."""
    add(lists_api, {"name": "n1", "properties": {"p1": "1234"}})
    return str(items(lists_api)[0]["id"])


# The rows of the table.


def test_an_update_without_changes_succeeds(lists_api: InModel, n1: str) -> None:
    update(lists_api, {"name": "n1", "code": "c1"})
    assert keys(lists_api) == [("n1", "c1")]


def test_a_name_is_updated_by_code(lists_api: InModel, n1: str) -> None:
    update(lists_api, {"name": "n2", "code": "c1"})
    assert keys(lists_api) == [("n2", "c1")]


def test_a_code_is_updated_by_id(lists_api: InModel, n1: str) -> None:
    update(lists_api, {"id": n1, "name": "n1", "code": "c2"})
    assert keys(lists_api) == [("n1", "c2")]


def test_a_code_is_given_by_id_to_an_item_without_one(lists_api: InModel, uncoded: str) -> None:
    update(lists_api, {"id": uncoded, "name": "n1", "code": "c2"})
    assert keys(lists_api) == [("n1", "c2")]


def test_a_code_cannot_be_removed(lists_api: InModel, n1: str) -> None:
    refused_update(lists_api, {"id": n1, "name": "n1", "code": ""})


def test_a_code_is_given_by_name_to_an_item_without_one(lists_api: InModel, uncoded: str) -> None:
    update(lists_api, {"name": "n1", "code": "c1"})
    assert keys(lists_api) == [("n1", "c1")]


def test_a_code_cannot_be_changed_by_name(lists_api: InModel, n1: str) -> None:
    refused_update(lists_api, {"name": "n1", "code": "c2"})


def test_a_value_is_updated_by_code(lists_api: InModel, n1: str) -> None:
    update(lists_api, {"code": "c1", "properties": {"p1": "4321"}})
    assert keys(lists_api) == [("n1", "c1")]
    assert items(lists_api)[0]["properties"]["p1"] == "4321.0"


def test_a_value_cannot_be_updated_by_the_name_of_an_item_with_a_code(
    lists_api: InModel, n1: str
) -> None:
    refused_update(lists_api, {"name": "n1", "properties": {"p1": "4321"}})


def test_a_value_is_updated_by_the_name_of_an_item_without_a_code(
    lists_api: InModel, uncoded: str
) -> None:
    update(lists_api, {"name": "n1", "properties": {"p1": "4321"}})
    assert items(lists_api)[0]["properties"]["p1"] == "4321.0"


# Other rules for updated items.


def test_an_update_keeps_values_that_are_not_given(lists_api: InModel) -> None:
    properties = {"p1": "1.5", "text": "t", "when": "2024-02-29", "yes": "true"}
    add(lists_api, {"name": "root"})
    add(lists_api, {"name": "n", "code": "c", "parent": "root", "properties": properties})
    add(lists_api, {"name": "m", "code": "d", "properties": properties, "subsets": {"s1": True}})
    before = items(lists_api)
    update(
        lists_api,
        {"code": "c", "subsets": {"s1": True}},
        {"code": "d", "properties": {"text": "new"}},
    )
    before[1]["subsets"]["s1"] = True
    before[2]["properties"]["text"] = "new"
    assert items(lists_api) == before


def test_a_blank_text_clears_a_property_and_removes_a_parent(lists_api: InModel) -> None:
    add(lists_api, {"name": "root"}, {"name": "n", "code": "c", "parent": "root"})
    update(lists_api, {"code": "c", "properties": {"text": "t", "p1": "2"}})
    update(lists_api, {"code": "c", "parent": "", "properties": {"text": "", "p1": ""}})
    item = items(lists_api)[1]
    assert "parent" not in item
    assert (item["properties"]["text"], item["properties"]["p1"]) == ("", "0.0")


@pytest.mark.parametrize(
    "unknown", [{"id": "210000000099"}, {"id": "x"}, {"code": "c9"}, {"name": "n9"}, {}], ids=str
)
def test_an_unknown_item_is_not_updated(lists_api: InModel, n1: str, unknown: JSON) -> None:
    refused_update(lists_api, {**unknown, "properties": {"p1": "1"}})


def test_an_update_to_a_name_or_code_of_another_item_is_refused(
    lists_api: InModel, n1: str
) -> None:
    add(lists_api, {"name": "n2", "code": "c2"})
    refused_update(lists_api, {"code": "c2", "name": "n1"})
    refused_update(lists_api, {"id": n1, "code": "c2"})


def test_a_name_that_an_earlier_item_gave_up_can_be_used(lists_api: InModel, n1: str) -> None:
    add(lists_api, {"name": "n2", "code": "c2"})
    update(lists_api, {"code": "c1", "name": "n3"}, {"code": "c2", "name": "n1"})
    assert keys(lists_api) == [("n3", "c1"), ("n1", "c2")]


def test_an_item_that_is_updated_twice_keeps_both_changes(lists_api: InModel, n1: str) -> None:
    update(
        lists_api,
        {"code": "c1", "properties": {"text": "t"}},
        {"id": n1, "code": "c2", "properties": {"p1": "1"}},
        {"code": "c2", "properties": {"p1": "2"}},
    )
    [item] = items(lists_api)
    assert (item["code"], item["properties"]["p1"], item["properties"]["text"]) == (
        "c2",
        "2.0",
        "t",
    )


def test_an_invalid_value_leaves_the_whole_item_unchanged(lists_api: InModel, n1: str) -> None:
    before = items(lists_api)
    given = {"code": "c1", "name": "n2", "properties": {"text": "t", "p1": "x"}}
    assert kinds(result(lists_api, "update", GENERAL, given)) == [(0, INCORRECT)]
    assert items(lists_api) == before


def test_an_item_of_a_numbered_list_is_updated_by_code_or_id_but_not_by_name(
    lists_api: InModel,
) -> None:
    add(lists_api, {"code": "c1"}, {"code": "c2"}, lst=NUMBERED)
    first, _ = items(lists_api, NUMBERED)
    update(lists_api, {"code": "c2", "properties": {"p1": "2"}}, lst=NUMBERED)
    update(lists_api, {"id": first["id"], "code": "c3"}, lst=NUMBERED)
    refused_update(lists_api, {"name": "#1", "properties": {"p1": "1"}}, NUMBERED)
    refused_update(lists_api, {"code": "c2", "name": "#2"}, NUMBERED)
    assert keys(lists_api, NUMBERED) == [("#1", "c3"), ("#2", "c2")]
    assert [item["properties"]["p1"] for item in items(lists_api, NUMBERED)] == ["0.0", "2.0"]


def test_an_item_cannot_be_moved_below_itself(lists_api: InModel) -> None:
    add(lists_api, {"name": "a"}, {"name": "b", "parent": "a"}, {"name": "c", "parent": "b"})
    for parent in ("a", "c"):
        written = result(lists_api, "update", GENERAL, {"name": "a", "parent": parent})
        assert kinds(written) == [(0, INCORRECT)]
    update(lists_api, {"name": "c", "parent": ""}, {"name": "a", "parent": "c"})
    assert [item.get("parent") for item in items(lists_api)] == ["c", "a", None]


def test_ancestors_that_the_request_does_not_mention_are_checked(lists_api: InModel) -> None:
    chain = [{"name": f"n{i}", "parent": f"n{i - 1}" if i else ""} for i in range(5)]
    add(lists_api, *chain)
    assert kinds(result(lists_api, "update", GENERAL, {"name": "n0", "parent": "n4"})) == [
        (0, INCORRECT)
    ]
