"""Tidy cells as the cross table of a view."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.cells.crosstab import crosstab
from anaplan_frames.cells.view_shape import Axes, Dimension

LINE_ITEMS = Dimension("20000000012", "Line items")
REGION, PRODUCT, TIME = Dimension("1", "Region"), Dimension("2", "Product"), Dimension("3", "Time")


def tidy(axes: Axes, drop: int | None = None) -> pd.DataFrame:
    """All combinations of two items of each dimension, not in the order of the alphabet."""
    names = [dimension.name for dimension in axes.dimensions]
    rows = list(itertools.product(*([f"{name} z", f"{name} a"] for name in names)))
    frame = pd.DataFrame(rows, columns=names)
    if not names:
        frame = pd.DataFrame(index=range(1))
    frame["Cost"] = [float(number) for number in range(len(frame))]
    frame["Note"] = [f"note {number}" for number in range(len(frame))]
    return frame if drop is None else frame.drop(index=drop).reset_index(drop=True)


def test_line_items_on_columns_keep_their_dtypes() -> None:
    grid = crosstab(tidy(axes := Axes((), (REGION,), (TIME, LINE_ITEMS))), axes)
    assert grid.columns.tolist() == [
        *(("Time z", "Cost"), ("Time z", "Note")),
        *(("Time a", "Cost"), ("Time a", "Note")),
    ]
    assert list(grid.columns.names) == ["Time", "Line items"]
    assert grid["Time z"]["Cost"].dtype == "float64"
    assert pd.api.types.is_string_dtype(grid["Time a"]["Note"])
    assert grid.index.tolist() == ["Region z", "Region a"]
    assert grid.index.name == "Region"


def test_the_outer_dimension_of_an_axis_changes_slowest() -> None:
    grid = crosstab(tidy(axes := Axes((), (REGION,), (LINE_ITEMS, TIME))), axes)
    assert grid.columns.tolist() == [
        *(("Cost", "Time z"), ("Cost", "Time a")),
        *(("Note", "Time z"), ("Note", "Time a")),
    ]


def test_line_items_of_one_dtype_on_rows_keep_it() -> None:
    frame = tidy(axes := Axes((), (REGION, LINE_ITEMS), (TIME,))).assign(Note=1.0)
    grid = crosstab(frame, axes)
    assert grid.dtypes.tolist() == ["float64", "float64"]
    assert grid.columns.tolist() == ["Time z", "Time a"]
    assert grid.index.tolist() == [
        *(("Region z", "Cost"), ("Region z", "Note")),
        *(("Region a", "Cost"), ("Region a", "Note")),
    ]


def test_what_is_selected_of_the_pages_is_not_shown() -> None:
    axes = Axes((PRODUCT, LINE_ITEMS), (REGION,), (TIME,))
    frame = tidy(axes).drop(columns="Note")
    frame = frame[frame["Product"] == "Product a"]
    grid = crosstab(frame, axes, {PRODUCT.id, LINE_ITEMS.id})
    assert grid.index.name == "Region"
    assert grid.loc["Region z", "Time a"] == frame["Cost"].iloc[1]
    assert grid.shape == (2, 2)


def test_pages_that_are_all_shown_are_outer_levels_of_the_index() -> None:
    grid = crosstab(tidy(axes := Axes((PRODUCT,), (REGION,), (LINE_ITEMS,))), axes)
    assert list(grid.index.names) == ["Product", "Region"]
    assert grid.columns.tolist() == ["Cost", "Note"]


def test_a_combination_that_is_not_there_is_missing() -> None:
    grid = crosstab(tidy(axes := Axes((), (REGION,), (TIME, LINE_ITEMS)), drop=1), axes)
    assert pd.isna(grid.loc["Region z", ("Time a", "Cost")])
    assert grid.notna().to_numpy().sum() == 6


def test_one_cell_without_dimensions_is_a_grid_of_one() -> None:
    axes = Axes((), (), (LINE_ITEMS,))
    grid = crosstab(tidy(axes), axes)
    assert grid.shape == (1, 2)
    assert grid["Cost"].tolist() == [0.0]


def test_items_that_are_dates_or_missing_are_labels_too() -> None:
    axes = Axes((), (REGION,), (TIME,))
    days = pd.to_datetime(["2026-01-01", None])
    frame = pd.DataFrame({"Region": ["a", "a"], "Time": days, "Cost": [1.0, 2.0]})
    grid = crosstab(frame, axes)
    assert grid.columns[0] == days[0]
    assert pd.isna(grid.columns[1])
    assert grid.to_numpy().tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize("where", ["pages", "rows", "columns"])
def test_no_rows_make_no_rows(where: str) -> None:
    dimensions = {"pages": (PRODUCT,), "rows": (REGION,), "columns": (TIME,)}
    dimensions[where] += (LINE_ITEMS,)
    axes = Axes(**dimensions)
    assert crosstab(tidy(axes).iloc[:0], axes).size == 0


@st.composite
def axes_of_any_kind(draw: st.DrawFn) -> Axes:
    dimensions = draw(st.permutations([REGION, PRODUCT, TIME, LINE_ITEMS]))
    first, second = sorted(draw(st.tuples(st.integers(0, 4), st.integers(0, 4))))
    return Axes(
        tuple(dimensions[:first]), tuple(dimensions[first:second]), tuple(dimensions[second:])
    )


@given(axes_of_any_kind())
def test_every_cell_is_at_its_items(axes: Axes) -> None:
    frame = tidy(axes)
    grid = crosstab(frame, axes)
    assert grid.size == 16
    down, across = (*axes.pages, *axes.rows), axes.columns
    names = [dimension.name for dimension in axes.dimensions]
    rows = frame.set_index(names).to_dict("index")
    cells = grid.to_numpy(dtype=object)
    for place, label in enumerate(grid.index):
        for position, head in enumerate(grid.columns):
            items: dict[str, object] = {}
            for dimensions, labels in ((down, label), (across, head)):
                several = labels if len(dimensions) > 1 else (labels,)
                items |= dict(zip([d.name for d in dimensions], several, strict=False))
            line_item = str(items.pop("Line items"))
            row = rows[tuple(items[name] for name in names)]
            assert cells[place, position] == row[line_item]
