"""Keys in requests that add, update and delete items and write cells: folded, or exact."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from anaplan_frames.sandbox import Calendar, Sandbox
from tests.sandbox.http_client import Http, InModel, in_model
from tests.sandbox.kept_rows import KeptRows
from tests.sandbox.list_client import (
    CITIES,
    DUPLICATE,
    GENERAL,
    INCOMPLETE,
    INCORRECT,
    add,
    build_lists,
    items,
    keys,
    kinds,
    result,
    update,
)


@pytest.fixture(scope="module", params=["folded", "exact"])
def keys_sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with Sandbox(rate_limit=None, behavior={"keys": request.param}) as running:
        yield running


@pytest.fixture
def folds(keys_sandbox: Sandbox) -> bool:
    return keys_sandbox.behavior.keys == "folded"


@pytest.fixture(scope="module")
def kept_alpha(keys_sandbox: Sandbox) -> tuple[InModel, KeptRows]:
    built = build_lists(keys_sandbox)
    model = in_model(Http(keys_sandbox), built)
    add(model, {"name": "Alpha", "code": "ABC"}, {"name": "Omega"})
    return model, KeptRows(built)


@pytest.fixture
def alpha_api(kept_alpha: tuple[InModel, KeptRows]) -> InModel:
    """A list with an item of name Alpha and code ABC, and one without a code."""
    model, rows = kept_alpha
    rows.put_back()
    return model


@pytest.mark.parametrize(
    "item", [{"name": "Other", "code": "abc"}, {"name": "ALPHA\xa0"}, {"name": "Al\u200bpha"}]
)
def test_an_item_of_the_same_key_is_a_duplicate(
    alpha_api: InModel, folds: bool, item: dict[str, str]
) -> None:
    written = result(alpha_api, "add", GENERAL, item)
    assert kinds(written) == ([(0, DUPLICATE)] if folds else [])


def test_two_items_of_a_request_with_the_same_key_are_duplicates(
    alpha_api: InModel, folds: bool
) -> None:
    written = result(
        alpha_api, "add", GENERAL, {"name": "New", "code": "n"}, {"name": "x", "code": "N "}
    )
    assert kinds(written) == ([(1, DUPLICATE)] if folds else [])


def test_an_update_finds_the_item_of_the_same_code_and_keeps_its_code(
    alpha_api: InModel, folds: bool
) -> None:
    written = result(alpha_api, "update", GENERAL, {"code": " abc", "name": "Alfa"})
    assert written["updated"] == int(folds)
    assert keys(alpha_api)[0] == (("Alfa", "ABC") if folds else ("Alpha", "ABC"))


def test_an_update_by_name_keeps_the_name_and_can_give_a_code(
    alpha_api: InModel, folds: bool
) -> None:
    written = result(alpha_api, "update", GENERAL, {"code": "Z", "name": "OMEGA"})
    assert kinds(written) == ([] if folds else [(0, INCOMPLETE)])
    assert keys(alpha_api)[1] == (("Omega", "Z") if folds else ("Omega", None))


def test_an_update_by_id_can_change_the_case_of_a_key(alpha_api: InModel) -> None:
    update(alpha_api, {"id": items(alpha_api)[0]["id"], "name": "ALPHA", "code": "abc"})
    assert keys(alpha_api)[0] == ("ALPHA", "abc")


def test_an_item_cannot_take_the_same_key_as_another(alpha_api: InModel, folds: bool) -> None:
    written = result(alpha_api, "update", GENERAL, {"code": "ABC", "name": "omega"})
    assert kinds(written) == ([(0, INCOMPLETE)] if folds else [])


def test_a_deletion_finds_the_item_of_the_same_key(alpha_api: InModel, folds: bool) -> None:
    written = result(alpha_api, "delete", GENERAL, {"code": "abc"}, {"name": "omega\u200b"})
    assert written["deleted"] == (2 if folds else 0)
    assert len(keys(alpha_api)) == (0 if folds else 2)


def test_an_equal_key_is_preferred(alpha_api: InModel, folds: bool) -> None:
    if folds:
        assert kinds(result(alpha_api, "add", GENERAL, {"name": "abc", "code": "ABC2"})) == []
    else:
        add(alpha_api, {"name": "lower", "code": "abc"})
        written = result(alpha_api, "delete", GENERAL, {"code": "abc"})
        assert (written["deleted"], keys(alpha_api)[0]) == (1, ("Alpha", "ABC"))


def test_a_parent_and_a_value_are_found_by_the_same_key(alpha_api: InModel, folds: bool) -> None:
    city = {"name": "Oslo", "parent": "WEST", "properties": {"of": "e "}}
    written = result(alpha_api, "add", CITIES, city)
    assert kinds(written) == ([] if folds else [(0, INCORRECT)])
    if folds:
        [item] = items(alpha_api, CITIES)
        assert (item["parent"], item["properties"]["of"]) == ("west", "east")
    below = result(alpha_api, "add", GENERAL, {"name": "child", "parent": "abc"})
    assert kinds(below) == ([] if folds else [(0, INCORRECT)])


def test_a_name_or_code_has_at_most_sixty_characters(alpha_api: InModel) -> None:
    long = "x" * 61
    written = result(alpha_api, "add", GENERAL, {"name": long}, {"name": "y", "code": long})
    assert kinds(written) == [(0, INCORRECT), (1, INCORRECT)]
    assert kinds(result(alpha_api, "add", GENERAL, {"name": "y" * 60, "code": "z" * 60})) == []
    written = result(alpha_api, "update", GENERAL, {"code": "ABC", "name": long})
    assert kinds(written) == [(0, INCORRECT)]


def test_cells_are_written_to_the_items_of_the_same_keys(
    keys_sandbox: Sandbox, folds: bool
) -> None:
    calendar = Calendar(2026, past_years=0, future_years=0)
    model = keys_sandbox.workspace("Finance").model("Costs", calendar=calendar)
    people = pd.DataFrame({"Name": ["Ada", "Bo"], "Code": ["A1", "B1"]})
    teams = model.list("Teams", items=people)
    costs = model.module("Costs", dimensions=[teams, "Time"], line_items={"Cost": "NUMBER"})
    api = in_model(Http(keys_sandbox), model)

    def cell(value: int, period: str = "Jan 26", **item: Any) -> dict[str, Any]:
        dimensions = [{"dimensionName": "Teams", **item}]
        dimensions.append({"dimensionName": "Time", "itemName": period})
        return {"lineItemName": "Cost", "dimensions": dimensions, "value": value}

    cells = [
        cell(1, itemCode="a1"),
        cell(2, itemName="BO "),
        cell(3, period="FEB 26", itemName="Bo"),
        cell(4, itemName="nobody"),
        cell(5, period="Mar 26", itemName="Ada"),
    ]
    written = api.post(f"/modules/{costs.id}/data", cells).json()
    failed = [one["requestIndex"] for one in written["failures"]]
    assert failed == ([3] if folds else [0, 1, 2, 3])
    assert written["numberOfCellsChanged"] == (4 if folds else 1)
