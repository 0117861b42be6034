"""Deleting list items over HTTP, requests refused as a whole, and the reset of the index."""

from __future__ import annotations

import pytest

from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model
from tests.sandbox.http_client import Http, InModel, in_model
from tests.sandbox.list_client import (
    CITIES,
    GENERAL,
    JSON,
    NUMBERED,
    REGIONS,
    add,
    items,
    keys,
    kinds,
    result,
    send,
)


@pytest.fixture
def n1(lists_api: InModel) -> str:
    """An item with name n1 and code c1; return its id."""
    add(lists_api, {"name": "n1", "code": "c1"})
    return str(items(lists_api)[0]["id"])


def test_items_are_deleted_by_id_or_by_code(lists_api: InModel, n1: str) -> None:
    add(lists_api, {"name": "n2", "code": "c2"}, {"name": "n3", "code": "c3"})
    written = result(lists_api, "delete", GENERAL, {"id": n1}, {"code": "c3"})
    assert written == {"deleted": 2, "ignored": 0, "total": 2}
    assert keys(lists_api) == [("n2", "c2")]


def test_an_item_without_a_code_is_deleted_by_name(lists_api: InModel) -> None:
    add(lists_api, {"name": "n1"}, {"name": "n2", "code": "c2"})
    written = result(lists_api, "delete", GENERAL, {"name": "n1"}, {"name": "n2"})
    assert (written["deleted"], kinds(written)) == (1, [(1, "Not found")])
    assert keys(lists_api) == [("n2", "c2")]


