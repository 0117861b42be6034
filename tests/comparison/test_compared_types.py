"""Values are compared by what they are, whatever types the two tables have."""

from __future__ import annotations

import datetime as dt
import decimal
from collections import Counter
from fractions import Fraction
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import anaplan_frames as af
from tests.examples import FEW

BIG = 2**53 + 1  # the first whole number that a float does not hold
DECIMAL = decimal.Decimal
NOON = pd.Timestamp("2026-01-31 12:00", tz="Europe/Berlin")
WHOLE = st.integers(-(2**63), 2**63 - 1) | st.integers(BIG - 3, BIG + 3)


def column(*values: Any, dtype: Any = None) -> pd.DataFrame:
    return pd.DataFrame({"k": range(len(values)), "v": pd.Series(values, dtype=dtype)})


def are_equal(old: Any, new: Any, **options: Any) -> bool:
    """Compare both ways, which must have the same outcome."""
    there = af.compare(old, new, key="k", **options).equal
    assert af.compare(new, old, key="k", **options).equal == there
    return there


EQUAL = {
    "an integer and a float": (column(1, 2), column(1.0, 2.0)),
    "small and large integers": (column(5, dtype="int8"), column(5, dtype="uint64")),
    "integers with a missing one": (column(BIG, None, dtype="Int64"), column(str(BIG), "")),
    "a number and its text": (column(1.5, np.nan), column(" 1.50", None)),
    "integers beyond 64 bits": (column(2**70), column(2**70)),
    "decimals of other scales": (column(DECIMAL("1.10")), column(DECIMAL("1.1"))),
    "a decimal and a float": (column(DECIMAL("0.10"), None), column(0.1, None)),
    "a long decimal and a float": (column(DECIMAL("0.1" + "1" * 30)), column(0.1111111111111111)),
    "booleans and texts": (column(True, None), column("TRUE", "")),
    "booleans and numbers": (column(True, False), column(1, 0)),
    "dates and days": (column(dt.date(2026, 1, 31)), column(pd.Timestamp("2026-01-31"))),
    "dates and texts": (column(dt.date(2026, 1, 31), None), column("2026-01-31", " ")),
    "times of other units": (column("9999-12-31", dtype="M8[s]"), column("9999-12-31")),
    "times in two zones": (column(NOON), column(NOON.tz_convert("Asia/Tokyo"))),
    "times in mixed zones": (
        column(NOON, NOON.tz_convert("UTC"), dtype=object),
        column(NOON, NOON),
    ),
    "a time and UTC without a zone": (column(NOON), column(pd.Timestamp("2026-01-31 11:00"))),
    "a time and its text": (column(NOON), column("2026-01-31T12:00:00+01:00")),
    "categories and texts": (column("a", None, dtype="category"), column("a", None)),
    "categories of numbers": (column(7, None, dtype="category"), column(7, None, dtype="Int64")),
    "an empty text and nothing": (column("", "a"), column(None, "a")),
    "nothing and nothing": (column(None, pd.NA), column(np.nan, None)),
    "nothing and no time": (column(None), column(None, dtype="M8[s]")),
    "lists": (column([1, 2]), pa.table({"k": [0], "v": [[1, 2]]})),
    "periods and texts": (column(pd.Period("2026-01", "M")), column("2026-01")),
    "objects and Arrow": (column("a", dtype=object), column("a", dtype="string[pyarrow]")),
    "not a number in a nullable column": (
        column(0.0, dtype="Float64").assign(v=lambda df: df["v"] / 0),
        column(None, dtype="Float64"),
    ),
    "sparse numbers": (column(0.0, 1.0, dtype=pd.SparseDtype(float, 0.0)), column(0, 1)),
    "Polars": (
        pl.DataFrame({"k": [0, 1], "v": pl.Series(["x", None], dtype=pl.Categorical)}),
        column("x", None),
    ),
    "DuckDB": (
        duckdb.sql("select 0 as k, 2.5::decimal(10, 2) as v"),
        column("2.50"),
    ),
    "an empty table and one without types": (
        pa.table({"k": pa.array([], pa.string()), "v": pa.array([], pa.int64())}),
        pd.DataFrame(columns=["k", "v"]),
    ),
}


@pytest.mark.parametrize("pair", EQUAL.values(), ids=EQUAL.keys())
def test_the_same_values_of_other_types_are_equal(pair: tuple[Any, Any]) -> None:
    there = af.compare(*pair, key="k")
    assert there.equal, there.changed
    if not isinstance(pair[0], duckdb.DuckDBPyRelation):  # its stream is read once
        assert af.compare(*reversed(pair), key="k").equal


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (column(BIG), column(BIG - 1)),
        (column(BIG), column(float(BIG - 1))),
        (column(BIG, None, dtype="Int64"), column(BIG - 1, None, dtype="Int64")),
        (column(str(BIG), None), column(BIG - 1, None, dtype="Int64")),
        (column(2**64 - 1, dtype="uint64"), column(2**64 - 2, dtype="uint64")),
        (column(2**70), column(2**70 + 1)),
        (column(DECIMAL("0.1" + "1" * 30)), column(DECIMAL("0.1" + "1" * 29 + "2"))),
        (column("1.0"), column("1.00")),  # two texts stay texts
        (column("1,000"), column(1000)),
        (column(NOON), column("2026-01-31 12:00")),  # which is in UTC
        (column("2026-01-31"), column("31/01/2026")),
        (column([1]), column([2])),
        (column(np.inf, -np.inf), column(np.inf, np.inf)),
        (column(1, "a"), column(1, "b")),
        (column(pd.Timedelta(1, "h")), column(pd.Timedelta(2, "h"))),
    ],
)
def test_other_values_are_different(old: pd.DataFrame, new: pd.DataFrame) -> None:
    assert not are_equal(old, new)


