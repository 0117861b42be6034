"""Line items with all that Anaplan says of them, against the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.cells.line_items import _KINDS, line_item_row
from anaplan_frames.dataframes.record_frames import TEXT_DTYPE, Field, frame_of_fields
from anaplan_frames.sandbox import Sandbox

PANDAS = {"text": TEXT_DTYPE, "boolean": "boolean", "integer": "Int64"}

# The example of the documentation, with all fields.
DOCUMENTED = {
    "moduleId": "102000000001",
    "moduleName": "module2",
    "id": "206000000006",
    "name": "lineitem-child",
    "isSummary": False,
    "startOfSection": False,
    "broughtForward": False,
    "useSwitchover": True,
    "breakback": False,
    "cellCount": 51,
    "version": {"name": "All", "id": "16000000000"},
    "appliesTo": [
        {"name": "org-sub1", "id": "109000000001"},
        {"name": "linesubset1", "id": "114000000001"},
    ],
    "dataTags": [
        {"name": "tag1", "id": "127000000002"},
        {"name": "tag2", "id": "127000000001"},
    ],
    "referencedBy": [{"name": "lineitem5", "id": "206000000005"}],
    "parent": {"name": "lineitem5", "id": "206000000005"},
    "readAccessDriver": {"name": "lineitem2", "id": "206000000003"},
    "writeAccessDriver": {"name": "lineitem2", "id": "206000000003"},
    "formula": "3 + 9",
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
    "timeRange": "timeRange1",
    "formulaScope": "All Versions",
    "style": "Normal",
    "code": "code7",
    "notes": "note1",
}


@pytest.fixture(scope="module")
def prices_model() -> Iterator[af.Model]:
    with Sandbox(rate_limit=None) as sandbox:
        build(sandbox)
        with sandbox.connect() as connection:
            yield connection.model("M")


def build(sandbox: Sandbox) -> None:
    builder = sandbox.workspace("W").model("M")
    regions = builder.list("Regions")
    products = builder.list("Products", items=pd.DataFrame({"name": ["A"], "code": ["a"]}))
    builder.module(
        "Prices",
        dimensions=[products],
        line_items={"Price": "NUMBER", "Region": regions, "Since": "DATE"},
    )
    builder.module(
        "Sales",
        dimensions=[regions, products, "Time", "Versions"],
        line_items={
            "Units": {"format": "NUMBER", "code": "U", "notes": "Pieces"},
            "Double": {"format": "NUMBER", "formula": "Units * 2", "summary": "Formula"},
        },
    )


def test_every_documented_field_has_its_column() -> None:
    row = line_item_row(DOCUMENTED)
    assert set(row) == set(_KINDS)
    frame = frame_of_fields([row], {name: Field(name, kind) for name, kind in _KINDS.items()})
    assert frame.notna().all(axis=None)
    assert frame.loc[0, ["applies_to", "applies_to_ids", "dimensions"]].tolist() == [
        "org-sub1, linesubset1",
        "109000000001, 114000000001",
        "org-sub1, linesubset1, Time, Versions",
    ]
    assert frame.loc[0, ["parent", "parent_id", "format_decimal_places"]].tolist() == [
        "lineitem5",
        "206000000005",
        -1,
    ]


def test_line_items_of_a_model_have_all_columns_with_their_dtypes(prices_model: af.Model) -> None:
    frame = prices_model.line_items()
    known = {name: PANDAS[kind] for name, kind in _KINDS.items()}
    found = {str(name): str(dtype) for name, dtype in frame.dtypes.items()}
    assert list(found.items())[: len(known)] == list(known.items())
    assert frame["name"].tolist() == ["Price", "Region", "Since", "Units", "Double"]
    assert frame["module"].tolist() == ["Prices"] * 3 + ["Sales"] * 2
    assert frame["format"].tolist() == ["NUMBER", "LIST", "DATE", "NUMBER", "NUMBER"]
    frame = frame.set_index("name")
    assert frame.loc["Units", "applies_to"] == "Regions, Products"
    assert frame.loc["Units", "dimensions"] == "Regions, Products, Time, Versions"
    assert frame.loc["Price", "dimensions"] == "Products"
    assert frame.loc["Units", ["code", "notes", "referenced_by"]].tolist() == [
        "U",
        "Pieces",
        "Double",
    ]
    assert frame.loc["Double", ["formula", "summary"]].tolist() == ["Units * 2", "Formula"]
    assert pd.isna(frame.loc["Units", "formula"])


def test_fields_that_are_not_documented_come_after_the_others(prices_model: af.Model) -> None:
    frame = prices_model.line_items().set_index("name")
    lists = prices_model.lists.to_pandas().set_index("name")["id"]
    assert str(frame.loc["Region", "format_hierarchy_entity_long_id"]) == lists["Regions"]


def test_line_items_of_one_module_by_name_or_id(prices_model: af.Model) -> None:
    of_sales = prices_model.line_items("Sales")
    assert of_sales["name"].tolist() == ["Units", "Double"]
    module = prices_model.modules["Sales"]
    pd.testing.assert_frame_equal(prices_model.line_items(module.id), of_sales)
    pd.testing.assert_frame_equal(module.line_items(), of_sales)
    with pytest.raises(af.NotFound, match="Did you mean 'Sales'"):
        prices_model.line_items("Sale")


def test_a_model_without_modules_has_all_columns(tenant: Sandbox) -> None:
    tenant.workspace("W").model("M")
    frame = tenant.connect().model("M").line_items()
    assert len(frame) == 0
    assert {str(n): str(d) for n, d in frame.dtypes.items()} == {
        name: PANDAS[kind] for name, kind in _KINDS.items()
    }


def test_all_line_items_come_out_as_csv_in_one_line(prices_model: af.Model, tmp_path: Path) -> None:
    prices_model.line_items().to_csv(tmp_path / "line_items.csv", index=False)
    read = pd.read_csv(tmp_path / "line_items.csv", dtype=str)
    assert read["name"].tolist() == ["Price", "Region", "Since", "Units", "Double"]
    assert read["id"].tolist() == prices_model.line_items()["id"].tolist()


def test_more_line_items_than_a_page_are_read_to_the_last() -> None:
    with Sandbox(page_size=7, rate_limit=None) as tenant:
        builder = tenant.workspace("W").model("M")
        things = builder.list("Things")
        names = {f"Item {number}": "NUMBER" for number in range(20)}
        builder.module("Wide", dimensions=[things], line_items=names)
        frame = tenant.connect().model("M").line_items()
        assert frame["name"].tolist() == list(names)