def test_failed_deletions_have_the_words_of_the_service(lists_api: InModel, n1: str) -> None:
    written = result(
        lists_api, "delete", GENERAL, {"code": "c1"}, {"code": "Region 1"}, {"id": n1, "code": "i1"}
    )
    assert written == {
        "deleted": 1,
        "ignored": 2,
        "total": 3,
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


def test_an_item_is_deleted_once(lists_api: InModel, n1: str) -> None:
    written = result(lists_api, "delete", GENERAL, {"code": "c1"}, {"id": n1})
    assert (written["deleted"], kinds(written)) == (1, [(1, "Not found")])


def test_references_to_a_deleted_item_are_cleared(lists_api: InModel) -> None:
    add(lists_api, {"name": "a", "parent": "west", "properties": {"of": "west"}}, lst=CITIES)
    add(lists_api, {"name": "b", "parent": "east", "properties": {"of": "east"}}, lst=CITIES)
    add(lists_api, {"name": "root"}, {"name": "child", "parent": "root"})
    assert result(lists_api, "delete", REGIONS, {"code": "W"})["deleted"] == 1
    assert result(lists_api, "delete", GENERAL, {"name": "root"})["deleted"] == 1
    a, b = items(lists_api, CITIES)
    assert ("parent" in a, a["properties"]["of"]) == (False, "")
    assert (b["parent"], b["properties"]["of"]) == ("east", "east")
    assert "parent" not in items(lists_api)[0]


def test_the_cells_of_a_deleted_item_are_deleted(tenant: Sandbox, built_lists: Model) -> None:
    model = in_model(Http(tenant), built_lists)
    add(model, {"name": "a", "code": "a"}, {"name": "b", "code": "b"})
    lst, regions = built_lists.lists[GENERAL], built_lists.lists[REGIONS]
    module = built_lists.module("M", dimensions=[lst], line_items={"v": "NUMBER", "r": regions})
    of = [item["id"] for item in items(model)]
    west, _ = (item["id"] for item in items(model, REGIONS))
    with built_lists.store.transaction() as con:
        con.execute(
            f"INSERT INTO cells_{module.id} VALUES ({of[0]}, 1, NULL), ({of[1]}, 2, {west})"
        )
    result(model, "delete", GENERAL, {"code": "a"})
    result(model, "delete", REGIONS, {"code": "W"})
    with built_lists.store.reading() as con:
        cells = con.execute(f"FROM cells_{module.id}").fetchall()
    assert cells == [(int(of[1]), 2.0, None)]


# Requests that are refused as a whole.


@pytest.mark.long
@pytest.mark.parametrize("verb", ["add", "update", "delete"])
def test_at_most_a_hundred_thousand_items_are_accepted(lists_api: InModel, verb: str) -> None:
    given = [{"name": "n", "code": "c"}] * 100_000
    assert send(lists_api, verb, GENERAL, given).status_code == 200
    answer = send(lists_api, verb, GENERAL, [*given, {"name": "n"}])
    assert (answer.status_code, "100000" in answer.json()["status"]["message"]) == (400, True)


@pytest.mark.parametrize("body", [{}, {"items": "x"}, {"items": ["x"]}, {"items": None}], ids=str)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_body_without_items_is_400(lists_api: InModel, method: str, body: JSON) -> None:
    answer = lists_api.http.send(method, f"{lists_api.path}/lists/{GENERAL}/items", json=body)
    assert answer.status_code == 400


def test_an_unknown_action_is_400(lists_api: InModel) -> None:
    assert send(lists_api, "move", GENERAL, [{"name": "n"}]).status_code == 400


def test_an_unknown_list_is_404(lists_api: InModel) -> None:
    for verb in ("add", "update", "delete"):
        assert send(lists_api, verb, "101999999998", [{"name": "n"}]).status_code == 404
    assert lists_api.post("/lists/101999999998/resetIndex").status_code == 404


# Reset the list index.


def test_the_index_starts_again_after_a_reset_of_an_empty_list(lists_api: InModel) -> None:
    add(lists_api, {"code": "c1"}, {"code": "c2"}, lst=NUMBERED)
    answer = lists_api.post(f"/lists/{NUMBERED}/resetIndex")
    assert (answer.status_code, answer.json()["status"]["message"]) == (
        400,
        "We can't reset the list item index of a list that contains data."
        " Select an empty list that doesn't contain any list items.",
    )
    result(lists_api, "delete", NUMBERED, {"code": "c1"}, {"code": "c2"})
    answer = lists_api.post(f"/lists/{NUMBERED}/resetIndex")
    assert (answer.status_code, answer.content) == (200, b"")
    assert lists_api.get(f"/lists/{NUMBERED}").json()["metadata"]["nextitemIndex"] == 1
    add(lists_api, {"code": "c9"}, lst=NUMBERED)
    assert keys(lists_api, NUMBERED) == [("#1", "c9")]


def test_the_whole_hierarchy_must_be_empty_for_a_reset(lists_api: InModel) -> None:
    assert lists_api.post(f"/lists/{CITIES}/resetIndex").status_code == 400
    result(lists_api, "delete", REGIONS, {"code": "W"}, {"code": "E"})
    assert lists_api.post(f"/lists/{CITIES}/resetIndex").status_code == 200


def test_a_top_level_item_does_not_prevent_a_reset(tenant: Sandbox, built_lists: Model) -> None:
    lst = built_lists.list("Products", top_level_item="All Products")
    model = in_model(Http(tenant), built_lists)
    assert model.get(f"/lists/{lst.id}").json()["metadata"]["itemCount"] == 1
    assert model.post(f"/lists/{lst.id}/resetIndex").status_code == 200


def test_in_a_deployed_model_only_a_production_list_is_reset(
    tenant: Sandbox, built_lists: Model
) -> None:
    production = built_lists.list("Orders", production=True)
    model = in_model(Http(tenant), built_lists)
    built_lists.state = "PRODUCTION"
    answer = model.post(f"/lists/{GENERAL}/resetIndex")
    assert (answer.status_code, answer.json()["status"]["message"]) == (
        400,
        "We cannot reset a list if the list is not production data"
        " and the model is in deployed mode.",
    )
    assert model.post(f"/lists/{production.id}/resetIndex").status_code == 200
    assert send(model, "add", GENERAL, [{"name": "n"}]).status_code == 425


def test_only_an_administrator_resets_the_index(tenant: Sandbox, built_lists: Model) -> None:
    tenant.add_user("planner@example.com", "pw", administrator=False)
    model = in_model(Http(tenant, "planner@example.com", "pw"), built_lists)
    assert model.post(f"/lists/{GENERAL}/resetIndex").status_code == 404
