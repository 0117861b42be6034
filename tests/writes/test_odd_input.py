"""The table of odd input in docs/values.md, line by line, over HTTP: files, lists, and cells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox

MEGABYTES = "x" * 2_000_000
KEYS = [f"k{number}" for number in range(5)]
HEADERS = [f"column {number}" for number in range(10_000)]
_run = count()


@pytest.fixture(scope="module")
def odd_model() -> Iterator[af.Model]:
    """Serve a file, a list and a module that take a key and a text called "value"."""
    with Sandbox(rate_limit=None, task_pause=0) as sandbox:
        builder = sandbox.workspace("W").model("M")
        loaded = builder.list("loaded", properties={"value": "TEXT"})
        file = builder.file("file", columns=["key", "value"])
        mapping = {"key": "Code", "value": "value"}
        builder.import_("Load file", file, into=loaded, mapping=mapping)
        builder.file("latin", columns=["key", "value"], encoding="ISO-8859-1")
        builder.file("twice", columns=["key", "value", "value"])
        builder.file("wide", columns=HEADERS)
        builder.file("300 columns", columns=HEADERS[:300])
        builder.list("list", properties={"value": "TEXT"})
        keys = builder.list("key", items=pd.DataFrame({"Code": KEYS, "Name": KEYS}))
        builder.module("module", dimensions=[keys], line_items={"value": "TEXT"})
        things = builder.list("Things", properties={"N": "NUMBER", "D": "DATE", "B": "BOOLEAN"})
        source = builder.file("things", columns=["Code", "N", "D", "B"])
        builder.import_("Load things", source, into=things)
        builder.export("Things out", of=things, layout="TABULAR_MULTI_COLUMN")
        with sandbox.connect(requests_per_minute=None) as connection:
            yield connection.model("M")


@dataclass
class Target:
    """One of the things that can be written, all in the same way."""

    model: af.Model
    kind: str

    def write(self, data: Any, **options: Any) -> Any:
        if self.kind == "list":
            options["mapping"] = {"key": "name", **options.get("mapping", {})}
        if self.kind == "module":
            return self.model.modules["module"].write(data, blank=True, **options)
        return af.to_anaplan(data, self.kind, self.model, **options)

    def keys(self, rows: int) -> list[str]:
        """Return keys for rows: of items that are there, but in a list of new ones."""
        return (
            [f"{key} {next(_run)}" for key in KEYS[:rows]] if self.kind == "list" else KEYS[:rows]
        )

    def read(self, keys: list[str]) -> list[Any]:
        """Return the values that stand there now, as text; None if there is none."""
        if self.kind == "file":
            frame = self.model.files["file"].read()
        elif self.kind == "list":
            frame = self.model.lists["list"].read().rename(columns={"name": "key"})
        else:
            frame = self.model.modules["module"].read()
        values = frame.set_index("key")["value"].reindex(keys)
        return [None if pd.isna(value) else value for value in values]

    def clear(self) -> None:
        """Delete the items of the list, which every later write and read would fetch."""
        if self.kind == "list":
            items = self.model.lists["list"]
            items.delete(items.read(columns=["id"]))


@pytest.fixture(params=["file", "list", "module"])
def target(request: pytest.FixtureRequest, odd_model: af.Model) -> Target:
    return Target(odd_model, request.param)


def objects(*values: Any) -> pd.Series[Any]:
    return pd.Series(values, dtype=object)


def days(*texts: str) -> pd.Series[Any]:
    return pd.Series(np.array(texts, dtype="datetime64[s]"))


def zoned(text: str, zone: str) -> pd.Series[Any]:
    return pd.Series(pd.to_datetime([text]).tz_localize(zone))


def arrow(values: list[Any], kind: pa.DataType | None = None) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, kind)])


def table_of(keys: list[str], column: Any, library: str) -> Any:
    if isinstance(column, pd.Series):
        return pd.DataFrame({"key": keys, "value": column})
    table = pa.table({"key": keys, "value": column})
    return pl.from_arrow(table) if library == "polars" else table


CARRIED: dict[str, tuple[Any, list[str | None]]] = {
    "a cell of two megabytes": (pd.Series([MEGABYTES]), [MEGABYTES]),
    "line ends and a byte order mark": (pd.Series(["a\r\nb", "\ufeffc"]), ["a\r\nb", "\ufeffc"]),
    "objects of mixed types": (
        objects(1, "00123", True, None, dt.date(2020, 2, 29)),
        ["1", "00123", "true", None, "2020-02-29"],
    ),
    "numbers among objects": (objects(0.1, 10**30, np.int8(-1)), ["0.1", "1" + "0" * 30, "-1"]),
    "decimals": (objects(Decimal("1.50"), Decimal("NaN"), None), ["1.50", None, None]),
    "a midnight with a zone": (zoned("2020-01-31", "Asia/Tokyo"), ["2020-01-31"]),
    "the first and the last day": (days("0001-01-01", "9999-12-31"), ["0001-01-01", "9999-12-31"]),
    "categories with missing values": (
        pd.Series(pd.Categorical(["b", None, "b"], categories=["a", "b"])),
        ["b", None, "b"],
    ),
    "categories of numbers": (pd.Series([1.5, None, 2.0], dtype="category"), ["1.5", None, "2"]),
}
CARRIED_BY_ARROW: dict[str, tuple[Any, list[str | None]]] = {
    "a cell of two megabytes": (arrow([MEGABYTES]), [MEGABYTES]),
    "decimals": (arrow([Decimal("1.50"), None], pa.decimal128(20, 2)), ["1.50", None]),
    "a midnight with a zone": (
        arrow([dt.datetime(2020, 1, 30, 15)], pa.timestamp("us", "Asia/Tokyo")),
        ["2020-01-31"],
    ),
    "the first and the last day": (
        arrow([dt.date(1, 1, 1), dt.date(9999, 12, 31)]),
        ["0001-01-01", "9999-12-31"],
    ),
    "categories with missing values": (
        arrow(["b", None, "b"], pa.dictionary(pa.int32(), pa.string())),
        ["b", None, "b"],
    ),
}
NANOSECOND = "2020-01-31 00:00:00.000000001"
REFUSED: dict[str, tuple[Any, str]] = {
    "a NUL": (pd.Series(["fine", "a\0b"]), "holds a NUL character"),
    "a lone surrogate": (objects("fine", "a\ud800"), "half a character (a lone surrogate)"),
    "infinity": (pd.Series([1.0, float("inf")]), "is infinite"),
    "infinity of a nullable column": (pd.Series([1, -np.inf], dtype="Float64"), "is infinite"),
    "an infinite decimal": (objects(1, Decimal("-Infinity")), "is infinite"),
    "a decimal beyond all numbers": (objects(1, Decimal("1e999999999")), "too large or too small"),
    "midnight of another zone": (
        pd.Series(pd.to_datetime([None, "2020-01-30 15:00"]).tz_localize("UTC")),
        "has a time of day",
    ),
    "a nanosecond": (pd.Series(pd.to_datetime([None, NANOSECOND])), "a time of day"),
    "a nanosecond of an object": (objects(None, pd.Timestamp(NANOSECOND)), "a time of day"),
    "a day after the year 9999": (days("2020-01-01", "10000-01-01"), "(0001 to 9999)"),
    "a day before the year 1": (days("2020-01-01", "0000-12-31"), "(0001 to 9999)"),
    "a list": (objects("fine", ["a"]), "a list has no counterpart"),
    "bytes": (objects("fine", b"a"), "a bytes has no counterpart"),
}
REFUSED_BY_ARROW: dict[str, tuple[Any, str]] = {
    "a NUL": (arrow(["fine", "a\0b"]), "holds a NUL character"),
    "infinity": (arrow([1.0, float("inf")]), "is infinite"),
    "a nanosecond": (arrow([None, 1], pa.timestamp("ns")), "a time of day"),
    "bytes": (arrow([None, b"a"]), "which Anaplan has no counterpart for"),
}


# Types that Arrow or Polars has of its own; all else goes the same way as a column of pandas.
OF_THEIR_OWN = ("a midnight with a zone", "categories with missing values", "a NUL")


def in_libraries(pandas: dict[str, tuple[Any, Any]], arrow: dict[str, tuple[Any, Any]]) -> Any:
    cases = [pytest.param("pandas", *case, id=f"{name}") for name, case in pandas.items()]
    cases += [
        pytest.param(
            library,
            *case,
            id=f"{name}, {library}",
            marks=() if name in OF_THEIR_OWN else pytest.mark.long,
        )
        for library in ("arrow", "polars")
        for name, case in arrow.items()
    ]
    return pytest.mark.parametrize(("library", "column", "expected"), cases)


@pytest.mark.sampled(18)
@in_libraries(CARRIED, CARRIED_BY_ARROW)
def test_what_can_be_carried_comes_back_as_it_was(
    target: Target, library: str, column: Any, expected: list[str | None]
) -> None:
    keys = target.keys(len(column))
    target.write(table_of(keys, column, library))
    assert target.read(keys) == expected
    target.clear()


@pytest.mark.sampled(20)
@in_libraries(REFUSED, REFUSED_BY_ARROW)
def test_what_cannot_be_written_is_named_by_row_and_nothing_is_written(
    target: Target, library: str, column: Any, expected: str
) -> None:
    keys = target.keys(2)
    target.write(pd.DataFrame({"key": keys, "value": ["before", "before"]}))
    with pytest.raises(af.EncodingError) as caught:
        target.write(table_of(keys, column, library), **_updating(target))
    assert expected in str(caught.value)
    assert (caught.value.column, caught.value.row) == ("value", 1)
    assert target.read(keys) == ["before", "before"]


def _updating(target: Target) -> dict[str, Any]:
    return {"mode": "update"} if target.kind == "list" else {}


LIBRARIES = [
    pytest.param(lambda frame: frame, id="pandas"),
    pytest.param(lambda frame: pa.Table.from_pandas(frame, preserve_index=False), id="arrow"),
    pytest.param(pl.from_pandas, id="polars"),
]
FRAME = pd.DataFrame({"key": ["k0"], "value": ["v"]})


@pytest.mark.parametrize("library", LIBRARIES)
def test_no_rows_are_not_an_error(target: Target, library: Any) -> None:
    result = target.write(library(FRAME.iloc[:0]))
    if target.kind == "file":
        assert target.model.files["file"].read().columns.tolist() == ["key", "value"]
        assert len(target.model.files["file"].read()) == 0
    else:
        assert (result.rows_sent, result.rows_rejected) == (0, 0)


@pytest.mark.parametrize("library", LIBRARIES)
def test_no_columns_are_an_error_that_names_those_that_are_wanted(
    target: Target, library: Any
) -> None:
    with pytest.raises(af.ColumnMismatch, match=r"'key'|'name'"):
        target.write(library(pd.DataFrame(index=range(2))))


def test_no_columns_are_an_error_where_any_columns_would_do(odd_model: af.Model) -> None:
    with pytest.raises(af.ColumnMismatch, match="The data has no columns"):
        odd_model.files["twice"].write(pd.DataFrame())


def test_a_column_name_that_is_there_twice_is_refused(target: Target) -> None:
    double = pd.concat([FRAME, FRAME[["value"]]], axis=1)
    for data in (double, pa.Table.from_arrays([["k0"], ["v"], ["w"]], ["key", "value", "value"])):
        with pytest.raises(af.ColumnMismatch, match="2 columns named 'value'"):
            target.write(data)


def test_a_file_whose_headers_are_there_twice_is_written_and_read_in_order(
    odd_model: af.Model,
) -> None:
    data = pa.Table.from_arrays([["k0"], ["v"], ["w"]], ["key", "value", "value"])
    odd_model.files["twice"].write(data)
    assert odd_model.files["twice"].read().to_dict("records") == [
        {"key": "k0", "value": "v", "value.1": "w"}
    ]


def test_columns_of_several_levels_are_refused_with_the_line_that_joins_them(
    target: Target,
) -> None:
    levels = FRAME.set_axis(pd.MultiIndex.from_product([["top"], FRAME.columns]), axis=1)
    with pytest.raises(af.ColumnMismatch, match=r"df\.columns = \[' '\.join"):
        target.write(levels)


def test_an_index_of_several_levels_is_written_only_if_that_is_said(target: Target) -> None:
    keys = target.keys(1)
    frame = pd.DataFrame({"key": keys, "value": ["v"]}).set_index(["key", "value"])
    with pytest.raises(af.ColumnMismatch):
        target.write(frame)
    target.write(frame, index=True)
    assert target.read(keys) == ["v"]


def test_half_a_character_in_a_column_name_is_refused(target: Target) -> None:
    frame = FRAME.assign(unused=1)
    frame.columns = pd.Index(["key", "value", "a\ud800"], dtype=object)
    with pytest.raises(af.ColumnMismatch, match=r"'a\\ud800' holds half a character"):
        target.write(frame)


@pytest.mark.long
def test_ten_thousand_columns_too_many_are_named_in_few_words(target: Target) -> None:
    keys = target.keys(1)
    unused = pd.DataFrame(1, index=[0], columns=HEADERS)
    frame = pd.concat([pd.DataFrame({"key": keys, "value": ["v"]}), unused], axis=1)
    with pytest.warns(UserWarning, match="'column 9' and 9,990 more; they are left out"):
        target.write(frame)
    assert target.read(keys) == ["v"]


@pytest.mark.long
def test_ten_thousand_columns_are_written_and_read(odd_model: af.Model) -> None:
    rows = [[f"{row} {n}" for n in range(10_000)] for row in range(2)]
    frame = pd.DataFrame(rows, columns=HEADERS)
    odd_model.files["wide"].write(frame)
    read = odd_model.files["wide"].read()
    # pandas' own comparison goes column by column, and takes ten seconds.
    assert list(read.columns) == HEADERS
    assert read.index.tolist() == [0, 1]
    assert read.to_numpy().tolist() == rows


def test_hundreds_of_columns_are_written_and_read(odd_model: af.Model) -> None:
    names = HEADERS[:300]
    rows = [[f"{row} {name}" for name in names] for row in range(2)]
    odd_model.files["300 columns"].write(pd.DataFrame(rows, columns=names))
    assert odd_model.files["300 columns"].read().to_numpy().tolist() == rows


def test_a_character_that_the_encoding_does_not_have_is_named(odd_model: af.Model) -> None:
    with pytest.raises(af.EncodingError, match="row 0: '€' cannot be written in ISO-8859-1"):
        odd_model.files["latin"].write(FRAME.assign(value="€"))


def test_bytes_that_are_not_the_declared_encoding_are_named(odd_model: af.Model) -> None:
    odd_model.files["file"].upload("key,value\nk0,v\nk1,é\n".encode("latin-1"))
    with pytest.raises(af.EncodingError, match=r"Row 1: the bytes b'\\xe9' \(field 2\)"):
        odd_model.files["file"].read()


def test_nuls_and_byte_order_marks_of_others_are_read_as_they_are(odd_model: af.Model) -> None:
    odd_model.files["file"].upload("\ufeffkey,value\n\ufeffk,a\0b\n".encode())
    assert odd_model.files["file"].read().to_dict("records") == [
        {"key": "\ufeffk", "value": "a\0b"}
    ]


def test_infinity_is_read_and_a_day_that_does_not_exist_is_an_error(odd_model: af.Model) -> None:
    odd_model.files["file"].upload(b"key,value\nInfinity,2013-02-30\n")
    file = odd_model.files["file"]
    assert file.read(dtype={"key": "float64"})["key"].tolist() == [float("inf")]
    with pytest.raises(af.EncodingError, match="Column 'value', row 0: '2013-02-30'"):
        file.read(dtype={"value": "datetime64[s]"})


def test_a_reason_that_quotes_a_very_long_value_is_cut_in_the_message_alone(
    odd_model: af.Model,
) -> None:
    with pytest.raises(af.RejectedRows) as caught:
        af.to_anaplan(pd.DataFrame({"N": [MEGABYTES], "name": ["n"]}), "Things", odd_model)
    assert len(str(caught.value)) < 1_000
    assert caught.value.result.rejected["N"].tolist() == [MEGABYTES]


def test_no_rows_come_back_with_the_columns_and_types_of_the_metadata(odd_model: af.Model) -> None:
    frame = af.read_anaplan("Things out", odd_model)
    assert len(frame) == 0
    assert frame[["N", "D", "B"]].dtypes.map(str).tolist() == [
        "float64",
        "datetime64[s]",
        "boolean",
    ]


def test_days_at_both_ends_and_decimals_come_back_where_they_are_asked_for(
    odd_model: af.Model,
) -> None:
    frame = pd.DataFrame(
        {
            "Code": ["a", "b"],
            "N": [Decimal("0.1"), Decimal("2")],
            "D": days("0001-01-01", "9999-12-31"),
            "B": pd.array([True, None], dtype="boolean"),
        }
    )
    af.to_anaplan(frame, "Load things", odd_model)
    decimal = pd.ArrowDtype(pa.decimal128(20, 6))
    out = af.read_anaplan("Things out", odd_model, dtype={"N": decimal, "Code": "category"})
    assert out["N"].tolist() == frame["N"].tolist()
    found = out["D"].to_numpy().astype("datetime64[D]").astype(str)
    assert found.tolist() == ["0001-01-01", "9999-12-31"]
    assert out["Code"].tolist() == ["a", "b"]
