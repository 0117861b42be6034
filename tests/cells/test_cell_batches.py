"""Cells cut into requests, and cells that come twice."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.cells.cell_batches import CellBatch, cut
from anaplan_frames.cells.duplicate_cells import DuplicateCellCheck


def batch(rows: list[int], cells: list[int], values: list[str] | None = None) -> CellBatch:
    texts = pa.array(values or ["1"] * len(rows), pa.large_string())
    return CellBatch(np.array(rows, dtype=np.int64), np.array(cells, dtype=np.int64), texts)


@given(st.lists(st.lists(st.integers(0, 200), max_size=8), max_size=12))
def test_a_cell_that_comes_twice_is_found_with_both_rows(parts: list[list[int]]) -> None:
    check, seen, row = DuplicateCellCheck(), dict[int, int](), 0
    for part in parts:
        duplicate = check.add(batch(list(range(row, row + len(part))), part))
        again = [cell for n, cell in enumerate(part) if cell in seen or cell in part[:n]]
        assert (duplicate is not None) == bool(again)
        if duplicate is not None:
            first, second, cell = duplicate
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
