"""pandas columns of every kind on their way to a file's fields."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.encode import Encoder
from anaplan_frames.dataframes.sources import open_source
from anaplan_frames.errors import EncodingError
from anaplan_frames.writes.columns import match_columns


def sent(values, dialect=None):
    """Return the texts that are sent for one column."""
    data = values if isinstance(values, pl.DataFrame) else pd.DataFrame({"x": values})
    source = open_source(data)
    encoder = Encoder(dialect or Dialect(), match_columns(source.columns, ["x"], None, "the file"))
    texts, first_row = [], 0
    for batch in source.batches(2):
        texts += encoder.texts(batch, first_row)[0].to_pylist()
        first_row += batch.num_rows
    return texts


def objects(*values):
    return pd.Series(values, dtype=object)


def refusal_message(values):
    with pytest.raises(EncodingError) as caught:
        sent(values)
    return caught.value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("00123", "00123"),
        ("", None),
        (None, None),
        (np.nan, None),
        (pd.NaT, None),
        (pd.NA, None),
        (np.datetime64("NaT", "D"), None),
        (Decimal("NaN"), None),
        (Decimal("sNaN"), None),
        (True, "true"),
        (np.bool_(False), "false"),
        (7, "7"),
        (2**70, str(2**70)),
        (np.int8(-7), "-7"),
        (np.uint64(2**64 - 1), str(2**64 - 1)),
        (1e16, "10000000000000000"),
        (-0.0, "0"),
        (np.float32(0.1), "0.1"),
        (np.float64(1e-7), "0.0000001"),
        (Decimal("1.50"), "1.50"),
        (Decimal("1E+5"), "100000"),
        (Decimal("-1E-9"), "-0.000000001"),
        (dt.date(2013, 1, 2), "2013-01-02"),
        (dt.date(12, 1, 2), "0012-01-02"),
        (dt.datetime(2013, 1, 2), "2013-01-02"),
        (pd.Timestamp("2013-01-02", tz="Asia/Tokyo"), "2013-01-02"),
        (np.datetime64("2013-01-02"), "2013-01-02"),
    ],
)
@pytest.mark.parametrize("neighbour", ["text", 0.5, None], ids=str)
def test_python_objects_are_written_each_for_itself(value, text, neighbour):
    assert sent(objects(value, neighbour))[0] == text


def test_numbers_among_objects_have_the_decimal_mark_of_the_file():
    dialect = Dialect(separator=";", decimal_separator=",")
    assert sent(objects(1.5, "1.5", Decimal("2.50")), dialect) == ["1,5", "1.5", "2,50"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([1, 2], "a list has no counterpart"),
        (b"x", "a bytes has no counterpart"),
        (dt.timedelta(1), "a timedelta has no counterpart"),
        (np.timedelta64(1, "D"), "a timedelta64 has no counterpart"),
        (dt.time(1), "a time has no counterpart"),
        (1j, "a complex has no counterpart"),
        (pd.Period("2013-01"), "a Period has no counterpart"),
        (float("inf"), "infinite"),
        (Decimal("-Infinity"), "infinite"),
        (Decimal("1E+100000000"), "too large or too small"),
        (dt.datetime(2013, 1, 1, 5), ".dt.normalize()"),
        (pd.Timestamp(1), ".dt.normalize()"),
        ("a\ud800", "lone surrogate"),
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_objects_that_cannot_be_carried_are_named_by_row(value, words):
    error = refusal_message(objects("a", 1, None, value))
    assert (error.column, error.row) == ("x", 3)
    assert words in str(error)


def test_a_time_stamp_among_dates_is_not_cut_to_its_day():
    assert refusal_message(objects(dt.date(2013, 1, 1), dt.datetime(2013, 1, 1, 5))).row == 1


def test_a_lone_surrogate_in_a_category_is_named_by_row():
    assert (
        refusal_message(
            pd.Categorical.from_codes([0, 0, 1], pd.Index(["a", "\ud800"], dtype=object))
        ).row
        == 2
    )


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (pd.array(["a", None], "string"), ["a", None]),
        (pd.array(["a", None], "string[pyarrow]"), ["a", None]),
        (pd.array(["a", None], "string[python]"), ["a", None]),
        (pd.array(["a", None], pd.ArrowDtype(pa.string())), ["a", None]),
        (pd.array([1, None], "Int64"), ["1", None]),
        (pd.array([1.5, None], "Float64"), ["1.5", None]),
        (pd.array([True, None], "boolean"), ["true", None]),
        (pd.Categorical(["b", None]), ["b", None]),
        (pd.Categorical([1, "b"]), ["1", "b"]),
        (pd.Categorical(pd.to_datetime(["2013-01-01", None])), ["2013-01-01", None]),
        (pd.arrays.SparseArray([0.0, 1.5]), ["0", "1.5"]),
        (np.array([1.5, np.nan], ">f8"), ["1.5", None]),
        (np.array([0.1, 3], "f2"), ["0.1", "3"]),
        (np.array([0.1, 3], "longdouble"), None),
        (pd.array([Decimal("1.50"), None], pd.ArrowDtype(pa.decimal128(9, 2))), ["1.50", None]),
        (pd.array([dt.date(2013, 1, 1), None], pd.ArrowDtype(pa.date32())), ["2013-01-01", None]),
        (pd.to_datetime(["2013-01-01", None]), ["2013-01-01", None]),
        (pd.to_datetime(["2013-07-01", None]).tz_localize("Europe/Paris"), ["2013-07-01", None]),
    ],
    ids=lambda values: str(getattr(values, "dtype", "")),
)
def test_columns_of_every_pandas_type_are_sent(values, texts):
    found = sent(values)
    if texts is None:  # some systems have a long double with more digits than a double
        assert [np.longdouble(text) for text in found] == list(values)
    else:
        assert found == texts


@pytest.mark.parametrize(
    "values",
    [
        pd.period_range("2013-01", periods=2, freq="M"),
        pd.interval_range(0, 2),
        pd.to_timedelta([1, 2]),
        np.array([1j, 2j]),
    ],
    ids=lambda values: str(values.dtype),
)
def test_pandas_types_without_counterpart_are_refused(values):
    error = refusal_message(values)
    assert (error.column, error.row) == ("x", 0)


def test_many_categories_of_few_rows_are_sent():
    categories = [f"item {number}" for number in range(1_000)]
    assert sent(pd.Categorical(["item 7", None, "item 999"], categories)) == [
        "item 7",
        None,
        "item 999",
    ]


def test_polars_types_are_sent():
    frame = pl.DataFrame(
        {
            "x": pl.Series(["b", None, "a"], dtype=pl.Categorical),
            "y": pl.Series([[1], [2], [3]]),
        }
    )
    assert sent(frame) == ["b", None, "a"]
    assert sent(pl.DataFrame({"x": pl.Series(["b"], dtype=pl.Enum(["a", "b"]))})) == ["b"]
    assert sent(pl.DataFrame({"x": [dt.datetime(2013, 1, 1)]})) == ["2013-01-01"]
    assert sent(pl.DataFrame({"x": [Decimal("1.50")]})) == ["1.50"]


def test_an_old_local_midnight_is_the_day_that_pandas_shows():
    days = pd.Series(pd.to_datetime(["1901-01-01", "2020-06-01"])).dt.tz_localize("Asia/Tokyo")
    source = open_source(pd.DataFrame({"day": days}))
    batch = next(source.batches(10))
    assert [str(value)[:19] for value in batch.column(0).to_pylist()] == [
        "1901-01-01 00:00:00",
        "2020-06-01 00:00:00",
    ]
