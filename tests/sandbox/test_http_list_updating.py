"""Items of lists updated over HTTP: each row of the documented table."""

from __future__ import annotations

import pytest

from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model
from tests.sandbox.http_client import Http, InModel, in_model
from tests.sandbox.list_client import (
    GENERAL,
    INCORRECT,
    JSON,
    NUMBERED,
    add,
    build_lists,
    items,
    keys,
    kinds,
    refused_update,
    result,
    update,
)


@pytest.fixture
def built(tenant: Sandbox) -> Model:
    return build_lists(tenant)


@pytest.fixture
def model(tenant: Sandbox, built: Model) -> InModel:
    return in_model(Http(tenant), built)


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


# The rows of the table.


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
