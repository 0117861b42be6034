"""Line items with dimensions of their own, read and written; headings; modules by subsets."""

from __future__ import annotations

import datetime as dt
import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.cells.modules import Module
from anaplan_frames.sandbox import Sandbox
from tests.restored_models import RestoredModel
from tests.sandbox.full_tenant import NAME, build_everything
from tests.transport.scripted import TurnedClock


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    with Sandbox(rate_limit=None, task_pause=0) as tenant:
        yield tenant


@pytest.fixture(scope="module")
def built(served: Sandbox) -> Iterator[tuple[af.Model, RestoredModel]]:
    restored = RestoredModel(build_everything(served))
    with served.connect(clock=TurnedClock()) as connection:
        yield connection.model(NAME), restored


@pytest.fixture
def everything(built: tuple[af.Model, RestoredModel]) -> af.Model:
    built[1].restore()
    return built[0]


@pytest.fixture
def sales(everything: af.Model) -> Module:
    return everything.modules["Sales"]


def quietly(module: Module, **options: Any) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", af.AnaplanWarning)
        return module.read(**options)


def test_a_module_warns_of_columns_whose_values_are_in_other_views(sales: Module) -> None:
    words = "'Price', 'Cost', 'Goal', 'Rate', 'Flag', 'Best' have dimensions or a time scale"
    with pytest.warns(af.AnaplanWarning, match=words):
        frame = sales.read()
    assert "Inputs" not in frame
    assert frame.loc[:, "Price":"Best"].isna().all(axis=None)  # type: ignore[misc]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sales.read(columns=["Large", "Time", "Units", "Double"])


def test_sums_of_a_module_are_right_though_a_line_item_is_by_quarter(sales: Module) -> None:
    frame = quietly(sales)
    assert (frame["Units"].sum(), frame["Double"].sum()) == (6.5, 13)
    assert len(frame) == 2 * 3 * 12


@pytest.mark.long
def test_the_module_decides_which_of_two_time_scales_its_own_is(everything: af.Model) -> None:
    """Months are shorter, but the module's own view has quarters."""
    frame = quietly(everything.modules["Quarterly"])
    assert list(frame["Time"].unique()) == ["Q1 FY26", "Q2 FY26", "Q3 FY26", "Q4 FY26"]
    assert frame["Target"].sum() == 5


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("view", "columns", "rows"),
    [
        ("Sales.Price", ["Products", "Price"], [["Hammer", 1.5], ["Saw", 0], ["Glue", 2]]),
        ("Sales.Rate", ["Rate"], [[0.25]]),
        ("Quarterly.Yearly", ["Sold", "Versions", "Time", "Yearly"], []),
    ],
)
def test_the_view_of_a_line_item_is_found_by_its_name(
    everything: af.Model, view: str, columns: list[str], rows: list[list[Any]]
) -> None:
    frame = everything.views[view].read(totals=False, omit_empty=not rows)
    assert sorted(frame.columns) == sorted(columns)
    assert frame[columns].to_numpy().tolist() == rows


@pytest.mark.long
def test_line_items_are_asked_for_only_if_a_name_begins_with_that_of_a_module(
    everything: af.Model,
) -> None:
    before = everything.catalogue.transport.request_count
    assert "sales.csv" not in everything.views
    assert everything.catalogue.transport.request_count - before <= 1  # the listing of views
    before = everything.catalogue.transport.request_count
    with pytest.raises(af.NotFound):
        everything.views["Sales.Nothing"]
    assert "Sales.Price" in everything.views
    assert everything.catalogue.transport.request_count > before


@pytest.mark.long
def test_a_view_of_a_line_item_takes_where_and_grid(everything: af.Model) -> None:
    view = everything.views["Sales.Goal"]
    frame = view.read(where={"Time": dt.date(2026, 5, 1), "Large": "Rome"}, omit_empty=True)
    assert frame["Goal"].tolist() == [10]
    grid = view.read(layout="grid", where={"Large": "Rome", "Products": "Glue"})
    assert grid["Q2 FY26"].tolist() == [10]


@pytest.mark.long
def test_a_saved_view_shows_headings_in_no_layout(everything: af.Model) -> None:
    with pytest.warns(af.AnaplanWarning):
        grid = everything.views["Sales.By product"].read(
            layout="grid", where={"Large": "Oslo", "Time": "Jan 26"}
        )
    assert grid["Units"].loc["Hammer"] == 3
    assert "Inputs" not in grid


@pytest.mark.long
def test_dimension_items_of_time_are_those_of_the_smallest_periods(everything: af.Model) -> None:
    assert everything.dimension_items("Time")["name"].iloc[0] == "Jan 26"
    assert everything.dimension_items("Large")["name"].tolist() == ["Oslo", "Rome"]


@pytest.mark.long
def test_a_frame_that_was_read_can_be_written_back(sales: Module) -> None:
    frame = quietly(sales)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = sales.write(frame)
    assert (result.rows_loaded, result.rows_rejected) == (len(frame), 0)


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("columns", "view"),
    [
        ({"Products": ["Saw", "G"], "Price": [5, 6]}, "Sales.Price"),
        ({"Products": ["Saw"], "Price": [5], "Cost": [1]}, "Sales.Cost"),
        ({"Rate": [7]}, "Sales.Rate"),
        ({"Large": ["Oslo"], "Time": [dt.date(2026, 2, 3)], "Best": ["Glue"]}, "Sales.Best"),
    ],
)
def test_the_line_items_of_a_table_decide_which_dimensions_it_has(
    everything: af.Model, sales: Module, columns: dict[str, list[Any]], view: str
) -> None:
    frame = pd.DataFrame(columns)
    plan = sales.write(frame, dry_run=True)
    assert plan.rows_rejected == 0
    assert plan.send().rows_loaded == len(frame)
    item = view.partition(".")[2]
    written = everything.views[view].read(totals=False)[item].tolist()
    assert set(columns[item]) <= set(written)


