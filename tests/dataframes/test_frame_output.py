"""Arrow batches as DataFrames: dtypes from the schema or as asked for, index, pieces."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from anaplan_frames.dataframes.frame_output import frame_schema, to_frames, to_pandas, with_dtypes
from anaplan_frames.errors import ColumnMismatch, EncodingError, NotFound

SCHEMA = pa.schema(
    [("item", pa.string()), ("cost", pa.float64()), ("open", pa.bool_()), ("day", pa.date32())]
)
DAY = dt.date(2013, 1, 31)


def batch(*rows: tuple[Any, ...], schema: pa.Schema = SCHEMA) -> pa.RecordBatch:
    columns = list(zip(*rows, strict=True))
    return pa.record_batch([list(column) for column in columns], schema=schema)


BATCHES = [
    batch(("x", 1.5, True, DAY), (None, None, None, None)),
    batch(("y", 2.0, False, dt.date(9999, 12, 31))),
]


def test_the_dtypes_follow_the_schema() -> None:
    frame = to_pandas(BATCHES, SCHEMA)
    assert frame["item"].dtype == "string"
    assert [str(kind) for kind in frame.dtypes[1:]] == ["float64", "boolean", "datetime64[s]"]
    assert frame["item"].iloc[[0, 2]].tolist() == ["x", "y"]
    assert isinstance(frame["item"].iloc[1], float)
    assert frame["item"].isna().tolist() == [False, True, False]
    assert frame["cost"].tolist()[::2] == [1.5, 2.0]
    assert np.isnan(frame["cost"].iloc[1])
    assert frame["open"].tolist() == [True, pd.NA, False]
    assert frame["day"].iloc[2] == dt.datetime(9999, 12, 31)
    assert frame["day"].isna().tolist() == [False, True, False]
    assert isinstance(frame.index, pd.RangeIndex)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"dtype": str},
        {"dtype": "string"},
        {"dtype": object},
        {"dtype": {"cost": "Float64", "open": "object", "day": "datetime64[ns]"}},
        {"dtype_backend": "pyarrow"},
        {"dtype_backend": "numpy_nullable"},
        {"index_col": "item"},
        {"index_col": ["day", "item"]},
    ],
)
def test_no_rows_have_the_same_columns_and_dtypes_as_some(options: dict[str, Any]) -> None:
    some = to_pandas([batch(("x", 1.5, True, DAY))], SCHEMA, **options)
    none = to_pandas([], SCHEMA, **options)
    assert len(none) == 0
    assert_frame_equal(none, some.iloc[:0], check_index_type=False)
    assert none.index.names == some.index.names


def test_one_dtype_goes_for_all_columns_as_in_pandas() -> None:
    texts = [batch(("x", "01", "", "y"), schema=pa.schema([(n, pa.string()) for n in "abcd"]))]
    frame = to_pandas(texts, texts[0].schema, dtype=object)
    assert [str(kind) for kind in frame.dtypes] == ["object"] * 4
    assert frame.iloc[0].tolist() == ["x", "01", "", "y"]


def test_a_category_has_its_values_in_order_over_all_batches() -> None:
    schema = pa.schema([("item", pa.string())])
    batches = [
        batch(("b",), (None,), ("a",), schema=schema),
        batch(("c",), ("b",), schema=schema),
    ]
    column = to_pandas(batches, schema, dtype="category")["item"]
    assert column.cat.categories.tolist() == ["a", "b", "c"]
    assert column.cat.codes.tolist() == [1, -1, 0, 2, 1]
    given_ones = pd.CategoricalDtype(["c", "b"], ordered=True)
    column = to_pandas(batches, schema, dtype={"item": given_ones})["item"]
    assert column.dtype == given_ones
    assert column.cat.codes.tolist() == [1, -1, -1, 0, 1]


def test_integers_are_exact_where_they_are_asked_for() -> None:
    schema = with_dtypes(pa.schema([("n", pa.float64())]), {"n": "Int64"})
    assert schema == pa.schema([("n", pa.int64())])
    batches = [pa.record_batch([[2**63 - 1, None]], schema=schema)]
    column = to_pandas(batches, schema, dtype={"n": "Int64"})["n"]
    assert column.dtype == pd.Int64Dtype()
    assert column.tolist() == [2**63 - 1, pd.NA]


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [
        ("string", pa.string()),
        (str, pa.string()),
        (object, pa.string()),
        ("category", pa.string()),
        (pd.CategoricalDtype([1, 2]), pa.int64()),
        ("Int64", pa.int64()),
        (int, pa.int64()),
        ("uint8", pa.uint8()),
        ("Float32", pa.float64()),
        ("boolean", pa.bool_()),
        ("datetime64[ns]", pa.timestamp("ns")),
        (pd.ArrowDtype(pa.decimal128(20, 2)), pa.decimal128(20, 2)),
    ],
)
def test_text_is_read_as_what_the_dtype_needs(dtype: Any, expected: pa.DataType) -> None:
    assert with_dtypes(pa.schema([("n", pa.string())]), dtype).types == [expected]


@pytest.mark.parametrize(
    ("options", "text", "number"),
    [
        ({}, pa.string(), pa.float64()),
        ({"dtype": {"n": "Int64", "item": object}}, pa.string(), pa.int64()),
        ({"dtype_backend": "numpy_nullable"}, pa.string(), pa.float64()),
        ({"dtype_backend": "pyarrow"}, pa.string(), pa.float64()),
    ],
)
def test_columns_are_read_as_the_arrow_type_of_which_their_dtype_is_made(
    options: dict[str, Any], text: pa.DataType, number: pa.DataType
) -> None:
    schema = pa.schema([("item", pa.string()), ("n", pa.float64())])
    wanted = frame_schema(schema, **options)
    assert wanted.types == [text, number]
    batches = [pa.record_batch([["x", None], [1, None]], schema=kind) for kind in (schema, wanted)]
    plain, kept = (to_pandas([each], each.schema, **options) for each in batches)
    assert_frame_equal(plain, kept)


def test_large_text_is_read_as_the_dtype_that_is_asked_for() -> None:
    schema = pa.schema([("n", pa.large_string())])
    batches = [pa.record_batch([[" 7.0 ", None]], schema=schema)]
    assert to_pandas(batches, schema, dtype="Int64")["n"].tolist() == [7, pd.NA]


def test_a_missing_value_in_a_column_of_plain_integers_is_an_error_with_a_way_out() -> None:
    schema = pa.schema([("n", pa.int64())])
    batches = [
        pa.record_batch([[1, 2]], schema=schema),
        pa.record_batch([[3, None]], schema=schema),
    ]
    assert to_pandas(batches[:1], schema, dtype="int64")["n"].dtype == np.dtype("int64")
    with pytest.raises(EncodingError) as caught:
        to_pandas(batches, schema, dtype="int64")
    assert str(caught.value) == (
        "Column 'n', row 3 is empty, which dtype int64 cannot hold. Use dtype={'n': \"Int64\"}."
    )


@pytest.mark.parametrize(
    ("column", "dtype", "text"),
    [("cost", "Int64", "1.5"), ("day", "datetime64[ns]", "9999-12-31"), ("item", "Int8", "x")],
)
def test_a_value_that_does_not_fit_the_dtype_is_named(column: str, dtype: str, text: str) -> None:
    with pytest.raises(EncodingError) as caught:
        to_pandas(BATCHES, SCHEMA, dtype={column: dtype})
    assert (caught.value.column, caught.value.text) == (column, text)
    assert f"row {caught.value.row}: {text!r} does not fit dtype" in str(caught.value)


def test_the_pyarrow_backend_keeps_arrow_types() -> None:
    frame = to_pandas(BATCHES, SCHEMA, dtype_backend="pyarrow", dtype={"open": "boolean"})
    assert frame["cost"].dtype == pd.ArrowDtype(pa.float64())
    assert frame["day"].dtype == pd.ArrowDtype(pa.date32())
    assert frame["open"].dtype == pd.BooleanDtype()


def test_the_nullable_backend_has_pandas_own_missing_value() -> None:
    frame = to_pandas(BATCHES, SCHEMA, dtype_backend="numpy_nullable")
    assert frame["item"].dtype == "string"
    assert frame["item"].tolist() == ["x", pd.NA, "y"]
    assert frame["cost"].tolist() == [1.5, pd.NA, 2.0]
    with pytest.raises(ValueError, match="dtype_backend 'arrow' is invalid"):
        to_pandas(BATCHES, SCHEMA, dtype_backend="arrow")


def test_the_index_is_one_column_or_several() -> None:
    frame = to_pandas(BATCHES, SCHEMA, index_col="day")
    assert isinstance(frame.index, pd.DatetimeIndex)
    assert frame.index.name == "day"
    assert list(frame.columns) == ["item", "cost", "open"]
    frame = to_pandas(BATCHES, SCHEMA, index_col=["item", -1])
    assert frame.index.names == ["item", "day"]
    assert frame.loc["y", "cost"].tolist() == [2.0]


def test_an_unknown_column_is_answered_with_near_names() -> None:
    with pytest.raises(NotFound) as missing:
        to_pandas(BATCHES, SCHEMA, index_col="items")
    assert str(missing.value) == (
        "`index_col` names a column 'items' that is not there. Did you mean 'item'? "
        "Columns are: 'item', 'cost', 'open', 'day'."
    )
    with pytest.raises(ColumnMismatch) as mismatch:
        to_pandas(BATCHES, SCHEMA, dtype={"costs": "Int64"})
    assert str(mismatch.value) == (
        "`dtype` names a column 'costs' that is not there. Did you mean 'cost'? "
        "Columns are: 'item', 'cost', 'open', 'day'."
    )


def test_the_callers_frame_can_be_changed() -> None:
    frame = to_pandas(BATCHES, SCHEMA)
    frame.loc[0, "cost"] = 9.0
    frame.loc[0, "item"] = "z"
    frame.loc[0, "day"] = pd.Timestamp(2020, 2, 29)
    assert frame.loc[0].tolist() == ["z", 9.0, True, pd.Timestamp(2020, 2, 29)]


@given(st.lists(st.integers(0, 9), max_size=8), st.integers(1, 12))
def test_pieces_have_exactly_the_rows_asked_for_and_a_running_index(
    sizes: list[int], chunksize: int
) -> None:
    schema = pa.schema([("n", pa.int64()), ("t", pa.string())])
    total = sum(sizes)
    table = pa.table({"n": range(total), "t": map(str, range(total))}, schema=schema)
    starts = [sum(sizes[:place]) for place in range(len(sizes))]
    batches = [
        part
        for start, size in zip(starts, sizes, strict=True)
        for part in table.slice(start, size).to_batches()
    ]
    pieces = list(to_frames(batches, schema, chunksize, dtype={"n": "int64"}))
    assert [len(piece) for piece in pieces[:-1]] == [chunksize] * (len(pieces) - 1)
    assert len(pieces) == max(1, -(-total // chunksize))
    whole = pd.concat(pieces)
    assert whole.index.tolist() == whole["n"].tolist() == list(range(total))
    assert whole["t"].tolist() == [str(n) for n in range(total)]


@given(
    st.lists(st.lists(st.none() | st.text(max_size=4), max_size=9), max_size=6),
    st.integers(0, 2),
    st.sampled_from([None, "string", "string[python]", object]),
)
def test_texts_of_many_batches_come_out_as_they_went_in(
    parts: list[list[str | None]], skipped: int, dtype: Any
) -> None:
    schema = pa.schema([("t", pa.string())])
    batches = [pa.record_batch([part], schema=schema).slice(skipped) for part in parts]
    frame = to_pandas(batches, schema, dtype=dtype)
    found = [None if pd.isna(text) else text for text in frame["t"]]
    assert found == [text for part in parts for text in part[skipped:]]


@pytest.mark.parametrize("chunksize", [0, -1, 1.5, True])
def test_a_piece_has_at_least_one_row(chunksize: Any) -> None:
    with pytest.raises(ValueError, match="chunksize must be a whole number of rows from 1"):
        to_frames(BATCHES, SCHEMA, chunksize)


def test_long_columns_grow_to_their_true_length() -> None:
    schema = pa.schema([("n", pa.float64()), ("b", pa.bool_())])
    part = pa.record_batch([np.arange(100_000.0), np.arange(100_000) % 2 == 0], schema=schema)
    frame = to_pandas([part] * 20, schema)
    assert len(frame) == 2_000_000
    assert frame["n"].sum() == 20 * np.arange(100_000.0).sum()
    assert frame["b"].sum() == 1_000_000
    assert frame["n"].to_numpy().nbytes == 16_000_000
