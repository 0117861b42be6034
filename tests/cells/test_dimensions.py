"""The axes of views and the items of dimensions, against the sandbox."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.dataframes.record_frames import TEXT_DTYPE
from anaplan_frames.sandbox import Sandbox
from tests.dataframes.columns import dtypes

ITEMS = {"id": TEXT_DTYPE, "code": TEXT_DTYPE, "name": TEXT_DTYPE}


@pytest.fixture(scope="module")
def sales_model() -> Iterator[af.Model]:
    with Sandbox(rate_limit=None) as sandbox:
        build(sandbox)
        with sandbox.connect() as connection:
            yield connection.model("M")


def build(sandbox: Sandbox) -> None:
    builder = sandbox.workspace("W").model("M")
    regions = builder.list(
        "Regions",
        items=pd.DataFrame({"name": ["North", "South"], "code": ["N", "S"], "Big": [True, False]}),
        subsets=["Big"],
    )
    builder.list("Empty")
    builder.list("Plain", items=pd.DataFrame({"name": ["Only"]}))
    module = builder.module(
        "Sales", dimensions=[regions, "Time", "Versions"], line_items={"Units": "NUMBER"}
    )
    builder.view(
        module, "By month", rows=[regions], columns=["Time"], pages=["Versions", "Line items"]
    )


def test_a_view_returns_its_axes(sales_model: af.Model) -> None:
    view = sales_model.views["Sales.By month"]
    axes = view.dimensions()
    assert dtypes(axes) == {
        "axis": TEXT_DTYPE,
        "position": "Int64",
        "id": TEXT_DTYPE,
        "name": TEXT_DTYPE,
    }
    assert axes[["axis", "position", "name"]].to_numpy().tolist() == [
        ["pages", 0, "Versions"],
        ["pages", 1, "Line items"],
        ["rows", 0, "Regions"],
        ["columns", 0, "Time"],
    ]
    assert view.dimensions()["name"].tolist() == ["Versions", "Line items", "Regions", "Time"]


def test_a_module_has_the_axes_of_its_default_view(sales_model: af.Model) -> None:
    module = sales_model.modules["Sales"]
    assert sorted(module.dimensions()["name"]) == ["Line items", "Regions", "Time", "Versions"]
    views = module.views()
    assert views.columns.tolist() == ["id", "name", "code", "module_id"]
    assert views["module_id"].tolist() == [module.id, module.id]
    assert views["id"].tolist()[0] == module.id


def test_a_view_returns_the_items_of_its_dimensions(sales_model: af.Model) -> None:
    module = sales_model.modules["Sales"]
    regions = module.dimension_items("Regions")
    assert dtypes(regions) == ITEMS
    assert regions["name"].tolist() == ["North", "South"]
    by_id = module.dimensions().set_index("name").loc["Versions", "id"]
    assert module.dimension_items(by_id)["name"].tolist() == ["Actual", "Forecast"]
    with pytest.raises(af.NotFound, match="Did you mean 'Regions'"):
        module.dimension_items("Region")


def test_items_of_a_list_are_found_by_its_name_or_id(sales_model: af.Model) -> None:
    items = sales_model.dimension_items("Regions")
    assert dtypes(items) == ITEMS
    assert items["name"].tolist() == ["North", "South"]
    assert items["code"].tolist() == ["N", "S"]
    assert sales_model.dimension_items("Plain")["code"].isna().tolist() == [True]
    by_id = sales_model.dimension_items(sales_model.lists["Regions"].id)
    pd.testing.assert_frame_equal(by_id, items)


def test_a_dimension_without_items_is_an_empty_table(sales_model: af.Model) -> None:
    items = sales_model.dimension_items("Empty")
    assert len(items) == 0
    assert dtypes(items) == ITEMS


def test_items_of_time_and_versions_are_those_of_a_line_item(sales_model: af.Model) -> None:
    assert set(sales_model.dimension_items("Time")["name"]) == set(sales_model.periods()["name"])
    assert sales_model.dimension_items("Versions")["name"].tolist() == ["Actual", "Forecast"]
    assert sales_model.dimension_items("20000000020")["name"].tolist() == ["Actual", "Forecast"]


def test_users_are_a_dimension(sales_model: af.Model) -> None:
    assert sales_model.dimension_items("Users")["code"].tolist() == ["demo@example.com"]


def test_a_subset_is_a_dimension_by_its_id(sales_model: af.Model) -> None:
    subset = sales_model.lists["Regions"].subsets().set_index("name").loc["Big", "id"]
    assert sales_model.dimension_items(subset)["name"].tolist() == ["North"]


def test_a_wrong_dimension_is_answered_with_the_near_names(sales_model: af.Model) -> None:
    with pytest.raises(af.NotFound, match="Did you mean 'Regions'"):
        sales_model.dimension_items("Regons")


def test_time_without_a_line_item_that_has_it_points_to_the_periods(tenant: Sandbox) -> None:
    tenant.workspace("W").model("M")
    with pytest.raises(af.NotFound, match=r"Use \.periods\(\)"):
        tenant.connect().model("M").dimension_items("Time")
