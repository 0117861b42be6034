"""Arrays that grow in place: as numbers on the heap, as mappings, and from one to the other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.dataframes import growing_array as growing
from anaplan_frames.dataframes.growing_array import Growing

DTYPES = ["float64", "int64", "int8", "bool", "datetime64[s]"]


@pytest.fixture(scope="module", autouse=True)
def soon() -> Iterator[None]:
    """Have arrays become mappings, and be moved, at a small length."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(growing, "_STEP", 1 << 12)
        patch.setattr(growing, "LARGE_PAGE", 1 << 12)
        yield


@given(st.sampled_from(DTYPES), st.lists(st.integers(0, 3_000), max_size=12))
def test_what_was_added_is_there_in_order_however_long_it_grows(
    dtype: str, counts: list[int]
) -> None:
    array = Growing(dtype)
    parts = [
        (np.arange(count) + 7 * number).astype("int64").astype(dtype)
        for number, count in enumerate(counts)
    ]
    for part in parts:
        array.extend(part)
    assert len(array) == sum(counts)
    whole = array.finish()
    assert whole.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(whole, np.concatenate([np.empty(0, dtype), *parts]))


def test_room_is_filled_by_the_caller() -> None:
    array = Growing("int64")
    array.extend(np.array([1]))
    np.add(np.array([1, 2]), 1, out=array.room(2))
    assert array.finish().tolist() == [1, 2, 3]


@pytest.mark.parametrize("can_grow", [True, False])
def test_a_long_array_is_the_same_where_mappings_cannot_grow(
    can_grow: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growing, "CAN_GROW", can_grow and growing.CAN_GROW)
    array = Growing("float64")
    part = np.arange(1_000.0)
    for _ in range(5):
        array.extend(part)
    whole = array.finish()
    np.testing.assert_array_equal(whole, np.tile(part, 5))
    whole[0] = 5.0  # the caller's own
    assert whole[0] == 5.0
