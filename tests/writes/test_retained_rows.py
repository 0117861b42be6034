"""Rows that may have to be given back: kept until they are settled, and as the caller has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from anaplan_frames.dataframes.sources import open_source
from anaplan_frames.errors import EncodingError
from anaplan_frames.writes.retained_rows import RetainedRows


def parts() -> Iterator[Any]:
    yield pd.DataFrame({"code": ["007", "8"], "n": [1.5, np.nan]})
    yield pd.DataFrame({"n": [1, 2, 3], "code": [7, "x", None]})
    yield pa.table({"code": ["a", "b"], "n": pa.array([4, None])})


def read(rows: RetainedRows, batch_rows: int = 2) -> list[int]:
    return [first for first, _ in rows.batches(batch_rows)]


def test_rows_come_back_as_each_part_had_them() -> None:
    rows = RetainedRows(open_source(parts()))
    assert read(rows) == [0, 2, 4, 5]
    found = rows.rejected({6: "why", 0: "because", 3: "so"})
    assert found.index.tolist() == [0, 3, 6]
    assert found["code"].tolist() == ["007", "x", "b"]
    assert found["error"].tolist() == ["because", "so", "why"]


def test_what_is_settled_is_forgotten_but_for_what_is_wanted() -> None:
    rows = RetainedRows(open_source(parts()))
    read(rows)
    rows.release(5, {1: "wanted", 4: "wanted"})
    assert rows.take([1, 4, 5])["code"].astype(object).where(
        lambda s: s.notna(), None
    ).tolist() == [
        "8",
        None,
        "a",
    ]
    assert rows.take([0, 2]).empty
    rows.release(6, {})  # the last part is not settled as a whole
    assert rows.take([6])["code"].tolist() == ["b"]


def test_a_part_that_is_released_half_read_goes_on_at_the_right_rows() -> None:
    frame = pd.DataFrame({"n": range(10)})
    rows = RetainedRows(open_source(iter([frame])))
    for first, batch in rows.batches(3):
        rows.release(first + batch.num_rows, {4: "wanted", 9: "wanted"})
        assert batch.column(0).to_pylist() == list(range(first, first + batch.num_rows))
    assert rows.take([4, 9])["n"].tolist() == [4, 9]


def test_rows_read_before_an_error_can_be_taken() -> None:
    frame = pd.DataFrame({"n": pd.Series([1, 2, 3, b"no"], dtype=object)})
    rows = RetainedRows(open_source(iter([frame])))
    batches = rows.batches(2)
    next(batches)
    with pytest.raises(EncodingError, match="row 3"):
        next(batches)
    assert rows.rejected({1: "why"})["n"].tolist() == [2]


def test_data_in_memory_is_read_and_given_back_with_its_own_index() -> None:
    frame = pd.DataFrame({"n": [1, 2]}, index=["a", "b"])
    rows = RetainedRows(open_source(frame))
    assert read(rows) == read(rows) == [0]
    rows.release(2)
    assert rows.rejected({1: "why"}).index.tolist() == ["b"]


def test_no_rejected_rows_are_an_empty_frame_and_nothing_is_converted() -> None:
    reader = pa.RecordBatchReader.from_batches(pa.schema([("n", pa.int64())]), [])
    rows = RetainedRows(open_source(reader))
    assert read(rows) == []
    assert rows.rejected({}).empty


def test_of_a_stream_that_is_not_kept_only_types_are_noted() -> None:
    rows = RetainedRows(open_source(parts()), keep=False)
    read(rows)
    texts = {"code": ["8", "7", "a"], "n": ["", "1", "4"]}
    found = rows.from_texts([1, 2, 5], texts)
    assert found["code"].tolist() == ["8", "7", "a"]
    assert found["n"].tolist()[1:] == [1, 4]
    assert pd.isna(found["n"].tolist()[0])


def test_texts_of_a_column_that_was_a_dictionary_become_values_of_its_type() -> None:
    sizes = pa.table({"size": pa.array([40.5, 42.0, 40.5]).dictionary_encode()})
    rows = RetainedRows(open_source(iter([sizes])), keep=False)
    read(rows)
    found = rows.from_texts([1, 2], {"size": ["42", "40,5"]}, decimal_separator=",")
    assert found["size"].tolist() == [42.0, 40.5]
