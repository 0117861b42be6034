"""Masks of rows, compared with sets of positions."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.changes.row_mask import RowMask

_positions = st.lists(st.lists(st.integers(0, 199_999), max_size=30), max_size=4)


@given(_positions, st.integers(0, 199_999), st.integers(0, 500))
def test_a_mask_means_exactly_the_rows_that_were_added(
    added: list[list[int]], first: int, rows: int
) -> None:
    mask = RowMask(200_000)
    for positions in added:
        mask.add(np.array(positions, dtype=np.int64))
    meant = sorted({position for positions in added for position in positions})
    assert mask.count == len(meant)
    assert mask.positions().tolist() == meant
    rows = min(rows, 200_000 - first)
    found = np.flatnonzero(mask.part(first, rows)) + first
    assert found.tolist() == [each for each in meant if first <= each < first + rows]
    numbers = np.arange(len(meant), dtype=np.int64)
    assert mask.nth(numbers[::-1]).tolist() == meant[::-1]


def test_a_mask_of_no_rows_means_none() -> None:
    mask = RowMask(0)
    assert (mask.count, mask.positions().tolist(), mask.part(0, 0).tolist()) == (0, [], [])