@pytest.mark.long
def test_line_items_of_several_dimensions_are_not_written_together(sales: Module) -> None:
    frame = pd.DataFrame({"Products": ["Saw"], "Price": [1], "Rate": [2]})
    with pytest.raises(af.ColumnMismatch, match=r"'Price', 'Rate' .* have different dimensions"):
        sales.write(frame)
    with pytest.raises(af.ColumnMismatch, match="a heading has no values"):
        sales.write(pd.DataFrame({"Products": ["Saw"], "Inputs": [1]}))
    both = pd.DataFrame(
        {"Large": ["Oslo"], "Products": ["Saw"], "Time": ["May 26"], "Units": [1], "Price": [2]}
    )
    with pytest.warns(af.AnaplanWarning, match="'Price' has dimensions of its own: write it alone"):
        result = sales.write(both)
    assert result.rows_loaded == 1


def test_months_and_quarters_are_written_in_one_table(everything: af.Model, sales: Module) -> None:
    frame = pd.DataFrame(
        {
            "Large": "Oslo",
            "Products": "Saw",
            "Time": ["Jan 26", "Q2 FY26", "Feb 26", "Q3 FY26"],
            "Units": [1, None, None, 4],
            "Goal": [None, 2, 3, None],
        }
    )
    plan = sales.write(frame, dry_run=True)
    assert plan.rejected["error"].tolist() == [
        "'Feb 26' is not a period of the time scale 'Quarter'.",
        "'Q3 FY26' of 'Time' is a total, and Anaplan calculates it.",
    ]
    truth = sales.write(frame, on_rejected="ignore")
    assert truth.rejected.index.tolist() == plan.rejected.index.tolist() == [2, 3]
    assert everything.views["Sales.Goal"].read(totals=False)["Goal"].sum() == 10 + 2


@pytest.mark.long
def test_only_what_changed_of_a_line_item_is_loaded(
    everything: af.Model, sales: Module, tmp_path: Path
) -> None:
    frame = pd.DataFrame({"Products": ["Saw", "Glue"], "Price": [5, 6]})
    options: dict[str, Any] = {"key": ["Products"], "state": tmp_path}
    af.load_changes(frame, sales, everything, **options)
    frame.loc[1, "Price"] = 7
    assert af.load_changes(frame, sales, everything, **options).rows_sent == 1
    prices = everything.views["Sales.Price"].read(totals=False)["Price"].tolist()
    assert prices == [1.5, 5, 7]  # Hammer keeps what it had
    with pytest.raises(af.ColumnMismatch, match="Its dimensions are 'Products'"):
        af.load_changes(frame, sales, everything, key=["Products", "Price"], state=tmp_path)


@pytest.mark.long
def test_rows_with_one_value_say_why_a_line_item_cannot_be_among_them(sales: Module) -> None:
    frame = pd.DataFrame(
        {
            "Large": "Oslo",
            "Products": "Saw",
            "Time": "May 26",
            "Line items": ["Price", "Units", "Inputs"],
            "Value": [1, 2, 3],
        }
    )
    result = sales.write(frame, on_rejected="ignore")
    assert result.rejected["error"].tolist() == [
        "'Price' has dimensions of its own: write it alone, with a column for each of them.",
        "'Inputs' is a heading.",
    ]


@pytest.mark.long
def test_items_outside_of_a_subset_are_rejected_before_anything_is_sent(sales: Module) -> None:
    frame = pd.DataFrame(
        {
            "Large": ["Oslo", "Nice", "South"],
            "Products": "Saw",
            "Time": "May 26",
            "Units": 1,
        }
    )
    plan = sales.write(frame, dry_run=True)
    assert plan.rejected["error"].tolist() == [
        "There is no item 'Nice' in 'Large'.",
        "'South' of 'Large' is a total, and Anaplan calculates it.",
    ]
    assert sales.write(frame, on_rejected="ignore").rejected.index.tolist() == [1, 2]


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    "columns",
    [
        {"Products": ["Saw", "Glue"], "Price": [5, 6], "Cost": [7, 8]},
        {
            "Large": ["Oslo", "Oslo"],
            "Products": ["Saw", "Glue"],
            "Time": ["Q2 FY26", "May 26"],
            "Goal": [4, None],
            "Units": [None, 3],
        },
    ],
    ids=["dimensions", "time scales"],
)
def test_after_a_lost_answer_cells_are_read_back_in_the_views_that_show_them(
    served: Sandbox,
    sales: Module,
    monkeypatch: pytest.MonkeyPatch,
    columns: dict[str, list[Any]],
) -> None:
    sent: list[int] = []
    written = sales._transport.write_json

    def watched(method: str, path: str, body: bytes, **options: Any) -> Any:
        sent.append(len(json.loads(body)))
        return written(method, path, body, **options)

    monkeypatch.setattr(sales._transport, "write_json", watched)
    fault = served.faults.add("lost answer", method="POST", path="*/modules/*/data")
    result = sales.write(pd.DataFrame(columns))
    assert (fault.hits, result.rows_loaded) == (1, 2)
    assert len(sent) == 1  # all of them are there, and none is sent again
