"""Items found by name, code or id, and the numbers of cells."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.cells.cell_planner import CellBatch, DuplicateCellCheck, cut
from anaplan_frames.cells.coordinates import (
    MISSING,
    SEVERAL,
    UNKNOWN,
    Coordinates,
    DimensionItems,
)
from anaplan_frames.cells.view_shape import Dimension


def items(
    names: list[str], codes: list[str | None] | None = None, name: str = "D"
) -> DimensionItems:
    return DimensionItems(
        Dimension("101", name),
        {
            "name": pa.array(names),
            "code": pa.array(codes or [None] * len(names), pa.string()),
            "id": pa.array([str(200 + number) for number in range(len(names))]),
        },
    )


def found(which: DimensionItems, texts: list[str | None], *ways: str) -> list[int]:
    array = pa.array(texts, pa.large_string())
    return which.find(array, ways or which.ways(array)).tolist()  # type: ignore[arg-type]


def test_items_are_found_by_what_most_texts_are_and_else_in_any_way() -> None:
    which = items(["a", "b", "c"], ["x", "a", None])
    assert found(which, ["a", "b", "c"]) == [0, 1, 2]
    assert found(which, ["x", "a"]) == [0, 1]
    assert found(which, ["a", "c", "x", "202", None, "?"]) == [0, 2, 0, 2, MISSING, UNKNOWN]
    assert found(which, ["a", "x", None], "name") == [0, UNKNOWN, MISSING]


def test_a_name_that_several_items_bear_is_not_guessed() -> None:
    which = items(["a", "a", "b"], ["1", "2", "3"])
    assert found(which, ["a", "b", "2"]) == [SEVERAL, 2, 1]
    assert which.objection("a", SEVERAL, ("name",)) == (
        "Several items of 'D' are called 'a'. Use their codes or ids."
    )


def test_a_column_without_texts_finds_nothing() -> None:
    assert found(items([]), ["a", None]) == [UNKNOWN, MISSING]
    assert found(items(["a"]), []) == []


@given(st.lists(st.integers(1, 50), max_size=5), st.integers(1, 4), st.data())
def test_every_cell_has_a_number_that_leads_back_to_its_items(
    sizes: list[int], line_items: int, data: st.DataObject
) -> None:
    axes = [items([f"{d}-{n}" for n in range(size)]) for d, size in enumerate(sizes)]
    ids = [f'"{number}' for number in range(line_items)]
    coordinates = Coordinates(axes, ids)
    rows = data.draw(st.integers(1, 20))
    places = [
        np.array(data.draw(st.lists(st.integers(0, size - 1), min_size=rows, max_size=rows)))
        for size in sizes
    ]
    item = data.draw(st.integers(0, line_items - 1))
    cells = coordinates.cell(coordinates.keys(places, rows), item)
    requests = coordinates.requests(cells, pa.array(["true"] * rows, pa.large_string()))
    for row, text in enumerate(requests.to_pylist()):
        assert json.loads(text) == {
            "lineItemId": ids[item],
            "dimensions": [{"dimensionId": "101", "itemId": str(200 + at[row])} for at in places],
            "value": True,
        }
        assert len(text.encode()) + 1 <= coordinates.longest + len("true")
    wanted = {tuple(int(at[row]) for at in places) for row in range(rows)}
    assert len(set(cells.tolist())) == len(wanted)


def batch(rows: list[int], cells: list[int], values: list[str] | None = None) -> CellBatch:
    texts = pa.array(values or ["1"] * len(rows), pa.large_string())
    return CellBatch(np.array(rows, dtype=np.int64), np.array(cells, dtype=np.int64), texts)


@given(st.lists(st.lists(st.integers(0, 200), max_size=8), max_size=12))
def test_a_cell_that_comes_twice_is_told_with_both_rows(parts: list[list[int]]) -> None:
    once, seen, row = DuplicateCellCheck(), dict[int, int](), 0
    for part in parts:
        told = once.add(batch(list(range(row, row + len(part))), part))
        again = [cell for n, cell in enumerate(part) if cell in seen or cell in part[:n]]
        assert (told is not None) == bool(again)
        if told is not None:
            first, second, cell = told
            every = [cell for part in parts for cell in part]
            assert every[first] == every[second] == cell
            assert first < second
            return
        seen.update({cell: row + n for n, cell in enumerate(part)})
        row += len(part)


@given(
    st.lists(st.lists(st.text("x", max_size=30), max_size=12), max_size=8),
    st.integers(1, 9),
    st.integers(1, 80),
)
def test_batches_are_cut_and_joined_in_order_within_their_limits(
    parts: list[list[str]], cells: int, size: int
) -> None:
    row = 0
    given_ = []
    for part in parts:
        given_.append(batch(list(range(row, row + len(part))), [7] * len(part), part or None))
        row += len(part)
    pieces = list(cut(given_, cells=cells, size=size, overhead=3))
    assert [r for piece in pieces for r in piece.rows.tolist()] == list(range(row))
    values = [value for piece in pieces for value in piece.values.to_pylist()]
    assert values == [value for part in parts for value in part]
    for piece in pieces:
        assert 1 <= len(piece) <= cells
        weight = sum(len(value) + 3 for value in piece.values.to_pylist())
        assert weight <= size or len(piece) == 1


def test_no_more_requests_are_made_than_the_limits_demand() -> None:
    parts = [batch([n], [n]) for n in range(10)]
    assert [len(piece) for piece in cut(parts, cells=4, size=1000, overhead=9)] == [4, 4, 2]
    assert [len(piece) for piece in cut(parts, cells=99, size=30, overhead=9)] == [3, 3, 3, 1]


@pytest.mark.parametrize("size", [2, 3000])
def test_near_names_are_told_where_they_are_quickly_known(size: int) -> None:
    which = items([f"Item {number}" for number in range(size)])
    assert "Did you mean 'Item 1'" in which.objection("Itm 1", UNKNOWN, ("name", "code"))
    assert which.objection(None, MISSING, ("name",)) == "No item of 'D' is given."
