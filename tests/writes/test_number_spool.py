"""Numbers that wait in a file come back in parts, and those that are equal come back together."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.writes import number_spool
from anaplan_frames.writes.number_spool import NumberSpool, first_repeated

NUMBERS = st.lists(
    st.one_of(st.integers(0, 5), st.integers(-(2**63), 2**63 - 1)), min_size=0, max_size=40
)


@pytest.fixture(params=[3, 1 << 19], ids=["many parts", "one part"])
def parts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(number_spool, "_PART_ROWS", request.param)
    monkeypatch.setattr(number_spool, "_BLOCK_ROWS", request.param)
    monkeypatch.setattr(number_spool, "_IN_MEMORY", 100)
    return int(request.param)


@pytest.mark.usefixtures("parts")
@given(blocks=st.lists(NUMBERS, max_size=4))
def test_a_number_that_comes_twice_is_found(blocks: list[list[int]]) -> None:
    with NumberSpool() as spool:
        for block in blocks:
            spool.add(np.array(block, dtype=np.int64))
        found = first_repeated(spool)
    counts = Counter(number for block in blocks for number in block)
    twice = [number for number, count in counts.items() if count > 1]
    assert found in twice if twice else found is None


@pytest.mark.usefixtures("parts")
@given(rows=NUMBERS, column=st.integers(0, 1))
def test_every_row_is_in_one_part_with_all_that_equal_it(rows: list[int], column: int) -> None:
    both = np.array([rows, rows[::-1]], dtype=np.int64).T.reshape(-1, 2)
    seen: dict[int, int] = {}
    positions: list[int] = []
    with NumberSpool(2) as spool:
        spool.add(both[: len(both) // 2])
        spool.add(both[len(both) // 2 :])
        assert spool.rows == len(rows)
        for number, (its_positions, its_rows) in enumerate(spool.parts(column)):
            assert np.array_equal(its_rows, both[its_positions])
            assert np.all(np.diff(its_positions) > 0)
            positions += its_positions.tolist()
            for each in its_rows[:, column].tolist():
                assert seen.setdefault(each, number) == number
    assert sorted(positions) == list(range(len(rows)))