@FEW
@given(old=WHOLE, new=WHOLE, atol=st.sampled_from([0, 0.5, 1, 2.0]), nullable=st.booleans())
def test_whole_numbers_are_compared_with_all_their_digits(
    old: int, new: int, atol: float, nullable: bool
) -> None:
    tables = [column(each, *[None] * nullable, dtype="Int64") for each in (old, new)]
    assert are_equal(*tables, atol=atol) == (abs(old - new) <= atol)
    tables[1] = column(str(new), *[None] * nullable)
    assert are_equal(*tables, atol=atol) == (abs(old - new) <= atol)


@FEW
@given(old=WHOLE, new=st.floats(allow_nan=False), rtol=st.sampled_from([0, 1e-9]))
def test_a_whole_number_equals_a_float_only_if_it_is_that_number(
    old: int, new: float, rtol: float
) -> None:
    tables = column(old, dtype="Int64"), column(new)
    if np.isinf(new):
        assert not are_equal(*tables)
    elif not rtol:
        assert are_equal(*tables) == (Fraction(old) == Fraction(new))
    elif abs(Fraction(old) - Fraction(new)) <= abs(Fraction(old)) / 10**10:
        assert af.compare(*tables, key="k", rtol=rtol).equal


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            pd.array([BIG, BIG - 1, None], dtype="Int64"),
            pd.array([BIG, None, BIG - 1], dtype="Int64"),
        ),
        ([1.0, np.nan], pd.array([1, None], dtype="Int64")),
        ([7, 8], ["7", "8"]),
        ([7.5, 8.0], ["7.5", "8"]),
        ([True, False], ["true", "FALSE"]),
        (pd.to_datetime(["2026-01-31", None]), ["2026-01-31", None]),
        ([dt.date(2026, 1, 31)], ["2026-01-31"]),
        (pd.Categorical(["b", None, "a"]), ["a", "b", None]),
        (pd.Categorical([7, 8]), ["7", "8"]),
        (["a", None], pd.array(["a", pd.NA], dtype="string")),
        (np.array([1, 2], "uint64"), [1, 2]),
        ([1, 0], [True, False]),
        ([DECIMAL("1.50")], [1.5]),
        ([2**70], [2**70]),
    ],
)
def test_keys_of_other_types_are_found(old: Any, new: Any) -> None:
    tables = [pd.DataFrame({"k": pd.Series(values)}) for values in (old, new)]
    for one, other in (tables, reversed(tables)):
        found = af.compare(one, other, key="k")
        assert found.equal, (found.added, found.removed)


def test_keys_with_leading_zeros_are_other_keys() -> None:
    found = af.compare(pd.DataFrame({"k": ["007", "8"]}), pd.DataFrame({"k": [7, 8]}), key="k")
    assert (found.added["k"].tolist(), found.removed["k"].tolist()) == ([7], ["007"])


@FEW
@given(
    rows=st.lists(
        st.tuples(st.sampled_from([None, 1, 2, BIG]), st.sampled_from([None, "a", "b"])), max_size=5
    )
)
def test_a_key_that_comes_twice_is_an_error_that_names_it(rows: list[tuple[Any, ...]]) -> None:
    numbers, texts = ([row[place] for row in rows] for place in (0, 1))
    table = pd.DataFrame({"n": pd.array(numbers, "Int64"), "t": pd.Series(texts, dtype="str")})
    twice = sum(count - 1 for count in Counter(rows).values())
    if not twice:
        assert af.compare(table, table, key=["n", "t"]).equal
        return
    with pytest.raises(af.DataError, match=r"of the old table ha.* the key of") as info:
        af.compare(table, table.head(0), key=["n", "t"])
    assert str(info.value).startswith("One row" if twice == 1 else f"{twice} rows")
    repeated = next(row for place, row in enumerate(rows) if row in rows[:place])
    assert repr({"n": repeated[0], "t": repeated[1]}) in str(info.value)


def test_a_column_of_lists_cannot_be_a_key() -> None:
    with pytest.raises(af.ColumnMismatch, match=r"Column 'k' cannot be a key.*Make texts"):
        af.compare(pd.DataFrame({"k": [[1]]}), pd.DataFrame({"k": [[1]]}), key="k")
