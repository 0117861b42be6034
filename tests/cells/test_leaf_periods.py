"""Which rows of a text are of months, and which are of longer periods."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.cells.leaf_periods import PeriodFilter
from tests.cells.test_period_texts import names as calendar_names

PERIODS = calendar_names()
NAMES = ["Jan 26", "Feb 26", "Q1 FY26", "FY26", None]
cycles = st.lists(st.sampled_from(NAMES), max_size=6)


@given(st.lists(st.tuples(cycles, st.integers(0, 4), cycles), max_size=3))
def test_months_are_kept_whether_or_not_their_names_recur(
    texts: list[tuple[list[str | None], int, list[str | None]]],
) -> None:
    months = PeriodFilter("Time", PERIODS, {"Amount": "Month"}, (), "module 'Plan'")
    schema = pa.schema([("Time", pa.string()), ("Amount", pa.float64())])
    months.begin(schema, ["Time", "Amount"])
    for cycle, times, end in texts:
        names = cycle * times + end
        batch = pa.record_batch({"Time": pa.array(names, pa.string())})
        mask = months.mask(batch)
        kept = [name in ("Jan 26", "Feb 26", None) for name in names]
        assert (mask.to_pylist() if mask is not None else [True] * len(names)) == kept
