"""Numbers, dates and booleans as Anaplan reads them, each against the text itself."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from anaplan_frames.codec.dialect import Dialect
from tests.codec.encoding import encoded, lines, refusal


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e16, "10000000000000000"),
        (1e22, "10000000000000000000000"),
        (1e-7, "0.0000001"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (0.1 + 0.2, "0.30000000000000004"),
        (12345678901.25, "12345678901.25"),
        (123456789012345.6, "123456789012345.6"),
        (1.5e-9, "0.0000000015"),
        (151994.0, "151994"),
        (-2.5, "-2.5"),
        (1e10, "10000000000"),
        (9007199254740993.0, "9007199254740992"),
        (5e-324, "0." + "0" * 323 + "5"),
    ],
)
@pytest.mark.parametrize("neighbour", [0.5, 7.0])
def test_doubles_are_written_plainly_and_shortest_whatever_comes_with_them(value, text, neighbour):
    assert lines(pa.array([value, neighbour]))[0] == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.1, "0.1"), (1e10, "10000000000"), (1e-7, "0.0000001"), (3.0, "3")]
)
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_a_float_is_shortest_in_its_own_width(value, text, kind):
    assert lines(pa.array(np.array([value, 0.25], dtype=kind)))[0] == text


def test_a_whole_float_is_shortest_in_its_own_width_too():
    whole = np.array([47469472, 3], dtype=np.float32)
    assert np.float32("47469470") == whole[0]
    assert lines(pa.array(whole)) == ["47469470", "3"]


def test_half_floats_are_shortest_too():
    assert lines(pa.array(np.array([0.1, 65504, 3], dtype=np.float16))) == ["0.1", "65500", "3"]


@pytest.mark.parametrize(
    "value", [2**64 - 1, 2**63 - 1, -(2**63), 0], ids=["uint64", "int64", "least", "zero"]
)
def test_integers_keep_all_their_digits(value):
    kind = pa.uint64() if value >= 2**63 else pa.int64()
    assert lines(pa.array([value], kind)) == [str(value)]


def test_nan_and_null_are_empty():
    assert lines(pa.array([float("nan"), None, 1.5], from_pandas=False)) == ["", "", "1.5"]


@pytest.mark.parametrize("infinite", [float("inf"), float("-inf")])
def test_infinity_is_refused(infinite):
    error = refusal(x=pa.array([1.0, infinite]), first_row=40)
    assert (error.column, error.row, error.text) == ("x", 41, str(infinite))
    assert str(error) == (
        f"Column 'x', row 41: '{infinite}' is infinite, and Anaplan has no such number. "
        "Replace it, for instance with NaN."
    )


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (Decimal("1.50"), pa.decimal128(10, 2), "1.50"),
        (Decimal("1E-10"), pa.decimal128(38, 10), "0.0000000001"),
        (Decimal("0"), pa.decimal128(38, 10), "0.0000000000"),
        (Decimal("12000"), pa.decimal128(5, -3), "12000"),
        (Decimal("9" * 70), pa.decimal256(76, 0), "9" * 70),
    ],
)
def test_decimals_are_exact_and_plain(value, kind, text):
    assert lines(pa.array([value], kind)) == [text]


def test_a_decimal_comma_is_written_where_the_file_says_so():
    dialect = Dialect(separator=";", decimal_separator=",")
    assert encoded(dialect, x=[1.5, 1e10], y=[1, 2]) == b"1,5;1\n10000000000;2\n"


def test_a_decimal_comma_among_separating_commas_is_quoted():
    dialect = Dialect(decimal_separator=",")
    assert encoded(dialect, x=[1.5], y=[1]) == b'"1,5",1\n'


def test_a_decimal_comma_among_separating_commas_is_refused_if_nothing_quotes():
    dialect = Dialect(delimiter="", decimal_separator=",")
    assert encoded(dialect, x=[1.0], y=[1]) == b"1,1\n"
    error = refusal(dialect, x=[1.0, 1.5], y=[1, 2])
    assert (error.column, error.row, error.text) == ("x", 1, "1,5")


def test_booleans_are_true_and_false():
    assert lines([True, False, None]) == ["true", "false", ""]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_midnights_are_iso_dates(unit):
    days = pa.array([dt.datetime(1999, 12, 31), None, dt.datetime(1900, 1, 1)], pa.timestamp(unit))
    assert lines(days) == ["1999-12-31", "", "1900-01-01"]


@pytest.mark.parametrize("kind", [pa.date32(), pa.date64()])
def test_dates_are_iso(kind):
    assert lines(pa.array([dt.date(1, 1, 1), dt.date(9999, 12, 31), None], kind)) == [
        "0001-01-01",
        "9999-12-31",
        "",
    ]


def test_a_date_with_a_zone_is_the_day_of_its_wall_clock():
    days = pd.to_datetime(["2013-01-01", "2013-07-01"]).tz_localize("America/New_York")
    assert lines(pa.array(days)) == ["2013-01-01", "2013-07-01"]


def test_a_time_of_day_is_refused_with_the_way_out():
    moments = pa.array([dt.datetime(2013, 1, 1), dt.datetime(2013, 1, 1, 5, 30)])
    error = refusal(when=moments, first_row=7)
    assert (error.column, error.row) == ("when", 8)
    assert error.text.startswith("2013-01-01 05:30:00")
    assert ".dt.normalize()" in str(error)
    assert ".dt.strftime()" in str(error)


def test_midnight_somewhere_else_is_a_time_of_day():
    moments = pa.array(pd.to_datetime(["2013-01-01"]).tz_localize("UTC").tz_convert("Asia/Tokyo"))
    assert refusal(when=moments).row == 0


def test_a_year_of_five_digits_is_refused():
    days = pa.array([0, 3_000_000], pa.int32()).cast(pa.date32())
    assert refusal(day=days).row == 1
