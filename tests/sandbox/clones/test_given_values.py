"""Values of formulas and summary methods that the sandbox does not know stay as they were."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from tests.sandbox.clones.pieces import change_line_item, data_of


@pytest.fixture
def beyond(copied: Path) -> Path:
    """Return a snapshot in which a formula and a summary method are beyond the sandbox."""
    change_line_item(copied, "Value", formula="Units * Price[LOOKUP: Cities]")
    change_line_item(copied, "Price", summary="Average")
    return copied


def opened(folder: Path) -> Sandbox:
    return Sandbox.open(folder, rate_limit=None, task_pause=0, verbose=False)


def sales(tenant: Sandbox, **options: object) -> pd.DataFrame:
    with tenant.connect() as connection:
        read: pd.DataFrame = connection.model("Planning").modules["Sales & Co"].read(**options)
        return read


@pytest.mark.long
def test_values_of_a_formula_beyond_the_sandbox_and_of_those_that_use_it_stay(
    planning: Sandbox, beyond: Path
) -> None:
    with opened(beyond) as clone:
        pd.testing.assert_frame_equal(sales(clone), sales(planning))
        formula = clone.models.popitem()[1].modules["102000000001"].line_items[2].formula
    assert formula == "Units * Price[LOOKUP: Cities]"


@pytest.mark.long
def test_such_cells_cannot_be_written_by_request_or_import(beyond: Path) -> None:
    row = pd.DataFrame(
        {"Cities": ["Oslo"], "Versions": ["Actual"], "Time": ["Apr 25"], "Value": [7.0]}
    )
    with opened(beyond) as clone, clone.connect() as connection:
        module = connection.model("Planning").modules["Sales & Co"]
        with pytest.raises(af.ColumnMismatch):
            module.write(row)
        before = sales(clone)
        [model] = clone.models.values()
        definition = model.modules["102000000001"]
        file = model.file("values.csv", columns=["Cities", "Versions", "Time", "Value"])
        model.import_("Load values", file, into=definition)
        with pytest.warns(af.AnaplanWarning, match="ignored all of the 1 rows"):
            result = connection.model("Planning").imports["Load values"].write(row)
        assert (result.rows_ignored, result.rows_updated) == (1, 0)
        pd.testing.assert_frame_equal(sales(clone), before)


IDS = {
    "Cities": "101000000002",
    "Versions": "20000000020",
    "Time": "20000000003",
    "Units": "206000000001",
}


@pytest.fixture
def averaged(planning: Sandbox, copied: Path) -> tuple[Path, pd.DataFrame]:
    """Return a snapshot in which the totals of Units are not sums, and what is expected of it."""
    change_line_item(copied, "Units", summary="Average")
    leaves, expected = sales(planning), sales(planning, totals=True)
    keys = list(IDS)[:3]
    is_leaf = expected.set_index(keys).index.isin(leaves.set_index(keys).index)
    expected.loc[~is_leaf, "Units"] /= 8
    pieces = expected[list(IDS)].rename(columns=IDS)
    pieces.to_parquet(data_of(copied) / "totals" / "102000000001.parquet", index=False)
    return copied, expected[[*keys, "Units"]]


@pytest.mark.long
def test_the_totals_of_a_summary_method_beyond_the_sandbox_are_those_of_the_model(
    averaged: tuple[Path, pd.DataFrame],
) -> None:
    folder, expected = averaged
    with opened(folder) as clone:
        read = sales(clone, totals=True)[list(IDS)]
    pd.testing.assert_frame_equal(read, expected)
    assert (expected["Units"] == 0.25).any()


@pytest.mark.long
def test_a_cell_below_such_totals_can_be_written_and_leaves_them_as_they_are(
    averaged: tuple[Path, pd.DataFrame],
) -> None:
    folder, expected = averaged
    row = {"Cities": "Oslo", "Versions": "Actual", "Time": "Apr 25", "Units": 9.0}
    with opened(folder) as clone:
        with clone.connect() as connection:
            module = connection.model("Planning").modules["Sales & Co"]
            assert module.write(pd.DataFrame([row])).rows_updated == 1
        after = sales(clone, totals=True)[list(IDS)]
    changed = after["Units"] != expected["Units"]
    assert after[changed].to_dict("records") == [row]


@pytest.mark.long
def test_the_report_says_which_values_stay_as_they_were(beyond: Path) -> None:
    clone = opened(beyond)
    report = clone.report
    clone.close()
    given = report[report["state"] == "values as given"].set_index("name")["why"]
    assert list(given.index) == ["Sales & Co.Price", "Sales & Co.Value"]
    assert "summary method 'Average' is beyond the sandbox" in given.iloc[0]
    assert "formula 'Units * Price[LOOKUP: Cities]' is beyond the sandbox" in given.iloc[1]
