"""A stream is kept in a temporary Arrow file, whatever its parts hold."""

from __future__ import annotations

import gc
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.dataframes.sources import open_source
from anaplan_frames.dataframes.spool import SpooledSource


def parts() -> list[pd.DataFrame]:
    return [
        pd.DataFrame({"code": ["007", "8"], "value": [1.5, np.nan]}),
        pd.DataFrame({"code": [9, 10], "value": [2, 3]}),
        pd.DataFrame({"code": [101, "x"], "value": [Decimal("0.1"), None]}, dtype=object),
    ]


def test_rows_come_back_as_each_part_had_them() -> None:
    spooled = SpooledSource(open_source(iter(parts())))
    assert spooled.rows == 6
    found = spooled.take([0, 3, 4, 5])
    assert found.index.tolist() == [0, 3, 4, 5]
    assert found["code"].tolist() == ["007", 10, 101, "x"]
    assert found["value"].tolist()[:2] == [1.5, 3]


def test_it_can_be_read_more_than_once() -> None:
    spooled = SpooledSource(open_source(iter(parts())))
    first = [str(batch.to_pylist()) for batch in spooled.batches(100)]
    assert [str(batch.to_pylist()) for batch in spooled.batches(100)] == first


def test_columns_that_are_not_needed_are_nulls() -> None:
    spooled = SpooledSource(open_source(iter(parts()[:1])))
    (batch,) = spooled.batches(100, needed=[0])
    assert batch.column(1).null_count == 2


def test_polars_parts_and_no_rows_at_all_are_kept() -> None:
    frame = pl.DataFrame({"code": ["a", None], "value": [1, 2]})
    assert SpooledSource(open_source(iter([frame, frame.head(0)]))).take([1])["value"].tolist() == [
        2
    ]
    reader = pa.RecordBatchReader.from_batches(pa.schema([("code", pa.string())]), [])
    empty = SpooledSource(open_source(reader))
    assert empty.rows == 0
    assert list(empty.batches(10)) == []
    assert empty.take([]).empty


def test_the_file_goes_away_with_the_source() -> None:
    spooled = SpooledSource(open_source(iter(parts())))
    path = spooled._path
    assert path.exists()
    del spooled
    gc.collect()
    assert not path.exists()


@given(
    st.lists(st.lists(st.one_of(st.none(), st.text("ab0", max_size=3)), max_size=5), max_size=4),
    st.data(),
)
def test_any_rows_can_be_taken(texts: list[list[str | None]], data: st.DataObject) -> None:
    frames = [pd.DataFrame({"t": pd.Series(part, dtype=object)}) for part in [[], *texts]]
    spooled = SpooledSource(open_source(iter(frames)))
    every = [text for part in texts for text in part]
    positions = sorted(data.draw(st.sets(st.integers(0, max(len(every) - 1, 0))))) if every else []
    found = spooled.take(positions)
    assert [None if pd.isna(text) else text for text in found["t"]] == [
        every[at] for at in positions
    ]


def test_a_value_that_cannot_be_written_is_named_before_anything_else() -> None:
    bad = pd.DataFrame({"code": ["a", object()]}, dtype=object)
    with pytest.raises(ValueError, match="Column 'code', row 1"):
        SpooledSource(open_source(iter([bad])))
