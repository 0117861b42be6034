"""Streams into an import: whatever their types are, nothing raises after the import has run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox


@pytest.fixture
def streams_model(tenant: Sandbox) -> Iterator[af.Model]:
    """Have an import into a list whose second row of a code is rejected."""
    builder = tenant.workspace("W").model("M")
    things = builder.list("Things", properties={"Price": "TEXT"})
    file = builder.file("things.csv", columns=["Code", "Name", "Price"])
    builder.import_("Load things", file=file, into=things)
    with tenant.connect() as connection:
        yield connection.model("M")


def frame(codes: list[Any], prices: list[Any] | None = None) -> pd.DataFrame:
    names = [f"n{number}" for number in range(len(codes))]
    return pd.DataFrame({"Code": codes, "Name": names, "Price": prices or names})


MIXED = frame([101, "x", 101], [Decimal("1.5"), 2, None])

WORDS = {"Code": ["a", "b", "a"], "Name": ["1", "2", "3"], "Price": ["x", "y", "z"]}


def dictionaries() -> pa.Table:
    table = pa.table(WORDS)
    return table.set_column(2, "Price", pa.array(["x", None, None]).dictionary_encode())


STREAMS: dict[str, Callable[[], Any]] = {
    "frames of mixed objects": lambda: iter([MIXED]),
    "frames of Polars": lambda: iter([pl.DataFrame(WORDS)]),
    "a reader": lambda: pa.Table.from_pandas(frame(["a", "b", "a"])).to_reader(),
    "dictionaries with nulls": lambda: iter([dictionaries()]),
    "big-endian numbers": lambda: iter(
        [frame(["a", "b", "a"]).assign(Price=np.array([1, 2, 3], ">i4"))]
    ),
    "parts whose types differ": lambda: iter([frame(["a", "b"], [1, 2]), frame(["a"], ["007"])]),
    "DuckDB": lambda: duckdb.from_arrow(pa.Table.from_pandas(frame(["a", "b", "a"]))),
}
if hasattr(pl.LazyFrame, "collect_batches"):  # from Polars 1.34 on
    STREAMS["batches of a lazy frame"] = lambda: pl.LazyFrame(WORDS).collect_batches()


@pytest.mark.sampled(5)
@pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS)
@pytest.mark.parametrize("planned", [False, True], ids=["sent", "planned"])
def test_a_stream_of_any_kind_loads_and_gives_its_rejected_row_back(
    streams_model: af.Model, stream: Callable[[], Any], planned: bool
) -> None:
    load = streams_model.imports["Load things"]
    if planned:
        plan = load.write(stream(), on_rejected="ignore", dry_run=True)
        assert (plan.rows_sent, streams_model.files["things.csv"].info.get("chunkCount")) == (3, 0)
        result = plan.send()
    else:
        result = load.write(stream(), on_rejected="ignore")
    assert (result.rows_sent, result.rows_created, result.rows_rejected) == (3, 2, 1)
    assert result.rejected.index.tolist() == [2]
    assert str(result.rejected["Code"].iloc[0]) in ("a", "101")
    assert (result.note, len(result.unmatched)) == ("", 0)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS)
def test_a_stream_without_rejected_rows_ends_in_its_result(
    streams_model: af.Model, stream: Callable[[], Any]
) -> None:
    first = stream()
    parts = first if isinstance(first, Iterator) else iter([pa.table(first)])
    kept = (
        part.iloc[:2] if isinstance(part, pd.DataFrame) else pa.table(part).slice(0, 2)
        for part in parts
        if len(part) > 1
    )
    result = streams_model.imports["Load things"].write(kept)
    assert (result.outcome, result.rows_loaded, result.rejected.size) == ("loaded", 2, 0)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "nothing",
    [
        lambda: frame([]),
        lambda: iter([frame([])]),
        lambda: pa.Table.from_pandas(frame(["a"])).slice(0, 0).to_reader(),
        lambda: duckdb.sql("select 'a' as Code, 'b' as Name, 'c' as Price where false"),
    ],
    ids=["frame", "iterator", "reader", "duckdb"],
)
@pytest.mark.parametrize("planned", [False, True], ids=["sent", "planned"])
def test_zero_rows_are_a_result_with_no_rows(
    streams_model: af.Model, nothing: Callable[[], Any], planned: bool
) -> None:
    load = streams_model.imports["Load things"]
    result = load.write(nothing(), dry_run=True).send() if planned else load.write(nothing())
    assert (result.outcome, result.rows_sent, result.rows_loaded) == ("loaded", 0, 0)
    assert len(load.tasks()) == 1
    assert b"".join(streams_model.files["things.csv"].stream()) == b'"Code","Name","Price"\n'


def test_a_rejected_row_has_the_types_of_its_own_part(streams_model: af.Model) -> None:
    second = frame(["a", "c"], ["007", "x"]).assign(Name=["y", "z"])
    parts = iter([frame(["a", "b"], [1, 2]), second])
    result = streams_model.imports["Load things"].write(parts, on_rejected="ignore")
    assert result.rejected[["Code", "Price"]].to_dict("records") == [{"Code": "a", "Price": "007"}]


def test_an_index_that_pandas_noted_in_a_table_stays_a_column(streams_model: af.Model) -> None:
    table = pa.Table.from_pandas(frame(["a", "b", "a"]).set_index("Code"))
    result = streams_model.imports["Load things"].write(table, on_rejected="ignore")
    assert result.rejected["Code"].tolist() == ["a"]


def test_rows_that_cannot_be_given_back_are_named_in_a_note_and_left_in_the_dump(
    streams_model: af.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: object, positions: object) -> None:
        raise pa.ArrowNotImplementedError("no such cast")

    monkeypatch.setattr("anaplan_frames.writes.retained_rows.RetainedRows.take", broken)
    result = streams_model.imports["Load things"].write(
        frame(["a", "b", "a"]), on_rejected="ignore"
    )
    assert (result.outcome, result.rows_rejected, result.rejected.size) == ("rejected", 1, 0)
    assert result.unmatched["Code"].tolist() == ["a"]
    assert "(ArrowNotImplementedError: no such cast). They are in .unmatched" in result.note
